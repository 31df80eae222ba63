package desktop

import (
	"bytes"
	"context"
	"fmt"
	"image"
	_ "image/png" // cards are given as PNG too
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/storage"

	"qoltanba/app/api"
	"qoltanba/app/desktop/guide"
	"qoltanba/app/desktop/screen"
	"qoltanba/app/desktop/wording"
	"qoltanba/app/journey"
	"qoltanba/capture/document"
	"qoltanba/capture/picture"
)

// cardFile is a side of the document that was given as a file.
type cardFile struct {
	name    string
	data    api.Picture
	picture image.Image // nil for a PDF
	side    api.Side    // that it surely shows; "" where nobody knows
	problem api.Code
	note    string // key of what is to be said of it
	turn    int    // of reading it; 0 once it was read
}

// given says that the file can be sent.
func (f cardFile) given() bool { return f.data.Data != nil }

func (w *Window) cardChoice(words *wording.Words) screen.Screen {
	return screen.NewCardWay(words, w.typed.card, screen.CardWayActions{
		Choose: func(c screen.CardChoice) { w.typed.card = c },
		Next: func() {
			choice := journey.CardChoice{Document: api.DocumentKind(w.typed.card.Kind), Source: journey.CardSource(w.typed.card.Way)}
			w.do("choose card", func(ctx context.Context) error { return w.journey.ChooseCard(ctx, choice) })
		},
		Back: w.back(),
	})
}

// sideOf is the side that a stage asks for; "" where it asks for none.
func sideOf(at journey.Stage) api.Side {
	return map[journey.Stage]api.Side{
		journey.StageCardFront: api.Front, journey.StageCardBack: api.Back, journey.StagePassport: api.DataPage,
	}[at]
}

func (w *Window) card(words *wording.Words) screen.Screen {
	if w.state.Card.Source == journey.CardByFile {
		return w.cardByFile(words)
	}
	side, seen, upright, film := sideOf(w.state.Stage), w.typed.picture, w.typed.upright, w.typed.film
	on := w.shotActions(func(ctx context.Context, p api.Picture) error {
		err := w.journey.SendFilmed(ctx, side, p.Data, film)
		if err == nil {
			w.ui(func() {
				w.typed.sides[side] = upright
				w.keepSide(side, seen)
			})
		}
		return err
	})
	on.Sound = w.soundSwitch()
	if on.Back != nil {
		on.File = func() {
			w.typed.card.Way = screen.CardByFile
			on.Back()
		}
	}
	return screen.NewCardShot(words, screen.CardSide(side), w.cardModel(), on)
}

// cardModel shows what is seen of the document before the camera.
func (w *Window) cardModel() screen.ShotModel {
	m := screen.ShotModel{Taken: w.typed.picture, Muted: w.muted(), Auto: w.cfg.Scout != nil}
	if c := &w.caught; c.sought != nil {
		m.Hint = screen.Hint(c.remark)
		if c.remark == guide.OtherSide {
			m.Hint += screen.Hint("." + c.sought.side)
		}
		m.Live = screen.Live{Outline: c.outline, Spots: c.spots, Share: c.share}
	}
	return m
}

// keepSide keeps the picture of a side in memory, to stand beside the form.
func (w *Window) keepSide(side api.Side, seen image.Image) {
	w.typed.seen[side] = seen
	if w.state.Stage == journey.StageFields {
		w.show(true)
	}
}

// pictures are those of the document as they were sent, nil for one that another start of the program sent.
func (w *Window) pictures(of api.DocumentKind) []image.Image {
	var list []image.Image
	for _, side := range of.Sides() {
		list = append(list, w.typed.seen[side])
	}
	return list
}

func (w *Window) cardByFile(words *wording.Words) screen.Screen {
	var files []screen.CardFile
	halved := false // of a PDF that was sent one side was found
	for _, side := range w.state.Card.Document.Sides() {
		f := w.typed.files[side]
		m := screen.CardFile{Side: screen.CardSide(side), Name: f.name, Picture: f.picture, Given: f.given()}
		m.Whole = f.data.Type == api.TypePDF && !slices.Contains(w.state.Enrolment.CardSides, side)
		if halved && f.name == "" {
			f.note = "cardfile.second"
		}
		halved = f.data.Type == api.TypePDF && !m.Whole
		if f.problem != "" {
			row, language := api.FailureOf(f.problem), api.Language(words.Language())
			m.Problem = row.Sentence.In(language) + " " + row.Remedy.In(language)
		}
		if f.note != "" {
			m.Note = words.T(f.note)
		}
		files = append(files, m)
	}
	return screen.NewCardFile(words, files, screen.CardFileActions{
		Choose: func(side screen.CardSide) { w.chooseFile(api.Side(side)) },
		Remove: func(side screen.CardSide) {
			delete(w.typed.files, api.Side(side))
			w.show(true)
		},
		Send: w.sendFiles,
		Back: w.back(),
	})
}

// sendFiles sends what is not there yet: the back alone where the front had arrived before.
func (w *Window) sendFiles() {
	sides, files, there := w.state.Card.Document.Sides(), maps.Clone(w.typed.files), slices.Clone(w.state.Enrolment.CardSides)
	w.do("send card", func(ctx context.Context) error {
		for i, side := range sides {
			if last := i == len(sides)-1; !last && slices.Contains(there, side) {
				continue
			}
			f := files[side]
			if !f.given() { // a PDF may have brought it
				return nil
			}
			if err := w.journey.SendCard(ctx, side, f.data); err != nil {
				return err
			}
			w.ui(func() { w.keepSide(side, f.picture) })
		}
		return nil
	})
}

func (w *Window) chooseFile(side api.Side) {
	open := dialog.NewFileOpen(func(file fyne.URIReadCloser, err error) {
		if err != nil || file == nil {
			return
		}
		defer func() { _ = file.Close() }()
		w.takeFile(side, file.URI().Name(), file)
	}, w.window)
	open.SetFilter(storage.NewExtensionFileFilter(fileEndings()))
	open.Show()
	open.Resize(chooserSize) // a chooser that is not shown yet has nothing to measure
}

// fileEndings are those of the files that are taken, in small letters and in capitals.
func fileEndings() (all []string) {
	for _, e := range []string{".jpg", ".jpeg", ".png", ".pdf", ".heic", ".heif"} {
		all = append(all, e, strings.ToUpper(e))
	}
	return all
}

// dropped takes files that fall onto the window: the first side that is missing, then the next, and the last anew.
func (w *Window) dropped(_ fyne.Position, files []fyne.URI) {
	if sideOf(w.state.Stage) == "" || w.state.Card.Source != journey.CardByFile {
		w.checkDropped(files)
		return
	}
	sides := w.state.Card.Document.Sides()
	for _, uri := range files {
		side := sides[len(sides)-1]
		if missing := slices.IndexFunc(sides, func(s api.Side) bool { return w.typed.files[s].name == "" }); missing >= 0 {
			side = sides[missing]
		}
		file, err := storage.Reader(uri)
		if err != nil {
			w.setFile(side, cardFile{name: uri.Name(), problem: api.PictureDamaged})
			continue
		}
		w.takeFile(side, uri.Name(), file)
		_ = file.Close() // only read from
	}
}

// takeFile reads a file and looks at it, beside the interface: that may take seconds.
func (w *Window) takeFile(side api.Side, name string, file io.Reader) {
	data, err := io.ReadAll(io.LimitReader(file, api.MaxPicture+1))
	if err != nil {
		w.setFile(side, cardFile{name: name, problem: api.PictureDamaged})
		return
	}
	w.typed.reading++
	turn := w.typed.reading
	w.setFile(side, cardFile{name: name, turn: turn})
	w.work.Go(func() {
		f := w.openFile(side, name, data)
		w.ui(func() {
			if w.typed.files[side].turn == turn { // it was not taken away meanwhile
				w.setFile(side, f)
				w.sortFiles()
			}
		})
	})
}

// openFile makes of a file what is sent. A PDF goes as it is: it is opened where it can do no harm.
func (w *Window) openFile(side api.Side, name string, data []byte) cardFile {
	if picture.IsPDF(data) {
		if len(data) > api.MaxPicture {
			return cardFile{name: name, problem: api.PictureTooLarge}
		}
		return cardFile{name: name, data: api.Picture{Type: api.TypePDF, Data: data}}
	}
	clean, err := picture.Clean(data, picture.Document)
	if err != nil {
		return cardFile{name: name, problem: pictureCode(err)}
	}
	seen, _, err := image.Decode(bytes.NewReader(clean.JPEG))
	if err != nil {
		return cardFile{name: name, problem: api.PictureDamaged}
	}
	f := cardFile{name: name, data: api.Picture{Type: api.TypeJPEG, Data: clean.JPEG}, picture: seen}
	if w.cfg.Scout == nil {
		return f
	}
	if scout, err := w.cfg.Scout(); err == nil {
		f.look(scout, side)
	}
	return f
}

// look sees what the picture shows. That nothing is seen is only said: the backend and an operator may see more.
func (f *cardFile) look(scout Scout, side api.Side) {
	s := sought{side: side}
	for range 2 { // a zone that stands upside down is read in the second
		g, ok := scout.Glance(f.picture, s.of(), nil)
		if !ok {
			f.note = "cardfile.nocard"
			return
		}
		f.side = map[document.Side]api.Side{document.Front: api.Front, document.Back: api.Back, document.Page: api.DataPage}[g.Side]
	}
}

// sortFiles puts the sides of a card into their places, where it is beyond doubt that they were given the wrong way round; it says of one that is
// in the other's place.
func (w *Window) sortFiles() {
	front, back := w.typed.files[api.Front], w.typed.files[api.Back]
	wrong := func(f cardFile, place api.Side) bool { return f.picture != nil && f.side != "" && f.side != place }
	switch {
	case wrong(front, api.Front) && (wrong(back, api.Back) || back.name == ""), wrong(back, api.Back) && front.name == "":
		front.note, back.note = "", ""
		w.typed.files[api.Front], w.typed.files[api.Back] = back, front
		for _, side := range []api.Side{api.Front, api.Back} {
			if f := w.typed.files[side]; f.name == "" {
				delete(w.typed.files, side)
			} else {
				f.note = "cardfile.swapped"
				w.typed.files[side] = f
			}
		}
	case wrong(front, api.Front):
		front.note = "cardfile.isback"
		w.typed.files[api.Front] = front
	case wrong(back, api.Back):
		back.note = "cardfile.isfront"
		w.typed.files[api.Back] = back
	default:
		return
	}
	w.show(true)
}

func (w *Window) setFile(side api.Side, f cardFile) {
	w.typed.files[side] = f
	w.show(true)
}

func (w *Window) fields(words *wording.Words) screen.Screen {
	return screen.NewFields(words, w.fieldsModel(words), screen.FieldsActions{
		Changed: func(name screen.FieldName, value string) {
			w.typed.fields[name] = value
			if w.typed.problems[name] {
				delete(w.typed.problems, name)
				w.update()
			}
		},
		Confirmed: func(yes bool) { w.typed.confirmed = yes },
		Send:      w.confirmFields,
		Back:      w.back(),
	})
}

// document is the kind of what the citizen has sent.
func (w *Window) document() api.DocumentKind {
	if w.state.Enrolment.Document == api.Passport {
		return api.Passport
	}
	return api.IdentityCard
}

func (w *Window) confirmFields() {
	fields := cardFields(w.document(), w.typed.fields)
	w.typed.problems = map[screen.FieldName]bool{}
	if wrong := fields.Mistakes(w.document()); len(wrong) > 0 {
		for _, name := range wrong {
			w.typed.problems[screen.FieldName(name)] = true
		}
		w.update()
		w.fail(api.Fail(api.FieldsInvalid, "%d fields", len(wrong)))
		w.focusFirst(wrong)
		return
	}
	w.do("confirm fields", func(ctx context.Context) error { return w.journey.ConfirmFields(ctx, fields) })
}

func cardFields(of api.DocumentKind, typed map[screen.FieldName]string) api.CardFields {
	sex := api.Sex(typed[screen.FieldSex])
	return api.CardFields{
		Surname: trimmed(typed[screen.FieldSurname]), Name: trimmed(typed[screen.FieldGivenName]),
		Patronymic: trimmed(typed[screen.FieldPatronymic]), Sex: sex, BirthDate: isoDate(typed[screen.FieldBirthDate]),
		BirthPlace: trimmed(typed[screen.FieldBirthPlace]), Nationality: trimmed(typed[screen.FieldNationality]),
		Citizenship: trimmed(typed[screen.FieldCitizenship]), DocumentNumber: documentNumber(of, typed[screen.FieldNumber]),
		Issuer: trimmed(typed[screen.FieldIssuer]), IssueDate: isoDate(typed[screen.FieldIssued]), ExpiryDate: isoDate(typed[screen.FieldExpires]),
	}
}

// focusFirst gives the keyboard to the first of the fields, as they stand in the form.
func (w *Window) focusFirst(wrong []string) {
	for _, name := range screen.FieldNames() {
		if !slices.Contains(wrong, string(name)) {
			continue
		}
		id := "fields." + string(name)
		if name == screen.FieldSex {
			id += "." + screen.SexMale
		}
		if o, ok := w.frame.Find(id).(fyne.Focusable); ok {
			w.window.Canvas().Focus(o)
		}
		return
	}
}

// documentNumber reads a number as people type it. The N of a passport may be small, left out, or typed as the Cyrillic Н or №.
func documentNumber(of api.DocumentKind, typed string) string {
	number := strings.ToUpper(strings.Join(strings.Fields(typed), ""))
	if of != api.Passport || number == "" {
		return number
	}
	for _, mark := range []string{"N", "Н", "№"} {
		number = strings.TrimPrefix(number, mark)
	}
	return "N" + number
}

// isoDate reads a day as the card writes it, 02.01.2006; "" where it is none.
func isoDate(s string) api.Date {
	day, err := time.Parse("2.1.2006", trimmed(s))
	if err != nil {
		return ""
	}
	return api.Date(day.Format(time.DateOnly))
}

func (w *Window) checking(words *wording.Words) screen.Screen {
	m := screen.CheckingModel{Moderation: w.moderated(), Phone: w.state.Enrolment.Phone}
	if d := w.state.Enrolment.Decision; d != nil {
		m.Since = d.Since.In(time.Local)
	}
	return screen.NewChecking(words, m, screen.CheckingActions{
		Refresh: func() { w.do("refresh", w.journey.Refresh) },
		Close:   w.window.Close,
	})
}

// moderated says whether an operator looks at the evidence: what the backend says, and always after a recording that no machine could judge.
func (w *Window) moderated() bool {
	e := w.state.Enrolment
	return e.Decision != nil && e.Decision.Operator || e.Identification != nil && e.Identification.State == api.IdentificationOperator
}

func (w *Window) rejected(words *wording.Words) screen.Screen {
	reason := api.RejectPerson
	if d := w.state.Enrolment.Decision; d != nil && d.Reason != "" {
		reason = d.Reason
	}
	key := "reject." + string(reason)
	return screen.NewRejected(words, screen.RejectedModel{Reason: words.T(key), Redo: words.T(key + ".redo")}, screen.RejectedActions{
		Redo: func() {
			if !w.state.CanRepeat {
				w.do("start again", w.journey.StartAgain)
				return
			}
			w.do("repeat", w.journey.Repeat)
		},
	})
}

func (w *Window) cabinet(words *wording.Words) screen.Screen {
	e := w.state.Enrolment
	m := screen.CabinetModel{Name: citizenName(e), Confirmed: true, Documents: 1, KeysAllowed: true}
	return screen.NewCabinet(words, m, screen.CabinetActions{
		Documents: func() { w.do("open documents", w.journey.OpenDocuments) },
		Keys:      func() { w.do("proceed", w.journey.Proceed) },
	})
}

func (w *Window) documents(words *wording.Words) screen.Screen {
	for _, d := range w.state.Documents {
		if d.ID == w.typed.document {
			return w.oneDocument(words, d)
		}
	}
	list := make([]screen.Document, 0, len(w.state.Documents))
	for _, d := range w.state.Documents {
		list = append(list, documentLine(words, d))
	}
	return screen.NewDocuments(words, list, screen.DocumentsActions{
		View: func(id string) { w.typed.document = id; w.show(false) },
		Back: w.back(),
	})
}

func documentLine(words *wording.Words, d api.Document) screen.Document {
	states := map[api.DecisionState]screen.DocumentState{
		api.DecisionWaiting: screen.DocumentChecking, api.DecisionApproved: screen.DocumentConfirmed, api.DecisionRejected: screen.DocumentRejected,
	}
	return screen.Document{ID: d.ID, Kind: words.T("document." + string(d.Kind)), Number: masked(d.Fields.DocumentNumber), At: d.AddedAt.In(time.Local), State: states[d.State]}
}

func (w *Window) oneDocument(words *wording.Words, d api.Document) screen.Screen {
	m := screen.DocumentModel{Document: documentLine(words, d), Pictures: w.pictures(d.Kind)}
	for _, f := range d.Fields.List() {
		m.Fields = append(m.Fields, [2]string{words.T("fields." + f.Name), fieldText(words, f)})
	}
	return screen.NewDocument(words, m, screen.DocumentActions{
		Keys: func() {
			w.typed.document = ""
			w.do("leave documents", w.journey.Back)
		},
		Back: func() { w.typed.document = ""; w.show(false) },
	})
}

// fieldText is a field's value as the citizen reads it.
func fieldText(words *wording.Words, f api.Field) string {
	switch f.Kind {
	case api.FieldDate:
		return api.Date(f.Value).Written()
	case api.FieldSex:
		return words.T("fields.sex." + f.Value)
	default:
		return f.Value
	}
}

// pictureCode names why a picture cannot be taken.
func pictureCode(err error) api.Code {
	switch reason := picture.ReasonOf(err); reason {
	case picture.TooLarge:
		return api.PictureTooLarge
	case picture.TooSmall:
		return api.PictureTooSmall
	case picture.WrongType:
		return api.PictureWrongType
	case picture.Locked:
		return api.PDFLocked
	case picture.ManyPages:
		return api.PDFPages
	default:
		return api.PictureDamaged
	}
}

// masked shows the last three characters of a number.
func masked(number string) string {
	if len(number) < 4 {
		return number
	}
	return fmt.Sprintf("••• %s", number[len(number)-3:])
}
