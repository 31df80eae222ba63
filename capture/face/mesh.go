package face

import (
	"image"
	"math"
)

// FaceMesh lays its landmarks over a square of 192 pixels (MediaPipe's face_landmark).
const (
	meshSide  = 192
	meshScore = 0.5 // below it there is no face: MediaPipe's threshold of presence
)

// region is a square of the picture around a face: its centre, its side, and how it is turned, in pixels and radians.
type region struct{ x, y, side, angle float64 }

// usable says whether there is anything to see in the region: not smaller than a thumbnail, not far larger than the picture, its centre inside.
func (r region) usable(bounds image.Rectangle) bool {
	return finite(r.x, r.y, r.side, r.angle) && r.side >= 8 && r.side <= 4*float64(max(bounds.Dx(), bounds.Dy())) &&
		image.Pt(int(r.x), int(r.y)).In(bounds)
}

// region is where the face will be in the next picture: MediaPipe's rule, half as large again as the landmarks' box, the eyes level.
func (m *Mesh) region() region {
	x0, y0, x1, y1 := m[0].X, m[0].Y, m[0].X, m[0].Y
	for i := range m {
		x0, x1 = min(x0, m[i].X), max(x1, m[i].X)
		y0, y1 = min(y0, m[i].Y), max(y1, m[i].Y)
	}
	brow := m[EyeRightOut].minus(m[EyeLeftOuter])
	return region{
		float64(x0+x1) / 2, float64(y0+y1) / 2, 1.5 * float64(max(x1-x0, y1-y0)),
		math.Atan2(float64(brow.Y), float64(brow.X)),
	}
}

// lay lays the mesh over the face in a region. It is no face where the score is below [meshScore].
func (l *lane) lay(img image.Image, at region, out *Observation) error {
	if !at.usable(img.Bounds()) {
		*out = Observation{}
		return nil
	}
	a := similarity(at.x, at.y, at.side, at.angle, meshSide)
	l.raster.warp(img, a, meshSide, 1.0/255, 0, l.mesh.Input())
	if err := l.mesh.Run(); err != nil {
		return err
	}
	points, scale := l.mesh.Output(0), a.scale()
	for i := range out.Mesh {
		p := points[3*i:][:3]
		x, y := a.apply(float64(p[0]), float64(p[1]))
		out.Mesh[i] = Point{float32(x), float32(y), float32(float64(p[2]) * scale)}
	}
	out.Score = sigmoid(float64(l.mesh.Output(1)[0]))
	out.measure()
	if !finite(out.Pose.Yaw, out.Pose.Pitch, out.Pose.Roll, out.Eyes.Left, out.Eyes.Right, out.Width) {
		*out = Observation{}
	}
	return nil
}
