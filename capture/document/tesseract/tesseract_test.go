package tesseract

import (
	"context"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"qoltanba/assets/fonts"
)

func find(t testing.TB) *Engine {
	t.Helper()
	e, err := Find(t.Context(), Kazakh, Russian)
	if errors.Is(err, ErrNoTesseract) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// printed is a line of print as a crop of a card has it.
func printed(t testing.TB, text string) *image.Gray {
	t.Helper()
	f, err := opentype.Parse(fonts.Bold)
	if err != nil {
		t.Fatal(err)
	}
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: 34, DPI: 72})
	if err != nil {
		t.Fatal(err)
	}
	img := image.NewGray(image.Rect(0, 0, 520, 49))
	draw.Draw(img, img.Rect, image.NewUniform(color.Gray{225}), image.Point{}, draw.Src)
	(&font.Drawer{Dst: img, Src: image.NewUniform(color.Gray{30}), Face: face, Dot: fixed.P(12, 37)}).DrawString(text)
	return img
}

func TestReadReadsEveryCrop(t *testing.T) {
	t.Parallel()
	e := find(t)
	want := []string{"ҚАСЫМБЕКОВ", "НҰРЛАН ӘБІШҰЛЫ", "ТҮРКІСТАН ОБЛЫСЫ"}
	var crops []*image.Gray
	for _, text := range want {
		crops = append(crops, printed(t, text))
	}
	got, err := e.Read(t.Context(), Task{Language: Kazakh}, crops)
	if err != nil {
		t.Fatal(err)
	}
	for i, l := range got {
		if l.Text != want[i] || l.Confidence < 0.5 {
			t.Errorf("%q with %.2f for %q", l.Text, l.Confidence, want[i])
		}
	}
	digits, err := e.Read(t.Context(), Task{Language: Kazakh, Only: "0123456789."}, []*image.Gray{printed(t, "21.07.1984")})
	if err != nil || digits[0].Text != "21.07.1984" {
		t.Errorf("%q, %v", digits, err)
	}
}

func TestReadEndsWithItsContext(t *testing.T) {
	t.Parallel()
	e := find(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := e.Read(ctx, Task{Language: Kazakh}, []*image.Gray{printed(t, "АЛМАТЫ")}); !errors.Is(err, context.Canceled) {
		t.Errorf("ended with %v", err)
	}
}

func TestReadRefusesWhatIsNoCrop(t *testing.T) {
	t.Parallel()
	e := &Engine{path: filepath.Join(t.TempDir(), "never run")}
	for name, crops := range map[string][]*image.Gray{
		"none": nil, "nil": {nil}, "empty": {image.NewGray(image.Rect(0, 0, 9, 0))},
		"too large": {image.NewGray(image.Rect(0, 0, 2049, 2048))}, "too many": make([]*image.Gray, MostPages+1),
	} {
		if _, err := e.Read(t.Context(), Task{Language: Kazakh}, crops); !errors.Is(err, ErrCrops) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What stands in for the program here does what a broken or taken over one might.
func TestProgramsThatMisbehaveAreErrors(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/proc/self/limits"); err != nil {
		t.Skip("limits are those of Linux")
	}
	crop := []*image.Gray{image.NewGray(image.Rect(0, 0, 30, 20))}
	for name, script := range map[string]string{
		"fails":          "exit 3",
		"says nonsense":  "echo head; echo nonsense",
		"talks too much": "cat /dev/zero | head -c 3000000",
		"writes a file":  "cat >/dev/null; echo kept > kept && printf 'head\n'",
		"has no bound":   `cat >/dev/null; [ "$(ulimit -v)" = 524288 ] && [ "$(ulimit -t)" = 30 ] && exit 1; echo head`,
	} {
		path := filepath.Join(t.TempDir(), "tesseract")
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
		e := &Engine{path: path}
		if got, err := e.Read(t.Context(), Task{Language: Kazakh}, crop); err == nil {
			t.Errorf("%s: %v passes", name, got)
		}
	}
}

func TestFindSaysWhatIsMissing(t *testing.T) {
	find(t)
	if _, err := Find(t.Context(), "kaz", "xxx"); !errors.Is(err, ErrNoTesseract) || !strings.Contains(err.Error(), "xxx") {
		t.Errorf("a language that there is not: %v", err)
	}
	t.Setenv("PATH", t.TempDir())
	if _, err := Find(t.Context()); !errors.Is(err, ErrNoTesseract) {
		t.Errorf("no program: %v", err)
	}
}

func TestLinesPrintNothingOfPeople(t *testing.T) {
	t.Parallel()
	l := Line{"ҚАСЫМБЕКОВ", 0.9}
	if s := l.String() + l.GoString(); strings.Contains(s, "ҚАС") {
		t.Error(s)
	}
}

func FuzzAnswer(f *testing.F) {
	const head = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n"
	f.Add([]byte(head + "1\t1\t0\t0\t0\t0\t0\t0\t520\t49\t-1\t\n5\t1\t1\t1\t1\t1\t5\t5\t9\t9\t96.2\tАЛМАТЫ\n"))
	f.Add([]byte(head + "5\t2\t1\t1\t1\t1\t5\t5\t9\t9\t96\tА\n5\t2\t1\t1\t2\t1\t5\t5\t9\t9\t12\tБ\n"))
	f.Add([]byte("5\t\n"))
	f.Fuzz(func(t *testing.T, table []byte) {
		lines, err := parse(table, 2)
		if err != nil {
			return
		}
		for _, l := range lines {
			if len(l.Text) > len(table) || l.Confidence < 0 || l.Confidence > 1 || l.Text == "" && l.Confidence > 0 {
				t.Errorf("%q with %f", l.Text, l.Confidence)
			}
		}
	})
}
