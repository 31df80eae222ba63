//go:build demo

package specimen

import (
	"image"
	"image/color"
	"image/draw"
	"math"
	"math/rand/v2"
	"sync"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/oned"
	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"qoltanba/assets/fonts"
	"qoltanba/assets/ocrb"
)

// Size of a card, millimetres (ISO/IEC 7810, ID-1).
const (
	Width  = 85.60
	Height = 53.98
	corner = 3.18 // radius
)

// Side of a card.
type Side int

// The sides.
const (
	Front Side = iota
	Back
)

func (s Side) String() string { return [...]string{"front", "back"}[s] }

// sheet is a card being printed.
type sheet struct {
	img     *image.RGBA
	density float64 // pixels a millimetre
}

// Draw prints a side of the person's card at so many pixels a millimetre; its rounded corners are transparent. The colours of the
// ground, the wear of print and the portrait come from r.
func Draw(p Person, side Side, density float64, r *rand.Rand) *image.RGBA {
	s := &sheet{image.NewRGBA(image.Rect(0, 0, int(math.Round(Width*density)), int(math.Round(Height*density)))), density}
	s.ground(side, r)
	if side == Front {
		s.front(p, r)
	} else {
		s.back(p, r)
	}
	s.text(regular(), 28, 30, 5.5, "SPECIMEN", color.RGBA{150, 60, 60, 70})
	s.round()
	return s.img
}

var (
	ink   = color.RGBA{30, 30, 36, 255}
	label = color.RGBA{70, 80, 120, 255}
)

// Fonts of the card.
var (
	regular = sync.OnceValue(func() *opentype.Font { return parse(fonts.Regular) })
	bold    = sync.OnceValue(func() *opentype.Font { return parse(fonts.Bold) })
	zone    = sync.OnceValue(func() *opentype.Font { return parse(ocrb.Square) })
)

func parse(data []byte) *opentype.Font {
	f, err := opentype.Parse(data)
	if err != nil {
		panic(err) // a file of the repository
	}
	return f
}

// front has the portrait on the left and the names beside it; since 2024 the sex.
func (s *sheet) front(p Person, r *rand.Rand) {
	s.text(bold(), 24, 6, 1.9, "ҚАЗАҚСТАН РЕСПУБЛИКАСЫ", label)
	s.text(regular(), 24, 9.4, 1.6, "ЖЕКЕ КУӘЛІК / УДОСТОВЕРЕНИЕ ЛИЧНОСТИ", label)
	y := 14.5
	for _, f := range [][2]string{
		{"ТЕГІ / ФАМИЛИЯ", p.Surname},
		{"АТЫ / ИМЯ", p.Name},
		{"ӘКЕСІНІҢ АТЫ / ОТЧЕСТВО", p.Patronymic},
		{"ТУҒАН КҮНІ / ДАТА РОЖДЕНИЯ", p.Birth.Format("02.01.2006")},
	} {
		s.field(31, y, f[0], f[1])
		y += 7.4
	}
	if p.Since2024() {
		s.field(62, y-7.4, "ЖЫНЫСЫ / ПОЛ", map[bool]string{true: "ӘЙЕЛ / Ж", false: "ЕР / М"}[p.Female])
	}
	s.text(regular(), 4, 48.6, 1.1, "ЖСН / ИИН", label)
	s.text(bold(), 13, 49.2, 2.4, p.IIN, ink)
	s.portrait(r)
}

// back has the zone; since 2024 the citizenship.
func (s *sheet) back(p Person, r *rand.Rand) {
	if r.IntN(2) == 0 {
		s.box(0, 31, Width, Height, color.RGBA{236, 238, 236, 255})
	}
	s.text(bold(), 58, 6.2, 2.4, "№ "+p.Number, color.RGBA{150, 20, 30, 255})
	s.field(24, 5, "ТУҒАН ЖЕРІ / МЕСТО РОЖДЕНИЯ", p.BirthPlace)
	s.field(24, 11.6, "ҰЛТЫ / НАЦИОНАЛЬНОСТЬ", p.Nationality)
	if p.Since2024() {
		s.field(56, 11.6, "АЗАМАТТЫҒЫ / ГРАЖДАНСТВО", "ҚАЗАҚСТАН")
	}
	s.field(24, 18.2, "БЕРГЕН ОРГАН / ОРГАН ВЫДАЧИ", "ҚР ІШКІ ІСТЕР МИНИСТРЛІГІ")
	s.field(24, 24.8, "БЕРІЛГЕН КҮНІ – ҚОЛДАНЫЛУ МЕРЗІМІ", p.Issue.Format("02.01.2006")+" - "+p.Expiry.Format("02.01.2006"))
	s.box(6, 9, 19, 21, color.RGBA{208, 180, 108, 255})
	for k := range 3 {
		s.box(6, 12+3*float64(k), 19, 12.25+3*float64(k), color.RGBA{120, 100, 50, 255})
	}
	for x := 4.0; x < 21; {
		w := 0.15 + 0.3*r.Float64()
		if !p.Since2024() { // whose barcode is the IIN
			s.box(x, 2, x+w, 7, ink)
		}
		x += w + 0.2 + 0.4*r.Float64()
	}
	if p.Since2024() {
		s.barcode(p.IIN, 3.5, 2, 20.5, 7)
	}
	left, base := 4.3+0.8*r.Float64(), 36.2+0.8*r.Float64()
	tone := uint8(16 + r.IntN(50)) //nolint:gosec // G115: below 66
	printed := p.Zone()
	s.zone(printed[:], left, base, color.RGBA{tone, tone, tone + 4, 255})
}

// barcode prints digits in Code 128 between the edges.
func (s *sheet) barcode(digits string, left, top, right, bottom float64) {
	bars, err := oned.NewCode128Writer().Encode(digits, gozxing.BarcodeFormat_CODE_128, 1, 1, map[gozxing.EncodeHintType]any{gozxing.EncodeHintType_MARGIN: 0})
	if err != nil {
		panic(err) // never: an IIN is digits
	}
	s.box(left-1, top-0.5, right+1, bottom+0.5, color.RGBA{240, 240, 240, 255})
	module := (right - left) / float64(bars.GetWidth())
	for i := range bars.GetWidth() {
		if bars.Get(i, 0) {
			s.fine(left+module*float64(i), top, left+module*float64(i+1), bottom)
		}
	}
}

// fine fills a box whose sides may lie between pixels.
func (s *sheet) fine(x0, y0, x1, y1 float64) {
	d := s.density
	for x := int(x0 * d); x < int(math.Ceil(x1*d)); x++ {
		cover := min(float64(x+1), x1*d) - max(float64(x), x0*d)
		for y := int(y0 * d); y < int(y1*d); y++ {
			i := s.img.PixOffset(x, y)
			for k, v := range [3]uint8{ink.R, ink.G, ink.B} {
				s.img.Pix[i+k] = uint8(float64(s.img.Pix[i+k])*(1-cover) + float64(v)*cover)
			}
		}
	}
}

// zone prints the lines at the distances of Doc 9303-5: 2.54 mm from character to character.
func (s *sheet) zone(lines []string, left, base float64, tone color.RGBA) {
	const pitch, leading = 2.54, 6.35
	face := newFace(zone(), 100)
	advance, _ := face.GlyphAdvance('0')
	size := 100 * pitch * s.density / (float64(advance) / 64)
	face = newFace(zone(), size)
	for i, line := range lines {
		for k, c := range line {
			s.print(face, left+pitch*float64(k), base+leading*float64(i), string(c), tone)
		}
	}
}

// DataPage prints the lower part of a passport's data page, with a zone of two lines of 44, at so many pixels a millimetre.
func DataPage(lines [2]string, density float64) *image.RGBA {
	const width, height = 125, 88
	s := &sheet{image.NewRGBA(image.Rect(0, 0, width*int(density), height*int(density))), density}
	s.box(0, 0, width, height, color.RGBA{226, 222, 212, 255})
	s.box(8, 14, 43, 59, color.RGBA{150, 140, 130, 255})
	s.text(regular(), 50, 12, 2, "SPECIMEN", label)
	s.zone(lines[:], 6.2, 77, ink)
	return s.img
}

// field is a label with its value beneath.
func (s *sheet) field(x, y float64, name, value string) {
	s.text(regular(), x, y, 1.05, name, label)
	s.text(bold(), x, y+3.6, 2.1, value, ink)
}

// text prints with capitals of the height given, millimetres.
func (s *sheet) text(f *opentype.Font, x, y, capitals float64, text string, c color.RGBA) {
	const capitalsOfEm = 0.714 // Noto Sans
	s.print(newFace(f, capitals*s.density/capitalsOfEm), x, y, text, c)
}

func newFace(f *opentype.Font, pixels float64) font.Face {
	made, err := opentype.NewFace(f, &opentype.FaceOptions{Size: pixels, DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		panic(err) // never: the options are good
	}
	return made
}

func (s *sheet) print(face font.Face, x, y float64, text string, c color.RGBA) {
	at := fixed.Point26_6{X: fixed.Int26_6(x * s.density * 64), Y: fixed.Int26_6(y * s.density * 64)}
	paint := color.NRGBA(c)
	(&font.Drawer{Dst: s.img, Src: image.NewUniform(paint), Face: face, Dot: at}).DrawString(text)
}

func (s *sheet) box(x0, y0, x1, y1 float64, c color.RGBA) {
	d := s.density
	draw.Draw(s.img, image.Rect(int(x0*d), int(y0*d), int(x1*d+0.5), int(y1*d+0.5)), image.NewUniform(c), image.Point{}, draw.Src)
}

// ground is a pale tone with waves, darker to one side.
func (s *sheet) ground(side Side, r *rand.Rand) {
	base := [2][3]float64{{222, 230, 214}, {214, 226, 236}}[side]
	lean, fine, turn, deep := 20*(r.Float64()-0.5), 0.9+1.2*r.Float64(), 6*r.Float64(), 6+14*r.Float64()
	tint := [3]float64{10 * r.NormFloat64(), 10 * r.NormFloat64(), 10 * r.NormFloat64()}
	b := s.img.Rect
	for y := range b.Dy() {
		v := float64(y) / s.density
		for x := range b.Dx() {
			u := float64(x) / s.density
			wave := 0.0
			if math.Sin(2*math.Pi*(v/fine+0.9*math.Sin(u*0.12+turn)+0.5*math.Cos(v*0.2))) > 0.8 {
				wave = deep
			}
			i := s.img.PixOffset(x, y)
			for k := range 3 {
				s.img.Pix[i+k] = uint8(min(max(base[k]+tint[k]-wave+lean*(u/Width-0.5), 0), 255))
			}
			s.img.Pix[i+3] = 255
		}
	}
}

// portrait is a head and shoulders of three tones.
func (s *sheet) portrait(r *rand.Rand) {
	s.box(4, 12, 27, 43, color.RGBA{226, 228, 230, 255})
	skin := []color.RGBA{{222, 186, 160, 255}, {205, 165, 135, 255}, {165, 125, 100, 255}}[r.IntN(3)]
	s.oval(15.5, 43, 9.5, 9, color.RGBA{60, 64, 80, 255}, 43)
	s.oval(15.5, 24, 6.2, 7.6, color.RGBA{40, 32, 28, 255}, 43)
	s.oval(15.5, 26.5, 5.6, 7.4, skin, 43)
	for _, x := range []float64{13, 18} {
		s.oval(x, 25.5, 0.9, 0.5, color.RGBA{40, 30, 25, 255}, 43)
	}
	s.oval(15.5, 30.5, 1.8, 0.4, color.RGBA{150, 70, 70, 255}, 43)
}

// oval fills an ellipse down to the line bottom.
func (s *sheet) oval(x, y, rx, ry float64, c color.RGBA, bottom float64) {
	d := s.density
	for py := int((y - ry) * d); py < int(min(y+ry, bottom)*d); py++ {
		for px := int((x - rx) * d); px < int((x+rx)*d); px++ {
			u, v := ((float64(px)+0.5)/d-x)/rx, ((float64(py)+0.5)/d-y)/ry
			if u*u+v*v <= 1 {
				s.img.SetRGBA(px, py, c)
			}
		}
	}
}

// round makes the corners transparent.
func (s *sheet) round() {
	d := s.density
	for y := range s.img.Rect.Dy() {
		for x := range s.img.Rect.Dx() {
			u, v := (float64(x)+0.5)/d, (float64(y)+0.5)/d
			dx, dy := max(corner-u, u-(Width-corner), 0), max(corner-v, v-(Height-corner), 0)
			if out := math.Hypot(dx, dy) - corner; out > 0 && dx > 0 && dy > 0 {
				cover := max(0, 1-out*d)
				i := s.img.PixOffset(x, y)
				for k := range 4 {
					s.img.Pix[i+k] = uint8(float64(s.img.Pix[i+k]) * cover)
				}
			}
		}
	}
}
