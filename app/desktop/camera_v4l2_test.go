//go:build demo && linux && v4l2

// The tests of this file need a real V4L2 device: capture/camera/testdata/vm/test.sh compiles them and runs them in a virtual machine.
package desktop

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"qoltanba/capture/camera"
	"qoltanba/capture/camera/v4l2test"
)

// atRealCamera takes a window to the camera check, before the cameras that this machine has.
func atRealCamera(t *testing.T) *desk {
	t.Helper()
	c := newComputer(t)
	d := show(t, Config{Open: c.open, Cameras: camera.Default()})
	d.untilScreen("welcome")
	d.press("welcome.main")
	d.untilScreen("camera")
	return d
}

// remedied waits for what the citizen is told of a fault.
func (d *desk) remedied(state string) {
	d.t.Helper()
	d.until("the remedy of "+state, func() bool {
		return d.says(d.frame.Words().T("camera."+state)) && d.says(d.frame.Words().T("camera."+state+".remedy"))
	})
	if !d.asleep("camera.main") {
		d.t.Error("the way goes on without a picture")
	}
}

// recovered waits for the picture to come back with nothing pressed.
func (d *desk) recovered() {
	d.t.Helper()
	d.until("the picture by itself", d.live)
	if d.says(d.frame.Words().T("camera.trouble")) {
		d.t.Error("the remedy outlives the fault")
	}
	if _, picture, err := d.feed.shoot(); err != nil || picture.Bounds().Dx() < 320 {
		d.t.Errorf("no picture can be taken: %v", err)
	}
}

func TestDevicePulledOutBeforeTheWindow(t *testing.T) {
	v4l2test.Present(t)
	d := atRealCamera(t)
	d.recovered()
	v4l2test.Pull(t)
	d.remedied("unplugged")
	d.remedied("none") // once it was looked for again
	v4l2test.Plug(t)
	d.recovered()
	v4l2test.Set(t, v4l2test.Disconnect, 1)
	d.remedied("unplugged")
	d.recovered() // the device comes back once nobody holds it
}

func TestDeviceThatIsNotThereBeforeTheWindow(t *testing.T) {
	v4l2test.Pull(t)
	d := atRealCamera(t)
	d.remedied("none")
	v4l2test.Plug(t)
	d.recovered()
}

func TestDeviceInUseBeforeTheWindow(t *testing.T) {
	v4l2test.Present(t)
	other, err := camera.Default().Open(t.Context(), "", camera.Format{})
	if err != nil {
		t.Fatal(err)
	}
	d := atRealCamera(t)
	d.remedied("busy")
	if err := other.Close(); err != nil {
		t.Error(err)
	}
	d.recovered()
}

func TestDeviceThatSendsNothingToTheWindow(t *testing.T) {
	v4l2test.Present(t)
	d := atRealCamera(t)
	d.recovered()
	v4l2test.Set(t, v4l2test.Dropped, 100)
	d.remedied("stalled")
	v4l2test.Set(t, v4l2test.Dropped, 0)
	d.recovered()
}

// TestDeviceDeniedToTheWindow runs its window in a process without rights: to root nothing is denied.
func TestDeviceDeniedToTheWindow(t *testing.T) {
	const shown = "the citizen was told that it is denied"
	if os.Getuid() != 0 {
		d := atRealCamera(t)
		d.remedied("denied")
		t.Log(shown)
		d.recovered()
		return
	}
	v4l2test.Present(t)
	node := v4l2test.Node(t, v4l2test.Vivid)
	if err := os.Chmod(node, 0o600); err != nil {
		t.Fatal(err)
	}
	child := exec.CommandContext(t.Context(), "/proc/self/exe", "-test.run", "^"+t.Name()+"$", "-test.v")
	child.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	child.Stderr = os.Stderr
	says, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(says); lines.Scan(); {
		t.Log(lines.Text())
		if strings.Contains(lines.Text(), shown) {
			if err := os.Chmod(node, 0o666); err != nil { //nolint:gosec // a device file, for everybody
				t.Error(err)
			}
		}
	}
	if err := child.Wait(); err != nil {
		t.Error(err)
	}
}
