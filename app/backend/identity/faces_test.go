//go:build demo && cgo

package identity_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"testing"
	"time"

	"golang.org/x/image/draw"

	"qoltanba/app/api"
	"qoltanba/app/backend/identity"
	"qoltanba/assets/fonts"
	"qoltanba/assets/portraits"
	"qoltanba/capture/camera/synthetic"
	"qoltanba/capture/camera/synthetic/puppet"
	"qoltanba/capture/face"
	"qoltanba/capture/liveness"
)

func open(t testing.TB) *identity.Faces {
	t.Helper()
	faces, err := identity.Open("")
	if err != nil {
		t.Fatalf("%v: make setup", err)
	}
	t.Cleanup(func() {
		if err := faces.Close(); err != nil {
			t.Error(err)
		}
	})
	return faces
}

const each = 2500 * time.Millisecond

// filmed is a challenge answered by a puppet of some kind, as the service hands
// it to the judge.
func filmed(t testing.TB, kind puppet.Kind, c puppet.Conditions) *liveness.Case {
	t.Helper()
	made := &liveness.Case{}
	var script puppet.Script
	at := time.Duration(0)
	ask := func(move puppet.Move, lasts time.Duration) (from, until uint32) {
		script.Asked = append(script.Asked, puppet.Asked{Move: move, From: at + 200*time.Millisecond, Until: at + lasts})
		from = uint32(at.Milliseconds())
		at += lasts
		return from, uint32(at.Milliseconds())
	}
	at = 500 * time.Millisecond
	for _, move := range []liveness.Prompt{liveness.TurnLeft, liveness.Blink, liveness.LookDown, liveness.TurnRight} {
		from, until := ask(puppet.Move(move), each)
		made.Prompts = append(made.Prompts, liveness.Asked{Kind: move, From: from, Until: until})
	}
	script.LightFrom = at + (200+liveness.LeadMillis)*time.Millisecond
	script.Slot = liveness.SlotMillis * time.Millisecond
	from, until := ask(puppet.FaceLight, liveness.LightMillis*time.Millisecond)
	made.Light = &liveness.Light{Colours: liveness.NewColours(func(k int) int { return k / 2 }), Slot: liveness.SlotMillis, From: from, Until: until}
	for _, colour := range made.Light.Colours {
		r, g, b := colour.RGB()
		script.Colours = append(script.Colours, color.RGBA{uint8(255 * r), uint8(255 * g), uint8(255 * b), 255})
	}
	script.Length = at + 500*time.Millisecond
	frames, err := puppet.Film(t.Context(), script, kind, c)
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range frames {
		made.Frames = append(made.Frames, liveness.Frame{Index: i, Millis: uint32(f.At.Milliseconds()), JPEG: f.JPEG})
	}
	if made.Selfie, err = puppet.Selfie(c); err != nil {
		t.Fatal(err)
	}
	return made
}

// The citizen passes; somebody else than the selfie shows waits for an operator,
// who is told why.
func TestRecording(t *testing.T) {
	t.Parallel()
	faces := open(t)
	for kind, want := range map[puppet.Kind]identity.Verdict{
		puppet.Honest: {Outcome: identity.Pass}, puppet.Stranger: {Outcome: identity.Unsure, Doubt: liveness.OtherPerson},
	} {
		v, err := faces.Recording(t.Context(), filmed(t, kind, puppet.Conditions{Seed: 5, Rate: 8}))
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		if v.Outcome != want.Outcome || v.Doubt != want.Doubt || v.Reason != "" || len(v.Findings) == 0 {
			t.Errorf("%s: %s %s%s %v", kind, v.Outcome, v.Reason, v.Doubt, v.Findings)
		}
	}
}

// What no client of ours sends is a verdict; only a machine that cannot go on is
// an error.
func TestRecordingOfNothing(t *testing.T) {
	t.Parallel()
	faces := open(t)
	good := filmed(t, puppet.Honest, puppet.Conditions{Seed: 6, Rate: 5, Width: 320, Height: 240})
	for name, test := range map[string]struct {
		change func(*liveness.Case)
		want   api.Code
	}{
		"one frame": {func(c *liveness.Case) { c.Frames = c.Frames[:1] }, api.RecordingBroken},
		"no frame":  {func(c *liveness.Case) { c.Frames = nil }, api.RecordingBroken},
		"no prompt": {func(c *liveness.Case) { c.Prompts = nil }, api.RecordingBroken},
	} {
		c := *good
		test.change(&c)
		if v, err := faces.Recording(t.Context(), &c); err != nil || v.Outcome != identity.Again || v.Reason != test.want {
			t.Errorf("%s: %+v, %v", name, v.Reason, err)
		}
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := faces.Recording(gone, good); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
}

func blank(t testing.TB) []byte {
	t.Helper()
	return encoded(t, image.NewGray(image.Rect(0, 0, 480, 480)))
}

func encoded(t testing.TB, img image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: 90}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// card is a specimen of an identity card as it is photographed.
func card(t testing.TB, p *portraits.Portrait) []byte {
	t.Helper()
	specimen, err := synthetic.NewCard(synthetic.CardData{Surname: "СПЕЦИМЕН"}, p, fonts.Regular)
	if err != nil {
		t.Fatal(err)
	}
	return encoded(t, specimen.Side(synthetic.SceneCardFront))
}

// another is any answer that says that it may be somebody else.
const another identity.Answer = "another"

// small is a portrait cut down to a face of about 60 pixels, as registers have.
func small(t testing.TB, p *portraits.Portrait) []byte {
	t.Helper()
	img, err := jpeg.Decode(bytes.NewReader(p.JPEG))
	if err != nil {
		t.Fatal(err)
	}
	b := img.Bounds()
	out := image.NewRGBA(image.Rect(0, 0, 200, 200*b.Dy()/b.Dx()))
	draw.CatmullRom.Scale(out, out.Rect, img, b, draw.Src, nil)
	return encoded(t, out)
}

// The selfie is surely the person of the register's portrait and of the card, in
// pictures of a stamp's size, too; of another's portrait it never is; and without
// a face or a portrait nothing is sure.
func TestMatch(t *testing.T) {
	t.Parallel()
	faces := open(t)
	own, other := &portraits.All()[0], &portraits.All()[1]
	selfie, err := puppet.Selfie(puppet.Conditions{Seed: 7})
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		selfie, register, card []byte
		want                   [2]identity.Answer
	}{
		"the same person":       {selfie, own.JPEG, card(t, own), [2]identity.Answer{identity.Same, identity.Same}},
		"a small portrait":      {selfie, small(t, own), card(t, own), [2]identity.Answer{identity.Same, identity.Same}},
		"another's register":    {selfie, other.JPEG, card(t, own), [2]identity.Answer{another, identity.Same}},
		"another's card":        {selfie, own.JPEG, card(t, other), [2]identity.Answer{identity.Same, another}},
		"nobody's portrait":     {selfie, blank(t), nil, [2]identity.Answer{identity.NoFace, identity.Absent}},
		"a selfie of nobody":    {blank(t), own.JPEG, nil, [2]identity.Answer{identity.NoFace, identity.Absent}},
		"a portrait of no form": {selfie, []byte("<svg/>"), nil, [2]identity.Answer{identity.NoFace, identity.Absent}},
	} {
		m, err := faces.Match(t.Context(), test.selfie, test.register, test.card)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for i, p := range m.Pairs {
			other := p.Answer == identity.Doubtful || p.Answer == identity.Different
			if p.Answer != test.want[i] && (test.want[i] != another || !other) {
				t.Errorf("%s: %+v, want %v", name, m.Pairs, test.want)
			}
		}
		if m.Sure() != (test.want == [2]identity.Answer{identity.Same, identity.Same}) {
			t.Errorf("%s is sure: %v", name, m.Sure())
		}
	}
}

// A library that is not there is told as what it is.
func TestOpenWithoutTheLibrary(t *testing.T) {
	t.Parallel()
	if _, err := identity.Open("/no/such/libonnxruntime.so"); !errors.Is(err, face.ErrNoRuntime) {
		t.Errorf("%v", err)
	}
}

func BenchmarkRecording(b *testing.B) {
	faces := open(b)
	c := filmed(b, puppet.Honest, puppet.Conditions{Seed: 5})
	for b.Loop() {
		if _, err := faces.Recording(b.Context(), c); err != nil {
			b.Fatal(err)
		}
	}
}
