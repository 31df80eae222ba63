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
	HintCovered  Hint = "covered"
	HintBright   Hint = "bright"
	HintSide     Hint = "side"
	HintShine    Hint = "shine"
	HintHold     Hint = "hold"  // the countdown runs
	HintOther    Hint = "other" // another movement is made than the one asked for
)

// Remarks on a document; HintGood, HintEdges, HintGlare and HintSteady are too.
const (
	HintNoCard     Hint = "nocard"
	HintNearer     Hint = "nearer"
	HintAway       Hint = "away"
	HintFlat       Hint = "flat"
	HintUpsideDown Hint = "upsidedown"
	HintWantFront  Hint = "otherside.front" // the back is shown, and the front is asked for
	HintWantBack   Hint = "otherside.back"
	HintUnfocused  Hint = "unfocused"
	HintByFile     Hint = "byfile"
	HintLines      Hint = "lines"
	HintPortrait   Hint = "portrait"
	HintTilting    Hint = "tilting" // the side is filmed
)

// signs are the drawings beside hints, for those who do not read them.
var signs = map[Hint]string{
	HintGood: "check", HintNoFace: "face", HintOneFace: "people", HintCloser: "closer", HintFarther: "farther", HintCentre: "ahead",
	HintStraight: "ahead", HintLight: "light", HintBright: "light", HintSide: "light", HintShine: "light", HintSharp: "still",
	HintHold: "still", HintSteady: "still",
	HintNoCard: "card", HintNearer: "closer", HintAway: "farther", HintUnfocused: "farther", HintFlat: "card", HintUpsideDown: "refresh",
	HintWantFront: "refresh", HintWantBack: "refresh", HintGlare: "light", HintByFile: "upload", HintTilting: "check",
}

func (h Hint) sign() string {
	if sign, ok := signs[h]; ok {
		return sign
	}
	return "info"
}

// ShotModel is what a screen that takes a picture knows. Taken is nil while the picture is live.
type ShotModel struct {
	Hint   Hint
	Taken  image.Image
	Live   Live
	Auto   bool   // the picture is taken by itself, too
	Reason string // why it has to be taken again, and what to do better; "" where there is no reason
	Muted  bool
}

// ShotActions are what can be done there.
type ShotActions struct {
	Shoot func()
	Again func()
	Send  func()
	Back  func()
	Sound func(on bool) // nil where there is nothing to hear
	File  func()        // gives a file in place of a photograph; nil where that is none of the ways
}

// Shot is a screen that takes a picture: live, then taken. Frames go to Preview.
type Shot struct {
	*View
	Preview *part.Preview
	hint    *part.Text
	sign    *part.Picture
	ground  *part.Surface
	good    string // key of the words for HintGood
	auto    string // lead where the picture is taken by itself, too
}

// NewSelfie builds the screen that photographs the face: the picture large, and beside it what to put right, in large letters.
func NewSelfie(w *wording.Words, m ShotModel, on ShotActions) *Shot {
	s := newShot(newView(w, "selfie", FaceStage), part.OvalGuide, true, m, on)
	s.Wide = true
	if s.Preview.Low(300); m.Taken == nil {
		s.Preview.Square()
	}
	s.hint, s.sign, s.ground = part.Title(""), part.Icon("info", 72, look.ColorInk), part.NewSurface(look.ColorTint, "", 56)
	switch {
	case m.Taken != nil:
	case m.Reason != "":
		s.Lead = m.Reason
	default:
		s.auto = s.text("selfie.auto")
	}
	s.Body = beside(s.Preview, part.Column(6, part.Title(s.Title), s.LeadText()), part.Space(look.SpaceS), disc(s.ground, s.sign), s.hint)
	s.Update(m)
	return s
}

func newShot(v *View, guide part.Guide, mirrored bool, m ShotModel, on ShotActions) *Shot {
	if m.Taken != nil {
		guide, mirrored = part.NoGuide, false
	}
	s := &Shot{View: v, Preview: part.NewPreview(guide, mirrored), good: v.Name + ".good"}
	s.hint, s.sign, s.ground = part.Heading(""), part.Icon("info", 34, look.ColorInk), part.NewSurface(look.ColorTint, "", look.RadiusCard)
	v.Body = part.Column(12, part.Grow(s.Preview),
		part.Inset(look.SpaceM, 9, s.ground, part.Row(14, s.sign, part.Grow(s.hint))))
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
	if m.Taken == nil {
		if on.File != nil {
			v.addLink(v.Name+".file", "shot.file", "", on.File) // no icon: the sound stands beside it in a narrow window
		}
		v.addSound(m.Muted, on.Sound)
	}
	s.Update(m)
	return s
}

// Update shows another hint, and what goes with it over the picture.
func (s *Shot) Update(m ShotModel) {
	if m.Live.Count > 0 {
		m.Hint = HintHold
	}
	if m.Auto && s.auto != "" && s.Lead != s.auto {
		s.setLead(s.auto)
	}
	good := m.Hint == HintGood || m.Hint == HintHold || m.Hint == HintTilting
	s.Preview.SetAid(part.Aid{Outline: m.Live.Outline, Spots: m.Live.Spots, Good: good, Lit: m.Live.Share, Number: m.Live.Count})
	switch {
	case m.Taken != nil:
		s.hint.SetText(s.text("shot.look"))
	case m.Hint == HintGood:
		s.hint.SetText(s.text(s.good))
	case m.Hint == HintNone:
		s.hint.SetText(s.text(s.Name + ".hint"))
	default:
		s.hint.SetText(s.text("hint." + string(m.Hint)))
	}
	if good {
		s.sign.Set(m.Hint.sign(), colorGood)
		s.ground.Set(look.ColorGoodGround, "")
		return
	}
	s.sign.Set(m.Hint.sign(), look.ColorInk)
	s.ground.Set(look.ColorTint, "")
}
