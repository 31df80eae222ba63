//go:build linux && v4l2

// The tests of this file need real V4L2 devices: testdata/vm/test.sh compiles them and runs them in a virtual machine with the kernel's
// vivid driver.
package camera

import (
	"os"
	"os/exec"
	"syscall"
	"testing"
)

const vivid = "/sys/bus/platform/drivers/vivid/"

// present returns the system once the driver is bound, and fails where there is none.
func present(t *testing.T) System {
	t.Helper()
	if _, err := os.Stat(vivid + "vivid.0"); err != nil {
		t.Fatalf("run this in the machine of testdata/vm: %v", err)
	}
	return Default()
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0); err != nil {
		t.Fatal(err)
	}
}

func TestDeviceIsListedAndSendsItsRealSize(t *testing.T) {
	sys := present(t)
	list, err := sys.List(t.Context())
	if err != nil || len(list) != 1 || list[0].Name == "" {
		t.Fatalf("%v, %v", list, err)
	}
	t.Log(list)
	for _, want := range []Format{{}, {Width: 700, Height: 500}, {Width: 1280, Height: 720}} {
		s, err := sys.Open(t.Context(), list[0].ID, want)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 5 {
			f, err := s.Next(t.Context())
			if err != nil {
				t.Fatal(err)
			}
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

func TestDeviceInUseIsBusy(t *testing.T) {
	sys := present(t)
	s, err := sys.Open(t.Context(), "", Format{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sys.Open(t.Context(), "", Format{}); Kind(err) != Busy {
		t.Errorf("got %v", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if s, err = sys.Open(t.Context(), "", Format{}); err != nil {
		t.Fatalf("after closing: %v", err)
	}
	_ = s.Close()
}

func TestDeviceThatMayNotBeOpenedIsDenied(t *testing.T) {
	sys := present(t)
	if os.Getuid() != 0 {
		if _, err := sys.Open(t.Context(), "", Format{}); Kind(err) != Denied {
			t.Fatalf("got %v", err)
		}
		return
	}
	child := exec.CommandContext(t.Context(), "/proc/self/exe", "-test.run", "^"+t.Name()+"$", "-test.v")
	child.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	if out, err := child.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestDevicePulledOutAndPutBack(t *testing.T) {
	sys := present(t)
	s, err := sys.Open(t.Context(), "", Format{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Next(t.Context()); err != nil {
		t.Fatal(err)
	}
	write(t, vivid+"unbind", "vivid.0")
	for err == nil {
		_, err = s.Next(t.Context())
	}
	if Kind(err) != Unplugged {
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
	write(t, vivid+"bind", "vivid.0")
	if s, err = sys.Open(t.Context(), "", Format{}); err != nil {
		t.Fatalf("after putting it back: %v", err)
	}
	if _, err := s.Next(t.Context()); err != nil {
		t.Error(err)
	}
	_ = s.Close()
}
