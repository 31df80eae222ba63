package identity

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/jpeg"

	"qoltanba/capture/face"
	"qoltanba/capture/picture"
)

// Against is what a selfie is held against.
type Against string

// The portraits.
const (
	Register Against = "register" // of the state register
	Card     Against = "card"     // on the document's picture
)

// Answer is what holding two portraits side by side gave. Their values are stored.
type Answer string

// The answers.
const (
	Same      Answer = "same"      // both networks say so
	Different Answer = "different" // both networks say so
	Doubtful  Answer = "doubtful"  // they disagree, or neither is sure
	NoFace    Answer = "no-face"   // no face was found on the portrait
	Absent    Answer = "absent"    // there is no portrait
)

// Pair is one comparison.
type Pair struct {
	Against  Against
	Answer   Answer
	Cosine   float64 `json:",omitempty"` // of the first network: higher is more alike
	Distance float64 `json:",omitempty"` // of the second: lower is more alike
}

// Match is a selfie held against the portraits.
type Match struct{ Pairs []Pair }

// Sure says that the selfie surely shows the person of every portrait.
func (m Match) Sure() bool {
	for _, p := range m.Pairs {
		if p.Answer != Same {
			return false
		}
	}
	return len(m.Pairs) > 0
}

// Match holds the selfie against the register's portrait and the picture of the
// document's side with the portrait; nil is none. An error is a fault of the
// machine or the end of ctx: pictures that show no face are an [Answer].
func (f *Faces) Match(ctx context.Context, selfie, register, card []byte) (Match, error) {
	own, err := f.print(ctx, selfie, whole)
	missing := errors.Is(err, face.ErrNoFace)
	if err != nil && !missing {
		return Match{}, fmt.Errorf("look at the selfie: %w", err)
	}
	var m Match
	for _, other := range []struct {
		against Against
		picture []byte
		parts   func(image.Rectangle) []image.Rectangle
	}{{Register, register, whole}, {Card, card, closer}} {
		p := Pair{Against: other.against, Answer: Absent}
		if other.picture != nil && missing {
			p.Answer = NoFace
		} else if other.picture != nil {
			if err := f.compare(ctx, &p, &own, other.picture, other.parts); err != nil {
				return Match{}, fmt.Errorf("look at the %s's portrait: %w", other.against, err)
			}
		}
		m.Pairs = append(m.Pairs, p)
	}
	return m, nil
}

func (f *Faces) compare(ctx context.Context, p *Pair, own *face.Print, portrait []byte, parts func(image.Rectangle) []image.Rectangle) error {
	other, err := f.print(ctx, portrait, parts)
	if errors.Is(err, face.ErrNoFace) {
		p.Answer = NoFace
		return nil
	}
	if err != nil {
		return err
	}
	alike := face.Compare(own, &other)
	p.Cosine, p.Distance = alike.Cosine, alike.Distance
	p.Answer = map[face.Verdict]Answer{face.Same: Same, face.Different: Different, face.Unsure: Doubtful}[alike.Verdict()]
	return nil
}

// print draws the numbers of the largest face of a picture, which is looked for
// in each of its parts.
func (f *Faces) print(ctx context.Context, data []byte, parts func(image.Rectangle) []image.Rectangle) (face.Print, error) {
	img, err := decode(data)
	if err != nil {
		return face.Print{}, err
	}
	var best face.Observation
	var where *image.RGBA
	for _, part := range parts(img.Bounds()) {
		if err := ctx.Err(); err != nil {
			return face.Print{}, err
		}
		var seen face.Observation
		piece := cut(img, part)
		faces, err := f.engine.NewTracker().Observe(piece, &seen)
		if err != nil {
			return face.Print{}, err
		}
		if faces > 0 && seen.Width > best.Width {
			best, where = seen, piece
		}
	}
	if where == nil {
		return face.Print{}, face.ErrNoFace
	}
	return f.engine.Print(where, &best.Mesh)
}

// portrait are the bounds of a picture that is matched. A register's may be as
// small as a stamp; nothing is lost of a face by fewer pixels than a scan has.
var portrait = picture.Limits{Bytes: 10 << 20, Pixels: 40_000_000, MinSide: 48, MaxSide: 1600, Quality: 95}

// decode takes in a picture of whatever origin. One that is none shows no face.
func decode(data []byte) (image.Image, error) {
	clean, err := picture.Clean(data, portrait)
	if err != nil {
		return nil, errors.Join(face.ErrNoFace, err)
	}
	return jpeg.Decode(bytes.NewReader(clean.JPEG))
}

// whole looks at the picture as it is.
func whole(b image.Rectangle) []image.Rectangle { return []image.Rectangle{b} }

// closer also looks at overlapping parts of half the width and height: the finder
// of faces sees none that are much smaller than a tenth of a picture, and a
// document has its portrait in a corner.
func closer(b image.Rectangle) []image.Rectangle {
	w, h := b.Dx()/2, b.Dy()/2
	parts := []image.Rectangle{b}
	for _, y := range []int{0, h / 2, h} {
		for _, x := range []int{0, w / 2, w} {
			parts = append(parts, image.Rect(x, y, x+w, y+h).Add(b.Min))
		}
	}
	return parts
}

// cut copies a part of a picture.
func cut(img image.Image, part image.Rectangle) *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, part.Dx(), part.Dy()))
	draw.Draw(out, out.Bounds(), img, part.Min, draw.Src)
	return out
}
