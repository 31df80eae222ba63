//go:build demo

package service

import (
	"flag"
	"slices"
	"testing"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/backend/limit"
)

var timing = flag.Bool("timing", false, "measure whether the time of step 3 tells a known IIN from an unknown one")

// Whoever measures how long step 3 takes cannot tell a known IIN from nobody's:
// of a random pair of answers the known one is the slower in about half of the
// cases. It needs a quiet machine and is asked for by "make test-timing"; that
// the work is the same says [TestStepThreeDoesTheSameWork] on any.
func TestStepThreeTakesTheSameTime(t *testing.T) {
	if !*timing {
		t.Skip("measures time: make test-timing")
	}
	const rounds = 400
	onBoth(t, func(t *testing.T, on func(*Plan)) {
		a := open(t, func(p *Plan) {
			on(p)
			many := limit.Policy{Max: 1_000_000, Per: time.Hour}
			p.Rules.StartsPerIIN, p.Rules.StartsPerAddress, p.Rules.CodesPerPhone = many, many, many
		})
		known := a.citizen(t, "aigul")
		iins := []api.IIN{known.who.IIN, "061211600012"}
		var took [2][]time.Duration
		for round := range rounds {
			for n := range iins {
				which := (n + round) % 2 // neither goes first always
				c := a.citizen(t, "aigul")
				c.who.IIN = iins[which]
				a.quiet(t) // jobs of the one before would slow the next
				began := time.Now()
				c.start()
				took[which] = append(took[which], time.Since(began))
			}
		}
		slower := 0.0
		for _, k := range took[0] {
			for _, u := range took[1] {
				switch {
				case k > u:
					slower++
				case k == u:
					slower += 0.5
				}
			}
		}
		slower /= rounds * rounds
		for n, name := range []string{"known", "nobody's"} {
			slices.Sort(took[n])
			t.Logf("%-9s median %v, nine tenths within %v", name, took[n][rounds/2], took[n][rounds*9/10])
		}
		t.Logf("a known IIN is the slower of a pair in %.3f of the cases", slower)
		if slower < 0.42 || slower > 0.58 {
			t.Errorf("the time tells a known IIN: %.3f instead of about a half", slower)
		}
	})
}
