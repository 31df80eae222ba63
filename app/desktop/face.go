package desktop

import (
	"context"
	"strings"

	"qoltanba/app/api"
	"qoltanba/app/desktop/screen"
	"qoltanba/app/desktop/wording"
	"qoltanba/app/journey"
)

func (w *Window) signIn(words *wording.Words) screen.Screen {
	return screen.NewSignIn(words, screen.SignInModel{Phone: w.typed.phone}, screen.SignInActions{
		Phone: func(digits string) { w.typed.phone = digits },
		Next:  func() { w.withPhone(w.journey.SignIn) },
		Back:  w.back(),
	})
}

func (w *Window) biometrics(words *wording.Words) screen.Screen {
	return screen.NewConsent(words, w.agreementModel(words), screen.ConsentActions{
		Changed: func(agreed bool) { w.typed.agreed = agreed },
		Accept:  func() { w.do("accept biometrics", w.journey.AcceptBiometrics) },
		Refuse:  func() { w.do("refuse biometrics", w.journey.RefuseBiometrics) },
		Back:    w.back(),
	})
}

// agreementModel shows the text that has to be accepted. Until it was read there is nothing to agree to.
func (w *Window) agreementModel(words *wording.Words) screen.AgreementModel {
	text := w.state.Text
	if text == nil {
		return screen.AgreementModel{Text: words.T("wait.asking")}
	}
	lines := strings.Split(text.Body, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimPrefix(line, "# ")
	}
	return screen.AgreementModel{Text: strings.Join(lines, "\n"), Version: text.Version, Agreed: w.typed.agreed}
}

func (w *Window) serviceCentre(words *wording.Words) screen.Screen {
	return screen.NewRefused(words, w.back())
}

func (w *Window) selfie(words *wording.Words) screen.Screen {
	return screen.NewSelfie(words, screen.ShotModel{Taken: w.typed.picture}, w.shotActions(func(ctx context.Context, p api.Picture) error {
		return w.journey.SendSelfie(ctx, p)
	}))
}

// shotActions are those of every screen that takes a picture: look first, send then.
func (w *Window) shotActions(send func(context.Context, api.Picture) error) screen.ShotActions {
	return screen.ShotActions{
		Shoot: func() {
			data, picture, err := w.feed.shoot()
			if err != nil {
				w.fail(journey.Problem(err))
				return
			}
			w.typed.taken, w.typed.picture = data, picture
			w.frame.ClearFailure()
			w.show(false)
		},
		Again: func() {
			w.typed.taken, w.typed.picture = nil, nil
			w.show(false)
		},
		Send: func() {
			p := api.Picture{Type: "image/jpeg", Data: w.typed.taken}
			w.do("send picture", func(ctx context.Context) error { return send(ctx, p) })
		},
		Back: w.back(),
	}
}

func (w *Window) takeOver(words *wording.Words) screen.Screen {
	return screen.NewTakeOver(words, w.pinModel(), screen.PINActions{
		Next: func(pin string) {
			w.do("take over", func(ctx context.Context) error { return w.journey.TakeOver(ctx, api.Secret(pin)) })
		},
		Back: w.back(),
	})
}

func (w *Window) recordingIntro(words *wording.Words) screen.Screen {
	return screen.NewVideoIntro(words, screen.VideoIntroActions{Start: w.record, Back: w.back()})
}

// record runs the video identification until it is over, was cancelled, or failed.
func (w *Window) record() {
	ctx, cancel := context.WithCancel(w.ctx)
	w.stopRecording = cancel
	source, stop := w.feed.record()
	w.do("record", func(context.Context) error {
		defer cancel()
		defer stop()
		return w.journey.Record(ctx, api.ChallengeRequest{}, source)
	})
}

func (w *Window) recording(words *wording.Words) screen.Screen {
	return screen.NewVideo(words, w.videoModel(), w.endRecording)
}

func (w *Window) endRecording() {
	if w.stopRecording != nil {
		w.stopRecording()
	}
}

func (w *Window) videoModel() screen.VideoModel {
	r := w.state.Recording
	m := screen.VideoModel{Prompt: screen.PromptAhead, Total: r.Prompts, Upload: -1}
	switch {
	case r.Over:
		m.Done, m.Upload = r.Prompts, 0
		if r.Frames > 0 {
			m.Upload = float32(r.Sent) / float32(r.Frames)
		}
	case r.Prompt != nil:
		m.Prompt, m.Done = prompts[r.Prompt.Kind], r.Prompt.Index
	}
	return m
}

var prompts = map[api.PromptKind]screen.Prompt{
	api.TurnLeft: screen.PromptLeft, api.TurnRight: screen.PromptRight, api.LookUp: screen.PromptUp,
	api.LookDown: screen.PromptDown, api.Blink: screen.PromptBlink, api.ComeCloser: screen.PromptCloser, api.Light: screen.PromptAhead,
}

func (w *Window) pin(words *wording.Words) screen.Screen {
	return screen.NewPIN(words, screen.NewPINActions{
		Set: func(pin string) {
			w.do("set PIN", func(ctx context.Context) error { return w.journey.SetPIN(ctx, api.Secret(pin)) })
		},
		Back: w.back(),
	})
}
