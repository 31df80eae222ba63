//go:build demo && linux

package document_test

import (
	"bytes"
	"image/jpeg"
	"syscall"
	"testing"
	"time"

	"qoltanba/capture/document"
	"qoltanba/capture/document/mrz"
	"qoltanba/capture/document/specimen"
)

// processor runs the loop's body and reports the time of the processor, which other programs disturb less than the clock's.
func processor(b *testing.B, body func()) {
	b.Helper()
	body()
	spent := func() time.Duration {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			b.Fatal(err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	b.ReportAllocs()
	before := spent()
	for b.Loop() {
		body()
	}
	each := max((spent()-before)/time.Duration(b.N), 1)
	b.ReportMetric(float64(each.Microseconds())/1000, "cpu-ms")
	b.ReportMetric(float64(time.Second)/float64(each), "a-core-second")
}

var ordinary = specimen.Shot{Width: 1280, Height: 720, Fill: 0.5, Level: specimen.Medium, Ground: specimen.Wood}

func BenchmarkFind720p(b *testing.B) {
	shot := ordinary
	shot.Ground = specimen.Clutter
	s := take(b, 1, specimen.Back, shot)
	var f document.Finder
	processor(b, func() { f.Find(s.img, document.ID1) })
}

// BenchmarkGuide720p is what a live guide does with each frame: find, measure.
func BenchmarkGuide720p(b *testing.B) {
	s := take(b, 1, specimen.Front, ordinary)
	var f document.Finder
	processor(b, func() {
		if found, ok := f.Find(s.img, document.ID1); ok {
			document.Measure(s.img, document.ID1, found.Corners)
		}
	})
}

func BenchmarkReadZone(b *testing.B) {
	s := take(b, 1, specimen.Back, ordinary)
	straight := document.Rectify(s.img, document.ID1, s.corners)
	r := newReader(b)
	processor(b, func() { r.Read(straight, mrz.TD1) })
}

func BenchmarkExamine720p(b *testing.B) {
	for _, side := range []specimen.Side{specimen.Front, specimen.Back} {
		b.Run(side.String(), func(b *testing.B) {
			s := take(b, 1, side, ordinary)
			x := newExaminer(b)
			processor(b, func() { x.Examine(s.img) })
		})
	}
}

// BenchmarkGlance720p is all that live guidance does with a frame; beside it the decoding of the same frame.
func BenchmarkGlance720p(b *testing.B) {
	for side, want := range map[specimen.Side]document.Side{specimen.Front: document.Front, specimen.Back: document.Back} {
		s := take(b, 1, side, ordinary)
		b.Run(side.String(), func(b *testing.B) {
			x := newExaminer(b)
			processor(b, func() { x.Glance(s.img, want, nil) })
		})
	}
	b.Run("decode", func(b *testing.B) {
		s := take(b, 1, specimen.Back, ordinary)
		var frame bytes.Buffer
		if err := jpeg.Encode(&frame, s.img, &jpeg.Options{Quality: 80}); err != nil {
			b.Fatal(err)
		}
		processor(b, func() {
			if _, err := jpeg.Decode(bytes.NewReader(frame.Bytes())); err != nil {
				b.Fatal(err)
			}
		})
	})
}
