package screen

import (
	"image"

	"qoltanba/app/desktop/look"
	"qoltanba/app/desktop/part"
	"qoltanba/app/desktop/wording"
)

// Hint is a live remark on what the camera sees.
type Hint string

// Remarks on a face and on a card. HintGood says that the picture can be taken.
const (
	HintNone     Hint = ""
	HintGood     Hint = "good"
	HintNoFace   Hint = "noface"
	HintOneFace  Hint = "oneface"
	HintCloser   Hint = "closer"
	HintFarther  Hint = "farther"
	HintCentre   Hint = "centre"
	HintStraight Hint = "straight"
	HintLight    Hint = "light"
	HintSharp    Hint = "sharp"
	HintEdges    Hint = "edges"
	HintGlare    Hint = "glare"
	HintSteady   Hint = "steady"
)

// ShotModel is what a screen that takes a picture knows. Taken is nil while the picture is live.
type ShotModel struct {
	Hint  Hint
	Taken image.Image
}

// ShotActions are what can be done there.
type ShotActions struct {
	Shoot func()
	Again func()
	Send  func()
	Back  func()
}

// Shot is a screen that takes a picture: live, then taken. Frames go to Preview.
type Shot struct {
	*View
	Preview *part.Preview
	hint    *part.Text
	sign    *part.Picture
	good    string // key of the words for HintGood
}

// NewSelfie builds the screen that photographs the face.
func NewSelfie(w *wording.Words, m ShotModel, on ShotActions) *Shot {
	return newShot(newView(w, "selfie", FaceStage), part.OvalGuide, true, m, on)
}

func newShot(v *View, guide part.Guide, mirrored bool, m ShotModel, on ShotActions) *Shot {
	if m.Taken != nil {
		guide, mirrored = part.NoGuide, false
	}
	s := &Shot{View: v, Preview: part.NewPreview(guide, mirrored), good: v.Name + ".good"}
	s.hint, s.sign = part.Strong(""), part.Icon("info", 26, look.ColorInk)
	v.Body = part.Column(12, part.Grow(s.Preview), part.Row(12, s.sign, part.Grow(s.hint)))
	if m.Taken != nil {
		v.Lead = v.text(v.Name + ".taken")
		s.Preview.Still(m.Taken)
		v.setMain("shot.send", on.Send)
		v.addLink(v.Name+".again", "shot.again", "refresh", on.Again)
	} else {
		s.Preview.SetMessage(v.text("camera.starting"))
		v.setMain("shot.shoot", on.Shoot)
		v.Main.SetIcon("camera")
	}
	v.setBack(on.Back)
	s.Update(m)
	return s
}

// Update shows another hint.
func (s *Shot) Update(m ShotModel) {
	good := m.Hint == HintGood
	s.Preview.SetGood(good)
	switch {
	case m.Taken != nil:
		s.hint.SetText(s.text("shot.look"))
	case good:
		s.hint.SetText(s.text(s.good))
	case m.Hint == HintNone:
		s.hint.SetText(s.text(s.Name + ".hint"))
	default:
		s.hint.SetText(s.text("hint." + string(m.Hint)))
	}
	if good {
		s.sign.Set("check", colorGood)
		return
	}
	s.sign.Set("info", look.ColorInk)
}
