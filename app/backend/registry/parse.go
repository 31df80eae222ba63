package registry

import (
	"encoding/json"
	"fmt"
	"unicode"
	"unicode/utf8"

	"qoltanba/app/api"
)

// maxAnswer bounds an answer, in bytes, before any of it is decoded.
const maxAnswer = 64 << 10

// maxPortrait bounds a portrait, in bytes.
const maxPortrait = 2 << 20

type phoneAnswer struct {
	IIN   api.IIN   `json:"iin"`
	Phone api.Phone `json:"phone"`
}

// parsePhone reads an answer about asked. Errors wrap [ErrUnavailable] and
// name the member, never its value.
func parsePhone(body []byte, asked api.IIN) (api.Phone, error) {
	var a phoneAnswer
	// A decoder's error quotes what it read: it is not passed on.
	if json.Unmarshal(body, &a) != nil {
		return "", badAnswer("no JSON of the agreed form")
	}
	if a.IIN != asked {
		return "", badAnswer("iin is not the one asked for")
	}
	phone, err := api.ParsePhone(string(a.Phone))
	if err != nil {
		return "", badAnswer("phone")
	}
	return phone, nil
}

// parsePerson reads an answer about asked, like [parsePhone].
func parsePerson(body []byte, asked api.IIN) (Person, error) {
	var p Person
	if json.Unmarshal(body, &p) != nil {
		return Person{}, badAnswer("no JSON of the agreed form")
	}
	if p.IIN != asked {
		return Person{}, badAnswer("iin is not the one asked for")
	}
	if member := wrongMember(p); member != "" {
		return Person{}, badAnswer(member)
	}
	return p, nil
}

func badAnswer(what string) error { return fmt.Errorf("%w: in its answer: %s", ErrUnavailable, what) }

// wrongMember names the first member that breaks the contract, or "".
func wrongMember(p Person) string {
	f := p.Fields
	for _, text := range []struct {
		name, value string
		least, most int // letters
	}{
		{"surname", f.Surname, 1, 100},
		{"name", f.Name, 1, 100},
		{"patronymic", f.Patronymic, 0, 100},
		{"birth_place", f.BirthPlace, 1, 100},
		{"nationality", f.Nationality, 1, 60},
		{"citizenship", f.Citizenship, 1, 60},
		{"issuer", f.Issuer, 1, 100},
		{"portrait", p.Portrait, 0, 256},
	} {
		if n := utf8.RuneCountInString(text.value); n < text.least || n > text.most || !printable(text.value) {
			return text.name
		}
	}
	for _, date := range []struct {
		name  string
		value api.Date
	}{{"birth_date", f.BirthDate}, {"issue_date", f.IssueDate}, {"expiry_date", f.ExpiryDate}} {
		if _, err := date.value.Time(); err != nil {
			return date.name
		}
	}
	if f.Sex != api.Male && f.Sex != api.Female {
		return "sex"
	}
	if !nineDigits(f.DocumentNumber) {
		return "document_number"
	}
	return ""
}

func printable(s string) bool {
	for _, r := range s {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}

func nineDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return len(s) == 9
}
