package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReadPPM(t *testing.T) {
	t.Parallel()
	picture := func(v byte) string { return "P6\n3 2\n255\n" + strings.Repeat(string([]byte{v, v + 1, v + 2}), 6) }
	var seen []color.RGBA
	see := func(img image.Image) error {
		seen = append(seen, img.(*image.RGBA).RGBAAt(2, 1))
		return nil
	}
	if err := readPPM(bufio.NewReader(strings.NewReader(picture(10)+picture(' '))), see); err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(seen) != "[{10 11 12 255} {32 33 34 255}]" {
		t.Error(seen)
	}
	for name, text := range map[string]string{"cut off": picture(1)[:20], "no picture": "GIF89a", "endless": "P6\n99999 99999\n255\n", "16 bits": "P6\n3 2\n65535\n"} {
		if err := readPPM(bufio.NewReader(strings.NewReader(text)), see); err == nil {
			t.Errorf("%s is read", name)
		}
	}
	stop := errors.New("enough")
	if err := readPPM(bufio.NewReader(strings.NewReader(picture(1))), func(image.Image) error { return stop }); !errors.Is(err, stop) {
		t.Error(err)
	}
}

func TestGalleryIsWhole(t *testing.T) {
	t.Parallel()
	var list []struct {
		Package  string   `json:"package"`
		Pictures []listed `json:"pictures"`
	}
	if err := json.Unmarshal(galleryFile, &list); err != nil {
		t.Fatal(err)
	}
	for _, source := range list {
		if galleryPackages[source.Package].SHA256 == "" {
			t.Errorf("nothing says what %s is", source.Package)
		}
		for _, p := range source.Pictures {
			if p.File == "" || p.Person == "" || len(p.Part) != 0 && len(p.Part) != 4 {
				t.Errorf("%+v", p)
			}
		}
	}
}

func TestEntriesOfTheGallery(t *testing.T) {
	t.Parallel()
	sheet := image.NewGray(image.Rect(0, 0, 100, 60))
	sheet.SetGray(45, 35, color.Gray{200})
	var data bytes.Buffer
	if err := png.Encode(&data, sheet); err != nil {
		t.Fatal(err)
	}
	cells := listed{File: "sheet", Person: "guest", Crowd: "party", Grid: [5]float64{5, 5, 20, 30, 10}, Row: 1, Cells: [][2]int{{0, 1}, {2, 4}}}
	all, err := cells.pictures(t.Context(), data.Bytes())
	if err != nil || len(all) != 3 || all[0].Person == all[1].Person {
		t.Fatalf("%v, %v", all, err)
	}
	if b := all[1].Image.Bounds(); b != image.Rect(45, 35, 55, 45) || all[1].Image.At(45, 35) != (color.Gray{200}) {
		t.Errorf("the second cell is %v", b)
	}
	part := listed{File: "sheet", Person: "left", Part: []float64{0, 0, 0.5, 1}}
	if all, err := part.pictures(t.Context(), data.Bytes()); err != nil || all[0].Image.Bounds() != image.Rect(0, 0, 50, 60) {
		t.Errorf("%v, %v", all, err)
	}
	if _, err := part.pictures(t.Context(), []byte("no picture")); err == nil {
		t.Error("text is a picture")
	}
	folder := t.TempDir()
	for _, person := range []string{"anna", "boris"} {
		if err := os.MkdirAll(filepath.Join(folder, person), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, person, "1.png"), data.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	gallery, err := fromFolder(folder)
	if err != nil || len(gallery) != 2 || gallery[1].Person != "boris" {
		t.Errorf("%v, %v", gallery, err)
	}
}
