//go:build linux && v4l2

// Package v4l2test works the drivers that stand in for cameras in the virtual machine of testdata/vm: vivid, the kernel's own test
// driver, which makes raw pictures and fails on demand, and v4l2loopback, which passes on what a [Feeder] writes.
//
// Above the device file all is as on a citizen's computer: the same calls, the same errors of the kernel. It needs root, and no
// computer that anybody works with: hence its build tag.
package v4l2test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/blackjack/webcam"
)

// Vivid is the device's name, as the driver gives it.
const Vivid = "vivid-000-vid-cap"

const vividDriver = "/sys/bus/platform/drivers/vivid/"

// Present fails the test where vivid is not bound.
func Present(t *testing.T) {
	t.Helper()
	if _, err := os.Stat(vividDriver + "vivid.0"); err != nil {
		t.Fatalf("run this in the machine of capture/camera/testdata/vm: %v", err)
	}
}

// Pull takes vivid away from the kernel, as a camera that is pulled out. Plug puts it back.
func Pull(t *testing.T) { write(t, vividDriver+"unbind") }

// Plug undoes Pull.
func Plug(t *testing.T) { write(t, vividDriver+"bind") }

func write(t *testing.T, path string) {
	t.Helper()
	if err := os.WriteFile(path, []byte("vivid.0"), 0); err != nil {
		t.Fatal(err)
	}
}

// Control is one of vivid's own, of drivers/media/test-drivers/vivid/vivid-ctrls.c. All but Dropped work once.
type Control webcam.ControlID

// The controls that make trouble.
const (
	Dropped          Control = 0x00f0f000 + 64 + iota // how many of a hundred frames get lost
	Disconnect                                        // the device goes, and comes back when nobody has it open
	BrokenFrame                                       // one frame is marked as broken
	NoQueue                                           // VIDIOC_REQBUFS fails
	NoBuffer                                          // VIDIOC_QBUF fails
	NoStart                                           // VIDIOC_STREAMON fails
	FatalStreamError                                  // the running stream fails until it is stopped
)

// Set sets one of vivid's controls.
func Set(t *testing.T, c Control, value int32) {
	t.Helper()
	cam, err := webcam.Open(Node(t, Vivid))
	if err != nil {
		t.Fatal(err)
	}
	if err := cam.SetControl(webcam.ControlID(c), value); err != nil {
		t.Error(err)
	}
	if err := cam.Close(); err != nil {
		t.Error(err)
	}
}

// Node is the device file of the camera of that name.
func Node(t *testing.T, name string) string {
	t.Helper()
	names, err := filepath.Glob("/sys/class/video4linux/video*/name")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range names {
		if text, err := os.ReadFile(path); err == nil && strings.TrimSpace(string(text)) == name {
			return "/dev/" + filepath.Base(filepath.Dir(path))
		}
	}
	t.Fatalf("no device is called %s", name)
	return ""
}
