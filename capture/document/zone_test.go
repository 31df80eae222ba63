//go:build demo

package document_test

import (
	"image"
	"strings"
	"testing"

	"qoltanba/assets/glyphs"
	"qoltanba/capture/document"
	"qoltanba/capture/document/mrz"
	"qoltanba/capture/document/specimen"
)

func newReader(t testing.TB) *document.Reader {
	t.Helper()
	r, err := document.NewReader(glyphs.OCRB)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestReadReadsSpecimens(t *testing.T) {
	t.Parallel()
	r := newReader(t)
	for i, level := range levels() {
		s := take(t, uint64(100+i), specimen.Back, specimen.Shot{Width: 1280, Height: 720, Fill: 0.5, Level: level, Ground: specimen.Ground(i)})
		straight := document.Rectify(s.img, document.ID1, s.corners)
		reading, ok := r.Read(straight, mrz.TD1)
		zone := s.person.Zone()
		if got := strings.Join(reading.Lines(), "\n"); !ok || got != strings.Join(zone[:], "\n") {
			t.Errorf("%s: %v\n%s\nfor\n%s", level.Name, ok, got, strings.Join(zone[:], "\n"))
		}
		if failed := reading.Failed(); len(failed) > 0 || !reading.Certain() {
			t.Errorf("%s: fails %v, certain %v", level.Name, failed, reading.Certain())
		}
		if turned, ok := r.Read(document.Rectify(s.img, document.ID1, s.corners.Turned()), mrz.TD1); ok && len(turned.Failed()) == 0 {
			t.Errorf("%s: read upside down", level.Name)
		}
	}
}

func TestReadSeesNoZoneWhereNoneIs(t *testing.T) {
	t.Parallel()
	r := newReader(t)
	for i, level := range levels() {
		s := take(t, uint64(200+i), specimen.Front, specimen.Shot{Width: 1280, Height: 720, Fill: 0.5, Level: level})
		if reading, ok := r.Read(document.Rectify(s.img, document.ID1, s.corners), mrz.TD1); ok && len(reading.Failed()) < 2 {
			t.Errorf("%s: %q on the front", level.Name, reading.Lines())
		}
	}
	for _, img := range []*image.Gray{nil, image.NewGray(image.Rect(0, 0, 10, 10)), image.NewGray(image.Rect(0, 0, 856, 540))} {
		if _, ok := r.Read(img, mrz.TD1); ok {
			t.Error("a zone on nothing")
		}
	}
}
