// Package recognition reads the pictures of a document for the agency, as if the desktop had said nothing of them.
//
// [Desk.Read] finds the card on each picture, puts several frames of a side together, reads zone and print, and holds all of it against itself
// and against the IIN of the citizen. A [Reading] says what was made out, with its sources and doubts, a picture of the place where each field
// stands, and a verdict: the card agrees with itself, a side should be photographed again, or an operator looks.
//
// # Invariants
//
//   - A machine never refuses a citizen.
//   - What a reading holds is personal data: it prints as its verdict.
//   - Without Tesseract zones are read all the same, and everything goes to an operator.
//
// A reading takes one processor, and holds one decoded picture of at most [MaxPixels] at a time and a gray one of each further frame.
package recognition

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"log/slog"
	"time"

	"qoltanba/app/api"
	"qoltanba/assets/glyphs"
	"qoltanba/capture/document"
	"qoltanba/capture/document/check"
	"qoltanba/capture/document/field"
	"qoltanba/capture/document/mrz"
	"qoltanba/capture/document/tesseract"
	"qoltanba/keystore/profile"
)

// Bounds of a reading.
const (
	MaxPixels = 12_000_000       // of a picture
	Deadline  = 90 * time.Second // of all of it, on a processor that is shared
	cropWidth = 480              // pixels that a crop is wide at most
	cropGrade = 80               // JPEG quality of crops
)

// ErrPicture says that a picture of the evidence cannot be decoded: it was damaged after it had been taken.
var ErrPicture = errors.New("a picture of the document cannot be decoded")

// Pictures are those of a document: for each side the best one first, then further frames of the same side.
type Pictures map[api.Side][][]byte

// Field is a field as the citizen confirms it, as the machine made it out.
type Field struct {
	Name      string       // as in JSON of [api.CardFields], or "iin"
	Value     string       // "": nothing was made out
	Russian   string       `json:",omitempty"` // the same in Russian, where a list knows it
	Source    field.Source // zone or print
	Doubtful  bool         `json:",omitempty"`
	Certainty float64      // 0 to 1
}

// Again is what the citizen should do again.
type Again struct {
	Side   api.Side
	Reason api.Code
}

// Reading is what was made out of a document.
type Reading struct {
	Verdict  check.Verdict
	Again    *Again `json:",omitempty"` // of check.Again
	Findings []check.Finding
	Fields   []Field
	Swapped  bool              `json:",omitempty"` // the pictures of front and back are each other's
	Crops    map[string][]byte `json:"-"`          // JPEG of the place of a field, by its name
}

// Field finds one by its name; false where none was made out.
func (r *Reading) Field(name string) (Field, bool) {
	for _, f := range r.Fields {
		if f.Name == name && f.Value != "" {
			return f, true
		}
	}
	return Field{}, false
}

// String tells nothing of the citizen.
func (r Reading) String() string { return "reading: " + string(r.Verdict) }

// GoString is String.
func (r Reading) GoString() string { return r.String() }

// Format is String for every verb.
func (r Reading) Format(s fmt.State, _ rune) { _, _ = fmt.Fprint(s, r.String()) }

// LogValue is String.
func (r Reading) LogValue() slog.Value { return slog.StringValue(r.String()) }

// String tells nothing of the value.
func (f Field) String() string { return f.Name }

// GoString is String.
func (f Field) GoString() string { return f.String() }

// Format is String for every verb.
func (f Field) Format(s fmt.State, _ rune) { _, _ = fmt.Fprint(s, f.String()) }

// Desk reads documents. It may be used by many at once; each reading is for one processor.
type Desk struct {
	reader *field.Reader // nil: print is not read
	now    func() time.Time
}

// Open looks for Tesseract. Where it is missing the error is [tesseract.ErrNoTesseract], and the desk reads zones alone.
func Open(ctx context.Context) (*Desk, error) {
	d := &Desk{now: time.Now}
	engine, err := tesseract.Find(ctx, tesseract.Kazakh, tesseract.Russian)
	if err == nil {
		d.reader = field.NewReader(engine, known)
	}
	return d, err
}

// Prints says that the desk reads print too.
func (d *Desk) Prints() bool { return d.reader != nil }

func known(iin string) bool { return profile.CheckIIN(iin) == nil }

// bearer reads birth and sex out of an IIN.
func bearer(iin string) (time.Time, mrz.Sex, bool) {
	birth, err := profile.IINBirth(iin)
	sex := mrz.Male
	if birth.Sex == profile.Female {
		sex = mrz.Female
	}
	return birth.Date, sex, err == nil
}

// Read reads a document of the citizen of an IIN. An error is [ErrPicture], a fault of the machine or the end of ctx: what is wrong with the
// document is in the reading.
func (d *Desk) Read(ctx context.Context, iin api.IIN, p Pictures) (Reading, error) {
	ctx, cancel := context.WithTimeout(ctx, Deadline)
	defer cancel()
	examiner, err := document.NewExaminer(glyphs.OCRB, mrz.Options{IIN: known})
	if err != nil {
		return Reading{}, err
	}
	if frames, ok := p[api.DataPage]; ok {
		page, _, err := examine(ctx, examiner, frames)
		if err != nil {
			return Reading{}, err
		}
		return d.passport(iin, page), nil
	}
	front, one, err := examine(ctx, examiner, p[api.Front])
	if err != nil {
		return Reading{}, err
	}
	back, other, err := examine(ctx, examiner, p[api.Back])
	if err != nil {
		return Reading{}, err
	}
	card, findings := check.Sort(front, back)
	if card.Back != nil {
		card.Back.Barcode = one + other // of a front none is read
	}
	if err := d.print(ctx, card); err != nil {
		return Reading{}, err
	}
	return d.judge(iin, card, findings), nil
}

// examine puts the frames of a side together, and reads the barcode of a back; nil where they show no document.
func examine(ctx context.Context, e *document.Examiner, frames [][]byte) (x *document.Examination, barcode string, err error) {
	var pictures []image.Image
	for _, data := range frames[:min(len(frames), document.MostFused)] {
		if err := ctx.Err(); err != nil {
			return nil, "", err
		}
		img, err := decode(data)
		if err != nil {
			return nil, "", err
		}
		pictures = append(pictures, img)
	}
	fused, ok := e.Fuse(pictures)
	if !ok {
		return nil, "", ctx.Err()
	}
	if fused.Side == document.Back {
		if best, ok := e.Examine(pictures[0]); ok {
			barcode, _ = e.Barcode(pictures[0], best)
		}
	}
	return &fused, barcode, ctx.Err()
}

func decode(data []byte) (image.Image, error) {
	c, err := jpeg.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, errors.Join(ErrPicture, err)
	}
	if int64(c.Width)*int64(c.Height) > MaxPixels {
		return nil, ErrPicture
	}
	img, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, errors.Join(ErrPicture, err)
	}
	return img, nil
}

// print reads the print of both sides.
func (d *Desk) print(ctx context.Context, c check.Card) error {
	if d.reader == nil {
		return nil
	}
	var zone *mrz.Reading
	if c.Back != nil {
		zone = c.Back.Seen.Zone
	}
	for _, s := range []*check.Side{c.Front, c.Back} {
		if s == nil {
			continue
		}
		read, err := d.reader.Read(ctx, s.Seen, zone)
		if err != nil {
			return err
		}
		s.Print, s.Read = read, true
	}
	return nil
}

func (d *Desk) knowledge() check.Knowledge {
	return check.Knowledge{Knowledge: document.Knowledge{Now: d.now(), Bearer: bearer}, IIN: known}
}
