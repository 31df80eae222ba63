package enrolment

import (
	"context"
	"slices"

	"qoltanba/app/api"
	"qoltanba/app/backend/notify"
	"qoltanba/app/backend/store"
)

// ConfirmFields takes the fields of the document as the citizen confirms them and
// hands the case over to an operator.
func (s *Service) ConfirmFields(ctx context.Context, c Call, in api.FieldsRequest) (api.Enrolment, error) {
	return s.step(ctx, c, takes(api.StepFields), func(w *work) error {
		if err := in.Validate(w.State.document()); err != nil {
			return err
		}
		if in.Fields.Expired(w.now) {
			return api.Fail(api.CardExpired, "expiry_date")
		}
		w.State.Fields, w.State.Sure = &in.Fields, true
		if err := s.handOver(w); err != nil {
			return err
		}
		return w.audit("fields", "")
	})
}

// handOver asks for a decision once the evidence is whole, at first or again
// after something was repeated.
func (s *Service) handOver(w *work) error {
	st := &w.State
	if st.Next() != api.StepDecision || st.Decision != nil && st.Decision.State == api.DecisionWaiting {
		return nil
	}
	st.Decision = &api.Decision{State: api.DecisionWaiting, Since: w.now}
	st.Register, st.Match = nil, nil
	s.extend(w)
	return w.enqueue(jobRegister, caseArgs{Enrolment: w.ID})
}

// RepeatRejected goes back, after a rejection, to what has to be done again.
func (s *Service) RepeatRejected(ctx context.Context, c Call) (api.Enrolment, error) {
	return s.step(ctx, c, takes(api.StepDecision), func(w *work) error {
		st := &w.State
		if st.Decision == nil || st.Decision.State != api.DecisionRejected {
			return api.Fail(api.OutOfOrder, "nothing was rejected")
		}
		switch st.Decision.Reason.Repeat() {
		case api.StepSelfie:
			st.Selfie = nil
		case api.StepRecording:
			st.Recording, st.Unrecorded, st.Verdict = nil, "", nil
		case api.StepCard:
			st.Card, st.Sure, st.Reading = nil, false, nil
		case api.StepFields:
			st.Sure = false
		default:
			return s.cancel(w, "rejected as "+string(st.Decision.Reason))
		}
		return w.audit("repeat", string(st.Decision.Reason))
	})
}

// Documents is the cabinet's list.
func (s *Service) Documents(ctx context.Context, c Call) (api.Documents, error) {
	r, err := s.view(ctx, c)
	if err != nil {
		return api.Documents{}, err
	}
	none := api.Documents{Documents: []api.Document{}}
	st := &r.State
	if st.Decision == nil || st.Fields == nil {
		return none, nil
	}
	return api.Documents{Documents: []api.Document{{
		ID: r.ID, Kind: st.document(), State: st.Decision.State, Fields: *st.Fields,
		AddedAt: st.Decision.Since, DecidedAt: st.Decision.At,
	}}}, nil
}

// Verdict is an operator's decision on a case as it was seen: Version is that
// of the case, and a case that has moved on refuses it.
type Verdict struct {
	Version int64
	Approve bool
	Reason  api.RejectReason // when not approved
}

// Decide takes an operator's verdict. An approval passes on the person as the
// state register has it, but for the number of a passport: the register has that
// of the identity card, and the operator saw the other one. The errors are [ErrNotWaiting], [ErrNoRegister],
// [ErrReason] and [store.ErrNotFound].
func (s *Service) Decide(ctx context.Context, operator, caseID string, v Verdict) error {
	if !v.Approve && !slices.Contains(api.RejectReasons(), v.Reason) {
		return ErrReason
	}
	return s.Store.Update(ctx, func(tx store.Tx) error {
		e, err := tx.Enrolment(caseID)
		if err != nil {
			return err
		}
		r, err := readRecord(e)
		if err != nil {
			return err
		}
		w := &work{record: r, tx: tx, now: s.now(), by: "operator:" + operator}
		d := r.State.Decision
		if r.alive(w.now) != nil || e.Version != v.Version || r.Step != api.StepDecision || d.State != api.DecisionWaiting {
			return ErrNotWaiting
		}
		if v.Approve {
			err = s.approve(w)
		} else {
			err = s.reject(w, v.Reason)
		}
		if err != nil {
			return err
		}
		d.At, r.State.Decider = &w.now, operator
		s.extend(w)
		return r.save(tx, w.now)
	})
}

func (s *Service) approve(w *work) error {
	st := &w.State
	if st.Register == nil || st.Register.Fields == nil {
		return ErrNoRegister
	}
	f := st.Register.Fields
	number := f.DocumentNumber
	if st.document() == api.Passport {
		number = st.Fields.DocumentNumber
	}
	st.Decision.State = api.DecisionApproved
	st.Passed = &api.PassedData{
		IIN: st.IIN, Surname: f.Surname, Name: f.Name, Patronymic: f.Patronymic, Document: number,
	}
	if err := s.enqueueSMS(w, st.Phone, letter{Notice: notify.Approved}); err != nil {
		return err
	}
	return w.audit("approve", "data "+st.Passed.Hash())
}

func (s *Service) reject(w *work, reason api.RejectReason) error {
	w.State.Decision.State, w.State.Decision.Reason = api.DecisionRejected, reason
	if err := s.enqueueSMS(w, w.State.Phone, letter{Notice: notify.Rejected}); err != nil {
		return err
	}
	return w.audit("reject", string(reason))
}
