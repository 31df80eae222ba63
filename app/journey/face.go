package journey

import (
	"context"

	"qoltanba/app/api"
)

// AcceptBiometrics consents to the text that State.Text shows. If the text has
// changed meanwhile the new one is shown. Stage: biometrics.
func (j *Journey) AcceptBiometrics(ctx context.Context) error {
	return j.act(ctx, "accept biometrics", []Stage{StageBiometrics}, func(ctx context.Context) error {
		return j.accept(ctx, api.ConsentBiometrics)
	})
}

// accept consents to the text that is shown.
func (j *Journey) accept(ctx context.Context, op api.Operation[api.ConsentRequest, api.Enrolment]) error {
	text := j.State().Text
	if text == nil {
		return j.loadShown(ctx)
	}
	err := step(ctx, j, op, api.ConsentRequest{Version: text.Version, SHA256: text.SHA256}, nil)
	if api.CodeOf(err) == api.TextOutdated {
		j.change(func(s *State) { s.Text = nil })
	}
	return err
}

// RefuseBiometrics leads to the road by a service centre. Stage: biometrics.
func (j *Journey) RefuseBiometrics(ctx context.Context) error {
	return j.act(ctx, "refuse biometrics", []Stage{StageBiometrics}, func(context.Context) error {
		return j.open(StageServiceCentre)
	})
}

// SendSelfie sends the picture. Stage: selfie.
func (j *Journey) SendSelfie(ctx context.Context, picture api.Picture) error {
	return j.act(ctx, "send selfie", []Stage{StageSelfie}, func(ctx context.Context) error {
		return step(ctx, j, api.SendSelfie, picture, nil)
	})
}

// TakeOver ends, by its PIN, the citizen's unfinished way on another computer,
// so that this one goes on. Stage: take-over.
func (j *Journey) TakeOver(ctx context.Context, pin api.Secret) error {
	return j.act(ctx, "take over", []Stage{StageTakeOver}, func(ctx context.Context) error {
		return step(ctx, j, api.TakeOver, api.PINRequest{PIN: pin}, nil)
	})
}

// SetPIN sets the PIN of Digital ID. That it was typed twice alike is the
// front's to see. A recovery secret is on the disk before. Stage: pin.
func (j *Journey) SetPIN(ctx context.Context, pin api.Secret) error {
	return j.act(ctx, "set PIN", []Stage{StagePIN}, func(ctx context.Context) error {
		hash, err := j.spareFor(j.session().Enrolment)
		if err != nil {
			return err
		}
		return step(ctx, j, api.SetPIN, api.SetPINRequest{PIN: pin, Recovery: hash}, nil)
	})
}
