//go:build demo

package synthetic

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
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
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newPerson(t testing.TB, seed uint64) *Person {
	t.Helper()
	p, err := NewPerson(portraits.Astronaut, nil, seed)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// settle plays three seconds, a picture each, and returns the last.
func settle(t testing.TB, p *Person) image.Image {
	t.Helper()
	var data []byte
	for n := range uint64(4) {
		var err error
		if data, err = p.JPEG(n, camera.Format{Width: 640, Height: 480, Rate: 1}); err != nil {
			t.Fatal(err)
		}
	}
	img, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// middleOfSkin returns the mean position of skin-coloured pixels in the upper part of the picture, where only the face has them.
func middleOfSkin(img image.Image) (x, y float64, count int) {
	for py := range 330 {
		for px := 140; px < 500; px++ {
			r, g, b, _ := img.At(px, py).RGBA()
			if r>>8 > 150 && r > g+g/6 && g > b {
				x, y, count = x+float64(px), y+float64(py), count+1
			}
		}
	}
	return x / float64(count), y / float64(count), count
}

func TestHeadMovesTheWayItIsTold(t *testing.T) {
	at := func(pose Pose) (x, y float64, n int) {
		p := newPerson(t, 7)
		p.SetPose(pose)
		return middleOfSkin(settle(t, p))
	}
	x0, y0, n0 := at(Neutral)
	if x, _, _ := at(Pose{Yaw: 20}); x < x0+10 {
		t.Errorf("turned to the own left: the face is at x=%.0f, straight it is at %.0f", x, x0)
	}
	if x, _, _ := at(Pose{Yaw: -20}); x > x0-10 {
		t.Errorf("turned to the own right: the face is at x=%.0f, straight it is at %.0f", x, x0)
	}
	if _, y, _ := at(Pose{Pitch: 15}); y > y0-6 {
		t.Errorf("looking up: the face is at y=%.0f, straight it is at %.0f", y, y0)
	}
	if _, y, _ := at(Pose{Pitch: -15}); y < y0+6 {
		t.Errorf("looking down: the face is at y=%.0f, straight it is at %.0f", y, y0)
	}
	if _, _, n := at(Pose{Distance: 0.75}); float64(n) < 1.3*float64(n0) {
		t.Errorf("come closer: %d pixels of skin, before %d", n, n0)
	}
}

func TestBlinkHidesThePupils(t *testing.T) {
	dark := func(blink float64) (n int) {
		p := newPerson(t, 7)
		p.SetPose(Pose{Blink: blink})
		img := settle(t, p)
		for y := 168; y < 192; y++ {
			for x := 258; x < 380; x++ {
				if r, g, b, _ := img.At(x, y).RGBA(); r+g+b < 3*75<<8 {
					n++
				}
			}
		}
		return n
	}
	if open, closed := dark(0), dark(1); closed*2 > open {
		t.Errorf("dark pixels of the eyes: open %d, closed %d", open, closed)
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
	_, err := NewCard(CardData{Surname: "ҚҰЛАХМЕТОВА"}, portraits.Astronaut, goregular.TTF)
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

func BenchmarkPerson(b *testing.B) {
	p := newPerson(b, 1)
	b.ReportAllocs()
	for n := uint64(0); b.Loop(); n++ {
		if _, err := p.JPEG(n, camera.DefaultFormat); err != nil {
			b.Fatal(err)
		}
	}
}
