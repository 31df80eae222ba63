package camera

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

func TestFaultOf(t *testing.T) {
	for _, c := range []struct {
		err  error
		gone Fault
		want Fault
	}{
		{unix.EBUSY, NoDevice, Busy},
		{fmt.Errorf("open: %w", unix.EACCES), NoDevice, Denied},
		{unix.EPERM, NoDevice, Denied},
		{unix.ENOENT, NoDevice, NoDevice},
		{unix.ENODEV, Unplugged, Unplugged},
		{unix.ENXIO, Unplugged, Unplugged},
		{unix.ENOSPC, Unplugged, Busy},
		{errors.Join(unix.ENODEV, unix.EBADF), Unplugged, Unplugged},
		{errors.New("Not a video capture device"), NoDevice, Unusable},
		{errnoOf(errors.New("Failed to start streaming: " + unix.ENOSPC.Error())), Unplugged, Busy},
	} {
		if got := faultOf(c.err, c.gone); got != c.want {
			t.Errorf("%v: got %s, want %s", c.err, got, c.want)
		}
	}
}

// The numbers are those of linux/videodev2.h on a computer of 64 bits: they hold the sizes of the structures.
func TestRequestsAreTheKernels(t *testing.T) {
	if unsafe.Sizeof(uintptr(0)) != 8 {
		t.Skip("the sizes are others here")
	}
	for got, want := range map[uintptr]uintptr{getFormat: 0xc0d05604, dequeueBuffer: 0xc0585611} {
		if got != want {
			t.Errorf("%#x is not %#x", got, want)
		}
	}
	var b v4l2Buffer
	if at := [2]uintptr{unsafe.Offsetof(b.flags), unsafe.Offsetof(b.memory)}; at != [2]uintptr{12, 60} {
		t.Errorf("a buffer's fields lie at %v", at)
	}
}

func TestParsePixFormat(t *testing.T) {
	b := make([]byte, 200)
	put := func(i int, v uint32) { binary.NativeEndian.PutUint32(b[4*i:], v) }
	put(0, 640)
	put(1, 480)
	put(2, pixelYUYV)
	put(4, 1344)
	if got := parsePixFormat(b); got != (rawFormat{pixelYUYV, 640, 480, 1344}) {
		t.Errorf("got %v", got)
	}
	put(4, 0)
	if got := parsePixFormat(b); got.stride != 1280 {
		t.Errorf("without a stride: %v", got)
	}
}

func TestFindNode(t *testing.T) {
	nodes := []node{{Device{"Cam@usb-1", "Cam"}, "/dev/video0", capturesReadable}, {Device{"Other@usb-2", "Other"}, "/dev/video2", capturesReadable}}
	for id, want := range map[string]string{
		"":            "/dev/video0",
		"Other@usb-2": "/dev/video2",
		"Other@usb-9": "/dev/video2", // the same camera in another socket
		"Third@usb-1": "",
	} {
		if got, _ := findNode(nodes, id); got.path != want {
			t.Errorf("%q: got %q, want %q", id, got.path, want)
		}
	}
	twins := []node{{Device{"Cam@usb-1", "Cam"}, "/dev/video0", capturesReadable}, {Device{"Cam@usb-2", "Cam"}, "/dev/video2", capturesReadable}}
	if got, ok := findNode(twins, "Cam@usb-9"); ok {
		t.Errorf("guessed %q among twins", got.path)
	}
}

// plant makes a tree like that of the kernel, with plain files in the place of devices.
func plant(t *testing.T, device, name, index, usb string) string {
	t.Helper()
	root := t.TempDir()
	real := filepath.Join(root, "sys/devices/pci0/usb1", usb, "video4linux", device)
	class := filepath.Join(root, "sys/class/video4linux")
	for _, dir := range []string{real, class, filepath.Join(root, "dev")} {
		if err := os.MkdirAll(dir, 0o750); err != nil {
			t.Fatal(err)
		}
	}
	for path, text := range map[string]string{
		filepath.Join(real, "name"):        name + "\n",
		filepath.Join(real, "index"):       index + "\n",
		filepath.Join(root, "dev", device): "",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(real, filepath.Join(class, device)); err != nil {
		t.Fatal(err)
	}
	return root
}

// known marks the planted node as a camera, since a plain file answers no ioctl.
func known(t *testing.T, root, device string) *v4l2 {
	t.Helper()
	path := filepath.Join(root, "dev", device)
	var st unix.Stat_t
	if err := unix.Stat(path, &st); err != nil {
		t.Fatal(err)
	}
	return &v4l2{root: root, probed: map[string]bool{fmt.Sprint(path, st.Ino, st.Rdev, st.Ctim): true}}
}

func TestListNamesCamerasByPlaceNotByNumber(t *testing.T) {
	var ids []string
	for _, device := range []string{"video0", "video7"} {
		root := plant(t, device, "HD Webcam", "0", "1-4:1.0")
		list, err := known(t, root, device).List(t.Context())
		if err != nil || len(list) != 1 {
			t.Fatalf("%v, %v", list, err)
		}
		if list[0].Name != "HD Webcam" {
			t.Errorf("name %q", list[0].Name)
		}
		ids = append(ids, list[0].ID)
	}
	if ids[0] != ids[1] || !strings.HasSuffix(ids[0], "1-4:1.0") {
		t.Errorf("ids %q", ids)
	}
}

func TestListPassesOverMetadataAndWhatIsNoCamera(t *testing.T) {
	root := plant(t, "video1", "HD Webcam", "1", "1-4:1.0")
	if list, err := known(t, root, "video1").List(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("a metadata node was listed: %v, %v", list, err)
	}
	root = plant(t, "video0", "No camera", "0", "1-4:1.0")
	sys := &v4l2{root: root, probed: map[string]bool{}}
	if list, err := sys.List(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("a plain file was listed: %v, %v", list, err)
	}
	if _, err := sys.Open(t.Context(), "", Format{}); Kind(err) != NoDevice {
		t.Errorf("got %v", err)
	}
}

func TestStreamFramesFromDriverBuffers(t *testing.T) {
	bare := withoutHuffman(t, jpegOf(t, 64, 48))
	s := &v4l2Stream{unpacker: unpacker{format: rawFormat{pixel: pixelMJPG}}}
	now := time.Now()
	for i, data := range [][]byte{append(bytes.Clone(bare), 0, 0, 0), bare[:len(bare)/2], bare} {
		s.data = append(s.data[:0], data...)
		f, err := s.number(now)
		if broken := i == 1; broken {
			if Kind(err) != BadFrame {
				t.Errorf("half a frame: %v", err)
			}
			continue
		}
		if err != nil || f.Seq != uint64(i) || f.Width != 64 || f.Height != 48 || !f.At.Equal(now) {
			t.Fatalf("frame %d: %v, %v", i, f, err)
		}
		if _, err := f.Decode(); err != nil {
			t.Errorf("frame %d: %v", i, err)
		}
	}
	raw := &v4l2Stream{unpacker: unpacker{format: rawFormat{pixelYUYV, 32, 16, 64}, data: make([]byte, 64*16)}}
	if f, err := raw.number(now); err != nil || f.Picture == nil || f.Width != 32 {
		t.Errorf("%v, %v", f, err)
	}
	raw.data = raw.data[:100]
	if _, err := raw.number(now); Kind(err) != BadFrame {
		t.Errorf("half a raw frame: %v", err)
	}
}
