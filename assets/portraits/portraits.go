//go:build demo

// Package portraits holds public-domain portraits for the demonstration, each with the landmarks of its face. PROVENANCE.md names the source
// and the rights of each, and how the landmarks were found.
package portraits

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"sync"
)

// Landmarks is how many points a face has, in the order of MediaPipe's FaceMesh.
const Landmarks = 468

// Mesh is the face in a portrait: pixels from its upper left corner, x right, y down, z away from the camera.
type Mesh [Landmarks][3]float64

// Portrait is one picture of one person who looks at the camera.
type Portrait struct {
	Name string
	JPEG []byte
	Mesh *Mesh
	Head Ellipse // the head with hair or hat
	// Glasses are on the nose: lids behind them are hard to see.
	Glasses bool
	Share   float64 // width of the face in a picture of 4:3 that the portrait fills, of that picture's width
}

// Astronaut is a JPEG of 360×270 pixels: a woman who looks at the camera, head and shoulders.
//
//go:embed astronaut.jpg
var Astronaut []byte

// Hopper is a JPEG of 512×520 pixels: an old woman with glasses and an officer's hat, head and chest.
//
//go:embed hopper.jpg
var Hopper []byte

//go:embed landmarks.json
var landmarks []byte

// All are the portraits, each of another person. The caller changes nothing in them.
var All = sync.OnceValue(func() []Portrait {
	var meshes map[string][][3]float64
	if err := json.Unmarshal(landmarks, &meshes); err != nil {
		panic(fmt.Sprintf("landmarks.json: %v", err)) // part of the program and read by its tests
	}
	all := []Portrait{
		{Name: "astronaut", JPEG: Astronaut, Head: Ellipse{180.5, 100, 76, 84}, Share: 0.258},
		{Name: "hopper", JPEG: Hopper, Head: Ellipse{262, 178, 116, 158}, Share: 0.335, Glasses: true},
	}
	for i := range all {
		mesh := Mesh(meshes[all[i].Name]) // panics where points are missing
		all[i].Mesh = &mesh
	}
	return all
})

// Find returns the portrait of that name, or the first one for "".
func Find(name string) (*Portrait, error) {
	all := All()
	for i := range all {
		if name == "" || all[i].Name == name {
			return &all[i], nil
		}
	}
	return nil, fmt.Errorf("no portrait is called %q", name)
}

// Ellipse is an outline in pixels of a portrait.
type Ellipse struct{ X, Y, A, B float64 }

// Along returns how many times (dx, dy) leads from (x, y), a point inside, to the outline.
func (e Ellipse) Along(x, y, dx, dy float64) float64 {
	ux, uy, px, py := dx/e.A, dy/e.B, (x-e.X)/e.A, (y-e.Y)/e.B
	a, b, c := ux*ux+uy*uy, ux*px+uy*py, px*px+py*py-1
	if a == 0 || b*b < a*c {
		return 0
	}
	return (math.Sqrt(b*b-a*c) - b) / a
}
