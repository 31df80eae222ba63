package desktop

import (
	"bytes"
	"image"
	"image/jpeg"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/desktop/screen"
	"qoltanba/app/desktop/wording"
)

// cropped is the picture of the place that a field was read from.
type cropped struct {
	picture   image.Image // nil where there is none
	uncertain bool
}

// maxCrop bounds a crop in pixels, each way: the contract says 480.
const maxCrop = 1000

// readingWait is how long a citizen is shown that the document is being read; then the form stands as if nobody read it.
const readingWait = 45 * time.Second

// reading says that the machine still reads the document, and that it is worth waiting for.
func (w *Window) reading() bool {
	r := w.state.Enrolment.Reading
	return r != nil && r.State == api.ReadingUnderWay && time.Since(w.atFields) < readingWait
}

// fillIn takes what was made out of the document into the form, where the citizen has written nothing of their own.
func (w *Window) fillIn(made *api.Recognised) {
	w.typed.crops = map[screen.FieldName]cropped{}
	filled := map[screen.FieldName]string{}
	defer func() { w.typed.filled = filled }()
	for _, name := range screen.FieldNames() {
		f, ok := made.Field(string(name))
		if !ok {
			continue
		}
		if value := shownValue(name, f.Value); w.typed.fields[name] == w.typed.filled[name] && value != "" {
			w.typed.fields[name], filled[name] = value, value
		}
		w.typed.crops[name] = cropped{decodeCrop(f.Crop), f.Uncertain}
	}
}

// shownValue is a value as the form has it: dates as documents write them.
func shownValue(name screen.FieldName, value string) string {
	switch name {
	case screen.FieldBirthDate, screen.FieldIssued, screen.FieldExpires:
		return api.Date(value).Written()
	}
	return value
}

// decodeCrop reads the small picture of a field; nil for what is none.
func decodeCrop(data []byte) image.Image {
	c, err := jpeg.DecodeConfig(bytes.NewReader(data))
	if err != nil || c.Width > maxCrop || c.Height > maxCrop {
		return nil
	}
	img, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		return nil
	}
	return img
}

func (w *Window) fieldsModel(words *wording.Words) screen.FieldsModel {
	m := screen.FieldsModel{
		Values: w.typed.fields, Problems: map[screen.FieldName]string{},
		Kind: screen.CardKind(w.document()), Pictures: w.pictures(w.document()), Confirmed: w.typed.confirmed,
	}
	m.Reading = w.reading()
	for name, crop := range w.typed.crops {
		m.Crops = append(m.Crops, screen.Crop{Field: name, Picture: crop.picture, Uncertain: crop.uncertain})
	}
	for name := range w.typed.problems {
		m.Problems[name] = words.T("fields.wrong")
	}
	return m
}
