package api

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

// Whatever comes back in place of an answer is a problem of the table, and an
// answer of the contract decodes or does not.
func FuzzAnswer(f *testing.F) {
	f.Add(http.StatusConflict, ProblemType, Contract, "", []byte(`{"code":"nonce-used","status":409,"until":"2026-11-22T09:00:00Z","tries_left":2}`))
	f.Add(http.StatusBadGateway, "text/html", "", "120", []byte("<html>sign in</html>"))
	f.Add(http.StatusServiceUnavailable, ProblemType, Contract, "Sun, 06 Nov 1994 08:49:37 GMT", []byte(`{"code":"overloaded"}`))
	f.Add(http.StatusOK, "application/json", Contract, "", []byte(`{"id":"A","step":"code","created_at":"2026-11-22T09:00:00Z"}`))
	f.Add(http.StatusOK, "application/json", Contract, "-9", []byte(`{"certificates":[{"kind":"rsa-auth","der":"MAA="}],"chain":["MAA="]}`))
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, status int, kind, contract, after string, content []byte) {
		h := http.Header{"Content-Type": {kind}, HeaderContract: {contract}, "Retry-After": {after}}
		p := readProblem(&http.Response{StatusCode: status, Header: h}, content, now)
		if p == nil && (contract == "" || status/100 != 2) {
			t.Errorf("an answer of status %d is no problem", status)
		}
		if p != nil && (p.Code == "" || p.Error() == "") {
			t.Error("a problem without a code")
		}
		for _, out := range []any{&Enrolment{}, &Started{}, &Challenge{}, &Certificates{}, &Documents{}, &Text{}} {
			if json.Unmarshal(content, out) != nil {
				continue
			}
			if _, err := json.Marshal(out); err != nil {
				t.Errorf("%T was read and cannot be written: %v", out, err)
			}
		}
	})
}

// An address that passes can stand in a header and in a certificate.
func FuzzValidateEmail(f *testing.F) {
	f.Add("aigul@example.kz")
	f.Add("\"a b\"@example.kz")
	f.Add("a@[127.0.0.1]")
	f.Fuzz(func(t *testing.T, email string) {
		if ValidateEmail(email) != nil || email == "" {
			return
		}
		if len(email) > 254 || strings.ContainsAny(email, " \r\n\t\x00<>,") || !strings.Contains(email, "@") {
			t.Errorf("%q passes", email)
		}
	})
}

// Fields that pass are of a bounded length and have letters that a register
// writes.
func FuzzMistakes(f *testing.F) {
	f.Add([]byte(`{"surname":"АХМЕТОВА","name":"АЙГҮЛ","sex":"female","birth_date":"2006-12-11","birth_place":"АСТАНА","nationality":"ҚАЗАҚ",` +
		`"citizenship":"ҚАЗАҚСТАН","document_number":"012345678","issuer":"ІІМ","issue_date":"2022-01-01","expiry_date":"2032-01-01"}`))
	f.Add([]byte(`{"surname":"АХМЕТОВА","name":"АЙГҮЛ","sex":"female","birth_date":"2006-12-11","birth_place":"АСТАНА","nationality":"ҚАЗАҚ",` +
		`"citizenship":"ҚАЗАҚСТАН","document_number":"N12345678","issuer":"ІІМ","issue_date":"2022-01-01","expiry_date":"2032-01-01"}`))
	f.Add([]byte(`{"birth_date":"-0001-13-99"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var fields CardFields
		if json.Unmarshal(text, &fields) != nil || len(fields.Mistakes(IdentityCard)) > 0 && len(fields.Mistakes(Passport)) > 0 {
			return
		}
		if len(fields.DocumentNumber) != 9 {
			t.Errorf("number %q passes", fields.DocumentNumber)
		}
		for _, value := range []string{fields.Surname, fields.Name, fields.Patronymic, fields.BirthPlace, fields.Nationality, fields.Citizenship, fields.Issuer} {
			if len([]rune(value)) > 100 || strings.ContainsAny(value, "<>\x00\r\n") {
				t.Errorf("%q passes", value)
			}
		}
	})
}
