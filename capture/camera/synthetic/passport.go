//go:build demo

package synthetic

import (
	"image"
	"image/color"
	"image/draw"

	"qoltanba/assets/portraits"
)

// The data page of a passport in pixels: ID-3 (125 by 88 mm) at 10 pixels a millimetre.
const pageW, pageH = 1250, 880

// NewPassport draws the data page of a passport, 1250 by 880 pixels, with the portrait of a person. The face of type must have Kazakh
// letters.
func NewPassport(data CardData, portrait *portraits.Portrait, fontTTF []byte) (*Specimen, error) {
	return newSpecimen(portrait, fontTTF, map[Scene]sheet{
		ScenePassport: {image.Pt(pageW, pageH), color.RGBA{222, 230, 238, 255}, 1.5, func(p *pen, h *portrayed) {
			drawPage(p, data, h)
			p.specimen(700, 54)
		}},
	})
}

func drawPage(p *pen, d CardData, h *portrayed) {
	p.text(60, 70, 30, crest, "ҚАЗАҚСТАН РЕСПУБЛИКАСЫ / REPUBLIC OF KAZAKHSTAN")
	p.text(60, 118, 30, crest, "ПАСПОРТ / PASSPORT")
	p.field(890, 104, 34, "ПАСПОРТ № / PASSPORT NO.", d.Number)
	p.portrait(image.Rect(60, 170, 370, 590), h)
	for i, row := range [][2][2]string{
		{{"ТЕГІ / SURNAME", d.Surname}, {"АЗАМАТТЫҒЫ / NATIONALITY", "KAZ"}},
		{{"АТЫ / GIVEN NAMES", d.Name}, {"ҰЛТЫ / ETHNICITY", d.Nationality}},
		{{"ӘКЕСІНІҢ АТЫ / PATRONYMIC", d.Patronymic}, {"ЖЫНЫСЫ / SEX", d.Sex}},
		{{"ТУҒАН КҮНІ / DATE OF BIRTH", d.BirthDate}, {"ЖСН / PERSONAL NO.", d.IIN}},
		{{"ТУҒАН ЖЕРІ / PLACE OF BIRTH", d.BirthPlace}, {"БЕРІЛГЕН КҮНІ / DATE OF ISSUE", d.IssueDate}},
		{{"БЕРГЕН ОРГАН / AUTHORITY", d.Issuer}, {"ҚОЛДАНЫЛУ МЕРЗІМІ / DATE OF EXPIRY", d.ExpiryDay}},
	} {
		y := 190 + i*80
		p.field(410, y, 26, row[0][0], row[0][1])
		p.field(890, y, 26, row[1][0], row[1][1])
	}
	p.signature(image.Pt(66, 650))
	draw.Draw(p.img, image.Rect(0, 730, pageW, pageH), image.NewUniform(color.RGBA{240, 242, 242, 255}), image.Point{}, draw.Src)
	for i, line := range d.MRZ {
		p.spaced(52, 790+i*50, 34, 26, line)
	}
}
