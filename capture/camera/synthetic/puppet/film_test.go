//go:build demo

package puppet

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"testing"
	"time"
)

// script asks for every move, two and a half seconds each, and then for the light.
func script() Script {
	const each = 2500 * time.Millisecond
	s := Script{Length: 20 * time.Second, Slot: 530 * time.Millisecond}
	for i, m := range Moves() {
		from := time.Second + time.Duration(i)*each
		s.Asked = append(s.Asked, Asked{m, from, from + each})
	}
	s.LightFrom = s.Asked[len(s.Asked)-1].Until
	s.Asked = append(s.Asked, Asked{FaceLight, s.LightFrom, s.Length})
	s.Colours = []color.RGBA{{255, 0, 0, 255}, {0, 255, 0, 255}, {0, 0, 255, 255}, {0, 255, 255, 255}, {255, 0, 255, 255}, {255, 255, 0, 255}}
	return s
}

// small are the conditions of a film that is quickly made.
var small = Conditions{Width: 96, Height: 72, Rate: 10, Seed: 4}

func film(t testing.TB, k Kind, c Conditions) []Frame {
	t.Helper()
	s := script()
	s.Length = 4 * time.Second
	frames, err := Film(t.Context(), s, k, c)
	if err != nil {
		t.Fatalf("%s: %v", k, err)
	}
	return frames
}

func TestEveryKindIsFilmed(t *testing.T) {
	names := map[string]bool{}
	for _, k := range Kinds() {
		names[k.String()] = true
		frames := film(t, k, small)
		if len(frames) < 38 || len(frames) > 40 {
			t.Errorf("%s: %d frames in four seconds", k, len(frames))
		}
		seen := map[string]bool{}
		for i, f := range frames {
			if i > 0 && f.At <= frames[i-1].At {
				t.Errorf("%s: frame %d is not later than the one before", k, i)
			}
			seen[string(f.JPEG)] = true
		}
		if len(seen) != len(frames) {
			t.Errorf("%s: only %d of %d pictures are different", k, len(seen), len(frames))
		}
		img, err := jpeg.Decode(bytes.NewReader(frames[0].JPEG))
		if err != nil || img.Bounds() != image.Rect(0, 0, 96, 72) {
			t.Errorf("%s: %v", k, err)
		}
	}
	if len(names) != len(Kinds()) || names["unknown"] {
		t.Errorf("names: %v", names)
	}
}

func TestFilmsFollowTheSeed(t *testing.T) {
	other := small
	other.Seed = 5
	a, b, c := film(t, Honest, small), film(t, Honest, small), film(t, Honest, other)
	for i := range a {
		if !bytes.Equal(a[i].JPEG, b[i].JPEG) || a[i].At != b[i].At {
			t.Fatal("the same seed gave two films")
		}
	}
	if bytes.Equal(a[3].JPEG, c[3].JPEG) {
		t.Error("two seeds gave the same film")
	}
}

func TestOnlyAnInjectedFilmHasAPerfectClock(t *testing.T) {
	late := func(k Kind) (n int) {
		for i, f := range film(t, k, small) {
			if f.At != time.Duration(i)*100*time.Millisecond {
				n++
			}
		}
		return n
	}
	if n := late(Injected); n != 0 {
		t.Errorf("injected: %d frames out of time", n)
	}
	if n := late(Honest); n < 20 {
		t.Errorf("honest: only %d frames out of time", n)
	}
}

func TestAnEarlierScriptIsAnother(t *testing.T) {
	s := script()
	for seed := range uint64(20) {
		old := s.earlier(random(seed))
		for i := range s.heads() {
			if old.Asked[i].Move == s.Asked[i].Move {
				t.Errorf("seed %d: place %d has its own move", seed, i)
			}
		}
		if old.Asked[6].Move != FaceLight || s.Asked[6].Move != FaceLight {
			t.Error("the light is lost")
		}
	}
	wrong := s.rotated()
	for i := range s.heads() {
		if wrong.Asked[i].Move == s.Asked[i].Move {
			t.Errorf("place %d has its own move", i)
		}
	}
}

func TestASelfieIsOfThePersonClaimed(t *testing.T) {
	a, err := Selfie(Conditions{Width: 96, Height: 72})
	if err != nil {
		t.Fatal(err)
	}
	b, err := Selfie(Conditions{Width: 96, Height: 72, Sitter: 1})
	if err != nil || bytes.Equal(a, b) {
		t.Errorf("two people, one picture: %v", err)
	}
}

// Frames of 640x480 with their JPEG, ten a film.
func BenchmarkFilm(b *testing.B) {
	b.ReportAllocs()
	s := script()
	s.Length = time.Second
	for b.Loop() {
		if _, err := Film(b.Context(), s, Honest, Conditions{}); err != nil {
			b.Fatal(err)
		}
	}
}
