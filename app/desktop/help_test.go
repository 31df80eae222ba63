package desktop

import (
	"testing"

	"qoltanba/app/api"
	"qoltanba/app/journey"
)

const helpPhone = "7011234567"

func (d *desk) askForCall() {
	d.frame.Help()
	d.press("help.callback")
}

func TestHelpBeforeTheIINNamesTheNumber(t *testing.T) {
	d, c := atIIN(t)
	d.write("iin.number", "9004")
	d.askForCall()
	d.runLine()
	popups := d.window.Canvas().Overlays().List()
	if d.screen() != "iin" || len(popups) != 1 || d.written("iin.number") != "9004" {
		t.Errorf("help leads to %s with %d words above", d.screen(), len(popups))
	}
	if len(c.service.asked()) > 0 {
		t.Error("an operator was asked to call nobody")
	}
}

func TestHelpAtTheCodeLeadsToTheCallOfTheWay(t *testing.T) {
	d, _ := atCode(t)
	d.askForCall()
	d.untilScreen("callback")
	d.askForCall()
	d.runLine()
	if d.screen() != "callback" {
		t.Errorf("help leads from the call to %s", d.screen())
	}
}

func TestHelpIsAskedForAtAStepAndLeadsBackToIt(t *testing.T) {
	d, c := atCompanion(t)
	d.press("companion.main")
	d.untilScreen("summary")
	d.press("summary.main")
	d.untilScreen("signin")
	d.write("signin.phone", "70199")
	d.askForCall()
	if d.screen() != "helpcall" {
		t.Fatalf("help leads to %s", d.screen())
	}
	d.press("back")
	if d.screen() != "signin" || d.written("signin.phone") != "70199" {
		t.Fatalf("back leads to %s", d.screen())
	}
	d.askForCall()
	d.write("helpcall.phone", helpPhone)
	d.press("language.ru")
	if d.written("helpcall.phone") != helpPhone {
		t.Error("the other language has forgotten the phone")
	}
	d.until("the journey to speak Russian", func() bool { return d.state.Language == api.Russian && !d.state.Busy })
	d.press("helpcall.main")
	d.until("the request to be accepted", func() bool { return d.says(d.frame.Words().T("callback.waiting")) })
	want := api.CallRequest{Phone: "+7" + helpPhone, Language: api.Russian, Reason: api.CallForHelp}
	if asked := c.service.asked(); len(asked) != 1 || asked[0] != want {
		t.Errorf("%d calls were asked for, or with other content", len(asked))
	}
	d.press("helpcall.main")
	if d.screen() != "signin" || d.written("signin.phone") != "70199" {
		t.Errorf("the citizen is led to %s", d.screen())
	}
	d.askForCall()
	if d.screen() != "helpcall" || !d.says("+7\u00a0701") {
		t.Error("a call that is awaited already is not told of")
	}
}

func TestHelpWaitsForTheActionUnderWay(t *testing.T) {
	d, c := atCompanion(t)
	release := c.service.hold(api.ReadEnrolment.ID)
	d.do("refresh", d.journey.Refresh)
	d.until("the journey to be busy", func() bool { return d.state.Busy })
	d.askForCall()
	d.write("helpcall.phone", helpPhone)
	d.press("helpcall.main")
	d.until("the request to stand in line", func() bool { return d.help.pending })
	if len(c.service.asked()) > 0 {
		t.Error("the request was sent beside another action")
	}
	release()
	d.until("the request to be accepted", func() bool { return d.help.asked })
	if n := len(c.service.asked()); n != 1 {
		t.Errorf("%d calls were asked for", n)
	}
}

func TestHelpRefusedIsTold(t *testing.T) {
	d, c := atCompanion(t)
	c.service.fail(api.AskCall.ID, api.Fail(api.TooMany, "five a day"))
	d.askForCall()
	d.write("helpcall.phone", "9991234567")
	d.press("helpcall.main")
	if !d.says(api.FailureOf(api.PhoneInvalid).Sentence.KK) {
		t.Error("a number that is no mobile one is not refused")
	}
	d.write("helpcall.phone", helpPhone)
	d.press("helpcall.main")
	d.until("the refusal", func() bool { return d.says(api.FailureOf(api.TooMany).Sentence.KK) })
	if d.screen() != "helpcall" {
		t.Errorf("the refusal leads to %s", d.screen())
	}
}

// What a person gets who asks for a call, at every stage there is.
func TestHelpAnswersAtEveryStage(t *testing.T) {
	d, _ := atCompanion(t)
	number := map[journey.Stage]bool{
		journey.StageWelcome: true, journey.StageCamera: true, journey.StageIIN: true, journey.StageFormer: true, journey.StageDone: true, journey.StageKeys: true, journey.StageEnded: true,
	}
	way := map[journey.Stage]bool{
		journey.StageCode: true, journey.StageSignInCode: true, journey.StageLocked: true, journey.StageCallBack: true,
	}
	for _, stage := range journey.Stages() {
		d.help = helpCall{}
		d.state = journey.State{Stage: stage}
		before := len(d.window.Canvas().Overlays().List())
		d.callForHelp()
		told := len(d.window.Canvas().Overlays().List()) > before
		if told != number[stage] {
			t.Errorf("at %s 1414 is named: %t", stage, told)
		}
		if d.help.open == (number[stage] || way[stage]) {
			t.Errorf("at %s the phone is asked for: %t", stage, d.help.open)
		}
	}
}
