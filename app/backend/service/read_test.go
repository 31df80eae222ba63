//go:build demo

package service

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"qoltanba/app/api"
	"qoltanba/app/backend/enrolment"
	"qoltanba/app/backend/identity"
	"qoltanba/app/backend/recognition"
	"qoltanba/assets/citizens"
	"qoltanba/capture/document/check"
	"qoltanba/capture/document/field"
)

// clerk says what stands on the sample citizen's card, where a story is about
// what the service makes of it.
type clerk struct {
	mu    sync.Mutex
	said  []recognition.Reading // one after another; then what the citizen's card says
	fails error
	hold  chan struct{} // nil: answers at once
}

func (*clerk) Prints() bool { return true }

func (k *clerk) Read(ctx context.Context, iin api.IIN, p recognition.Pictures) (recognition.Reading, error) {
	if k.hold != nil {
		select {
		case <-k.hold:
		case <-ctx.Done():
			return recognition.Reading{}, ctx.Err()
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.fails != nil {
		return recognition.Reading{}, k.fails
	}
	if len(k.said) > 0 {
		said := k.said[0]
		k.said = k.said[1:]
		return said, nil
	}
	return readOf(iin, p)
}

// readOf is the reading of the card of a sample citizen.
func readOf(iin api.IIN, p recognition.Pictures) (recognition.Reading, error) {
	for _, pictures := range p {
		if len(pictures) == 0 || len(pictures[0]) == 0 {
			return recognition.Reading{}, errors.New("a picture is missing")
		}
	}
	for _, c := range citizens.All() {
		if c.IIN != iin {
			continue
		}
		r := recognition.Reading{Verdict: check.Match, Fields: []recognition.Field{{Name: "iin", Value: string(iin), Source: field.Zone, Certainty: 1}}}
		r.Crops = map[string][]byte{"surname": {0xff, 0xd8}}
		for _, f := range c.Card.List() {
			r.Fields = append(r.Fields, recognition.Field{Name: f.Name, Value: f.Value, Source: field.Print, Certainty: 1})
		}
		return r, nil
	}
	return recognition.Reading{}, errors.New("nobody of this IIN")
}

// toFields walks to the fields of the card.
func (c *citizen) toFields() {
	c.Helper()
	c.before()
	c.record()
	c.verdict()
	do(c, api.SetPIN, api.SetPINRequest{PIN: goodPIN})
	c.card()
}

// wasRead waits for the machine, where there is one: it began with the last side.
func (c *citizen) wasRead() {
	c.Helper()
	c.until("reading", func() bool { c.read(); return c.e.Reading == nil || c.e.Reading.State != api.ReadingUnderWay })
}

// reads puts the clerk to work beside a judge who passes everybody.
func reads(k *clerk) func(*Plan) {
	return func(p *Plan) { judged(&prompter{}, identity.Accept)(p); p.Recogniser = k }
}

// What was made out comes to the citizen with its pictures, and without any doubt
// the machine decides.
func TestReadCardPasses(t *testing.T) {
	t.Parallel()
	a := open(t, reads(&clerk{}))
	c := a.citizen(t, "aigul")
	c.toFields()
	c.at(api.StepFields)
	c.wasRead()
	got, err := ask(c, api.ReadRecognised, api.None{})
	if err != nil {
		t.Fatal(err)
	}
	surname, ok := got.Field("surname")
	if c.e.Reading.State != api.ReadingDone || !ok || surname.Value != c.who.Card.Surname || len(surname.Crop) == 0 || surname.Source != api.FromPrint {
		t.Errorf("%+v: %d fields", c.e.Reading, len(got.Fields))
	}
	c.fields()
	c.until("machine's approval", func() bool { c.read(); return c.e.Step == api.StepGrant })
	if seen, err := a.Enrolments.Case(t.Context(), "dana", c.e.ID); err != nil || seen.Reading == nil || len(seen.Corrected) > 0 || seen.Crops == "" {
		t.Errorf("the case has no reading: %v", err)
	}
	if strings.Contains(a.log.String(), c.who.Card.Surname) {
		t.Error("the log has the citizen's name")
	}
}

// A side that cannot be read is asked for again, so many times; then an operator
// makes of it what can be made of it.
func TestUnreadableSideIsAskedForAgain(t *testing.T) {
	t.Parallel()
	bad := recognition.Reading{
		Verdict: check.Again, Again: &recognition.Again{Side: api.Back, Reason: api.DocumentGlare},
		Findings: []check.Finding{{What: check.NoCard, Weight: check.Retake}},
	}
	a := open(t, reads(&clerk{said: []recognition.Reading{bad, bad, bad, bad}}))
	c := a.citizen(t, "aigul")
	c.toFields()
	for n := range 3 {
		c.wasRead()
		c.at(api.StepCard)
		if r := c.e.Reading; r.State != api.ReadingAgain || r.Side != api.Back || r.Reason != api.DocumentGlare || !slices.Equal(c.e.CardSides, []api.Side{api.Front}) {
			t.Fatalf("after %d: %+v with %v", n, r, c.e.CardSides)
		}
		do(c, api.SendCard, api.Picture{Type: "image/jpeg", Data: photo(t, 640, 400, byte(40+n))}, "side", string(api.Back))
	}
	c.wasRead()
	c.at(api.StepFields)
	if c.e.Reading.State != api.ReadingFailed {
		t.Errorf("%+v", c.e.Reading)
	}
	c.fields()
	c.decide(enrolment.Verdict{Approve: true})
	c.at(api.StepGrant)
}

// What keeps a machine from passing a card leaves it to an operator, with the
// finding named, and refuses nobody.
func TestDoubtfulCardsGoToAnOperator(t *testing.T) {
	t.Parallel()
	expiry := check.Finding{What: check.Differs, Field: field.Expires, Weight: check.Look}
	for name, k := range map[string]*clerk{
		"another expiry in the zone": {said: []recognition.Reading{{Verdict: check.Operator, Findings: []check.Finding{expiry}}}},
		"no IIN":                     {said: []recognition.Reading{{Verdict: check.Match}}},
		"a machine that fails":       {fails: errors.New("out of memory")},
		"what was read for certain": {said: []recognition.Reading{{Verdict: check.Match, Fields: []recognition.Field{
			{Name: "surname", Value: "БАСҚА", Source: field.Print, Certainty: 1},
		}}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := open(t, reads(k))
			c := a.citizen(t, "aigul")
			c.toFields()
			c.wasRead()
			c.fields()
			c.matched()
			c.until("operator", func() bool { c.read(); return c.e.Decision.Operator })
			c.until("end of the match", func() bool { return c.matched().Match != nil })
			seen := c.decide(enrolment.Verdict{Approve: true})
			if name == "another expiry in the zone" && (seen.Reading == nil || !slices.Contains(seen.Reading.Findings, expiry)) {
				t.Error("the finding is not shown to the operator")
			}
			if corrected := len(seen.Corrected) > 0; corrected != (name == "what was read for certain") {
				t.Errorf("corrected: %v", seen.Corrected)
			}
			c.at(api.StepGrant)
		})
	}
}

// A citizen who types faster than the machine reads keeps nobody waiting, and is
// not sent back.
func TestFasterThanTheMachine(t *testing.T) {
	t.Parallel()
	k := &clerk{hold: make(chan struct{})}
	a := open(t, reads(k))
	c := a.citizen(t, "aigul")
	c.toFields()
	c.at(api.StepFields)
	c.read()
	if c.e.Reading.State != api.ReadingUnderWay {
		t.Fatalf("%+v", c.e.Reading)
	}
	if got, err := ask(c, api.ReadRecognised, api.None{}); err != nil || len(got.Fields) > 0 {
		t.Errorf("%d fields: %v", len(got.Fields), err)
	}
	c.fields()
	c.at(api.StepDecision)
	close(k.hold)
	c.until("machine's approval", func() bool { c.read(); return c.e.Step == api.StepGrant })
}

// Readiness says who reads documents.
func TestReadinessTellsOfDocuments(t *testing.T) {
	t.Parallel()
	const note = "documents are read by operators alone"
	without, with := Plan{}, Plan{Recogniser: &clerk{}}
	if !slices.Contains(without.notes(), note) || slices.Contains(with.notes(), note) {
		t.Error("readiness does not tell who reads documents")
	}
}
