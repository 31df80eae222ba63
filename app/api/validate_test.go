package api

import (
	"slices"
	"testing"
	"time"
)

func card() CardFields {
	return CardFields{
		Surname: "Әбілқайырұлы", Name: "Ғалымжан", Patronymic: "Өмірбекұлы", Sex: Male, BirthDate: "1985-01-01",
		BirthPlace: "Қызылорда облысы", Nationality: "Қазақ", Citizenship: "Қазақстан Республикасы",
		DocumentNumber: "012345678", Issuer: "ҚР ІІМ", IssueDate: "2018-05-20", ExpiryDate: "2028-05-20",
	}
}

func TestCardFields(t *testing.T) {
	if wrong := card().Mistakes(IdentityCard); len(wrong) > 0 {
		t.Fatalf("a good card is refused: %v", wrong)
	}
	spoil := map[string]func(*CardFields){
		"surname":         func(c *CardFields) { c.Surname = "Smith" },
		"name":            func(c *CardFields) { c.Name = "" },
		"patronymic":      func(c *CardFields) { c.Patronymic = "<b>" },
		"sex":             func(c *CardFields) { c.Sex = "x" },
		"birth_date":      func(c *CardFields) { c.BirthDate = "1985-02-30" },
		"birth_place":     func(c *CardFields) { c.BirthPlace = " Астана" },
		"nationality":     func(c *CardFields) { c.Nationality = "" },
		"citizenship":     func(c *CardFields) { c.Citizenship = "{}" },
		"document_number": func(c *CardFields) { c.DocumentNumber = "1234567890" },
		"issuer":          func(c *CardFields) { c.Issuer = "" },
		"issue_date":      func(c *CardFields) { c.IssueDate = "1980-01-01" },
		"expiry_date":     func(c *CardFields) { c.ExpiryDate = "2018-05-20" },
	}
	for field, change := range spoil {
		c := card()
		change(&c)
		if wrong := c.Mistakes(IdentityCard); !slices.Contains(wrong, field) {
			t.Errorf("%s: mistakes found %v", field, wrong)
		}
	}
}

func TestFieldsAreConfirmed(t *testing.T) {
	if err := (FieldsRequest{Fields: card()}).Validate(IdentityCard); CodeOf(err) != FieldsInvalid {
		t.Errorf("fields nobody confirmed: %v", err)
	}
	if err := (FieldsRequest{Fields: card(), Confirmed: true}).Validate(IdentityCard); err != nil {
		t.Error(err)
	}
}

func TestNumbersOfDocuments(t *testing.T) {
	for number, of := range map[string]DocumentKind{
		"012345678": IdentityCard, "N01234567": Passport,
		"N012345678": "", "01234567": "", "n01234567": "", "Н01234567": "", "NN1234567": "", "N0123456": "", "N 1234567": "", "": "",
	} {
		c := card()
		c.DocumentNumber = number
		for _, kind := range DocumentKinds() {
			if refused := slices.Contains(c.Mistakes(kind), "document_number"); refused == (kind == of) {
				t.Errorf("%q on %s: refused %v", number, kind, refused)
			}
		}
	}
}

func TestSidesAreOfTheirDocument(t *testing.T) {
	for _, kind := range DocumentKinds() {
		for _, side := range kind.Sides() {
			if side.Document() != kind {
				t.Errorf("%s of %s is of %s", side, kind, side.Document())
			}
		}
	}
	if len(DocumentKind("").Sides()) != 2 {
		t.Error("where nothing is said it is not the identity card")
	}
}

func TestCardExpiresAfterItsLastDay(t *testing.T) {
	c := card()
	day := func(s string) time.Time { return must(time.Parse(time.RFC3339, s)) }
	if c.Expired(day("2028-05-20T23:00:00Z")) {
		t.Error("expired on its last day")
	}
	if !c.Expired(day("2028-05-21T00:00:01Z")) {
		t.Error("valid after its last day")
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestEmail(t *testing.T) {
	for _, good := range []string{"", "a@b.kz", "first.last+tag@mail.example.kz"} {
		if err := ValidateEmail(good); err != nil {
			t.Errorf("%q refused", good)
		}
	}
	for _, bad := range []string{"a", "a@b", "a b@c.kz", "А@почта.қаз", "Name <a@b.kz>", "a@b.kz\r\nBcc: x@y.kz"} {
		if err := ValidateEmail(bad); CodeOf(err) != EmailInvalid {
			t.Errorf("%q taken", bad)
		}
	}
}

func TestRejectionsLeadSomewhere(t *testing.T) {
	steps := Steps()
	for _, reason := range RejectReasons() {
		if !slices.Contains(steps, reason.Repeat()) {
			t.Errorf("%s leads to %q", reason, reason.Repeat())
		}
	}
}

func TestPassedDataHash(t *testing.T) {
	data := PassedData{IIN: "061211600012", Surname: "ӘБІЛ", Name: "АЛИ", Document: "012345678"}
	same, other := data, data
	other.Name = "АЛИЯ"
	if data.Hash() != same.Hash() || data.Hash() == other.Hash() || len(data.Hash()) != 64 {
		t.Error("the hash does not stand for the data")
	}
}
