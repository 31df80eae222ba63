//go:build demo && linux

package desktop

import (
	"bytes"
	"cmp"
	"context"
	"flag"
	"fmt"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"text/tabwriter"
	"time"

	"fyne.io/fyne/v2/driver/software"

	"qoltanba/capture/camera"
	"qoltanba/capture/camera/synthetic"
)

var (
	soak      = flag.Duration("soak", 3*time.Second, "how long the camera's live picture is watched")
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

// soaked is one row of the table.
type soaked struct {
	at          time.Duration
	frames      int64
	rss         float64 // MiB
	heap        float64 // MiB, after collection
	goroutines  int
	descriptors int
}

func takeSoaked(t *testing.T, at time.Duration, frames int64) soaked {
	t.Helper()
	statm, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Fatal(err)
	}
	var size, pages int
	if _, err := fmt.Sscan(string(statm), &size, &pages); err != nil {
		t.Fatal(err)
	}
	open, err := filepath.Glob("/proc/self/fd/*")
	if err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	const mib = 1 << 20
	return soaked{at, frames, float64(pages*os.Getpagesize()) / mib, float64(m.HeapAlloc) / mib, runtime.NumGoroutine(), len(open)}
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
	if *soak < time.Minute {
		count = 2
	}
	rows := make([]soaked, 0, count+1)
	begin := time.Now()
	for n := range count + 1 {
		d.watch(begin.Add(*soak * time.Duration(n) / time.Duration(count)))
		rows = append(rows, takeSoaked(t, time.Since(begin), system.frames.Load()))
		if n < count {
			device.Plug(false)
			d.until("the remedy", func() bool { return d.feed.fault != nil })
			device.Plug(true)
			d.until("the picture by itself", d.live)
		}
	}
	table := fmt.Sprintf(soakTitle, runtime.GOOS, runtime.GOARCH, runtime.NumCPU()) + writeSoaked(rows)
	t.Log("\n" + table)
	if *soakTable != "" {
		if err := os.WriteFile(*soakTable, []byte(table), 0o600); err != nil {
			t.Error(err)
		}
	}
	checkFlat(t, rows)
}

// watch lets the interface run and draws it once a second, until a time. The empty canvas is drawn for what the toolkit does beside drawing: it
// forgets the widgets that are on no screen any more. The test's own canvas leaves that out.
func (d *desk) watch(end time.Time) {
	over := time.After(time.Until(end))
	empty := software.NewCanvas()
	draw := time.NewTicker(time.Second)
	defer draw.Stop()
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

func writeSoaked(rows []soaked) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	_, _ = fmt.Fprintln(w, "time\tframes\tRSS, MiB\theap, MiB\tgoroutines\tdescriptors\t")
	for _, r := range rows {
		_, _ = fmt.Fprintf(w, "%v\t%d\t%.1f\t%.1f\t%d\t%d\t\n", r.at.Round(time.Second), r.frames, r.rss, r.heap, r.goroutines, r.descriptors)
	}
	_ = w.Flush()
	return b.String()
}

// checkFlat compares the last quarter of the rows with the second one: the first warms up.
func checkFlat(t *testing.T, rows []soaked) {
	t.Helper()
	last := rows[len(rows)-1]
	if last.frames == 0 {
		t.Fatal("no frame came")
	}
	if first := rows[0]; last.goroutines > first.goroutines+2 || last.descriptors > first.descriptors+2 {
		t.Errorf("goroutines %d, then %d; descriptors %d, then %d", first.goroutines, last.goroutines, first.descriptors, last.descriptors)
	}
	if len(rows) < soakSamples {
		return
	}
	quarter := len(rows) / 4
	early, late := rows[quarter:2*quarter], rows[len(rows)-quarter:]
	if was, is := middle(early, soaked.residentOf), middle(late, soaked.residentOf); is > was*1.05+4 {
		t.Errorf("RSS grows: %.1f MiB, then %.1f", was, is)
	}
	if was, is := middle(early, soaked.heapOf), middle(late, soaked.heapOf); is > was+1 {
		t.Errorf("the heap grows: %.1f MiB, then %.1f", was, is)
	}
}

func (s soaked) residentOf() float64 { return s.rss }
func (s soaked) heapOf() float64     { return s.heap }

func middle(rows []soaked, of func(soaked) float64) float64 {
	values := make([]float64, len(rows))
	for i, r := range rows {
		values[i] = of(r)
	}
	slices.SortFunc(values, cmp.Compare[float64])
	return values[len(values)/2]
}
