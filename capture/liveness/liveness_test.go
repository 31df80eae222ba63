package liveness

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

var (
	seed  = []byte("0123456789abcdef")
	start = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
)

// picture makes a small JPEG that differs with n.
func jpegOf(t testing.TB, n, w, h int) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, w, h))
	rng := rand.New(rand.NewPCG(1, uint64(n)))
	for y := range min(h, 16) {
		for x := range min(w, 16) {
			img.SetGray(x, y, color.Gray{uint8(rng.IntN(256))})
		}
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, nil); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// reel makes n frames, 100 ms apart.
func reel(t testing.TB, n int) []Frame {
	t.Helper()
	frames := make([]Frame, n)
	for i := range frames {
		frames[i] = Frame{Index: i, Millis: uint32(100 * (i + 1)), JPEG: jpegOf(t, i, 32, 24)}
	}
	return frames
}

func TestChainLayout(t *testing.T) {
	f := reel(t, 1)[0]
	want := sha256.Sum256(append([]byte("qoltanba recording v1"), seed...))
	digest := sha256.Sum256(f.JPEG)
	link := want[:]
	link = binary.BigEndian.AppendUint32(link, 0)
	link = binary.BigEndian.AppendUint32(link, 100)
	link = append(link, digest[:]...)
	want = sha256.Sum256(link)

	c, err := NewChain(seed)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Append(&f); err != nil {
		t.Fatal(err)
	}
	if n, head := c.Head(); n != 1 || head != Head(want) {
		t.Errorf("got %d, %v, want %x", n, head, want)
	}
}

func TestChainRefusesWithoutChange(t *testing.T) {
	if _, err := NewChain(seed[:15]); !errors.Is(err, ErrSeed) {
		t.Errorf("a short seed: %v", err)
	}
	c, _ := NewChain(seed)
	frames := reel(t, 2)
	if err := c.Append(&frames[0]); err != nil {
		t.Fatal(err)
	}
	_, before := c.Head()
	good := frames[1].JPEG
	for name, f := range map[string]Frame{
		"again":         frames[0],
		"a gap":         {Index: 2, Millis: 300, JPEG: good},
		"same time":     {Index: 1, Millis: 100, JPEG: good},
		"too late":      {Index: 1, Millis: MaxMillis + 1, JPEG: good},
		"no picture":    {Index: 1, Millis: 200, JPEG: []byte("hello")},
		"cut off":       {Index: 1, Millis: 200, JPEG: good[:len(good)-2]},
		"with trailer":  {Index: 1, Millis: 200, JPEG: append(slices.Clone(good), 'x')},
		"too large":     {Index: 1, Millis: 200, JPEG: make([]byte, MaxFrameBytes+1)},
		"too many dots": {Index: 1, Millis: 200, JPEG: jpegOf(t, 1, MaxWidth+1, 16)},
	} {
		err := c.Append(&f)
		if !errors.Is(err, ErrMalformed) && !errors.Is(err, ErrLimit) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, after := c.Head(); after != before {
		t.Error("a refused frame moved the head")
	}
}

func TestHeadText(t *testing.T) {
	c, _ := NewChain(seed)
	_, head := c.Head()
	if got, err := ParseHead(head.String()); err != nil || got != head {
		t.Errorf("got %v, %v", got, err)
	}
	for _, s := range []string{"", "00", strings.Repeat("g", 64), strings.Repeat("0", 66)} {
		if _, err := ParseHead(s); !errors.Is(err, ErrMalformed) {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func batchOf(t testing.TB, frames []Frame) []byte {
	t.Helper()
	b := NewBatch(nil)
	for i := range frames {
		var err error
		if b, err = AppendFrame(b, &frames[i]); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

func TestBatchRoundTrip(t *testing.T) {
	frames := reel(t, 7)[2:]
	got, err := ParseBatch(batchOf(t, frames))
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(frames) {
		t.Fatalf("%d frames of %d", len(got), len(frames))
	}
	for i, f := range got {
		if f.Index != frames[i].Index || f.Millis != frames[i].Millis || !bytes.Equal(f.JPEG, frames[i].JPEG) {
			t.Errorf("frame %d came back as %v", i, f)
		}
	}
}

func TestParseBatchRefuses(t *testing.T) {
	good := batchOf(t, reel(t, 3))
	change := func(at int, b ...byte) []byte {
		out := slices.Clone(good)
		copy(out[at:], b)
		return out
	}
	frame := batchHeader
	for name, c := range map[string]struct {
		b    []byte
		want error
	}{
		"empty":            {nil, ErrMalformed},
		"other magic":      {change(0, 'X'), ErrMalformed},
		"other version":    {change(4, 2), ErrMalformed},
		"no frames":        {change(5, 0, 0), ErrMalformed},
		"fewer than said":  {change(5, 0, 4), ErrMalformed},
		"more than said":   {change(5, 0, 2), ErrMalformed},
		"a huge count":     {change(5, 255, 255), ErrMalformed},
		"a huge length":    {change(frame+8, 255, 255, 255, 255), ErrLimit},
		"a huge index":     {change(frame, 255, 255, 255, 255), ErrLimit},
		"a jump in index":  {change(frame, 0, 0, 0, 1), ErrMalformed},
		"time backwards":   {change(frame+4, 0, 0, 1, 0), ErrMalformed},
		"a huge time":      {change(frame+4, 255), ErrLimit},
		"cut off":          {good[:len(good)-1], ErrMalformed},
		"a trailer":        {append(slices.Clone(good), 0), ErrMalformed},
		"not a jpeg":       {change(frame+frameHeader, 'P', 'N', 'G'), ErrMalformed},
		"too large at all": {make([]byte, MaxBatchBytes+1), ErrLimit},
	} {
		if frames, err := ParseBatch(c.b); !errors.Is(err, c.want) || frames != nil {
			t.Errorf("%s: got %d frames, %v", name, len(frames), err)
		}
	}
}

func TestAppendFrameKeepsABatchWithinItsLimit(t *testing.T) {
	b := NewBatch(nil)
	data := jpegOf(t, 1, 32, 24)
	big := append(data[:len(data)-2:len(data)-2], make([]byte, 190<<10)...)
	big = append(big, 0xFF, 0xD9)
	for i := range 11 {
		next, err := AppendFrame(b, &Frame{Index: i, Millis: uint32(i), JPEG: big})
		if err != nil {
			if !errors.Is(err, ErrLimit) || i != 10 || len(next) != len(b) {
				t.Errorf("frame %d: %v", i, err)
			}
			return
		}
		b = next
	}
	t.Errorf("a batch of %d bytes was made", len(b))
}

func FuzzParseBatch(f *testing.F) {
	good := batchOf(f, reel(f, 2))
	f.Add(good)
	f.Add(good[:40])
	f.Add(NewBatch(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		frames, err := ParseBatch(b)
		if err != nil {
			if frames != nil {
				t.Fatal("frames beside an error")
			}
			return
		}
		if again := batchOf(t, frames); !bytes.Equal(again, b) {
			t.Fatal("what was read is not what would be written")
		}
	})
}

func TestFramesPrintNoPicture(t *testing.T) {
	f := Frame{Index: 1, Millis: 2, JPEG: []byte("SECRET")}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "frame", f)
	s := fmt.Sprintf("%v %+v %#v %s %x %d %v", f, f, f, f, f, f, []Frame{f}) + log.String()
	if strings.Contains(s, "SECRET") || strings.Contains(s, "534543") || strings.Contains(s, "83 69") || strings.Contains(s, "U0VD") {
		t.Errorf("printed %s", s)
	}
}

func TestSeries(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	firsts := map[Prompt]bool{}
	for i := range 200 {
		n := MinPrompts + i%(MaxPrompts-MinPrompts+1)
		s, err := NewSeries(n, rng.IntN)
		if err != nil {
			t.Fatal(err)
		}
		sorted := slices.Clone(s)
		slices.Sort(sorted)
		if len(s) != n || len(slices.Compact(sorted)) != n {
			t.Fatalf("%v is no series of %d different prompts", s, n)
		}
		has := func(p Prompt) bool { return slices.Contains(s, p) }
		if !has(TurnLeft) || !has(TurnRight) || !has(Blink) || has(LookUp) && has(LookDown) && n == MinPrompts || !has(LookUp) && !has(LookDown) {
			t.Fatalf("%v lacks a movement or the blink", s)
		}
		firsts[s[0]] = true
	}
	if len(firsts) != MaxPrompts {
		t.Errorf("series begin with %d prompts only", len(firsts))
	}
	for _, n := range []int{MinPrompts - 1, MaxPrompts + 1} {
		if _, err := NewSeries(n, rng.IntN); err == nil {
			t.Errorf("a series of %d was made", n)
		}
	}
}

func FuzzParseHead(f *testing.F) {
	f.Add(Head{1, 2}.String())
	f.Add("")
	f.Fuzz(func(t *testing.T, s string) {
		h, err := ParseHead(s)
		if err == nil && !strings.EqualFold(h.String(), s) {
			t.Errorf("%q is read as %v", s, h)
		}
	})
}
