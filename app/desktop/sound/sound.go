// Package sound plays the program's words and signals (assets/sounds), one request at a time: a new one ends what is being said, as it is about what
// is now.
//
// A [Player] never fails and never blocks. Where the system has no sound, or the program was built without it (tag ci, or Linux without
// cgo), all is silent: whatever is said stands on the screen as well.
package sound

import (
	"encoding/binary"
	"log/slog"
	"sync"

	"qoltanba/assets/sounds"
)

// Player plays sounds. It owns one goroutine from New to Close.
type Player struct {
	log     *slog.Logger
	open    func() (output, error)
	request chan request
	closing chan struct{}
	done    chan struct{}
	once    sync.Once
}

type request struct {
	language string
	names    []string
}

// output is a device that plays frames of [sampleRate], two channels, 16 bits, little-endian.
type output interface {
	// play begins to play pcm and returns what ends it, and what is closed when it has ended.
	play(pcm []byte) (stop func(), ended <-chan struct{})
}

// New returns a player. The device is opened when the first sound is to be played.
func New(log *slog.Logger) *Player { return newPlayer(log, openDevice) }

func newPlayer(log *slog.Logger, open func() (output, error)) *Player {
	p := &Player{log: log, open: open, request: make(chan request, 1), closing: make(chan struct{}), done: make(chan struct{})}
	go p.run()
	return p
}

// Play says the words, one after another, in the language, in place of what is being said. It returns at once and may be called from any
// goroutine.
func (p *Player) Play(language string, names ...string) {
	r := request{language, names}
	for {
		select {
		case p.request <- r:
			return
		case <-p.closing:
			return
		default:
		}
		select {
		case <-p.request: // a request that nobody has heard yet is out of date
		default:
		}
	}
}

// Close ends what is being said.
func (p *Player) Close() {
	p.once.Do(func() { close(p.closing) })
	<-p.done
}

func (p *Player) run() {
	defer close(p.done)
	var (
		device output
		silent bool
		stop   = func() {}
		ended  <-chan struct{}
	)
	defer func() { stop() }()
	for {
		select {
		case <-p.closing:
			return
		case <-ended:
			stop()
			stop, ended = func() {}, nil
		case r := <-p.request:
			stop()
			stop, ended = func() {}, nil
			if silent {
				continue
			}
			if device == nil {
				var err error
				if device, err = p.open(); err != nil {
					p.log.Info("no sound", "error", err)
					silent = true
					continue
				}
			}
			if pcm := p.frames(r); len(pcm) > 0 {
				stop, ended = device.play(pcm)
			}
		}
	}
}

// sampleRate is what devices are opened with: twice that of the sounds.
const sampleRate = 2 * sounds.Rate

// frames are the samples of a request for the device. Between two samples lies their mean.
func (p *Player) frames(r request) []byte {
	var out []byte
	for _, name := range r.names {
		pcm, err := sounds.PCM(r.language, name)
		if err != nil {
			p.log.Warn("a sound is missing", "error", err)
			continue
		}
		before := int32(0)
		for _, sample := range pcm {
			now := int32(sample)
			for _, v := range [...]int32{(before + now) / 2, now} {
				both := uint16(v) //nolint:gosec // the bits of an int16
				out = binary.LittleEndian.AppendUint16(out, both)
				out = binary.LittleEndian.AppendUint16(out, both)
			}
			before = now
		}
	}
	return out
}
