//go:build demo

package document_test

import (
	"flag"
	"fmt"
	"strings"
	"testing"
	"time"

	"qoltanba/capture/document"
	"qoltanba/capture/document/field"
	"qoltanba/capture/document/specimen"
	"qoltanba/capture/document/tesseract"
	"qoltanba/capture/document/transliteration"
)

var (
	read  = flag.Int("read", 0, "evaluate the print of so many cards, both sides")
	fused = flag.Int("fused", 0, "evaluate the zone of so many cards, five frames each")
)

// tally counts values of one kind.
type tally struct{ all, right, sure, surelyWrong int }

func (c *tally) add(f field.Field, right bool) {
	c.all++
	if right {
		c.right++
	}
	if !f.Uncertain() {
		c.sure++
		if !right {
			c.surelyWrong++
		}
	}
}

// TestEvaluateFields prints how much of the print is read exactly: make eval-document.
func TestEvaluateFields(t *testing.T) {
	if *read == 0 {
		t.Skip("asked for by -read")
	}
	engine, err := tesseract.Find(t.Context(), tesseract.Kazakh, tesseract.Russian)
	if err != nil {
		t.Fatal(err)
	}
	reader, x := field.NewReader(engine, checkIIN), newExaminer(t)
	counts, sides, took := map[string]*tally{}, tally{}, time.Duration(0)
	for i := range *read {
		shot := specimen.Shot{Width: 1280, Height: 720, Fill: 0.7, Level: specimen.Levels()[i%4], Upside: i%8 >= 4}
		back := take(t, uint64(2_000_000+i), specimen.Back, shot)
		behind, _ := x.Examine(back.img)
		for _, s := range []sample{take(t, uint64(2_000_000+i), specimen.Front, shot), back} {
			seen, ok := x.Examine(s.img)
			upright := ok && dist(seen.Corners[0], s.corners[0]) < 0.05*s.corners.Width()
			sides.all++
			if !ok || string(seen.Side) != s.side.String() || !upright {
				t.Logf("seed %d: a %s is %s, upright %v", 2_000_000+i, s.side, seen.Side, upright)
				continue
			}
			sides.right++
			begin := time.Now()
			sheet, err := reader.Read(t.Context(), seen, behind.Zone)
			if err != nil {
				t.Fatal(err)
			}
			took += time.Since(begin)
			count(counts, s, sheet)
		}
	}
	t.Logf("side and way up right: %s; print of a side in %.1f s of this machine", share(sides.right, sides.all), took.Seconds()/float64(max(sides.right, 1)))
	for _, kind := range []string{"names with Kazakh letters", "names without", "dates", "numbers", "lists"} {
		if c := counts[kind]; c != nil {
			t.Logf("| %s | %s | %d | %d |", kind, share(c.right, c.all), c.sure, c.surelyWrong)
		}
	}
}

// count holds a sheet against what was drawn.
func count(counts map[string]*tally, s sample, sheet field.Sheet) {
	add := func(kind string, n field.Name, want string, same func(a, b string) bool) {
		if counts[kind] == nil {
			counts[kind] = &tally{}
		}
		f, _ := sheet.From(field.Print, n)
		counts[kind].add(f, same(f.Value, want))
	}
	exactly := func(a, b string) bool { return a == b }
	p := s.person
	if s.side == specimen.Front {
		for n, want := range map[field.Name]string{field.Surname: p.Surname, field.Given: p.Name, field.Patronymic: p.Patronymic} {
			kind := "names without"
			if strings.ContainsAny(want, "ӘҒҚҢӨҰҮҺІ") {
				kind = "names with Kazakh letters"
			}
			if want != "" {
				add(kind, n, want, transliteration.SameName)
			}
		}
		add("dates", field.Birth, p.Birth.Format(time.DateOnly), exactly)
		add("numbers", field.IIN, p.IIN, exactly)
		return
	}
	add("dates", field.Issued, p.Issue.Format(time.DateOnly), exactly)
	add("dates", field.Expires, p.Expiry.Format(time.DateOnly), exactly)
	add("numbers", field.Number, p.Number, exactly)
	add("lists", field.BirthPlace, p.BirthPlace, exactly)
	add("lists", field.Nationality, p.Nationality, exactly)
	add("lists", field.Issuer, "ҚР ІШКІ ІСТЕР МИНИСТРЛІГІ", exactly)
}

// TestEvaluateFused prints how often the zone is right with a lamp on one of five frames: make eval-document.
func TestEvaluateFused(t *testing.T) {
	if *fused == 0 {
		t.Skip("asked for by -fused")
	}
	x := newExaminer(t)
	right := func(p specimen.Person, seen document.Examination) (exact, holds bool) {
		want := p.Zone()
		return seen.Zone != nil && strings.Join(seen.Zone.Lines(), "\n") == strings.Join(want[:], "\n"), seen.Zone != nil && len(seen.Zone.Failed()) == 0
	}
	var together, alone, passing int
	for i := range *fused {
		shot := specimen.Shot{Width: 1280, Height: 720, Fill: 0.6, Level: specimen.Levels()[i%4]}
		p, frames := film(t, uint64(3_000_000+i), specimen.Back, shot, 5, i%5)
		seen, _ := x.Fuse(frames)
		exact, holds := right(p, seen)
		if exact && holds {
			together++
		} else {
			t.Logf("seed %d, %s: %v", 3_000_000+i, shot.Level.Name, seen.Zone)
		}
		if holds && !exact {
			passing++
		}
		single, _ := x.Examine(frames[i%5])
		if exact, holds := right(p, single); exact && holds {
			alone++
		}
	}
	t.Log(fmt.Sprintf("| five frames, a lamp on one | %s | wrong, checks hold %d |", share(together, *fused), passing),
		fmt.Sprintf("| the frame with the lamp alone | %s |", share(alone, *fused)))
}
