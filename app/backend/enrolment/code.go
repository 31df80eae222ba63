package enrolment

import (
	"context"
	"errors"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/backend/limit"
	"qoltanba/app/backend/otp"
	"qoltanba/app/backend/store"
)

// send makes a code challenge and leaves the code itself to a job. Until that
// job has run, and for good where there is no phone, no code fits it.
func (s *Service) send(w *work, purpose api.CodePurpose) error {
	placeholder, _, err := s.codes.New(otp.Binding{Purpose: purpose, Enrolment: w.ID}, w.now)
	if err != nil {
		return err
	}
	w.State.Code = &sentCode{Sending: secret(), Challenge: placeholder}
	return w.enqueue(jobCode, codeArgs{Enrolment: w.ID, Sending: w.State.Code.Sending})
}

// SendCode sends the code of the present step again.
func (s *Service) SendCode(ctx context.Context, c Call) (api.Enrolment, error) {
	return s.step(ctx, c, during(api.StepCode, api.StepSignInCode), func(w *work) error {
		if err := s.maySend(w); err != nil {
			return err
		}
		if err := s.send(w, w.State.Code.Challenge.Purpose); err != nil {
			return err
		}
		return w.audit("send-code", string(w.State.Code.Challenge.Purpose))
	})
}

// maySend holds messages apart: a minute between two, and the lock after wrong
// codes.
func (s *Service) maySend(w *work) error {
	if w.now.Before(w.State.CodeLock) {
		return api.Fail(api.CodeExhausted, "locked").WithUntil(w.State.CodeLock).WithTries(0)
	}
	if w.State.Code == nil {
		return nil
	}
	if wait, ok := s.codes.CanResend(w.State.Code.Challenge, w.now); !ok && !w.State.Code.Challenge.Expires.IsZero() {
		return api.Fail(api.CodeTooSoon, "a code was sent just now").WithUntil(w.now.Add(wait))
	}
	return nil
}

// CheckCode takes the code of the step: that of the IIN's phone, or that of the
// sign-in to Digital ID.
func (s *Service) CheckCode(ctx context.Context, c Call, in api.CodeRequest) (api.Enrolment, error) {
	return s.step(ctx, c, takes(api.StepCode, api.StepSignInCode), func(w *work) error {
		st := &w.State
		if w.now.Before(st.CodeLock) {
			return api.Fail(api.CodeExhausted, "locked").WithUntil(st.CodeLock).WithTries(0)
		}
		if err := s.mayGuess(w); err != nil {
			return err
		}
		code, err := otp.ParseCode(string(in.Code))
		if err != nil {
			return api.Fail(api.CodeWrong, "%v", err).WithTries(st.Code.Challenge.Left)
		}
		binding := otp.Binding{Purpose: st.Code.Challenge.Purpose, Enrolment: w.ID, To: string(st.codePhone())}
		after, err := s.codes.Check(st.Code.Challenge, binding, code, w.now)
		st.Code.Challenge = after
		if err != nil {
			return s.refuseCode(w, err, after, &st.CodeLock)
		}
		purpose := after.Purpose
		st.Code = nil
		if purpose == api.CodeForEnrolment {
			st.Confirmed = true
		} else {
			st.SignIn.Done = true
		}
		return w.audit("code-right", string(purpose))
	})
}

// The counter of wrong codes: new codes and new enrolments bring new tries, but
// not for ever. It counts for an IIN that is unknown as well.
const wrongCode = "wrong-code"

// mayGuess refuses a code, right or wrong, once there were too many wrong ones
// for the citizen.
func (s *Service) mayGuess(w *work) error {
	seen, err := w.tx.Window(s.limits.Key(wrongCode, limit.ByIIN, w.Subject))
	if err != nil {
		return err
	}
	if _, wait, ok := limit.Allow(seen, s.rules.WrongCodesPerIIN, w.now); !ok {
		return api.Fail(api.TooMany, "%s for one %s", wrongCode, limit.ByIIN).WithUntil(w.now.Add(wait))
	}
	return nil
}

func (s *Service) countWrong(w *work) error {
	return s.allow(w.tx, w.now, wrongCode, limit.ByIIN, w.Subject, s.rules.WrongCodesPerIIN)
}

// refuseCode tells why a code was refused; with the last try comes the lock.
func (s *Service) refuseCode(w *work, err error, sent otp.Challenge, lock *time.Time) error {
	var wrong *otp.WrongError
	switch {
	case errors.As(err, &wrong):
		if err := errors.Join(s.countWrong(w), w.audit("code-wrong", "")); err != nil {
			return err
		}
		return keep(api.Fail(api.CodeWrong, "does not fit").WithTries(wrong.Left))
	case errors.Is(err, otp.ErrExpired):
		return api.Fail(api.CodeExpired, "ask for a new one").WithUntil(sent.Sent.Add(s.rules.Code.Resend))
	case errors.Is(err, otp.ErrExhausted):
		if lock.Before(sent.Sent) {
			*lock = w.now.Add(s.rules.CodeLock)
		}
		if err := errors.Join(s.countWrong(w), w.audit("code-locked", "")); err != nil {
			return err
		}
		return keep(api.Fail(api.CodeExhausted, "ask for a new one then").WithUntil(*lock).WithTries(0))
	default:
		return err
	}
}

// codePhone is the phone that the present code may go to, "" if there is none.
func (s *State) codePhone() api.Phone {
	if s.SignIn != nil && s.SignIn.Phone != s.Phone {
		return ""
	}
	return s.Phone
}

// SignIn takes the phone for Digital ID. The answer is the same for a phone
// that is not the confirmed one; its code then never comes. While the code is
// awaited the phone may be given again.
func (s *Service) SignIn(ctx context.Context, c Call, in api.SignInRequest) (api.Enrolment, error) {
	if err := in.Validate(); err != nil {
		return api.Enrolment{}, err
	}
	return s.step(ctx, c, takes(api.StepSignIn, api.StepSignInCode), func(w *work) error {
		if err := s.maySend(w); err != nil {
			return err
		}
		w.State.SignIn = &signIn{Phone: in.Phone}
		if err := s.send(w, api.CodeForSignIn); err != nil {
			return err
		}
		return w.audit("sign-in", "")
	})
}

// findPhone is the job behind every code: it learns the phone and, if there is
// one, puts a real code in place of the placeholder and sends it. A code that
// was asked for again in the meantime, or that nobody could type in time any
// more, is let be.
func (s *Service) findPhone(ctx context.Context, args codeArgs) error {
	r, err := s.caseOf(ctx, args.Enrolment)
	if err != nil {
		return err
	}
	phone := r.State.Phone
	if r.Step == api.StepCode {
		if phone, err = s.lookUp(ctx, r.State.IIN); err != nil {
			return err
		}
	}
	return s.update(ctx, args.Enrolment, func(w *work) error {
		st := &w.State
		if st.Code == nil || st.Code.Sending != args.Sending || st.Code.Challenge.Left == 0 || !w.now.Before(st.Code.Challenge.Expires) {
			return nil
		}
		if !st.Confirmed {
			st.Phone = phone
		}
		to := st.codePhone()
		if to == "" || s.fullPhone(w, to) {
			return w.audit("no-code", string(st.Code.Challenge.Purpose))
		}
		return s.fillCode(w, to)
	})
}

func (s *Service) fillCode(w *work, to api.Phone) error {
	old := w.State.Code.Challenge
	binding := otp.Binding{Purpose: old.Purpose, Enrolment: w.ID, To: string(to)}
	fresh, code, err := s.codes.New(binding, old.Sent)
	if err != nil {
		return err
	}
	fresh.Left = old.Left
	w.State.Code.Challenge = fresh
	if err := s.enqueueSMS(w, to, letter{Purpose: old.Purpose, Code: code.Reveal(), Until: fresh.Expires}); err != nil {
		return err
	}
	return w.audit("code-sent", string(old.Purpose))
}

// fullPhone counts a message to the phone and says whether it is one too many.
func (s *Service) fullPhone(w *work, to api.Phone) bool {
	return s.allow(w.tx, w.now, "code", limit.ByPhone, string(to), s.rules.CodesPerPhone) != nil
}

// caseOf reads an enrolment on behalf of the service itself.
func (s *Service) caseOf(ctx context.Context, id string) (*record, error) {
	var r *record
	err := s.Store.View(ctx, func(tx store.Tx) error {
		e, err := tx.Enrolment(id)
		if err != nil {
			return err
		}
		r, err = readRecord(e)
		return err
	})
	return r, err
}

// update changes an enrolment on behalf of the service itself. One that has
// ended is left as it is.
func (s *Service) update(ctx context.Context, id string, do func(*work) error) error {
	return s.Store.Update(ctx, func(tx store.Tx) error {
		e, err := tx.Enrolment(id)
		if err != nil {
			return err
		}
		r, err := readRecord(e)
		if err != nil {
			return err
		}
		w := &work{record: r, tx: tx, now: s.now(), by: service}
		if r.alive(w.now) != nil {
			return nil
		}
		if err := do(w); err != nil {
			return err
		}
		return r.save(tx, w.now)
	})
}

// extend gives the enrolment the longer life of one whose citizen is known.
func (s *Service) extend(w *work) {
	if until := w.now.Add(s.rules.Identified); until.After(w.ExpiresAt) {
		w.ExpiresAt = until.Truncate(time.Microsecond)
	}
}
