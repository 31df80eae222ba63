//go:build demo

package synthetic

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"sync"
	"time"

	"qoltanba/assets/portraits"
	"qoltanba/capture/camera"
	"qoltanba/capture/camera/synthetic/puppet"
)

// Scene is what a person holds into the camera.
type Scene int

// The scenes.
const (
	SceneFace Scene = iota
	SceneCardFront
	SceneCardBack
	ScenePassport
	SceneDark // the lens is covered
)

// reflect is how much light a white screen adds to the skin, as a share of its own: a screen of 24 inches at arm's length in a room with the
// lamp on.
const reflect = 0.08

// Person is a source that shows a living person made of one portrait. Pictures depend on the seed, on what was set before which picture, and
// on the numbers of the pictures, never on the clock. It is safe for concurrent use.
type Person struct {
	mu     sync.Mutex
	seed   uint64
	puppet *puppet.Puppet
	paper  *Specimen
	scene  Scene
	mover  *puppet.Mover
	screen screen
	sensor *puppet.Sensor

	last   uint64        // number of the last picture
	now    time.Duration // of the person's own life: pictures shown, of whatever stream
	stage  *puppet.Stage
	canvas *image.RGBA
	raw    *image.YCbCr
	out    bytes.Buffer
}

// screen is what the person looks at.
type screen struct {
	colours []color.RGBA // one after another; nil: the usual
	slot    time.Duration
	since   time.Duration
	light   puppet.RGB // that fell on the face when the last picture was taken
}

// usual is a window's mean grey.
var usual = color.RGBA{190, 190, 190, 255}

// NewPerson makes a person from a portrait. paper is what the person holds, or nil; scenes of what it has not are dark.
func NewPerson(portrait *portraits.Portrait, paper *Specimen, seed uint64) (*Person, error) {
	body, err := puppet.New(portrait)
	if err != nil {
		return nil, err
	}
	const noise = 2.2 // of 255, in mid grey
	return &Person{
		seed: seed, puppet: body, paper: paper, mover: puppet.NewMover(seed), sensor: puppet.NewSensor(noise, seed),
		screen: screen{light: puppet.LightOf(usual, reflect)},
	}, nil
}

// Do asks for a move, which the person makes once, within two seconds; the same again changes nothing. "" is to look straight ahead.
func (p *Person) Do(what puppet.Move) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mover.Ask(what, p.now)
	if what != puppet.FaceLight {
		p.screen.colours = nil
	}
}

// Watch tells that the screen turns white now, and after lead shows colours, one after another, each for a slot. The face reflects them one picture
// later. Do with another move turns the screen back.
func (p *Person) Watch(colours []color.RGBA, lead, slot time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.screen.colours, p.screen.slot, p.screen.since = colours, slot, p.now+lead
}

// SetScene changes what is held into the camera, at once.
func (p *Person) SetScene(s Scene) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.scene = s
}

// Picture draws picture n. It holds until the next call.
func (p *Person) Picture(n uint64, want camera.Format) (*image.YCbCr, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.picture(n, want)
}

// JPEG draws picture n as a camera does that compresses.
func (p *Person) JPEG(n uint64, want camera.Format) ([]byte, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	img, err := p.picture(n, want)
	if err != nil {
		return nil, err
	}
	p.out.Reset()
	if err := jpeg.Encode(&p.out, img, &jpeg.Options{Quality: 88}); err != nil {
		return nil, err
	}
	return p.out.Bytes(), nil
}

func (p *Person) picture(n uint64, want camera.Format) (*image.YCbCr, error) {
	if err := p.fit(want); err != nil {
		return nil, err
	}
	p.live(n, want.Rate)
	switch {
	case p.scene == SceneFace:
		pose := p.mover.At(p.now)
		pose.Light, p.screen.light = p.screen.light, puppet.LightOf(p.screen.colour(p.now), reflect)
		p.stage.Draw(p.canvas, pose)
	case p.paper.has(p.scene):
		p.paper.draw(p.canvas, p.scene, p.now.Seconds(), p.seed)
	default:
		draw.Draw(p.canvas, p.canvas.Rect, image.Black, image.Point{}, draw.Src)
	}
	p.sensor.Expose(p.raw, p.canvas, n)
	return p.raw, nil
}

// fit makes room for pictures of a size.
func (p *Person) fit(want camera.Format) error {
	size := image.Rect(0, 0, want.Width, want.Height)
	if p.canvas != nil && p.canvas.Rect == size {
		return nil
	}
	stage, err := puppet.NewStage(p.puppet, want.Width, want.Height, 0)
	if err != nil {
		return fmt.Errorf("set up the camera: %w", err)
	}
	p.stage, p.canvas, p.raw = stage, image.NewRGBA(size), image.NewYCbCr(size, image.YCbCrSubsampleRatio420)
	return nil
}

// live lets the time pass that lies between two pictures. A new stream begins at 0 again, a person does not.
func (p *Person) live(n uint64, rate int) {
	pictures := uint64(1)
	if n > p.last {
		pictures = n - p.last
	}
	p.last = n
	const longest = 2 * time.Second // nobody saw what a person did while the camera stood still
	p.now += min(time.Duration(pictures)*time.Second/time.Duration(rate), longest)
}

// colour is what the screen shows.
func (s *screen) colour(now time.Duration) color.RGBA {
	if s.colours == nil || s.slot <= 0 {
		return usual
	}
	if i := int((now - s.since) / s.slot); now >= s.since && i < len(s.colours) {
		return s.colours[i]
	}
	return color.RGBA{255, 255, 255, 255}
}
