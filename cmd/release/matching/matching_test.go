package matching

import (
	"image"
	"image/color"
	"strings"
	"testing"

	"qoltanba/capture/face"
)

func TestRelation(t *testing.T) {
	t.Parallel()
	anna, later := Picture{Person: "anna"}, Picture{Person: "anna"}
	film, filmed := Picture{Person: "anna", Session: "film"}, Picture{Person: "anna", Session: "film"}
	boris := Picture{Person: "boris"}
	left, right := Picture{Person: "1", Crowd: "party", Session: "photo"}, Picture{Person: "2", Crowd: "party", Session: "photo"}
	other := Picture{Person: "3", Crowd: "party", Session: "another"}
	for name, c := range map[string]struct {
		a, b Picture
		want kind
	}{
		"one person twice":          {anna, later, genuine},
		"one person, one recording": {film, filmed, unknown},
		"two people":                {anna, boris, impostor},
		"two guests of one photo":   {left, right, impostor},
		"two guests, two photos":    {left, other, unknown},
		"a guest and somebody else": {left, boris, impostor},
	} {
		if got := relation(&c.a, &c.b); got != c.want {
			t.Errorf("%s: %v, not %v", name, got, c.want)
		}
	}
}

// pairsOf has three people; the first is missed once in two pairs, and taken for the second once in four pairs of two people.
func pairsOf() []Pair {
	same, different := face.Likeness{Cosine: 0.9, Distance: 0.2}, face.Likeness{Cosine: 0.1, Distance: 0.9}
	return []Pair{
		{A: 0, B: 0, Genuine: true, Likeness: same},
		{A: 0, B: 0, Genuine: true, Likeness: different},
		{A: 1, B: 1, Genuine: true, Likeness: same},
		{A: 0, B: 1, Likeness: same},
		{A: 0, B: 2, Likeness: different},
		{A: 1, B: 2, Likeness: different},
		{A: 1, B: 0, Likeness: different},
	}
}

func TestRates(t *testing.T) {
	t.Parallel()
	alike := func(l face.Likeness) bool { return l.Cosine > 0.5 }
	match, miss := FalseMatches(pairsOf(), 3, alike), FalseNonMatches(pairsOf(), 3, alike)
	if match.Hits != 1 || match.Pairs != 4 || match.People != 3 || match.Value != 25 || match.Low != 0 || match.High <= 25 {
		t.Errorf("%+v", match)
	}
	if miss.Hits != 1 || miss.Pairs != 3 || miss.People != 2 || miss.Low != 0 || miss.High != 50 {
		t.Errorf("%+v", miss)
	}
	if again := FalseMatches(pairsOf(), 3, alike); again != match {
		t.Errorf("again it is %+v", again)
	}
	none := FalseMatches(pairsOf(), 3, func(face.Likeness) bool { return false })
	if got := none.String(); got != "0 of 4 (≤ 75.00 %)" {
		t.Error(got)
	}
	if got := FalseNonMatches(nil, 3, alike).String(); got != "no pairs" {
		t.Error(got)
	}
}

func TestReportSaysWhatWasCounted(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	if err := Report(&out, []string{"a", "b", "c"}, []Result{{"as it is", pairsOf(), nil}, {"100 pixels", pairsOf(), []string{"lost.jpg"}}}); err != nil {
		t.Fatal(err)
	}
	for _, words := range []string{"3 people, 2 of them", "3 pairs of one person, 4 of two", "the program's Same", "lost.jpg", "most alike | 0.900"} {
		if !strings.Contains(out.String(), words) {
			t.Errorf("it does not say %q", words)
		}
	}
}

func TestDegradationsMakePicturesPoorer(t *testing.T) {
	t.Parallel()
	img := image.NewRGBA(image.Rect(0, 0, 400, 400))
	for i := range img.Pix {
		img.Pix[i] = uint8(i * 7)
	}
	for _, d := range Degradations {
		out := d.Apply(img)
		if b := out.Bounds(); b.Dx() != 100 || b.Dy() != 100 {
			t.Errorf("%s: %v", d.Name, b)
		}
	}
	lamp := glared(small(image.NewRGBA(image.Rect(0, 0, 100, 100))))
	if bright, dark := color.GrayModel.Convert(lamp.At(42, 40)).(color.Gray), color.GrayModel.Convert(lamp.At(90, 90)).(color.Gray); bright.Y < 200 || dark.Y > 20 {
		t.Errorf("the lamp gives %v, far from it %v", bright, dark)
	}
}
