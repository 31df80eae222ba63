//go:build demo

package specimen

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"math"
	"math/rand/v2"

	"qoltanba/capture/document"
)

// Level says how much a camera spoils.
type Level struct {
	Name    string
	Blur    float64 // out of focus: deviation in millimetres of the card
	Sensor  float64 // deviation in pixels
	Noise   float64 // of 255, at medium light
	Quality int     // of the JPEG
	Tilt    float64 // degrees at most, about both axes
	Turn    float64 // degrees at most, in the plane of the picture
	Light   float64 // from one side of the picture to the other
	Motion  float64 // deviation at most, in pixels of a picture 1280 wide
	Sharpen float64 // what cameras add
}

// The levels, from a scanner to a bad webcam.
var (
	Clean  = Level{"clean", 0, 0.45, 1.5, 95, 3, 3, 0.1, 0, 0}
	Mild   = Level{"mild", 0.05, 0.55, 3, 88, 10, 8, 0.25, 0, 0.5}
	Medium = Level{"medium", 0.10, 0.7, 5, 80, 18, 12, 0.4, 0.4, 0.8}
	Hard   = Level{"hard", 0.16, 0.9, 8, 65, 25, 18, 0.55, 0.8, 1}
)

// Levels lists them.
func Levels() []Level { return []Level{Clean, Mild, Medium, Hard} }

// Ground is what lies beneath the card.
type Ground int

// The grounds.
const (
	Desk    Ground = iota // even, of any tone
	Wood                  // with a grain
	Clutter               // papers and things
	White                 // as light as the card
)

func (g Ground) String() string { return [...]string{"desk", "wood", "clutter", "white"}[g] }

// Shot says how to photograph.
type Shot struct {
	Width, Height int     // pixels
	Fill          float64 // of the picture's width that the card takes
	Level         Level
	Ground        Ground
	Glare         bool // a lamp's reflection on the card
	Fingers       bool // that hold it at one side
	Upside        bool // the card is seen upside down
}

// Photo is what a shot gives.
type Photo struct {
	JPEG    []byte
	Corners document.Quad // of the upright card
}

// canvas is a picture of three planes, red, green and blue, 0 to 255 and beyond.
type canvas struct {
	width, height int
	planes        [3][]float32
}

// Take photographs a side that [Draw] made. Draw it with about the density that it will have, see [Shot.Density].
func (s Shot) Take(card *image.RGBA, r *rand.Rand) (Photo, error) {
	c := &canvas{width: s.Width, height: s.Height}
	for i := range c.planes {
		c.planes[i] = make([]float32, s.Width*s.Height)
	}
	c.ground(s.Ground, r)
	p, err := s.pose(r)
	if err != nil {
		return Photo{}, err
	}
	c.lay(card, p)
	if s.Fingers {
		c.finger(p, r)
	}
	c.light(s, p, r)
	blur := math.Hypot(s.Level.Sensor, s.Level.Blur*s.Density())
	motion := s.Level.Motion * r.Float64() * float64(s.Width) / 1280
	across, down := blur, blur
	if r.IntN(2) == 0 {
		across = math.Hypot(across, motion)
	} else {
		down = math.Hypot(down, motion)
	}
	c.blur(across, down)
	c.noise(s.Level, r)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, c.image(), &jpeg.Options{Quality: s.Level.Quality}); err != nil {
		return Photo{}, err
	}
	photo := Photo{out.Bytes(), p.corners()}
	return photo, nil
}

// Density is about how many pixels a millimetre of the card has in the picture.
func (s Shot) Density() float64 { return s.Fill * float64(s.Width) / Width }

// pose is where a card is before the camera: a place of the card u, v (millimetres from its middle) is at middle + u·right + v·down, the
// lens at the origin, the picture at the distance focal.
type pose struct {
	middle, right, down [3]float64
	focal               float64
	width, height       float64
}

// pose draws one that lies within the picture.
func (s Shot) pose(r *rand.Rand) (pose, error) {
	p := pose{focal: (0.8 + 0.5*r.Float64()) * float64(s.Width), width: float64(s.Width), height: float64(s.Height)}
	angle := func(most float64) float64 { return most * (2*r.Float64() - 1) * math.Pi / 180 }
	tiltX, tiltY, turn := angle(s.Level.Tilt), angle(s.Level.Tilt), angle(s.Level.Turn)
	if s.Upside {
		turn += math.Pi
	}
	density := s.Density()
	for range 200 {
		p.right = rotate([3]float64{density, 0, 0}, tiltX, tiltY, turn)
		p.down = rotate([3]float64{0, density, 0}, tiltX, tiltY, turn)
		room := 0.5 * max(0, 1-s.Fill)
		p.middle = [3]float64{room * (2*r.Float64() - 1) * p.width, room * (2*r.Float64() - 1) * p.height, p.focal}
		inside := true
		for _, q := range p.corners() {
			inside = inside && q.X > 0.01*p.width && q.X < 0.99*p.width && q.Y > 0.01*p.height && q.Y < 0.99*p.height
		}
		if inside {
			return p, nil
		}
		density *= 0.998 // what is turned needs more room
	}
	return pose{}, fmt.Errorf("a card that fills %.2f has no room in %d×%d", s.Fill, s.Width, s.Height)
}

// rotate turns a vector about the axes down, across and ahead.
func rotate(v [3]float64, x, y, z float64) [3]float64 {
	sx, cx := math.Sincos(x)
	v = [3]float64{v[0], cx*v[1] - sx*v[2], sx*v[1] + cx*v[2]}
	sy, cy := math.Sincos(y)
	v = [3]float64{cy*v[0] + sy*v[2], v[1], -sy*v[0] + cy*v[2]}
	sz, cz := math.Sincos(z)
	return [3]float64{cz*v[0] - sz*v[1], sz*v[0] + cz*v[1], v[2]}
}

func (p pose) corners() document.Quad {
	var q document.Quad
	for i, at := range [4][2]float64{{-1, -1}, {1, -1}, {1, 1}, {-1, 1}} {
		u, v := at[0]*Width/2, at[1]*Height/2
		var w [3]float64
		for k := range w {
			w[k] = p.middle[k] + u*p.right[k] + v*p.down[k]
		}
		q[i] = document.Point{X: p.focal*w[0]/w[2] + p.width/2, Y: p.focal*w[1]/w[2] + p.height/2}
	}
	return q
}

// inverse gives rows with which a ray of the picture is taken back to the card.
func (p pose) inverse() [3][3]float64 {
	a, b, c := p.right, p.down, p.middle
	cross := func(v, w [3]float64) [3]float64 {
		return [3]float64{v[1]*w[2] - v[2]*w[1], v[2]*w[0] - v[0]*w[2], v[0]*w[1] - v[1]*w[0]}
	}
	return [3][3]float64{cross(b, c), cross(c, a), cross(a, b)}
}

// lay puts the card, and its shadow, on the ground.
func (c *canvas) lay(card *image.RGBA, p pose) {
	rows := p.inverse()
	density := float64(card.Rect.Dx()) / Width
	back := func(x, y float64) (u, v float64) {
		ray := [3]float64{x - p.width/2, y - p.height/2, p.focal}
		var at [3]float64
		for i, row := range rows {
			at[i] = row[0]*ray[0] + row[1]*ray[1] + row[2]*ray[2]
		}
		return at[0]/at[2] + Width/2, at[1]/at[2] + Height/2
	}
	const margin, depth = 5, 0.3 // of the shadow: millimetres that it reaches, light that it takes
	for y := range c.height {
		for x := range c.width {
			u, v := back(float64(x)+0.5, float64(y)+0.5)
			if u < -margin || v < -margin || u > Width+margin || v > Height+margin {
				continue
			}
			i := y*c.width + x
			if d := math.Hypot(max(-u+0.4, u-Width-0.4, 0), max(-v+0.2, v-Height-0.8, 0)); d < margin {
				shade := float32(1 - depth*math.Exp(-d/1.1))
				for k := range c.planes {
					c.planes[k][i] *= shade
				}
			}
			c.print(card, i, func(dx, dy float64) (float64, float64) {
				u, v := back(float64(x)+dx, float64(y)+dy)
				return u * density, v * density
			})
		}
	}
}

// print lays what the card shows over one pixel: the mean of four places.
func (c *canvas) print(card *image.RGBA, i int, at func(dx, dy float64) (float64, float64)) {
	var sum [4]float32
	for _, d := range [4][2]float64{{0.25, 0.25}, {0.75, 0.25}, {0.25, 0.75}, {0.75, 0.75}} {
		x, y := at(d[0], d[1])
		x, y = x-0.5, y-0.5
		ix, iy := int(math.Floor(x)), int(math.Floor(y))
		fx, fy := float32(x-float64(ix)), float32(y-float64(iy))
		for k, w := range [4]float32{(1 - fx) * (1 - fy), fx * (1 - fy), (1 - fx) * fy, fx * fy} {
			px, py := ix+k%2, iy+k/2
			if px < 0 || py < 0 || px >= card.Rect.Dx() || py >= card.Rect.Dy() {
				continue
			}
			pixel := card.Pix[card.PixOffset(px, py):][:4]
			for n, v := range pixel {
				sum[n] += w * float32(v) / 4
			}
		}
	}
	cover := sum[3] / 255
	for k := range c.planes {
		c.planes[k][i] = c.planes[k][i]*(1-cover) + sum[k]
	}
}

// image is the canvas as a picture.
func (c *canvas) image() *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, c.width, c.height))
	for k, p := range c.planes {
		for i, v := range p {
			img.Pix[4*i+k] = uint8(min(max(v, 0), 255))
		}
	}
	for i := 3; i < len(img.Pix); i += 4 {
		img.Pix[i] = 255
	}
	return img
}
