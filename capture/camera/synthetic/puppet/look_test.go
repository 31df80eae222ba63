//go:build demo

package puppet

import (
	"flag"
	"image"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"qoltanba/assets/portraits"
)

var pictures = flag.String("pictures", "", "`folder` to leave pictures in, to be looked at")

func newStage(t testing.TB, sitter int) *Stage {
	t.Helper()
	p, err := New(&portraits.All()[sitter])
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewStage(p, 640, 480, 0)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestLook leaves a sheet of poses for each portrait where -pictures says.
func TestLook(t *testing.T) {
	if *pictures == "" {
		t.Skip("for people: -pictures FOLDER")
	}
	poses := []Pose{
		{}, {Yaw: 18}, {Yaw: -18}, {Pitch: 15}, {Pitch: -15}, {Blink: 1}, {Near: 0.34}, {Near: -0.4}, {Light: RGB{0.5, 0, 0}},
		{Yaw: 26}, {Roll: 12, Yaw: 10}, {Blink: 0.5},
	}
	for i, portrait := range portraits.All() {
		s := newStage(t, i)
		sheet := image.NewRGBA(image.Rect(0, 0, 3*640, 4*480))
		for k, pose := range poses {
			img := image.NewRGBA(image.Rect(0, 0, 640, 480))
			s.Draw(img, pose)
			draw.Draw(sheet, img.Rect.Add(image.Pt(k%3*640, k/3*480)), img, image.Point{}, draw.Src)
			save(t, portrait.Name+"-"+string(rune('a'+k)), img)
		}
		save(t, portrait.Name, sheet)
	}
}

func save(t *testing.T, name string, img image.Image) {
	t.Helper()
	f, err := os.Create(filepath.Join(*pictures, name+".png"))
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(f, img); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func BenchmarkDraw(b *testing.B) {
	s := newStage(b, 0)
	img := image.NewRGBA(image.Rect(0, 0, 640, 480))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		s.Draw(img, Pose{Yaw: float64(i%30) - 15, Blink: 0.5})
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		if _, err := New(&portraits.All()[0]); err != nil {
			b.Fatal(err)
		}
	}
}
