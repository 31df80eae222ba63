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
	var keeper, hash string
	first := c
	first.half = true
	_, err := s.step(ctx, first, may, func(w *work) error {
		owner, err := w.pinOwner()
		if err != nil {
			return err
		}
		keeper, hash = owner.ID, owner.State.PIN
		if err := s.spendTry(c, &owner.State, w.now); err != nil {
			return err
		}
		return w.saveOther(owner)
	})
	if err != nil {
		return api.Enrolment{}, err
	}
	given, err := pin.Parse(typed)
	right := false
	if err == nil {
		if right, _, err = s.PINs.Verify(ctx, given, keeper, hash); err != nil {
			return api.Enrolment{}, overloaded(err)
		}
	}
	return s.step(ctx, c, may, func(w *work) error {
		owner, err := w.pinOwner()
		if err != nil {
			return err
		}
		if !right {
			refused := s.refusePIN(&work{record: owner, tx: w.tx, now: w.now, by: w.by})
			if err := w.saveOther(owner); err != nil {
				return err
			}
			return refused
		}
		owner.State.PINTries, owner.State.Trying = owner.State.PINTries.Succeed(), ""
		if err := w.saveOther(owner); err != nil {
			return err
		}
		return do(w)
	})
}

// pinOwner is the enrolment whose PIN holds here: this one, or for a renewal
// the one in which the citizen was identified.
func (w *work) pinOwner() (*record, error) {
	owner := w.record
	if w.State.Renewal != nil {
		e, err := w.tx.Enrolment(w.State.Renewal.PINOf)
		if err != nil {
			return nil, err
		}
		if owner, err = readRecord(e); err != nil {
			return nil, err
		}
	}
	if owner.State.PIN == "" {
		return nil, api.Fail(api.OutOfOrder, "no PIN is set")
	}
	return owner, nil
}

// saveOther saves an enrolment unless it is that of the call, which is saved in
// any case.
func (w *work) saveOther(r *record) error {
	if r == w.record {
		return nil
	}
	return r.save(w.tx, w.now)
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
