//go:build demo

package synthetic

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"qoltanba/assets/portraits"
	"qoltanba/capture/document/specimen"
)

// CardData is what a specimen says, a card or a passport. Every person on it is invented. Dates are written DD.MM.YYYY.
type CardData struct {
	Surname, Name, Patronymic    string
	Sex                          string // as printed, e.g. "ӘЙЕЛ / Ж"
	BirthDate, BirthPlace        string
	Nationality                  string
	IIN, Number                  string
	Issuer, IssueDate, ExpiryDay string
	ZoneExpiry                   string    // in the zone of a card; "" for that of the print
	MRZ                          [2]string // of a passport: lines of 44, ICAO 9303-4; may be empty
}

// String shows nothing of the person.
func (CardData) String() string { return "specimen" }

// GoString is String.
func (d CardData) GoString() string { return d.String() }

// Format is String for every verb.
func (d CardData) Format(s fmt.State, _ rune) { _, _ = fmt.Fprint(s, d.String()) }

// The card in pixels: ID-1 (85.6 by 54 mm) at 10 pixels a millimetre.
const cardW, cardH = 856, 540

var (
	ink     = color.RGBA{28, 28, 34, 255}
	faded   = color.RGBA{60, 70, 110, 255}
	crest   = color.RGBA{20, 60, 120, 255}
	red     = color.RGBA{150, 20, 30, 255}
	marking = color.RGBA{110, 12, 18, 110} // premultiplied
)

// Specimen is a document of nobody: the sides that can be held into a camera.
type Specimen struct {
	sides  map[Scene]*image.RGBA
	scaled map[Scene]*image.RGBA // at the size they are shown in, with a clear rim
	holder *portrayed
	wall   *image.RGBA // behind the document, at the size it is shown in
}

// NewCard draws an identity card of package specimen, both sides of 856 by 540 pixels, with the portrait of a person. The face of type must have Kazakh
// letters; a missing one is an error, so that no card ever shows an empty box.
func NewCard(data CardData, portrait *portraits.Portrait, fontTTF []byte) (*Specimen, error) {
	holder, err := data.holder()
	if err != nil {
		return nil, err
	}
	return newSpecimen(portrait, fontTTF, map[Scene]sheet{
		SceneCardFront: {image.Pt(cardW, cardH), color.RGBA{225, 232, 214, 255}, 1, func(p *pen, h *portrayed) {
			p.print(holder, specimen.Front, data)
			p.portrait(image.Rect(40, 120, 270, 430), h)
			p.specimen(456, 52) // where nothing else is printed
		}},
		SceneCardBack: {image.Pt(cardW, cardH), color.RGBA{214, 228, 236, 255}, 2, func(p *pen, _ *portrayed) {
			p.print(holder, specimen.Back, data)
			p.specimen(329, 42)
		}},
	})
}

// holder is whom the card says that it belongs to. Dates that are empty are none.
func (d CardData) holder() (specimen.Person, error) {
	p := specimen.Person{
		Surname: d.Surname, Name: d.Name, Patronymic: d.Patronymic, Female: strings.HasPrefix(d.Sex, "Ә"), IIN: d.IIN, Number: d.Number,
		BirthPlace: d.BirthPlace, Nationality: d.Nationality, Code: "ID",
	}
	for text, into := range map[*string]*time.Time{
		&d.BirthDate: &p.Birth, &d.IssueDate: &p.Issue, &d.ExpiryDay: &p.Expiry, &d.ZoneExpiry: &p.ZoneExpiry,
	} {
		if *text == "" {
			continue
		}
		day, err := time.Parse("02.01.2006", *text)
		if err != nil {
			return p, fmt.Errorf("a date of the specimen: %w", err)
		}
		*into = day
	}
	return p, nil
}

// print has package specimen print a side, once it is sure that the font has all its letters.
func (p *pen) print(holder specimen.Person, side specimen.Side, d CardData) {
	if !p.has(d.Surname + d.Name + d.Patronymic + d.BirthPlace + d.Nationality + d.Issuer) {
		return
	}
	drawn := specimen.Draw(holder, side, cardW/specimen.Width, rand.New(rand.NewPCG(1, uint64(side)))) //nolint:gosec // G404, G115: a ground that is always the same
	draw.Draw(p.img, p.img.Rect, drawn, drawn.Rect.Min, draw.Src)
}

// sheet is how one side is drawn.
type sheet struct {
	size  image.Point
	tint  color.RGBA
	waves float64
	draw  func(*pen, *portrayed)
}

// portrayed is the person whom a document shows.
type portrayed struct {
	picture image.Image
	head    portraits.Ellipse
}

func newSpecimen(portrait *portraits.Portrait, fontTTF []byte, sheets map[Scene]sheet) (*Specimen, error) {
	picture, err := jpeg.Decode(bytes.NewReader(portrait.JPEG))
	if err != nil {
		return nil, fmt.Errorf("read the portrait: %w", err)
	}
	h := &portrayed{picture, portrait.Head}
	f, err := opentype.Parse(fontTTF)
	if err != nil {
		return nil, fmt.Errorf("read the font: %w", err)
	}
	s := &Specimen{sides: map[Scene]*image.RGBA{}, scaled: map[Scene]*image.RGBA{}, holder: h}
	for scene, side := range sheets {
		p := pen{img: paper(side.size, side.tint, side.waves), font: f}
		side.draw(&p, h)
		if p.err != nil {
			return nil, p.err
		}
		s.sides[scene] = p.img
	}
	return s, nil
}

// Side returns a copy of the side that a scene shows, or nil.
func (s *Specimen) Side(of Scene) *image.RGBA {
	src := s.sides[of]
	if src == nil {
		return nil
	}
	out := image.NewRGBA(src.Rect)
	copy(out.Pix, src.Pix)
	return out
}

// has says whether there is a side for a scene.
func (s *Specimen) has(scene Scene) bool { return s != nil && s.sides[scene] != nil }

// paper is the ground of a side: a tint with fine waves.
func paper(size image.Point, tint color.RGBA, kind float64) *image.RGBA {
	img := image.NewRGBA(image.Rectangle{Max: size})
	for y := range size.Y {
		for x := range size.X {
			fx, fy := float64(x), float64(y)
			wave := math.Sin(fy*0.42*kind + 9*math.Sin(fx*0.013) + 5*math.Cos(fx*0.021*kind))
			c := tint
			if wave > 0.8 {
				c.R, c.G, c.B = c.R-22, c.G-14, c.B-8
			}
			img.SetRGBA(x, y, c)
		}
	}
	return img
}

// pen writes on a side and keeps the first error.
type pen struct {
	img  *image.RGBA
	font *opentype.Font
	err  error
}

func (p *pen) face(size float64) font.Face {
	f, err := opentype.NewFace(p.font, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		p.err = err
	}
	return f
}

// has refuses a text that the font can't write.
func (p *pen) has(text string) bool {
	for _, r := range text {
		if i, err := p.font.GlyphIndex(nil, r); err != nil || i == 0 {
			p.err = fmt.Errorf("the font has no letter %q: give one with Kazakh letters", r)
		}
	}
	return p.err == nil
}

func (p *pen) text(x, y int, size float64, c color.Color, text string) {
	if !p.has(text) {
		return
	}
	d := font.Drawer{Dst: p.img, Src: image.NewUniform(c), Face: p.face(size), Dot: fixed.P(x, y)}
	if p.err == nil {
		d.DrawString(text)
	}
}

func (p *pen) field(x, y int, size float64, label, value string) {
	p.text(x, y, 12, faded, label)
	p.text(x, y+38, size, ink, value)
}

// spaced writes with a fixed pitch, as machine-readable zones have it.
func (p *pen) spaced(x, y int, size float64, pitch int, text string) {
	for i, r := range text {
		p.text(x+i*pitch, y, size, ink, string(r))
	}
}

// portrait puts head and collar into a box.
func (p *pen) portrait(box image.Rectangle, h *portrayed) {
	draw.Draw(p.img, box, image.NewUniform(color.RGBA{226, 228, 230, 255}), image.Point{}, draw.Src)
	inside := box.Inset(3)
	high := 1.1 * h.head.B
	wide := high * float64(inside.Dx()) / float64(inside.Dy())
	from := image.Rect(int(h.head.X-wide), int(h.head.Y-high), int(h.head.X+wide), int(h.head.Y+high))
	draw.CatmullRom.Scale(p.img, inside, h.picture, from, draw.Src, nil)
}

// signature writes one that is nobody's.
func (p *pen) signature(from image.Point) {
	last := from
	for i := range 90 {
		t := float64(i) / 6
		at := from.Add(image.Pt(i*2, int(18*math.Sin(t)*math.Cos(0.37*t))))
		p.line(last, at, color.RGBA{30, 40, 110, 255})
		last = at
	}
}

func (p *pen) line(from, to image.Point, c color.RGBA) {
	steps := max(to.X-from.X, 1) * 2
	for i := range steps {
		x, y := from.X+(to.X-from.X)*i/steps, from.Y+(to.Y-from.Y)*i/steps
		draw.Draw(p.img, image.Rect(x, y, x+3, y+3), image.NewUniform(c), image.Point{}, draw.Src)
	}
}

// specimen writes the marking across a side at height y, see-through, and again along its foot.
func (p *pen) specimen(y int, size float64) {
	const text = "ҮЛГІ · SPECIMEN"
	p.text(250, y, size, marking, text)
	p.text(40, p.img.Rect.Dy()-8, 16, marking, text)
}

// draw holds a side into the camera, half a picture wide, in front of the blurred room.
func (s *Specimen) draw(canvas *image.RGBA, scene Scene, t float64, seed uint64) {
	width, height := canvas.Rect.Dx(), canvas.Rect.Dy()
	if s.wall == nil || s.wall.Rect != canvas.Rect {
		s.wall = image.NewRGBA(canvas.Rect)
		plain := image.Rect(0, 0, 80, 60) // of the portrait: a corner
		draw.ApproxBiLinear.Scale(s.wall, s.wall.Rect, s.holder.picture, plain, draw.Src, nil)
		dim(s.wall)
	}
	copy(canvas.Pix, s.wall.Pix)
	side := s.side(scene, width/2)
	phase := float64(seed%628) / 100
	angle := 0.02*math.Sin(0.8*t+phase) + 0.012
	cx := float64(width)/2 + float64(width)*0.006*math.Sin(1.1*t+phase)
	cy := float64(height)/2 + float64(width)*0.005*math.Sin(0.9*t+2*phase)
	thumb(canvas, cx, cy+float64(side.Rect.Dy())*0.62, float64(width)*0.05)
	place(canvas, side, cx, cy, angle)
}

// side returns the texture of a side at a width in pixels, with a clear rim of two pixels for smooth edges.
func (s *Specimen) side(scene Scene, width int) *image.RGBA {
	if done := s.scaled[scene]; done != nil && done.Rect.Dx() == width+4 {
		return done
	}
	src := s.sides[scene]
	height := width * src.Rect.Dy() / src.Rect.Dx()
	done := image.NewRGBA(image.Rect(0, 0, width+4, height+4))
	draw.CatmullRom.Scale(done, done.Rect.Inset(2), src, src.Rect, draw.Src, nil)
	s.scaled[scene] = done
	return done
}

// place draws a texture turned by angle about its middle at (cx, cy).
func place(canvas, t *image.RGBA, cx, cy, angle float64) {
	sin, cos := math.Sincos(angle)
	w, h := float64(t.Rect.Dx()), float64(t.Rect.Dy())
	reach := math.Hypot(w, h) / 2
	box := image.Rect(int(cx-reach), int(cy-reach), int(cx+reach)+1, int(cy+reach)+1).Intersect(canvas.Rect)
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			dx, dy := float64(x)+0.5-cx, float64(y)+0.5-cy
			u, v := dx*cos+dy*sin+w/2-0.5, dy*cos-dx*sin+h/2-0.5
			if u < 0 || v < 0 || u >= w-1 || v >= h-1 {
				continue
			}
			over(canvas.Pix[canvas.PixOffset(x, y):], t, u, v)
		}
	}
}

// over blends the bilinear mean of four premultiplied texels onto dst.
func over(dst []byte, t *image.RGBA, u, v float64) {
	x, y := int(u), int(v)
	fx, fy := u-float64(x), v-float64(y)
	p := t.Pix[y*t.Stride+4*x:]
	q := p[t.Stride:]
	mean := func(i int) float64 {
		return (float64(p[i])*(1-fx)+float64(p[i+4])*fx)*(1-fy) + (float64(q[i])*(1-fx)+float64(q[i+4])*fx)*fy
	}
	rest := 1 - mean(3)/255
	for i := range 3 {
		dst[i] = byte(math.Min(mean(i)+float64(dst[i])*rest, 255))
	}
}

// thumb is the finger that holds the card.
func thumb(canvas *image.RGBA, cx, cy, r float64) {
	for y := int(cy - 2*r); y <= int(cy+4*r); y++ {
		for x := int(cx - r); x <= int(cx+r); x++ {
			if !(image.Point{X: x, Y: y}).In(canvas.Rect) {
				continue
			}
			d := math.Hypot(float64(x)-cx, math.Max(0, cy-float64(y))) / r
			if d > 1 {
				continue
			}
			light := 1 - 0.35*d*d
			canvas.SetRGBA(x, y, color.RGBA{byte(222 * light), byte(176 * light), byte(150 * light), 255})
		}
	}
}

func dim(canvas *image.RGBA) {
	for i := range canvas.Pix {
		if i&3 != 3 {
			canvas.Pix[i] = canvas.Pix[i]/2 - canvas.Pix[i]/20
		}
	}
}
