package mrz

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"
)

// Bounds of a repair.
const (
	plausible = 0.005 // least probability of a character that is put in place of another
	mostEdits = 2     // characters changed in the whole zone
	mostTried = 24    // single edits of a field, the likeliest
	mostKept  = 64    // readings kept of each field, the likeliest
	clearly   = 3.0   // how much likelier than the next it must be, as a natural logarithm: twenty times
)

// edit puts another character at a place.
type edit struct {
	at   int
	to   byte
	loss float64 // how much less likely it is than what stood there, as a natural logarithm
}

// change is a set of edits.
type change struct {
	edits []edit
	loss  float64
}

// repair looks for the one reading near the text that all checks prove. Fields whose own check holds are left alone: a change
// in them could only be made good by a second one.
func repair(f Format, g Grid, text string, o Options) (Zone, []int, bool) {
	l := layouts[f]
	failed := checkedBy(takeApart(f, text), o).Failed()
	changes := []change{{}}
	for _, field := range l.suspects(failed) {
		var next []change
		for _, c := range alternatives(l, g, text, field) {
			for _, before := range changes {
				if len(before.edits)+len(c.edits) <= mostEdits {
					next = append(next, change{slices.Concat(before.edits, c.edits), before.loss + c.loss})
				}
			}
		}
		changes = next
	}
	best, second := change{loss: math.Inf(1)}, math.Inf(1)
	var zone Zone
	for _, c := range changes {
		if z := checkedBy(takeApart(f, c.apply(text)), o); len(z.Failed()) > 0 || !dated(z) {
			continue
		} else if c.loss < best.loss {
			best, second, zone = c, best.loss, z
		} else {
			second = min(second, c.loss)
		}
	}
	if len(best.edits) == 0 || second-best.loss < clearly {
		return Zone{}, nil, false
	}
	places := make([]int, 0, mostEdits)
	for _, e := range best.edits {
		places = append(places, e.at)
	}
	slices.Sort(places)
	return zone, places, true
}

// dated says whether the dates are of the calendar, as far as they are told.
func dated(z Zone) bool {
	for _, d := range []string{z.Birth, z.Expiry} {
		if strings.ContainsRune(d, Filler) {
			continue
		}
		if _, err := date(d, 2000, func(time.Time) bool { return true }); err != nil {
			return false
		}
	}
	return true
}

// field is what one check digit covers, or what only the composite and the caller cover.
type field struct {
	check checked // over is empty for those without a digit of their own
	spans []span
}

// suspects are the fields in which the wrong characters may be: those whose own check fails, or, where only the checks of several fields
// fail, those that have none of their own.
func (l *layout) suspects(failed []Check) []field {
	var own []field
	for _, c := range l.checks[:len(l.checks)-1] {
		if slices.Contains(failed, c.name) {
			own = append(own, field{c, append(slices.Clone(c.over), span{c.digit, c.digit + 1})})
		}
	}
	if slices.Contains(failed, IINCheck) {
		own = append(own, field{spans: []span{l.optional}})
	}
	if len(own) > 0 {
		return own
	}
	last := l.checks[len(l.checks)-1].digit
	return []field{{spans: []span{l.optional, l.second, {last, last + 1}}}}
}

// alternatives are the likeliest changes of a field after which its own check holds.
func alternatives(l *layout, g Grid, text string, f field) []change {
	var singles []edit
	for _, s := range f.spans {
		for i := s.from; i < s.to; i++ {
			now := float64(g[i][strings.IndexByte(Alphabet, text[i])])
			for k, p := range g[i] {
				if p >= plausible && Alphabet[k] != text[i] {
					singles = append(singles, edit{i, Alphabet[k], math.Log(now / float64(p))})
				}
			}
		}
	}
	slices.SortStableFunc(singles, func(a, b edit) int { return cmp.Compare(a.loss, b.loss) })
	singles = singles[:min(len(singles), mostTried)]
	var found []change
	try := func(edits ...edit) {
		c := change{edits: slices.Clone(edits)}
		for _, e := range edits {
			c.loss += e.loss
		}
		if len(f.check.over) == 0 || f.check.holds(l, c.apply(text)) {
			found = append(found, c)
		}
	}
	for i, a := range singles {
		try(a)
		for _, b := range singles[i+1:] {
			if a.at != b.at {
				try(a, b)
			}
		}
	}
	slices.SortStableFunc(found, func(a, b change) int { return cmp.Compare(a.loss, b.loss) })
	return found[:min(len(found), mostKept)]
}

// apply makes the edits.
func (c change) apply(text string) string {
	b := []byte(text)
	for _, e := range c.edits {
		b[e.at] = e.to
	}
	return string(b)
}
