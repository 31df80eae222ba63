//go:build demo

package document_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"testing"

	"qoltanba/capture/document"
	"qoltanba/capture/document/specimen"
)

// sample is a specimen photographed, with the truth.
type sample struct {
	person  specimen.Person
	side    specimen.Side
	shot    specimen.Shot
	img     image.Image
	corners document.Quad
}

// take makes the sample of a seed; in the short form it is smaller.
func take(t testing.TB, seed uint64, side specimen.Side, shot specimen.Shot) sample {
	t.Helper()
	if testing.Short() {
		shot.Width, shot.Height = shot.Width*2/3, shot.Height*2/3
	}
	r := rand.New(rand.NewPCG(seed, 0x1D))
	person := specimen.NewPerson(r)
	photo, err := shot.Take(specimen.Draw(person, side, 1.2*shot.Density(), r), r)
	if err != nil {
		t.Fatal(err)
	}
	img, err := jpeg.Decode(bytes.NewReader(photo.JPEG))
	if err != nil {
		t.Fatal(err)
	}
	return sample{person, side, shot, img, photo.Corners}
}

// cornerError is the largest distance of a corner from its place, in parts of the card's width; upside down counts as right.
func cornerError(found, truth document.Quad) float64 {
	worst := func(q document.Quad) float64 {
		most := 0.0
		for i := range q {
			dx, dy := q[i].X-truth[i].X, q[i].Y-truth[i].Y
			most = max(most, dx*dx+dy*dy)
		}
		return most
	}
	width := truth.Width()
	return sqrt(min(worst(found), worst(found.Turned()))) / width
}

// levels are those to test with: under the race detector, which takes ten times as long over pictures, one.
func levels() []specimen.Level {
	if testing.Short() {
		return []specimen.Level{specimen.Mild}
	}
	return specimen.Levels()
}
