//go:build demo

package puppet

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"sync"
)

// Landmarks of MediaPipe's FaceMesh by name.
const (
	rightEar = 234 // the edge of the face at the picture's left
	leftEar  = 454
)

// oval is the outline of the face, from the middle of the forehead clockwise in the picture.
var oval = []uint16{
	10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
	152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
}

// lidPoints is how many points an eyelid has, the corners of the eye among them.
const lidPoints = 9

// eye are the landmarks of one eye, all from one corner to the other. Where there is no point, none stands. Below and cheek are two lines on
// the skin beneath.
type eye struct{ upper, lower, crease, brow, below, cheek [lidPoints]uint16 }

const none = 0xFFFF

var eyes = [2]eye{
	{
		upper:  [lidPoints]uint16{33, 246, 161, 160, 159, 158, 157, 173, 133},
		lower:  [lidPoints]uint16{33, 7, 163, 144, 145, 153, 154, 155, 133},
		crease: [lidPoints]uint16{none, 247, 30, 29, 27, 28, 56, 190, none},
		brow:   [lidPoints]uint16{none, none, 224, 223, 222, 221, none, none, none},
		below:  [lidPoints]uint16{25, 25, 110, 24, 23, 22, 26, 112, 112},
		cheek:  [lidPoints]uint16{31, 31, 228, 229, 230, 231, 232, 233, 233},
	},
	{
		upper:  [lidPoints]uint16{263, 466, 388, 387, 386, 385, 384, 398, 362},
		lower:  [lidPoints]uint16{263, 249, 390, 373, 374, 380, 381, 382, 362},
		crease: [lidPoints]uint16{none, 467, 260, 259, 257, 258, 286, 414, none},
		brow:   [lidPoints]uint16{none, none, 444, 443, 442, 441, none, none, none},
		below:  [lidPoints]uint16{255, 255, 339, 254, 253, 252, 256, 341, 341},
		cheek:  [lidPoints]uint16{261, 261, 448, 449, 450, 451, 452, 453, 453},
	},
}

// The inner rims of the lips, between which the mesh has a hole.
var (
	upperLip = []uint16{78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308}
	lowerLip = []uint16{78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308}
)

// triangles.json is FACEMESH_TESSELATION of the npm package @mediapipe/face_mesh 0.4.1657299874 (Apache-2.0), whose edges stand in triples
// that close; eyes and mouth are open.
//
//go:embed triangles.json
var tessellation []byte

var faceTriangles = sync.OnceValue(func() [][3]uint16 {
	var t [][3]uint16
	if err := json.Unmarshal(tessellation, &t); err != nil {
		panic(fmt.Sprintf("triangles.json: %v", err)) // part of the program and read by its tests
	}
	return t
})
