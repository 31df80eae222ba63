package enrolment

import (
	"context"
	"errors"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/backend/pin"
)

// SetPIN sets the PIN of Digital ID. From then on the citizen is known by it,
// the enrolment lives longer, and its computer may replace a lost key.
func (s *Service) SetPIN(ctx context.Context, c Call, in api.SetPINRequest) (api.Enrolment, error) {
	r, err := s.ready(ctx, c, takes(api.StepPIN))
	if err != nil {
		return api.Enrolment{}, err
	}
	chosen, err := pin.Choose(in.PIN, r.State.IIN)
	if err != nil {
		return api.Enrolment{}, api.Fail(api.PINWeak, "%v", err)
	}
	hash, err := s.PINs.Hash(ctx, chosen, r.ID)
	if err != nil {
		return api.Enrolment{}, overloaded(err)
	}
	return s.step(ctx, c, takes(api.StepPIN), func(w *work) error {
		w.State.PIN, w.State.Recovery = hash, in.Recovery
		s.extend(w)
		return w.audit("pin-set", "")
	})
}

// CheckPIN opens the application again after a pause. It takes no step.
func (s *Service) CheckPIN(ctx context.Context, c Call, in api.PINRequest) (api.Enrolment, error) {
	return s.withPIN(ctx, c, during(), in.PIN, func(w *work) error { return w.audit("pin-right", "") })
}

// withPIN makes a change that the citizen's PIN allows. The try is spent before
// the PIN is looked at, so that many tries at once count as many.
func (s *Service) withPIN(ctx context.Context, c Call, may rule, typed api.Secret, do func(*work) error) (api.Enrolment, error) {
	var hash string
	first := c
	first.half = true
	_, err := s.step(ctx, first, may, func(w *work) error {
		st := &w.State
		if st.PIN == "" {
			return api.Fail(api.OutOfOrder, "no PIN is set")
		}
		hash = st.PIN
		return s.spendTry(c, st, w.now)
	})
	if err != nil {
		return api.Enrolment{}, err
	}
	given, err := pin.Parse(typed)
	right := false
	if err == nil {
		if right, _, err = s.PINs.Verify(ctx, given, c.Enrolment, hash); err != nil {
			return api.Enrolment{}, overloaded(err)
		}
	}
	return s.step(ctx, c, may, func(w *work) error {
		if !right {
			return s.refusePIN(w)
		}
		w.State.PINTries, w.State.Trying = w.State.PINTries.Succeed(), ""
		return do(w)
	})
}

// spendTry counts a try at the PIN of a state, unless it is locked. A call that
// got no further, the service being in trouble, and is repeated spends no other.
func (s *Service) spendTry(c Call, st *State, now time.Time) error {
	if call := c.call(); call == "" || call != st.Trying {
		if until, locked := st.PINTries.Locked(now); locked {
			return api.Fail(api.PINLocked, "locked").WithUntil(until).WithTries(0)
		}
		st.PINTries, st.Trying = st.PINTries.Fail(s.rules.PIN, now), call
	}
	return nil
}

func (s *Service) refusePIN(w *work) error {
	tries := w.State.PINTries
	w.State.Trying = ""
	if err := w.audit("pin-wrong", ""); err != nil {
		return err
	}
	if until, locked := tries.Locked(w.now); locked {
		return keep(api.Fail(api.PINLocked, "wrong too often").WithUntil(until).WithTries(0))
	}
	return keep(api.Fail(api.PINWrong, "does not fit").WithTries(tries.Left(s.rules.PIN, w.now)))
}

// overloaded tells a wait for Argon2id that was given up from a real fault.
func overloaded(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return api.Fail(api.Overloaded, "too many PINs at once").WithCause(err)
	}
	return err
}
