package liveness

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"testing"

	"qoltanba/capture/face"
)

// surface is something with a picture on it that is held before a camera: a depth over the plane of its own x and y, in face widths, z away
// from the camera.
type surface func(x, y float64) float64

// aHead is an ellipsoid with a nose. No network has seen it: the test is of the geometry alone.
func aHead(x, y float64) float64 {
	r := 1 - x*x/0.4 - y*y/0.8
	nose := 0.18 * math.Exp(-(x*x/0.008 + (y-0.1)*(y-0.1)/0.03))
	return 0.35 - 0.5*math.Sqrt(max(r, 0.05)) - nose
}

func aSheet(float64, float64) float64 { return 0 }

func aCylinder(x, _ float64) float64 { return 0.6 - math.Sqrt(0.36-min(x*x, 0.3)) }

// aFold is a sheet folded along the nose.
func aFold(x, _ float64) float64 { return 0.45 * math.Abs(x) }

const (
	shotSide  = 280
	shotFace  = 160 // pixels
	shotAway  = 3.0 // face widths
	shotFocal = shotAway * shotFace
)

// shoot renders the surface turned by yaw degrees, with a texture of blots, and tells where the landmarks are: what is drawn is the surface's
// own shape, while the depths of the landmarks are a head's, as the network believes.
func shoot(of surface, yaw float64, seed uint64) (*image.Gray, *face.Mesh) {
	texture := blots(seed)
	img := image.NewGray(image.Rect(0, 0, shotSide, shotSide))
	rng := rand.New(rand.NewPCG(seed, math.Float64bits(yaw)))
	sin, cos := math.Sincos(yaw * math.Pi / 180)
	for v := range shotSide {
		for u := range shotSide {
			dx, dy := (float64(u)+0.5-shotSide/2)/shotFocal, (float64(v)+0.5-shotSide/2)/shotFocal
			x, y, ok := hit(of, dx, dy, sin, cos)
			level := 90.0
			if ok {
				level = texture(x, y)
			}
			img.SetGray(u, v, color.Gray{uint8(min(max(level+rng.NormFloat64()*2, 0), 255))})
		}
	}
	mesh := new(face.Mesh)
	for k := range mesh {
		x, y := spot(k)
		z := of(x, y)
		u, v := project(x, y, z, sin, cos)
		hz := aHead(x, y)
		mesh[k] = face.Point{X: float32(u), Y: float32(v), Z: float32(shotFace * (hz*cos + x*sin))}
	}
	return img, mesh
}

// spot spreads the landmarks over the face; the corners of the eyes are where they belong.
func spot(k int) (x, y float64) {
	switch k {
	case face.EyeLeftOuter:
		return -0.31, -0.15
	case face.EyeRightOut:
		return 0.31, -0.15
	}
	r, a := math.Sqrt((float64(k)+0.5)/face.Landmarks), float64(k)*2.399963
	return 0.42 * r * math.Cos(a), 0.55 * r * math.Sin(a)
}

func project(x, y, z, sin, cos float64) (u, v float64) {
	x, z = x*cos-z*sin, x*sin+z*cos
	return shotFocal*x/(shotAway+z) + shotSide/2, shotFocal*y/(shotAway+z) + shotSide/2
}

// hit walks along the ray of a pixel until it meets the surface.
func hit(of surface, dx, dy, sin, cos float64) (x, y float64, ok bool) {
	inside := func(away float64) bool {
		px, py, pz := dx*away, dy*away, away-shotAway
		x, y = px*cos+pz*sin, py
		return math.Abs(x) < 0.6 && math.Abs(y) < 0.75 && -px*sin+pz*cos >= of(x, y)
	}
	for away := 2.2; away < 3.8; away += 0.04 {
		if !inside(away) {
			continue
		}
		near, far := away-0.04, away
		for range 12 {
			if half := (near + far) / 2; inside(half) {
				far = half
			} else {
				near = half
			}
		}
		inside(far)
		return x, y, true
	}
	return 0, 0, false
}

// blots is a texture like skin with its shadows: smooth spots of many sizes.
func blots(seed uint64) func(x, y float64) float64 {
	rng := rand.New(rand.NewPCG(seed, 9))
	type blot struct{ x, y, r, level float64 }
	var all []blot
	for range 260 {
		all = append(all, blot{rng.Float64()*1.4 - 0.7, rng.Float64()*1.8 - 0.9, 0.015 + 0.05*rng.Float64(), rng.NormFloat64() * 25})
	}
	const side, scale = 512, 300.0
	var drawn [side * side]float64
	for _, b := range all {
		reach := int(3 * b.r * scale)
		cx, cy := int(b.x*scale)+side/2, int(b.y*scale)+side/2
		for y := max(cy-reach, 0); y < min(cy+reach, side); y++ {
			for x := max(cx-reach, 0); x < min(cx+reach, side); x++ {
				dx, dy := float64(x-side/2)/scale-b.x, float64(y-side/2)/scale-b.y
				drawn[y*side+x] += b.level * math.Exp(-(dx*dx+dy*dy)/(2*b.r*b.r))
			}
		}
	}
	return func(x, y float64) float64 {
		u, v := x*scale+side/2, y*scale+side/2
		i, j := int(u), int(v)
		if u < 0 || v < 0 || i >= side-1 || j >= side-1 {
			return 130
		}
		wx, wy := u-float64(i), v-float64(j)
		at := j*side + i
		return 130 + (drawn[at]*(1-wx)+drawn[at+1]*wx)*(1-wy) + (drawn[at+side]*(1-wx)+drawn[at+side+1]*wx)*wy
	}
}

func TestOnlyAHeadShowsTheParallaxOfOne(t *testing.T) {
	for name, c := range map[string]struct {
		of    surface
		solid bool
	}{"a head": {aHead, true}, "a sheet": {aSheet, false}, "a cylinder": {aCylinder, false}, "a fold": {aFold, false}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if testing.Short() && !c.solid {
				t.Skip("slow under the race detector")
			}
			s := new(solidity)
			img, mesh := shoot(c.of, 0, 1)
			if !s.setStraight(img, mesh) {
				t.Fatal("the straight picture was refused")
			}
			for _, yaw := range []float64{-20, 16, 22} {
				img, mesh := shoot(c.of, yaw, 1)
				p, ok := s.measure(img, mesh, turning, yaw)
				if !ok {
					t.Errorf("yaw %v: only %d patches", yaw, p.patches)
					continue
				}
				if got := p.scale >= limit.parallax && p.depth >= limit.depth; got != c.solid {
					t.Errorf("yaw %v: scale %.2f, depth %.2f, %d patches", yaw, p.scale, p.depth, p.patches)
				}
				t.Logf("yaw %v: scale %.2f, depth %.2f, %d patches", yaw, p.scale, p.depth, p.patches)
			}
		})
	}
}

// lying lays a picture and its mesh on their side, so that a turn to the side becomes a look down.
func lying(img *image.Gray, mesh *face.Mesh) (*image.Gray, *face.Mesh) {
	out, m := image.NewGray(img.Rect), new(face.Mesh)
	for y := range shotSide {
		for x := range shotSide {
			out.SetGray(y, x, img.GrayAt(x, y))
		}
	}
	for i, p := range mesh {
		m[i] = face.Point{X: p.Y, Y: p.X, Z: p.Z}
	}
	// The distance of the eyes is the unit: it has to lie along.
	m[face.EyeLeftOuter], m[face.EyeRightOut] = face.Point{X: shotSide/2 - 50, Y: shotSide/2 - 20}, face.Point{X: shotSide/2 + 50, Y: shotSide/2 - 20}
	return out, m
}

func TestALookDownShowsParallaxToo(t *testing.T) {
	s := new(solidity)
	for name, c := range map[string]struct {
		of    surface
		solid bool
	}{"a head": {aHead, true}, "a fold": {aFold, false}} {
		if !s.setStraight(func() (image.Image, *face.Mesh) { i, m := lying(shoot(c.of, 0, 2)); return i, m }()) {
			t.Fatal("the straight picture was refused")
		}
		img, mesh := lying(shoot(c.of, 18, 2))
		p, ok := s.measure(img, mesh, nodding, 18)
		if got := p.scale >= limit.parallax && p.depth >= limit.depth; !ok || got != c.solid {
			t.Errorf("%s: scale %.2f, depth %.2f, %d patches", name, p.scale, p.depth, p.patches)
		}
	}
}

func TestSolidityRefusesWhatShowsNothing(t *testing.T) {
	s := new(solidity)
	img, mesh := shoot(aHead, 0, 1)
	if s.setStraight(img, new(face.Mesh)) {
		t.Error("a mesh without extent was taken")
	}
	if !s.setStraight(img, mesh) {
		t.Fatal("the straight picture was refused")
	}
	blank := image.NewGray(img.Rect)
	if p, ok := s.measure(blank, mesh, turning, 20); ok {
		t.Errorf("a blank picture shows %+v", p)
	}
	if p, ok := s.measure(img, new(face.Mesh), turning, 20); ok {
		t.Errorf("a mesh without extent shows %+v", p)
	}
	outside := *mesh
	for i := range outside {
		outside[i].X += 1e6
	}
	if p, ok := s.measure(img, &outside, turning, 20); ok {
		t.Errorf("a face outside the picture shows %+v", p)
	}
}

func TestLumaOfAllPictures(t *testing.T) {
	rect := image.Rect(2, 2, 34, 26)
	rgba, ycc, grey := image.NewRGBA(rect), image.NewYCbCr(rect, image.YCbCrSubsampleRatio420), image.NewGray(rect)
	for y := 2; y < 26; y++ {
		for x := 2; x < 34; x++ {
			v := uint8(5*x + y)
			rgba.SetRGBA(x, y, color.RGBA{v, v, v, 255})
			grey.SetGray(x, y, color.Gray{v})
			ycc.Y[ycc.YOffset(x, y)] = v
		}
	}
	for _, img := range []image.Image{rgba, ycc, grey} {
		l := lumaOf(img)
		if got, want := l.at(vec{10.5, 7.5}), float32(5*12+9); math.Abs(float64(got-want)) > 1.01 {
			t.Errorf("%T: %v, want %v", img, got, want)
		}
		if l.width != 32 || l.height != 24 || l.at(vec{-1, 3}) != 0 || l.at(vec{math.NaN(), 3}) != 0 {
			t.Errorf("%T: %d by %d", img, l.width, l.height)
		}
	}
}

func TestHomography(t *testing.T) {
	want := homography{1.1, 0.1, 0.05, -0.08, 0.95, 0.02, 0.15, -0.1}
	rng := rand.New(rand.NewPCG(1, 2))
	var a, b []vec
	for range 40 {
		p := vec{rng.Float64()*2 - 1, rng.Float64()*2 - 1}
		a, b = append(a, p), append(b, want.at(p))
	}
	got, ok := fitHomography(a, b)
	if !ok {
		t.Fatal("not determined")
	}
	for i := range want {
		if math.Abs(got[i]-want[i]) > 1e-6 {
			t.Errorf("element %d: %v, want %v", i, got[i], want[i])
		}
	}
	if _, ok := fitHomography(a[:3], b[:3]); ok {
		t.Error("three points determine no homography")
	}
	if _, ok := fitHomography(make([]vec, 10), b[:10]); ok {
		t.Error("ten times one point determine no homography")
	}
}

func BenchmarkSolidity(b *testing.B) {
	s := new(solidity)
	straight, mesh := shoot(aHead, 0, 1)
	turned, other := shoot(aHead, 18, 1)
	b.ReportAllocs()
	for b.Loop() {
		s.setStraight(straight, mesh)
		s.measure(turned, other, turning, 18)
	}
}
