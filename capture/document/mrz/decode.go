package mrz

import (
	"math"
	"slices"
	"strings"
)

// Scores are the probabilities of the characters of [Alphabet] at one place of a zone. They sum to 1.
type Scores [len(Alphabet)]float32

// Grid is what a reader thinks of each place of a zone, line after line.
type Grid []Scores

// Options are what a caller knows beyond the norm.
type Options struct {
	// IIN says whether a text is an individual identification number. When it is given, Kazakh documents that have none fail [IINCheck],
	// and a wrong digit of it may be put right.
	IIN func(string) bool
}

// Reading is a zone as it was made out.
type Reading struct {
	Zone
	// Confidence of each character, 0 to 1, in the order of the text: its probability among those that may stand there.
	Confidence []float32
	// Repaired are the places, counted along the text, where a check digit proved another character than the likeliest.
	Repaired []int
}

// What [Reading.Certain] asks of the characters; capture/document/MEASURED.md tells what that leaves. A character that a check
// digit covers may be doubtful, since the digit notices one that is wrong. It notices two in nine of ten cases only, so the doubts
// (what the confidences lack to 1) of all covered characters together are bounded, and one repair is all that is believed.
const (
	leastUnprotected = 0.90
	mostDoubt        = 0.25
	mostRepaired     = 1
)

// Certain says that the reading may be believed: every check digit holds, the names have their form, every character that
// no digit covers was clear, and the others hardly doubtful.
func (r Reading) Certain() bool {
	if r.Kind == 0 || len(r.Failed()) > 0 || !orderly(layouts[r.Kind].names.in(r.text)) {
		return false
	}
	covered := layouts[r.Kind].covered()
	doubt := float32(0)
	for i, c := range r.Confidence {
		switch {
		case !covered[i] && c < leastUnprotected:
			return false
		case covered[i] && !slices.Contains(r.Repaired, i):
			doubt += 1 - c
		}
	}
	return doubt <= mostDoubt && len(r.Repaired) <= mostRepaired
}

// covered tells which places a check digit protects.
func (l *layout) covered() map[int]bool {
	covered := map[int]bool{}
	for _, c := range l.checks {
		for _, s := range c.over {
			for i := s.from; i < s.to; i++ {
				covered[i] = true
			}
		}
		covered[c.digit] = true
	}
	return covered
}

// Decode makes out a zone of the format. It takes the likeliest characters that may stand in each place, and where a check digit does not
// hold it looks for another reading: one or two characters changed, each of them seen as possible, all checks of the zone right, and
// far likelier than any other such reading. Where there is none the likeliest is kept, and its checks fail. The error is ErrShape.
func Decode(f Format, g Grid, o Options) (Reading, error) {
	l, ok := layouts[f]
	if !ok {
		return Reading{}, ErrShape
	}
	if lines, columns := f.Size(); len(g) != lines*columns {
		return Reading{}, ErrShape
	}
	g = l.expect(g)
	text := g.likeliest()
	r := Reading{Zone: checkedBy(takeApart(f, text), o)}
	if len(r.Failed()) > 0 {
		if z, places, found := repair(f, g, text, o); found {
			r.Zone, r.Repaired = z, places
		}
	}
	r.Confidence = make([]float32, len(g))
	for i := range g {
		r.Confidence[i] = g[i][strings.IndexByte(Alphabet, r.text[i])]
	}
	return r, nil
}

// checkedBy applies the caller's check.
func checkedBy(z Zone, o Options) Zone {
	if o.IIN != nil && z.Kazakh() {
		z.iin = o.IIN(z.IIN())
	}
	return z
}

// likeliest is the likeliest text.
func (g Grid) likeliest() string {
	text := make([]byte, len(g))
	for i := range g {
		best := 0
		for k, p := range g[i] {
			if p > g[i][best] {
				best = k
			}
		}
		text[i] = Alphabet[best]
	}
	return string(text)
}

// Fits is the share of the places for digits only, of dates and checks, and for letters only, of states, whose likeliest character is one. Print
// that is taken for a zone has no more than chance there; a zone of which a part is covered has most. 0 for a grid of another format.
func (g Grid) Fits(f Format) float64 {
	l, ok := layouts[f]
	if lines, columns := f.Size(); !ok || len(g) != lines*columns {
		return 0
	}
	text, fit, of := g.likeliest(), 0, 0
	count := func(s span, usual string) {
		for i := s.from; i < s.to; i++ {
			of++
			if strings.IndexByte(usual, text[i]) >= 0 {
				fit++
			}
		}
	}
	count(l.birth, digits)
	count(l.expiry, digits)
	count(l.issuer, letters)
	count(l.nationality, letters)
	for _, c := range l.checks {
		count(span{c.digit, c.digit + 1}, digits)
	}
	return float64(fit) / float64(of)
}

// Sets of characters.
const (
	digits  = "0123456789"
	letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	filler  = string(Filler)
)

// expectation is what stands in a span: what the norm allows, and what of it is unusual.
type expectation struct {
	at      span
	usual   string
	unusual string
}

// unusualWeight is how much less likely the unusual is held.
const unusualWeight = 0.02

// expectations of the norm, for every issuer.
func (l *layout) expectations() []expectation {
	all := []expectation{
		{span{l.code.from, l.code.from + 1}, letters, ""},
		{span{l.code.from + 1, l.code.to}, letters + filler, ""},
		{l.issuer, letters, filler},
		{l.number, digits + letters + filler, ""},
		{l.optional, digits + letters + filler, ""},
		{l.second, digits + letters + filler, ""},
		{l.birth, digits, filler},
		{span{l.sex, l.sex + 1}, "MF", filler},
		{l.expiry, digits, filler},
		{l.nationality, letters, filler},
		{l.names, letters + filler, ""},
	}
	for _, c := range l.checks {
		e := expectation{span{c.digit, c.digit + 1}, digits, ""}
		if c.name == NumberCheck || c.name == PersonalCheck {
			e.unusual = filler
		}
		all = append(all, e)
	}
	return all
}

// kazakh expectations of the identity card and the passport: the number in digits, of a passport behind a letter, and an IIN.
func (l *layout) kazakh() []expectation {
	const iin = 12
	number := expectation{l.number, digits, letters + filler}
	if l == layouts[TD3] {
		number.at.from++
	}
	return []expectation{
		number,
		{span{l.optional.from, l.optional.from + iin}, digits, letters + filler},
		{span{l.optional.from + iin, l.optional.to}, filler, digits + letters},
		{l.second, filler, digits + letters},
	}
}

// expect applies what may stand where. The norm comes first; a document that then begins as Kazakh ones do is held to their form.
func (l *layout) expect(g Grid) Grid {
	out := make(Grid, len(g))
	copy(out, g)
	out.apply(l.expectations())
	if head := out.likeliest()[:l.issuer.to]; head == "IDKAZ" || head == "I<KAZ" || head == "P<KAZ" {
		out.apply(l.kazakh())
	}
	return out
}

// apply weighs the scores and lets them sum to 1 again. A place where nothing allowed was seen is left even among what is usual.
func (g Grid) apply(all []expectation) {
	for _, e := range all {
		for i := e.at.from; i < e.at.to; i++ {
			var sum float64
			for k := range g[i] {
				switch c := Alphabet[k : k+1]; {
				case strings.Contains(e.usual, c):
				case strings.Contains(e.unusual, c):
					g[i][k] *= unusualWeight
				default:
					g[i][k] = 0
				}
				sum += float64(g[i][k])
			}
			for k := range g[i] {
				switch {
				case sum > 0 && !math.IsInf(sum, 0):
					g[i][k] = float32(float64(g[i][k]) / sum)
				case strings.Contains(e.usual, Alphabet[k:k+1]):
					g[i][k] = 1 / float32(len(e.usual))
				default:
					g[i][k] = 0
				}
			}
		}
	}
}
