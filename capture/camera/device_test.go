//go:build linux && v4l2

// The tests of this file need real V4L2 devices: testdata/vm/test.sh compiles them and runs them in a virtual machine with the kernel's
// vivid driver and v4l2loopback.
package camera

import (
	"bufio"
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"qoltanba/capture/camera/v4l2test"
)

// open opens the camera of a name, which is listed.
func open(t *testing.T, sys System, name string) (Stream, error) {
	t.Helper()
	list, err := sys.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range list {
		if d.Name == name {
			return sys.Open(t.Context(), d.ID, Format{})
		}
	}
	t.Fatalf("%s is not listed: %v", name, list)
	return nil, nil
}

// opened opens a camera and closes it at the end of the test.
func opened(t *testing.T, sys System, name string) Stream {
	t.Helper()
	s, err := open(t, sys, name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// next reads a frame that must come.
func next(t *testing.T, s Stream) Frame {
	t.Helper()
	f, err := s.Next(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// fate reads frames until the stream ends, which it must do in time.
func fate(t *testing.T, s Stream) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), StallTimeout+10*time.Second)
	defer cancel()
	for {
		if _, err := s.Next(ctx); err != nil && Kind(err) != BadFrame {
			return err
		}
	}
}

// shade is a JPEG whose brightness is n.
func shade(t *testing.T, width, height int) func(n int) []byte {
	t.Helper()
	return func(n int) []byte {
		img := image.NewGray(image.Rect(0, 0, width, height))
		for i := range img.Pix {
			img.Pix[i] = byte(n*8 + i*i/700)
		}
		var b bytes.Buffer
		if err := jpeg.Encode(&b, img, nil); err != nil {
			t.Error(err)
		}
		return b.Bytes()
	}
}

// still gives one frame again and again.
func still(data []byte) func(int) []byte { return func(int) []byte { return data } }

func TestDeviceIsListedAndSendsItsRealSize(t *testing.T) {
	v4l2test.Present(t)
	sys := Default()
	list, err := sys.List(t.Context())
	if err != nil || len(list) != 1 || list[0].Name != v4l2test.Vivid {
		t.Fatalf("%v, %v", list, err)
	}
	for _, want := range []Format{{}, {Width: 700, Height: 500}, {Width: 1280, Height: 720}} {
		s, err := sys.Open(t.Context(), list[0].ID, want)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 5 {
			f := next(t, s)
			b := f.Picture.Bounds()
			if f.Seq != uint64(i) || b.Dx() != f.Width || b.Dy() != f.Height || f.Width < 320 {
				t.Errorf("asked %v, got %v with a picture of %v", want, f, b)
			}
			if i == 4 {
				t.Log(want, f)
			}
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestDeviceSendsItsOwnJPEG(t *testing.T) {
	want := shade(t, 640, 480)(1)
	v4l2test.Feed(t, "MJPG", 640, 480, still(want))
	s := opened(t, Default(), v4l2test.Loopback)
	for range 5 {
		f := next(t, s)
		if !bytes.Equal(f.JPEG, want) || f.Width != 640 || f.Height != 480 {
			t.Fatalf("%v: %d bytes of %d", f, len(f.JPEG), len(want))
		}
		if _, err := f.Decode(); err != nil {
			t.Error(err)
		}
	}
}

// The sizes are those that no camera should have.
func TestDeviceSendsRawFormatsOfAnySize(t *testing.T) {
	for _, f := range []rawFormat{
		{pixelYUYV, 322, 242, 644}, {pixelUYVY, 330, 90, 660}, {pixelNV12, 352, 288, 352}, {pixelYU12, 324, 246, 324},
	} {
		name := string([]byte{byte(f.pixel), byte(f.pixel >> 8), byte(f.pixel >> 16), byte(f.pixel >> 24)})
		t.Run(name, func(t *testing.T) {
			data := paint(f)
			want, err := f.unpack(nil, data)
			if err != nil {
				t.Fatal(err)
			}
			v4l2test.Feed(t, name, f.width, f.height, still(data))
			got := next(t, opened(t, Default(), v4l2test.Loopback))
			if got.Picture == nil || got.Picture.Rect != want.Rect || !bytes.Equal(got.Picture.Y, want.Y) ||
				!bytes.Equal(got.Picture.Cb, want.Cb) || !bytes.Equal(got.Picture.Cr, want.Cr) {
				t.Errorf("%v is another picture", got)
			}
		})
	}
}

func TestDeviceOfExoticFormatsIsUnusable(t *testing.T) {
	v4l2test.Pull(t)
	defer v4l2test.Plug(t)
	sys := Default()
	f := v4l2test.Feed(t, "GREY", 320, 240, still(make([]byte, 320*240)))
	if _, err := open(t, sys, v4l2test.Loopback); Kind(err) != Unusable {
		t.Errorf("got %v", err)
	}
	f.Stop()
	if list, err := sys.List(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("listed without anything to show: %v, %v", list, err)
	}
	v4l2test.Feed(t, "MJPG", 320, 240, shade(t, 320, 240))
	next(t, opened(t, sys, v4l2test.Loopback))
}

func TestDeviceOfExoticFormatsHidesBehindAnother(t *testing.T) {
	v4l2test.Present(t)
	v4l2test.Feed(t, "GREY", 320, 240, still(make([]byte, 320*240)))
	list, err := Default().List(t.Context())
	if err != nil || len(list) != 1 || list[0].Name != v4l2test.Vivid {
		t.Errorf("%v, %v", list, err)
	}
}

func TestDeviceMayBreakFrames(t *testing.T) {
	whole := shade(t, 320, 240)
	v4l2test.Feed(t, "MJPG", 320, 240, func(n int) []byte {
		data := whole(n)
		switch n % 4 {
		case 1:
			return data[:len(data)/2]
		case 3:
			return bytes.Repeat([]byte("x"), len(data))
		}
		return data
	})
	s := opened(t, Default(), v4l2test.Loopback)
	var good, bad int
	for range 24 {
		f, err := s.Next(t.Context())
		switch {
		case Kind(err) == BadFrame:
			bad++
		case err != nil:
			t.Fatal(err)
		default:
			good++
			if _, err := f.Decode(); err != nil {
				t.Error(err)
			}
		}
	}
	if good < 6 || bad < 6 {
		t.Errorf("%d whole frames, %d broken ones", good, bad)
	}
}

func TestDeviceThatOnlyBreaksFramesStalls(t *testing.T) {
	v4l2test.Feed(t, "MJPG", 320, 240, still([]byte("no picture")))
	failed := make(chan error, 1)
	p := NewPreview(Default(), Events{Failed: func(err error) { failed <- err }})
	defer p.Close()
	p.Open(t.Context(), "", Format{})
	select {
	case err := <-failed:
		if Kind(err) != Stalled {
			t.Errorf("got %v", err)
		}
	case <-time.After(2*StallTimeout + 10*time.Second):
		t.Error("nothing was said")
	}
}

func TestDeviceInUseIsBusy(t *testing.T) {
	v4l2test.Present(t)
	sys := Default()
	other := exec.CommandContext(t.Context(), "/proc/self/exe", "-test.run", "^TestHoldDevice$", "-test.v")
	other.Env = append(os.Environ(), "HOLD=1")
	hold, err := other.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	says, err := other.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(says)
	for lines.Scan() && !strings.Contains(lines.Text(), "holding") {
		continue
	}
	if _, err := open(t, sys, v4l2test.Vivid); Kind(err) != Busy {
		t.Errorf("got %v", err)
	}
	_ = hold.Close()
	for lines.Scan() {
		continue
	}
	if err := other.Wait(); err != nil {
		t.Fatal(err)
	}
	next(t, opened(t, sys, v4l2test.Vivid))
}

// TestHoldDevice is the other program of TestDeviceInUseIsBusy.
func TestHoldDevice(t *testing.T) {
	if os.Getenv("HOLD") == "" {
		t.Skip("another test runs it")
	}
	next(t, opened(t, Default(), v4l2test.Vivid))
	t.Log("holding")
	_, _ = os.Stdin.Read(make([]byte, 1))
}

func TestDeviceThatMayNotBeOpenedIsDenied(t *testing.T) {
	if os.Getuid() != 0 {
		if _, err := open(t, Default(), v4l2test.Vivid); Kind(err) != Denied {
			t.Fatalf("got %v", err)
		}
		return
	}
	v4l2test.Present(t)
	for _, mode := range []os.FileMode{0o600, 0} {
		if err := os.Chmod(v4l2test.Node(t, v4l2test.Vivid), mode); err != nil {
			t.Fatal(err)
		}
		asNobody(t)
	}
}

func TestDeviceThatMayBeOpenedComesFirst(t *testing.T) {
	if os.Getuid() != 0 {
		next(t, first(t))
		return
	}
	v4l2test.Feed(t, "MJPG", 320, 240, shade(t, 320, 240)) // by its name it is the first
	for name, mode := range map[string]os.FileMode{v4l2test.Vivid: 0o666, v4l2test.Loopback: 0o600} {
		if err := os.Chmod(v4l2test.Node(t, name), mode); err != nil {
			t.Fatal(err)
		}
	}
	asNobody(t)
}

// first opens the camera that is taken where none was chosen.
func first(t *testing.T) Stream {
	t.Helper()
	s, err := Default().Open(t.Context(), "", Format{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// asNobody runs the test again, in a process without rights.
func asNobody(t *testing.T) {
	t.Helper()
	child := exec.CommandContext(t.Context(), "/proc/self/exe", "-test.run", "^"+t.Name()+"$", "-test.v")
	child.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	if out, err := child.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestDevicePulledOutAndPutBack(t *testing.T) {
	v4l2test.Present(t)
	sys := Default()
	s := opened(t, sys, v4l2test.Vivid)
	next(t, s)
	v4l2test.Pull(t)
	if err := fate(t, s); Kind(err) != Unplugged {
		t.Errorf("got %v", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if list, err := sys.List(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("still listed: %v, %v", list, err)
	}
	if _, err := sys.Open(t.Context(), "", Format{}); Kind(err) != NoDevice {
		t.Errorf("got %v", err)
	}
	v4l2test.Plug(t)
	next(t, opened(t, sys, v4l2test.Vivid))
}

func TestDeviceDisconnected(t *testing.T) {
	v4l2test.Present(t)
	sys := Default()
	s := opened(t, sys, v4l2test.Vivid)
	next(t, s)
	v4l2test.Set(t, v4l2test.Disconnect, 1)
	if err := fate(t, s); Kind(err) != Unplugged {
		t.Errorf("got %v", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	next(t, opened(t, sys, v4l2test.Vivid))
}

func TestDeviceThatSendsNothingStalls(t *testing.T) {
	v4l2test.Present(t)
	feeder := v4l2test.Feed(t, "MJPG", 320, 240, shade(t, 320, 240))
	for name, hold := range map[string]func(on bool){
		v4l2test.Vivid: func(on bool) {
			share := int32(0)
			if on {
				share = 100
			}
			v4l2test.Set(t, v4l2test.Dropped, share)
		},
		v4l2test.Loopback: feeder.Silence,
	} {
		t.Run(name, func(t *testing.T) {
			sys := Default()
			s := opened(t, sys, name)
			next(t, s)
			hold(true)
			if err := fate(t, s); Kind(err) != Stalled {
				t.Errorf("got %v", err)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
			hold(false)
			next(t, opened(t, sys, name))
		})
	}
}

func TestDeviceThatIsNoCameraAnyMore(t *testing.T) {
	v4l2test.Pull(t)
	defer v4l2test.Plug(t)
	sys := Default()
	f := v4l2test.Feed(t, "MJPG", 320, 240, shade(t, 320, 240))
	s := opened(t, sys, v4l2test.Loopback)
	next(t, s)
	f.Stop()
	if err := fate(t, s); Kind(err) != Stalled && Kind(err) != Unplugged {
		t.Errorf("got %v", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if _, err := sys.Open(t.Context(), "", Format{}); err == nil {
		t.Error("it opens without a feeder")
	}
	if _, err := sys.Open(t.Context(), "", Format{}); Kind(err) != NoDevice {
		t.Errorf("got %v", err)
	}
}

func TestDeviceWithABrokenFrameGoesOn(t *testing.T) {
	v4l2test.Present(t)
	s := opened(t, Default(), v4l2test.Vivid)
	next(t, s)
	v4l2test.Set(t, v4l2test.BrokenFrame, 1)
	for range 5 {
		if _, err := s.Next(t.Context()); err != nil && Kind(err) != BadFrame {
			t.Fatal(err)
		}
	}
}

func TestDeviceWhoseStreamDiesEndsInTime(t *testing.T) {
	v4l2test.Present(t)
	sys := Default()
	s := opened(t, sys, v4l2test.Vivid)
	next(t, s)
	v4l2test.Set(t, v4l2test.FatalStreamError, 1)
	if err := fate(t, s); Kind(err) != Stalled {
		t.Errorf("got %v", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	next(t, opened(t, sys, v4l2test.Vivid))
}

func TestDeviceThatDoesNotStartLeavesNothingBehind(t *testing.T) {
	v4l2test.Present(t)
	sys := Default()
	for name, c := range map[string]v4l2test.Control{"queue": v4l2test.NoQueue, "buffer": v4l2test.NoBuffer, "start": v4l2test.NoStart} {
		t.Run(name, func(t *testing.T) {
			before := held(t)
			v4l2test.Set(t, c, 1)
			if _, err := open(t, sys, v4l2test.Vivid); Kind(err) != Unusable {
				t.Errorf("got %v", err)
			}
			if after := held(t); after != before {
				t.Errorf("descriptors and mappings of the device: %v, then %v", before, after)
			}
			s := opened(t, sys, v4l2test.Vivid)
			next(t, s)
			if err := s.Close(); err != nil {
				t.Error(err)
			}
			if after := held(t); after != before {
				t.Errorf("once closed: %v, then %v", before, after)
			}
		})
	}
}

// held counts this process's descriptors and its mappings of video devices.
func held(t *testing.T) (n [2]int) {
	t.Helper()
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		t.Fatal(err)
	}
	return [2]int{len(open), strings.Count(string(maps), "/dev/video")}
}
