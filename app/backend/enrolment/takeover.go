package enrolment

import (
	"context"
	"slices"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/backend/notify"
	"qoltanba/app/backend/pin"
)

// A citizen has one unfinished way. Whoever confirms the phone by its code and
// sends a selfie on another computer takes the former way's place; where the
// former way has a PIN, it has to be given too. What was imported already, and
// what was opened without ever giving the phone's code, is not touched.

// takeOver waits, in the state of the new way, for the PIN of the former one.
type takeOver struct {
	LockedUntil time.Time `json:",omitzero"`  // as the former way's PIN is
	Recovers    string    `json:",omitempty"` // the former way, where it is led back to, see recovery.go
	Proof       string    `json:",omitempty"` // the hash of the recovery secret that was given for it
}

// recovers says that the way is there to lead back to the former one.
func (t *takeOver) recovers() bool { return t != nil && t.Recovers != "" }

// formerLimit bounds how many ways of one citizen are looked through.
const formerLimit = 500

// formers are the citizen's other living ways that lead to certificates, the
// newest first.
func (s *Service) formers(w *work) ([]*record, error) {
	found, err := w.tx.EnrolmentsOf(w.Subject, formerLimit)
	if err != nil {
		return nil, err
	}
	var living []*record
	for _, e := range found {
		r, err := readRecord(e)
		if err != nil {
			return nil, err
		}
		leads := r.State.Confirmed && !r.State.TakeOver.recovers() && r.State.Renewal == nil && r.State.Next() != api.StepDone
		if r.ID != w.ID && r.alive(w.now) == nil && leads {
			living = append(living, r)
		}
	}
	return living, nil
}

// withPINSet finds the newest that has a PIN, nil where none has.
func withPINSet(formers []*record) *record {
	i := slices.IndexFunc(formers, func(r *record) bool { return r.State.PIN != "" })
	if i < 0 {
		return nil
	}
	return formers[i]
}

// meetFormers is told of the first selfie of a way: former ways without a PIN
// end here, one with a PIN makes it the next thing to give.
func (s *Service) meetFormers(w *work) error {
	formers, err := s.formers(w)
	if err != nil {
		return err
	}
	if withPINSet(formers) != nil {
		w.State.TakeOver = &takeOver{}
		return nil
	}
	return s.end(w, formers)
}

// end cancels former ways in favour of this one and tells their citizen.
func (s *Service) end(w *work, formers []*record) error {
	w.State.TakeOver = nil
	for _, r := range formers {
		former := &work{record: r, tx: w.tx, now: w.now, by: w.by}
		if err := s.enqueueSMS(former, r.State.Phone, letter{Notice: notify.TakenOver}); err != nil {
			return err
		}
		r.State.TakenOver = true
		if err := s.cancel(former, "taken over by "+w.ID); err != nil {
			return err
		}
		if err := r.save(w.tx, w.now); err != nil {
			return err
		}
		if err := w.audit("take-over", r.ID); err != nil {
			return err
		}
	}
	return nil
}

// TakeOver ends the former way by its PIN.
func (s *Service) TakeOver(ctx context.Context, c Call, in api.PINRequest) (api.Enrolment, error) {
	find := func(w *work) (*record, error) {
		formers, err := s.formers(w)
		return withPINSet(formers), err
	}
	return s.withFormerPIN(ctx, c, takes(api.StepTakeOver), in.PIN, find, func(w *work) error {
		formers, err := s.formers(w)
		if err != nil {
			return err
		}
		return s.end(w, formers)
	})
}

// withFormerPIN makes a change that the PIN of the former way allows. A wrong
// one counts where the PIN was set, and locks it there; the try is spent first,
// as in withPIN. Where find gives no former way, it has ended by itself.
func (s *Service) withFormerPIN(ctx context.Context, c Call, may rule, typed api.Secret, find func(*work) (*record, error), do func(*work) error) (api.Enrolment, error) {
	former, hash := "", ""
	first := c
	first.half = true
	_, err := s.step(ctx, first, may, func(w *work) error {
		former, hash = "", ""
		r, err := find(w)
		if err != nil || r == nil {
			return err
		}
		if err := s.spendTry(c, &r.State, w.now); err != nil {
			return err
		}
		former, hash = r.ID, r.State.PIN
		return r.save(w.tx, w.now)
	})
	if err != nil {
		return api.Enrolment{}, err
	}
	right := former == ""
	if given, err := pin.Parse(typed); err == nil && !right {
		if right, _, err = s.PINs.Verify(ctx, given, former, hash); err != nil {
			return api.Enrolment{}, overloaded(err)
		}
	}
	return s.step(ctx, c, may, func(w *work) error {
		if !right {
			return s.refuseTakeOver(w, former)
		}
		return do(w)
	})
}

func (s *Service) refuseTakeOver(w *work, former string) error {
	e, err := w.tx.Enrolment(former)
	if err != nil {
		return err
	}
	r, err := readRecord(e)
	if err != nil {
		return err
	}
	err = s.refusePIN(&work{record: r, tx: w.tx, now: w.now, by: w.by})
	if until, locked := r.State.PINTries.Locked(w.now); locked {
		w.State.TakeOver.LockedUntil = until
	}
	return err
}
