package enrolment

import (
	"context"
	"errors"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/backend/limit"
	"qoltanba/app/backend/otp"
)

// email is the address that a citizen gave. Only a confirmed one enters a
// certificate or gets a letter, the one with the code apart.
type email struct {
	Address   string
	Confirmed bool           `json:",omitempty"`
	Code      *otp.Challenge `json:",omitempty"` // sent and not given yet
	Lock      time.Time      `json:",omitzero"`  // no code is sent or taken until then
}

// settled is what another enrolment of the citizen takes over.
func (e *email) settled() *email {
	if e == nil || !e.Confirmed {
		return nil
	}
	return &email{Address: e.Address, Confirmed: true}
}

// address is the confirmed address, or "".
func (e *email) address() string {
	if e == nil || !e.Confirmed {
		return ""
	}
	return e.Address
}

// confirmed is what of an address may enter a certificate: all of it, or nothing
// where its code was not given.
func (e *email) confirmed(address string) string {
	if address != e.address() {
		return ""
	}
	return address
}

// emailSteps are those at which an address may be given: where it is asked for,
// and later, for the sake of reminders.
var emailSteps = []api.Step{api.StepApplication, api.StepDone}

// SendEmailCode takes an address and sends a code to it. The same address again
// is another code; another address is unconfirmed until its code is given.
func (s *Service) SendEmailCode(ctx context.Context, c Call, in api.EmailRequest) (api.Enrolment, error) {
	if err := api.ValidateEmail(in.Email); err != nil {
		return api.Enrolment{}, err
	}
	return s.step(ctx, c, during(emailSteps...), func(w *work) error {
		if s.Mail == nil {
			return api.Fail(api.EmailUnserved, "no mail server is configured")
		}
		if err := s.maySendEmail(w); err != nil {
			return err
		}
		if w.State.Email.address() == in.Email {
			return nil
		}
		if err := s.allow(w.tx, w.now, "e-mail", limit.ByIIN, w.Subject, s.rules.CodesPerPhone); err != nil {
			return err
		}
		binding := otp.Binding{Purpose: api.CodeForEmail, Enrolment: w.ID, To: in.Email}
		challenge, code, err := s.codes.New(binding, w.now)
		if err != nil {
			return err
		}
		e := &email{Address: in.Email, Code: &challenge}
		if w.State.Email != nil {
			e.Lock = w.State.Email.Lock
		}
		w.State.Email = e
		m := letter{Purpose: api.CodeForEmail, Code: code.Reveal(), Until: challenge.Expires}
		return errors.Join(s.enqueueMail(w, in.Email, m), w.audit("send-code", string(api.CodeForEmail)))
	})
}

func (s *Service) maySendEmail(w *work) error {
	e := w.State.Email
	if e == nil {
		return nil
	}
	if w.now.Before(e.Lock) {
		return api.Fail(api.CodeExhausted, "locked").WithUntil(e.Lock).WithTries(0)
	}
	if e.Code == nil {
		return nil
	}
	if wait, ok := s.codes.CanResend(*e.Code, w.now); !ok {
		return api.Fail(api.CodeTooSoon, "a code was sent just now").WithUntil(w.now.Add(wait))
	}
	return nil
}

// ConfirmEmail takes the code that came to the address. Wrong ones count as
// those of the phone do.
func (s *Service) ConfirmEmail(ctx context.Context, c Call, in api.CodeRequest) (api.Enrolment, error) {
	return s.step(ctx, c, takes(emailSteps...), func(w *work) error {
		e := w.State.Email
		switch {
		case e != nil && w.now.Before(e.Lock):
			return api.Fail(api.CodeExhausted, "locked").WithUntil(e.Lock).WithTries(0)
		case e == nil || e.Code == nil:
			return api.Fail(api.OutOfOrder, "no code was sent to an address")
		}
		if err := s.mayGuess(w); err != nil {
			return err
		}
		code, err := otp.ParseCode(string(in.Code))
		if err != nil {
			return api.Fail(api.CodeWrong, "%v", err).WithTries(e.Code.Left)
		}
		after, err := s.codes.Check(*e.Code, otp.Binding{Purpose: api.CodeForEmail, Enrolment: w.ID, To: e.Address}, code, w.now)
		e.Code = &after
		if err != nil {
			return s.refuseCode(w, err, after, &e.Lock)
		}
		e.Code, e.Confirmed = nil, true
		return w.audit("code-right", string(api.CodeForEmail))
	})
}

func (s *Service) renderEmail(e *email, now time.Time) *api.EmailAddress {
	if e == nil {
		return nil
	}
	told := &api.EmailAddress{Address: e.Address, Confirmed: e.Confirmed}
	if e.Code != nil {
		told.Code = s.renderCode(*e.Code)
	}
	if now.Before(e.Lock) {
		told.Lock = &api.Lock{Until: e.Lock, Reason: api.CodeExhausted}
	}
	return told
}
