package screen

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"qoltanba/app/desktop/look"
	"qoltanba/app/desktop/part"
	"qoltanba/app/desktop/wording"
)

const (
	colorGood = theme.ColorNameSuccess
	colorWarn = theme.ColorNameWarning
	colorBad  = theme.ColorNameError
)

// SummaryModel is what is confirmed before keys are asked for.
type SummaryModel struct {
	Phone     string // masked
	Companion bool   // a signing program answers
}

// SummaryActions are what can be done there.
type SummaryActions struct {
	Next func()
	Back func()
}

// NewSummary builds the screen that lists what is confirmed so far.
func NewSummary(w *wording.Words, m SummaryModel, on SummaryActions) *View {
	v := newView(w, "summary", PhoneStage)
	companion := "summary.companion.yes"
	if !m.Companion {
		companion = "summary.companion.no"
	}
	v.Body = part.Column(look.SpaceM,
		part.Card(part.Column(look.SpaceM,
			confirmed(w.T("summary.camera"), true),
			confirmed(w.T("summary.iin"), true),
			confirmed(w.T("summary.phone", "Phone", m.Phone), true),
			confirmed(w.T(companion), m.Companion))),
		part.Notice(part.Tell, w.T("summary.then"), w.T("summary.then.text")))
	v.setMain("summary.next", on.Next)
	v.setBack(on.Back)
	return v
}

func confirmed(text string, yes bool) fyne.CanvasObject {
	icon, ink := "check", colorGood
	if !yes {
		icon, ink = "info", look.ColorMuted
	}
	return part.Row(12, part.Icon(icon, 26, ink), part.Grow(part.Body(text)))
}
