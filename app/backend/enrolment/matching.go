package enrolment

import (
	"context"
	"errors"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/backend/identity"
	"qoltanba/app/backend/registry"
)

// matching is the selfie held against the portraits by a machine.
type matching struct {
	Since time.Time
	Begun int             `json:",omitempty"` // times that it began
	Said  *identity.Match `json:",omitempty"` // nil: nothing yet, or nothing ever
	Over  bool            `json:",omitempty"` // nothing more will be said
	Drawn bool            `json:",omitempty"` // for an operator, by the agency's sample
}

// matchTime is how long a case that a machine may decide is kept out of the
// operators' queue.
const matchTime = 2 * time.Minute

// machine decides cases that an operator need not look at.
const machine = "machine"

// askMatch hands the pictures to the judge once the register has answered.
func (s *Service) askMatch(w *work) error {
	w.State.Match = nil
	if s.Judge == nil || w.State.Selfie == nil {
		return nil
	}
	w.State.Match = &matching{Since: w.now}
	return w.enqueueHeavy(jobMatch, caseArgs{Enrolment: w.ID})
}

// match is the job that holds the selfie against the portraits, and decides the
// case if everything speaks for the citizen.
func (s *Service) match(ctx context.Context, args caseArgs) error {
	var due *record
	err := s.update(ctx, args.Enrolment, func(w *work) error {
		due = nil
		m := w.State.Match
		if m == nil || m.Over || w.State.Next() != api.StepDecision {
			return nil
		}
		if m.Begun++; m.Begun > maxBegun {
			m.Over = true
			return nil
		}
		due = w.record
		return nil
	})
	if err != nil || due == nil {
		return err
	}
	said, err := s.holdAgainst(ctx, due)
	if err != nil {
		return err
	}
	return s.update(ctx, args.Enrolment, func(w *work) error {
		m := w.State.Match
		if m == nil || m.Over || !m.Since.Equal(due.State.Match.Since) {
			return nil
		}
		m.Said, m.Over = &said, true
		detail := ""
		for _, p := range said.Pairs {
			detail += string(p.Against) + " " + string(p.Answer) + " "
		}
		if err := w.audit("matched", detail); err != nil {
			return err
		}
		return s.decideByMachine(w)
	})
}

// holdAgainst fetches the pictures and compares them.
func (s *Service) holdAgainst(ctx context.Context, r *record) (identity.Match, error) {
	st := &r.State
	person, err := s.Register.Person(ctx, st.IIN)
	var portrait []byte
	if err == nil {
		portrait, err = s.Register.Portrait(ctx, person)
	}
	if err != nil && !errors.Is(err, registry.ErrUnknown) {
		return identity.Match{}, err
	}
	selfie, err := s.readEvidence(ctx, r.ID, st.Selfie.Name, maxClean)
	if err != nil {
		return identity.Match{}, err
	}
	var card []byte
	if side, ok := st.Card[st.document().Sides()[0]]; ok {
		if card, err = s.readEvidence(ctx, r.ID, side.Name, maxClean); err != nil {
			return identity.Match{}, err
		}
	}
	return s.Judge.Match(ctx, selfie, portrait, card)
}

// machineMay says whether a machine may decide the case, whatever the register
// and the match say: a living person with an identity card was seen, the card was
// read as what the citizen confirmed, or is being read, and no operator has
// looked at the case before.
func (s *State) machineMay() bool {
	return s.Verdict != nil && s.Verdict.State == api.IdentificationPassed && s.Unrecorded == "" &&
		s.document() == api.IdentityCard && s.Decider == "" && (s.Reading.underWay() || s.documentAgrees())
}

// agrees says that what was typed is what the register has.
func (r *register) agrees() bool { return r != nil && r.Fields != nil && len(r.Differs) == 0 }

// decideByMachine approves a case in which everything speaks for the citizen, if
// the agency lets a machine's pass stand. Any other case waits for an operator.
func (s *Service) decideByMachine(w *work) error {
	st := &w.State
	if !st.machineMay() || !st.Register.agrees() || !st.documentAgrees() || st.Match == nil || st.Match.Said == nil || !st.Match.Said.Sure() || s.Pass.Advises() || st.Decision.State != api.DecisionWaiting {
		return nil
	}
	var failed error
	stands := s.Pass.Stands(s.draw(&failed))
	if failed != nil {
		return failed
	}
	if !stands {
		st.Match.Drawn = true
		return w.audit("sampled", s.Pass.String())
	}
	if err := s.approve(w); err != nil {
		return err
	}
	st.Decision.At, st.Decider = &w.now, machine
	s.extend(w)
	return nil
}

// awaitsMachine says that a machine may decide the case within a moment, so that
// no operator need look at it yet.
func (s *Service) awaitsMachine(st *State, now time.Time) bool {
	if !st.machineMay() || s.Pass.Advises() || !now.Before(st.Decision.Since.Add(matchTime)) {
		return false
	}
	return st.Register == nil || st.Register.agrees() && (st.Match != nil && !st.Match.Over || st.Reading.underWay())
}
