//go:build demo

package recognition

import (
	"image"
	"slices"
	"strings"
	"testing"

	"qoltanba/app/api"
	"qoltanba/app/support/sample"
	"qoltanba/assets/citizens"
	"qoltanba/capture/camera"
	"qoltanba/capture/document"
	"qoltanba/capture/document/check"
)

func openDesk(t *testing.T) *Desk {
	t.Helper()
	d, err := Open(t.Context())
	if err != nil {
		t.Fatal(err) // .ci/setup test installs it
	}
	return d
}

// shot is a side as a camera of 1280 by 720 sees it in a citizen's hands.
func shot(t *testing.T, s *sample.Sitter, side api.Side) []byte {
	t.Helper()
	s.Card(side)
	stream, err := s.Cameras().Open(t.Context(), "", camera.Format{Width: 1280, Height: 720, Rate: 30})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stream.Close() }()
	frame, err := stream.Next(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	data, err := frame.Encode(90)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func citizen(t *testing.T, id string) (citizens.Citizen, Pictures) {
	t.Helper()
	c, err := citizens.Find(id)
	if err != nil {
		t.Fatal(err)
	}
	s, err := sample.NewSitter(c, 7)
	if err != nil {
		t.Fatal(err)
	}
	p := Pictures{}
	for _, side := range c.Document.Sides() {
		p[side] = [][]byte{shot(t, s, side)}
	}
	return c, p
}

// What stands on the cards of sample citizens is read before a camera, agrees with
// itself, and comes with the place where it stands.
func TestSampleCardsAreRead(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	for _, id := range []string{"aigul", "umit", "sergey"} {
		c, p := citizen(t, id)
		r, err := d.Read(t.Context(), c.IIN, p)
		if err != nil {
			t.Fatal(err)
		}
		if r.Verdict != check.Match || r.Again != nil {
			t.Errorf("%s: %s, %v %+v", id, r.Verdict, r.Again, r.Findings)
		}
		for _, f := range c.Card.List() {
			read, ok := r.Field(f.Name)
			if f.Value == "" {
				if ok {
					t.Errorf("%s: %s is read where nothing is printed", id, f.Name)
				}
				continue
			}
			if got := strings.ReplaceAll(read.Value, "Ё", "Е"); !ok || got != strings.ReplaceAll(f.Value, "Ё", "Е") {
				t.Errorf("%s: %s is read as %q with %.2f, and is %q", id, f.Name, read.Value, read.Certainty, f.Value)
			}
			if len(r.Crops[f.Name]) == 0 && f.Name != "citizenship" {
				t.Errorf("%s: %s comes without its picture", id, f.Name)
			}
		}
		if iin, ok := r.Field("iin"); !ok || iin.Value != string(c.IIN) {
			t.Errorf("%s: the IIN is not read", id)
		}
	}
}

// What the machine cannot be content with is named, and who can mend it.
func TestTroublesAreNamed(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	aigul, p := citizen(t, "aigul")
	_, other := citizen(t, "umit")
	madina, odd := citizen(t, "madina")
	blank := photo(t, image.Rect(0, 0, 640, 480))
	for name, c := range map[string]struct {
		who     citizens.Citizen
		p       Pictures
		verdict check.Verdict
		again   *Again
		finding document.Finding
	}{
		"another expiry in the zone": {madina, odd, check.Operator, nil, check.Differs},
		"another's card":             {aigul, other, check.Operator, nil, check.OtherBearer},
		"another's front":            {aigul, Pictures{api.Front: other[api.Front], api.Back: p[api.Back]}, check.Operator, nil, check.Differs},
		"sides exchanged":            {aigul, Pictures{api.Front: p[api.Back], api.Back: p[api.Front]}, check.Match, nil, check.Swapped},
		"a front twice":              {aigul, Pictures{api.Front: p[api.Front], api.Back: p[api.Front]}, check.Again, &Again{api.Back, api.DocumentSameSide}, check.SameSide},
		"no card":                    {aigul, Pictures{api.Front: {blank}, api.Back: p[api.Back]}, check.Again, &Again{api.Front, api.DocumentUnseen}, check.NoCard},
		"no page":                    {aigul, Pictures{api.DataPage: {blank}}, check.Again, &Again{api.DataPage, api.DocumentUnseen}, check.NoCard},
	} {
		r, err := d.Read(t.Context(), c.who.IIN, c.p)
		if err != nil {
			t.Fatal(name, err)
		}
		if r.Verdict != c.verdict || (r.Again == nil) != (c.again == nil) || r.Again != nil && *r.Again != *c.again {
			t.Errorf("%s: %s, %+v, %+v", name, r.Verdict, r.Again, r.Findings)
		}
		if !slices.ContainsFunc(r.Findings, func(f check.Finding) bool { return f.What == c.finding }) {
			t.Errorf("%s: %+v without %s", name, r.Findings, c.finding)
		}
	}
}

// Without Tesseract the zone is read, and an operator looks at every card.
func TestWithoutTesseract(t *testing.T) {
	t.Parallel()
	d := &Desk{now: openDesk(t).now}
	c, p := citizen(t, "aigul")
	r, err := d.Read(t.Context(), c.IIN, p)
	if err != nil {
		t.Fatal(err)
	}
	if birth, ok := r.Field("birth_date"); d.Prints() || r.Verdict != check.Operator || !ok || birth.Value != string(c.Card.BirthDate) {
		t.Errorf("%s: %+v", r.Verdict, r.Findings)
	}
	if _, ok := r.Field("surname"); ok {
		t.Error("print was read by nothing")
	}
}
