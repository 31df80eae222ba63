package screen

import (
	"image"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"qoltanba/app/desktop/look"
	"qoltanba/app/desktop/part"
	"qoltanba/app/desktop/wording"
)

// FieldName names a field of the document, as the contract does.
type FieldName string

// The fields, in the order in which they stand. Dates are written 02.01.2006.
const (
	FieldSurname     FieldName = "surname"
	FieldGivenName   FieldName = "name"
	FieldPatronymic  FieldName = "patronymic"
	FieldSex         FieldName = "sex"
	FieldBirthDate   FieldName = "birth_date"
	FieldBirthPlace  FieldName = "birth_place"
	FieldNationality FieldName = "nationality"
	FieldCitizenship FieldName = "citizenship"
	FieldNumber      FieldName = "document_number"
	FieldIssued      FieldName = "issue_date"
	FieldExpires     FieldName = "expiry_date"
	FieldIssuer      FieldName = "issuer"
)

// FieldNames lists the fields in their order.
func FieldNames() []FieldName {
	return []FieldName{
		FieldSurname, FieldGivenName, FieldPatronymic, FieldBirthDate, FieldSex, FieldBirthPlace,
		FieldNationality, FieldCitizenship, FieldNumber, FieldIssued, FieldExpires, FieldIssuer,
	}
}

// The two values of FieldSex.
const (
	SexMale   = "male"
	SexFemale = "female"
)

// FieldsModel is the data of the document as known so far.
type FieldsModel struct {
	Values    map[FieldName]string
	Problems  map[FieldName]string // in the language of the window
	Kind      CardKind
	Pictures  []image.Image // of the document; nil where one is not at hand
	Confirmed bool
	Reading   bool   // the machine still reads the document
	Crops     []Crop // of the fields that it made out
}

// Crop is the picture of the place where a field stands.
type Crop struct {
	Field     FieldName
	Picture   image.Image // nil where there is none
	Uncertain bool        // the machine was not sure
}

// FieldsActions are what can be done there.
type FieldsActions struct {
	Changed   func(name FieldName, value string)
	Confirmed func(bool)
	Send      func()
	Back      func()
}

const sideWidth float32 = 156

// Fields is the form beside the pictures of the document. There is no sentence below the title: the room is the form's.
type Fields struct {
	*View
	kind    CardKind
	fields  map[FieldName]*part.Field
	last    *part.Entry // the entry that letter keys type into
	problem *part.Text
	crops   map[FieldName]Crop
}

// NewFields builds the form with the document's data, correctable, beside its pictures: two fields a row, but for sex and issuer, which
// need the whole width.
func NewFields(w *wording.Words, m FieldsModel, on FieldsActions) *Fields {
	f := &Fields{View: newUntitled(w, "fields", CardStage), kind: m.Kind, fields: map[FieldName]*part.Field{}, crops: map[FieldName]Crop{}, problem: part.Caption("").Colored(colorBad)}
	f.Title = w.T("fields.title")
	for _, c := range m.Crops {
		f.crops[c.Field] = c
	}
	form, pair := part.Column(12), part.Grid(2, look.SpaceM)
	for _, name := range FieldNames() {
		cell := f.field(name, m.Values[name], on)
		if name == FieldSex || name == FieldIssuer {
			form.Add(cell)
			continue
		}
		if len(pair.Objects) == 0 {
			form.Add(pair)
		}
		if pair.Add(cell); len(pair.Objects) == 2 {
			pair = part.Grid(2, look.SpaceM)
		}
	}
	f.setMain("shot.send", on.Send)
	enable(f.Main, m.Confirmed)
	check := register(f.View, "fields.confirm", part.NewCheck(w.T("fields.confirm"), m.Confirmed, func(yes bool) {
		enable(f.Main, yes)
		on.Confirmed(yes)
	}))
	if m.Reading {
		f.reading(form)
	}
	left := part.Column(look.SpaceXS, part.Grow(part.Page(0, 2, part.Inset(look.SpaceS, 0, part.Space(0), form))), check)
	side := part.Column(look.SpaceS)
	for _, img := range m.Pictures {
		side.Add(f.picture(img))
	}
	side.Add(part.Caption(w.T("fields.letters")))
	side.Add(f.letters())
	f.Body = part.TopRow(look.SpaceM, part.Grow(left), part.Grown(sideWidth, side))
	if e, ok := f.Find("fields." + string(FieldSurname)).(*part.Entry); ok {
		f.First, f.last = e, e
	}
	f.setBack(on.Back)
	f.Update(m)
	return f
}

// Update shows which fields have problems.
func (f *Fields) Update(m FieldsModel) {
	for name, field := range f.fields {
		field.SetProblem(m.Problems[name])
	}
	f.problem.SetText(m.Problems[FieldSex])
	f.problem.Hidden = m.Problems[FieldSex] == ""
}

func (f *Fields) field(name FieldName, value string, on FieldsActions) fyne.CanvasObject {
	if name == FieldSex {
		return f.sex(value, on)
	}
	id := "fields." + string(name)
	e := register(f.View, id, part.NewEntry(value, func(s string) { on.Changed(name, s) }))
	e.OnFocus(func() { f.last = e })
	label, hint := f.text(id), ""
	switch name {
	case FieldBirthDate, FieldIssued, FieldExpires:
		e.SetPlaceHolder(f.text("fields.date"))
	case FieldPatronymic:
		e.SetPlaceHolder(f.text("fields.patronymic.hint"))
	case FieldNumber:
		if f.kind == Passport {
			label, hint = f.text("fields.passport_number"), f.text("fields.passport_number.hint")
		}
	}
	crop := f.crops[name]
	if crop.Uncertain {
		hint = f.text("fields.uncertain")
	}
	f.fields[name] = part.NewField(label, hint, e)
	if crop.Uncertain {
		f.fields[name].Doubted()
	}
	return f.cropped(f.fields[name].Container, crop)
}

// cropHeight is that of the strip that shows how a field is printed.
const cropHeight float32 = 30

// cropped puts the picture of its place over a field.
func (f *Fields) cropped(field fyne.CanvasObject, c Crop) fyne.CanvasObject {
	if c.Picture == nil {
		return field
	}
	strip := canvas.NewImageFromImage(c.Picture)
	strip.FillMode = canvas.ImageFillContain
	b := c.Picture.Bounds()
	width := min(cropHeight*float32(b.Dx())/float32(max(b.Dy(), 1)), 230)
	return part.Column(2, part.Row(0, part.Fixed(width, cropHeight, strip)), field)
}

// reading says above the form that the document is being read, and that nobody has to wait for it.
func (f *Fields) reading(form *fyne.Container) {
	note := part.Column(4, part.Strong(f.text("fields.reading")), part.NewBar(-1), part.Caption(f.text("fields.reading.type")))
	form.Objects = append([]fyne.CanvasObject{note}, form.Objects...)
}

func (f *Fields) sex(value string, on FieldsActions) fyne.CanvasObject {
	var male, female *part.Choice
	pick := func(v string) func() {
		return func() {
			male.SetChosen(v == SexMale)
			female.SetChosen(v == SexFemale)
			on.Changed(FieldSex, v)
		}
	}
	male = register(f.View, "fields.sex.male", part.NewOption("", f.text("fields.sex.male"), "", value == SexMale, pick(SexMale)))
	female = register(f.View, "fields.sex.female", part.NewOption("", f.text("fields.sex.female"), "", value == SexFemale, pick(SexFemale)))
	label := part.Strong(f.text("fields.sex"))
	return f.cropped(part.Column(4, part.Row(look.SpaceM, label, part.Grow(part.Grid(2, look.SpaceM, male, female))), f.problem), f.crops[FieldSex])
}

func (f *Fields) picture(img image.Image) fyne.CanvasObject {
	p := part.NewPreview(part.NoGuide, false).Low(112)
	if img != nil {
		p.Still(img)
	}
	return p
}

// letters are keys for the letters that a Russian keyboard lacks; they type into the entry that had the keyboard last.
func (f *Fields) letters() fyne.CanvasObject {
	keys := make([]fyne.CanvasObject, 0, 9)
	for _, letter := range "ӘҒҚҢӨҰҮҺІ" {
		b := register(f.View, "fields.letter."+string(letter), part.NewButton(part.Key, string(letter), "", func() {
			if f.last == nil {
				return
			}
			f.last.TypedRune(letter)
			if c := fyne.CurrentApp().Driver().CanvasForObject(f.last); c != nil {
				c.Focus(f.last)
			}
		}))
		keys = append(keys, b)
	}
	return part.Grid(3, 6, keys...)
}
