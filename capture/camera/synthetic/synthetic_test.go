//go:build demo

package synthetic

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/image/font/gofont/goregular"

	"qoltanba/assets/portraits"
	"qoltanba/capture/camera"
	"qoltanba/capture/camera/synthetic/puppet"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newPerson(t testing.TB, seed uint64) *Person {
	t.Helper()
	p, err := NewPerson(&portraits.All()[0], nil, seed)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// play shows pictures for some time, ten a second, and returns the last.
func play(t testing.TB, p *Person, length time.Duration) *image.YCbCr {
	t.Helper()
	var img *image.YCbCr
	for n := range uint64(length / (100 * time.Millisecond)) {
		var err error
		if img, err = p.Picture(n+1, camera.Format{Width: 640, Height: 480, Rate: 10}); err != nil {
			t.Fatal(err)
		}
	}
	return img
}

// middleOfSkin returns the mean position of skin-coloured pixels, of which the face has most, and their number.
func middleOfSkin(img *image.YCbCr) (x, y float64, count int) {
	for py := range 360 {
		for px := 140; px < 500; px++ {
			c := img.YCbCrAt(px, py)
			if c.Y > 130 && c.Cr > 139 && c.Cr < 165 && c.Cb < 122 {
				x, y, count = x+float64(px), y+float64(py), count+1
			}
		}
	}
	return x / float64(count), y / float64(count), count
}

func TestThePersonDoesWhatIsAskedAndGoesBack(t *testing.T) {
	for move, moved := range map[puppet.Move]func(dx, dy, growth float64) bool{
		puppet.TurnLeft:   func(dx, _, _ float64) bool { return dx > 6 },
		puppet.TurnRight:  func(dx, _, _ float64) bool { return dx < -6 },
		puppet.LookUp:     func(_, dy, _ float64) bool { return dy < -2 },
		puppet.LookDown:   func(_, dy, _ float64) bool { return dy > 8 },
		puppet.ComeCloser: func(_, _, growth float64) bool { return growth > 1.3 },
	} {
		p := newPerson(t, 7)
		x0, y0, n0 := middleOfSkin(play(t, p, time.Second))
		p.Do(move)
		x1, y1, n1 := middleOfSkin(play(t, p, 1400*time.Millisecond))
		if !moved(x1-x0, y1-y0, float64(n1)/float64(n0)) {
			t.Errorf("%s: the face went by %.0f, %.0f and grew to %.2f", move, x1-x0, y1-y0, float64(n1)/float64(n0))
		}
		x2, y2, n2 := middleOfSkin(play(t, p, 2*time.Second))
		if math.Hypot(x2-x0, y2-y0) > 6 || math.Abs(float64(n2)/float64(n0)-1) > 0.1 {
			t.Errorf("%s: afterwards the face is %.0f, %.0f away and %.2f as large", move, x2-x0, y2-y0, float64(n2)/float64(n0))
		}
	}
}

func TestTheFaceReflectsTheScreenOnePictureLate(t *testing.T) {
	p := newPerson(t, 7)
	redness := func(img *image.YCbCr) (sum float64) {
		for y := 220; y < 260; y++ {
			for x := 290; x < 350; x++ {
				sum += float64(img.YCbCrAt(x, y).Cr)
			}
		}
		return sum / (40 * 60)
	}
	before := redness(play(t, p, time.Second))
	p.Do(puppet.FaceLight)
	p.Watch([]color.RGBA{{255, 0, 0, 255}, {0, 255, 255, 255}}, 500*time.Millisecond, time.Second)
	if at := redness(play(t, p, 500*time.Millisecond)); math.Abs(at-before) > 0.3 {
		t.Errorf("the first picture of the colours' time is red by %.1f already", at-before)
	}
	if red := redness(play(t, p, 500*time.Millisecond)); red < before+1 {
		t.Errorf("red light: %.1f, before %.1f", red, before)
	}
	if cyan := redness(play(t, p, time.Second)); cyan > before-0.5 {
		t.Errorf("cyan light: %.1f, before %.1f", cyan, before)
	}
	if after := redness(play(t, p, time.Second)); math.Abs(after-before) > 0.6 {
		t.Errorf("after the colours: %.1f, before %.1f", after, before)
	}
}

func TestPicturesAreOfTheSizeWished(t *testing.T) {
	p := newPerson(t, 1)
	for _, size := range [][2]int{{1280, 720}, {161, 121}} {
		img, err := p.Picture(0, camera.Format{Width: size[0], Height: size[1], Rate: 10})
		if err != nil || img.Rect.Dx() != size[0] || img.Rect.Dy() != size[1] {
			t.Errorf("%v: %v, %v", size, img.Rect, err)
		}
	}
	if _, err := p.Picture(0, camera.Format{Width: 10000, Height: 10000, Rate: 10}); err == nil {
		t.Error("a picture of 10000x10000 was drawn")
	}
}

func TestPicturesFollowTheSeed(t *testing.T) {
	shot := func(seed uint64) []byte {
		b, err := newPerson(t, seed).JPEG(3, camera.DefaultFormat)
		if err != nil {
			t.Fatal(err)
		}
		return slices.Clone(b)
	}
	if !bytes.Equal(shot(1), shot(1)) {
		t.Error("the same seed gave two pictures")
	}
	if bytes.Equal(shot(1), shot(2)) {
		t.Error("two seeds gave the same picture")
	}
}

func TestNoTwoPicturesOfAStreamAreAlike(t *testing.T) {
	p := newPerson(t, 1)
	seen := map[string]bool{}
	for n := range uint64(10) {
		b, err := p.JPEG(n, camera.DefaultFormat)
		if err != nil {
			t.Fatal(err)
		}
		seen[string(b)] = true
	}
	if len(seen) != 10 {
		t.Errorf("10 pictures, only %d different", len(seen))
	}
}

// The Go font has Russian letters only.
func TestCardRefusesAFontWithoutItsLetters(t *testing.T) {
	_, err := NewCard(CardData{Surname: "ҚҰЛАХМЕТОВА"}, &portraits.All()[0], goregular.TTF)
	if err == nil || !strings.Contains(err.Error(), "the font has no letter") {
		t.Errorf("got %v", err)
	}
}

func TestCardDataPrintsNobody(t *testing.T) {
	d := CardData{IIN: "850312400012"}
	if s := fmt.Sprintf("%v %s %#v %+v %d", d, d, d, d, d); strings.Contains(s, d.IIN) {
		t.Errorf("printed %s", s)
	}
}

func open(t *testing.T, d *Device) camera.Stream {
	t.Helper()
	s, err := NewSystem(d).Open(t.Context(), "", camera.Format{Width: 160, Height: 120, Rate: 200})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestFaults(t *testing.T) {
	device := func(f Faults) *Device {
		d := NewDevice("a", "A", newPerson(t, 1))
		d.SetFaults(f)
		return d
	}
	for _, fault := range []camera.Fault{camera.Busy, camera.Denied, camera.NoDevice} {
		if _, err := NewSystem(device(Faults{Open: fault})).Open(t.Context(), "a", camera.Format{}); camera.Kind(err) != fault {
			t.Errorf("open: got %v, want %s", err, fault)
		}
	}
	for _, c := range []struct {
		faults Faults
		good   int
		want   camera.Fault
	}{
		{Faults{UnplugAt: 3}, 3, camera.Unplugged},
		{Faults{StallAt: 2, Stall: time.Millisecond}, 2, camera.Stalled},
		{Faults{BadEvery: 4}, 3, camera.BadFrame},
	} {
		s := open(t, device(c.faults))
		for range c.good {
			if _, err := s.Next(t.Context()); err != nil {
				t.Fatalf("%s came early: %v", c.want, err)
			}
		}
		if _, err := s.Next(t.Context()); camera.Kind(err) != c.want {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
}

func TestABadFrameDoesNotEndTheStream(t *testing.T) {
	d := NewDevice("a", "A", newPerson(t, 1))
	d.SetFaults(Faults{BadEvery: 2})
	s := open(t, d)
	for i := range 6 {
		f, err := s.Next(t.Context())
		if bad := i%2 == 1; bad != (camera.Kind(err) == camera.BadFrame) || (!bad && f.Seq != uint64(i)) {
			t.Fatalf("frame %d: %v, %v", i, f, err)
		}
	}
}

func TestDeviceIsOpenOnceAndComesBack(t *testing.T) {
	d := NewDevice("a", "A", newPerson(t, 1))
	sys := NewSystem(d)
	s := open(t, d)
	if _, err := sys.Open(t.Context(), "a", camera.Format{}); camera.Kind(err) != camera.Busy {
		t.Errorf("second open: %v", err)
	}
	d.Plug(false)
	if _, err := s.Next(t.Context()); camera.Kind(err) != camera.Unplugged {
		t.Errorf("after pulling it out: %v", err)
	}
	if list, _ := sys.List(t.Context()); len(list) != 0 {
		t.Errorf("listed while away: %v", list)
	}
	_ = s.Close()
	d.Plug(true)
	again := open(t, d)
	if _, err := again.Next(t.Context()); err != nil {
		t.Errorf("after putting it back: %v", err)
	}
}

func TestNextEndsWithItsContext(t *testing.T) {
	d := NewDevice("a", "A", newPerson(t, 1))
	d.SetFaults(Faults{StallAt: 1, Stall: time.Hour})
	s := open(t, d)
	if _, err := s.Next(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Next(ctx); !errors.Is(err, context.Canceled) || camera.Kind(err) != "" {
		t.Errorf("got %v", err)
	}
}

func TestFilesPlayAFolderAndAStream(t *testing.T) {
	p := newPerson(t, 1)
	dir := t.TempDir()
	var joined []byte
	for n := range uint64(3) {
		b, err := p.JPEG(n, camera.Format{Width: 160, Height: 120, Rate: 15})
		if err != nil {
			t.Fatal(err)
		}
		joined = append(joined, b...)
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%d.jpg", n)), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	reel := filepath.Join(t.TempDir(), "reel.mjpeg")
	if err := os.WriteFile(reel, joined, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{dir, reel} {
		f, err := LoadFiles(path)
		if err != nil {
			t.Fatal(err)
		}
		s := open(t, NewDevice("f", "F", f))
		for range 7 {
			if frame, err := s.Next(t.Context()); err != nil || frame.Width != 160 || frame.Height != 120 {
				t.Errorf("%v, %v", frame, err)
			}
		}
	}
	if _, err := LoadFiles(t.TempDir()); err == nil {
		t.Error("an empty folder became a camera")
	}
}

// A raw picture of 640x480, and one as JPEG. The figures are in the package's documentation.
func BenchmarkPerson(b *testing.B) {
	p := newPerson(b, 1)
	b.Run("raw", func(b *testing.B) {
		b.ReportAllocs()
		for n := uint64(0); b.Loop(); n++ {
			if _, err := p.Picture(n, camera.DefaultFormat); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("jpeg", func(b *testing.B) {
		b.ReportAllocs()
		for n := uint64(0); b.Loop(); n++ {
			if _, err := p.JPEG(n, camera.DefaultFormat); err != nil {
				b.Fatal(err)
			}
		}
	})
}
