//go:build demo

package desktop

import (
	"bytes"
	"image"
	"image/jpeg"
	"testing"
	"time"

	"go.uber.org/goleak"

	"qoltanba/app/api"
	"qoltanba/capture/camera"
	"qoltanba/capture/camera/synthetic"
)

// still is a camera's picture of nothing.
type still []byte

func newStill(t *testing.T) still {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewRGBA(image.Rect(0, 0, 64, 48)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func (s still) JPEG(uint64, camera.Format) ([]byte, error) { return s, nil }

// atCamera takes a window to the camera check, before a camera that does as told.
func atCamera(t *testing.T, prepare func(*synthetic.Device)) (*desk, *synthetic.Device) {
	t.Helper()
	device := synthetic.NewDevice("usb", "USB Camera", newStill(t))
	prepare(device)
	c := newComputer(t)
	d := show(t, Config{Open: c.open, Cameras: synthetic.NewSystem(device)})
	d.untilScreen("welcome")
	d.press("welcome.main")
	d.untilScreen("camera")
	return d, device
}

func (d *desk) live() bool {
	return d.screen() == "camera" && !d.state.Busy && !d.asleep("camera.main")
}

func TestCameraFaultsHaveTheirRemedyAndPass(t *testing.T) {
	cases := map[string]struct {
		fault, well func(*synthetic.Device)
	}{
		"none":      {func(d *synthetic.Device) { d.Plug(false) }, func(d *synthetic.Device) { d.Plug(true) }},
		"busy":      {func(d *synthetic.Device) { d.SetFaults(synthetic.Faults{Open: camera.Busy}) }, healed},
		"denied":    {func(d *synthetic.Device) { d.SetFaults(synthetic.Faults{Open: camera.Denied}) }, healed},
		"unplugged": {func(d *synthetic.Device) { d.SetFaults(synthetic.Faults{UnplugAt: 3}) }, func(d *synthetic.Device) { healed(d); d.Plug(true) }},
		"stalled":   {func(d *synthetic.Device) { d.SetFaults(synthetic.Faults{StallAt: 2, Stall: 1}) }, healed},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			d, device := atCamera(t, c.fault)
			remedy := func() bool {
				return d.says(d.frame.Words().T("camera."+name)) && d.says(d.frame.Words().T("camera."+name+".remedy"))
			}
			d.until("the remedy", remedy)
			if !d.asleep("camera.main") {
				t.Error("the way goes on without a picture")
			}
			d.press("language.ru")
			d.until("the remedy in Russian", remedy)
			c.well(device)
			d.until("the picture by itself", d.live)
			if remedy() {
				t.Error("the remedy outlives the fault")
			}
		})
	}
}

func healed(d *synthetic.Device) { d.SetFaults(synthetic.Faults{}) }

func TestCameraIsTriedAgainOnWish(t *testing.T) {
	d, device := atCamera(t, func(d *synthetic.Device) { d.SetFaults(synthetic.Faults{Open: camera.Busy}) })
	d.until("the remedy", func() bool { return d.frame.Find("camera.retry") != nil })
	healed(device)
	d.press("camera.retry")
	d.until("the picture", d.live)
}

// slowly is a source whose first picture waits, as that of some real cameras does.
type slowly struct {
	still
	asked chan struct{}
	ready chan struct{}
}

func (s slowly) JPEG(n uint64, want camera.Format) ([]byte, error) {
	if n == 0 {
		s.asked <- struct{}{}
		<-s.ready
	}
	return s.still.JPEG(n, want)
}

func TestCameraThatStartsSlowlyIsWaitedFor(t *testing.T) {
	source := slowly{newStill(t), make(chan struct{}, 100), make(chan struct{})}
	device := synthetic.NewDevice("usb", "USB Camera", source)
	device.SetFaults(synthetic.Faults{Open: camera.Busy})
	c := newComputer(t)
	d := show(t, Config{Open: c.open, Cameras: synthetic.NewSystem(device)})
	d.untilScreen("welcome")
	d.press("welcome.main")
	d.until("the remedy", func() bool { return d.frame.Find("camera.retry") != nil })
	healed(device)
	d.until("another try", func() bool { return len(source.asked) == 1 })
	d.feed.tried = time.Time{} // long ago
	for range 3 {
		d.feed.tick()
	}
	close(source.ready)
	d.until("the picture", d.live)
	if n := len(source.asked); n != 1 {
		t.Errorf("the camera was opened %d times while it started", n)
	}
}

func TestCameraPulledOutBeforeASelfieIsTold(t *testing.T) {
	d, device := atCamera(t, func(*synthetic.Device) {})
	d.until("the picture", d.live)
	d.state.Stage = "selfie" // the stage alone: the way there is the journey's
	d.show(true)
	device.Plug(false)
	f := api.FailureOf(api.CameraUnplugged)
	d.until("the failure", func() bool { return d.says(f.Sentence.KK) && d.says(string(api.CameraUnplugged)) })
	device.Plug(true)
	d.until("the failure to pass with the fault", func() bool { return !d.says(f.Sentence.KK) })
}

func TestCloseLetsTheCameraGo(t *testing.T) {
	before := goleak.IgnoreCurrent()
	d, _ := atCamera(t, func(*synthetic.Device) {})
	d.until("the picture", d.live)
	d.close()
	d.runLine()
	goleak.VerifyNone(t, before)
}
