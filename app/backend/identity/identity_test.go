package identity

import (
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"testing"

	"qoltanba/app/api"
	"qoltanba/capture/liveness"
)

// Each reason of the judge to try again has a code of its own with a sentence and
// a remedy, and each for an operator has none: a citizen hears nothing of it.
func TestEveryReasonIsWorded(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../../capture/liveness/judgement.go")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`Reason += "([a-z-]+)"`).FindAllSubmatch(text, -1)
	if len(found) < 15 {
		t.Fatalf("only %d reasons", len(found))
	}
	told := map[api.Code]liveness.Reason{}
	for _, m := range found {
		r := liveness.Reason(m[1])
		code, worded := reasons[r]
		if worded != (r.Verdict() == liveness.Again) {
			t.Errorf("%s leads to %s and is worded as %q", r, r.Verdict(), code)
		}
		if !worded {
			continue
		}
		if twice := told[code]; twice != "" {
			t.Errorf("%s and %s are told alike", r, twice)
		}
		told[code] = r
		if !slices.Contains(api.AgainReasons(), code) {
			t.Errorf("%q is no reason to try again", code)
		}
	}
	if len(reasons)+2 != len(api.AgainReasons()) { // and a broken recording, and a selfie without a face
		t.Errorf("%d reasons here, %d in the contract", len(reasons), len(api.AgainReasons()))
	}
}

func TestWorded(t *testing.T) {
	t.Parallel()
	c := &liveness.Case{Prompts: []liveness.Asked{{Kind: liveness.TurnRight}, {Kind: liveness.LookUp}}}
	for _, test := range []struct {
		said liveness.Judgement
		want Verdict
	}{
		{liveness.Judgement{Verdict: liveness.Pass, Prompt: -1}, Verdict{Outcome: Pass}},
		{liveness.Judgement{Verdict: liveness.Again, Reason: liveness.NotDone, Prompt: 1}, Verdict{Outcome: Again, Reason: api.MovementMissing, Movement: liveness.LookUp}},
		{liveness.Judgement{Verdict: liveness.Operator, Reason: liveness.NotSolid, Prompt: -1}, Verdict{Outcome: Unsure, Doubt: liveness.NotSolid}},
		{liveness.Judgement{Verdict: liveness.Again, Reason: "news", Prompt: 9}, Verdict{Outcome: Unsure, Doubt: "news"}},
		{liveness.Judgement{}, Verdict{Outcome: Unsure, Movement: liveness.TurnRight}},
	} {
		if got := worded(c, test.said); got.Outcome != test.want.Outcome || got.Reason != test.want.Reason || got.Doubt != test.want.Doubt || got.Movement != test.want.Movement {
			t.Errorf("%v is worded as %+v", test.said, got)
		}
	}
}

func TestPolicy(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"accept", "operator", "sample 1%", "sample 50%"} {
		p, err := ParsePolicy(text)
		if err != nil || p.String() != text {
			t.Errorf("%q is read as %q: %v", text, p, err)
		}
		if p.Advises() != (text == "operator") {
			t.Errorf("%q advises: %v", text, p.Advises())
		}
	}
	if p := (Policy{}); !p.Advises() || p.String() != "" || p.Stands(func(int) int { return 99 }) {
		t.Error("a policy that nobody gave lets a pass stand")
	}
	rng := rand.New(rand.NewPCG(1, 2))
	third, _ := ParsePolicy("sample 30%")
	stand := 0
	for range 10_000 {
		if third.Stands(rng.IntN) {
			stand++
		}
		if !Accept.Stands(rng.IntN) || ByOperator.Stands(rng.IntN) {
			t.Fatal("a policy in a word is drawn by lot")
		}
	}
	if stand < 6_700 || stand > 7_300 {
		t.Errorf("%d of 10,000 stand where an operator wants 30 of 100", stand)
	}
}

// A match is sure only where every portrait is there and surely the same.
func TestSure(t *testing.T) {
	t.Parallel()
	if (Match{}).Sure() {
		t.Error("no portrait at all is sure")
	}
	for _, other := range []Answer{Same, Different, Doubtful, NoFace, Absent} {
		m := Match{Pairs: []Pair{{Against: Register, Answer: Same}, {Against: Card, Answer: other}}}
		if m.Sure() != (other == Same) {
			t.Errorf("a match with %s is sure: %v", other, m.Sure())
		}
	}
}
