//go:build demo

package citizens

import (
	"strings"
	"testing"
	"time"

	"github.com/nyaruka/phonenumbers"

	"qoltanba/app/api"
)

func TestEveryRecordIsWellFormed(t *testing.T) {
	t.Parallel()
	ids, iins, phones := map[string]bool{}, map[api.IIN]bool{}, map[api.Phone]bool{}
	for _, c := range All() {
		if ids[c.ID] || iins[c.IIN] || phones[c.Phone] {
			t.Errorf("%s: id, IIN or phone occurs twice", c.ID)
		}
		ids[c.ID], iins[c.IIN], phones[c.Phone] = true, true, true
		if iin, err := api.ParseIIN(string(c.IIN)); err != nil || iin != c.IIN {
			t.Errorf("%s: IIN: %v", c.ID, err)
		}
		if c.For == "" || c.Language == "" {
			t.Errorf("%s does not say what it is for, or in which language", c.ID)
		}
		checkPhone(t, c.ID, c.Phone)
		if c.MobileBase != "" {
			checkPhone(t, c.ID, c.MobileBase)
		}
		checkFields(t, c.ID, c.Document, c.Card)
		checkFields(t, c.ID, api.IdentityCard, c.Register)
	}
	if len(ids) < 10 {
		t.Errorf("%d citizens, want 10 or more", len(ids))
	}
}

func checkPhone(t *testing.T, id string, p api.Phone) {
	t.Helper()
	if !strings.HasPrefix(string(p), "+770000000") {
		t.Errorf("%s: a phone outside the sample range", id)
	}
	n, err := phonenumbers.Parse(string(p), "")
	if err != nil || !phonenumbers.IsPossibleNumber(n) {
		t.Errorf("%s: phone is not possible: %v", id, err)
	}
}

func checkFields(t *testing.T, id string, of api.DocumentKind, f api.CardFields) {
	t.Helper()
	for _, s := range []string{f.Surname, f.Name, f.BirthPlace, f.Nationality, f.Citizenship, f.Issuer} {
		if s == "" || strings.ToUpper(s) != s {
			t.Errorf("%s: %q is empty or not in capitals", id, s)
		}
	}
	if wrong := f.Mistakes(of); len(wrong) != 0 {
		t.Errorf("%s: mistakes in %v", id, wrong)
	}
	var days []time.Time
	for _, d := range []api.Date{f.BirthDate, f.IssueDate, f.ExpiryDate} {
		day, err := d.Time()
		if err != nil {
			t.Errorf("%s: %v", id, err)
		}
		days = append(days, day)
	}
	if !days[0].Before(days[1]) || !days[2].Equal(days[1].AddDate(10, 0, -1)) {
		t.Errorf("%s: born %s, issued %s, expires %s", id, f.BirthDate, f.IssueDate, f.ExpiryDate)
	}
}

// TestPopulationCovers holds the population to what it is for.
func TestPopulationCovers(t *testing.T) {
	t.Parallel()
	found := map[string]string{}
	var names strings.Builder
	note := func(what string, c Citizen, is bool) {
		if is {
			found[what] = c.ID
		}
	}
	for _, c := range All() {
		full := c.Card.Surname + c.Card.Name + c.Card.Patronymic
		names.WriteString(full)
		expiry, _ := c.Card.ExpiryDate.Time()
		expired := expiry.Before(time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC))
		straight := c.MobileBase == c.Phone && c.Register == c.Card && !expired
		note("straight", c, straight)
		note("no mobile base", c, c.MobileBase == "")
		note("old phone", c, c.MobileBase != "" && c.MobileBase != c.Phone)
		note("expired card", c, expired)
		note("register differs", c, c.Register != c.Card)
		note("passport", c, c.Document == api.Passport)
		note("no patronymic", c, c.Card.Patronymic == "")
		note("foreigner", c, c.IIN[6] == '0' && c.Card.Citizenship != "ҚАЗАҚСТАН")
		note("only Russian letters", c, straight && !strings.ContainsAny(full, "ӘҒҚҢӨҰҮҺІ"))
		note("digits disagree", c, string(c.IIN[4:6]) != string(c.Card.BirthDate[8:10]))
	}
	for _, what := range []string{
		"straight", "no mobile base", "old phone", "expired card", "register differs", "no patronymic", "foreigner", "only Russian letters", "digits disagree",
		"passport",
	} {
		if found[what] == "" {
			t.Errorf("nobody is there for: %s", what)
		}
	}
	for _, letter := range "ӘҒҚҢӨҰҮҺІ" {
		if !strings.ContainsRune(names.String(), letter) {
			t.Errorf("no name has the letter %c", letter)
		}
	}
	if first := All()[0]; first.Register != first.Card || first.MobileBase != first.Phone {
		t.Error("the first citizen does not go the straight way")
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	if c, err := Find("aigul"); err != nil || c.ID != "aigul" {
		t.Errorf("Find = %q, %v", c.ID, err)
	}
	if _, err := Find("nobody"); err == nil {
		t.Error("nobody was found")
	}
}
