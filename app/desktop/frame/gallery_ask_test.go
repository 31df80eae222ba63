package frame_test

import (
	"strings"

	"qoltanba/app/desktop/frame"
	"qoltanba/app/desktop/screen"
	"qoltanba/app/desktop/wording"
)

const sampleDigest = "ba7816bf 8f01cfea 414140de 5dae2223 b00361a3 96177a9c b410ff61 f20015ad"

// askScreens are those in which the companion asks, and what stands around them.
func askScreens() []exhibit {
	portal := screen.Asker{Site: "https://egov.kz"}
	program := screen.Asker{Program: "/home/aje/Жүктеулер/бухгалтерия/bin/very-long-name-of-a-program-in-a-deep-folder/report", Claims: "https://egov.kz"}
	allow := func(a screen.Asker) frame.Builder {
		return show(func(w *wording.Words) screen.Screen {
			return screen.NewAskAllow(w, a, screen.AskAllowActions{Allow: nothing, Once: nothing, Refuse: nothing, Block: nothing})
		})
	}
	xml := "request\n\u00a0\u00a0\u00a0service  code=\"P1.01\"\n\u00a0\u00a0\u00a0\u00a0\u00a0\u00a0Туу туралы куәлікті қайта беру\n\u00a0\u00a0\u00a0citizen\n\u00a0\u00a0\u00a0\u00a0\u00a0\u00a0СЕРІКОВ ЕРЛАН"
	long := strings.Repeat("Бұл — үлгі мәтін, ол бірнеше жолға созылады. Это образец текста на несколько строк. ", 40)
	look := func(m screen.AskLookModel) frame.Builder {
		m.Asker = portal
		return show(func(w *wording.Words) screen.Screen {
			model := copied(m)
			d := &model.Documents[m.At]
			d.Name, d.Kind = w.T("asklook.document", "At", "1"), w.T("asklook.kind."+d.Kind)
			d.Size, d.SHA256 = w.T("asklook.kilobytes", "Size", "21"), sampleDigest
			return screen.NewAskLook(w, model, screen.AskLookActions{Turn: func(int) {}, Next: nothing, Open: nothing, Refuse: nothing})
		})
	}
	key := func(m screen.AskKeyModel) frame.Builder {
		return show(func(w *wording.Words) screen.Screen {
			all := []screen.AskKey{
				{Name: "СЕРІКОВ ЕРЛАН МАРАТҰЛЫ", About: w.T("purpose.gost512"), Until: noon.AddDate(1, 0, 0), State: screen.KeyGood},
				{Name: "СЕРІКОВ ЕРЛАН МАРАТҰЛЫ", About: w.T("purpose.rsa-sign"), Until: noon.AddDate(0, 4, 0), State: screen.KeyUnknown},
				{Name: "GOST512_7b2e4c6d8f0a1b3c5d7e9f1a2b4c6d8e0f1a3b5c.p12", About: "/home/aje/Documents/ЭЦҚ\n" + w.T("askkey.unopened")},
				{Name: "СЕРІКОВ ЕРЛАН МАРАТҰЛЫ", About: w.T("purpose.rsa-auth"), Against: w.T("askkey.against.expired")},
			}
			all[0].Unlocked = m.Busy
			model := m
			model.Asker, model.Keys, model.Busy, model.Keep = portal, all[:m.Many], false, true
			if m.Many == 0 {
				model.Asker = program
			}
			if m.Problem != "" {
				model.Problem = w.T(m.Problem)
			}
			return screen.NewAskKey(w, model, screen.AskKeyActions{Choose: func(int) {}, File: nothing, Sign: func(string, bool) {}, Back: nothing, Refuse: nothing})
		})
	}
	verify := func(m screen.VerifyModel) frame.Builder {
		return show(func(w *wording.Words) screen.Screen {
			return screen.NewVerify(w, m, screen.VerifyActions{Choose: nothing, Content: nothing, Open: noText, Ask: nothing, Back: nothing})
		})
	}
	cert := screen.CheckedCert{
		Owner: "СЕРІКОВ ЕРЛАН МАРАТҰЛЫ", Issuer: "ҰЛТТЫҚ КУӘЛАНДЫРУШЫ ОРТАЛЫҚ (GOST) 2022", From: noon.AddDate(0, -2, 0), Until: noon.AddDate(0, 10, 0),
		Valid: screen.CheckYes, Trusted: screen.CheckYes, Standing: screen.CheckYes,
	}
	company := cert
	company.Company, company.Trusted, company.Standing = "ЖШС «ДАЛА»", screen.CheckUnknown, screen.CheckUnknown
	ended := cert
	ended.Valid, ended.Standing, ended.RevokedAt = screen.CheckNo, screen.CheckNo, noon.AddDate(0, -1, 0)
	return []exhibit{
		{name: "askallow", build: allow(portal)},
		{name: "askallow-insecure", build: allow(screen.Asker{Site: "http://portal.example.kz", Insecure: true})},
		{name: "askallow-program", build: allow(program)},
		{name: "askallow-nobody", build: allow(screen.Asker{Claims: "https://egov.kz"})},
		{name: "asklook", build: look(screen.AskLookModel{Documents: []screen.AskDocument{{Kind: "xml", Text: xml}}, Seen: 1, Stamped: true})},
		{name: "asklook-long", build: look(screen.AskLookModel{Documents: []screen.AskDocument{{Kind: "text", Text: long, Cut: true}}})},
		{name: "asklook-many", build: look(screen.AskLookModel{Documents: []screen.AskDocument{{Kind: "picture", Picture: card()}, {}, {}}, Seen: 1})},
		{name: "asklook-digest", build: look(screen.AskLookModel{Documents: []screen.AskDocument{{Kind: "digest", Unseen: true, Signed: 2}}, Seen: 1})},
		{name: "askkey", build: key(screen.AskKeyModel{Many: 4}), after: enter("askkey.password", "Steppe2026")},
		{name: "askkey-wrong", build: key(screen.AskKeyModel{Many: 2, Chosen: 1, Problem: "askkey.problem.password"})},
		{name: "askkey-unlocked", build: key(screen.AskKeyModel{Many: 2, Busy: true})},
		{name: "askkey-show", build: key(screen.AskKeyModel{Many: 3, Look: true, Chosen: 2})},
		{name: "askkey-none", build: key(screen.AskKeyModel{Chosen: -1})},
		{name: "askfile", build: show(func(w *wording.Words) screen.Screen {
			return screen.NewAskFile(w, screen.AskFileModel{Asker: portal}, screen.AskFileActions{Choose: nothing, Give: nothing, Refuse: nothing})
		})},
		{name: "askfile-folder", build: show(func(w *wording.Words) screen.Screen {
			return screen.NewAskFile(w, screen.AskFileModel{Asker: portal, Folder: true, Path: "/home/aje/Documents/ЭЦҚ"}, screen.AskFileActions{Choose: nothing, Give: nothing, Refuse: nothing})
		})},
		{name: "verify", build: verify(screen.VerifyModel{})},
		{name: "verify-sound", build: verify(screen.VerifyModel{File: "келісім.pdf.cms", Kind: "signature", Asked: true, CanAsk: true, Signers: []screen.CheckedSigner{
			{Verdict: screen.CheckSound, Cert: &cert, Whole: screen.CheckYes, Good: screen.CheckYes, Claims: noon, Proven: noon},
		}})},
		{name: "verify-open", build: verify(screen.VerifyModel{File: "келісім.pdf.sig", Kind: "signature", Missing: true, CanAsk: true, Signers: []screen.CheckedSigner{
			{Verdict: screen.CheckOpen, Cert: &company, Whole: screen.CheckUnknown, Good: screen.CheckYes, Claims: noon},
		}})},
		{name: "verify-broken", build: verify(screen.VerifyModel{File: "request.xml", Kind: "xml", Asked: true, Signers: []screen.CheckedSigner{
			{Verdict: screen.CheckBroken, Whole: screen.CheckNo, Good: screen.CheckUnknown}, {Verdict: screen.CheckDoubtful, Cert: &ended, Whole: screen.CheckYes, Good: screen.CheckYes},
		}})},
		{name: "verify-certificate", build: verify(screen.VerifyModel{File: "cert.cer", Kind: "certificate", CanAsk: true, Certs: []screen.CheckedCert{cert}})},
		{name: "verify-keyfile", build: verify(screen.VerifyModel{File: sampleFile, Kind: "keyfile", Password: true, Wrong: true})},
		{name: "verify-plain", build: verify(screen.VerifyModel{File: "сурет.jpg", Kind: "plain"})},
		{name: "allowed", build: show(func(w *wording.Words) screen.Screen {
			return screen.NewAllowed(w, []screen.AllowedOrigin{
				{Asker: portal, Allowed: true, LastUsed: noon},
				{Asker: program, Allowed: true, LastUsed: noon.AddDate(0, -1, 0)},
				{Asker: screen.Asker{Site: "https://evil.example"}, LastUsed: noon.AddDate(0, -2, 0)},
			}, true, screen.AllowedActions{Forget: func(int) {}, Log: nothing, Lock: nothing, Starts: func(bool) {}, Back: nothing})
		})},
		{name: "allowed-none", build: show(func(w *wording.Words) screen.Screen {
			return screen.NewAllowed(w, nil, false, screen.AllowedActions{Log: nothing, Back: nothing})
		})},
		{name: "activity", build: show(func(w *wording.Words) screen.Screen {
			return screen.NewActivity(w, []screen.ActivityEvent{
				{At: noon, Asker: portal, Deed: "signed", Documents: 3},
				{At: noon, Asker: portal, Deed: "shown"},
				{At: noon, Asker: program, Deed: "allowed-once"},
				{At: noon, Deed: "gone", Documents: 1},
			}, nothing)
		})},
		{name: "activity-none", build: show(func(w *wording.Words) screen.Screen { return screen.NewActivity(w, nil, nothing) })},
	}
}

// copied keeps the words of one language out of the next.
func copied(m screen.AskLookModel) screen.AskLookModel {
	m.Documents = append([]screen.AskDocument(nil), m.Documents...)
	return m
}
