//go:build demo

package service

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/api/dpop"
	"qoltanba/app/backend/enrolment"
	"qoltanba/app/backend/evidence"
	"qoltanba/app/backend/limit"
	"qoltanba/app/backend/pin"
)

// A call repeated with its key is answered as the first time and changes
// nothing twice, also when it failed, also at the same time.
func TestRepeatedCalls(t *testing.T) {
	t.Parallel()
	a := open(t, nil)
	c := a.citizen(t, "umit")
	key := strings.Repeat("k", 26)
	first := api.Request[api.StartRequest]{Session: c.session, Key: key, Body: api.StartRequest{IIN: c.who.IIN, Language: api.Kazakh}}
	var group sync.WaitGroup
	var answers [4]api.Started
	for i := range answers {
		group.Go(func() {
			var err error
			if answers[i], err = api.Call(t.Context(), a.client, api.StartEnrolment, first); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	for _, again := range answers {
		if again.Enrolment.ID != answers[0].Enrolment.ID || again.Token != answers[0].Token {
			t.Fatal("a repeated start opened another enrolment")
		}
	}
	other := first
	other.Body.Language = api.English
	if _, err := api.Call(t.Context(), a.client, api.StartEnrolment, other); api.CodeOf(err) != api.KeyReused {
		t.Errorf("the key for another call: %v", err)
	}
	c.e, c.session.Token, c.session.Enrolment = answers[0].Enrolment, answers[0].Token, answers[0].Enrolment.ID
	right := c.code(0)
	if n := c.messages(); n != 1 {
		t.Errorf("%d messages for one enrolment", n)
	}
	wrong := api.Request[api.CodeRequest]{Session: c.session, Nonce: c.e.Nonce, Key: strings.Repeat("w", 26), Body: api.CodeRequest{Code: "000000"}}
	for range 5 {
		_, err := api.Call(t.Context(), a.client, api.CheckCode, wrong)
		if p, ok := err.(*api.Problem); !ok || p.Code != api.CodeWrong || *p.TriesLeft != 2 { //nolint:errorlint // Call returns it as it is
			t.Fatalf("a wrong code repeated: %v", err)
		}
	}
	check := api.Request[api.CodeRequest]{Session: c.session, Nonce: c.e.Nonce, Key: strings.Repeat("r", 26), Body: api.CodeRequest{Code: right}}
	one, err := api.Call(t.Context(), a.client, api.CheckCode, check)
	if err != nil {
		t.Fatal(err)
	}
	two, err := api.Call(t.Context(), a.client, api.CheckCode, check)
	if err != nil || two.Nonce != one.Nonce || two.Step != api.StepSignIn {
		t.Errorf("the repeated step is answered %v: %v", two, err)
	}
}

// A proof taken from the wire opens nothing a second time.
func TestStolenProof(t *testing.T) {
	t.Parallel()
	a := open(t, nil)
	c := a.citizen(t, "gauhar")
	c.start()
	path := "/v1/enrolments/" + c.e.ID
	proof, err := dpop.Sign(c.session.Key, dpop.Proof{Method: http.MethodGet, URL: a.base + path, IssuedAt: a.clock.now(), Token: string(c.session.Token)})
	if err != nil {
		t.Fatal(err)
	}
	look := func() (int, []byte) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, a.base+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set(dpop.Header, proof)
		r.Header.Set("Authorization", "DPoP "+string(c.session.Token))
		status, _, body := c.send(r)
		return status, body
	}
	if status, body := look(); status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	if status, body := look(); status != http.StatusUnauthorized || !bytes.Contains(body, []byte(api.ProofRefused)) {
		t.Errorf("the same proof again: %d %s", status, body)
	}
}

// A recording whose frames are not those announced live is refused, three times
// until the lock.
func TestBrokenRecordings(t *testing.T) {
	t.Parallel()
	a := open(t, nil)
	c := a.citizen(t, "rustam")
	c.confirm()
	c.accept(api.TextBiometrics, api.ConsentBiometrics)
	c.selfie()
	do(c, api.StartChallenge, api.ChallengeRequest{})
	refused(c, api.OutOfOrder, api.FinishRecording, api.None{})
	late := c.film()
	refused(c, api.RecordingBroken, api.FinishRecording, api.None{}) // no frame has come
	a.clock.advance(6 * time.Minute)
	batch, _ := late.Batch(nil)
	refused(c, api.ChallengeExpired, api.SendFrames, api.Frames(batch))
	for left := 2; left >= 0; left-- {
		code := api.RecordingBroken
		if left == 0 {
			code = api.RecordingLocked
		}
		if p := refused(c, code, api.FinishRecording, api.None{}); p.TriesLeft == nil || *p.TriesLeft != left {
			t.Fatalf("tries left %v, want %d", p.TriesLeft, left)
		}
		if left == 0 {
			break
		}
		do(c, api.StartChallenge, api.ChallengeRequest{})
		c.film()
		a.clock.advance(6 * time.Minute)
	}
	refused(c, api.RecordingLocked, api.StartChallenge, api.ChallengeRequest{})
	a.clock.advance(16 * time.Minute)
	c.record()
	c.at(api.StepPIN)
}

// Whoever cancels before a decision takes the evidence out of the world.
func TestCancelErases(t *testing.T) {
	t.Parallel()
	a := open(t, nil)
	c := a.citizen(t, "gulnar")
	c.confirm()
	c.identify()
	seen, err := a.Enrolments.Case(t.Context(), "dana", c.e.ID)
	if err != nil {
		t.Fatal(err)
	}
	do(c, api.AskCall, api.CallRequest{Phone: c.who.Phone, Language: c.who.Language, Reason: api.CallForHelp})
	do(c, api.CancelEnrolment, api.None{})
	c.until("destruction", func() bool {
		r, err := a.Enrolments.Evidence.Open(t.Context(), c.e.ID, seen.Selfie.Name)
		if err == nil {
			err = r.Close()
		}
		return errors.Is(err, evidence.ErrDestroyed)
	})
	if err := a.Enrolments.Decide(t.Context(), "dana", c.e.ID, enrolment.Verdict{Version: seen.Version, Approve: true}); !errors.Is(err, enrolment.ErrNotWaiting) {
		t.Errorf("decided after the cancellation: %v", err)
	}
}

// What never came to a decision is erased at its end, down to the last record
// that tells whose it was; only the pseudonym and the trail stay.
func TestLapseErases(t *testing.T) {
	t.Parallel()
	a := open(t, nil)
	c, idle, late := a.citizen(t, "aigul"), a.citizen(t, "sergey"), a.citizen(t, "timur")
	idle.start()
	idle.code(0)
	c.confirm()
	for _, reason := range []api.CallReason{api.CallForHelp, api.CallToRegister} {
		do(c, api.AskCall, api.CallRequest{Phone: c.who.Phone, Language: c.who.Language, Reason: reason})
		calls, err := a.Enrolments.CallBacks(t.Context())
		if err != nil || len(calls) != 1 {
			t.Fatalf("%d calls: %v", len(calls), err)
		}
		if reason == api.CallForHelp {
			if err := a.Enrolments.AnswerCallBack(t.Context(), "dana", calls[0].ID, api.CallAnswered); err != nil {
				t.Fatal(err)
			}
		}
	}
	a.clock.advance(25 * time.Hour)
	late.start()
	late.code(0)
	if n := len(rows(t, a, "UPDATE river_job SET state = 'available', scheduled_at = CURRENT_TIMESTAMP WHERE kind = 'enrolment.lapse' RETURNING kind")); n != 3 {
		t.Fatalf("%d enrolments are to lapse", n)
	}
	for _, gone := range []*citizen{c, idle} {
		gone.until("erasure", func() bool { return strings.Contains(gone.trail(), "service erase") })
		refused(gone, api.EnrolmentEnded, api.ReadEnrolment, api.None{})
	}
	left := ""
	for _, row := range rows(t, a, "SELECT CAST(state AS TEXT) FROM enrolments UNION ALL SELECT phone FROM call_backs") {
		left += row[0] + "\n"
	}
	for _, secret := range []string{string(c.who.IIN), string(c.who.Phone), string(idle.who.IIN), string(idle.who.Phone)} {
		if strings.Contains(left, secret) {
			t.Error("a record still tells whose it was")
		}
	}
	if !strings.Contains(left, string(late.who.IIN)) {
		t.Error("one that lives was erased, or the search finds nothing")
	}
	if calls, err := a.Enrolments.CallBacks(t.Context()); err != nil || len(calls) != 0 {
		t.Errorf("%d calls of nobody: %v", len(calls), err)
	}
}

// The service counts starts for one IIN, known or not.
func TestLimits(t *testing.T) {
	t.Parallel()
	a := open(t, func(p *Plan) { p.Rules.StartsPerIIN = limit.Policy{Max: 2, Per: time.Hour} })
	for range 2 {
		a.citizen(t, "aigul").start()
	}
	c := a.citizen(t, "aigul")
	p := refused(c, api.TooMany, api.StartEnrolment, api.StartRequest{IIN: c.who.IIN, Language: api.Russian})
	if p.Until == nil || !p.Until.After(a.clock.now()) {
		t.Errorf("no time to try again: %v", p)
	}
	a.clock.advance(time.Hour + time.Second)
	c.start()
}

// Everything of the contract is in the document, with every code.
func TestDocument(t *testing.T) {
	t.Parallel()
	a := open(t, nil)
	c := a.citizen(t, "aigul")
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, a.base+"/openapi.json", nil)
	if err != nil {
		t.Fatal(err)
	}
	_, kind, text := c.send(r)
	var doc struct {
		OpenAPI string `json:"openapi"`
		Paths   map[string]map[string]struct {
			ID        string `json:"operationId"`
			Responses map[string]struct {
				Description string `json:"description"`
			} `json:"responses"`
		} `json:"paths"`
	}
	if err := json.Unmarshal(text, &doc); err != nil || kind != "application/openapi+json" || doc.OpenAPI != "3.1.0" {
		t.Fatalf("%s %s: %v", kind, doc.OpenAPI, err)
	}
	documented := map[string]string{}
	for path, item := range doc.Paths {
		for method, op := range item {
			text := ""
			for _, answer := range op.Responses {
				text += answer.Description + ", "
			}
			documented[strings.ToUpper(method)+" "+path] = op.ID + ": " + text
		}
	}
	n := 0
	for _, op := range slices.Concat(operations(), afterIssue()) {
		text, ok := documented[op.method+" "+op.path]
		if !ok {
			t.Errorf("%s is not documented", op.id)
			continue
		}
		n++
		for _, code := range slices.Concat(op.failures, api.CommonFailures()) {
			if !strings.Contains(strings.NewReplacer("Codes: ", "", ",", " ").Replace(" "+text+" "), " "+string(code)+" ") {
				t.Errorf("%s does not document %s", op.id, code)
			}
		}
	}
	if n != len(documented) {
		t.Errorf("%d operations of the contract, %d in the document", n, len(documented))
	}
	page, err := http.NewRequestWithContext(t.Context(), http.MethodGet, a.base+"/docs", nil)
	if err != nil {
		t.Fatal(err)
	}
	if status, _, html := c.send(page); status != http.StatusOK || !bytes.Contains(html, []byte("confirm-import")) || bytes.Contains(html, []byte("<script")) {
		t.Errorf("the page: %d, %d bytes", status, len(html))
	}
}

type listed struct {
	id, method, path string
	failures         []api.Code
}

func list[In, Out any](op api.Operation[In, Out]) listed {
	return listed{op.ID, op.Method, op.Path, op.Failures}
}

func operations() []listed {
	return []listed{
		list(api.ReadText), list(api.StartEnrolment), list(api.RecoverEnrolment), list(api.RebindDevice), list(api.ReadEnrolment), list(api.CancelEnrolment), list(api.SendCode),
		list(api.CheckCode), list(api.AskCall), list(api.SignIn), list(api.ConsentBiometrics), list(api.SendSelfie),
		list(api.StartChallenge), list(api.AskOperator), list(api.SendHead), list(api.SendFrames), list(api.FinishRecording), list(api.TakeOver), list(api.SetPIN),
		list(api.CheckPIN), list(api.SendCard), list(api.ConfirmFields), list(api.RepeatRejected), list(api.ReadDocuments),
		list(api.GrantData), list(api.AcceptAgreement), list(api.SendEmailCode), list(api.ConfirmEmail), list(api.Apply), list(api.WithdrawApplication), list(api.ReadCertificates), list(api.ConfirmImport),
	}
}

// afterIssue are the calls beside the way: nobody makes them on it.
func afterIssue() []listed {
	return []listed{
		list(api.ListHeld), list(api.AskSignature), list(api.RevokeCertificate), list(api.RenewCertificates), list(api.ReadRecognised),
	}
}

// What was begun goes on after the service was started again.
func TestRestart(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	var c *citizen
	t.Run("before", func(t *testing.T) {
		a := open(t, func(p *Plan) { p.Data = data })
		c = a.citizen(t, "aigul")
		c.confirm()
		c.identify()
	})
	a := open(t, func(p *Plan) { p.Data = data })
	a.clock.advance(time.Hour)
	c.T, c.a = t, a
	c.read()
	c.at(api.StepDecision)
	c.decide(enrolment.Verdict{Approve: true})
	c.grant()
	if err := fmt.Sprint(c.e); strings.Contains(err, string(c.who.IIN)) {
		t.Error("the enrolment prints the IIN")
	}
	if _, err := a.Passwords.HashPassword(t.Context(), pin.NewPassword(), "dana"); err != nil {
		t.Error(err)
	}
}
