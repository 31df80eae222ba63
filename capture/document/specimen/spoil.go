//go:build demo

package specimen

import (
	"math"
	"math/rand/v2"

	"qoltanba/capture/document"
)

// ground paints what lies beneath.
func (c *canvas) ground(g Ground, r *rand.Rand) {
	tone := 30 + 185*r.Float64()
	if g == White {
		tone = 212 + 14*r.Float64()
	}
	var base [3]float64
	for k := range base {
		base[k] = tone + 8*r.NormFloat64()
		if g != White {
			base[k] += 40 * (r.Float64() - 0.5)
		}
	}
	const across, down = 12, 9
	var uneven [down + 1][across + 1]float64
	for y := range uneven {
		for x := range uneven[y] {
			uneven[y][x] = 9 * r.NormFloat64()
		}
	}
	for y := range c.height {
		v := float64(y) / float64(c.height) * down
		for x := range c.width {
			u := float64(x) / float64(c.width) * across
			iu, iv := int(u), int(v)
			fu, fv := u-float64(iu), v-float64(iv)
			n := (uneven[iv][iu]*(1-fu)+uneven[iv][iu+1]*fu)*(1-fv) + (uneven[iv+1][iu]*(1-fu)+uneven[iv+1][iu+1]*fu)*fv
			if g == Wood {
				n += 10 * math.Sin(float64(y)/float64(c.height)*90+n)
			}
			for k := range c.planes {
				c.planes[k][y*c.width+x] = float32(base[k] + n)
			}
		}
	}
	if g == Clutter {
		for range 4 + r.IntN(9) {
			c.sheet(r)
		}
	}
}

// sheet lays a turned rectangle of one tone down.
func (c *canvas) sheet(r *rand.Rand) {
	x, y := r.Float64()*float64(c.width), r.Float64()*float64(c.height)
	w, h := (0.05+0.5*r.Float64())*float64(c.width)/2, (0.05+0.45*r.Float64())*float64(c.height)/2
	sin, cos := math.Sincos(r.Float64() * math.Pi)
	tone := [3]float32{float32(10 + 240*r.Float64()), float32(10 + 240*r.Float64()), float32(10 + 240*r.Float64())}
	for py := range c.height {
		for px := range c.width {
			dx, dy := float64(px)-x, float64(py)-y
			cover := float32(min(max(min(w-math.Abs(dx*cos+dy*sin), h-math.Abs(dy*cos-dx*sin))+0.5, 0), 1))
			if cover > 0 {
				c.mix(py*c.width+px, tone, cover)
			}
		}
	}
}

func (c *canvas) mix(i int, tone [3]float32, cover float32) {
	for k := range c.planes {
		c.planes[k][i] = c.planes[k][i]*(1-cover) + tone[k]*cover
	}
}

// finger covers a little of the left or right side.
func (c *canvas) finger(p pose, r *rand.Rand) {
	q := p.corners()
	a, b := q[0], q[3]
	if r.IntN(2) == 0 {
		a, b = q[1], q[2]
	}
	t := 0.25 + 0.5*r.Float64()
	at := document.Point{X: a.X + t*(b.X-a.X), Y: a.Y + t*(b.Y-a.Y)}
	rx, ry := 0.07*q.Width(), 0.09*q.Height()
	tone := [3]float32{205, 150, 120}
	for y := max(0, int(at.Y-ry)); y < min(c.height, int(at.Y+ry)); y++ {
		for x := max(0, int(at.X-rx)); x < min(c.width, int(at.X+rx)); x++ {
			u, v := (float64(x)-at.X)/rx, (float64(y)-at.Y)/ry
			if d := u*u + v*v; d < 1 {
				c.mix(y*c.width+x, tone, float32(min(1, (1-d)*8)))
			}
		}
	}
}

// light is stronger from one side, and where there is glare a lamp shows on the card.
func (c *canvas) light(s Shot, p pose, r *rand.Rand) {
	sin, cos := math.Sincos(2 * math.Pi * r.Float64())
	all := 0.75 + 0.33*r.Float64()
	q := p.corners()
	middleX, middleY := (q[0].X+q[2].X)/2+0.8*(r.Float64()-0.5)*q.Width(), (q[0].Y+q[2].Y)/2+0.7*(r.Float64()-0.5)*q.Height()
	wide, high := (0.04+0.08*r.Float64())*p.width, (0.02+0.05*r.Float64())*p.width
	strong := 120 + 210*r.Float64()
	for y := range c.height {
		for x := range c.width {
			u, v := float64(x)/p.width-0.5, float64(y)/p.height-0.5
			gain := float32(all * (1 + 1.4*s.Level.Light*(u*cos+v*sin)))
			lamp := float32(0)
			if s.Glare {
				du, dv := (float64(x)-middleX)/wide, (float64(y)-middleY)/high
				if d := du*du + dv*dv; d < 9 {
					lamp = float32(strong * math.Exp(-d))
				}
			}
			for k := range c.planes {
				i := y*c.width + x
				c.planes[k][i] = c.planes[k][i]*gain + lamp
			}
		}
	}
}

// blur applies a Gaussian of the deviations given, pixels.
func (c *canvas) blur(across, down float64) {
	passed := make([]float32, c.width*c.height)
	for k := range c.planes {
		convolve(c.planes[k], passed, gaussian(across), c.width, c.height, 1)
		convolve(passed, c.planes[k], gaussian(down), c.width, c.height, c.width)
	}
}

// gaussian is half a kernel, its middle first.
func gaussian(deviation float64) []float32 {
	half := make([]float32, int(math.Ceil(2.6*deviation))+1)
	sum := float32(0)
	for i := range half {
		half[i] = float32(math.Exp(-float64(i*i) / (2 * deviation * deviation)))
		sum += half[i]
		if i > 0 {
			sum += half[i]
		}
	}
	for i := range half {
		half[i] /= sum
	}
	return half
}

// convolve applies a kernel along rows (stride 1) or columns (stride of a row); near the ends of the planes it leaves things as they are.
func convolve(in, out, half []float32, width, height, stride int) {
	reach := (len(half) - 1) * stride
	copy(out, in)
	for i := reach; i < width*height-reach; i++ {
		sum := half[0] * in[i]
		for k := 1; k < len(half); k++ {
			sum += half[k] * (in[i-k*stride] + in[i+k*stride])
		}
		out[i] = sum
	}
}

// noise is that of light: stronger where there is more; and cameras sharpen it with the rest.
func (c *canvas) noise(l Level, r *rand.Rand) {
	const many = 1 << 14
	var normal [many]float32
	for i := range normal {
		normal[i] = float32(r.NormFloat64())
	}
	var soft []float32
	passed := make([]float32, c.width*c.height)
	if l.Sharpen > 0 {
		soft = make([]float32, c.width*c.height)
	}
	for k := range c.planes {
		p := c.planes[k]
		at := uint32(0)
		for i, v := range p {
			if i%61 == 0 {
				at = r.Uint32()
			}
			at++
			p[i] = v + float32(l.Noise)*normal[at%many]*float32(math.Sqrt(float64(max(v, 8))/128))
		}
		if l.Sharpen == 0 {
			continue
		}
		convolve(p, passed, gaussian(1.1), c.width, c.height, 1)
		convolve(passed, soft, gaussian(1.1), c.width, c.height, c.width)
		for i := range p {
			p[i] += float32(l.Sharpen) * (p[i] - soft[i])
		}
	}
}
