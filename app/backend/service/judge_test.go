//go:build demo

package service

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/backend/enrolment"
	"qoltanba/app/backend/identity"
	"qoltanba/capture/liveness"
)

// prompter says beforehand what a judge would find in faces, where a story is
// about what the service makes of it.
type prompter struct {
	mu    sync.Mutex
	said  []identity.Verdict // one after another; then passes
	match map[identity.Against]identity.Answer
	err   error
	hold  chan struct{} // nil: answers at once
	asked atomic.Int32
	cases []*liveness.Case
}

func (p *prompter) Recording(ctx context.Context, c *liveness.Case) (identity.Verdict, error) {
	if p.asked.Add(1); p.hold != nil {
		select {
		case <-p.hold:
		case <-ctx.Done():
			return identity.Verdict{}, ctx.Err()
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cases = append(p.cases, c)
	if p.err != nil {
		return identity.Verdict{}, p.err
	}
	v := identity.Verdict{Outcome: identity.Pass, Findings: []liveness.Finding{{Check: liveness.CheckFace, Prompt: -1, Value: 1, Limit: 0.9, OK: true}}}
	if len(p.said) > 0 {
		v, p.said = p.said[0], p.said[1:]
	}
	return v, nil
}

func (p *prompter) Match(_ context.Context, selfie, register, card []byte) (identity.Match, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(selfie) == 0 || len(register) == 0 || len(card) == 0 {
		return identity.Match{}, errors.New("a picture is missing")
	}
	var m identity.Match
	for _, against := range []identity.Against{identity.Register, identity.Card} {
		answer := identity.Same
		if other, ok := p.match[against]; ok {
			answer = other
		}
		m.Pairs = append(m.Pairs, identity.Pair{Against: against, Answer: answer, Cosine: 0.7, Distance: 0.4})
	}
	return m, nil
}

func judged(by enrolment.Judge, pass identity.Policy) func(*Plan) {
	return func(p *Plan) { p.Judge, p.Pass, p.Recogniser = by, pass, &clerk{} }
}

// before walks to the recording.
func (c *citizen) before() {
	c.Helper()
	c.confirm()
	c.accept(api.TextBiometrics, api.ConsentBiometrics)
	c.selfie()
	c.at(api.StepRecording)
}

// verdict waits until the recording is judged.
func (c *citizen) verdict() api.Identification {
	c.Helper()
	c.until("verdict", func() bool { c.read(); return c.e.Step != api.StepJudging })
	if c.e.Identification == nil {
		c.Fatal("nothing is told of a verdict")
	}
	return *c.e.Identification
}

// after walks from the PIN to the decision.
func (c *citizen) after() {
	c.Helper()
	c.at(api.StepPIN)
	do(c, api.SetPIN, api.SetPINRequest{PIN: goodPIN})
	c.card()
	c.wasRead()
	c.fields()
}

// matched waits until the selfie was held against the portraits.
func (c *citizen) matched() enrolment.Case {
	c.Helper()
	var seen enrolment.Case
	c.until("match", func() bool {
		var err error
		if seen, err = c.a.Enrolments.Case(c.Context(), "dana", c.e.ID); err != nil {
			c.Fatal(err)
		}
		return seen.Match != nil
	})
	return seen
}

func (c *citizen) queued() bool {
	c.Helper()
	list, err := c.a.Enrolments.Waiting(c.Context())
	if err != nil {
		c.Fatal(err)
	}
	return len(list) > 0
}

// A citizen in whom the machine sees nothing doubtful goes straight to the
// cabinet, and no operator ever sees the case.
func TestStraightByMachine(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, on func(*Plan)) {
		p := &prompter{hold: make(chan struct{})}
		a := open(t, func(plan *Plan) { on(plan); judged(p, identity.Accept)(plan) })
		c := a.citizen(t, "aigul")
		c.before()
		c.record()
		c.at(api.StepJudging)
		if i := c.e.Identification; i == nil || i.State != api.IdentificationJudging || i.Expected == nil {
			t.Errorf("while it is judged: %+v", i)
		}
		refused(c, api.OutOfOrder, api.SetPIN, api.SetPINRequest{PIN: goodPIN})
		close(p.hold)
		if v := c.verdict(); v.State != api.IdentificationPassed || v.Reason != "" {
			t.Errorf("verdict %+v", v)
		}
		c.after()
		c.until("decision", func() bool {
			if c.queued() {
				t.Error("an operator is asked")
			}
			c.read()
			if c.e.Decision.Operator {
				t.Error("the citizen is told of an operator")
			}
			return c.e.Step == api.StepGrant
		})
		if trail := c.trail(); strings.Count(trail, "judged") != 1 || strings.Count(trail, "service approve") != 1 || strings.Contains(trail, "operator:") {
			t.Errorf("trail %s", trail)
		}
		if c.e.Passed.Surname != c.who.Register.Surname {
			t.Error("what is passed on is not the register's")
		}
		c.grant()
		c.accept(api.TextAgreement, api.AcceptAgreement)
		checkCertificates(c, c.obtain())
		checkDiscretion(c)
	})
}

// A recording that has to be made again says why, and the next one passes.
func TestAgainThenPass(t *testing.T) {
	t.Parallel()
	p := &prompter{said: []identity.Verdict{
		{Outcome: identity.Again, Reason: api.MovementMissing, Movement: liveness.TurnLeft},
		{Outcome: identity.Again, Reason: api.SelfieUnclear},
	}}
	a := open(t, judged(p, identity.Accept))
	c := a.citizen(t, "sergey")
	c.before()
	c.record()
	v := c.verdict()
	c.at(api.StepRecording)
	if v.State != api.IdentificationAgain || v.Reason != api.MovementMissing || v.Movement != api.TurnLeft || v.TriesLeft != 2 {
		t.Errorf("verdict %+v", v)
	}
	c.record()
	v = c.verdict()
	c.at(api.StepSelfie)
	if v.State != api.IdentificationAgain || v.Reason != api.SelfieUnclear || v.TriesLeft != 1 {
		t.Errorf("verdict %+v", v)
	}
	c.selfie()
	c.at(api.StepRecording)
	c.record()
	if v = c.verdict(); v.State != api.IdentificationPassed || v.Reason != "" || v.TriesLeft != 3 {
		t.Errorf("verdict %+v", v)
	}
	c.at(api.StepPIN)
	if p.asked.Load() != 3 || strings.Count(c.trail(), "judged") != 3 {
		t.Errorf("%d recordings were judged: %s", p.asked.Load(), c.trail())
	}
}

// What the machine cannot settle waits for an operator, who sees what it found.
func TestOperatorWhereTheMachineIsUnsure(t *testing.T) {
	t.Parallel()
	findings := []liveness.Finding{{Check: liveness.CheckParallax, Prompt: -1, Value: 0.2, Limit: 0.3}}
	p := &prompter{said: []identity.Verdict{{Outcome: identity.Unsure, Doubt: liveness.NotSolid, Findings: findings}}}
	a := open(t, judged(p, identity.Accept))
	c := a.citizen(t, "aigul")
	c.before()
	c.record()
	if v := c.verdict(); v.State != api.IdentificationOperator || v.Reason != "" {
		t.Errorf("the citizen is told %+v", v)
	}
	c.after()
	c.at(api.StepDecision)
	seen := c.matched()
	if seen.Verdict == nil || seen.Verdict.Doubt != liveness.NotSolid || len(seen.Verdict.Findings) != 1 || len(seen.Match.Pairs) != 2 {
		t.Errorf("the operator sees %+v, %+v", seen.Verdict, seen.Match)
	}
	if !c.queued() {
		t.Error("the case is in no queue")
	}
	c.decide(enrolment.Verdict{Approve: true})
	c.at(api.StepGrant)
}

// A machine decides no case in which anything speaks against it, and says no to
// nobody: such a case waits for an operator.
func TestMachineDecidesNothingDoubtful(t *testing.T) {
	t.Parallel()
	for name, doubt := range map[string]struct {
		who   string
		match map[identity.Against]identity.Answer
		pass  identity.Policy
	}{
		"another person in the register":   {"aigul", map[identity.Against]identity.Answer{identity.Register: identity.Different}, identity.Accept},
		"another person on the card":       {"aigul", map[identity.Against]identity.Answer{identity.Card: identity.Different}, identity.Accept},
		"a doubtful portrait":              {"aigul", map[identity.Against]identity.Answer{identity.Card: identity.Doubtful}, identity.Accept},
		"no face on the card":              {"aigul", map[identity.Against]identity.Answer{identity.Card: identity.NoFace}, identity.Accept},
		"no portrait in the register":      {"aigul", map[identity.Against]identity.Answer{identity.Register: identity.Absent}, identity.Accept},
		"fields that differ":               {"dinara", nil, identity.Accept},
		"a passport":                       {"saltanat", nil, identity.Accept},
		"an agency that wants an operator": {"aigul", nil, identity.ByOperator},
		"an agency that has said nothing":  {"aigul", nil, identity.Policy{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := &prompter{match: doubt.match}
			a := open(t, judged(p, doubt.pass))
			c := a.citizen(t, doubt.who)
			c.before()
			c.record()
			c.verdict()
			c.after()
			seen := c.matched()
			c.read()
			if c.at(api.StepDecision); seen.Decision == nil || seen.Decision.State != api.DecisionWaiting || !c.queued() {
				t.Errorf("decided as %+v", seen.Decision)
			}
			if !c.e.Decision.Operator {
				t.Error("the citizen is not told that an operator looks")
			}
			c.decide(enrolment.Verdict{Reason: api.RejectPerson})
			if c.e.Decision.Reason != api.RejectPerson {
				t.Error("the operator's word does not hold")
			}
		})
	}
}

// A case that an operator sent back is decided by an operator, whatever the
// machine finds then.
func TestMachineOverrulesNoOperator(t *testing.T) {
	t.Parallel()
	p := &prompter{match: map[identity.Against]identity.Answer{identity.Card: identity.Doubtful}}
	a := open(t, judged(p, identity.Accept))
	c := a.citizen(t, "aigul")
	c.before()
	c.record()
	c.verdict()
	c.after()
	c.matched()
	c.decide(enrolment.Verdict{Reason: api.RejectSelfie})
	do(c, api.RepeatRejected, api.None{})
	p.mu.Lock()
	p.match = nil
	p.mu.Unlock()
	c.selfie()
	c.at(api.StepDecision)
	c.matched()
	c.read()
	c.at(api.StepDecision)
	if !c.queued() {
		t.Error("the case is in no queue")
	}
}

// Of a sample, about the share that the agency named waits for an operator.
func TestSampleGoesToOperators(t *testing.T) {
	t.Parallel()
	half, err := identity.ParsePolicy("sample 99%")
	if err != nil {
		t.Fatal(err)
	}
	a := open(t, judged(&prompter{}, half))
	sampled := 0
	for range 3 { // all three pass with a chance of one in a million
		c := a.citizen(t, "aigul")
		c.before()
		if c.record(); c.verdict().State != api.IdentificationPassed {
			t.Error("a sampled citizen is kept waiting at the recording")
		}
		c.after()
		if seen := c.matched(); seen.Decision.State == api.DecisionWaiting && strings.Contains(c.trail(), "sampled") {
			sampled++
		}
		do(c, api.CancelEnrolment, api.None{})
	}
	if sampled == 0 {
		t.Error("nobody was drawn")
	}
}

// A judge that does not work keeps nobody waiting for long: an operator decides.
func TestJudgeThatFails(t *testing.T) {
	t.Parallel()
	a := open(t, judged(&prompter{err: errors.New("out of memory")}, identity.Accept))
	c := a.citizen(t, "aigul")
	c.before()
	c.record()
	if v := c.verdict(); v.State != api.IdentificationOperator {
		t.Errorf("verdict %+v", v)
	}
	c.after()
	c.at(api.StepDecision)
	c.decide(enrolment.Verdict{Approve: true})
}

// The service is stopped between recording and verdict, and again while it
// judges: the verdict comes, once.
func TestVerdictAfterRestart(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	var c *citizen
	for _, run := range []string{"stopped before", "stopped while it judges"} {
		t.Run(run, func(t *testing.T) {
			p := &prompter{hold: make(chan struct{})}
			a := open(t, func(plan *Plan) { plan.Data = data; judged(p, identity.Accept)(plan) })
			a.clock.advance(time.Minute)
			if c == nil {
				c = a.citizen(t, "aigul")
				c.before()
				if err := a.queue.Stop(t.Context()); err != nil {
					t.Fatal(err)
				}
				c.record()
				c.at(api.StepJudging)
				return
			}
			c.T, c.a = t, a
			c.read()
			c.at(api.StepJudging)
			c.until("judge", func() bool { return p.asked.Load() > 0 })
			ended, cancel := context.WithCancel(t.Context())
			cancel()
			if err := a.queue.Stop(ended); err != nil {
				t.Fatal(err)
			}
		})
	}
	second := &prompter{}
	a := open(t, func(p *Plan) { p.Data = data; judged(second, identity.Accept)(p) })
	a.clock.advance(5 * time.Minute)
	c.T, c.a = t, a
	if v := c.verdict(); v.State != api.IdentificationPassed {
		t.Errorf("verdict %+v", v)
	}
	if strings.Count(c.trail(), "judged") != 1 || second.asked.Load() != 1 {
		t.Errorf("judged %d times: %s", second.asked.Load(), c.trail())
	}
	c.after()
	c.until("decision", func() bool { c.read(); return c.e.Step == api.StepGrant })
}

// Failed challenges are a citizen's and no enrolment's: beginning anew gives no
// more tries. After the fifth that the machine judged and did not pass, operators
// decide, and nobody is sent back any more.
func TestTriesAreTheCitizens(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, on func(*Plan)) {
		bad := identity.Verdict{Outcome: identity.Again, Reason: api.FaceDark}
		p := &prompter{said: []identity.Verdict{bad, bad, bad, bad, bad}}
		a := open(t, func(plan *Plan) { on(plan); judged(p, identity.Accept)(plan) })
		first := a.citizen(t, "rustam")
		first.before()
		for left := 2; left > 0; left-- {
			if first.record(); first.verdict().TriesLeft != left {
				t.Errorf("%d tries left, want %d", first.e.Identification.TriesLeft, left)
			}
		}
		do(first, api.CancelEnrolment, api.None{})
		c := a.citizen(t, "rustam")
		c.before()
		c.record()
		if v := c.verdict(); v.TriesLeft != 0 || c.e.Lock == nil || c.e.Lock.Reason != api.RecordingLocked {
			t.Errorf("after three: %+v, lock %v", v, c.e.Lock)
		}
		refused(c, api.RecordingLocked, api.StartChallenge, api.ChallengeRequest{})
		do(c, api.CancelEnrolment, api.None{})
		c = a.citizen(t, "rustam")
		c.before()
		if p := refused(c, api.RecordingLocked, api.StartChallenge, api.ChallengeRequest{}); p.Until == nil {
			t.Error("the lock has no end")
		}
		a.clock.advance(16 * time.Minute)
		c.read()
		c.record()
		if v := c.verdict(); v.State != api.IdentificationAgain {
			t.Errorf("the fourth: %+v", v)
		}
		c.record()
		if v := c.verdict(); v.State != api.IdentificationOperator {
			t.Errorf("the fifth: %+v", v)
		}
		c.at(api.StepPIN)
		do(c, api.CancelEnrolment, api.None{})
		c = a.citizen(t, "rustam")
		c.before()
		c.record()
		c.at(api.StepPIN) // at once: operators decide from now on
		if c.e.Identification.State != api.IdentificationOperator {
			t.Errorf("the sixth: %+v", c.e.Identification)
		}
	})
}

// Whoever cannot do what is asked goes on to an operator at the cost of no try.
func TestAskOperator(t *testing.T) {
	t.Parallel()
	a := open(t, judged(&prompter{}, identity.Accept))
	c := a.citizen(t, "aigul")
	c.before()
	do(c, api.AskOperator, api.None{})
	c.after()
	c.at(api.StepDecision)
	seen := c.matched()
	if c.read(); c.e.Step != api.StepDecision || !seen.Unable || len(seen.Recording.Batches) != 0 {
		t.Errorf("at %s; the operator sees %v", c.e.Step, seen.Unable)
	}
	c.decide(enrolment.Verdict{Reason: api.RejectRecording})
	do(c, api.RepeatRejected, api.None{})
	c.at(api.StepRecording)
	do(c, api.StartChallenge, api.ChallengeRequest{})
	if c.e.Challenge.TriesLeft != 3 {
		t.Errorf("%d tries left", c.e.Challenge.TriesLeft)
	}
}

// The last prompt is the screen's light, told when it is due and not before;
// whoever must not see flashes has none.
func TestLightPrompt(t *testing.T) {
	t.Parallel()
	a := open(t, nil)
	for _, wish := range []api.ChallengeRequest{{MovementOnly: true}, {}} {
		c := a.citizen(t, "aigul")
		c.before()
		do(c, api.StartChallenge, wish)
		if want := map[bool]int{true: 4, false: 5}[wish.MovementOnly]; c.e.Challenge.Prompts != want {
			t.Errorf("%+v has %d prompts", wish, c.e.Challenge.Prompts)
		}
		seen := c.prompts()
		last := seen[len(seen)-1]
		if wish.MovementOnly {
			if last.Kind == api.Light || len(last.Colours) != 0 {
				t.Errorf("flashes for one who must see none: %+v", last)
			}
			continue
		}
		if last.Kind != api.Light || len(last.Colours) != len(api.Colours()) || last.Slot < 334 || last.Lead < 100 {
			t.Errorf("the last prompt is %+v", last)
		}
		for _, p := range seen[:len(seen)-1] {
			if p.Kind == api.Light || len(p.Colours) > 0 {
				t.Errorf("the colours are told too early: %+v", p)
			}
		}
	}
}

// prompts films a challenge and lists what was asked for.
func (c *citizen) prompts() (seen []api.Prompt) {
	c.Helper()
	c.onPrompt = func(p api.Prompt) {
		if len(seen) == 0 || seen[len(seen)-1].Index != p.Index {
			seen = append(seen, p)
		}
	}
	c.sendFrames(c.film())
	c.onPrompt = nil
	return seen
}

// A service whose library is missing says so and works on.
func TestWithoutJudge(t *testing.T) {
	t.Parallel()
	a := open(t, nil)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, a.base+"/readyz", nil)
	if err != nil {
		t.Fatal(err)
	}
	c := a.citizen(t, "aigul")
	if status, _, body := c.send(r); status != http.StatusOK || !strings.Contains(string(body), "operators alone") {
		t.Errorf("readiness: %d %q", status, body)
	}
	c.before()
	c.record()
	c.at(api.StepPIN)
	if c.e.Identification != nil {
		t.Errorf("a verdict nobody gave: %+v", c.e.Identification)
	}
	c.after()
	if seen := c.decide(enrolment.Verdict{Approve: true}); seen.Verdict != nil || seen.Match != nil {
		t.Error("findings that nobody made")
	}
}
