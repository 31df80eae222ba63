package enrolment

import (
	"context"

	"qoltanba/app/api"
	"qoltanba/app/backend/store"
)

// lapse erases an enrolment that came to its end without a decision. One that
// was prolonged is looked at again at its new end.
func (s *Service) lapse(ctx context.Context, args caseArgs) error {
	r, err := s.caseOf(ctx, args.Enrolment)
	if err != nil {
		return err
	}
	if d := r.State.Decision; d != nil && d.At != nil || r.State.Cancelled {
		return nil
	}
	if s.now().Before(r.ExpiresAt) {
		return s.update(ctx, args.Enrolment, func(w *work) error { return w.enqueueAt(w.ExpiresAt, jobLapse, args) })
	}
	return s.erase(ctx, args)
}

// erase keeps the promise of the consent: the key of the evidence is destroyed,
// and whatever tells who the citizen was leaves the record and the list of
// calls. The pseudonym, the consents by version and the trail remain.
func (s *Service) erase(ctx context.Context, args caseArgs) error {
	if err := s.Evidence.Destroy(ctx, args.Enrolment); err != nil {
		return err
	}
	return s.Store.Update(ctx, func(tx store.Tx) error {
		e, err := tx.Enrolment(args.Enrolment)
		if err != nil {
			return err
		}
		r, err := readRecord(e)
		if err != nil || r.State.Erased {
			return err
		}
		w := &work{record: r, tx: tx, now: s.now(), by: service}
		if err := w.eraseCalls(); err != nil {
			return err
		}
		r.State = r.State.erased()
		if err := w.audit("erase", ""); err != nil {
			return err
		}
		return r.save(tx, w.now)
	})
}

// erased is what may stay of a state. It names what stays, so that a field
// added later goes.
func (s *State) erased() State {
	return State{
		Language: s.Language, Device: s.Device, Token: s.Token, Nonce: s.Nonce,
		Biometrics: s.Biometrics, Agreement: s.Agreement, Decision: s.Decision, Decider: s.Decider,
		Cancelled: s.Cancelled, TakenOver: s.TakenOver, LedTo: s.LedTo, Erased: true,
	}
}

// eraseCalls takes the phones out of the calls that were asked for, and ends
// one that is still awaited.
func (w *work) eraseCalls() error {
	for _, id := range w.State.Call.ids() {
		call, err := w.tx.CallBack(id)
		if err != nil {
			return err
		}
		call.Phone = ""
		if call.State == api.CallWaiting {
			call.State, call.AnsweredAt = api.CallRefused, w.now
		}
		if err := w.tx.PutCallBack(call); err != nil {
			return err
		}
	}
	return nil
}

// ids names all calls that were ever asked for.
func (c *callState) ids() []string {
	if c == nil {
		return nil
	}
	return append(append([]string(nil), c.Earlier...), c.ID)
}
