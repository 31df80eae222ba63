//go:build demo && linux

package desktop

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"image"
	"image/jpeg"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"fyne.io/fyne/v2/driver/software"

	"qoltanba/app/support/soak"
	"qoltanba/capture/camera"
	"qoltanba/capture/camera/synthetic"
)

var (
	soakTime  = flag.Duration("soak", 3*time.Second, "how long the camera's live picture is watched")
	soakTable = flag.String("soak-table", "", "file that gets the table of what was measured")
)

// soakTitle stands over the table.
const soakTitle = `make soak
The live picture of the camera check, from a synthetic camera of thirty frames a second of 640x480, drawn once a second. After each row
the camera is pulled out and put back. %s/%s, %d processors, the toolkit's software painter.

`

// soakSamples is how many rows the table has: one a minute when the soak takes an hour.
const soakSamples = 60

// wave is a camera's picture that is never the same twice in a second, and about as hard to decode as a real one.
type wave [][]byte

func newWave(t *testing.T) wave {
	t.Helper()
	var w wave
	for n := range 30 {
		img := image.NewYCbCr(image.Rect(0, 0, 640, 480), image.YCbCrSubsampleRatio420)
		for i := range img.Y {
			img.Y[i] = byte(i*i/977 + n*9)
		}
		for i := range img.Cb {
			img.Cb[i], img.Cr[i] = byte(i/320+n*5), byte(i%320-n*7)
		}
		var b bytes.Buffer
		if err := jpeg.Encode(&b, img, nil); err != nil {
			t.Fatal(err)
		}
		w = append(w, b.Bytes())
	}
	return w
}

func (w wave) JPEG(n uint64, _ camera.Format) ([]byte, error) { return w[n%uint64(len(w))], nil }

// hasty is a system whose cameras send thirty frames a second, whatever they are asked for, as many real ones do.
type hasty struct {
	camera.System
	frames atomic.Int64
}

func (h *hasty) Open(ctx context.Context, id string, want camera.Format) (camera.Stream, error) {
	want.Rate = 30
	s, err := h.System.Open(ctx, id, want)
	return &counted{s, h}, err
}

type counted struct {
	camera.Stream
	system *hasty
}

func (c *counted) Next(ctx context.Context) (camera.Frame, error) {
	f, err := c.Stream.Next(ctx)
	if err == nil {
		c.system.frames.Add(1)
	}
	return f, err
}

// TestCameraPreviewStaysFlat watches the camera check's live picture and pulls the camera once between two looks at what the process holds.
// The full form is "make soak".
func TestCameraPreviewStaysFlat(t *testing.T) {
	device := synthetic.NewDevice("usb", "USB Camera", newWave(t))
	system := &hasty{System: synthetic.NewSystem(device)}
	c := newComputer(t)
	d := show(t, Config{Open: c.open, Cameras: system})
	d.untilScreen("welcome")
	d.press("welcome.main")
	d.untilScreen("camera")
	d.until("the picture", d.live)

	count := soakSamples
	if *soakTime < time.Minute {
		count = 2
	}
	rows := make([]soak.Row, 0, count+1)
	begin := time.Now()
	for n := range count + 1 {
		d.watch(begin.Add(*soakTime * time.Duration(n) / time.Duration(count)))
		row, err := soak.Take(time.Since(begin), system.frames.Load())
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
		if n < count {
			device.Plug(false)
			d.until("the remedy", func() bool { return d.feed.fault != nil })
			device.Plug(true)
			d.until("the picture by itself", d.live)
		}
	}
	soak.Report(t, fmt.Sprintf(soakTitle, runtime.GOOS, runtime.GOARCH, runtime.NumCPU()), "frames", *soakTable, rows)
}

// watch lets the interface run and draws it once a second, until a time. The empty canvas is drawn for what the toolkit does beside drawing: it
// forgets the widgets that are on no screen any more. The test's own canvas leaves that out.
func (d *desk) watch(end time.Time) {
	over := time.After(time.Until(end))
	empty := software.NewCanvas()
	draw := time.NewTicker(time.Second)
	defer draw.Stop()
	d.window.Canvas().Capture()
	for {
		d.runLine()
		select {
		case <-d.posted:
		case <-draw.C:
			d.window.Canvas().Capture()
			empty.Capture()
		case <-over:
			return
		}
	}
}
