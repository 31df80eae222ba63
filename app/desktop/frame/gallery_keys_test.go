package frame_test

import (
	"qoltanba/app/desktop/frame"
	"qoltanba/app/desktop/screen"
	"qoltanba/app/desktop/wording"
)

const sampleFile = "/home/aje/Documents/ЭЦҚ/GOST512_7b2e4c6d8f0a1b3c5d7e9f1a2b4c6d8e0f1a3b5c.p12"

// heldScreens are those of the life of keys after issue.
func heldScreens() []exhibit {
	keys := func(w *wording.Words) []screen.MyKey {
		return []screen.MyKey{
			{Serial: "1", Purpose: w.T("purpose.gost512"), State: screen.KeyGood, Until: noon.AddDate(1, 0, 0), Days: 364, Obtained: w.T("mykeys.obtained.remote-machine"), File: sampleFile},
			{Serial: "2", Purpose: w.T("purpose.gost512"), State: screen.KeySoon, Until: noon.AddDate(0, 0, 21), Days: 21, Obtained: w.T("mykeys.obtained.remote-operator"), File: sampleFile, Renewal: screen.RenewalNow},
			{Serial: "3", Purpose: w.T("purpose.rsa-sign"), State: screen.KeyRevoked, Until: noon.AddDate(0, 3, 0), Days: 90},
			{Serial: "4", Purpose: w.T("purpose.rsa-auth"), State: screen.KeyUnknown, File: sampleFile, Damaged: true},
		}
	}
	list := func(m screen.MyKeysModel, n int) frame.Builder {
		return func(w *wording.Words) screen.Screen {
			m.Keys = keys(w)[:n]
			for i := range m.Keys {
				if !m.Asked { // what nobody has confirmed
					m.Keys[i].State, m.Keys[i].Obtained = screen.KeyUnknown, ""
				}
			}
			return screen.NewMyKeys(w, m, screen.MyKeysActions{Open: noText, Refresh: nothing, Check: nothing, Sites: nothing, Back: nothing})
		}
	}
	one := func(at int, on screen.MyKeyActions) frame.Builder {
		on.Back = nothing
		return func(w *wording.Words) screen.Screen { return screen.NewMyKey(w, keys(w)[at], on) }
	}
	waiting := func(why screen.KeyRenewal) frame.Builder {
		return func(w *wording.Words) screen.Screen {
			k := keys(w)[0]
			k.Renewal, k.From = why, noon.AddDate(0, 10, 0)
			return screen.NewMyKey(w, k, screen.MyKeyActions{Copy: nothing, Password: nothing, Show: nothing, Revoke: nothing, Back: nothing})
		}
	}
	copying := func(m screen.KeyCopyModel) frame.Builder {
		m.File = sampleFile
		return func(w *wording.Words) screen.Screen {
			return screen.NewKeyCopy(w, m, screen.KeyCopyActions{Folder: nothing, Copy: noText, Back: nothing})
		}
	}
	revoking := func(byPIN bool) frame.Builder {
		return func(w *wording.Words) screen.Screen {
			return screen.NewRevoke(w, screen.RevokeModel{Purpose: w.T("purpose.gost512"), ByPIN: byPIN, Reason: screen.RevokeStolen},
				screen.RevokeActions{Reason: func(screen.RevokeReason) {}, Revoke: func(screen.RevokeReason, string) {}, Other: nothing, Back: nothing})
		}
	}
	pin := func(m screen.TokenModel) frame.Builder {
		return func(w *wording.Words) screen.Screen {
			on := screen.TokenActions{Next: noText, Back: nothing}
			if m.Writing {
				on.Lost, on.Back = nothing, nil
			}
			return screen.NewToken(w, m, on)
		}
	}
	former := func(m screen.FormerModel) frame.Builder {
		return func(w *wording.Words) screen.Screen {
			m.Keys = []screen.FormerKey{{Purpose: w.T("purpose.rsa-auth"), Until: noon.AddDate(0, 0, 21)}, {Purpose: w.T("purpose.rsa-sign"), Until: noon.AddDate(0, 0, 21)}}
			return screen.NewFormer(w, m, screen.FormerActions{Choose: func(bool) {}, Keep: nothing, Revoke: noText})
		}
	}
	return []exhibit{
		{name: "choices", build: show(func(w *wording.Words) screen.Screen {
			return screen.NewChoices(w, screen.ChoicesModel{Keys: "gost512", Offered: []string{"gost512", "rsa2048"}}, screen.ChoicesActions{Keys: noText, Back: nothing})
		})},
		{name: "application-rsa", build: show(func(w *wording.Words) screen.Screen {
			return screen.NewApplication(w, screen.ApplicationModel{Name: "ӘБДІҒАЛИЕВА Қ. Н.", IIN: "570314••••••", Folder: sampleFile[:len("/home/aje/Documents/ЭЦҚ")], Keys: w.T("choices.keys.rsa2048")},
				screen.ApplicationActions{Email: noText, Folder: nothing, Submit: nothing, More: nothing, Back: nothing})
		})},
		{name: "application-token", build: show(func(w *wording.Words) screen.Screen {
			return screen.NewApplication(w, screen.ApplicationModel{
				Name: "ӘБДІҒАЛИЕВА Қ. Н.", IIN: "570314••••••", Token: "7",
				Tokens: []screen.TokenPlace{{Label: "KAZTOKEN", Serial: "7"}, {Label: "Әбдіғалиева", Serial: "8"}},
			}, screen.ApplicationActions{Email: noText, Folder: nothing, Token: noText, Look: nothing, Submit: nothing, Back: nothing})
		})},
		{name: "token", build: pin(screen.TokenModel{Label: "KAZTOKEN"})},
		{name: "token-wrong", build: pin(screen.TokenModel{Label: "KAZTOKEN", Wrong: true})},
		{name: "token-last", build: pin(screen.TokenModel{Label: "KAZTOKEN", Writing: true, Wrong: true, Last: true})},
		{name: "success-token", build: show(func(w *wording.Words) screen.Screen {
			m := screen.SuccessModel{Token: "KAZTOKEN", Until: noon.AddDate(3, 0, 0)}
			for _, purpose := range []string{"purpose.rsa-auth", "purpose.rsa-sign"} {
				m.Files = append(m.Files, screen.KeyFile{Name: w.T("success.intoken"), Purpose: w.T(purpose)})
			}
			return screen.NewSuccess(w, m, screen.SuccessActions{Open: nothing, Print: nothing, Try: nothing, Keys: nothing, Finish: nothing})
		})},
		{name: "former", build: former(screen.FormerModel{PIN: screen.PINModel{Tries: -1}})},
		{name: "former-revoke", build: former(screen.FormerModel{Revoke: true, PIN: screen.PINModel{Wrong: true, Tries: 2}})},
		{name: "mykeys", build: list(screen.MyKeysModel{Asked: true}, 4)},
		{name: "mykeys-unasked", build: list(screen.MyKeysModel{}, 1)},
		{name: "mykeys-none", build: list(screen.MyKeysModel{Asked: true}, 0)},
		{name: "mykey", build: one(0, screen.MyKeyActions{Copy: nothing, Password: nothing, Show: nothing, Revoke: nothing})},
		{name: "mykey-elsewhere", build: one(2, screen.MyKeyActions{})},
		{name: "mykey-renewable", build: one(1, screen.MyKeyActions{Renew: nothing, Copy: nothing, Password: nothing, Show: nothing, Revoke: nothing})},
		{name: "mykey-old", build: waiting(screen.RenewalOld)},
		{name: "renew", build: show(func(w *wording.Words) screen.Screen {
			return screen.NewRenew(w, screen.RenewModel{Purpose: w.T("purpose.gost512"), Until: noon.AddDate(0, 0, 21), Folder: "/home/aje/Documents/ЭЦҚ"},
				screen.RenewActions{Renew: noText, Back: nothing})
		})},
		{name: "keycopy", build: copying(screen.KeyCopyModel{})},
		{name: "keycopy-ready", build: copying(screen.KeyCopyModel{Folder: "/media/aje/ҚҰЖАТТАР"}), after: enter("keycopy.password", "Steppe2026")},
		{name: "keycopy-done", build: copying(screen.KeyCopyModel{Copied: "/media/aje/ҚҰЖАТТАР/GOST512_7b2e4c6d8f0a1b3c5d7e9f1a2b4c6d8e0f1a3b5c.p12"})},
		{name: "keypassword", build: show(func(w *wording.Words) screen.Screen {
			return screen.NewKeyPassword(w, screen.KeyPasswordActions{Change: func(string, string) {}, Back: nothing})
		}), after: enter("keypassword.first", "Steppe2027")},
		{name: "revoke", build: revoking(false)},
		{name: "revoke-pin", build: revoking(true), after: enter("revoke.pin", "275081")},
	}
}
