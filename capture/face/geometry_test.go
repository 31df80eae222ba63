package face

import (
	"fmt"
	"log/slog"
	"math"
	"strings"
	"testing"
)

// head is a mesh of named landmarks only, on a ball of radius 100 around (200, 200), turned: degrees as in [Angles].
func head(yaw, pitch, roll float64) *Mesh {
	var m Mesh
	rad := func(d float64) float64 { return d * math.Pi / 180 }
	put := func(landmark int, x, y, z float64) {
		// Nodding first, then turning, then tilting. z points away from the camera: looking down brings the forehead nearer.
		s, c := math.Sincos(rad(pitch))
		y, z = y*c-z*s, y*s+z*c
		s, c = math.Sincos(rad(yaw))
		x, z = x*c-z*s, x*s+z*c
		s, c = math.Sincos(rad(roll))
		x, y = x*c-y*s, x*s+y*c
		m[landmark] = Point{float32(200 + x), float32(200 + y), float32(z)}
	}
	for i := range m {
		m[i] = Point{200, 200, 0}
	}
	put(CheekLeft, -100, 0, 0)
	put(CheekRight, 100, 0, 0)
	put(Forehead, 0, -100, 0)
	put(Chin, 0, 100, 0)
	put(NoseTip, 0, 0, -100)
	put(EyeLeftOuter, -60, -40, -60)
	put(EyeLeftInner, -20, -40, -60)
	put(EyeRightIn, 20, -40, -60)
	put(EyeRightOut, 60, -40, -60)
	for _, lid := range []struct {
		up, down int
		x        float64
	}{{160, 144, -47}, {158, 153, -33}, {385, 380, 33}, {387, 373, 47}} {
		put(lid.up, lid.x, -46, -60)
		put(lid.down, lid.x, -34, -60)
	}
	return &m
}

func TestPoseTellsLeftFromRightAndUpFromDown(t *testing.T) {
	t.Parallel()
	for _, want := range []Angles{{0, 0, 0}, {20, 0, 0}, {-30, 0, 0}, {0, 15, 0}, {0, -25, 0}, {0, 0, 12}, {0, 0, -40}} {
		m := head(want.Yaw, want.Pitch, want.Roll)
		got := pose(m).Sub(want)
		if math.Abs(got.Yaw) > 0.01 || math.Abs(got.Pitch) > 0.01 || math.Abs(got.Roll) > 0.01 {
			t.Errorf("%+v is off by %+v", want, got)
		}
		nose, middle := m[NoseTip], float32(200)
		if want.Yaw > 0 && nose.X <= middle || want.Yaw < 0 && nose.X >= middle {
			t.Errorf("at a yaw of %v the nose points to %v", want.Yaw, nose)
		}
		if want.Pitch > 0 && nose.Y <= middle || want.Pitch < 0 && nose.Y >= middle {
			t.Errorf("at a pitch of %v the nose points to %v", want.Pitch, nose)
		}
		if want.Roll > 0 && m[EyeRightOut].Y <= m[EyeLeftOuter].Y {
			t.Errorf("at a roll of %v the picture's right eye is not lower", want.Roll)
		}
	}
}

func TestEyesDoNotChangeWithTheTurn(t *testing.T) {
	t.Parallel()
	want := eyes(head(0, 0, 0))
	if math.Abs(want.Left-0.3) > 1e-3 || math.Abs(want.Right-0.3) > 1e-3 || math.Abs(want.Mean()-0.3) > 1e-3 {
		t.Fatalf("eyes 40 wide and 12 open are %+v", want)
	}
	if got := eyes(head(25, 10, 5)); math.Abs(got.Mean()-0.3) > 1e-3 {
		t.Errorf("turned, they are %+v", got)
	}
	if got := eyes(new(Mesh)); got != (Eyes{}) {
		t.Errorf("a mesh of one point has eyes %+v", got)
	}
}

func TestAlignBringsPointsToTheirPlaces(t *testing.T) {
	t.Parallel()
	var m Mesh
	truth := similarity(300, 220, 140, 0.3, mobileSide) // from the square to the picture
	for _, p := range arcFace {
		x, y := truth.apply(p.x, p.y)
		m[p.a], m[p.b] = Point{float32(x), float32(y), 0}, Point{float32(x), float32(y), 0}
	}
	got, ok := m.align(&arcFace)
	if !ok || math.Abs(got.A-truth.A) > 1e-4 || math.Abs(got.B-truth.B) > 1e-4 || math.Abs(got.C-truth.C) > 1e-2 || math.Abs(got.F-truth.F) > 1e-2 {
		t.Errorf("%+v, want %+v", got, truth)
	}
	back := truth.inverse()
	if x, y := back.apply(truth.apply(17, 63)); math.Abs(x-17) > 1e-9 || math.Abs(y-63) > 1e-9 {
		t.Errorf("there and back is %v, %v", x, y)
	}
	for name, m := range map[string]*Mesh{"one point": {}, "no number": {{float32(math.NaN()), 0, 0}}} {
		m[EyeLeftOuter].X = m[0].X
		if _, ok := m.align(&arcFace); ok {
			t.Errorf("%s can be aligned", name)
		}
	}
}

func TestSuppressLeavesOneOfEachFace(t *testing.T) {
	t.Parallel()
	box := func(score, x, y, side float64) candidate {
		return candidate{score: score, x0: x, y0: y, x1: x + side, y1: y + side, leftX: x, rightX: x + side}
	}
	got := suppress([]candidate{box(0.6, 104, 100, 100), box(0.7, 400, 90, 60), box(0.9, 100, 100, 100), box(0.5, 300, 300, 50), box(0.9, 98, 101, 100)})
	if len(got) != 3 {
		t.Fatalf("%d faces: %+v", len(got), got)
	}
	if got[0].score != 0.9 || got[0].x0 < 98 || got[0].x0 > 104 || got[1].x0 != 400 || got[2].x0 != 300 {
		t.Errorf("%+v", got)
	}
	if got := suppress([]candidate{{score: 0.9}, {score: 0.8}}); len(got) != 0 {
		t.Errorf("boxes without a size are faces: %+v", got)
	}
}

func TestVerdictNeedsBothNetworks(t *testing.T) {
	t.Parallel()
	th := Published()
	for _, c := range []struct {
		l    Likeness
		want Verdict
	}{
		{Likeness{th.SameCosine.Value, th.SameDistance.Value}, Same},
		{Likeness{th.SameCosine.Value, th.SameDistance.Value + 0.01}, Unsure},
		{Likeness{th.SameCosine.Value - 0.01, th.SameDistance.Value}, Unsure},
		{Likeness{th.DifferentCosine.Value, th.DifferentDistance.Value}, Different},
		{Likeness{th.DifferentCosine.Value + 0.01, th.DifferentDistance.Value}, Unsure},
		{Likeness{1, 2}, Unsure},
		{Likeness{math.NaN(), 0}, Unsure},
		{Likeness{1, math.NaN()}, Unsure},
	} {
		if got := c.l.Verdict(); got != c.want {
			t.Errorf("%+v is %v, not %v", c.l, got, c.want)
		}
	}
	for name, x := range map[string]Threshold{"SameCosine": th.SameCosine, "SameDistance": th.SameDistance, "DifferentCosine": th.DifferentCosine, "DifferentDistance": th.DifferentDistance} {
		if x.Value <= 0 || x.Measurement == "" || x.Command == "" {
			t.Errorf("%s says not where it comes from: %+v", name, x)
		}
	}
	if th.SameCosine.Value <= th.DifferentCosine.Value || th.SameDistance.Value >= th.DifferentDistance.Value {
		t.Error("the thresholds overlap")
	}
}

func TestPrintTellsNothing(t *testing.T) {
	t.Parallel()
	p := Print{}
	p.Mobile[0], p.ResNet[0] = 0.123456, 0.654321
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "print", p, "pointer", &p)
	for _, said := range []string{fmt.Sprint(p), fmt.Sprintf("%v %+v %#v %s %d %x %f", p, p, p, p, p, p, p), fmt.Sprintf("%v %+v", &p, struct{ P Print }{p}), log.String()} {
		if strings.Contains(said, "123456") || strings.Contains(said, "654321") || !strings.Contains(said, redacted) {
			t.Errorf("it says %s", said)
		}
	}
}
