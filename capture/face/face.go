// Package face sees faces: where one is, how its head is turned, whether its eyes are open, how good the picture is, and whose face it may be.
//
// An [Engine] holds the neural networks in ONNX Runtime and may be shared. A [Tracker] follows the largest face of one stream of pictures:
// BlazeFace finds it, FaceMesh lays 468 landmarks over it, and each mesh says where the next picture is to be looked at, so that the finder
// runs only now and then. What it sees is an [Observation]; [Assess] judges the picture, [Engine.Print] draws the numbers that tell people
// apart, and [Compare] holds two of them side by side.
//
// # Axes
//
// Coordinates are pixels of the picture as the camera took it, not mirrored: x right, y down, z away from the camera, all in the same unit.
// Left and right in names are those of the picture. A preview that is shown as in a mirror turns them round.
//
// # What is not here
//
// Whether a face lives is a matter of many pictures: see capture/liveness. The mesh's depth is the network's belief and no measurement: it lays
// a head's depth over a photograph too. Figures, and what they cannot say, stand in MEASURED.md.
//
// # Without the library
//
// The networks need ONNX Runtime 1.24 or later (API version 24), a library that lies beside the program. Where it is missing, or in a program
// built without cgo, [Open] returns [ErrNoRuntime] and everything goes on by the operator.
package face

import (
	"errors"
	"math"

	"qoltanba/capture/face/inference"
)

// Landmarks is the number of points of a [Mesh].
const Landmarks = 468

// Landmarks that have a name: indices into a [Mesh], MediaPipe's canonical face model. Left and right are those of the picture.
const (
	NoseTip      = 1
	Forehead     = 10
	Chin         = 152
	CheekLeft    = 234 // where the cheek meets the ear
	CheekRight   = 454
	EyeLeftOuter = 33
	EyeLeftInner = 133
	EyeRightOut  = 263
	EyeRightIn   = 362
	MouthLeft    = 61
	MouthRight   = 291
)

// Point is a place in pixels: x right, y down, z away from the camera.
type Point struct{ X, Y, Z float32 }

// Mesh is the landmarks of a face in the order of MediaPipe's canonical face model.
type Mesh [Landmarks]Point

// Angles say how a head is turned, in degrees, -90 to 90. They are absolute and biased by some degrees from person to person: compare them with
// the person's own neutral ([Angles.Sub]).
type Angles struct {
	Yaw   float64 // above 0: turned to the picture's right, which is the person's own left
	Pitch float64 // above 0: looks down
	Roll  float64 // above 0: tilted clockwise in the picture
}

// Sub returns the turn from neutral to a.
func (a Angles) Sub(neutral Angles) Angles {
	return Angles{a.Yaw - neutral.Yaw, a.Pitch - neutral.Pitch, a.Roll - neutral.Roll}
}

// Eyes say how open the eyes are: the distance of the lids over the width of the eye, about 0.15 to 0.4 when open. What is open differs from
// person to person and with the head's turn: compare it with the person's own, a little before, in the same pose.
type Eyes struct{ Left, Right float64 }

// Mean is the openness of both eyes.
func (e Eyes) Mean() float64 { return (e.Left + e.Right) / 2 }

// Observation is what one picture shows of one face.
type Observation struct {
	Mesh  Mesh
	Score float64 // that this is a face, 0 to 1: the mesh network's word
	Pose  Angles
	Eyes  Eyes
	Width float64 // between the landmarks [CheekLeft] and [CheekRight], pixels
}

// Errors that a caller may branch on.
var (
	// ErrNoRuntime says that ONNX Runtime is not there, or is too old, or that the program was built without cgo.
	ErrNoRuntime = inference.ErrNoRuntime
	// ErrNoEmbedders says that a print was asked of an engine that was opened without the networks that make one.
	ErrNoEmbedders = errors.New("this program holds no networks that tell faces apart: open the engine with OpenMatcher")
	// ErrNoFace says that a mesh is no face: points that are not finite, or lie together.
	ErrNoFace = errors.New("the mesh is no face: take another picture")
)

// measure fills in what follows from the mesh.
func (o *Observation) measure() {
	o.Pose, o.Eyes = pose(&o.Mesh), eyes(&o.Mesh)
	l, r := o.Mesh[CheekLeft], o.Mesh[CheekRight]
	o.Width = math.Hypot(float64(r.X-l.X), float64(r.Y-l.Y))
}

// pose reads the turn of the head from the mesh: yaw is the slope in depth of the line from cheek to cheek, pitch of that from forehead to
// chin, roll the slope in the picture of that from eye to eye.
func pose(m *Mesh) Angles {
	across, down := m[CheekRight].minus(m[CheekLeft]), m[Chin].minus(m[Forehead])
	brow := m[EyeRightOut].minus(m[EyeLeftOuter])
	return Angles{
		Yaw:   degrees(math.Atan2(float64(across.Z), math.Hypot(float64(across.X), float64(across.Y)))),
		Pitch: degrees(math.Atan2(float64(down.Z), math.Hypot(float64(down.X), float64(down.Y)))),
		Roll:  degrees(math.Atan2(float64(brow.Y), float64(brow.X))),
	}
}

// eyes is the eye aspect ratio of Soukupová and Čech (Real-Time Eye Blink Detection using Facial Landmarks, CVWW 2016).
func eyes(m *Mesh) Eyes {
	ratio := func(outer, inner, up1, down1, up2, down2 int) float64 {
		width := distance(m[outer], m[inner])
		if width == 0 {
			return 0
		}
		return (distance(m[up1], m[down1]) + distance(m[up2], m[down2])) / (2 * width)
	}
	return Eyes{
		Left:  ratio(EyeLeftOuter, EyeLeftInner, 160, 144, 158, 153),
		Right: ratio(EyeRightOut, EyeRightIn, 387, 373, 385, 380),
	}
}

func (p Point) minus(q Point) Point { return Point{p.X - q.X, p.Y - q.Y, p.Z - q.Z} }

func distance(p, q Point) float64 {
	d := p.minus(q)
	return math.Sqrt(float64(d.X*d.X + d.Y*d.Y + d.Z*d.Z))
}

func degrees(radians float64) float64 { return radians * 180 / math.Pi }
