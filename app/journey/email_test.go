package journey

import (
	"testing"

	"qoltanba/app/api"
)

// atEmailCode is a citizen whose address waits for its code.
func atEmailCode(t *testing.T) (*citizen, *process) {
	c := newCitizen(t)
	p := c.start(c.model)
	if err := c.walk(t.Context(), p.Journey, StageEmailCode); err != nil {
		t.Fatal(err)
	}
	return c, p
}

func TestAnAddressIsConfirmedByItsCode(t *testing.T) {
	c, p := atEmailCode(t)
	if err := p.GiveEmailCode(t.Context(), "000000"); api.CodeOf(err) != api.CodeWrong || p.State().Stage != StageEmailCode {
		t.Errorf("a wrong code leads to %s: %v", p.State().Stage, err)
	}
	if err := p.ResendEmailCode(t.Context()); api.CodeOf(err) != api.CodeTooSoon {
		t.Errorf("another code at once: %v", err)
	}
	p.stop()

	again := c.start(c.model)
	defer again.stop()
	if err := again.Resume(t.Context(), ""); err != nil || again.State().Stage != StageEmailCode {
		t.Fatalf("a new start leads to %s: %v", again.State().Stage, err)
	}
	if err := again.GiveEmailCode(t.Context(), modelCode); err != nil || again.State().Stage != StageSubmit {
		t.Fatalf("the code leads to %s: %v", again.State().Stage, err)
	}
	if err := again.Back(t.Context()); err != nil || again.State().Stage != StageForm {
		t.Fatalf("back leads to %s: %v", again.State().Stage, err)
	}
	if err := again.FillForm(t.Context(), c.form()); err != nil || again.State().Stage != StageSubmit {
		t.Errorf("a confirmed address leads to %s: %v", again.State().Stage, err)
	}
	if c.model.letters != 1 {
		t.Errorf("%d letters", c.model.letters)
	}
}

// Whoever cannot read letters now obtains the keys without an address.
func TestAnAddressIsLeftOut(t *testing.T) {
	c, p := atEmailCode(t)
	defer p.stop()
	if err := p.SkipEmail(t.Context()); err != nil || p.State().Stage != StageSubmit || p.State().Form.Email != "" {
		t.Fatalf("without an address at %s: %v", p.State().Stage, err)
	}
	if err := c.walk(t.Context(), p.Journey, StageDone); err != nil {
		t.Fatal(err)
	}
	c.checkDone(p)
}

// Another address waits until another code may be sent; the same one does not.
func TestAnotherAddressAtOnce(t *testing.T) {
	c, p := atEmailCode(t)
	defer p.stop()
	if err := p.Back(t.Context()); err != nil || p.State().Stage != StageForm {
		t.Fatalf("back leads to %s: %v", p.State().Stage, err)
	}
	other := c.form()
	other.Email = "b@example.kz"
	err := p.FillForm(t.Context(), other)
	if api.CodeOf(err) != api.CodeTooSoon || p.State().Stage != StageForm || p.State().WaitUntil.IsZero() {
		t.Errorf("another address leads to %s: %v", p.State().Stage, err)
	}
	if err := p.FillForm(t.Context(), c.form()); err != nil || p.State().Stage != StageEmailCode || c.model.letters != 1 {
		t.Errorf("the same address leads to %s with %d letters: %v", p.State().Stage, c.model.letters, err)
	}
}

// A service without e-mail says so on the form, and nothing of it is kept.
func TestAnAddressThatIsNotServed(t *testing.T) {
	c := newCitizen(t)
	p := c.start(c.model)
	defer p.stop()
	if err := c.walk(t.Context(), p.Journey, StageForm); err != nil {
		t.Fatal(err)
	}
	c.model.refusals[api.SendEmailCode.ID] = []*api.Problem{api.Fail(api.EmailUnserved, "none")}
	if err := p.FillForm(t.Context(), c.form()); api.CodeOf(err) != api.EmailUnserved || p.State().Stage != StageForm || p.State().Form.Email != "" {
		t.Errorf("at %s: %v", p.State().Stage, err)
	}
	none := c.form()
	none.Email = ""
	if err := p.FillForm(t.Context(), none); err != nil || p.State().Stage != StageSubmit {
		t.Errorf("no address leads to %s: %v", p.State().Stage, err)
	}
}
