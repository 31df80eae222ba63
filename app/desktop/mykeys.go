package desktop

import (
	"context"
	"math"
	"path/filepath"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/desktop/screen"
	"qoltanba/app/desktop/wording"
	"qoltanba/app/journey"
)

// keyPage is what is looked at of the citizen's keys.
type keyPage string

// The pages: the list, one key, and what is done with it.
const (
	keyList     keyPage = ""
	keyOne      keyPage = "one"
	keyCopy     keyPage = "copy"
	keyPassword keyPage = "password"
	keyRevoke   keyPage = "revoke"
	keyRenew    keyPage = "renew"
)

// myKeys is where the citizen is among the keys. It lives in memory only.
type myKeys struct {
	page   keyPage
	serial string
	folder string // for the copy
	copied string // path of the copy
	byPIN  bool
	reason screen.RevokeReason
}

// soon is how many days before its end a key is said to end soon.
const soon = 30

func (w *Window) openKeys() { w.do("open keys", w.journey.OpenKeys) }

// turn goes to a page of the key that is looked at.
func (w *Window) turn(page keyPage) {
	w.mine = myKeys{page: page, serial: w.mine.serial}
	w.frame.ClearFailure()
	w.show(false)
}

func (w *Window) myKeys(words *wording.Words) screen.Screen {
	for _, k := range w.state.Holding.Keys {
		if k.Serial == w.mine.serial {
			return w.oneKey(words, k)
		}
	}
	m := screen.MyKeysModel{Asked: w.state.Holding.Asked}
	for _, k := range w.state.Holding.Keys {
		m.Keys = append(m.Keys, w.keyModel(words, k))
	}
	return screen.NewMyKeys(words, m, screen.MyKeysActions{
		Open:    func(serial string) { w.mine.serial = serial; w.turn(keyOne) },
		Refresh: func() { w.do("refresh keys", w.journey.RefreshKeys) },
		Check:   func() { w.step(asideVerify) },
		Sites:   w.sites(),
		Back:    func() { w.do("close keys", w.journey.CloseKeys) },
	})
}

func (w *Window) oneKey(words *wording.Words, k journey.HeldKey) screen.Screen {
	switch w.mine.page {
	case keyCopy:
		return w.keyCopy(words, k)
	case keyPassword:
		return w.keyPassword(words, k)
	case keyRevoke:
		return w.keyRevoke(words, k)
	case keyRenew:
		return w.keyRenew(words, k)
	}
	on := screen.MyKeyActions{Back: func() { w.mine = myKeys{}; w.turn(keyList) }}
	if k.File != "" {
		on.Show = func() { w.openFolder(filepath.Dir(k.File)) }
		if !k.Damaged {
			on.Copy, on.Password = func() { w.turn(keyCopy) }, func() { w.turn(keyPassword) }
		}
	}
	if w.renewal(k) == screen.RenewalNow {
		on.Renew = func() { w.turn(keyRenew) }
	}
	if k.State == api.HeldGood || k.State == api.HeldSuspended {
		on.Revoke = func() { w.turn(keyRevoke) }
	}
	return screen.NewMyKey(words, w.keyModel(words, k), on)
}

func (w *Window) keyModel(words *wording.Words, k journey.HeldKey) screen.MyKey {
	left := time.Until(k.NotAfter)
	m := screen.MyKey{
		Serial: k.Serial, Purpose: purposeOf(words, k.Kind), File: k.File, Damaged: k.Damaged, Days: max(0, int(math.Floor(left.Hours()/24))),
	}
	if !k.NotAfter.IsZero() {
		m.Until = k.NotAfter.In(time.Local)
	}
	if k.Obtained != "" {
		m.Obtained = words.T("mykeys.obtained." + string(k.Obtained))
	}
	if m.Renewal = w.renewal(k); k.RenewFrom != nil {
		m.From = k.RenewFrom.In(time.Local)
	}
	m.Token = k.Storage == api.StorageToken
	m.State = keyStates[k.State]
	if m.State == "" {
		m.State = screen.KeyUnknown
	}
	switch {
	case left <= 0 && !k.NotAfter.IsZero() && (m.State == screen.KeyGood || m.State == screen.KeyUnknown):
		m.State = screen.KeyExpired
	case m.State == screen.KeyGood && m.Days < soon:
		m.State = screen.KeySoon
	}
	return m
}

// renewal says whether a key can be renewed by itself now, as far as the service has told.
func (w *Window) renewal(k journey.HeldKey) screen.KeyRenewal {
	switch {
	case k.State != api.HeldGood:
		return screen.RenewalNone
	case k.Renewed:
		return screen.RenewalDone
	case !k.Kind.Signs():
		return screen.RenewalTogether
	case k.RenewFrom == nil:
		return screen.RenewalOld
	case k.RenewFrom.After(time.Now()):
		return screen.RenewalLater
	case k.Storage == api.StorageToken:
		return screen.RenewalToken
	case k.File == "" || k.Damaged:
		return screen.RenewalElsewhere
	case w.state.Begun:
		return screen.RenewalBegun
	default:
		return screen.RenewalNow
	}
}

func (w *Window) keyRenew(words *wording.Words, k journey.HeldKey) screen.Screen {
	m := screen.RenewModel{Purpose: purposeOf(words, k.Kind), Until: k.NotAfter.In(time.Local), Folder: filepath.Dir(k.File)}
	return screen.NewRenew(words, m, screen.RenewActions{
		Renew: func(password string) {
			w.do("renew", func(ctx context.Context) error { return w.journey.Renew(ctx, k.Serial, api.Secret(password)) })
		},
		Back: func() { w.turn(keyOne) },
	})
}

var keyStates = map[api.HeldState]screen.KeyState{
	api.HeldGood: screen.KeyGood, api.HeldSuspended: screen.KeySuspended, api.HeldRevoked: screen.KeyRevoked, api.HeldExpired: screen.KeyExpired,
}

// purposeOf is a kind in plain words.
func purposeOf(words *wording.Words, kind api.CertificateKind) string {
	if kind == "" {
		return words.T("mykey.file")
	}
	return words.T("purpose." + string(kind))
}

func (w *Window) keyCopy(words *wording.Words, k journey.HeldKey) screen.Screen {
	back := func() { w.turn(keyOne) }
	return screen.NewKeyCopy(words, screen.KeyCopyModel{File: k.File, Folder: w.mine.folder, Copied: w.mine.copied}, screen.KeyCopyActions{
		Folder: func() {
			w.chooseFolder(func(folder string) {
				w.mine.folder = folder
				w.frame.ClearFailure()
				w.show(true)
			})
		},
		Copy: func(password string) {
			folder := w.mine.folder
			w.do("copy key", func(ctx context.Context) error {
				path, err := w.journey.CopyKey(ctx, k.Serial, folder, api.Secret(password))
				if err == nil {
					w.ui(func() { w.mine.copied = path; w.show(true) })
				}
				return err
			})
		},
		Back: back,
	})
}

func (w *Window) keyPassword(words *wording.Words, k journey.HeldKey) screen.Screen {
	return screen.NewKeyPassword(words, screen.KeyPasswordActions{
		Change: func(former, password string) {
			w.keyDone("change key password", "keypassword.done", func(ctx context.Context) error {
				return w.journey.ChangeKeyPassword(ctx, k.Serial, api.Secret(former), api.Secret(password))
			})
		},
		Back: func() { w.turn(keyOne) },
	})
}

func (w *Window) keyRevoke(words *wording.Words, k journey.HeldKey) screen.Screen {
	byKey := k.File != "" && !k.Damaged && k.Kind.Signs()
	on := screen.RevokeActions{
		Reason: func(r screen.RevokeReason) { w.mine.reason = r },
		Revoke: func(reason screen.RevokeReason, secret string) {
			prove := w.journey.RevokeByPIN
			if byKey && !w.mine.byPIN {
				prove = w.journey.RevokeByKey
			}
			w.keyDone("revoke certificate", "revoke.done", func(ctx context.Context) error {
				return prove(ctx, k.Serial, revocationReasons[reason], api.Secret(secret))
			})
		},
		Back: func() { w.turn(keyOne) },
	}
	if byKey {
		on.Other = func() { w.mine.byPIN = !w.mine.byPIN; w.show(true) }
	}
	return screen.NewRevoke(words, screen.RevokeModel{Purpose: purposeOf(words, k.Kind), ByPIN: !byKey || w.mine.byPIN, Reason: w.mine.reason}, on)
}

var revocationReasons = map[screen.RevokeReason]api.RevocationReason{
	screen.RevokeStolen: api.KeyCompromise, screen.RevokeReplaced: api.Superseded, screen.RevokeNotNeeded: api.NotNeeded,
}

// keyDone does something with the key, and then goes back to it and says so.
func (w *Window) keyDone(action, said string, do func(context.Context) error) {
	w.do(action, func(ctx context.Context) error {
		err := do(ctx)
		if err == nil {
			w.ui(func() {
				w.turn(keyOne)
				w.frame.Toast(w.frame.Words().T(said))
			})
		}
		return err
	})
}
