//go:build demo

package check_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"qoltanba/capture/document"
	"qoltanba/capture/document/check"
	"qoltanba/capture/document/field"
	"qoltanba/capture/document/mrz"
	"qoltanba/capture/document/specimen"
)

var good = document.Measures{Fill: 0.5, Density: 9, Zone: 0.05, Print: 0.05}

// held is a card of the person that was read without a doubt.
func held(t testing.TB, p specimen.Person) check.Card {
	t.Helper()
	lines := p.Zone()
	z, err := mrz.Parse(strings.Join(lines[:], "\n"))
	if err != nil {
		t.Fatal(err)
	}
	zone := &mrz.Reading{Zone: z, Confidence: slices.Repeat([]float32{1}, 90)}
	sheet := func(values map[field.Name]string) field.Sheet {
		var s field.Sheet
		for n, v := range values {
			s = append(s, field.Field{Name: n, Value: v, Source: field.Print, Confidence: 0.95})
		}
		return s
	}
	return check.Card{
		Front: &check.Side{Read: true, Seen: document.Examination{Side: document.Front, Measures: good}, Print: sheet(map[field.Name]string{
			field.Surname: p.Surname, field.Given: p.Name, field.Patronymic: p.Patronymic, field.Birth: p.Birth.Format(time.DateOnly), field.IIN: p.IIN,
		})},
		Back: &check.Side{Read: true, Seen: document.Examination{Side: document.Back, Measures: good, Zone: zone}, Print: sheet(map[field.Name]string{
			field.Number: p.Number, field.Issued: p.Issue.Format(time.DateOnly), field.Expires: p.Expiry.Format(time.DateOnly),
		})},
	}
}

// put changes a field of a side.
func put(s *check.Side, n field.Name, value string, confidence float64) {
	i := slices.IndexFunc(s.Print, func(f field.Field) bool { return f.Name == n })
	s.Print[i].Value, s.Print[i].Confidence = value, confidence
}

func person(t testing.TB, seed uint64) specimen.Person {
	t.Helper()
	for ; ; seed++ {
		if p := specimen.NewPerson(rand.New(rand.NewPCG(seed, 0xC4EC))); p.Patronymic != "" {
			return p
		}
	}
}

// Every invented person's card agrees with itself: no name of the specimens is spelled otherwise than is accepted.
func TestCardsAgreeWithThemselves(t *testing.T) {
	t.Parallel()
	for seed := range uint64(300) {
		p := person(t, 1000*seed)
		all := held(t, p).Findings(check.Knowledge{Knowledge: document.Knowledge{Now: p.Issue}, IIN: func(iin string) bool { return iin == p.IIN }})
		if len(all) > 0 || check.Judge(all) != check.Match {
			t.Errorf("%s %s: %v", p.Surname, p.Name, all)
		}
	}
}

func TestWhatDoesNotAgreeIsFound(t *testing.T) {
	t.Parallel()
	p := person(t, 7)
	for name, c := range map[string]struct {
		change  func(*check.Card)
		want    check.Finding
		verdict check.Verdict
	}{
		"another number":               {func(c *check.Card) { put(c.Back, field.Number, "099999999", 0.9) }, check.Finding{What: check.Differs, Side: document.Back, Field: field.Number, Weight: check.Look}, check.Operator},
		"another surname":              {func(c *check.Card) { put(c.Front, field.Surname, "ПЕТРОВСКИЙ", 0.9) }, check.Finding{What: check.Differs, Side: document.Front, Field: field.Surname, Weight: check.Look}, check.Operator},
		"another person":               {func(c *check.Card) { put(c.Front, field.IIN, "010101500009", 0.9) }, check.Finding{What: check.Differs, Side: document.Front, Field: field.IIN, Weight: check.Look}, check.Operator},
		"a doubtful birth":             {func(c *check.Card) { put(c.Front, field.Birth, "1901-01-01", 0.4) }, check.Finding{What: check.Differs, Side: document.Front, Field: field.Birth, Weight: check.Remark}, check.Match},
		"no name on a soft picture":    {func(c *check.Card) { put(c.Front, field.Given, "", 0); c.Front.Seen.Measures.Print = 0.001 }, check.Finding{What: document.PrintBlurred, Side: document.Front, Weight: check.Retake}, check.Again},
		"a soft picture that was read": {func(c *check.Card) { c.Front.Seen.Measures.Print = 0.001 }, check.Finding{What: document.PrintBlurred, Side: document.Front, Weight: check.Remark}, check.Match},
		"twenty years": {func(c *check.Card) {
			put(c.Back, field.Issued, p.Issue.AddDate(-10, 0, 0).Format(time.DateOnly), 0.9)
		}, check.Finding{What: check.OddTerm, Side: document.Back, Field: field.Expires, Weight: check.Remark}, check.Match},
		"a wrong IIN": {func(c *check.Card) { put(c.Front, field.IIN, "010101500008", 0.9) }, check.Finding{What: check.WrongIIN, Side: document.Front, Field: field.IIN, Weight: check.Look}, check.Operator},
		"cut off":     {func(c *check.Card) { c.Front.Seen.Measures.Cropped[2] = true }, check.Finding{What: document.CutOff, Side: document.Front, Weight: check.Retake}, check.Again},
	} {
		card := held(t, p)
		c.change(&card)
		all := card.Findings(check.Knowledge{Knowledge: document.Knowledge{Now: p.Issue}, IIN: func(iin string) bool { return iin == p.IIN || iin == "010101500009" }})
		if !slices.Contains(all, c.want) || check.Judge(all) != c.verdict {
			t.Errorf("%s: %v, %s", name, all, check.Judge(all))
		}
	}
	late := held(t, p).Findings(check.Knowledge{Knowledge: document.Knowledge{Now: p.Expiry.AddDate(0, 0, 2)}})
	if len(late) != 1 || late[0].What != document.Expired || check.Judge(late) != check.Operator {
		t.Errorf("expired: %v", late)
	}
}

func TestSortPutsSidesRight(t *testing.T) {
	t.Parallel()
	front, back, page := &document.Examination{Side: document.Front}, &document.Examination{Side: document.Back}, &document.Examination{Side: document.Page}
	for name, c := range map[string]struct {
		first, second *document.Examination
		want          []document.Finding
		both          bool
		verdict       check.Verdict
	}{
		"as asked":      {front, back, nil, true, check.Match},
		"swapped":       {back, front, []document.Finding{check.Swapped}, true, check.Match},
		"twice a front": {front, front, []document.Finding{check.SameSide}, false, check.Again},
		"twice a back":  {back, back, []document.Finding{check.SameSide}, false, check.Again},
		"a cat":         {front, nil, []document.Finding{check.NoCard}, false, check.Again},
		"a passport":    {page, page, []document.Finding{check.Passport, check.Passport}, false, check.Operator},
	} {
		card, all := check.Sort(c.first, c.second)
		var got []document.Finding
		for _, f := range all {
			got = append(got, f.What)
		}
		if !slices.Equal(got, c.want) || check.Judge(all) != c.verdict || (card.Front != nil && card.Back != nil) != c.both {
			t.Errorf("%s: %v, %s", name, got, check.Judge(all))
		}
		if c.both && (card.Front.Seen.Side != document.Front || card.Back.Seen.Side != document.Back) {
			t.Errorf("%s: a side is not in its place", name)
		}
	}
}

// Every finding has its sentence in every language, and every field its name.
func TestFindingsHaveWords(t *testing.T) {
	t.Parallel()
	for _, l := range []check.Language{check.Kazakh, check.Russian, check.English} {
		for _, what := range []document.Finding{
			document.TooSmall, document.SmallPrint, document.Blurred, document.PrintBlurred, document.Shines, document.CutOff, document.ZoneUnread,
			document.ZoneUncertain, document.ZoneRepaired, document.NoIIN, document.Foreign, document.Expired, document.NoDate, document.IINBirth, document.IINSex,
			check.NoCard, check.SameSide, check.Swapped, check.Passport, check.Differs, check.Unclear, check.WrongIIN, check.OddTerm, check.BarcodeDiffers,
			check.OtherBearer, check.PrintUnread, check.Corrected,
		} {
			if s := (check.Finding{What: what, Field: field.Surname}).Sentence(l); s == "" || s == string(what) || strings.ContainsAny(s, "%!") {
				t.Errorf("%s in %s: %q", what, l, s)
			}
		}
		for _, n := range []field.Name{
			field.Surname, field.Given, field.Patronymic, field.SurnameLatin, field.GivenLatin, field.Birth, field.Sex, field.IIN, field.Number,
			field.BirthPlace, field.Nationality, field.Citizenship, field.Issuer, field.Issued, field.Expires,
		} {
			if check.FieldName(n, l) == "" {
				t.Errorf("%s has no name in %s", n, l)
			}
		}
		for _, s := range []document.Side{document.Front, document.Back, document.Page} {
			if check.SideName(s, l) == "" {
				t.Errorf("%s has no name in %s", s, l)
			}
		}
	}
}

func TestBarcodeIsHeldAgainstZoneAndFront(t *testing.T) {
	t.Parallel()
	p, other := person(t, 77), person(t, 78)
	k := check.Knowledge{Knowledge: document.Knowledge{Now: p.Issue}, IIN: func(iin string) bool { return iin == p.IIN }}
	want := check.Finding{What: check.BarcodeDiffers, Side: document.Back, Field: field.IIN, Weight: check.Look}
	for name, c := range map[string]struct {
		change func(*check.Card)
		found  bool
	}{
		"the same":                     {func(c *check.Card) { c.Back.Barcode = p.IIN }, false},
		"none":                         {func(*check.Card) {}, false},
		"not the zone's":               {func(c *check.Card) { c.Back.Barcode = other.IIN }, true},
		"not the front's, and no zone": {func(c *check.Card) { c.Back.Barcode, c.Back.Seen.Zone = other.IIN, nil }, true},
		"neither zone nor front": {func(c *check.Card) {
			c.Back.Barcode, c.Back.Seen.Zone, c.Front = other.IIN, nil, nil
		}, false},
	} {
		card := held(t, p)
		c.change(&card)
		if all := card.Findings(k); slices.Contains(all, want) != c.found {
			t.Errorf("%s: %v", name, all)
		}
	}
}

// TestABackThatCannotBeReadIsNoSecondFront: the remedy is another picture of the back, and nobody is told that both show the same.
func TestABackThatCannotBeReadIsNoSecondFront(t *testing.T) {
	t.Parallel()
	front := &document.Examination{Side: document.Front, Measures: good}
	blind := &document.Examination{Side: document.Front, Guessed: true, Measures: good}
	c, all := check.Sort(front, blind)
	if len(all) > 0 || c.Front == nil || c.Back == nil || c.Back.Seen.Side != document.Back {
		t.Fatalf("%+v, %v", c, all)
	}
	want := check.Finding{What: document.ZoneUnread, Side: document.Back, Weight: check.Retake}
	if all := c.Findings(check.Knowledge{}); !slices.Contains(all, want) || check.Judge(all) != check.Again {
		t.Errorf("%v", all)
	}
	if c, all := check.Sort(blind, front); len(all) > 0 || c.Front == nil || c.Front.Seen.Guessed || c.Back == nil {
		t.Errorf("the front sent as the back, and something as the front: %+v, %v", c, all)
	}
}
