package desktop

import (
	"context"
	"net/url"
	"time"

	"fyne.io/fyne/v2/dialog"

	"qoltanba/app/api"
	"qoltanba/app/desktop/screen"
	"qoltanba/app/desktop/wording"
	"qoltanba/app/journey"
	"qoltanba/capture/camera"
)

// ncaLayerPage is where NCALayer and its guide are to be had.
const ncaLayerPage = "https://ncl.pki.gov.kz/"

func (w *Window) welcome(words *wording.Words) screen.Screen {
	var keys func()
	if w.state.HasKeys {
		keys = w.openKeys
	}
	return screen.NewWelcome(words, screen.WelcomeModel{Unfinished: w.state.Unfinished, Reached: reached(w.state, words)}, screen.WelcomeActions{
		Keys:     keys,
		Begin:    w.begin,
		Resume:   func() { w.do("resume", func(ctx context.Context) error { return w.journey.Resume(ctx, "") }) },
		Language: w.frame.SetLanguage,
	})
}

// begin asks first when a way that was begun would be given up.
func (w *Window) begin() {
	begin := func() { w.do("begin", w.journey.Begin) }
	if !w.state.Unfinished {
		begin()
		return
	}
	w.confirmAnew("welcome.anew.text", begin)
}

// confirmAnew asks whether to begin anew, telling what that costs.
func (w *Window) confirmAnew(cost string, begin func()) {
	t := w.frame.Words().T
	ask := dialog.NewConfirm(t("welcome.anew"), t(cost), func(yes bool) {
		if yes {
			begin()
		}
	}, w.window)
	ask.SetConfirmText(t("welcome.anew.yes"))
	ask.SetDismissText(t("frame.cancel"))
	ask.Show()
}

func (w *Window) recovery(words *wording.Words) screen.Screen {
	return screen.NewRecover(words, screen.RecoverActions{
		Next: func() { w.do("recover", w.journey.Recover) },
		Anew: func() {
			w.confirmAnew("recover.anew.text", func() { w.do("start again", w.journey.StartAgain) })
		},
	})
}

func (w *Window) rebind(words *wording.Words) screen.Screen {
	return screen.NewRebind(words, w.pinModel(), screen.PINActions{
		Next: func(pin string) {
			w.do("rebind", func(ctx context.Context) error { return w.journey.Rebind(ctx, api.Secret(pin)) })
		},
		Back: w.back(),
	})
}

func (w *Window) resume(words *wording.Words) screen.Screen {
	m := w.pinModel()
	m.Reached = reached(w.state, words)
	return screen.NewResume(words, m, screen.PINActions{
		Next: func(pin string) {
			w.do("resume", func(ctx context.Context) error { return w.journey.Resume(ctx, api.Secret(pin)) })
		},
		Back: w.back(),
	})
}

func (w *Window) pinModel() screen.PINModel {
	return screen.PINModel{Tries: triesOf(w.state), Wrong: w.state.Problem != nil && w.state.Problem.Code == api.PINWrong}
}

func (w *Window) camera(words *wording.Words) screen.Screen {
	return screen.NewCamera(words, w.cameraModel(), screen.CameraActions{
		Choose: w.feed.choose,
		Retry:  func() { w.feed.open(); w.feed.list() },
		Next:   func() { w.do("camera checked", w.journey.CameraChecked) },
		Back:   w.back(),
	})
}

func (w *Window) cameraModel() screen.CameraModel {
	names, chosen := w.feed.names()
	m := screen.CameraModel{State: screen.CameraStarting, Cameras: names, Chosen: chosen}
	switch {
	case w.feed.live:
		m.State = screen.CameraLive
	case w.feed.fault != nil:
		m.State = cameraStates[camera.Kind(w.feed.fault)]
	}
	return m
}

var cameraStates = map[camera.Fault]screen.CameraState{
	camera.Busy: screen.CameraBusy, camera.Denied: screen.CameraDenied, camera.NoDevice: screen.CameraNone,
	camera.Unplugged: screen.CameraUnplugged, camera.Stalled: screen.CameraStalled,
	camera.BadFrame: screen.CameraStalled, camera.Unusable: screen.CameraStalled,
}

// useCamera holds the camera while a stage shows it, and no longer.
func (w *Window) useCamera(at journey.Stage) {
	switch at {
	case journey.StageCamera, journey.StageSelfie, journey.StageRecordingIntro, journey.StageRecording:
		w.feed.want(true, camera.DefaultFormat)
	case journey.StageCardFront, journey.StageCardBack, journey.StagePassport:
		w.feed.want(w.state.Card.Source != journey.CardByFile, documentFormat)
	default:
		w.feed.want(false, camera.DefaultFormat)
	}
}

// cameraChanged tells of a camera that came, went or failed.
func (w *Window) cameraChanged() {
	if w.ctx.Err() != nil {
		return
	}
	if w.state.Stage == journey.StageCamera {
		w.show(false)
		return
	}
	switch {
	case w.feed.fault != nil && previewOf(w.shown) != nil && w.typed.picture == nil:
		w.fail(journey.Problem(w.feed.fault))
	case w.feed.live && w.state.Problem == nil:
		w.frame.ClearFailure()
	}
}

func (w *Window) iin(words *wording.Words) screen.Screen {
	return screen.NewIIN(words, screen.IINModel{IIN: w.typed.iin}, screen.IINActions{
		Changed: func(iin string) { w.typed.iin = iin },
		Check:   func(iin string) bool { _, err := api.ParseIIN(iin); return err == nil },
		Next: func() {
			iin, err := api.ParseIIN(w.typed.iin)
			if err != nil {
				w.fail(api.Fail(api.IINInvalid, "%v", err))
				return
			}
			w.do("give IIN", func(ctx context.Context) error { return w.journey.GiveIIN(ctx, iin) })
		},
		Back: w.back(),
	})
}

func (w *Window) code(words *wording.Words) screen.Screen {
	on := screen.CodeActions{
		Changed: func(code string) { w.typed.code = code },
		Next: func() {
			w.typed.given = w.typed.code
			code := api.Secret(w.typed.code)
			w.do("give code", func(ctx context.Context) error { return w.journey.GiveCode(ctx, code) })
		},
		Resend: func() { w.do("resend code", w.journey.ResendCode) },
		NoCode: func() { w.do("open call-back", w.journey.OpenCallBack) },
		Back:   w.back(),
	}
	if w.state.Stage == journey.StageSignInCode {
		return screen.NewSignInCode(words, w.codeModel(), on)
	}
	return screen.NewCode(words, w.codeModel(), on)
}

func (w *Window) emailCode(words *wording.Words) screen.Screen {
	return screen.NewEmailCode(words, w.codeModel(), screen.CodeActions{
		Changed: func(code string) { w.typed.code = code },
		Next: func() {
			w.typed.given = w.typed.code
			code := api.Secret(w.typed.code)
			w.do("give e-mail code", func(ctx context.Context) error { return w.journey.GiveEmailCode(ctx, code) })
		},
		Resend: func() { w.do("resend e-mail code", w.journey.ResendEmailCode) },
		NoCode: w.skipEmail,
		Back:   w.back(),
	})
}

// skipEmail goes on without an address; the form must not offer it again.
func (w *Window) skipEmail() {
	w.typed.email = ""
	w.do("skip e-mail", w.journey.SkipEmail)
}

// mailLock is until when no code of a letter is taken, zero for not.
func (w *Window) mailLock() time.Time {
	s := w.state
	switch {
	case s.Stage != journey.StageEmailCode:
	case s.Problem != nil && s.Problem.Code == api.CodeExhausted && s.Problem.Until != nil:
		return *s.Problem.Until
	case s.Enrolment.Email != nil && s.Enrolment.Email.Lock != nil:
		return s.Enrolment.Email.Lock.Until
	}
	return time.Time{}
}

func (w *Window) codeModel() screen.CodeModel {
	e, s := w.state.Enrolment, w.state
	m, sent := screen.CodeModel{To: e.Phone, Tries: -1}, e.Code
	if s.Stage == journey.StageEmailCode {
		m.To, sent = s.Form.Email, nil
		if e.Email != nil {
			sent = e.Email.Code
		}
	}
	if sent != nil {
		m.ResendIn = until(sent.ResendAt)
	}
	if end := w.mailLock(); end.After(time.Now()) {
		m.Locked, m.ResendIn = true, until(end)
	}
	if w.state.Problem != nil && w.state.Problem.Code == api.CodeWrong && w.typed.code == w.typed.given {
		m.Wrong, m.Tries = true, triesOf(w.state)
	}
	return m
}

func (w *Window) callState() screen.CallBackState {
	call := w.state.Enrolment.Call
	switch {
	case call == nil || call.State == api.CallAnswered || call.State == api.CallRefused:
		return screen.CallBackAsk
	case call.State == api.CallRegistered:
		return screen.CallBackRegistered
	default:
		return screen.CallBackWaiting
	}
}

func (w *Window) callBack(words *wording.Words) screen.Screen {
	m := screen.CallBackModel{State: w.callState(), Phone: w.typed.phone, Language: words.Language()}
	reason := api.CallToRegister
	if w.state.Enrolment.Phone != "" {
		reason = api.CallForHelp
	}
	return screen.NewCallBack(words, m, screen.CallBackActions{
		Phone:    func(digits string) { w.typed.phone = digits },
		Language: func(l wording.Language) { w.frame.SetLanguage(l) },
		Request: func() {
			w.withPhone(func(ctx context.Context, phone api.Phone) error { return w.journey.AskCall(ctx, phone, reason) })
		},
		Again:   func() { w.do("start again", w.journey.StartAgain) },
		Refresh: func() { w.do("refresh", w.journey.Refresh) },
		Back:    w.back(),
	})
}

// withPhone does something with the phone that was typed.
func (w *Window) withPhone(action func(context.Context, api.Phone) error) {
	phone, err := api.ParsePhone("+7" + w.typed.phone)
	if err != nil {
		w.fail(api.Fail(api.PhoneInvalid, "%v", err))
		return
	}
	w.do("phone", func(ctx context.Context) error { return action(ctx, phone) })
}

func (w *Window) companion(words *wording.Words) screen.Screen {
	found := w.state.Companion
	m := screen.CompanionModel{Owner: found.Name, Version: found.Version, State: screen.CompanionAbsent}
	switch found.Kind {
	case journey.CompanionOurs:
		m.State = screen.CompanionOurs
	case journey.CompanionNCA:
		m.State = screen.CompanionNCALayer
	case journey.CompanionOther:
		m.State = screen.CompanionStranger
	}
	return screen.NewCompanion(words, m, screen.CompanionActions{
		Retry: func() { w.do("probe", w.journey.ProbeCompanion) },
		Guide: func() { w.openPage(ncaLayerPage) },
		Next:  func() { w.do("companion checked", w.journey.CompanionChecked) },
		Back:  w.back(),
	})
}

func (w *Window) openPage(address string) {
	page, err := url.Parse(address)
	if err == nil {
		err = w.app.OpenURL(page)
	}
	if err != nil {
		w.frame.Toast(address)
	}
}

func (w *Window) summary(words *wording.Words) screen.Screen {
	kind := w.state.Companion.Kind
	m := screen.SummaryModel{Phone: w.state.Enrolment.Phone, Companion: kind == journey.CompanionOurs || kind == journey.CompanionNCA}
	return screen.NewSummary(words, m, screen.SummaryActions{
		Next: func() { w.do("proceed", w.journey.Proceed) },
		Back: w.back(),
	})
}

func (w *Window) locked(words *wording.Words) screen.Screen {
	return screen.NewLocked(words, w.lockedModel(words), screen.LockedActions{
		CallBack: func() { w.do("open call-back", w.journey.OpenCallBack) },
		Next:     func() { w.do("refresh", w.journey.Refresh) },
	})
}

func (w *Window) lockedModel(words *wording.Words) screen.LockedModel {
	m := screen.LockedModel{Until: w.state.WaitUntil.In(time.Local), Left: until(w.state.WaitUntil)}
	reason := api.TooMany
	if lock := w.state.Enrolment.Lock; lock != nil && lock.Reason != "" {
		reason = lock.Reason
	}
	m.Reason = api.FailureOf(reason).Sentence.In(api.Language(words.Language()))
	return m
}

// endedBy is why the way is over.
func (w *Window) endedBy() api.Code {
	if p := w.state.Problem; p != nil && p.Code == api.TakenOver {
		return p.Code
	}
	return api.EnrolmentEnded
}

// reached names the step at which the citizen stopped; "" for none.
func reached(s journey.State, words *wording.Words) string {
	if key, ok := reachedSteps[s.Reached]; ok {
		return words.T("step." + key)
	}
	return ""
}

// reachedSteps are the screens on which a step is taken.
var reachedSteps = map[api.Step]string{
	api.StepCode: "code", api.StepRebind: "rebind", api.StepSignIn: "signin", api.StepSignInCode: "signincode", api.StepBiometrics: "consent",
	api.StepSelfie: "selfie", api.StepTakeOver: "takeover", api.StepRecording: "video", api.StepJudging: "judging", api.StepPIN: "pin", api.StepCard: "cardshot",
	api.StepFields: "fields", api.StepDecision: "checking", api.StepGrant: "grant", api.StepAgreement: "agreement",
	api.StepApplication: "application", api.StepIssue: "submit", api.StepImport: "password",
}

func (w *Window) ended(words *wording.Words) screen.Screen {
	f, language := api.FailureOf(w.endedBy()), api.Language(words.Language())
	return screen.NewRejected(words, screen.RejectedModel{Reason: f.Sentence.In(language), Redo: f.Remedy.In(language)}, screen.RejectedActions{
		Redo: func() { w.do("start again", w.journey.StartAgain) },
	})
}
