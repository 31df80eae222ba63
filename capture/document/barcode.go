package document

import (
	"image"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/oned"
)

// BarcodeBox is where the back of a card may have a barcode: above its zone. Where on cards since 2024 it stands, and in which of the
// symbologies that are tried, nothing public says.
var BarcodeBox = Box{0.5, 0.5, 85, 31}

// Of a barcode that is looked for.
const (
	barDensity = 24 // samples a millimetre: a bar has a fifth of one
	barRow     = 0.8
	iinDigits  = 12
)

// Barcode reads the IIN that the back of a card since 2024 has as a barcode: Code 128, Interleaved 2 of 5 or Code 39, along the card or across. The
// picture is that which was examined, as the upright document has too few samples. It answers false where none is read, and where what is read is
// not an IIN by the examiner's options: on cards before 2024 there is none.
func (e *Examiner) Barcode(img image.Image, x Examination) (iin string, ok bool) {
	r := open(img)
	m, ok := mapOnto(ID1, x.Corners)
	if !ok || r.width == 0 || x.Side != Back {
		return "", false
	}
	for _, upright := range []bool{false, true} {
		strip := r.bars(&m, upright)
		for _, read := range []gozxing.Reader{oned.NewCode128Reader(), oned.NewITFReader(), oned.NewCode39Reader()} {
			if iin, ok := e.readBars(strip, read); ok {
				return iin, true
			}
		}
	}
	return "", false
}

// readBars tries the rows of a picture of bars.
func (e *Examiner) readBars(strip *image.Gray, read gozxing.Reader) (string, bool) {
	source := gozxing.NewLuminanceSourceFromImage(strip)
	for _, binarizer := range []gozxing.Binarizer{gozxing.NewHybridBinarizer(source), gozxing.NewGlobalHistgramBinarizer(source)} {
		bitmap, err := gozxing.NewBinaryBitmap(binarizer)
		if err != nil {
			continue
		}
		found, err := read.Decode(bitmap, map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true})
		if err == nil && e.isIIN(found.GetText()) {
			return found.GetText(), true
		}
	}
	return "", false
}

func (e *Examiner) isIIN(s string) bool {
	if len(s) != iinDigits {
		return false
	}
	for _, c := range s {
		if c < '0' || c > '9' {
			return false
		}
	}
	return e.reader.Options.IIN == nil || e.reader.Options.IIN(s)
}

// bars is the part of the document with the barcode, finely along the bars' sequence and coarsely across, where bars are all alike.
func (r *raster) bars(m *mapping, upright bool) *image.Gray {
	b, luma := BarcodeBox, &r.planes[0]
	long, short := b.Right-b.Left, b.Bottom-b.Top
	if upright {
		long, short = short, long
	}
	out := image.NewGray(image.Rect(0, 0, int(long*barDensity), int(short/barRow)))
	for y := range out.Rect.Dy() {
		row := out.Pix[y*out.Stride:][:out.Rect.Dx()]
		for i := range row {
			along, across := (float64(i)+0.5)/barDensity, (float64(y)+0.5)*barRow
			if upright {
				along, across = across, along
			}
			row[i] = uint8(luma.at(m.apply(b.Left+along, b.Top+across)) + 0.5)
		}
	}
	return out
}
