//go:build demo

package puppet

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"math"
	"sync"

	"golang.org/x/image/draw"
	"golang.org/x/image/math/f64"

	"qoltanba/assets/portraits"
)

// Puppet is one portrait brought to life. It does not change and may stand on several stages at once.
type Puppet struct {
	portrait *portraits.Portrait
	frame    frame
	body     *body
	room     *image.RGBA
}

// made are the puppets by the names of their portraits.
var made sync.Map

// New makes the puppet of a portrait, which takes some tenths of a second, or returns the one made before.
func New(p *portraits.Portrait) (*Puppet, error) {
	once, _ := made.LoadOrStore(p.Name, sync.OnceValues(func() (*Puppet, error) { return build(p) }))
	return once.(func() (*Puppet, error))()
}

func build(p *portraits.Portrait) (*Puppet, error) {
	img, err := jpeg.Decode(bytes.NewReader(p.JPEG))
	if err != nil {
		return nil, fmt.Errorf("read the portrait: %w", err)
	}
	f := frameOf(p.Mesh)
	skin, texels := skinOf(img, f)
	b := sculpt(p, skin, texels)
	b.texture = textureOf(skin)
	return &Puppet{portrait: p, frame: f, body: b, room: room(img, p, f)}, nil
}

// height is where the middle of a face stands in the picture, from its top.
const height = 0.5

// roomLit is how much of a screen's light reaches what stands behind the person.
const roomLit = 0.08

// figure is one body on a stage.
type figure struct {
	body *body
	pose func(Pose) Pose // how it stands when the person claimed stands so
	over bool            // drawn over all before it, whatever the depth
}

// Stage draws puppets in pictures of one size. It is not safe for concurrent use.
type Stage struct {
	figures []figure
	focal   float64 // pixels a face width at a distance of one
	bright  float64 // of the room, in the picture's own values
	empty   *image.RGBA
	lit     *image.RGBA // empty in the light that the screen has now
	light   RGB
	depth   []float32 // nearness of what is drawn so far
	points  []point   // scratch
	moved   []vec     // scratch
}

// point is a vertex on the picture.
type point struct{ x, y, near, u, v, r, g, b, opaque float32 }

// Sides of a picture, in pixels.
const (
	minSide = 64
	maxSide = 1920
)

// NewStage makes a stage for one puppet in pictures of width by height pixels. Share is the width of the face at rest, of the picture's width; 0 is
// what the portrait has.
func NewStage(p *Puppet, width, height int, share float64) (*Stage, error) {
	s, err := p.stage(width, height, share, 1)
	if err != nil {
		return nil, err
	}
	s.add(figure{body: p.body})
	return s, nil
}

// stage is the puppet's empty room. Bright is the light in it: 1 as in the portrait.
func (p *Puppet) stage(width, height int, share, bright float64) (*Stage, error) {
	if width < minSide || height < minSide || width > maxSide || height > maxSide {
		return nil, errors.New("a picture of a puppet has 64 to 1920 pixels a side")
	}
	if share == 0 {
		share = p.portrait.Share * math.Min(1, float64(height)*4/3/float64(width))
	}
	if share < 0.12 || share > 0.6 {
		return nil, errors.New("the face is 0.12 to 0.6 of the picture's width")
	}
	size := image.Rect(0, 0, width, height)
	s := &Stage{
		focal: share * float64(width) * restDistance, bright: math.Pow(bright, 1/gamma),
		empty: image.NewRGBA(size), lit: image.NewRGBA(size), depth: make([]float32, width*height),
	}
	s.furnish(p.room, share*float64(width)/roomWidth)
	s.relight(RGB{})
	return s, nil
}

func (s *Stage) furnish(room *image.RGBA, scale float64) {
	w, h := float64(s.empty.Rect.Dx()), float64(s.empty.Rect.Dy())
	half := float64(room.Rect.Dx()) / 2
	to := f64.Aff3{scale, 0, w/2 - half*scale, 0, scale, h*height - half*scale}
	draw.CatmullRom.Transform(s.empty, to, room, room.Rect, draw.Src, nil)
	for i := 3; i < len(s.empty.Pix); i += 4 {
		s.empty.Pix[i] = 255
	}
}

func (s *Stage) add(f figure) {
	if f.body.texture == nil {
		f.body.texture = textureOf(f.body.skin)
	}
	s.figures = append(s.figures, f)
	if n := len(f.body.vertices); n > len(s.points) {
		s.points, s.moved = make([]point, n), make([]vec, n)
	}
}

// relight shows the room in the screen's light.
func (s *Stage) relight(l RGB) {
	s.light = l
	var table [3][256]uint8
	for c := range table {
		gain := s.bright * math.Pow(1+roomLit*l[c], 1/gamma)
		for i := range table[c] {
			table[c][i] = uint8(math.Min(float64(i)*gain+0.5, 255))
		}
	}
	for i := 0; i < len(s.lit.Pix); i += 4 {
		from, to := s.empty.Pix[i:i+4:i+4], s.lit.Pix[i:i+4:i+4]
		to[0], to[1], to[2], to[3] = table[0][from[0]], table[1][from[1]], table[2][from[2]], 255
	}
}

// Draw shows the pose in a picture of the stage's size. It allocates nothing.
func (s *Stage) Draw(to *image.RGBA, pose Pose) {
	if pose.Light != s.light {
		s.relight(pose.Light)
	}
	copy(to.Pix, s.lit.Pix)
	clear(s.depth)
	for i := range s.figures {
		f := &s.figures[i]
		q := pose
		if f.pose != nil {
			q = f.pose(pose)
		}
		if f.over {
			clear(s.depth)
		}
		s.project(f.body, q.clamped())
		for k := range f.body.triangles {
			s.fill(to, f.body.texture, &f.body.triangles[k])
		}
	}
}

// clamped keeps a pose within what the mesh bears.
func (p Pose) clamped() Pose {
	in := func(v, lo, hi float64) float64 { return math.Min(math.Max(v, lo), hi) }
	p.Yaw, p.Pitch, p.Roll = in(p.Yaw, -maxTurn, maxTurn), in(p.Pitch, -maxTurn, maxTurn), in(p.Roll, -30, 30)
	p.Blink, p.Near = in(p.Blink, 0, 1), in(p.Near, -1.5, 0.5)
	return p
}

// maxTurn is beyond what a head does here: sheets of paper are turned more.
const maxTurn = 60
