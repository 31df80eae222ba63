package pdf

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"testing"

	"qoltanba/capture/picture"
	"qoltanba/capture/picture/pdf/pdftest"
)

func renderer(t testing.TB) *Renderer {
	t.Helper()
	r, err := Find(t.Context())
	if err != nil {
		t.Fatalf("%v: .ci/setup test installs it", err)
	}
	return r
}

// sheet is a JPEG of one colour.
func sheet(t testing.TB, c color.Color) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 600, 400))
	for i := range 600 * 400 {
		img.Set(i%600, i/600, c)
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, nil); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestPagesAreSeen(t *testing.T) {
	t.Parallel()
	red, blue := sheet(t, color.RGBA{200, 0, 0, 255}), sheet(t, color.RGBA{0, 0, 200, 255})
	pages, err := renderer(t).Pages(t.Context(), pdftest.Pages(red, blue))
	if err != nil || len(pages) != 2 {
		t.Fatalf("%d pages, %v", len(pages), err)
	}
	for i, want := range []func(r, b uint32) bool{func(r, b uint32) bool { return r > 2*b }, func(r, b uint32) bool { return b > 2*r }} {
		c := pages[i].Bounds()
		if r, _, b, _ := pages[i].At(c.Dx()/2, c.Dy()/2).RGBA(); !want(r, b) || max(c.Dx(), c.Dy()) != longest {
			t.Errorf("page %d of %v has the colour %d, %d", i+1, c, r>>8, b>>8)
		}
	}
}

func TestWhatIsRefused(t *testing.T) {
	t.Parallel()
	r, page := renderer(t), sheet(t, color.White)
	fifty := make([][]byte, 50)
	for i := range fifty {
		fifty[i] = page
	}
	whole := pdftest.Pages(page)
	for name, c := range map[string]struct {
		pdf  []byte
		want picture.Reason
	}{
		"encrypted":   {pdftest.Locked(page), picture.Locked},
		"fifty pages": {pdftest.Pages(fifty...), picture.ManyPages},
		"no pages":    {pdftest.Pages(), picture.Damaged},
		"cut off":     {whole[:40], picture.Damaged},
		"no PDF":      {page, picture.WrongType},
		"nothing":     {nil, picture.WrongType},
		"too large":   {append([]byte("%PDF-1.4\n"), make([]byte, picture.Upload.Bytes)...), picture.TooLarge},
	} {
		if pages, err := r.Pages(t.Context(), c.pdf); picture.ReasonOf(err) != c.want {
			t.Errorf("%s: %d pages, %v", name, len(pages), err)
		}
	}
}

// TestHugePages: a page of two hundred inches a side, or of nearly nothing, is still a picture of the bounds.
func TestHugePages(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	for _, side := range []int{1, 14400, 2_000_000} {
		pages, err := r.Pages(t.Context(), pdftest.Sized(side, side, sheet(t, color.White)))
		if err != nil && picture.ReasonOf(err) == "" {
			t.Errorf("%d points a side: %v", side, err)
		}
		for _, p := range pages {
			if b := p.Bounds(); b.Dx() > longest || b.Dy() > longest {
				t.Errorf("%d points a side: %v", side, b)
			}
		}
	}
}

func TestCancelledPages(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	r := renderer(t)
	cancel()
	if _, err := r.Pages(ctx, pdftest.Pages(sheet(t, color.White))); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// FuzzPages: whatever comes, there is a picture of the bounds, or a reason.
func FuzzPages(f *testing.F) {
	page := sheet(f, color.White)
	f.Add(pdftest.Pages(page))
	f.Add(pdftest.Locked(page))
	f.Add(pdftest.Sized(1, 14400, page))
	r := renderer(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		pages, err := r.Pages(t.Context(), b)
		if err == nil && (len(pages) == 0 || len(pages) > MostPages) || err != nil && picture.ReasonOf(err) == "" {
			t.Errorf("%d pages, %v", len(pages), err)
		}
	})
}

func FuzzPPM(f *testing.F) {
	f.Add([]byte("P6\n1 1\n255\nabc"))
	f.Add([]byte("P6\n2400 2400\n255\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if img, err := parsePPM(b); err == nil && 3*img.Bounds().Dx()*img.Bounds().Dy() > len(b) {
			t.Error("a picture out of nothing")
		}
	})
}
