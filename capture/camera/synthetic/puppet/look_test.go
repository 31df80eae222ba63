//go:build demo

package puppet

import (
	"bytes"
	"flag"
	"image"
	"image/draw"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"qoltanba/assets/portraits"
)

var pictures = flag.String("pictures", "", "`folder` to leave pictures in, to be looked at")

// TestLook leaves a sheet of poses for each portrait where -pictures says.
func TestLook(t *testing.T) {
	if *pictures == "" {
		t.Skip("for people: -pictures FOLDER")
	}
	poses := []Pose{
		{},
		{Yaw: 18},
		{Yaw: -18},
		{Pitch: 15},
		{Pitch: -15},
		{Blink: 1},
		{Near: 0.34},
		{Near: -0.4},
		{Light: RGB{0.5, 0, 0}},
		{Yaw: 26},
		{Roll: 12, Yaw: 10},
		{Blink: 0.5},
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

func BenchmarkBuild(b *testing.B) {
	for b.Loop() {
		if _, err := build(&portraits.All()[0]); err != nil {
			b.Fatal(err)
		}
	}
}

// TestLookAtFilms leaves a strip of pictures for every kind where -pictures says.
func TestLookAtFilms(t *testing.T) {
	if *pictures == "" {
		t.Skip("for people: -pictures FOLDER")
	}
	sheet := image.NewRGBA(image.Rect(0, 0, 8*240, len(Kinds())*180))
	for row, k := range Kinds() {
		frames, err := Film(t.Context(), script(), k, Conditions{Seed: 5, Width: 240, Height: 180, Rate: 10, Reflect: 0.15})
		if err != nil {
			t.Fatal(err)
		}
		for column := range 8 {
			f := frames[min(17+25*column, len(frames)-1)]
			img, err := jpeg.Decode(bytes.NewReader(f.JPEG))
			if err != nil {
				t.Fatal(err)
			}
			draw.Draw(sheet, image.Rect(0, 0, 240, 180).Add(image.Pt(column*240, row*180)), img, image.Point{}, draw.Src)
		}
	}
	save(t, "films", sheet)
}
