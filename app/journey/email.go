package journey

import (
	"context"

	"qoltanba/app/api"
)

// settled says that nothing is left to be done about the address of a form:
// there is none, or its code was given.
func settled(address string, known *api.EmailAddress) bool {
	return address == "" || known != nil && known.Confirmed && known.Address == address
}

// sendEmailCode has a code sent to an address, unless it is settled or its code
// is on the way already, as after a killed process.
func (j *Journey) sendEmailCode(ctx context.Context, address string) error {
	if settled(address, j.State().Enrolment.Email) {
		return nil
	}
	refused := step(ctx, j, api.SendEmailCode, api.EmailRequest{Email: address}, nil)
	if api.CodeOf(refused) != api.CodeTooSoon {
		return refused
	}
	if err := j.reread(ctx); err != nil {
		return err
	}
	if e := j.State().Enrolment.Email; e != nil && e.Address == address {
		return nil
	}
	return refused
}

// GiveEmailCode gives the code of the letter. In place of one that has run out
// another is sent. Stage: email-code.
func (j *Journey) GiveEmailCode(ctx context.Context, code api.Secret) error {
	return j.act(ctx, "give e-mail code", []Stage{StageEmailCode}, func(ctx context.Context) error {
		err := step(ctx, j, api.ConfirmEmail, api.CodeRequest{Code: code}, nil)
		if api.CodeOf(err) != api.CodeExpired {
			return err
		}
		if sending := j.sendEmailCode(ctx, j.State().Form.Email); sending != nil {
			return sending
		}
		return err
	})
}

// ResendEmailCode has another code sent, not before Enrolment.Email.Code.ResendAt.
// Stage: email-code.
func (j *Journey) ResendEmailCode(ctx context.Context) error {
	return j.act(ctx, "resend e-mail code", []Stage{StageEmailCode}, func(ctx context.Context) error {
		return step(ctx, j, api.SendEmailCode, api.EmailRequest{Email: j.State().Form.Email}, nil)
	})
}

// SkipEmail goes on without an address. Stage: email-code.
func (j *Journey) SkipEmail(ctx context.Context) error {
	return j.act(ctx, "skip e-mail", []Stage{StageEmailCode}, func(context.Context) error {
		form := j.State().Form
		form.Email = ""
		j.fill(form)
		return j.open("")
	})
}

// fill notes the form. Requests that were made for another address, or elsewhere,
// are void.
func (j *Journey) fill(form Form) {
	j.note(func(r *record) {
		if r.secret.Email != form.Email || r.form().Token != form.Token {
			r.secret.Requests = nil
		}
		r.secret.Email, r.Storage, r.Keys, r.Folder = form.Email, form.Storage, form.Keys, form.Folder
		r.Token = nil
		if form.Storage == api.StorageToken {
			r.Token = &tokenPlace{TokenRef: form.Token}
		}
	})
	j.change(func(s *State) { s.Form = form })
}
