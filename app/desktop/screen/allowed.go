package screen

import (
	"strconv"
	"time"

	"qoltanba/app/desktop/look"
	"qoltanba/app/desktop/part"
	"qoltanba/app/desktop/wording"
)

// AllowedOrigin is a site or a program of which the citizen decided once whether it may ask for signatures.
type AllowedOrigin struct {
	Asker    Asker
	Allowed  bool // false: it was told never to ask
	LastUsed time.Time
}

// AllowedActions are what can be done there.
type AllowedActions struct {
	Forget func(at int) // takes the decision back
	Log    func()       // shows what was asked and decided
	Lock   func()       // locks keys that were left unlocked for a while; nil hides it
	Starts func(bool)   // has the signing service start with the computer, or not; nil hides it
	Back   func()
}

// NewAllowed lists the sites and programs that may ask for signatures, and those that may not.
// Starts says that the signing service starts with the computer. It can be changed here, too, as not every desktop shows the icon.
func NewAllowed(w *wording.Words, list []AllowedOrigin, starts bool, on AllowedActions) *View {
	v := newView(w, "allowed", NoStage)
	page := part.Column(12)
	if len(list) == 0 {
		page.Add(part.Notice(part.Tell, "", w.T("allowed.none")))
	}
	for i, o := range list {
		forget := v.button(part.Plain, "allowed.forget."+strconv.Itoa(i), "allowed.forget", "", func() { on.Forget(i) })
		if v.First == nil {
			v.First = forget
		}
		name, icon := o.Asker.Site, "globe"
		if o.Asker.Program != "" {
			name, icon = o.Asker.Program, "person"
		}
		state, colour := "allowed.yes", colorGood
		if !o.Allowed {
			state, colour = "allowed.no", colorBad
		}
		page.Add(part.Card(part.Row(look.SpaceM, part.Badge(icon, 40), part.Grow(part.Column(0, part.Strong(broken(name)),
			part.Body(w.T(state)).Colored(colour), part.Muted(w.T("allowed.used", "Moment", w.Moment(o.LastUsed))))), forget)))
	}
	if on.Starts != nil {
		page.Add(register(v, "allowed.starts", part.NewCheck(w.T("tray.starts.long"), starts, on.Starts)))
	}
	v.Body = page
	v.addLink("allowed.log", "allowed.log", "clock", on.Log)
	if on.Lock != nil {
		v.addLink("allowed.lock", "tray.lock", "lock", on.Lock)
	}
	v.setBack(on.Back)
	return v
}

// ActivityEvent is a line of the log. Deed is the word of the deed: activity.signed, and so on.
type ActivityEvent struct {
	At        time.Time
	Asker     Asker
	Deed      string
	Documents int
}

// NewActivity shows what was asked of the citizen's keys and what was decided, the latest first, without contents.
func NewActivity(w *wording.Words, events []ActivityEvent, back func()) *View {
	v := newView(w, "activity", NoStage)
	page := part.Column(look.SpaceS)
	if len(events) == 0 {
		page.Add(part.Notice(part.Tell, "", w.T("activity.none")))
	}
	for _, e := range events {
		name := e.Asker.Site
		if e.Asker.Program != "" {
			name = e.Asker.Program
		}
		if name == "" {
			name = w.T("ask.nobody")
		}
		what := w.T("activity." + e.Deed)
		if e.Documents > 0 {
			what += " " + w.N("activity.documents", e.Documents)
		}
		page.Add(part.Card(part.TopRow(look.SpaceM, part.Fixed(150, 24, part.Muted(w.Moment(e.At))),
			part.Grow(part.Column(0, part.Strong(broken(name)), part.Body(what))))))
	}
	v.Body = page
	v.setBack(back)
	return v
}
