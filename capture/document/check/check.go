// Package check holds what was read of an identity card against itself: the zone against the print, the front against the back, names in
// Cyrillic against their spelling in Latin, dates against the calendar and the IIN.
//
// [Sort] makes a [Card] of two pictures, whichever shows which side. [Card.Findings] says what does not agree and what was not made out, each
// a [Finding] with a [Weight] and a sentence in three languages that operator and citizen can read. [Judge] makes a [Verdict] of them.
//
// Nothing here refuses a citizen. What a citizen can better is worth another picture, what is sure to disagree is looked at by an operator, and
// what law allows to differ (since 2013 the IIN may tell another birth or sex) is a remark. A value that was read with doubt never disagrees: it is
// [Unclear].
package check

import (
	"cmp"
	"slices"
	"time"

	"qoltanba/capture/document"
	"qoltanba/capture/document/field"
	"qoltanba/capture/document/mrz"
	"qoltanba/capture/document/transliteration"
)

// Findings beyond those of package document. The values are stable.
const (
	NoCard   document.Finding = "no_card"   // the picture shows no identity card
	SameSide document.Finding = "same_side" // both pictures show the same side
	Swapped  document.Finding = "swapped"   // the picture of the front shows the back, and the other way round
	Passport document.Finding = "passport"  // it is the data page of a passport
	Differs  document.Finding = "differs"   // the field is one thing here and another there
	Unclear  document.Finding = "unclear"   // the field was not made out, or with doubt
	WrongIIN document.Finding = "wrong_iin" // the check digit of the printed IIN does not hold
	OddTerm  document.Finding = "odd_term"  // it is not valid for ten years
	// BarcodeDiffers says that the IIN of the barcode is not that of the zone or of the front.
	BarcodeDiffers document.Finding = "barcode_differs"

	OtherBearer document.Finding = "other_bearer" // the IIN is not that of whoever gives the card
	PrintUnread document.Finding = "print_unread" // there is nothing to read print with
	Corrected   document.Finding = "corrected"    // the field was read for certain, and the citizen wrote another value
)

// Weight says what a finding leads to.
type Weight string

// The weights, from the lightest. Their values are stable.
const (
	Remark Weight = "remark" // nothing has to be done
	Retake Weight = "retake" // another picture, or another word typed, may do
	Look   Weight = "look"   // an operator has to look
)

// Finding is one thing that a person should know of a card.
type Finding struct {
	What   document.Finding `json:"what"`
	Side   document.Side    `json:"side,omitempty"`
	Field  field.Name       `json:"field,omitempty"`
	Weight Weight           `json:"weight"`
}

// Verdict is what all findings together lead to. Its values are stable.
type Verdict string

// The verdicts.
const (
	Match    Verdict = "match"
	Again    Verdict = "again"
	Operator Verdict = "operator"
)

// Judge is Again where a citizen can better something, then Operator where something has to be looked at.
func Judge(all []Finding) Verdict {
	has := func(w Weight) bool { return slices.ContainsFunc(all, func(f Finding) bool { return f.Weight == w }) }
	switch {
	case has(Retake):
		return Again
	case has(Look):
		return Operator
	}
	return Match
}

// Side is one side of a card, examined and, where there was something to read it with, read.
type Side struct {
	Seen  document.Examination
	Print field.Sheet
	Read  bool // Print was tried
	// Barcode is the IIN of the back's barcode, as [document.Examiner.Barcode] read it; "" where none was.
	Barcode string
}

// Card is what was seen of a card; nil is a side that was not.
type Card struct{ Front, Back *Side }

// Sort makes a card of the pictures of its front and back, in that order. Pictures that were sent the wrong way round are put right; nil is
// a picture on which nothing was found. Where a side was only guessed it is the one that it was sent as, unless the other surely is that: a back
// whose zone cannot be read is not called the front once more.
func Sort(front, back *document.Examination) (Card, []Finding) {
	var c Card
	var all []Finding
	sides := [2]document.Side{document.Front, document.Back}
	for i, x := range []*document.Examination{front, back} {
		sent := sides[i]
		if x != nil && x.Guessed {
			as := *x
			as.Side = sent
			if other := []*document.Examination{back, front}[i]; other != nil && !other.Guessed && other.Side == sent {
				as.Side = sides[1-i]
			}
			x = &as
		}
		switch {
		case x == nil:
			all = append(all, Finding{What: NoCard, Side: sent, Weight: Retake})
		case x.Side == document.Page:
			all = append(all, Finding{What: Passport, Weight: Look})
		case x.Side == document.Front && c.Front == nil:
			c.Front = &Side{Seen: *x}
		case x.Side == document.Back && c.Back == nil:
			c.Back = &Side{Seen: *x}
		default:
			all = append(all, Finding{What: SameSide, Side: x.Side, Weight: Retake})
		}
	}
	if front != nil && front.Side == document.Back && back != nil && back.Side == document.Front {
		all = append(all, Finding{What: Swapped, Weight: Remark})
	}
	return c, all
}

// Knowledge is what the checks rest on.
type Knowledge struct {
	document.Knowledge
	IIN func(string) bool // whether a number is an IIN; may be nil
}

// Findings lists what is to be said of the card, the heaviest first.
func (c Card) Findings(k Knowledge) []Finding {
	h := held{Knowledge: k}
	for _, s := range []*Side{c.Front, c.Back} {
		if s != nil {
			h.unclear(s)
			h.picture(s)
		}
	}
	var zone *mrz.Reading
	if c.Back != nil {
		zone = c.Back.Seen.Zone
	}
	if zone != nil && len(zone.Failed()) == 0 {
		h.zone(*zone, c)
	}
	if c.Front != nil {
		if f, ok := c.Front.Print.From(field.Print, field.IIN); ok && f.Value != "" && k.IIN != nil && !k.IIN(f.Value) && !h.knows(WrongIIN) {
			h.add(Finding{WrongIIN, document.Front, field.IIN, doubtful(f, Look)})
		}
	}
	if c.Back != nil {
		h.term(c.Back.Print)
		h.barcode(c)
	}
	slices.SortStableFunc(h.all, func(a, b Finding) int { return cmp.Compare(rank(b.Weight), rank(a.Weight)) })
	return h.all
}

func rank(w Weight) int { return slices.Index([]Weight{Remark, Retake, Look}, w) }

// doubtful is the weight of a disagreement with a field: what is doubtful weighs nothing.
func doubtful(f field.Field, w Weight) Weight {
	if f.Uncertain() {
		return Remark
	}
	return w
}

// held is a card being held against itself.
type held struct {
	Knowledge
	all     []Finding
	missing map[document.Side]bool // sides on which something that is needed was not made out
}

func (h *held) add(f Finding) { h.all = append(h.all, f) }

func (h *held) knows(what document.Finding) bool {
	return slices.ContainsFunc(h.all, func(f Finding) bool { return f.What == what })
}

// needed are the fields without which a card has not been read.
var needed = []field.Name{field.Surname, field.Given, field.Birth, field.IIN}

// unclear lists the fields of a side that were not made out.
func (h *held) unclear(s *Side) {
	for _, f := range s.Print {
		if !f.Uncertain() {
			continue
		}
		if slices.Contains(needed, f.Name) && f.Value == "" {
			if h.missing == nil {
				h.missing = map[document.Side]bool{}
			}
			h.missing[s.Seen.Side] = true
		}
		h.add(Finding{Unclear, s.Seen.Side, f.Name, Remark})
	}
}

// picture weighs what package document says of the picture and the zone.
func (h *held) picture(s *Side) {
	side := s.Seen.Side
	for _, what := range s.Seen.Findings(h.Knowledge.Knowledge) {
		f := Finding{What: what, Side: side, Weight: Remark}
		switch what {
		case document.TooSmall, document.Blurred, document.CutOff, document.ZoneUnread:
			f.Weight = Retake
			if side == document.Back && what != document.ZoneUnread && s.Seen.Zone != nil && s.Seen.Zone.Certain() {
				f.Weight = Remark // it was read all the same
			}
		case document.SmallPrint, document.PrintBlurred, document.Shines:
			if h.missing[side] {
				f.Weight = Retake
			}
		case document.NoIIN, document.Foreign, document.Expired, document.NoDate, document.ZoneUncertain:
			f.Weight = Look
		}
		h.add(f)
	}
	if side == document.Back && s.Seen.Zone == nil {
		h.add(Finding{What: document.ZoneUnread, Side: side, Weight: Retake})
	}
}

// zone holds a zone whose checks hold against the print of both sides.
func (h *held) zone(z mrz.Reading, c Card) {
	read := field.FromZone(z, h.Now)
	for _, s := range []*Side{c.Front, c.Back} {
		if s == nil {
			continue
		}
		for _, n := range []field.Name{field.Birth, field.Sex, field.IIN, field.Number, field.Expires} {
			a, inZone := read.From(field.Zone, n)
			b, printed := s.Print.From(field.Print, n)
			if inZone && printed && b.Value != "" && a.Value != b.Value {
				h.add(Finding{Differs, s.Seen.Side, n, doubtful(b, Look)})
			}
		}
	}
	if c.Front == nil {
		return
	}
	_, columns := z.Kind.Size()
	lines := z.Lines()
	cut := lines[len(lines)-1][columns-1] != mrz.Filler // the names had no room
	for _, n := range []field.Name{field.Surname, field.Given} {
		if f, ok := c.Front.Print.From(field.Print, n); ok && f.Value != "" && !spelled(n, f.Value, z, cut) {
			h.add(Finding{Differs, document.Front, n, doubtful(f, Look)})
		}
	}
}

// barcode holds the IIN of the barcode, which has a check of its own, against that of the zone and of the front.
func (h *held) barcode(c Card) {
	code := c.Back.Barcode
	if code == "" {
		return
	}
	if z := c.Back.Seen.Zone; z != nil && len(z.Failed()) == 0 && z.IIN() != "" {
		if z.IIN() != code {
			h.add(Finding{BarcodeDiffers, document.Back, field.IIN, Look})
		}
		return
	}
	if c.Front == nil {
		return
	}
	if f, ok := c.Front.Print.From(field.Print, field.IIN); ok && f.Value != "" && f.Value != code {
		h.add(Finding{BarcodeDiffers, document.Back, field.IIN, doubtful(f, Look)})
	}
}

// spelled says whether a printed name is that of the zone, which may have the patronymic behind the given name, or no room for the end.
func spelled(n field.Name, printed string, z mrz.Reading, cut bool) bool {
	latin := z.Surname
	if n == field.Given {
		latin = z.Given
	}
	if cut && latin != "" && transliteration.Begins(printed, latin) == 0 {
		return true
	}
	return transliteration.Distance(printed, latin) == 0 || n == field.Given && transliteration.Starts(printed, latin)
}

// termYears is how long cards of grown-ups are valid, less a day.
const termYears = 10

// term holds both dates of the back against each other.
func (h *held) term(s field.Sheet) {
	from, ok := s.From(field.Print, field.Issued)
	until, also := s.From(field.Print, field.Expires)
	if !ok || !also || from.Uncertain() || until.Uncertain() {
		return
	}
	a, errA := time.Parse(time.DateOnly, from.Value)
	b, errB := time.Parse(time.DateOnly, until.Value)
	if errA != nil || errB != nil {
		return
	}
	if !b.Equal(a.AddDate(termYears, 0, -1)) {
		h.add(Finding{OddTerm, document.Back, field.Expires, Remark})
	}
}
