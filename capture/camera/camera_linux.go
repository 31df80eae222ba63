package camera

import (
	"context"
	"errors"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/blackjack/webcam"
	"golang.org/x/sys/unix"
)

// v4l2Buffers is enough for a steady stream; more would only add delay.
const v4l2Buffers = 4

// Default returns the V4L2 cameras of this computer.
func Default() System { return &v4l2{root: "/", probed: map[string]bool{}} }

// v4l2 finds devices under root (another root is for tests only).
type v4l2 struct {
	root   string
	mu     sync.Mutex
	probed map[string]bool // whether a node captures, by node and its inode's change time: asking each time would wake the camera
}

// node is a video node with the identity that outlives its number.
type node struct {
	Device
	path string // device file
}

func (s *v4l2) List(ctx context.Context) ([]Device, error) {
	nodes, err := s.nodes(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]Device, len(nodes))
	for i, n := range nodes {
		list[i] = n.Device
	}
	return list, nil
}

func (s *v4l2) nodes(ctx context.Context) ([]node, error) {
	dirs, err := filepath.Glob(filepath.Join(s.root, "sys/class/video4linux/video*"))
	if err != nil {
		return nil, &Error{Unusable, err}
	}
	sockets := s.sockets()
	var out []node
	for _, dir := range dirs {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		base := filepath.Base(dir)
		path := filepath.Join(s.root, "dev", base)
		if readLine(filepath.Join(dir, "index")) > "0" || !s.captures(path) {
			continue // further nodes of one camera carry metadata
		}
		name := readLine(filepath.Join(dir, "name"))
		socket := sockets[base]
		if socket == "" {
			socket = sysSocket(dir)
		}
		out = append(out, node{Device{ID: name + "@" + socket, Name: name}, path})
	}
	slices.SortFunc(out, func(a, b node) int { return strings.Compare(a.ID, b.ID) })
	return out, nil
}

// sockets maps node names to the links that udev makes by place of connection.
func (s *v4l2) sockets() map[string]string {
	links, _ := filepath.Glob(filepath.Join(s.root, "dev/v4l/by-path/*"))
	out := make(map[string]string, len(links))
	for _, link := range links {
		target, err := os.Readlink(link)
		if base := filepath.Base(target); err == nil && out[base] == "" {
			out[base] = filepath.Base(link)
		}
	}
	return out
}

// sysSocket names the place of connection where udev does not: the device's path without the node's number.
func sysSocket(dir string) string {
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return "unknown"
	}
	_, dev, ok := strings.Cut(filepath.Dir(filepath.Dir(real)), "/devices/")
	if !ok {
		return "unknown"
	}
	return dev
}

// captures asks a node once whether it gives pictures. One that may not be asked counts as a camera, so that opening it says why.
func (s *v4l2) captures(path string) bool {
	var st unix.Stat_t
	if err := unix.Stat(path, &st); err != nil {
		return false
	}
	key := fmt.Sprint(path, st.Ino, st.Rdev, st.Ctim)
	s.mu.Lock()
	defer s.mu.Unlock()
	yes, known := s.probed[key]
	if known {
		return yes
	}
	cam, err := webcam.Open(path)
	if err != nil {
		f := faultOf(err, NoDevice)
		return f == Denied || f == Busy
	}
	defer func() { _ = cam.Close() }()
	yes = len(chooseFormats(offersOf(cam), DefaultFormat)) > 0
	s.probed[key] = yes
	return yes
}

func (s *v4l2) Open(ctx context.Context, id string, want Format) (Stream, error) {
	nodes, err := s.nodes(ctx)
	if err != nil {
		return nil, err
	}
	n, ok := findNode(nodes, id)
	if !ok {
		return nil, &Error{NoDevice, errors.New("no such camera is connected")}
	}
	cam, err := webcam.Open(n.path)
	if err != nil {
		return nil, &Error{faultOf(err, NoDevice), err}
	}
	stream, err := start(cam, n.path, want.OrDefault())
	if err != nil {
		return nil, errors.Join(err, cam.Close())
	}
	return stream, nil
}

// findNode looks for an id, or for the only camera of the same name when it was put into another socket.
func findNode(nodes []node, id string) (node, bool) {
	if id == "" && len(nodes) > 0 {
		return nodes[0], true
	}
	var moved []node
	name, _, _ := strings.Cut(id, "@")
	for _, n := range nodes {
		if n.ID == id {
			return n, true
		}
		if n.Name == name {
			moved = append(moved, n)
		}
	}
	if len(moved) == 1 {
		return moved[0], true
	}
	return node{}, false
}

func offersOf(cam *webcam.Webcam) []offer {
	formats := cam.GetSupportedFormats()
	var out []offer
	for _, pixel := range preferredPixels {
		if _, ok := formats[webcam.PixelFormat(pixel)]; !ok {
			continue
		}
		o := offer{pixel: pixel}
		for _, s := range cam.GetSupportedFrameSizes(webcam.PixelFormat(pixel)) {
			o.sizes = append(o.sizes, sizeRange{
				int(s.MinWidth), int(s.MaxWidth), int(s.StepWidth), int(s.MinHeight), int(s.MaxHeight), int(s.StepHeight),
			})
		}
		out = append(out, o)
	}
	return out
}

// start negotiates a format and starts the stream. On an error the caller closes the camera.
func start(cam *webcam.Webcam, path string, want Format) (*v4l2Stream, error) {
	s := &v4l2Stream{cam: cam}
	last := error(&Error{Unusable, errors.New("the camera offers no format that can be read")})
	for _, c := range chooseFormats(offersOf(cam), want) {
		got, _, _, err := cam.SetImageFormat(webcam.PixelFormat(c.pixel), uint32(c.width), uint32(c.height)) //nolint:gosec // sizes come from the driver
		if err == nil && uint32(got) != c.pixel {
			err = errors.New("the camera chose another format")
		}
		if err == nil && c.pixel == pixelYUYV {
			s.raw, err = readFormat(path) // the module repeats what was asked for
		}
		if err != nil {
			last = &Error{faultOf(err, Unusable), err}
			continue
		}
		_ = cam.SetFramerate(float32(want.Rate)) // many drivers have one rate only and refuse
		if err = errors.Join(cam.SetBufferCount(v4l2Buffers), cam.StartStreaming()); err == nil {
			return s, nil
		}
		return nil, &Error{faultOf(err, Unusable), err}
	}
	return nil, last
}

type v4l2Stream struct {
	cam     *webcam.Webcam
	raw     rawFormat // zero when the camera sends JPEG
	seq     uint64
	data    []byte // copy of the driver's buffer
	scratch []byte // a JPEG with its tables put in
	picture *image.YCbCr
	closed  bool
}

func (s *v4l2Stream) Next(ctx context.Context) (Frame, error) {
	deadline := time.Now().Add(StallTimeout)
	for {
		if err := ctx.Err(); err != nil {
			return Frame{}, err
		}
		if s.closed {
			return Frame{}, &Error{Unplugged, errors.New("the stream is closed")}
		}
		ok, err := s.dequeue()
		if err != nil {
			return Frame{}, &Error{faultOf(err, Unplugged), err}
		}
		if ok {
			return s.frame(time.Now())
		}
		if time.Now().After(deadline) {
			return Frame{}, &Error{Fault: Stalled}
		}
	}
}

// dequeue waits up to a second for a frame and copies it, so that the driver can't write over it.
func (s *v4l2Stream) dequeue() (bool, error) {
	err := s.cam.WaitForFrame(1)
	if errors.As(err, new(*webcam.Timeout)) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	buf, index, err := s.cam.GetFrame()
	if errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EIO) {
		time.Sleep(10 * time.Millisecond) // a poll that is always ready must not spin; EIO is one lost frame
		return false, nil
	}
	if err != nil {
		return false, err
	}
	s.data = append(s.data[:0], buf...)
	return true, s.cam.ReleaseFrame(index)
}

func (s *v4l2Stream) frame(at time.Time) (f Frame, err error) {
	seq := s.seq
	s.seq++
	if s.raw.width == 0 {
		if f, err = FromJPEG(s.data, s.scratch); err != nil {
			return Frame{}, err
		}
		if len(f.JPEG) > len(s.data) {
			s.scratch = f.JPEG
		}
	} else {
		if s.picture, err = yuyvInto(s.picture, s.data, s.raw.width, s.raw.height, s.raw.stride); err != nil {
			return Frame{}, err
		}
		f = Frame{Width: s.picture.Rect.Dx(), Height: s.picture.Rect.Dy(), Picture: s.picture}
	}
	f.Seq, f.At = seq, at
	return f, nil
}

func (s *v4l2Stream) Close() error {
	if s.closed {
		return nil
	}
	s.closed = true
	if err := s.cam.Close(); err != nil && faultOf(err, Unusable) != Unplugged {
		return &Error{Unusable, err}
	}
	return nil
}

// faultOf maps what the kernel says. Some calls of the module keep the error's text only, hence the second look. gone is what ENOENT,
// ENODEV and ENXIO mean here: no device yet, or none any more.
func faultOf(err error, gone Fault) Fault {
	table := []struct {
		errno unix.Errno
		fault Fault
	}{
		{unix.EBUSY, Busy},
		{unix.EACCES, Denied},
		{unix.EPERM, Denied},
		{unix.ENOENT, gone},
		{unix.ENODEV, gone},
		{unix.ENXIO, gone},
		{unix.ETIMEDOUT, Stalled},
	}
	for _, row := range table {
		if errors.Is(err, row.errno) || strings.HasSuffix(err.Error(), row.errno.Error()) {
			return row.fault
		}
	}
	return Unusable
}

func readLine(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}
