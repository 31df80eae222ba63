package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"strings"
	"testing"
)

// small are limits for tests, so that pictures stay quick to make.
var small = Limits{Bytes: 100 << 10, Pixels: 200 * 200, MinSide: 16, MaxSide: 150, Quality: 90}

// corners has another colour in each corner: red, green, blue, white, clockwise from the upper left.
func corners(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{255, 0, 0, 255}
			switch {
			case x >= w/2 && y < h/2:
				c = color.RGBA{0, 255, 0, 255}
			case x >= w/2:
				c = color.RGBA{0, 0, 255, 255}
			case y >= h/2:
				c = color.RGBA{255, 255, 255, 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	return img
}

func encodeJPEG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func encodePNG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// withEXIF puts an APP1 segment behind SOI, with an orientation and a place that nobody should learn.
func withEXIF(b []byte, orientation uint16, order binary.AppendByteOrder) []byte {
	tiff := []byte("II")
	if order == binary.AppendByteOrder(binary.BigEndian) {
		tiff = []byte("MM")
	}
	tiff = order.AppendUint16(tiff, 42)
	tiff = order.AppendUint32(tiff, 8)
	tiff = order.AppendUint16(tiff, 1)
	tiff = order.AppendUint16(tiff, 0x0112)
	tiff = order.AppendUint16(tiff, 3)
	tiff = order.AppendUint32(tiff, 1)
	tiff = order.AppendUint16(tiff, orientation)
	tiff = append(tiff, 0, 0)
	tiff = append(tiff, "51.1605N 71.4704E"...)
	seg := append([]byte("Exif\x00\x00"), tiff...)
	out := append([]byte{}, b[:2]...)
	out = append(out, 0xFF, markerAPP1)
	out = binary.BigEndian.AppendUint16(out, uint16(len(seg)+2))
	return append(append(out, seg...), b[2:]...)
}

// pngHeader is a PNG that claims a size and has no pixels.
func pngHeader(w, h uint32, depth byte) []byte {
	chunk := []byte("IHDR")
	chunk = binary.BigEndian.AppendUint32(chunk, w)
	chunk = binary.BigEndian.AppendUint32(chunk, h)
	chunk = append(chunk, depth, 2, 0, 0, 0)
	out := append([]byte(pngMagic), 0, 0, 0, 13)
	return binary.BigEndian.AppendUint32(append(out, chunk...), crc32.ChecksumIEEE(chunk))
}

func TestCleanTurnsUpright(t *testing.T) {
	// What stands in the upper left after turning, by EXIF orientation 1 to 8: the stored corners are red, green, blue, white.
	upperLeft := []color.RGBA{
		{255, 0, 0, 255},
		{0, 255, 0, 255},
		{0, 0, 255, 255},
		{255, 255, 255, 255},
		{255, 0, 0, 255},
		{255, 255, 255, 255},
		{0, 0, 255, 255},
		{0, 255, 0, 255},
	}
	upperRight := []color.RGBA{
		{0, 255, 0, 255},
		{255, 0, 0, 255},
		{255, 255, 255, 255},
		{0, 0, 255, 255},
		{255, 255, 255, 255},
		{255, 0, 0, 255},
		{0, 255, 0, 255},
		{0, 0, 255, 255},
	}
	stored := encodeJPEG(t, corners(64, 32))
	for o := uint16(1); o <= 8; o++ {
		for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
			p, err := Clean(withEXIF(stored, o, order), small)
			if err != nil {
				t.Fatal(err)
			}
			wantW, wantH := 64, 32
			if o >= 5 {
				wantW, wantH = 32, 64
			}
			img, err := jpeg.Decode(bytes.NewReader(p.JPEG))
			if err != nil || p.Width != wantW || p.Height != wantH || img.Bounds() != image.Rect(0, 0, wantW, wantH) {
				t.Fatalf("orientation %d: %v, %v", o, p, err)
			}
			if got, want := img.At(4, 4), upperLeft[o-1]; !near(got, want) {
				t.Errorf("orientation %d: upper left is %v, want %v", o, got, want)
			}
			if got, want := img.At(wantW-5, 4), upperRight[o-1]; !near(got, want) {
				t.Errorf("orientation %d: upper right is %v, want %v", o, got, want)
			}
		}
	}
}

func near(a, b color.Color) bool {
	r, g, bl, _ := a.RGBA()
	r2, g2, bl2, _ := b.RGBA()
	diff := func(x, y uint32) bool { return max(x, y)-min(x, y) < 0x2000 }
	return diff(r, r2) && diff(g, g2) && diff(bl, bl2)
}

func TestCleanDropsMetadataAndTrailers(t *testing.T) {
	b := append(withEXIF(encodeJPEG(t, corners(64, 32)), 1, binary.LittleEndian), "PK\x03\x04 a hidden archive \xFF\xD9"...)
	p, err := Clean(b, small)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{"Exif", "51.1605N", "hidden"} {
		if bytes.Contains(p.JPEG, []byte(s)) {
			t.Errorf("%q went through", s)
		}
	}
}

func TestCleanTakesPNGOnWhite(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 40, 40)) // wholly transparent
	p, err := Clean(encodePNG(t, img), small)
	if err != nil {
		t.Fatal(err)
	}
	got, err := jpeg.Decode(bytes.NewReader(p.JPEG))
	if err != nil || !near(got.At(20, 20), color.White) {
		t.Errorf("%v, %v", got.At(20, 20), err)
	}
}

func TestCleanScalesDown(t *testing.T) {
	p, err := Clean(encodePNG(t, corners(200, 100)), small)
	if err != nil || p.Width != 150 || p.Height != 75 {
		t.Errorf("%v, %v", p, err)
	}
}

func TestCleanRefuses(t *testing.T) {
	whole := encodeJPEG(t, corners(64, 32))
	wholePNG := encodePNG(t, corners(64, 32))
	progressive := bytes.Clone(encodeJPEG(t, corners(120, 120)))
	progressive[bytes.Index(progressive, []byte{0xFF, 0xC0})+1] = markerSOF2
	thumb := withEXIF(whole, 1, binary.LittleEndian)
	thumb = append(append(bytes.Clone(thumb[:30]), 0xFF, markerEOI), thumb[32:len(thumb)-40]...)
	for name, c := range map[string]struct {
		b    []byte
		want Reason
	}{
		"empty":                    {nil, WrongType},
		"text":                     {[]byte("hello, world"), WrongType},
		"gif":                      {[]byte("GIF89a..........."), WrongType},
		"heic":                     {[]byte("\x00\x00\x00\x18ftypheic"), WrongType},
		"many bytes":               {make([]byte, small.Bytes+1), TooLarge},
		"many pixels":              {encodeJPEG(t, image.NewGray(image.Rect(0, 0, 201, 200))), TooLarge},
		"progressive":              {progressive, TooLarge},
		"many scans":               {append(bytes.Clone(whole[:len(whole)-2]), append(bytes.Repeat([]byte{0xFF, markerSOS}, maxScans), 0xFF, markerEOI)...), TooLarge},
		"png bomb":                 {pngHeader(30_000, 30_000, 8), TooLarge},
		"png bomb, product wraps":  {pngHeader(1<<30, 1<<30, 8), TooLarge},
		"deep png":                 {pngHeader(150, 150, 16), TooLarge},
		"png of no size":           {pngHeader(0, 10, 8), Damaged},
		"png header only":          {pngHeader(64, 64, 8), Damaged},
		"png cut off":              {wholePNG[:len(wholePNG)/2], Damaged},
		"png of eight bytes":       {[]byte(pngMagic), Damaged},
		"small":                    {encodeJPEG(t, corners(64, 15)), TooSmall},
		"jpeg cut off":             {whole[:len(whole)/2], Damaged},
		"jpeg without end":         {whole[:len(whole)-2], Damaged},
		"cut off behind thumbnail": {thumb, Damaged},
		"jpeg header cut off":      {whole[:20], Damaged},
	} {
		p, err := Clean(c.b, small)
		if ReasonOf(err) != c.want || !errors.Is(err, c.want) || p.JPEG != nil {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestUploadRefusesABombByItsHeader(t *testing.T) {
	allocated := testing.AllocsPerRun(10, func() {
		if _, err := Inspect(pngHeader(30_000, 30_000, 8), Upload); ReasonOf(err) != TooLarge {
			t.Errorf("got %v", err)
		}
	})
	if allocated > 20 {
		t.Errorf("%v allocations for a header", allocated)
	}
}

func TestExifOrientationSurvivesNonsense(t *testing.T) {
	good := withEXIF(encodeJPEG(t, corners(16, 16)), 6, binary.LittleEndian)
	for i := 4; i < 40; i++ {
		b := bytes.Clone(good)
		b[i] = 0xFF
		if h, err := ParseJPEG(b); err == nil && (h.Orientation < 1 || h.Orientation > 8) {
			t.Errorf("byte %d: orientation %d", i, h.Orientation)
		}
	}
	if h, err := ParseJPEG(good); err != nil || h.Orientation != 6 || h.Width != 16 || !h.HasHuffman {
		t.Errorf("%+v, %v", h, err)
	}
	if h, _ := ParseJPEG(withEXIF(good, 9, binary.LittleEndian)); h.Orientation != 6 {
		t.Errorf("orientation 9 counted: %+v", h)
	}
}

// TestCMYKIsTakenIn: printers' colours become those of screens.
func TestCMYKIsTakenIn(t *testing.T) {
	b, err := os.ReadFile("testdata/cmyk.jpg")
	if err != nil {
		t.Fatal(err)
	}
	if h, err := ParseJPEG(b); err != nil || h.Components != 4 {
		t.Fatalf("it has %d components, %v", h.Components, err)
	}
	p, err := Clean(b, Document)
	if err != nil {
		t.Fatal(err)
	}
	img, err := jpeg.Decode(bytes.NewReader(p.JPEG))
	if err != nil {
		t.Fatal(err)
	}
	if r, g, b, _ := img.At(300, 200).RGBA(); r>>8 < 170 || g>>8 > 90 || b>>8 > 90 {
		t.Errorf("red has become %d, %d, %d", r>>8, g>>8, b>>8)
	}
}

func TestPicturePrintsNoPixel(t *testing.T) {
	p := Picture{JPEG: []byte("SECRET"), Width: 3, Height: 2}
	if s := fmt.Sprintf("%v %+v %#v %x %d", p, p, p, p, p); strings.Contains(s, "SECRET") || strings.Contains(s, "534543") || strings.Contains(s, "83") {
		t.Errorf("printed %s", s)
	}
}

func FuzzClean(f *testing.F) {
	whole := encodeJPEG(f, corners(32, 24))
	f.Add(whole)
	f.Add(withEXIF(whole, 6, binary.BigEndian))
	f.Add(encodePNG(f, corners(32, 24)))
	f.Add(pngHeader(30_000, 30_000, 8))
	f.Add(whole[:50])
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := Clean(b, small)
		if err != nil {
			if ReasonOf(err) == "" {
				t.Fatalf("refused without a reason: %v", err)
			}
			return
		}
		again, err := Inspect(p.JPEG, small)
		if err != nil && ReasonOf(err) != TooLarge && ReasonOf(err) != TooSmall {
			t.Fatalf("what was cleaned is refused: %v", err)
		}
		if err == nil && (again.Width != p.Width || again.Height != p.Height || again.orientation != 1) {
			t.Fatalf("cleaned %v, found %+v", p, again)
		}
	})
}

func BenchmarkClean(b *testing.B) {
	photo := encodeJPEG(b, corners(4000, 3000))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Clean(photo, Upload); err != nil {
			b.Fatal(err)
		}
	}
}
