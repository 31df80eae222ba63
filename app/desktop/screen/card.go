package screen

import (
	"image"

	"fyne.io/fyne/v2"

	"qoltanba/app/desktop/look"
	"qoltanba/app/desktop/part"
	"qoltanba/app/desktop/wording"
)

// CardWay is how the document comes in.
type CardWay string

// The ways: both sides of the ID card before the camera, or as files.
const (
	CardByCamera CardWay = "camera"
	CardByFile   CardWay = "file"
)

// CardWayActions are what can be done where the way is chosen.
type CardWayActions struct {
	Choose func(CardWay)
	Next   func()
	Back   func()
}

// NewCardWay builds the choice between photographing the document and giving a file.
func NewCardWay(w *wording.Words, chosen CardWay, on CardWayActions) *View {
	v := newView(w, "cardway", CardStage)
	v.setMain("cardway.start", on.Next)
	var options []*part.Choice
	body := part.Column(12)
	for i, way := range []CardWay{CardByCamera, CardByFile} {
		icon := map[CardWay]string{CardByCamera: "camera", CardByFile: "upload"}[way]
		key := "cardway." + string(way)
		o := part.NewOption(icon, w.T(key), w.T(key+".text"), way == chosen, func() {
			for j, other := range options {
				other.SetChosen(i == j)
			}
			on.Choose(way)
		})
		options = append(options, register(v, key, o))
		body.Add(o)
	}
	body.Add(part.Space(look.SpaceXS))
	body.Add(part.Notice(part.Tell, "", w.T("cardway.original")))
	v.Body = body
	v.setBack(on.Back)
	return v
}

// CardSide is a side of a document.
type CardSide string

// The sides.
const (
	CardFront CardSide = "front"
	CardBack  CardSide = "back"
)

// NewCardShot builds the screen that photographs one side of the document in a frame.
func NewCardShot(w *wording.Words, side CardSide, m ShotModel, on ShotActions) *Shot {
	v := newUntitled(w, "cardshot", CardStage)
	v.Title, v.Lead = w.T("cardshot."+string(side)+".title"), w.T("cardshot."+string(side)+".lead")
	return newShot(v, part.CardGuide, false, m, on)
}

// CardFile is one side given as a file.
type CardFile struct {
	Name    string // empty while none was chosen
	Picture image.Image
	Problem string // why the file cannot be taken, in the language of the window
}

// CardFileModel is what the file screen knows.
type CardFileModel struct{ Front, Back CardFile }

// CardFileActions are what can be done there. Files can also be dropped onto the window.
type CardFileActions struct {
	Choose func(CardSide)
	Remove func(CardSide)
	Send   func()
	Back   func()
}

// NewCardFile builds the screen that takes both sides as files.
func NewCardFile(w *wording.Words, m CardFileModel, on CardFileActions) *View {
	v := newView(w, "cardfile", CardStage)
	v.Body = part.Column(look.SpaceM,
		part.Grid(2, look.SpaceM, v.dropZone(CardFront, m.Front, on), v.dropZone(CardBack, m.Back, on)),
		part.Notice(part.Tell, "", w.T("cardfile.rules")))
	v.setMain("shot.send", on.Send)
	enable(v.Main, m.Front.Picture != nil && m.Back.Picture != nil)
	v.setBack(on.Back)
	return v
}

func (v *View) dropZone(side CardSide, f CardFile, on CardFileActions) fyne.CanvasObject {
	head := part.Strong(v.text("cardfile." + string(side)))
	id := "cardfile." + string(side)
	var middle, foot fyne.CanvasObject
	if f.Picture != nil {
		p := part.NewPreview(part.NoGuide, false).Low(150)
		p.Still(f.Picture)
		middle = p
		foot = part.Row(look.SpaceS, part.Grow(part.Caption(f.Name)),
			v.button(part.Quiet, id+".remove", "cardfile.remove", "cross", func() { on.Remove(side) }))
	} else {
		middle = part.Column(6, part.Space(look.SpaceS), part.Icon("upload", 44, look.ColorInk), part.Muted(v.text("cardfile.drop")).Centered())
		foot = v.button(part.Plain, id+".choose", "cardfile.choose", "folder", func() { on.Choose(side) })
	}
	content := part.Column(10, head, middle, foot)
	if f.Problem != "" {
		content.Add(part.Caption(f.Problem).Colored(colorBad))
	}
	return part.Card(content)
}
