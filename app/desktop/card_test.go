package desktop

import (
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/storage"

	"qoltanba/app/api"
	"qoltanba/app/desktop/part"
	"qoltanba/app/desktop/screen"
	"qoltanba/app/journey"
)

// atCardChoice takes a window to the choice of the document; the service takes a passport's page and its fields.
func atCardChoice(t *testing.T, sent *api.CardFields) *desk {
	t.Helper()
	d, c := atCompanion(t)
	step(c.service, api.SendCard, func(api.Picture) *api.Problem {
		c.service.e.Step, c.service.e.Document, c.service.e.CardSides = api.StepFields, api.Passport, []api.Side{api.DataPage}
		return nil
	})
	step(c.service, api.ConfirmFields, func(in api.FieldsRequest) *api.Problem {
		*sent = in.Fields
		c.service.e.Step, c.service.e.Decision = api.StepDecision, &api.Decision{State: api.DecisionWaiting}
		return nil
	})
	c.service.mu.Lock()
	c.service.e.Step = api.StepCard
	c.service.mu.Unlock()
	d.do("refresh", d.journey.Refresh)
	d.untilScreen("cardway")
	return d
}

func (d *desk) choose(id string) {
	d.t.Helper()
	c, ok := d.frame.Find(id).(*part.Choice)
	if !ok {
		d.t.Fatalf("%s has no choice %s", d.screen(), id)
	}
	c.Tapped(nil)
}

// photograph is a file with a picture that is large enough.
func photograph(t *testing.T) fyne.URI {
	t.Helper()
	path := filepath.Join(t.TempDir(), "pasport.jpg")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := jpeg.Encode(file, image.NewGray(image.Rect(0, 0, 1000, 700)), nil); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	return storage.NewFileURI(path)
}

// TestPassportByFile drops the page onto the window and types what stands on it.
func TestPassportByFile(t *testing.T) {
	var sent api.CardFields
	d := atCardChoice(t, &sent)
	d.choose("cardway.passport")
	d.choose("cardway.file")
	d.press("cardway.main")
	d.untilScreen("cardfile")
	if d.frame.Find("cardfile.front.choose") != nil || !d.asleep("cardfile.main") {
		t.Error("the passport is asked for as a card, or goes off without a picture")
	}
	d.dropped(fyne.Position{}, []fyne.URI{photograph(t)})
	d.until("the file to be read", func() bool { return !d.asleep("cardfile.main") })
	d.press("cardfile.main")
	d.untilScreen("fields")
	d.until("the picture beside the form", func() bool { return d.typed.seen[api.DataPage] != nil })
	if !d.says(d.frame.Words().T("fields.passport_number")) {
		t.Error("the form asks for another number than the passport's")
	}

	d.choose("fields.confirm")
	d.write("fields.surname", "ЖҮНІСОВА")
	d.press("fields.main")
	d.until("the empty fields to be told of", func() bool { return d.says(d.frame.Words().T("fields.wrong")) })
	if first, ok := d.frame.Find("fields.name").(fyne.Focusable); !ok || d.window.Canvas().Focused() != first {
		t.Error("the keyboard is not at the first field that is wrong")
	}
	for id, value := range map[screen.FieldName]string{
		screen.FieldGivenName: "САЛТАНАТ", screen.FieldBirthDate: "21.09.1976", screen.FieldBirthPlace: "СЕМЕЙ", screen.FieldNationality: "ҚАЗАҚ",
		screen.FieldCitizenship: "ҚАЗАҚСТАН", screen.FieldNumber: "н 9999 9013", screen.FieldIssued: "18.7.2023", screen.FieldExpires: "17.07.2033",
		screen.FieldIssuer: "ҚР ІІМ",
	} {
		d.write("fields."+string(id), value)
	}
	d.choose("fields.sex.female")
	d.press("fields.main")
	d.untilScreen("checking")
	want := api.CardFields{
		Surname: "ЖҮНІСОВА", Name: "САЛТАНАТ", Sex: api.Female, BirthDate: "1976-09-21", BirthPlace: "СЕМЕЙ", Nationality: "ҚАЗАҚ",
		Citizenship: "ҚАЗАҚСТАН", DocumentNumber: "N99999013", Issuer: "ҚР ІІМ", IssueDate: "2023-07-18", ExpiryDate: "2033-07-17",
	}
	if sent != want {
		t.Errorf("sent %+v", sent)
	}
}

// TestPassportByCamera asks for one picture, in the frame of the page.
func TestPassportByCamera(t *testing.T) {
	var sent api.CardFields
	d := atCardChoice(t, &sent)
	d.choose("cardway.passport")
	d.press("cardway.main")
	d.untilScreen("cardshot")
	if !d.says(d.frame.Words().T("cardshot.page.title")) {
		t.Errorf("the window says %q", d.words())
	}
	d.press("back")
	d.untilScreen("cardway")
	if c, ok := d.frame.Find("cardway.passport").(*part.Choice); !ok || !c.Chosen() {
		t.Error("the choice is forgotten")
	}
}

func TestDocumentNumbersAsPeopleTypeThem(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"N12345678": "N12345678", "n 1234 5678": "N12345678", "Н12345678": "N12345678", "№12345678": "N12345678", "12345678": "N12345678",
		"A12345678": "NA12345678", "": "",
	} {
		if got := documentNumber(api.Passport, typed); got != want {
			t.Errorf("passport %q is read as %q", typed, got)
		}
	}
	if got := documentNumber(api.IdentityCard, " 012 345 678"); got != "012345678" {
		t.Errorf("the card's number is read as %q", got)
	}
}

func TestAnOperatorIsNamedWhereOneLooks(t *testing.T) {
	d, _ := atIIN(t)
	machine, person := d.frame.Words().T("checking.title"), d.frame.Words().T("checking.moderation.title")
	waits := func(operator bool) journey.State {
		decision := &api.Decision{State: api.DecisionWaiting, Since: time.Now(), Operator: operator}
		return journey.State{Stage: journey.StageChecking, Enrolment: api.Enrolment{Decision: decision}}
	}
	d.apply(waits(false))
	if !d.says(machine) || d.says(person) {
		t.Errorf("while the machine compares, the window says %q", d.words())
	}
	d.apply(waits(true))
	if !d.says(person) {
		t.Errorf("once an operator has the case, the window says %q", d.words())
	}
	d.apply(journey.State{Stage: journey.StageIIN})
	d.apply(journey.State{Stage: journey.StageChecking, Enrolment: api.Enrolment{Identification: &api.Identification{State: api.IdentificationOperator}}})
	if !d.says(person) {
		t.Errorf("after a recording for a person the window says %q", d.words())
	}
}
