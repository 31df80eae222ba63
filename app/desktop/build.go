package desktop

import (
	"fmt"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/desktop/part"
	"qoltanba/app/desktop/screen"
	"qoltanba/app/desktop/wording"
	"qoltanba/app/journey"
)

// screenKey names what a screen is built for: while it stays the same, the screen that stands is brought up to date in place.
func (w *Window) screenKey() string {
	s := w.state
	if w.help.open {
		return fmt.Sprint("help", w.help.asked)
	}
	if w.aside.page != asideNone {
		return w.aside.key()
	}
	key := string(s.Stage)
	switch s.Stage {
	case journey.StageCamera:
		names, _ := w.feed.names()
		key += fmt.Sprint(names)
	case journey.StageCallBack:
		key += string(w.callState())
	case journey.StageCompanion, journey.StageSummary:
		key += string(s.Companion.Kind)
	case journey.StageBiometrics, journey.StageAgreement:
		if s.Text != nil {
			key += string(s.Text.Kind) + string(s.Text.Language) + s.Text.Version
		}
	case journey.StageSelfie, journey.StageCardFront, journey.StageCardBack, journey.StagePassport:
		key += fmt.Sprint(s.Card, w.typed.picture != nil)
	case journey.StageRecordingIntro:
		key += fmt.Sprint(w.typed.cannot, w.settling.on, s.Enrolment.Identification != nil && s.Enrolment.Identification.State == api.IdentificationAgain)
	case journey.StageRecording:
		key += fmt.Sprint(w.lit())
	case journey.StageFields:
		key += fmt.Sprint(w.reading(), s.Recognised != nil)
	case journey.StageChecking:
		key += fmt.Sprint(w.moderated())
	case journey.StageEnded:
		key += string(w.endedBy())
	case journey.StageResume, journey.StageGrant, journey.StageTakeOver, journey.StageKeysLost, journey.StageRebind, journey.StageFormer:
		key += fmt.Sprint(s.Problem != nil && s.Problem.Code == api.PINWrong, triesOf(s), w.typed.revokes, len(s.Former))
	case journey.StageForm:
		key += fmt.Sprint(w.typed.more, len(s.Enrolment.Offers), s.TokensServed, w.typed.tokens, w.typed.token)
	case journey.StageToken:
		key += fmt.Sprint(s.Enrolment.Step, s.Problem != nil && s.Problem.Code == api.TokenPINWrong, triesOf(s))
	case journey.StageDocuments:
		key += w.typed.document + fmt.Sprint(len(s.Documents))
	case journey.StageStatus, journey.StageSubmit:
		if a := s.Enrolment.Application; a != nil {
			key = "application" + a.Number + string(a.Status)
		}
	case journey.StageKeys:
		key += fmt.Sprint(w.mine.page, w.mine.serial, s.Holding.At.UnixNano())
	case journey.StageDone:
		key += fmt.Sprint(len(s.Files), w.trial.open, w.trial.made != nil, w.trial.saved)
	}
	return key
}

// build makes the screen of the state.
func (w *Window) build(words *wording.Words) screen.Screen {
	if w.help.open {
		return w.helpScreen(words)
	}
	if w.aside.page != asideNone {
		return w.besides(words)
	}
	if build, ok := builders()[w.state.Stage]; ok {
		return build(w, words)
	}
	return w.welcome(words)
}

// builders says which screen each stage is shown by.
func builders() map[journey.Stage]func(*Window, *wording.Words) screen.Screen {
	return map[journey.Stage]func(*Window, *wording.Words) screen.Screen{
		journey.StageWelcome:        (*Window).welcome,
		journey.StageResume:         (*Window).resume,
		journey.StageRecover:        (*Window).recovery,
		journey.StageRebind:         (*Window).rebind,
		journey.StageCamera:         (*Window).camera,
		journey.StageIIN:            (*Window).iin,
		journey.StageCode:           (*Window).code,
		journey.StageSignInCode:     (*Window).code,
		journey.StageCallBack:       (*Window).callBack,
		journey.StageCompanion:      (*Window).companion,
		journey.StageSummary:        (*Window).summary,
		journey.StageSignIn:         (*Window).signIn,
		journey.StageBiometrics:     (*Window).biometrics,
		journey.StageServiceCentre:  (*Window).serviceCentre,
		journey.StageSelfie:         (*Window).selfie,
		journey.StageTakeOver:       (*Window).takeOver,
		journey.StageRecordingIntro: (*Window).recordingIntro,
		journey.StageRecording:      (*Window).recording,
		journey.StageJudging:        (*Window).judging,
		journey.StagePIN:            (*Window).pin,
		journey.StageCardChoice:     (*Window).cardChoice,
		journey.StageCardFront:      (*Window).card,
		journey.StageCardBack:       (*Window).card,
		journey.StagePassport:       (*Window).card,
		journey.StageFields:         (*Window).fields,
		journey.StageChecking:       (*Window).checking,
		journey.StageRejected:       (*Window).rejected,
		journey.StageCabinet:        (*Window).cabinet,
		journey.StageDocuments:      (*Window).documents,
		journey.StageGrant:          (*Window).grant,
		journey.StageAgreement:      (*Window).agreement,
		journey.StageForm:           (*Window).form,
		journey.StageEmailCode:      (*Window).emailCode,
		journey.StageToken:          (*Window).token,
		journey.StageSubmit:         (*Window).status,
		journey.StageStatus:         (*Window).status,
		journey.StagePassword:       (*Window).password,
		journey.StageKeysLost:       (*Window).keysLost,
		journey.StageFormer:         (*Window).former,
		journey.StageDone:           (*Window).done,
		journey.StageKeys:           (*Window).myKeys,
		journey.StageLocked:         (*Window).locked,
		journey.StageEnded:          (*Window).ended,
	}
}

// update brings the screen that stands up to date with the state, without building it anew.
func (w *Window) update() {
	switch shown := w.shown.(type) {
	case *screen.Code:
		shown.Update(w.codeModel())
	case *screen.Camera:
		shown.Update(w.cameraModel())
	case *screen.Video:
		shown.Update(w.videoModel())
	case *screen.Shot:
		if w.state.Stage == journey.StageSelfie {
			shown.Update(w.selfieModel(w.frame.Words()))
		} else {
			shown.Update(w.cardModel())
		}
	case *screen.Judging:
		shown.Update(w.judgingModel())
	case *screen.Locked:
		shown.Update(w.lockedModel(w.frame.Words()))
	case *screen.Application:
		shown.Update(w.formModel(w.frame.Words()))
	case *screen.Trial:
		shown.Update(w.trialModel())
	case *screen.Fields:
		shown.Update(w.fieldsModel(w.frame.Words()))
	}
}

// previewOf finds the live picture of a screen.
func previewOf(s screen.Screen) *part.Preview {
	switch shown := s.(type) {
	case *screen.Camera:
		return shown.Preview
	case *screen.Shot:
		return shown.Preview
	case *screen.Video:
		return shown.Preview
	case *screen.Light:
		return shown.Preview
	default:
		return nil
	}
}

// back is the way back, or nil where there is none.
func (w *Window) back() func() {
	if !w.state.CanGoBack {
		return nil
	}
	return func() { w.do("back", w.journey.Back) }
}

// triesOf is how many tries are left, below 0 where nobody said.
func triesOf(s journey.State) int {
	if s.Problem != nil && s.Problem.TriesLeft != nil {
		return *s.Problem.TriesLeft
	}
	return -1
}

func until(t time.Time) time.Duration { return max(0, time.Until(t)) }
