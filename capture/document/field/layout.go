package field

import (
	"image"

	"qoltanba/capture/document"
)

// kind says what stands in a place and so how it is read.
type kind int

const (
	name   kind = iota // a name in Cyrillic letters
	listed             // one of a list
	date               // DD.MM.YYYY
	term               // two dates: issued and valid until
	digits             // so many digits, the last ones of the line
)

// place is where a field is printed.
type place struct {
	name    Name
	kind    kind
	box     document.Box
	list    list // of listed
	length  int  // of digits
	since24 bool // printed on cards of the layout of 2024 only
}

// layouts of the sides. The cards of before 2024 have all places but two.
var layouts = map[document.Side][]place{
	document.Front: {
		{name: Surname, kind: name, box: document.Box{Left: 30.2, Top: 15.2, Right: 82, Bottom: 19}},
		{name: Given, kind: name, box: document.Box{Left: 30.2, Top: 22.6, Right: 82, Bottom: 26.4}},
		{name: Patronymic, kind: name, box: document.Box{Left: 30.2, Top: 30, Right: 82, Bottom: 33.8}},
		{name: Birth, kind: date, box: document.Box{Left: 30.2, Top: 37.4, Right: 60, Bottom: 41.2}},
		{name: Sex, kind: listed, list: sexes, since24: true, box: document.Box{Left: 61.2, Top: 37.4, Right: 82, Bottom: 41.2}},
		{name: IIN, kind: digits, length: 12, box: document.Box{Left: 12, Top: 45.9, Right: 44, Bottom: 50.2}},
	},
	document.Back: {
		{name: Number, kind: digits, length: 9, box: document.Box{Left: 61.5, Top: 3, Right: 84, Bottom: 7}},
		{name: BirthPlace, kind: listed, list: places, box: document.Box{Left: 23.2, Top: 6.3, Right: 82, Bottom: 9.5}},
		{name: Nationality, kind: listed, list: nationalities, box: document.Box{Left: 23.2, Top: 12.3, Right: 54.5, Bottom: 16.1}},
		{name: Citizenship, kind: listed, list: states, since24: true, box: document.Box{Left: 55.2, Top: 12.3, Right: 83, Bottom: 16.1}},
		{name: Issuer, kind: listed, list: issuers, box: document.Box{Left: 23.2, Top: 18.9, Right: 83, Bottom: 22.7}},
		{name: Issued, kind: term, box: document.Box{Left: 23.2, Top: 25.5, Right: 70, Bottom: 29.3}},
	},
}

// optional says that a card may have nothing in the place.
func (p place) optional() bool { return p.since24 || p.name == Patronymic }

// Box is where a field is printed on a side; false where the side has none of the name.
func Box(s document.Side, n Name) (document.Box, bool) {
	if n == Expires {
		n = Issued
	}
	for _, p := range layouts[s] {
		if p.name == n {
			return p.box, true
		}
	}
	return document.Box{}, false
}

// Crop cuts a box out of an upright card.
func Crop(upright *image.Gray, b document.Box) *image.Gray {
	part := image.Rect(int(b.Left*document.Density), int(b.Top*document.Density), int(b.Right*document.Density), int(b.Bottom*document.Density))
	return upright.SubImage(part).(*image.Gray)
}

// Ink in a crop: what is so much darker than the ground counts, and so large a part of it is print.
const (
	dark      = 0.72
	leastDark = 0.012
)

// empty says that nothing is printed in a crop.
func empty(crop *image.Gray) bool {
	var counts [256]int
	n := 0
	for y := crop.Rect.Min.Y; y < crop.Rect.Max.Y; y++ {
		for _, v := range crop.Pix[crop.PixOffset(crop.Rect.Min.X, y):][:crop.Rect.Dx()] {
			counts[v]++
			n++
		}
	}
	ground, seen := 0, 0
	for ; ground < 255 && seen*2 < n; ground++ {
		seen += counts[ground]
	}
	inked := 0
	for v := range int(dark * float64(ground)) {
		inked += counts[v]
	}
	return float64(inked) < leastDark*float64(n)
}
