//go:build cgo && linux

package face

import (
	"bytes"
	"image"
	"image/draw"
	"image/jpeg"
	"syscall"
	"testing"
	"time"

	scaling "golang.org/x/image/draw"
)

// frame is a picture as a camera sends it, 4:2:0, the portrait filling its height.
func frame(b *testing.B, width, height int) []byte {
	b.Helper()
	p := portrait(b)
	canvas := image.NewRGBA(image.Rect(0, 0, width, height))
	w := height * p.Bounds().Dx() / p.Bounds().Dy()
	scaling.BiLinear.Scale(canvas, image.Rect((width-w)/2, 0, (width+w)/2, height), p, p.Bounds(), draw.Src, nil)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, canvas, &jpeg.Options{Quality: 85}); err != nil {
		b.Fatal(err)
	}
	return out.Bytes()
}

func decode(b *testing.B, data []byte) image.Image {
	b.Helper()
	img, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		b.Fatal(err)
	}
	return img
}

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
	each := (spent() - before) / time.Duration(b.N)
	b.ReportMetric(float64(each.Microseconds())/1000, "cpu-ms")
	b.ReportMetric(float64(time.Second)/float64(each), "a-core-second")
}

// BenchmarkGuidance is what the window does with each picture of the camera: observe and assess, the search for other faces in every eighth.
func BenchmarkGuidance(b *testing.B) {
	for _, size := range []struct {
		name          string
		width, height int
	}{{"640x480", 640, 480}, {"1280x720", 1280, 720}} {
		data := frame(b, size.width, size.height)
		b.Run(size.name, func(b *testing.B) {
			img, tracker := decode(b, data), shared.NewTracker()
			var o Observation
			processor(b, func() {
				if n, err := tracker.Observe(img, &o); err != nil || n != 1 {
					b.Fatal(n, err)
				}
				Assess(img, &o)
			})
		})
		b.Run(size.name+"-with-jpeg", func(b *testing.B) {
			tracker := shared.NewTracker()
			var o Observation
			processor(b, func() {
				img := decode(b, data)
				if n, err := tracker.Observe(img, &o); err != nil || n != 1 {
					b.Fatal(n, err)
				}
				Assess(img, &o)
			})
		})
	}
}

// BenchmarkMatch finds the faces in two decoded portraits, draws their prints and compares them.
func BenchmarkMatch(b *testing.B) {
	img := decode(b, frame(b, 640, 480))
	processor(b, func() {
		var prints [2]Print
		for i := range prints {
			var o Observation
			if _, err := shared.Find(img, &o); err != nil {
				b.Fatal(err)
			}
			var err error
			if prints[i], err = shared.Print(img, &o.Mesh); err != nil {
				b.Fatal(err)
			}
		}
		if l := Compare(&prints[0], &prints[1]); l.Verdict() != Same {
			b.Fatal(l)
		}
	})
}

// Parts of the way, to see where the time goes.
func BenchmarkParts(b *testing.B) {
	img := decode(b, frame(b, 640, 480))
	var o Observation
	if _, err := shared.Find(img, &o); err != nil {
		b.Fatal(err)
	}
	l, err := shared.borrow()
	if err != nil {
		b.Fatal(err)
	}
	defer shared.give(l)
	if err := l.prepare(shared); err != nil {
		b.Fatal(err)
	}
	at := o.Mesh.region()
	parts := []struct {
		name string
		run  func() error
	}{
		{"cut-mesh", func() error {
			l.raster.warp(img, similarity(at.x, at.y, at.side, at.angle, meshSide), meshSide, 1.0/255, 0, l.mesh.Input())
			return nil
		}},
		{"run-mesh", func() error { return l.mesh.Run() }},
		{"cut-detector", func() error {
			l.raster.warp(img, similarity(320, 240, 640, 0, detectorSide), detectorSide, 1/127.5, -1, l.detector.Input())
			return nil
		}},
		{"run-detector", func() error { return l.detector.Run() }},
		{"assess", func() error { Assess(img, &o); return nil }},
		{"run-mobilefacenet", func() error { return l.mobile.Run() }},
		{"run-resnet", func() error { return l.resNet.Run() }},
	}
	for _, p := range parts {
		b.Run(p.name, func(b *testing.B) {
			processor(b, func() {
				if err := p.run(); err != nil {
					b.Fatal(err)
				}
			})
		})
	}
}
