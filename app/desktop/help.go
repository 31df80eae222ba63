package desktop

import (
	"context"
	"errors"

	"qoltanba/app/api"
	"qoltanba/app/desktop/screen"
	"qoltanba/app/desktop/wording"
	"qoltanba/app/journey"
)

// helpCall is the request for a call that lies over whatever step the citizen is at.
type helpCall struct {
	open    bool
	phone   string // ten digits
	asked   bool   // an operator has it
	pending bool   // it will be sent as soon as the action under way has ended
}

// callForHelp asks an operator to call, from the page of help. Before there is an IIN, and after the last step, nobody would know whom to
// call about what: there it names the number to call. Where the way itself leads to a call it goes there.
func (w *Window) callForHelp() {
	w.frame.Ready()
	switch w.state.Stage {
	case "", journey.StageWelcome, journey.StageCamera, journey.StageIIN, journey.StageFormer, journey.StageDone, journey.StageKeys, journey.StageEnded:
		w.frame.Toast(w.frame.Words().T("help.call.1414"))
		return
	case journey.StageCode, journey.StageSignInCode, journey.StageLocked:
		w.do("open call-back", w.journey.OpenCallBack)
		return
	case journey.StageCallBack:
		return
	case journey.StageRecording:
		w.endRecording()
	}
	call := w.state.Enrolment.Call
	w.help.open = true
	w.help.asked = call != nil && call.State == api.CallWaiting
	if w.help.phone == "" {
		w.help.phone = w.typed.phone
	}
	w.show(false)
}

func (w *Window) helpScreen(words *wording.Words) screen.Screen {
	m := screen.HelpCallModel{Phone: w.help.phone, Language: words.Language(), Awaited: w.help.asked}
	return screen.NewHelpCall(words, m, screen.HelpCallActions{
		Phone:    func(digits string) { w.help.phone = digits },
		Language: w.frame.SetLanguage,
		Request:  w.requestHelp,
		Return:   w.endHelp,
	})
}

// requestHelp sends the request, or puts it off while the journey does something else.
func (w *Window) requestHelp() {
	phone, err := api.ParsePhone("+7" + w.help.phone)
	if err != nil {
		w.fail(api.Fail(api.PhoneInvalid, "%v", err))
		return
	}
	w.help.pending = false
	w.do("ask for help", func(ctx context.Context) error {
		err := w.journey.AskCall(ctx, phone, api.CallForHelp)
		w.ui(func() { w.helpAsked(err) })
		return err
	})
}

func (w *Window) helpAsked(err error) {
	if !w.help.open || w.ctx.Err() != nil {
		return
	}
	if errors.Is(err, journey.ErrBusy) {
		w.help.pending = true
		w.frame.Wait(w.frame.Words().T("wait.asking"), -1, w.endHelp)
		return
	}
	if err == nil {
		w.help.asked = true
		w.show(false)
	}
}

// endHelp goes back to the step.
func (w *Window) endHelp() {
	w.help.open, w.help.pending = false, false
	w.show(true)
}
