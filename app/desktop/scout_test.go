//go:build demo

package desktop

import (
	"bytes"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/storage"

	"qoltanba/app/api"
	"qoltanba/app/desktop/guide"
	"qoltanba/app/journey"
	"qoltanba/capture/camera"
	"qoltanba/capture/camera/synthetic"
	"qoltanba/capture/document"
	"qoltanba/capture/document/specimen"
	"qoltanba/capture/liveness"
)

// table is a camera before which a card lies.
type table struct {
	mu    sync.Mutex
	photo []byte
}

func (s *table) JPEG(uint64, camera.Format) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.photo, nil
}

func (s *table) lay(photo []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.photo = photo
}

// photographed is a side of a specimen.
func photographed(t *testing.T, side specimen.Side, fill float64) []byte {
	t.Helper()
	r := rand.New(rand.NewPCG(7, uint64(side)))
	shot := specimen.Shot{Width: 1280, Height: 720, Fill: fill, Level: specimen.Clean, Ground: specimen.Wood}
	photo, err := shot.Take(specimen.Draw(specimen.NewPerson(rand.New(rand.NewPCG(7, 7))), side, 1.2*shot.Density(), r), r)
	if err != nil {
		t.Fatal(err)
	}
	return photo.JPEG
}

// known looks at each photograph once, so that no test waits for the machine.
type known struct {
	scout Scout
	seen  map[[2]any]document.Glance
}

func knowing() (Scout, error) {
	scout, err := OpenScout()
	return &known{scout, map[[2]any]document.Glance{}}, err
}

func (k *known) Glance(img image.Image, want document.Side, taken *image.Gray) (document.Glance, bool) {
	key := [2]any{want, mark(img)}
	if g, ok := k.seen[key]; ok {
		return g, g.Upright != nil
	}
	g, _ := k.scout.Glance(img, want, taken)
	if g.Side == "" { // it may have tried the zone the other way up
		g, _ = k.scout.Glance(img, want, taken)
	}
	k.seen[key] = g
	return g, g.Upright != nil
}

// mark tells photographs apart.
func mark(img image.Image) (sum uint64) {
	b := img.Bounds()
	for i := range 4096 {
		r, _, _, _ := img.At(b.Min.X+i*31%b.Dx(), b.Min.Y+i*17%b.Dy()).RGBA()
		sum = sum*31 + uint64(r)
	}
	return sum
}

// atCard takes a window before a camera to a stage of the document.
func atCard(t *testing.T, s *table, at journey.Stage) (*desk, *said) {
	t.Helper()
	v := &said{}
	c := newComputer(t)
	d := show(t, Config{Open: c.open, Cameras: synthetic.NewSystem(synthetic.NewDevice("usb", "USB Camera", s)), Scout: knowing, Sounds: v})
	d.untilScreen("welcome")
	d.press("welcome.main")
	d.until("the picture", d.live)
	d.state.Stage = at
	d.show(true)
	return d, v
}

// said writes down what is to be heard.
type said struct {
	mu    sync.Mutex
	words map[string]bool
}

func (s *said) Play(_ string, names ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, n := range names {
		if s.words == nil {
			s.words = map[string]bool{}
		}
		s.words[n] = true
	}
}

func (s *said) has(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.words[name]
}

func TestASideTakesItselfAndIsFilmed(t *testing.T) {
	s := &table{photo: photographed(t, specimen.Front, 0.25)}
	d, v := atCard(t, s, journey.StageCardFront)
	d.until("the card to be asked nearer", func() bool { return d.says(d.frame.Words().T("hint.nearer")) })
	s.lay(photographed(t, specimen.Front, 0.5))
	d.until("the card to be traced", func() bool {
		return len(d.caught.outline) == 4 && d.caught.remark == guide.Good || d.typed.picture != nil
	})
	d.until("the picture to be looked at", func() bool { return d.typed.picture != nil })
	if !v.has("closer") || !v.has("shutter") {
		t.Errorf("heard %v", v.words)
	}
	if n := len(d.typed.film); n < 2 || n > liveness.MaxSideFrames {
		t.Errorf("it has %d frames", n)
	}
	if d.typed.upright == nil {
		t.Error("the side is not kept to be compared with the other")
	}
	size, total := 0, 0
	for _, f := range d.typed.film {
		size, total = max(size, len(f.JPEG)), total+len(f.JPEG)
	}
	if size > mostFrame || total > liveness.MaxSideBytes {
		t.Errorf("a frame has %d bytes, all %d", size, total)
	}
	if _, err := jpeg.Decode(bytes.NewReader(d.typed.taken)); err != nil {
		t.Error(err)
	}
	d.press("cardshot.again")
	if d.typed.picture != nil || d.typed.film != nil {
		t.Error("the side that was given up is kept")
	}
	d.until("it to be taken again", func() bool { return d.typed.picture != nil })
}

func TestTheWrongSideIsNamed(t *testing.T) {
	s := &table{photo: photographed(t, specimen.Back, 0.5)}
	d, _ := atCard(t, s, journey.StageCardFront)
	d.until("the wrong side to be named", func() bool { return d.says(d.frame.Words().T("hint.otherside.front")) })
	s.lay(photographed(t, specimen.Front, 0.5))
	d.state.Stage = journey.StageCardBack
	d.show(true)
	d.until("the other way round too", func() bool { return d.says(d.frame.Words().T("hint.otherside.back")) })
	if d.typed.picture != nil {
		t.Error("the wrong side was taken")
	}
}

func TestAFileInPlaceOfACamera(t *testing.T) {
	s := &table{photo: photographed(t, specimen.Front, 0.25)}
	d, _ := atCard(t, s, journey.StageCardFront)
	d.state.CanGoBack = false
	d.show(true)
	if d.frame.Find("cardshot.file") != nil {
		t.Error("there is a way to a file where there is no way back")
	}
	d.state.CanGoBack = true
	d.show(true)
	d.press("cardshot.file")
	if string(d.typed.card.Way) != string(journey.CardByFile) {
		t.Errorf("the way is %q", d.typed.card.Way)
	}
}

// saved is a file with a content.
func saved(t *testing.T, name string, content []byte) fyne.URI {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return storage.NewFileURI(path)
}

// atFiles takes a window, with a scout, to the files of an identity card.
func atFiles(t *testing.T) (*desk, *computer) {
	t.Helper()
	d, c := atCompanion(t)
	d.cfg.Scout = OpenScout
	c.service.mu.Lock()
	c.service.e.Step = api.StepCard
	c.service.mu.Unlock()
	d.do("refresh", d.journey.Refresh)
	d.untilScreen("cardway")
	d.choose("cardway.file")
	d.press("cardway.main")
	d.untilScreen("cardfile")
	return d, c
}

// TestFilesFindTheirPlaces: sides that were given the wrong way round change places, and a cat is told of.
func TestFilesFindTheirPlaces(t *testing.T) {
	d, _ := atFiles(t)
	back, front := saved(t, "back.jpg", photographed(t, specimen.Back, 0.5)), saved(t, "front.jpg", photographed(t, specimen.Front, 0.5))
	d.dropped(fyne.Position{}, []fyne.URI{back, front})
	d.until("both to be read and sorted", func() bool {
		return d.typed.files[api.Front].side == api.Front && d.typed.files[api.Back].side == api.Back
	})
	if !d.says(d.frame.Words().T("cardfile.swapped")) || d.asleep("cardfile.main") {
		t.Error("nobody says that they were swapped, or they cannot be sent")
	}
	d.press("cardfile.back.remove")
	d.dropped(fyne.Position{}, []fyne.URI{photograph(t)})
	d.until("a picture of nothing to be told of", func() bool { return d.says(d.frame.Words().T("cardfile.nocard")) })
	if d.asleep("cardfile.main") {
		t.Error("it cannot be sent all the same")
	}
	d.press("cardfile.back.remove")
	d.dropped(fyne.Position{}, []fyne.URI{front})
	d.until("the front in the back's place to be told of", func() bool { return d.says(d.frame.Words().T("cardfile.isfront")) })
}

// TestOnePDFOfBothSides is sent as it is; where it had one side only, the other is asked for.
func TestOnePDFOfBothSides(t *testing.T) {
	d, c := atFiles(t)
	step(c.service, api.SendCard, func(api.Picture) *api.Problem {
		c.service.e.Document, c.service.e.CardSides = api.IdentityCard, []api.Side{api.Front}
		return nil
	})
	d.dropped(fyne.Position{}, []fyne.URI{saved(t, "card.PDF", []byte("%PDF-1.7 and more"))})
	d.until("it to be read", func() bool { return !d.asleep("cardfile.main") })
	if p := d.typed.files[api.Front].data; p.Type != api.TypePDF || string(p.Data) != "%PDF-1.7 and more" {
		t.Errorf("it would be sent as %s", p.Type)
	}
	d.press("cardfile.main")
	d.until("the other side to be asked for", func() bool { return d.says(d.frame.Words().T("cardfile.second")) && d.asleep("cardfile.main") })
}

func TestFilesOfAllKindsAreOffered(t *testing.T) {
	t.Parallel()
	for _, e := range []string{".jpg", ".jpeg", ".png", ".pdf", ".heic", ".PDF", ".HEIC"} {
		if !slices.Contains(fileEndings(), e) {
			t.Errorf("%s is not offered", e)
		}
	}
}
