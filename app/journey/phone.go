package journey

import (
	"context"

	"qoltanba/app/api"
)

// Begin leaves the welcome for a new way. A way that could be resumed is given
// up: the front asks first. Stage: welcome.
func (j *Journey) Begin(ctx context.Context) error {
	return j.act(ctx, "begin", []Stage{StageWelcome}, func(ctx context.Context) error {
		if err := j.dropSpare(); err != nil {
			return err
		}
		if err := j.dropRenewal(); err != nil {
			return err
		}
		if j.session().Enrolment != "" {
			if err := j.abandon(ctx); err != nil {
				return err
			}
		}
		return j.show(StageCamera)
	})
}

// CameraChecked says that the citizen sees the live picture. Stage: camera.
func (j *Journey) CameraChecked(ctx context.Context) error {
	return j.act(ctx, "camera checked", []Stage{StageCamera}, func(context.Context) error {
		j.note(func(r *record) { r.Camera = true })
		return j.show(StageIIN)
	})
}

// GiveIIN opens an enrolment and has a code sent. The answer is the same for
// every well-formed IIN. Stage: iin.
func (j *Journey) GiveIIN(ctx context.Context, iin api.IIN) error {
	return j.act(ctx, "give IIN", []Stage{StageIIN}, func(ctx context.Context) error {
		seed, language := j.startSeed()
		if err := j.save(); err != nil { // so that a killed start repeats itself
			return err
		}
		body := api.StartRequest{IIN: iin, Language: language}
		started, err := api.Call(ctx, j.cfg.Client, api.StartEnrolment, api.Request[api.StartRequest]{
			Session: j.session(), Body: body,
			Key: idempotencyKey(seed, api.StartEnrolment.ID, string(iin), string(language)),
		})
		if err != nil {
			return err
		}
		j.note(func(r *record) { r.secret = secrets{Token: started.Token, Seed: newSeed()} })
		return j.arrive(started.Enrolment)
	})
}

// startSeed is the seed for opening an enrolment; it is drawn once and holds
// until one was opened.
func (j *Journey) startSeed() (seed []byte, language api.Language) {
	j.note(func(r *record) {
		if r.secret.Seed == nil {
			r.secret.Seed = newSeed()
		}
		seed = r.secret.Seed
	})
	return seed, j.State().Language
}

// GiveCode gives the code of the SMS. In place of one that has run out, as it
// may while the line is down, another is sent. Stages: code, sign-in-code.
func (j *Journey) GiveCode(ctx context.Context, code api.Secret) error {
	return j.act(ctx, "give code", []Stage{StageCode, StageSignInCode}, func(ctx context.Context) error {
		err := step(ctx, j, api.CheckCode, api.CodeRequest{Code: code}, nil)
		if api.CodeOf(err) != api.CodeExpired {
			return err
		}
		switch sending := step(ctx, j, api.SendCode, api.None{}, nil); api.CodeOf(sending) {
		case "", api.CodeTooSoon: // there is a fresh code
			return err
		default:
			return sending
		}
	})
}

// ResendCode has the code sent again, not before Enrolment.Code.ResendAt.
// Stages: code, sign-in-code.
func (j *Journey) ResendCode(ctx context.Context) error {
	return j.act(ctx, "resend code", []Stage{StageCode, StageSignInCode}, func(ctx context.Context) error {
		return step(ctx, j, api.SendCode, api.None{}, nil)
	})
}

// OpenCallBack shows the call-back, which helps where no code comes. Stages:
// code, sign-in-code, locked.
func (j *Journey) OpenCallBack(ctx context.Context) error {
	at := []Stage{StageCode, StageSignInCode, StageLocked}
	return j.act(ctx, "open call-back", at, func(context.Context) error { return j.open(StageCallBack) })
}

// AskCall asks an operator to call. It is help on every screen once there is an
// enrolment; with [api.CallToRegister] it is the way on from the call-back, where
// [Journey.Watch] tells what came of it in Enrolment.Call.
func (j *Journey) AskCall(ctx context.Context, phone api.Phone, reason api.CallReason) error {
	return j.act(ctx, "ask call", Stages(), func(ctx context.Context) error {
		if j.session().Enrolment == "" {
			return &StageError{"ask call", j.State().Stage}
		}
		return step(ctx, j, api.AskCall, api.CallRequest{Phone: phone, Language: j.State().Language, Reason: reason}, nil)
	})
}

// ProbeCompanion asks who has the companion's port and tells it in
// State.Companion. Stage: companion.
func (j *Journey) ProbeCompanion(ctx context.Context) error {
	return j.act(ctx, "probe companion", []Stage{StageCompanion}, func(ctx context.Context) error {
		found := j.cfg.Probe(ctx)
		j.change(func(s *State) { s.Companion = found })
		return nil
	})
}

// CompanionChecked goes on, whatever was found. Stage: companion.
func (j *Journey) CompanionChecked(ctx context.Context) error {
	return j.act(ctx, "companion checked", []Stage{StageCompanion}, func(context.Context) error {
		j.note(func(r *record) { r.Companion = true })
		return j.open("")
	})
}

// Proceed goes on from a screen that only tells. Stages: summary, cabinet.
func (j *Journey) Proceed(ctx context.Context) error {
	return j.act(ctx, "proceed", []Stage{StageSummary, StageCabinet}, func(context.Context) error {
		summary := j.State().Stage == StageSummary
		j.note(func(r *record) {
			if summary {
				r.Proceeded = true
			} else {
				r.CabinetLeft = true
			}
		})
		return j.open("")
	})
}

// SignIn gives the phone for Digital ID; a code goes to it if it is the
// confirmed one. Stage: sign-in.
func (j *Journey) SignIn(ctx context.Context, phone api.Phone) error {
	return j.act(ctx, "sign in", []Stage{StageSignIn}, func(ctx context.Context) error {
		return step(ctx, j, api.SignIn, api.SignInRequest{Phone: phone}, nil)
	})
}
