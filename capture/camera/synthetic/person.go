//go:build demo

package synthetic

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"sync"

	"qoltanba/capture/camera"
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

// Pose is how a person holds the head. The zero value with Distance 1 looks straight into the camera.
type Pose struct {
	Yaw      float64 // degrees, -35 to 35; positive turns to the person's own left, which is the right side of an unmirrored picture
	Pitch    float64 // degrees, -25 to 25; positive looks up
	Blink    float64 // 0 open to 1 closed
	Distance float64 // relative to the usual one: 0.5 (near) to 1.6 (far); 0 counts as 1
}

// Neutral looks straight into the camera with open eyes.
var Neutral = Pose{Distance: 1}

func (p Pose) clamp() Pose {
	if p.Distance == 0 {
		p.Distance = 1
	}
	in := func(v, lo, hi float64) float64 { return math.Min(math.Max(v, lo), hi) }
	return Pose{in(p.Yaw, -35, 35), in(p.Pitch, -25, 25), in(p.Blink, 0, 1), in(p.Distance, 0.5, 1.6)}
}

// Person is a source that shows a person made of one portrait. Pictures depend on the seed, the poses and scenes set, and the number of the
// picture only, never on the clock. It is safe for concurrent use.
type Person struct {
	mu     sync.Mutex
	seed   uint64
	head   *head
	paper  *Specimen
	scene  Scene
	target Pose
	now    Pose
	canvas *image.RGBA
	noise  []int8
	out    bytes.Buffer
}

// NewPerson makes a person from a JPEG portrait laid out like assets/portraits/astronaut.jpg. paper is what the person
// holds, or nil; scenes of what it has not are dark.
func NewPerson(portrait []byte, paper *Specimen, seed uint64) (*Person, error) {
	h, err := newHead(portrait)
	if err != nil {
		return nil, fmt.Errorf("read the portrait: %w", err)
	}
	return &Person{seed: seed, head: h, paper: paper, target: Neutral, now: Neutral, noise: noiseTable(seed)}, nil
}

// SetPose gives the pose to move to. The head gets there in about half a second; eyes close within two pictures.
func (p *Person) SetPose(to Pose) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.target = to.clamp()
}

// SetScene changes what is held into the camera, at once.
func (p *Person) SetScene(s Scene) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.scene = s
}

// JPEG draws picture n.
func (p *Person) JPEG(n uint64, want camera.Format) ([]byte, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if want.Width > 1920 || want.Height > 1080 || want.Width < 64 || want.Height < 64 {
		return nil, errors.New("a synthetic picture has 64x64 to 1920x1080 pixels")
	}
	if p.canvas == nil || p.canvas.Rect.Dx() != want.Width || p.canvas.Rect.Dy() != want.Height {
		p.canvas = image.NewRGBA(image.Rect(0, 0, want.Width, want.Height))
	}
	t := float64(n) / float64(want.Rate)
	p.approach(1 / float64(want.Rate))
	switch {
	case p.scene == SceneFace:
		p.head.draw(p.canvas, p.swayed(t))
	case p.paper.has(p.scene):
		p.paper.draw(p.canvas, p.head, p.scene, t, p.seed)
	default:
		draw.Draw(p.canvas, p.canvas.Rect, image.Black, image.Point{}, draw.Src)
	}
	p.addNoise(n)
	p.out.Reset()
	if err := jpeg.Encode(&p.out, p.canvas, &jpeg.Options{Quality: 88}); err != nil {
		return nil, err
	}
	return p.out.Bytes(), nil
}

// approach moves the pose toward its target over dt seconds.
func (p *Person) approach(dt float64) {
	toward := func(v *float64, to, tau float64) { *v += (to - *v) * (1 - math.Exp(-dt/tau)) }
	toward(&p.now.Yaw, p.target.Yaw, 0.18)
	toward(&p.now.Pitch, p.target.Pitch, 0.18)
	toward(&p.now.Distance, p.target.Distance, 0.22)
	toward(&p.now.Blink, p.target.Blink, 0.03)
}

// swayed adds the small movements of somebody who tries to sit still.
func (p *Person) swayed(t float64) Pose {
	phase := float64(p.seed%628) / 100
	q := p.now
	q.Yaw += 1.1*math.Sin(0.9*t+phase) + 0.4*math.Sin(2.3*t+2*phase)
	q.Pitch += 0.8*math.Sin(0.7*t+1.3*phase) + 0.3*math.Sin(1.9*t)
	q.Distance *= 1 + 0.01*math.Sin(0.5*t+phase)
	return q
}

// addNoise makes the picture grainy like a cheap sensor: no two pictures of a stream are the same bytes.
func (p *Person) addNoise(n uint64) {
	rng := rand.New(rand.NewPCG(p.seed, n)) //nolint:gosec // picture grain, to be repeatable
	for y := range p.canvas.Rect.Dy() {
		row := p.canvas.Pix[y*p.canvas.Stride : y*p.canvas.Stride+4*p.canvas.Rect.Dx()]
		at := rng.IntN(len(p.noise) / 2)
		for i := range row {
			if i&3 == 3 {
				continue
			}
			if at++; at == len(p.noise) {
				at = 0
			}
			row[i] = uint8(min(max(int(row[i])+int(p.noise[at]), 0), 255))
		}
	}
}

func noiseTable(seed uint64) []int8 {
	rng := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // picture grain, to be repeatable
	table := make([]int8, 8192)
	for i := range table {
		table[i] = int8(math.Round(min(max(rng.NormFloat64()*2.2, -9), 9)))
	}
	return table
}
