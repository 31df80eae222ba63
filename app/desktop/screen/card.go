package screen

import (
	"image"

	"fyne.io/fyne/v2"

	"qoltanba/app/desktop/look"
	"qoltanba/app/desktop/part"
	"qoltanba/app/desktop/wording"
)

// CardKind is which document it is.
type CardKind string

// The documents: the identity card with its two sides, and the passport with its data page.
const (
	IdentityCard CardKind = "identity_card"
	Passport     CardKind = "passport"
)

// Sides are the pictures that are taken of the document, in their order.
func (k CardKind) Sides() []CardSide {
	if k == Passport {
		return []CardSide{CardPage}
	}
	return []CardSide{CardFront, CardBack}
}

// CardWay is how the document comes in.
type CardWay string

// The ways: before the camera, or as files.
const (
	CardByCamera CardWay = "camera"
	CardByFile   CardWay = "file"
)

// CardChoice is what is chosen: which document, and how it comes in.
type CardChoice struct {
	Kind CardKind
	Way  CardWay
}

// CardWayActions are what can be done where document and way are chosen.
type CardWayActions struct {
	Choose func(CardChoice)
	Next   func()
	Back   func()
}

// NewCardWay builds the choice of the document, and between photographing it and giving a file.
func NewCardWay(w *wording.Words, chosen CardChoice, on CardWayActions) *View {
	v := newView(w, "cardway", CardStage)
	v.setMain("cardway.start", on.Next)
	kinds := v.options(string(chosen.Kind), func(kind string) { chosen.Kind = CardKind(kind); on.Choose(chosen) },
		option{string(IdentityCard), "card"}, option{string(Passport), "passport"})
	ways := v.options(string(chosen.Way), func(way string) { chosen.Way = CardWay(way); on.Choose(chosen) },
		option{string(CardByCamera), "camera"}, option{string(CardByFile), "upload"})
	v.Body = part.Column(look.SpaceM,
		part.Column(look.SpaceS, part.Strong(w.T("cardway.which")), kinds),
		part.Column(look.SpaceS, part.Strong(w.T("cardway.how")), ways),
		part.Notice(part.Tell, "", w.T("cardway.original")))
	v.setBack(on.Back)
	return v
}

type option struct{ value, icon string }

// options are a pair of which one is chosen, side by side.
func (v *View) options(chosen string, choose func(string), list ...option) fyne.CanvasObject {
	pair := part.Grid(len(list), look.SpaceM)
	var all []*part.Choice
	for i, o := range list {
		key := v.Name + "." + o.value
		c := part.NewOption(o.icon, v.text(key), v.text(key+".text"), o.value == chosen, func() {
			for j, other := range all {
				other.SetChosen(i == j)
			}
			choose(o.value)
		})
		all = append(all, register(v, key, c))
		pair.Add(c)
	}
	return pair
}

// CardSide is a side of a document.
type CardSide string

// The sides of a card, and the page of a passport with the picture.
const (
	CardFront CardSide = "front"
	CardBack  CardSide = "back"
	CardPage  CardSide = "page"
)

// NewCardShot builds the screen that photographs one side of the document in a frame.
func NewCardShot(w *wording.Words, side CardSide, m ShotModel, on ShotActions) *Shot {
	v := newUntitled(w, "cardshot", CardStage)
	v.Title, v.Lead = w.T("cardshot."+string(side)+".title"), w.T("cardshot."+string(side)+".lead")
	guide := part.CardGuide
	if side == CardPage {
		guide = part.PassportGuide
	}
	s := newShot(v, guide, false, m, on)
	if m.Taken == nil && m.Auto {
		s.auto = w.T("cardshot." + string(side) + ".auto")
		s.Update(m)
	}
	return s
}

// CardFile is one side given as a file.
type CardFile struct {
	Side    CardSide
	Name    string // empty while none was chosen
	Picture image.Image
	Given   bool   // it was read and can be sent; one with a name, but not given and without a problem, is being read
	Whole   bool   // it may hold the other side too
	Note    string // what is seen of it, in the language of the window
	Problem string // why the file cannot be taken, likewise
}

// CardFileActions are what can be done there. Files can also be dropped onto the window.
type CardFileActions struct {
	Choose func(CardSide)
	Remove func(CardSide)
	Send   func()
	Back   func()
}

// NewCardFile builds the screen that takes the sides of a document as files.
func NewCardFile(w *wording.Words, files []CardFile, on CardFileActions) *View {
	v := newView(w, "cardfile", CardStage)
	zones, whole := part.Grid(len(files), look.SpaceM), true
	for _, f := range files {
		zones.Add(v.dropZone(f, on))
		whole = whole && (f.Given || files[0].Given && files[0].Whole && f.Name == "")
	}
	if len(files) == 1 {
		v.Lead = w.T("cardfile." + string(files[0].Side) + ".lead")
	}
	v.Body = part.Column(look.SpaceM, zones, part.Notice(part.Tell, "", w.T("cardfile.rules")))
	v.setMain("shot.send", on.Send)
	enable(v.Main, whole)
	v.setBack(on.Back)
	return v
}

func (v *View) dropZone(f CardFile, on CardFileActions) fyne.CanvasObject {
	id := "cardfile." + string(f.Side)
	head := part.Strong(v.text(id))
	var middle, foot fyne.CanvasObject
	switch {
	case f.Given:
		middle = f.shown(v)
		foot = part.Row(look.SpaceS, part.Grow(part.Caption(f.Name)),
			v.button(part.Quiet, id+".remove", "cardfile.remove", "cross", func() { on.Remove(f.Side) }))
	case f.Name != "" && f.Problem == "":
		middle = part.Column(6, part.Space(look.SpaceS), part.Icon("document", 44, look.ColorInk), part.Muted(v.text("cardfile.reading")).Centered())
		foot = part.Caption(f.Name)
	default:
		middle = part.Column(6, part.Space(look.SpaceS), part.Icon("upload", 44, look.ColorInk), part.Muted(v.text("cardfile.drop")).Centered())
		foot = v.button(part.Plain, id+".choose", "cardfile.choose", "folder", func() { on.Choose(f.Side) })
	}
	content := part.Column(10, head, middle, foot)
	if f.Note != "" {
		content.Add(part.Caption(f.Note))
	}
	if f.Problem != "" {
		content.Add(part.Caption(f.Problem).Colored(colorBad))
	}
	return part.Card(content)
}

// shown is the picture of a file, or a sign in its place.
func (f CardFile) shown(v *View) fyne.CanvasObject {
	if f.Picture == nil {
		column := part.Column(6, part.Space(look.SpaceS), part.Icon("document", 44, look.ColorInk))
		if f.Whole && f.Side == CardFront {
			column.Add(part.Muted(v.text("cardfile.pdf")).Centered())
		}
		return column
	}
	p := part.NewPreview(part.NoGuide, false).Low(150)
	p.Still(f.Picture)
	return p
}
