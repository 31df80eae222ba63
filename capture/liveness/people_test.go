//go:build cgo

package liveness

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"qoltanba/assets/models/embedders"
	"qoltanba/capture/face"
)

var clips = flag.String("clips", "", "folder of clips of people, each a folder of JPEGs, ten a second: measure what genuine recordings show")

// TestPeople prints what clips of people show of the numbers in thresholds.json that a film can tell. It takes no side: a puppet must not set a
// threshold, and few people are no measurement of error rates.
func TestPeople(t *testing.T) {
	if *clips == "" {
		t.Skip("needs -clips: films of people are not part of the repository")
	}
	engine, err := face.OpenMatcher("", face.Embedders{Mobile: embedders.MobileFaceNet, ResNet: embedders.ResNet})
	if err != nil {
		t.Fatal(err)
	}
	folders, err := os.ReadDir(*clips)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range folders {
		if !f.IsDir() {
			continue
		}
		names, _ := filepath.Glob(filepath.Join(*clips, f.Name(), "*.jpg"))
		if len(names) < 50 {
			continue
		}
		t.Run(f.Name(), func(t *testing.T) { measureClip(t, engine, names) })
	}
	if err := engine.Close(); err != nil {
		t.Fatal(err)
	}
}

func measureClip(t *testing.T, engine *face.Engine, names []string) {
	c := &Case{}
	for i, name := range names[:min(len(names), 2000)] {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		c.Frames = append(c.Frames, Frame{Index: i, Millis: uint32(100 * i), JPEG: data})
	}
	q := &inquiry{engine: engine, c: c, looks: make([]look, len(c.Frames))}
	if err := q.watch(t.Context()); err != nil {
		t.Fatal(err)
	}
	var yaw, pitch, width []float64
	for i := range q.looks {
		if l := &q.looks[i]; l.seen {
			yaw, pitch, width = append(yaw, l.obs.Pose.Yaw), append(pitch, l.obs.Pose.Pitch), append(width, l.obs.Width)
		}
	}
	t.Logf("%d of %d frames with one face", len(yaw), len(q.looks))
	t.Logf("width %s, yaw %s, pitch %s", spread(width), spread(yaw), spread(pitch))
	q.base = neutral{pose: face.Angles{Yaw: median(yaw), Pitch: median(pitch)}, width: median(width)}
	clipStill(t, q)
	clipBlinks(t, q)
	clipSteps(t, q)
	clipSolid(t, q, turning)
	clipSolid(t, q, nodding)
	clipLikeness(t, q)
}

// clipStill tells how often a straight look is found, and how the eyes behave.
func clipStill(t *testing.T, q *inquiry) {
	var finder straightFinder
	var lids eyelids
	found, n, shut := 0, 0, 0
	var ratios []float64
	for i := range q.looks {
		s, ok := sampleOf(&q.looks[i].obs, q.looks[i].at)
		if !ok {
			continue
		}
		n++
		if _, ok := finder.add(s); ok {
			found++
		}
		dip, ratio := lids.dip(&s)
		ratios = append(ratios, ratio)
		if dip >= 1 {
			shut++
		}
	}
	t.Logf("straight and still in %d of %d frames; openness over the usual %s, shut in %d", found, n, spread(ratios), shut)
}

// clipBlinks tells what the pixels of the eyes show, and when: the times can be looked at in the film.
func clipBlinks(t *testing.T, q *inquiry) {
	all := q.glances()
	var open, rest, strength []float64
	var when []string
	shut := false
	for i := range all {
		s := &all[i].shares
		open, rest, strength = append(open, s.eye()), append(rest, s.rest()), append(strength, all[i].strength)
		closed := s.eye() <= limit.lidShut && s.rest() >= limit.lidRest && opensAbout(all, i)
		if closed && !shut {
			when = append(when, fmt.Sprintf("%.1f s: %.2f", float64(all[i].at)/1000, s.eye()))
		}
		shut = closed
	}
	n, _ := blinksOf(all)
	t.Logf("%d blinks in %d straight frames: %s", n, len(all), strings.Join(when, ", "))
	t.Logf("left of the eyes %s, of brows and nostrils %s; strength of their usual pattern %s", spread(open), spread(rest), spread(strength))
}

// clipSteps tells how far a face goes between frames, and how alike two pictures a second and more apart may be.
func clipSteps(t *testing.T, q *inquiry) {
	var steps, nearest []float64
	for i := 1; i < len(q.looks); i++ {
		if q.looks[i].seen && q.looks[i-1].seen {
			steps = append(steps, stepOf(&q.looks[i-1].obs, &q.looks[i].obs))
		}
		if least := q.nearest(i); !math.IsInf(least, 0) {
			nearest = append(nearest, least)
		}
	}
	t.Logf("step of the face a frame, in widths %s", spread(steps))
	t.Logf("difference from the likest earlier picture, levels %s", spread(nearest))
}

// clipSolid holds frames turned about an axis against straight ones, alone and by the rule.
func clipSolid(t *testing.T, q *inquiry, a axis) {
	s := new(solidity)
	var scales, depths []float64
	tried, passed := 0, 0
	for i := range q.looks {
		own, other := a.about(q.turned(&q.looks[i]))
		if !q.looks[i].seen || math.Abs(own) < limit.solidLeast || math.Abs(own) > limit.solidMost || math.Abs(other) > aside {
			continue
		}
		tried++
		p, ok, err := q.pair(t.Context(), s, a, i)
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			continue
		}
		scales, depths = append(scales, p.scale), append(depths, p.depth)
		if p.scale >= limit.parallax && p.depth >= limit.depth {
			passed++
		}
	}
	name := [...]string{"turned to a side", "looking up or down"}[a]
	n := len(scales)
	t.Logf("%s: %d frames, %d measured, %d pass alone", name, tried, n, passed)
	if n < 4 {
		return
	}
	rng := rand.New(rand.NewPCG(1, 1))
	const draws = 1000
	good := 0
	for range draws {
		var x, y []float64
		for range 2 * int(limit.turnFrames) {
			k := rng.IntN(n)
			x, y = append(x, scales[k]), append(y, depths[k])
		}
		if median(x) >= limit.parallax && median(y) >= limit.depth {
			good++
		}
	}
	t.Logf("%s: parallax %s, depth %s; medians of %d drawn frames pass %d of %d times",
		name, spread(scales), spread(depths), 2*int(limit.turnFrames), good, draws)
}

// clipLikeness compares frames with one of the first straight ones.
func clipLikeness(t *testing.T, q *inquiry) {
	var first *face.Print
	var frontal, aside []float64
	verdicts := map[face.Verdict]int{}
	for i := 0; i < len(q.looks); i += 7 {
		l := &q.looks[i]
		straight := q.straight(l, limit.frontal)
		if !l.seen || first == nil && !straight {
			continue
		}
		p, err := q.print(t.Context(), i)
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = &p
			continue
		}
		like := face.Compare(first, &p)
		if straight {
			frontal = append(frontal, like.Cosine)
			verdicts[like.Verdict()]++
		} else {
			aside = append(aside, like.Cosine)
		}
	}
	t.Logf("likeness of straight frames %s, verdicts %v; of others %s", spread(frontal), verdicts, spread(aside))
}

// spread writes least, tenth, median, nine tenths and most.
func spread(v []float64) string {
	if len(v) == 0 {
		return "none"
	}
	slices.Sort(v)
	var out []string
	for _, at := range []int{0, len(v) / 10, len(v) / 2, len(v) * 9 / 10, len(v) - 1} {
		out = append(out, strconv.FormatFloat(v[at], 'g', 3, 64))
	}
	return strings.Join(out, "/")
}
