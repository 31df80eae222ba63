package matching

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"qoltanba/capture/face"
)

// Rule says whether a likeness is that of one person.
type Rule func(face.Likeness) bool

// Rate is a share of pairs, with a 95 % interval where it was worked out.
type Rate struct {
	Hits, Pairs, People int
	Value, Low, High    float64 // in percent
}

// String quotes none of n as at most 3/n.
func (r Rate) String() string {
	switch {
	case r.Pairs == 0:
		return "no pairs"
	case r.Hits == 0:
		return fmt.Sprintf("0 of %d (≤ %.2f %%)", r.Pairs, 300/float64(r.Pairs))
	}
	return fmt.Sprintf("%.2f %% (%.2f–%.2f), %d of %d", r.Value, r.Low, r.High, r.Hits, r.Pairs)
}

const draws = 1000 // of the bootstrap

// FalseMatches is how often two people are the same by the rule.
func FalseMatches(pairs []Pair, people int, same Rule) Rate {
	return rate(pairs, people, func(p *Pair) (counts, hit bool) { return !p.Genuine, same(p.Likeness) })
}

// FalseNonMatches is how often one person is not the same by the rule.
func FalseNonMatches(pairs []Pair, people int, same Rule) Rate {
	return rate(pairs, people, func(p *Pair) (counts, hit bool) { return p.Genuine, !same(p.Likeness) })
}

func rate(pairs []Pair, people int, judge func(*Pair) (counts, hit bool)) Rate {
	// Pairs of the same two people weigh the same in each draw: they are added up first.
	type cell struct{ a, b int }
	totals, hits := map[cell]int{}, map[cell]int{}
	var r Rate
	seen := map[int]bool{}
	for i := range pairs {
		counts, hit := judge(&pairs[i])
		if !counts {
			continue
		}
		c := cell{pairs[i].A, pairs[i].B}
		totals[c]++
		r.Pairs++
		seen[c.a], seen[c.b] = true, true
		if hit {
			hits[c]++
			r.Hits++
		}
	}
	r.People = len(seen)
	if r.Pairs == 0 {
		return r
	}
	r.Value = 100 * float64(r.Hits) / float64(r.Pairs)
	cells := make([]cell, 0, len(totals))
	for c := range totals {
		cells = append(cells, c)
	}
	slices.SortFunc(cells, func(x, y cell) int { return (x.a-y.a)*people + x.b - y.b })
	chance := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // G404: the same intervals each time
	var values []float64
	for range draws {
		drawn := make([]int, people)
		for range people {
			drawn[chance.IntN(people)]++
		}
		var all, bad float64
		for _, c := range cells {
			weight := float64(drawn[c.a])
			if c.a != c.b {
				weight *= float64(drawn[c.b])
			}
			all, bad = all+weight*float64(totals[c]), bad+weight*float64(hits[c])
		}
		if all > 0 {
			values = append(values, 100*bad/all)
		}
	}
	slices.Sort(values)
	if len(values) > 0 {
		r.Low, r.High = values[len(values)*25/1000], values[len(values)*975/1000]
	}
	return r
}
