//go:build !ci && (cgo || windows)

package sound

import (
	"bytes"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/ebitengine/oto/v3"
)

// readyTime is how long a device may take to open.
const readyTime = 5 * time.Second

// context is the process's one: the library allows no second.
var context = sync.OnceValues(func() (*oto.Context, error) {
	if !present() {
		return nil, errors.New("the system has no sound")
	}
	c, ready, err := oto.NewContext(&oto.NewContextOptions{
		SampleRate: sampleRate, ChannelCount: 2, Format: oto.FormatSignedInt16LE, BufferSize: 60 * time.Millisecond,
	})
	if err != nil {
		return nil, fmt.Errorf("open the sound: %w", err)
	}
	select {
	case <-ready:
	case <-time.After(readyTime):
		return nil, errors.New("the sound does not answer")
	}
	if err := c.Err(); err != nil {
		return nil, fmt.Errorf("open the sound: %w", err)
	}
	return c, nil
})

type device struct{ context *oto.Context }

func openDevice() (output, error) {
	c, err := context()
	if err != nil {
		return nil, err
	}
	return device{c}, nil
}

// play implements output. Between two sounds the device rests.
func (d device) play(pcm []byte) (stop func(), ended <-chan struct{}) {
	over := make(chan struct{})
	if d.context.Resume() != nil { // pulled out, say
		close(over)
		return func() {}, over
	}
	player := d.context.NewPlayer(bytes.NewReader(pcm))
	player.Play()
	// The library tells nobody when it is through; it is known how long it lasts.
	lasts := time.Duration(len(pcm)/4) * time.Second / sampleRate
	timer := time.AfterFunc(lasts+300*time.Millisecond, func() { close(over) })
	return func() {
		timer.Stop()
		player.Pause()
		_ = d.context.Suspend() // what was heard was heard
	}, over
}
