package face

import "math"

// place is where a landmark has to lie in an aligned picture: the mean of two landmarks, in pixels of the square.
type place struct {
	x, y float64
	a, b int // landmarks; the same one twice where there is one
}

// Squares into which faces are cut for the embedders, and where five points have to lie there.
const (
	mobileSide = 112
	resNetSide = 150
)

// arcFace is the template of ArcFace (insightface, face_align.py): eyes, tip of the nose, corners of the mouth.
var arcFace = [5]place{
	{38.2946, 51.6963, EyeLeftOuter, EyeLeftInner},
	{73.5318, 51.5014, EyeRightIn, EyeRightOut},
	{56.0252, 71.7366, NoseTip, NoseTip},
	{41.5493, 92.3655, MouthLeft, MouthLeft},
	{70.7299, 92.2041, MouthRight, MouthRight},
}

// faceChip is dlib's mean face of five points with a margin of a quarter (get_face_chip_details of dlib's interpolation.h): corners of the eyes,
// and the nose where it meets the lip.
var faceChip = [5]place{
	chip(0.8595674595992, 0.2134981538014, EyeRightOut),
	chip(0.6460604764104, 0.2289674387677, EyeRightIn),
	chip(0.1205750620789, 0.2137274526848, EyeLeftOuter),
	chip(0.3340850613712, 0.2290642403242, EyeLeftInner),
	chip(0.4901123135679, 0.6277975316475, noseBase),
}

const noseBase = 2

func chip(x, y float64, landmark int) place {
	const margin = 0.25
	at := func(v float64) float64 { return (v + margin) / (1 + 2*margin) * resNetSide }
	return place{at(x), at(y), landmark, landmark}
}

// align is the similarity from an aligned square to the picture that brings the points to their places with the least squared error.
func (m *Mesh) align(points *[5]place) (affine, bool) {
	var mx, my, mu, mv float64
	var to [5][2]float64
	for i, p := range points {
		a, b := m[p.a], m[p.b]
		to[i] = [2]float64{float64(a.X+b.X) / 2, float64(a.Y+b.Y) / 2}
		mx, my, mu, mv = mx+p.x/5, my+p.y/5, mu+to[i][0]/5, mv+to[i][1]/5
	}
	var along, across, spread float64
	for i, p := range points {
		x, y, u, v := p.x-mx, p.y-my, to[i][0]-mu, to[i][1]-mv
		along, across, spread = along+x*u+y*v, across+x*v-y*u, spread+x*x+y*y
	}
	c, s := along/spread, across/spread
	a := affine{c, -s, mu - c*mx + s*my, s, c, mv - s*mx - c*my}
	scale := math.Hypot(c, s)
	return a, finite(a.A, a.B, a.C, a.D, a.E, a.F) && scale > 1.0/64 && scale < 256
}
