package enrolment

import (
	"context"
	"errors"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/backend/limit"
	"qoltanba/app/backend/notify"
	"qoltanba/app/backend/registry"
	"qoltanba/app/backend/store"
)

// callsPerEnrolment keeps one citizen from filling the operators' list.
var callsPerEnrolment = limit.Policy{Max: 5, Per: 24 * time.Hour}

// AskCall asks an operator to call back. While one call is awaited, another
// wish changes nothing.
func (s *Service) AskCall(ctx context.Context, c Call, in api.CallRequest) (api.Enrolment, error) {
	if err := in.Validate(); err != nil {
		return api.Enrolment{}, err
	}
	return s.step(ctx, c, during(), func(w *work) error {
		if call := w.State.Call; call != nil && call.CallBack.State == api.CallWaiting {
			return nil
		}
		if err := s.allow(w.tx, w.now, "call", "enrolment", w.ID, callsPerEnrolment); err != nil {
			return err
		}
		asked := store.CallBack{
			ID: newID(), Enrolment: w.ID, Phone: in.Phone, Language: in.Language, Reason: in.Reason,
			State: api.CallWaiting, AskedAt: w.now,
		}
		w.State.Call = &callState{
			ID: asked.ID, CallBack: api.CallBack{State: asked.State, Reason: in.Reason, AskedAt: w.now}, Earlier: w.State.Call.ids(),
		}
		if err := w.tx.PutCallBack(asked); err != nil {
			return err
		}
		return w.audit("ask-call", string(in.Reason))
	})
}

// Operator's errors, which the console words.
var (
	ErrAnswered   = errors.New("this call was answered already: reload the list")
	ErrOutcome    = errors.New("a call ends registered, answered or refused")
	ErrNobody     = errors.New("the state register has nobody of this IIN: the phone cannot be registered")
	ErrNotWaiting = errors.New("this case does not wait for a decision, or has changed: reload it")
	ErrNoRegister = errors.New("the state register has not given the data of this person: it cannot be approved yet")
	ErrReason     = errors.New("a rejection needs one of the reasons")
)

// CallBacks lists the calls that citizens wait for, the longest waiting first.
func (s *Service) CallBacks(ctx context.Context) ([]store.CallBack, error) {
	var calls []store.CallBack
	err := s.Store.View(ctx, func(tx store.Tx) (err error) {
		calls, err = tx.CallBacks(api.CallWaiting, listLimit)
		return err
	})
	return calls, err
}

// AnswerCallBack notes how a call ended. [api.CallRegistered] registers the
// phone of the call for the IIN of its enrolment in the mobile base first. The
// errors are [ErrAnswered], [ErrOutcome], [ErrNobody], [store.ErrNotFound] and
// those of package registry.
func (s *Service) AnswerCallBack(ctx context.Context, operator, id string, outcome api.CallState) error {
	switch outcome {
	case api.CallRegistered, api.CallAnswered, api.CallRefused:
	default:
		return ErrOutcome
	}
	call, r, err := s.call(ctx, id)
	if err != nil {
		return err
	}
	if outcome == api.CallRegistered {
		err := s.MobileBase.Register(ctx, r.State.IIN, call.Phone)
		if errors.Is(err, registry.ErrUnknown) {
			return ErrNobody
		}
		if err != nil {
			return err
		}
	}
	return s.Store.Update(ctx, func(tx store.Tx) error { return s.endCall(tx, operator, id, outcome) })
}

// call reads a waiting call and its enrolment.
func (s *Service) call(ctx context.Context, id string) (call store.CallBack, r *record, err error) {
	err = s.Store.View(ctx, func(tx store.Tx) error {
		if call, err = tx.CallBack(id); err != nil {
			return err
		}
		if call.State != api.CallWaiting {
			return ErrAnswered
		}
		e, err := tx.Enrolment(call.Enrolment)
		if err != nil {
			return err
		}
		r, err = readRecord(e)
		return err
	})
	return call, r, err
}

func (s *Service) endCall(tx store.Tx, operator, id string, outcome api.CallState) error {
	call, err := tx.CallBack(id)
	if err != nil {
		return err
	}
	if call.State != api.CallWaiting {
		return ErrAnswered
	}
	e, err := tx.Enrolment(call.Enrolment)
	if err != nil {
		return err
	}
	r, err := readRecord(e)
	if err != nil {
		return err
	}
	now := s.now()
	w := &work{record: r, tx: tx, now: now, by: "operator:" + operator}
	call.State, call.AnsweredAt, call.Operator = outcome, now, operator
	if err := tx.PutCallBack(call); err != nil {
		return err
	}
	if outcome == api.CallRegistered {
		if err := s.enqueueSMS(w, call.Phone, letter{Notice: notify.PhoneRegistered}); err != nil {
			return err
		}
	}
	if r.State.Call != nil && r.State.Call.ID == id {
		r.State.Call.CallBack.State, r.State.Call.CallBack.Answered = outcome, &now
		if err := r.save(tx, now); err != nil {
			return err
		}
	}
	return w.audit("call-"+string(outcome), id)
}
