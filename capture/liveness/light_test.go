package liveness

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"qoltanba/capture/face"
)

// glow simulates the tints of a face before a screen: amplitude is the screen's light as a share of the skin's own.
func glow(rng *rand.Rand, l *Light, begins uint32, amplitude, noise float64, every uint32) []tint {
	var out []tint
	drift := [3]float64{rng.NormFloat64() * 0.02, rng.NormFloat64() * 0.02, rng.NormFloat64() * 0.02}
	for at := l.From - LeadMillis; at < l.Until; at += every {
		t := tint{at: at}
		if at >= begins && at < begins+uint32(len(l.Colours))*l.Slot {
			lit := l.Colours[(at-begins)/l.Slot].rgb()
			for c := range lit {
				t.c[c] = math.Log1p(amplitude*lit[c]) / 2.2
			}
		}
		for c := range t.c {
			t.c[c] += drift[c]*(float64(at)-float64(l.From))/4000 + rng.NormFloat64()*noise
		}
		t.c = unbiased(t.c)
		out = append(out, t)
	}
	return out
}

func lightOf(rng *rand.Rand) *Light {
	return &Light{Colours: NewColours(rng.IntN), Slot: SlotMillis, From: 14_000, Until: 14_000 + LightMillis}
}

func TestLightIsFoundInItsOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 1))
	for range 100 {
		l := lightOf(rng)
		begins := l.From + LeadMillis + uint32(rng.IntN(900))
		got := findLight(glow(rng, l, begins, 0.03, 0.002, 100), l)
		if got.signal < limit.lightSignal || got.shown < limit.lightOrder || got.shown <= got.other {
			t.Errorf("signal %.1f, shown %.2f, other %.2f", got.signal, got.shown, got.other)
		}
		if off := math.Abs(float64(got.startAt) - float64(begins)); off > 160 {
			t.Errorf("found %v ms from where it begins", off)
		}
	}
}

func TestAnotherOrderIsSeenAsAnother(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 1))
	for range 100 {
		shown, asked := lightOf(rng), lightOf(rng)
		if slices.Equal(shown.Colours, asked.Colours) {
			continue
		}
		got := findLight(glow(rng, shown, shown.From+LeadMillis, 0.05, 0.002, 100), asked)
		if got.shown > got.other || got.other < limit.lightOtherOrder {
			t.Errorf("shown %.2f, other %.2f", got.shown, got.other)
		}
	}
}

// TestNoLightIsNoAccusation is the measurement behind light_signal and light_other_signal: what noise alone looks like.
func TestNoLightIsNoAccusation(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 1))
	trials := 400
	if testing.Short() {
		trials = 50
	}
	var signals []float64
	passed, accused := 0, 0
	for range trials {
		l := lightOf(rng)
		got := findLight(glow(rng, l, l.From+LeadMillis, 0, 0.004, 100), l)
		signals = append(signals, got.signal)
		if got.signal >= limit.lightSignal && got.shown >= limit.lightOrder && got.shown > got.other {
			passed++
		}
		if got.signal >= limit.lightOtherSignal && got.other >= limit.lightOtherOrder {
			accused++
		}
	}
	slices.Sort(signals)
	t.Logf("signal of noise: median %.2f, 99%% %.2f, most %.2f; passed %d, accused %d of %d",
		signals[trials/2], signals[trials*99/100], signals[trials-1], passed, accused, trials)
	if passed > 0 || accused > 0 {
		t.Errorf("noise passed %d times and was accused %d times of %d", passed, accused, trials)
	}
}

func TestTooFewFramesTellNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 1))
	l := lightOf(rng)
	for _, tints := range [][]tint{nil, glow(rng, l, l.From, 0.1, 0, 700)} {
		if got := findLight(tints, l); got.enough || got.signal != 0 {
			t.Errorf("%d tints: %+v", len(tints), got)
		}
	}
}

// TestTint holds the same face in two forms of picture against each other, and the skin against the room.
func TestTint(t *testing.T) {
	var m face.Mesh
	for i := range m {
		x, y := spot(i)
		m[i] = face.Point{X: float32(160 + 80*x), Y: float32(120 + 80*y)}
	}
	m[face.CheekLeft], m[face.CheekRight] = face.Point{X: 120, Y: 120}, face.Point{X: 200, Y: 120}
	m[face.Forehead], m[face.Chin] = face.Point{X: 160, Y: 70}, face.Point{X: 160, Y: 170}
	rgba := image.NewRGBA(image.Rect(0, 0, 320, 240))
	for y := range 240 {
		for x := range 320 {
			c := color.RGBA{100, 100, 100, 255}
			if x > 100 && x < 220 {
				c = color.RGBA{150, 110, 90, 255}
			}
			rgba.SetRGBA(x, y, c)
		}
	}
	ycc := image.NewYCbCr(rgba.Rect, image.YCbCrSubsampleRatio444)
	for y := range 240 {
		for x := range 320 {
			c := rgba.RGBAAt(x, y)
			i := ycc.YOffset(x, y)
			ycc.Y[i], ycc.Cb[i], ycc.Cr[i] = color.RGBToYCbCr(c.R, c.G, c.B)
		}
	}
	want := unbiased([3]float64{math.Log(151. / 101), math.Log(111. / 101), math.Log(91. / 101)})
	for _, img := range []image.Image{rgba, ycc} {
		got, ok := tintOf(img, &m, 7)
		if !ok || got.at != 7 {
			t.Fatalf("%T: not measured", img)
		}
		for c := range want {
			if math.Abs(got.c[c]-want[c]) > 0.02 {
				t.Errorf("%T: channel %d is %.3f, want %.3f", img, c, got.c[c], want[c])
			}
		}
	}
	if _, ok := tintOf(image.NewRGBA(image.Rect(0, 0, 8, 8)), &m, 0); ok {
		t.Error("a picture without room for the face was measured")
	}
}

func TestNewColours(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 1))
	firsts := map[Colour]int{}
	for range 600 {
		c := NewColours(rng.IntN)
		firsts[c[0]]++
		slices.Sort(c)
		if len(c) != 6 || len(slices.Compact(c)) != 6 {
			t.Fatalf("not every colour once: %v", c)
		}
	}
	for c, n := range firsts {
		if n < 60 || n > 140 {
			t.Errorf("%s came first %d times of 600", c, n)
		}
		if r, g, b := c.RGB(); r+g+b < 1 || r+g+b > 2 {
			t.Errorf("%s has lights %v %v %v", c, r, g, b)
		}
	}
	if 1000/SlotMillis >= 3 {
		t.Error("more than three changes a second")
	}
}
