package frame_test

import (
	"cmp"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"qoltanba/app/desktop/frame"
	"qoltanba/app/desktop/look"
	"qoltanba/app/desktop/wording"
)

// Goldens are made anew by: CGO_ENABLED=0 go test -tags ci ./app/desktop/frame -run Golden -update
// Look at them before they are committed.
var (
	update = flag.Bool("update", false, "write the golden pictures anew")
	render = flag.String("render", "", "write a picture of every screen, in every language, light and dark, into this folder")
	only   = flag.String("only", "", "with -render: the languages and screens to draw, as a regular expression on light/kk/welcome")
)

func hang(t *testing.T, e exhibit, l wording.Language, size fyne.Size) (*frame.Frame, fyne.Window) {
	t.Helper()
	w := test.NewTempWindow(t, nil)
	f := frame.New(w.Canvas(), frame.Options{Language: l, Demo: e.name == "camera-live", CallBack: nothing})
	w.SetPadded(false)
	w.SetContent(f.Content())
	w.Resize(size)
	f.Show(e.build)
	if e.after != nil {
		e.after(f)
	}
	w.Resize(size)
	return f, w
}

func TestGoldenPictures(t *testing.T) {
	test.NewTempApp(t)
	test.ApplyTheme(t, look.New(look.Light))
	for _, l := range []wording.Language{wording.Kazakh, wording.Russian} {
		for _, e := range everyNth(gallery()) {
			t.Run(string(l)+"/"+e.name, func(t *testing.T) {
				_, w := hang(t, e, l, fyne.NewSize(frame.Width, frame.Height))
				compare(t, filepath.Join("testdata", "golden", string(l), e.name+".png"), w.Canvas().Capture())
			})
		}
	}
}

// compare allows for what another processor's floating point may change: a few pixels, a little.
func compare(t *testing.T, path string, got image.Image) {
	t.Helper()
	if *update {
		write(t, path, few(got))
		return
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatalf("%v; make it with -update", err)
	}
	defer func() { _ = file.Close() }()
	want, err := png.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	if got.Bounds() != want.Bounds() {
		t.Fatalf("picture is %v, golden is %v", got.Bounds(), want.Bounds())
	}
	if golden, ok := want.(*image.Paletted); ok {
		got = reduced(got, golden.Palette)
	}
	const slight, some = 0x1800, 400
	differ := 0
	for y := range got.Bounds().Dy() {
		for x := range got.Bounds().Dx() {
			r1, g1, b1, _ := got.At(x, y).RGBA()
			r2, g2, b2, _ := want.At(x, y).RGBA()
			if apart(r1, r2) > slight || apart(g1, g2) > slight || apart(b1, b2) > slight {
				differ++
			}
		}
	}
	if differ > some {
		failed := filepath.Join("testdata", "failed", filepath.Base(filepath.Dir(path)), filepath.Base(path))
		write(t, failed, got)
		t.Errorf("%d pixels differ from %s; see %s", differ, path, failed)
	}
}

// few keeps the 256 commonest colours and takes the nearest for the rest, so that a golden weighs a third.
func few(img image.Image) image.Image {
	counts := map[color.Color]int{}
	b := img.Bounds()
	for y := range b.Dy() {
		for x := range b.Dx() {
			counts[color.NRGBAModel.Convert(img.At(x, y))]++
		}
	}
	colours := slices.SortedFunc(maps.Keys(counts), func(a, b color.Color) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), strings.Compare(fmt.Sprint(a), fmt.Sprint(b)))
	})
	return reduced(img, colours[:min(256, len(colours))])
}

// reduced draws img in the nearest colours of palette.
func reduced(img image.Image, palette color.Palette) image.Image {
	b := img.Bounds()
	index := map[color.Color]uint8{}
	out := image.NewPaletted(b, palette)
	for y := range b.Dy() {
		for x := range b.Dx() {
			c := color.NRGBAModel.Convert(img.At(x, y))
			i, ok := index[c]
			if !ok {
				i = uint8(palette.Index(c)) // at most 255
				index[c] = i
			}
			out.SetColorIndex(x, y, i)
		}
	}
	return out
}

func apart(a, b uint32) uint32 { return max(a, b) - min(a, b) }

func write(t *testing.T, path string, img image.Image) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		t.Fatal(err)
	}
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(file, img); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestRender makes pictures for people to look at; it runs only when asked.
func TestRender(t *testing.T) {
	if *render == "" {
		t.Skip("give -render DIR")
	}
	wanted := regexp.MustCompile(*only)
	test.NewTempApp(t)
	for mode, name := range map[look.Mode]string{look.Light: "light", look.Dark: "dark"} {
		test.ApplyTheme(t, look.New(mode))
		for _, l := range wording.Languages() {
			for _, e := range gallery() {
				if path := name + "/" + string(l) + "/" + e.name; wanted.MatchString(path) {
					_, w := hang(t, e, l, fyne.NewSize(frame.Width, frame.Height))
					write(t, filepath.Join(*render, path+".png"), w.Canvas().Capture())
				}
			}
		}
	}
}
