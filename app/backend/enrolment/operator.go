package enrolment

import (
	"context"
	"errors"
	"io"
	"slices"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/backend/identity"
	"qoltanba/app/backend/recognition"
	"qoltanba/app/backend/store"
	"qoltanba/capture/document/check"
)

// listLimit bounds what one look at the console reads.
const listLimit = 200

// Waiting is a case in the queue of the operators.
type Waiting struct {
	ID       string
	Since    time.Time
	Language api.Language
	Document api.DocumentKind
	Differs  int  // fields that differ from the register
	Compared bool // the register has answered
}

// Waiting lists the cases that wait for a decision, the longest waiting first.
func (s *Service) Waiting(ctx context.Context) ([]Waiting, error) {
	var list []Waiting
	err := s.Store.View(ctx, func(tx store.Tx) error {
		list = nil
		found, err := tx.EnrolmentsAt(api.StepDecision, listLimit)
		if err != nil {
			return err
		}
		for _, e := range found {
			r, err := readRecord(e)
			if err != nil {
				return err
			}
			d := r.State.Decision
			if d == nil || d.State != api.DecisionWaiting || r.alive(s.now()) != nil || s.awaitsMachine(&r.State, s.now()) {
				continue
			}
			w := Waiting{ID: r.ID, Since: d.Since, Language: r.State.Language, Document: r.State.document()}
			if r.State.Register != nil {
				w.Compared, w.Differs = true, len(r.State.Register.Differs)
			}
			list = append(list, w)
		}
		return nil
	})
	return list, err
}

// Case is all that an operator sees of an enrolment. It holds personal data.
type Case struct {
	ID      string
	Version int64 // for [Verdict]
	Step    api.Step
	Since   time.Time
	IIN     api.IIN
	Phone   string // masked

	Selfie    Evidence
	Document  api.DocumentKind
	Card      map[api.Side]Evidence // of the document
	Recording Recording

	Fields   *api.CardFields // as the citizen confirmed them
	Register *api.CardFields // as the state has them; nil: nobody of this IIN, or no answer yet
	Compared time.Time       // when the register answered; zero: not yet
	Differs  []string        // names of fields, as in JSON

	Reading   *recognition.Reading // what the machine made out of the document; nil: nothing
	Crops     string               // evidence: pictures of the places of its fields, as [ParseCrops] reads them; "": none
	Corrected []check.Finding      // what the citizen wrote otherwise although it was read for certain

	Unable     bool              // the citizen cannot do what the video identification asks
	Verdict    *identity.Verdict // what the machine found in the recording; nil: nothing
	Match      *identity.Match   // and in the portraits
	Drawn      bool              // the machine would approve: the agency's sample has drawn the case
	Uncompared []string          // names of fields that the register does not have

	Decision *api.Decision
	Trail    []store.AuditEntry
}

// Evidence names an object for [Service.OpenEvidence]; "" where there is none.
type Evidence struct {
	Name string
	At   time.Time
}

// Recording is the video identification that was verified.
type Recording struct {
	Prompts []Prompt
	Batches []string // evidence in the form of liveness.ParseBatch, in order
	Frames  int
}

// Prompt is a movement that was asked for, in time since the recording began.
type Prompt struct {
	Kind        api.PromptKind
	From, Until time.Duration
}

// Case gives a case to an operator, and notes that it was looked at.
func (s *Service) Case(ctx context.Context, operator, id string) (Case, error) {
	var seen Case
	err := s.Store.Update(ctx, func(tx store.Tx) error {
		e, err := tx.Enrolment(id)
		if err != nil {
			return err
		}
		r, err := readRecord(e)
		if err != nil {
			return err
		}
		seen = r.seen()
		if seen.Trail, err = tx.Trail(id); err != nil {
			return err
		}
		return tx.Record(store.AuditEntry{At: s.now(), Actor: "operator:" + operator, Action: "look", Enrolment: id})
	})
	return seen, err
}

func (r *record) seen() Case {
	st := &r.State
	c := Case{
		ID: r.ID, Version: r.Version, Step: r.Step, Since: r.Waiting, IIN: st.IIN, Phone: st.Phone.Masked(),
		Document: st.document(), Card: map[api.Side]Evidence{}, Fields: st.Fields, Uncompared: uncompared(st.document()), Decision: st.Decision,
	}
	if st.Selfie != nil {
		c.Selfie = Evidence{Name: st.Selfie.Name, At: st.Selfie.At}
	}
	for side, p := range st.Card {
		c.Card[side] = Evidence{Name: p.Name, At: p.At}
	}
	if st.Register != nil {
		c.Register, c.Compared, c.Differs = st.Register.Fields, st.Register.At, st.Register.Differs
	}
	c.Unable = st.Unrecorded == unable
	if st.Verdict != nil && st.Recording != nil {
		c.Verdict = st.Verdict.Said
	}
	if st.Reading != nil {
		c.Reading, c.Crops, c.Corrected = st.Reading.Said, st.Reading.Crops, st.corrected()
	}
	if st.Match != nil {
		c.Match, c.Drawn = st.Match.Said, st.Match.Drawn
	}
	if rec := st.Recording; rec != nil {
		c.Recording.Frames = rec.received()
		for _, b := range rec.Batches {
			c.Recording.Batches = append(c.Recording.Batches, b.Name)
		}
		for _, p := range rec.Prompts {
			c.Recording.Prompts = append(c.Recording.Prompts, Prompt{
				Kind: api.PromptKind(p.Kind), From: p.From.Sub(rec.Started), Until: p.Until.Sub(rec.Started),
			})
		}
	}
	return c
}

// ErrNoEvidence says that the case has no such object.
var ErrNoEvidence = errors.New("this case has no such evidence")

// OpenEvidence opens an object that [Case] names.
func (s *Service) OpenEvidence(ctx context.Context, id, name string) (io.ReadCloser, error) {
	r, err := s.caseOf(ctx, id)
	if err != nil {
		return nil, err
	}
	if !r.seen().has(name) {
		return nil, ErrNoEvidence
	}
	return s.Evidence.Open(ctx, id, name)
}

func (c Case) has(name string) bool {
	if name == "" {
		return false
	}
	for _, e := range c.Card {
		if e.Name == name {
			return true
		}
	}
	return name == c.Selfie.Name || name == c.Crops || slices.Contains(c.Recording.Batches, name)
}
