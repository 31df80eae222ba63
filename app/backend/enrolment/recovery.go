package enrolment

import (
	"context"
	"crypto/subtle"
	"errors"

	"qoltanba/app/api"
	"qoltanba/app/backend/limit"
	"qoltanba/app/backend/notify"
	"qoltanba/app/backend/store"
)

// A computer whose keyring was emptied cannot prove its way any more, but it
// still has the recovery secret, of which the way keeps the hash since its PIN
// was set. With it the computer opens a second way that leads back to the first:
// the code of the phone is asked there as for any way, then the first way's PIN.
// All three given, the first way is bound to the new key and goes on from the
// consent to pass the data; evidence and verdict stay. Whoever lacks one of the
// three gets nothing, and what they may try is counted as everywhere.

// Recover opens a way that leads back to the one whose device key was lost. One
// that is not there, is over, has no PIN yet or another secret is refused alike.
func (s *Service) Recover(ctx context.Context, c Call, in api.RecoveryRequest) (api.Started, error) {
	var out api.Started
	var refused *api.Problem
	err := s.Store.Update(ctx, func(tx store.Tx) error {
		refused = nil
		if err := c.recall(tx); err != nil {
			return err
		}
		if err := s.allow(tx, s.now(), "start", limit.ByAddress, c.Address, s.rules.StartsPerAddress); err != nil {
			return err
		}
		former, err := s.recoverable(tx, in.Enrolment, api.RecoveryHash(in.Secret))
		if k := (*kept)(nil); errors.As(err, &k) {
			refused = k.problem
			return c.keep(tx, nil, refused)
		}
		if err != nil {
			return err
		}
		if out, err = s.leadBack(tx, c, former, in.Language); err != nil {
			return err
		}
		return c.keep(tx, out, nil)
	})
	if err == nil && refused != nil {
		err = refused
	}
	if err != nil {
		return api.Started{}, err
	}
	return out, nil
}

// leadBack opens the way that leads back to a former one.
func (s *Service) leadBack(tx store.Tx, c Call, former *record, language api.Language) (api.Started, error) {
	opened, err := s.begin(tx, c, former.Subject, State{
		IIN: former.State.IIN, Language: language, TakeOver: &takeOver{Recovers: former.ID, Proof: former.State.Recovery},
	})
	if err != nil {
		return api.Started{}, err
	}
	err = tx.Record(store.AuditEntry{At: s.now(), Actor: citizen, Action: "recover", Enrolment: former.ID, Detail: opened.Enrolment.ID})
	return opened, err
}

// recoverable finds a way by the hash of its recovery secret.
func (s *Service) recoverable(tx store.Tx, id, proof string) (*record, error) {
	refuse := keep(api.Fail(api.RecoveryRefused, "no unfinished enrolment for this secret"))
	e, err := tx.Enrolment(id)
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrText) {
		return nil, refuse
	}
	if err != nil {
		return nil, err
	}
	r, err := readRecord(e)
	if err != nil {
		return nil, err
	}
	st := &r.State
	proved := st.Recovery != "" && subtle.ConstantTimeCompare([]byte(proof), []byte(st.Recovery)) == 1
	over := r.alive(s.now()) != nil || st.Erased || st.Next() == api.StepDone
	if !proved || over || st.PIN == "" {
		return nil, refuse
	}
	return r, nil
}

// recovered is the way that this one leads back to. Where that is over, or
// another has led back to it meanwhile, this one ends.
func (s *Service) recovered(w *work) (*record, error) {
	former, err := s.recoverable(w.tx, w.State.TakeOver.Recovers, w.State.TakeOver.Proof)
	if k := (*kept)(nil); errors.As(err, &k) {
		if err := s.cancel(w, "leads nowhere"); err != nil {
			return nil, err
		}
	}
	return former, err
}

// RebindDevice binds, by its PIN, the way that this one leads back to to the
// key that calls; the former key and the secret are worth nothing from then on.
// Its application is withdrawn as one whose keys are lost, and the consent to
// pass the data follows anew. The answer is that way.
func (s *Service) RebindDevice(ctx context.Context, c Call, in api.RebindRequest) (api.Enrolment, error) {
	return s.withFormerPIN(ctx, c, takes(api.StepRebind), in.PIN, s.recovered, func(w *work) error {
		former, err := s.recovered(w)
		if err != nil {
			return err
		}
		return s.rebind(w, former, in.Recovery)
	})
}

// rebind ends the way that led back and goes on with the former.
func (s *Service) rebind(w *work, former *record, recovery string) error {
	back := w.record
	back.State.LedTo = former.ID
	if err := s.cancel(w, "led back to "+former.ID); err != nil {
		return err
	}
	if err := back.save(w.tx, w.now); err != nil {
		return err
	}
	w.record = former
	st := &w.State
	if err := s.enqueueSMS(w, st.Phone, letter{Notice: notify.Recovered}); err != nil {
		return err
	}
	st.Device, st.Token, st.Phone = back.State.Device, back.State.Token, back.State.Phone
	st.PINTries, st.Trying, st.Recovery = st.PINTries.Succeed(), "", recovery
	if err := w.withdraw(); err != nil {
		return err
	}
	st.forgetApplication()
	s.extend(w)
	return w.audit("rebind", "device "+st.Device)
}

// forgetApplication goes back to the consent to pass the data. The next
// application bears a name of its own, also where nothing is known of a first.
func (s *State) forgetApplication() {
	s.Application, s.Grant, s.Agreement = nil, nil, nil
	s.Withdrawn++
}
