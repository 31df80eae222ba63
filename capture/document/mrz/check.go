package mrz

import "strings"

// Check names a check digit.
type Check string

// The checks. IINCheck is the caller's, see [Options].
const (
	NumberCheck    Check = "number"
	BirthCheck     Check = "birth"
	ExpiryCheck    Check = "expiry"
	PersonalCheck  Check = "personal number" // TD3 only
	CompositeCheck Check = "composite"
	IINCheck       Check = "IIN"
)

// span is a run of places in the text of a zone, the end excluded.
type span struct{ from, to int }

func (s span) in(text string) string { return text[s.from:s.to] }

// value is what stands in the span, without the fillers at its end.
func (s span) value(text string) string { return strings.TrimRight(s.in(text), string(Filler)) }

// checked is a check digit and what it covers, in the order in which it is summed up.
type checked struct {
	name  Check
	over  []span
	digit int // place
}

// layout says where what stands. Lines follow each other without ends.
type layout struct {
	code, issuer, number, optional, second, birth, expiry, nationality, names span
	sex                                                                       int
	checks                                                                    []checked // the composite last
}

// layouts are figure 5 of Doc 9303-5 and figure 4 of Doc 9303-4.
var layouts = map[Format]*layout{
	TD1: {
		code: span{0, 2}, issuer: span{2, 5}, number: span{5, 14}, optional: span{15, 30},
		birth: span{30, 36}, sex: 37, expiry: span{38, 44}, nationality: span{45, 48}, second: span{48, 59}, names: span{60, 90},
		checks: []checked{
			{NumberCheck, []span{{5, 14}}, 14},
			{BirthCheck, []span{{30, 36}}, 36},
			{ExpiryCheck, []span{{38, 44}}, 44},
			{CompositeCheck, []span{{5, 37}, {38, 45}, {48, 59}}, 59},
		},
	},
	TD3: {
		code: span{0, 2}, issuer: span{2, 5}, names: span{5, 44},
		number: span{44, 53}, nationality: span{54, 57}, birth: span{57, 63}, sex: 64, expiry: span{65, 71}, optional: span{72, 86},
		checks: []checked{
			{NumberCheck, []span{{44, 53}}, 53},
			{BirthCheck, []span{{57, 63}}, 63},
			{ExpiryCheck, []span{{65, 71}}, 71},
			{PersonalCheck, []span{{72, 86}}, 86},
			{CompositeCheck, []span{{44, 54}, {57, 64}, {65, 87}}, 87},
		},
	},
}

// value is what a character counts in a check digit (Doc 9303-3, 4.9), or -1 for one that no zone holds.
func value(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'A' && c <= 'Z':
		return int(c-'A') + 10
	case c == Filler:
		return 0
	}
	return -1
}

var weights = [3]int{7, 3, 1}

// Digit is the check digit of the parts, one behind the other, which hold nothing but characters of the alphabet.
func Digit(parts ...string) byte {
	sum, i := 0, 0
	for _, part := range parts {
		for k := range len(part) {
			sum += weights[i%3] * value(part[k])
			i++
		}
	}
	return byte('0' + sum%10)
}

// holds says whether the check digit is right. That of an empty personal number may be a filler (Doc 9303-4, 4.2.2.2), that of a
// number which goes on in the optional data is one (Doc 9303-5, 4.2.2.1).
func (c checked) holds(l *layout, text string) bool {
	parts := make([]string, 0, 3)
	for _, s := range c.over {
		parts = append(parts, s.in(text))
	}
	got := text[c.digit]
	if got == Filler {
		switch c.name {
		case PersonalCheck:
			return strings.Trim(parts[0], string(Filler)) == ""
		case NumberCheck:
			_, _, ok := longNumber(l, text)
			return ok
		}
	}
	return got == Digit(parts...)
}

// longNumber joins a number of more than nine characters: the filler in the place of its check digit says that the optional data begin
// with the rest of the number and with its check digit. It answers false where there is none or its digit is wrong.
func longNumber(l *layout, text string) (number, rest string, ok bool) {
	if l.optional.from != l.number.to+1 || text[l.number.to] != Filler {
		return "", "", false
	}
	more, rest, _ := strings.Cut(l.optional.in(text), string(Filler))
	if len(more) < 2 {
		return "", "", false
	}
	end := len(more) - 1
	number = l.number.in(text) + more[:end]
	return number, strings.TrimRight(rest, string(Filler)), Digit(number) == more[end]
}

// Failed lists the checks that do not hold: none when all is well. The caller's check of [Options] is among them after [Decode].
func (z Zone) Failed() []Check {
	if z.Kind == 0 {
		return nil
	}
	l := layouts[z.Kind]
	var failed []Check
	for _, c := range l.checks {
		if !c.holds(l, z.text) {
			failed = append(failed, c.name)
		}
	}
	if !z.iin {
		failed = append(failed, IINCheck)
	}
	return failed
}

// orderly says whether the names have the form of the norm: parts of letters with single fillers between them, two behind the surname,
// and nothing but fillers after the last.
func orderly(names string) bool {
	names = strings.TrimRight(names, string(Filler))
	surname, given, _ := strings.Cut(names, "<<")
	if surname == "" {
		return false
	}
	for part := range strings.SplitSeq(surname+"<"+given, "<") {
		if strings.ContainsAny(part, "0123456789") || part == "" && given != "" {
			return false
		}
	}
	return true
}
