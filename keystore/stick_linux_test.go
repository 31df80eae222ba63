package keystore

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"qoltanba/keystore/keypair"
	"qoltanba/keystore/profile"
)

// monitor is given by make test-disk, in whose virtual machine a memory stick
// with FAT is plugged in.
var monitor = flag.String("monitor", "", "the `device` that leads to the monitor of the virtual machine")

// stick is the memory stick while it is mounted. FAT knows neither links nor
// owners.
type stick struct {
	t   *testing.T
	dir string
}

func newStick(t *testing.T) *stick {
	t.Helper()
	if *monitor == "" {
		t.Skip("needs a memory stick to pull out: make test-disk")
	}
	s := &stick{t: t, dir: t.TempDir()}
	s.mount(0)
	t.Cleanup(func() {
		s.unmount()
		s.mount(0)
		for _, e := range s.entries() {
			if err := os.RemoveAll(filepath.Join(s.dir, e)); err != nil {
				t.Error(err)
			}
		}
		s.unmount()
	})
	return s
}

const stickPatience = time.Minute

// await looks again and again for what the kernel does in its own time.
func (s *stick) await(what string, there func() bool) {
	s.t.Helper()
	tick, over := time.NewTicker(20*time.Millisecond), time.After(stickPatience)
	defer tick.Stop()
	for !there() {
		select {
		case <-tick.C:
		case <-over:
			s.t.Fatalf("waited in vain for %s", what)
		}
	}
}

func (s *stick) mount(flags uintptr) {
	s.t.Helper()
	var err error
	s.await("the stick", func() bool {
		devices, globErr := filepath.Glob("/dev/sd?")
		if globErr != nil || len(devices) != 1 {
			return false
		}
		err = unix.Mount(devices[0], s.dir, "vfat", flags, "iocharset=utf8")
		return !errors.Is(err, unix.ENOMEDIUM) && !errors.Is(err, unix.ENXIO)
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *stick) unmount() {
	if err := unix.Unmount(s.dir, unix.MNT_DETACH); err != nil {
		s.t.Error(err)
	}
}

// port stays open: what is said to a port that nobody holds gets lost.
var port = sync.OnceValues(func() (*os.File, error) { return os.OpenFile(*monitor, os.O_RDWR, 0) })

func (s *stick) tell(command string) {
	s.t.Helper()
	p, err := port()
	if err == nil {
		_, err = p.WriteString(command + "\n")
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *stick) pull() { s.tell("device_del stick") }

func (s *stick) pulledOut() bool {
	devices, err := filepath.Glob("/sys/block/sd?")
	return err == nil && len(devices) == 0
}

// putIn mounts the stick again, as the system does by itself.
func (s *stick) putIn() {
	s.t.Helper()
	s.await("the stick to be out", s.pulledOut)
	s.unmount()
	s.tell("device_add usb-storage,id=stick,drive=stick,removable=on")
	s.mount(0)
}

func (s *stick) entries() (names []string) {
	s.t.Helper()
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestStickIsFull(t *testing.T) {
	s := newStick(t)
	ballast, err := os.Create(filepath.Join(s.dir, "ballast"))
	if err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, err = ballast.Write(make([]byte, 1<<20))
	}
	if err := errors.Join(ballast.Sync(), ballast.Close()); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(s.dir, "key")
	if err := writeNew(osDisk{}, path, victimContent(1), accept); !errors.Is(err, ErrNoSpace) {
		t.Errorf("got %v, want ErrNoSpace", err)
	}
	if r := InspectFolder(s.dir); !errors.Is(r.Err(), ErrNoSpace) {
		t.Errorf("%+v", r)
	}
	if got := s.entries(); len(got) != 1 {
		t.Errorf("left %v", got)
	}
	if err := os.Remove(ballast.Name()); err != nil {
		t.Fatal(err)
	}
	if err := writeNew(osDisk{}, path, victimContent(1), accept); err != nil {
		t.Errorf("with room again: %v", err)
	}
}

// The stick is pulled out while file after file is written. What was told to be
// written is there when it is put in again, whole; what was not is not there,
// or whole; and the next try leaves nothing of the one that was cut off.
func TestStickIsPulledOut(t *testing.T) {
	s := newStick(t)
	told := 0
	for round := range 3 {
		pullAt, err := told+3+5*round, error(nil)
		for ; err == nil; told++ {
			if told == pullAt {
				s.pull()
			}
			if told > pullAt+2000 {
				t.Fatal("the stick cannot be pulled out")
			}
			err = writeNew(osDisk{}, filepath.Join(s.dir, fmt.Sprintf("file-%06d", told)), victimContent(told), accept)
		}
		told--
		if !errors.Is(err, ErrFolderGone) {
			t.Errorf("round %d: got %v, want ErrFolderGone", round, err)
		}
		s.await("the stick to be out", s.pulledOut)
		if r := InspectFolder(s.dir); !errors.Is(r.Err(), ErrFolderGone) {
			t.Errorf("round %d: %v", round, r.Err())
		}
		s.putIn()
		t.Logf("round %d: pulled out after %d files: %v; left %v", round, told, err, s.leftovers(told))
		for i := range told {
			if content, err := os.ReadFile(filepath.Join(s.dir, fmt.Sprintf("file-%06d", i))); err != nil || string(content) != string(victimContent(i)) {
				t.Fatalf("file %d of %d told: %v, %d bytes", i, told, err, len(content))
			}
		}
		err = writeNew(osDisk{}, filepath.Join(s.dir, fmt.Sprintf("file-%06d", told)), victimContent(told), accept)
		if err != nil && !errors.Is(err, ErrExists) {
			t.Errorf("once it is in again: %v", err)
		}
		content, readErr := os.ReadFile(filepath.Join(s.dir, fmt.Sprintf("file-%06d", told)))
		if readErr != nil || string(content) != string(victimContent(told)) {
			t.Errorf("the file that was cut off: %v, %d bytes", readErr, len(content))
		}
		told++
		if got := s.entries(); len(got) != told {
			t.Errorf("%d files and more: %v", told, s.leftovers(told))
		}
	}
}

// leftovers are the entries that are not files told to be written.
func (s *stick) leftovers(told int) (left []string) {
	for _, name := range s.entries() {
		var n int
		if _, err := fmt.Sscanf(name, "file-%06d", &n); err != nil || n >= told || strings.HasPrefix(name, ".") {
			left = append(left, name)
		}
	}
	return left
}

func TestStickHoldsKeyFiles(t *testing.T) {
	s := newStick(t)
	folder := filepath.Join(s.dir, "ӘҒҚҢӨҰҮҺІ кілттері")
	if err := CreateFolder(folder); err != nil {
		t.Fatal(err)
	}
	if r := InspectFolder(folder); r.Err() != nil || !r.Has(FolderFAT) || !r.Has(FolderRemovable) {
		t.Errorf("%+v", r)
	}
	key, err := keypair.RSA.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	cert := issue(t, key, profile.RSAAuth)
	path, err := WriteKeyFile(folder, key, cert, goodPassword, Encoding3DES)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := WriteKeyFile(folder, key, cert, "Another1", Encoding3DES); !errors.Is(err, ErrExists) {
		t.Errorf("another password: got %v, want ErrExists", err)
	}
	s.unmount()
	s.mount(unix.MS_RDONLY)
	if kf, err := ReadKeyFile(path, goodPassword); err != nil || !keypair.Same(kf.Key.Public(), key.Public()) {
		t.Errorf("on the stick: %v", err)
	}
	if entries, err := os.ReadDir(folder); err != nil || len(entries) != 1 {
		t.Errorf("the stick has %v, %v", entries, err)
	}
	before := snapshot(t, folder)
	if err := WriteFile(filepath.Join(folder, "new"), nil); !errors.Is(err, ErrReadOnly) {
		t.Errorf("a protected stick: got %v, want ErrReadOnly", err)
	}
	if r := InspectFolder(folder); !errors.Is(r.Err(), ErrReadOnly) {
		t.Errorf("%+v", r)
	}
	if snapshot(t, folder) != before {
		t.Error("a protected stick changed")
	}
}
