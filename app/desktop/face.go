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
	on := w.shotActions(func(ctx context.Context, p api.Picture) error { return w.journey.SendSelfie(ctx, p) })
	on.Sound = w.soundSwitch()
	return screen.NewSelfie(words, w.selfieModel(words), on)
}

func (w *Window) selfieModel(words *wording.Words) screen.ShotModel {
	m := screen.ShotModel{Taken: w.typed.picture, Muted: w.muted(), Auto: w.watch.sight.Load() == sighted}
	if w.seen.purpose == watchSelfie {
		m.Hint, m.Live = screen.Hint(w.seen.remark), screen.Live{Outline: w.seen.outline, Share: float32(w.seen.count.Share), Count: w.seen.count.Left}
	}
	if reason, remedy := w.again(words); reason != "" {
		m.Reason = reason + " " + remedy
	}
	return m
}

// again is why selfie or recording have to be made anew and what to do better, in the language of the window; "" where they need not.
func (w *Window) again(words *wording.Words) (reason, remedy string) {
	i := w.state.Enrolment.Identification
	if i == nil || i.State != api.IdentificationAgain {
		return "", ""
	}
	f, l := api.FailureOf(i.Reason), api.Language(words.Language())
	return f.Sentence.In(l), f.Remedy.In(l)
}

// shotActions are those of every screen that takes a picture: look first, send then.
func (w *Window) shotActions(send func(context.Context, api.Picture) error) screen.ShotActions {
	return screen.ShotActions{
		Shoot: w.shoot,
		Again: func() {
			w.dropShot()
			w.show(false)
		},
		Send: func() {
			p := api.Picture{Type: api.TypeJPEG, Data: w.typed.taken}
			w.do("send picture", func(ctx context.Context) error { return send(ctx, p) })
		},
		Back: w.back(),
	}
}

// shoot takes the picture that is looked at before it is sent.
func (w *Window) shoot() {
	data, picture, err := w.feed.shoot()
	if err != nil {
		w.fail(journey.Problem(err))
		return
	}
	w.takeShot(&filmed{best: data, picture: picture, frames: w.cards.soFar()})
}

// takeShot keeps a picture to be looked at before it is sent.
func (w *Window) takeShot(s *filmed) {
	w.typed.taken, w.typed.picture, w.typed.film, w.typed.upright = s.best, s.picture, s.frames, s.upright
	w.frame.ClearFailure()
	w.show(false)
}

func (w *Window) dropShot() {
	w.typed.taken, w.typed.picture, w.typed.film, w.typed.upright = nil, nil, nil, nil
}

func (w *Window) takeOver(words *wording.Words) screen.Screen {
	return screen.NewTakeOver(words, w.pinModel(), screen.PINActions{
		Next: func(pin string) {
			w.do("take over", func(ctx context.Context) error { return w.journey.TakeOver(ctx, api.Secret(pin)) })
		},
		Back: w.back(),
	})
}

func (w *Window) pin(words *wording.Words) screen.Screen {
	return screen.NewPIN(words, screen.NewPINActions{
		Set: func(pin string) {
			w.do("set PIN", func(ctx context.Context) error { return w.journey.SetPIN(ctx, api.Secret(pin)) })
		},
		Back: w.back(),
	})
}
