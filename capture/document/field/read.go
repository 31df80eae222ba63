package field

import (
	"cmp"
	"context"
	"image"
	"strings"
	"time"

	"qoltanba/capture/document"
	"qoltanba/capture/document/mrz"
	"qoltanba/capture/document/tesseract"
	"qoltanba/capture/document/transliteration"
)

// Reader reads the print of cards. It may be used by many at once.
type Reader struct {
	engine *tesseract.Engine
	iin    func(string) bool
}

// NewReader takes an engine that has [tesseract.Kazakh] and [tesseract.Russian], and what says whether a number is an IIN; nil for none.
func NewReader(e *tesseract.Engine, iin func(string) bool) *Reader { return &Reader{e, iin} }

// line is what was made out in a place.
type line struct {
	place
	crop          *image.Gray
	read, russian tesseract.Line
}

// Read reads the print of a side. The zone of the back, where it is known, helps to choose between two readings of a name.
// Places in which a card may have nothing are left out where nothing is; all others are in the sheet, with no value where none was
// made out. A data page and what has no upright picture have no fields. Errors are those of the engine.
func (r *Reader) Read(ctx context.Context, x document.Examination, zone *mrz.Reading) (Sheet, error) {
	if x.Upright == nil {
		return nil, nil
	}
	var all []*line
	for _, p := range layouts[x.Side] {
		l := &line{place: p, crop: Crop(x.Upright, p.box)}
		if p.optional() && empty(l.crop) {
			continue
		}
		all = append(all, l)
	}
	if err := r.lines(ctx, tesseract.Task{Language: tesseract.Kazakh}, all, false); err != nil {
		return nil, err
	}
	var again []*line
	for _, l := range all {
		if l.kind == name && !strings.ContainsAny(bare(l.read.Text), kazakhLetters) {
			again = append(again, l)
		}
	}
	if err := r.lines(ctx, tesseract.Task{Language: tesseract.Russian}, again, true); err != nil {
		return nil, err
	}
	var s Sheet
	for _, l := range all {
		s = append(s, l.fields(r, zone)...)
	}
	return s, nil
}

// lines reads the crops of the lines.
func (r *Reader) lines(ctx context.Context, t tesseract.Task, lines []*line, russian bool) error {
	if len(lines) == 0 {
		return nil
	}
	crops := make([]*image.Gray, len(lines))
	for i, l := range lines {
		crops[i] = l.crop
	}
	read, err := r.engine.Read(ctx, t, crops)
	if err != nil {
		return err
	}
	for i, l := range lines {
		if russian {
			l.russian = read[i]
		} else {
			l.read = read[i]
		}
	}
	return nil
}

// fields makes values of what was read.
func (l *line) fields(r *Reader, zone *mrz.Reading) Sheet {
	made := Field{Name: l.name, Source: Print, Box: l.box}
	switch l.kind {
	case name:
		made.Value, made.Confidence = l.chosen(zone)
	case listed:
		l.fromList(&made)
		if made.Value == "" && l.since24 {
			return nil // it was no print
		}
	case digits:
		if value := onlyDigits(l.read.Text); len(value) >= l.length {
			made.Value, made.Confidence = value[len(value)-l.length:], l.read.Confidence
		}
		if l.name == IIN && made.Value != "" && r.iin != nil {
			if r.iin(made.Value) {
				made.Confidence = likelier(made.Confidence, 10)
			} else {
				made.Confidence /= 10
			}
		}
	case date:
		made.Value = calendar(onlyDigits(l.read.Text))
		if made.Value != "" {
			made.Confidence = l.read.Confidence
		}
	case term:
		return l.term(made)
	}
	return Sheet{made}
}

// term takes both dates of a line.
func (l *line) term(from Field) Sheet {
	until := from
	until.Name = Expires
	if value := onlyDigits(l.read.Text); len(value) == 16 {
		from.Value, until.Value = calendar(value[:8]), calendar(value[8:])
	}
	for _, f := range []*Field{&from, &until} {
		if f.Value != "" {
			f.Confidence = l.read.Confidence
		}
	}
	return Sheet{from, until}
}

// likelier is a probability after evidence that is so many times as likely if it holds.
func likelier(p, times float64) float64 { return p * times / (p*times + 1 - p) }

// fromList holds the line against its list.
func (l *line) fromList(f *Field) {
	found, off, ok := l.list.snap(l.read.Text)
	if !ok {
		if f.Value = bare(l.read.Text); f.Value != "" {
			f.Confidence = l.read.Confidence / 2
		}
		if l.since24 {
			f.Value, f.Confidence = "", 0
		}
		return
	}
	f.Value, f.Russian = found.printed, found.russian
	f.Confidence = likelier(max(l.read.Confidence, 0.3), []float64{20, 5, 2, 1}[min(off, 3)])
	if l.name == Sex {
		f.Value = map[string]string{"МУЖСКОЙ": "M", "ЖЕНСКИЙ": "F"}[found.russian]
	}
}

// chosen is the likelier of the two readings of a name: the one that the zone's spelling is nearer to, then the Russian one where it is hardly less
// certain, since it was only asked for where no Kazakh letter had been seen.
func (l *line) chosen(zone *mrz.Reading) (value string, confidence float64) {
	first, second := person(l.read), person(l.russian)
	a, b := l.off(first.Text, zone), l.off(second.Text, zone)
	const hardly = 0.1
	best, off := first, a
	if second.Text != "" && cmp.Or(cmp.Compare(b, a), cmp.Compare(first.Confidence-hardly, second.Confidence)) < 0 {
		best, off = second, b
	}
	if best.Text == "" {
		return "", 0
	}
	switch {
	case off == 0 && zone != nil && zone.Certain() && l.name != Patronymic:
		best.Confidence = likelier(best.Confidence, 5)
	case off > 0:
		best.Confidence /= 2
	}
	return best.Text, best.Confidence
}

// off is how far a name is from its spelling in the zone; 0 where there is none.
func (l *line) off(text string, zone *mrz.Reading) int {
	if zone == nil {
		return 0
	}
	switch l.name {
	case Surname:
		return transliteration.Begins(text, zone.Surname)
	case Given:
		if transliteration.Starts(text, zone.Given) {
			return 0
		}
		return transliteration.Begins(text, zone.Given)
	}
	return 0
}

// person makes a name of a line: capitals, Ё kept, parts with a hyphen or a space between them, and no signs at the ends, which are specks.
func person(l tesseract.Line) tesseract.Line {
	kept := strings.Map(func(r rune) rune {
		switch {
		case r == 'Ё' || r == '-' || r == ' ':
			return r
		case transliteration.Name(string(r)):
			return r
		case transliteration.Name(lookalikes.Replace(string(r))):
			return []rune(lookalikes.Replace(string(r)))[0]
		}
		return -1
	}, strings.ToUpper(l.Text))
	var parts []string
	for _, part := range strings.Fields(kept) {
		if part = strings.Trim(part, "-"); len([]rune(part)) > 1 {
			parts = append(parts, part)
		}
	}
	return tesseract.Line{Text: strings.Join(parts, " "), Confidence: l.Confidence}
}

// onlyDigits are the digits of a line, and the letters that look like them.
func onlyDigits(text string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case 'O', 'О':
			r = '0'
		case 'З':
			r = '3'
		}
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
}

// calendar is the day of eight digits, day first; "" for what is none.
func calendar(ddmmyyyy string) string {
	t, err := time.Parse("02012006", ddmmyyyy)
	if err != nil || t.Year() < 1900 {
		return ""
	}
	return t.Format(time.DateOnly)
}
