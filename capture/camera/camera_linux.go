package camera

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// v4l2Buffers is enough for a steady stream; more would only add delay.
const v4l2Buffers = 4

// pollTime is how soon the end of a context is noticed while nothing comes.
const pollTime = 100 * time.Millisecond

// Default returns the V4L2 cameras of this computer.
func Default() System { return &v4l2{root: "/", probed: map[string]bool{}} }

// v4l2 finds devices under root (another root is for tests only).
type v4l2 struct {
	root   string
	mu     sync.Mutex
	probed map[string]bool // the nodes whose pictures can be read, with their inode's change time: asking each time would wake the camera
}

// node is a video node with the identity that outlives its number.
type node struct {
	Device
	path string // device file
	does capture
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
	var readable, unreadable []node
	for _, dir := range dirs {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		base := filepath.Base(dir)
		path := filepath.Join(s.root, "dev", base)
		if readLine(filepath.Join(dir, "index")) > "0" {
			continue // further nodes of one camera carry metadata
		}
		does := s.probe(path)
		if does == capturesNothing {
			continue
		}
		name := readLine(filepath.Join(dir, "name"))
		socket := sockets[base]
		if socket == "" {
			socket = sysSocket(dir)
		}
		n := node{Device{ID: name + "@" + socket, Name: name}, path, does}
		if does == capturesUnreadable {
			unreadable = append(unreadable, n)
		} else {
			readable = append(readable, n)
		}
	}
	if len(readable) == 0 {
		readable = unreadable // so that opening one says why
	}
	slices.SortFunc(readable, func(a, b node) int { // the first is taken where none was chosen
		return cmp.Or(cmp.Compare(b.does, a.does), strings.Compare(a.ID, b.ID))
	})
	return readable, nil
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

// capture is what a node gives.
type capture int

const (
	capturesNothing    capture = iota
	capturesUnreadable         // pictures in formats that are not read here, as infrared cameras do
	capturesUnknown            // it may not be asked
	capturesReadable
)

// probe asks a node whether it gives pictures. One that may not be asked counts as a camera, so that opening it says why. Only the good
// answer is remembered: a virtual camera gives pictures from the day on that something feeds it, with the same node.
func (s *v4l2) probe(path string) capture {
	key, ok := nodeKey(path)
	if !ok {
		return capturesNothing
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.probed[key] {
		return capturesReadable
	}
	device, err := openVideo(path)
	if err != nil {
		if f := faultOf(err, NoDevice); f == Denied || f == Busy {
			return capturesUnknown
		}
		return capturesNothing
	}
	defer func() { _ = device.close() }()
	offers := device.offers()
	switch {
	case len(chooseFormats(offers, DefaultFormat)) > 0:
		s.probed[key] = true
		return capturesReadable
	case len(offers) > 0:
		return capturesUnreadable
	}
	return capturesNothing
}

// forget makes the next list ask the node anew.
func (s *v4l2) forget(path string) {
	if key, ok := nodeKey(path); ok {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.probed, key)
	}
}

// nodeKey tells a node from another that comes under the same name.
func nodeKey(path string) (string, bool) {
	var st unix.Stat_t
	if err := unix.Stat(path, &st); err != nil {
		return "", false
	}
	return fmt.Sprint(path, st.Ino, st.Rdev, st.Ctim), true
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
	device, err := openVideo(n.path)
	if err != nil {
		s.forget(n.path)
		return nil, &Error{faultOf(err, NoDevice), err}
	}
	stream, err := start(device, want.OrDefault())
	if err != nil {
		s.forget(n.path)
		return nil, errors.Join(err, device.close())
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

// start negotiates a format and starts the stream. On an error the caller closes the device.
func start(device *video, want Format) (*v4l2Stream, error) {
	last := error(&Error{Unusable, errors.New("the camera offers no format that can be read")})
	for _, c := range chooseFormats(device.offers(), want) {
		got, err := device.set(c)
		if err == nil && got.pixel != c.pixel {
			err = errors.New("the camera chose another format")
		}
		if err != nil {
			last = &Error{faultOf(err, Unusable), err}
			continue
		}
		device.pace(want.Rate)
		if err := device.start(v4l2Buffers); err != nil {
			return nil, &Error{faultOf(err, Unusable), err}
		}
		return &v4l2Stream{device: device, unpacker: unpacker{format: got}}, nil
	}
	return nil, last
}

type v4l2Stream struct {
	unpacker
	device *video
	seq    uint64
	closed bool
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
		got, err := s.dequeue()
		switch {
		case err != nil:
			return Frame{}, &Error{faultOf(err, Unplugged), err}
		case got == broken:
			s.seq++
			return Frame{}, &Error{BadFrame, errors.New("the driver knows that the frame is broken")}
		case got == whole:
			return s.number(time.Now())
		case time.Now().After(deadline):
			return Frame{}, &Error{Fault: Stalled}
		}
	}
}

// dequeued is what came of waiting for a frame.
type dequeued int

const (
	nothing dequeued = iota
	broken
	whole
)

// dequeue waits a little for a frame.
func (s *v4l2Stream) dequeue() (dequeued, error) {
	if ready, err := s.device.wait(pollTime); err != nil || !ready {
		return nothing, err
	}
	data, good, err := s.device.take(s.data)
	s.data = data
	switch {
	case errors.Is(err, unix.EAGAIN), errors.Is(err, unix.EIO):
		time.Sleep(10 * time.Millisecond) // a poll that is always ready must not spin; EIO is one lost frame
		return nothing, nil
	case err != nil:
		return nothing, err
	case !good:
		return broken, nil
	}
	return whole, nil
}

// number makes a frame of what was dequeued and counts it, a broken one too.
func (s *v4l2Stream) number(at time.Time) (Frame, error) {
	seq := s.seq
	s.seq++
	f, err := s.frame()
	if err != nil {
		return Frame{}, err
	}
	f.Seq, f.At = seq, at
	return f, nil
}

func (s *v4l2Stream) Close() error {
	if s.closed {
		return nil
	}
	s.closed = true
	if err := s.device.close(); err != nil && faultOf(err, Unplugged) != Unplugged {
		return &Error{Unusable, err}
	}
	return nil
}

// faultOf maps what the kernel says. gone is what ENOENT, ENODEV and ENXIO mean here: no device yet, or none any more.
func faultOf(err error, gone Fault) Fault {
	for errno, fault := range map[unix.Errno]Fault{
		unix.EBUSY:     Busy,
		unix.ENOSPC:    Busy, // another camera has taken what the USB bus carries
		unix.EACCES:    Denied,
		unix.EPERM:     Denied,
		unix.ENOENT:    gone,
		unix.ENODEV:    gone,
		unix.ENXIO:     gone,
		unix.ETIMEDOUT: Stalled,
	} {
		if errors.Is(err, errno) {
			return fault
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
