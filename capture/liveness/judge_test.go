package liveness

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"log/slog"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"qoltanba/capture/face"
)

// aCase is one that would be looked at.
func aCase(t testing.TB) *Case {
	t.Helper()
	c := &Case{Selfie: jpegOf(t, 0, 320, 320)}
	for i := range 30 {
		c.Frames = append(c.Frames, Frame{Index: i, Millis: uint32(100 * i), JPEG: jpegOf(t, i, 128, 96)})
	}
	for i, p := range []Prompt{TurnLeft, LookUp, Blink, TurnRight} {
		c.Prompts = append(c.Prompts, Asked{Kind: p, From: uint32(375 * i), Until: uint32(375*i + 375)})
	}
	c.Light = &Light{Colours: slices.Clone(colours[:]), Slot: SlotMillis, From: 1500, Until: 7500}
	return c
}

// sized claims another size in a JPEG's header.
func sized(data []byte, w, h int) []byte {
	data = slices.Clone(data)
	at := bytes.Index(data, []byte{0xFF, 0xC0})
	binary.BigEndian.PutUint16(data[at+5:], uint16(h))
	binary.BigEndian.PutUint16(data[at+7:], uint16(w))
	return data
}

func TestJudgeRefusesWhatNoClientSends(t *testing.T) {
	many := make([]Frame, 100_000)
	for name, c := range map[string]struct {
		spoil func(*Case)
		want  error
	}{
		"100,000 frames":    {func(c *Case) { c.Frames = many }, ErrLimit},
		"one frame":         {func(c *Case) { c.Frames = c.Frames[:1] }, TooShort},
		"no frame":          {func(c *Case) { c.Frames = nil }, TooShort},
		"10,000 by 10,000":  {func(c *Case) { c.Frames[7].JPEG = sized(c.Frames[7].JPEG, 10_000, 10_000) }, ErrLimit},
		"a tiny frame":      {func(c *Case) { c.Frames[7].JPEG = jpegOf(t, 1, 16, 16) }, ErrMalformed},
		"no JPEG":           {func(c *Case) { c.Frames[7].JPEG = []byte("hello") }, ErrMalformed},
		"times backwards":   {func(c *Case) { c.Frames[7].Millis = 100 }, ErrMalformed},
		"a time again":      {func(c *Case) { c.Frames[7].Millis = c.Frames[6].Millis }, ErrMalformed},
		"two hours":         {func(c *Case) { c.Frames[29].Millis = 7_200_000 }, ErrLimit},
		"an index left out": {func(c *Case) { c.Frames[7].Index = 8 }, ErrMalformed},
		"a progressive JPEG": {func(c *Case) {
			c.Frames[7].JPEG = bytes.Replace(c.Frames[7].JPEG, []byte{0xFF, 0xC0}, []byte{0xFF, 0xC2}, 1)
		}, ErrMalformed},
		"three prompts":         {func(c *Case) { c.Prompts = c.Prompts[:3] }, ErrMalformed},
		"an unknown prompt":     {func(c *Case) { c.Prompts[1].Kind = "jump" }, ErrMalformed},
		"the light as prompt":   {func(c *Case) { c.Prompts[2].Kind = ScreenLight }, ErrMalformed},
		"windows that overlap":  {func(c *Case) { c.Prompts[1].From = 300 }, ErrMalformed},
		"a window backwards":    {func(c *Case) { c.Prompts[2].Until = 700 }, ErrMalformed},
		"a window of an hour":   {func(c *Case) { c.Prompts[2].Until = 3_600_000 }, ErrMalformed},
		"five colours":          {func(c *Case) { c.Light.Colours = c.Light.Colours[:5] }, ErrMalformed},
		"a colour twice":        {func(c *Case) { c.Light.Colours[0] = c.Light.Colours[1] }, ErrMalformed},
		"an unknown colour":     {func(c *Case) { c.Light.Colours[0] = "brown" }, ErrMalformed},
		"flashes":               {func(c *Case) { c.Light.Slot = 100 }, ErrMalformed},
		"light among movements": {func(c *Case) { c.Light.From = 1400 }, ErrMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			given := aCase(t)
			c.spoil(given)
			got, err := NewJudge(nil).Judge(t.Context(), given)
			if !errors.Is(err, c.want) || got.Verdict != "" {
				t.Errorf("got %v, %v", got.Verdict, err)
			}
		})
	}
	if err := aCase(t).check(); err != nil {
		t.Errorf("the case itself is refused: %v", err)
	}
}

func TestJudgeEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := NewJudge(nil).Judge(ctx, aCase(t)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestACaseShowsNobody(t *testing.T) {
	c := aCase(t)
	j := Judgement{Verdict: Operator, Reason: NotSolid, Findings: []Finding{{Check: CheckParallax, Value: 0.1234}}}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "case", c, "judgement", j)
	text := fmt.Sprintf("%v %+v %#v %s %d %s", c, c, *c, c, c, log.String())
	if strings.Contains(text, "255") || strings.Contains(text, "0xff") || strings.Contains(log.String(), "0.12") {
		t.Errorf("printed %.200s", text)
	}
}

func TestAgainOutweighsOperator(t *testing.T) {
	var q inquiry
	q.least(CheckParallax, 0, 1, NotSolid)
	q.find(Finding{Check: CheckBlink, Prompt: 1, Soft: true}, NotDone)
	if q.out.Verdict != Operator {
		t.Fatalf("got %v", q.out)
	}
	q.find(Finding{Check: CheckMovement, Prompt: 2}, NotDone)
	q.least(CheckWidth, 0, 1, TooFar)
	if q.out.Verdict != Again || q.out.Reason != NotDone || q.out.Prompt != 2 {
		t.Errorf("got %v %v", q.out, q.out.Prompt)
	}
	q.least(CheckGap, math.NaN(), 1, Faltered)
	if last := q.out.Findings[len(q.out.Findings)-1]; last.OK || math.IsNaN(last.Value) {
		t.Errorf("not a number became %+v", last)
	}
}

func TestUnevenness(t *testing.T) {
	even := make([]float64, 150)
	for i := range even {
		even[i] = float64(100 + i%2)
	}
	uneven, slower := slices.Clone(even), slices.Clone(even)
	uneven[40], uneven[41] = 107, 93
	for i := 100; i < 150; i++ {
		slower[i] = 200
	}
	for name, c := range map[string]struct {
		intervals []float64
		even      bool
	}{
		"even": {even, true}, "one late frame": {uneven, false}, "even at two rates": {slower, true}, "none": {nil, true},
	} {
		if got := unevenness(c.intervals); (got < limit.evenClock) != c.even {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestThumbnailKnowsAPictureAgain(t *testing.T) {
	thumb := func(img image.Image) (out thumbnail) { out.take(img); return out }
	again := func(img image.Image, quality int) image.Image {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
			t.Fatal(err)
		}
		out, err := jpeg.Decode(&b)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	one, other := again(noisy(1, 640, 480), 75), again(noisy(4, 640, 480), 75)
	a, b, c := thumb(one), thumb(again(one, 80)), thumb(other)
	if same, moved := a.difference(&b), a.difference(&c); same >= limit.repeatDiff || moved < limit.repeatDiff {
		t.Errorf("encoded anew %.3f, moved by three fifths of a level %.3f", same, moved)
	}
}

func TestRepeatsAreCounted(t *testing.T) {
	q := &inquiry{looks: make([]look, 60)}
	rng := rand.New(rand.NewPCG(1, 1))
	for i := range q.looks {
		q.looks[i].at = uint32(100 * i)
		for k := range q.looks[i].small {
			q.looks[i].small[k] = uint16(64*100 + rng.IntN(128)) // noise of a level or two
		}
	}
	q.looks[31].small = q.looks[30].small // a camera that falters
	if _ = q.repeats(t.Context()); q.out.Reason != "" {
		t.Errorf("a picture twice at once: %v", q.out.Findings)
	}
	for i := range 10 {
		q.looks[45+i].small = q.looks[10+i].small
	}
	q.out = Judgement{}
	if _ = q.repeats(t.Context()); q.out.Reason != FramesRepeat || q.out.Findings[0].Value != 10 {
		t.Errorf("a second again: %v", q.out.Findings)
	}
}

func TestStepOf(t *testing.T) {
	at := func(x, width float32) *face.Observation {
		o := &face.Observation{Width: float64(width)}
		o.Mesh[face.Forehead] = face.Point{X: x, Y: 50}
		o.Mesh[face.Chin] = face.Point{X: x, Y: 150}
		return o
	}
	for _, c := range []struct {
		a, b *face.Observation
		want float64
	}{{at(0, 100), at(0, 100), 0}, {at(0, 100), at(50, 100), 0.5}, {at(0, 100), at(0, 150), 0.5}, {at(0, 200), at(0, 100), 1}} {
		if got := stepOf(c.a, c.b); math.Abs(got-c.want) > 1e-6 {
			t.Errorf("got %v, want %v", got, c.want)
		}
	}
}

func TestEveryThresholdHasItsMeasurement(t *testing.T) {
	all, err := Thresholds()
	if err != nil {
		t.Fatal(err)
	}
	source := readSource(t)
	for name, e := range all {
		if e.Unit == "" || e.For == "" || len(e.Measured) < 20 || e.Repeat == "" || math.IsNaN(e.Value) {
			t.Errorf("%s is not explained: %+v", name, e)
		}
		if !strings.Contains(source, `("`+name+`")`) {
			t.Errorf("%s is not used", name)
		}
	}
}

func readSource(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile("thresholds.go")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
