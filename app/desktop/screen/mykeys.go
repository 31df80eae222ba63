package screen

import (
	"strconv"
	"time"

	"fyne.io/fyne/v2"

	"qoltanba/app/desktop/look"
	"qoltanba/app/desktop/part"
	"qoltanba/app/desktop/wording"
)

// KeyState is how a key of the citizen stands.
type KeyState string

// The states. Unknown is what nobody has confirmed; it never looks good.
const (
	KeyGood      KeyState = "good"
	KeySoon      KeyState = "soon" // valid, and ends within thirty days
	KeySuspended KeyState = "suspended"
	KeyRevoked   KeyState = "revoked"
	KeyExpired   KeyState = "expired"
	KeyUnknown   KeyState = "unknown"
)

// MyKey is a key of the citizen. Purpose and Obtained are in the language of the window.
type MyKey struct {
	Serial   string
	Purpose  string
	State    KeyState
	Until    time.Time // zero where it is not known
	Days     int       // left
	Obtained string    // "" where it is not known
	File     string    // path; "" where this computer has no file
	Damaged  bool      // the file cannot be read
	Token    bool      // it is in a token
	Renewal  KeyRenewal
	From     time.Time // with RenewalLater: from when on it can be renewed
}

// KeyRenewal is whether a key can be renewed by itself, and otherwise what stands in the way.
type KeyRenewal string

// The answers.
const (
	RenewalNone      KeyRenewal = "" // nothing to be told: the certificate has ended, or nothing is known of it
	RenewalNow       KeyRenewal = "now"
	RenewalLater     KeyRenewal = "later"
	RenewalOld       KeyRenewal = "old"       // the citizen was identified too long ago
	RenewalTogether  KeyRenewal = "together"  // by the key for signing beside it
	RenewalElsewhere KeyRenewal = "elsewhere" // the key file is not here
	RenewalBegun     KeyRenewal = "begun"     // another way is not done yet
	RenewalDone      KeyRenewal = "done"      // there is a newer one
	RenewalToken     KeyRenewal = "token"     // it is in a token: only the full way leads to a new one so far
)

// MyKeysModel is what the citizen holds. Asked says whether the service has answered.
type MyKeysModel struct {
	Keys  []MyKey
	Asked bool
}

// MyKeysActions are what can be done there.
type MyKeysActions struct {
	Open    func(serial string)
	Refresh func()
	Check   func() // explains a signature
	Sites   func() // who may ask for signatures; nil where there is no such list
	Back    func()
}

// NewMyKeys builds the list of the citizen's keys.
func NewMyKeys(w *wording.Words, m MyKeysModel, on MyKeysActions) *View {
	v := newView(w, "mykeys", NoStage)
	list := part.Column(12)
	if !m.Asked {
		list.Add(part.Notice(part.Warn, w.T("mykeys.unasked"), w.T("mykeys.unasked.text")))
	}
	for i, k := range m.Keys {
		open := v.button(part.Plain, "mykeys.open."+strconv.Itoa(i), "mykeys.open", "", func() { on.Open(k.Serial) })
		if v.First == nil {
			v.First = open
		}
		list.Add(part.Card(part.Row(look.SpaceM, part.Badge("key", 44),
			part.Grow(v.keyLines(k)), open)))
	}
	if len(m.Keys) == 0 {
		list.Add(part.Muted(w.T("mykeys.none")))
	}
	v.Body = list
	v.addLink("mykeys.refresh", "mykeys.refresh", "refresh", on.Refresh)
	if on.Check != nil {
		v.addLink("mykeys.check", "mykeys.check", "document", on.Check)
	}
	if on.Sites != nil {
		v.addLink("mykeys.sites", "mykeys.sites", "globe", on.Sites)
	}
	v.setBack(on.Back)
	return v
}

func (v *View) keyLines(k MyKey) fyne.CanvasObject {
	lines := part.Column(2, part.Strong(k.Purpose), v.keyState(k), part.Muted(v.keyUntil(k)), part.Muted(v.keyPlace(k)))
	if k.Renewal == RenewalNow {
		lines.Add(part.Strong(v.text("mykeys.renewable")))
	}
	return lines
}

// keyState is never told by colour alone.
func (v *View) keyState(k MyKey) fyne.CanvasObject {
	icon, colour := "help", look.ColorMuted
	switch k.State {
	case KeyGood:
		icon, colour = "check", colorGood
	case KeySoon:
		icon, colour = "clock", colorWarn
	case KeySuspended:
		icon, colour = "warning", colorWarn
	case KeyRevoked, KeyExpired:
		icon, colour = "cross", colorBad
	case KeyUnknown:
	}
	return part.Row(6, part.Icon(icon, 20, colour), part.Strong(v.text("mykeys.state."+string(k.State))).Colored(colour))
}

func (v *View) keyUntil(k MyKey) string {
	date := v.words.Date(k.Until)
	switch {
	case k.Until.IsZero():
		return v.text("mykeys.until.unknown")
	case k.State == KeyExpired:
		return v.text("mykeys.until.past", "Date", date)
	case k.State == KeyRevoked:
		return v.text("mykeys.until.plain", "Date", date)
	default:
		return v.words.N("mykeys.until", k.Days, "Date", date)
	}
}

func (v *View) keyPlace(k MyKey) string {
	switch {
	case k.Token:
		return v.text("mykeys.token")
	case k.File == "":
		return v.text("mykeys.elsewhere")
	case k.Damaged:
		return v.text("mykeys.damaged")
	default:
		return v.text("mykeys.here")
	}
}

// MyKeyActions are what can be done with one key. Those that are nil cannot be done with it.
type MyKeyActions struct {
	Renew    func()
	Copy     func()
	Password func()
	Show     func()
	Revoke   func()
	Back     func()
}

// NewMyKey builds the view of one key.
func NewMyKey(w *wording.Words, k MyKey, on MyKeyActions) *View {
	v := newUntitled(w, "mykey", NoStage)
	v.Title = k.Purpose
	facts := part.Column(look.SpaceS, v.keyState(k), part.Body(v.keyUntil(k)))
	if k.Obtained != "" {
		facts.Add(part.Muted(k.Obtained))
	}
	switch {
	case k.Token:
		facts.Add(part.Muted(w.T("mykeys.token")))
	case k.File == "":
		facts.Add(part.Muted(w.T("mykeys.elsewhere.text")))
	default:
		facts.Add(part.Fact(w.T("mykey.file"), k.File))
	}
	if k.Renewal != RenewalNone && k.Renewal != RenewalNow {
		facts.Add(part.Muted(w.T("mykey.renewal."+string(k.Renewal), "Date", w.Date(k.From))))
	}
	v.Body = part.Column(look.SpaceM, part.Card(facts))
	body, _ := v.Body.(*fyne.Container)
	for _, act := range []struct {
		name, icon string
		do         func()
	}{
		{"renew", "refresh", on.Renew}, {"copy", "upload", on.Copy}, {"password", "lock", on.Password}, {"show", "folder", on.Show}, {"revoke", "cross", on.Revoke},
	} {
		if act.do == nil {
			continue
		}
		key := "mykey." + act.name
		b := v.button(part.Plain, key, key+".do", "", act.do)
		if v.First == nil {
			v.First = b
		}
		body.Add(part.Row(look.SpaceM, part.Badge(act.icon, 40), part.Grow(part.Column(0, part.Strong(w.T(key)), part.Muted(w.T(key+".text")))), b))
	}
	v.setBack(on.Back)
	return v
}
