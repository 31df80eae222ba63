package consent

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/storage"

	"qoltanba/app/companion"
	"qoltanba/app/desktop/screen"
	"qoltanba/app/desktop/wording"
	"qoltanba/keystore"
	"qoltanba/keystore/appraisal"
	"qoltanba/keystore/profile"
)

// choosing is how far the person is with the key.
type choosing struct {
	proposal  companion.Proposal
	answer    func(companion.Choice, error)
	chosen    string // ID, "" for none
	elsewhere string // path of a file that was looked up, "" for none
	busy      bool
}

// newChoosing begins with the key that was used last, if it may serve.
func newChoosing(p companion.Proposal, answer func(companion.Choice, error)) choosing {
	k := choosing{proposal: p, answer: answer}
	if i := slices.IndexFunc(p.Keys, func(o companion.Offer) bool { return len(o.Against) == 0 }); i >= 0 {
		k.chosen = p.Keys[i].ID
	}
	return k
}

// pkcs12 is the storage of key files.
const pkcs12 = "PKCS12"

// offers are the keys, and the file that was looked up.
func (k *choosing) offers() []companion.Offer {
	all := k.proposal.Keys
	if k.elsewhere != "" && !slices.ContainsFunc(all, func(o companion.Offer) bool { return o.ID == k.elsewhere }) {
		all = append(slices.Clone(all), companion.Offer{Key: companion.Key{Store: pkcs12, ID: k.elsewhere, Path: k.elsewhere}})
	}
	return all
}

func (c *Window) showKeys() {
	on := screen.AskKeyActions{
		Choose: func(at int) {
			if id := c.key.offers()[at].ID; c.key.chosen != id {
				c.key.chosen = id
				c.showKeys()
			}
		},
		File: func() {
			c.chooseFile("P12", func(path string) { c.key.elsewhere, c.key.chosen = path, path; c.showKeys() })
		},
		Sign:   c.sign,
		Refuse: c.no,
	}
	if len(c.key.proposal.Documents) > 0 && c.look.shown != nil {
		on.Back = func() { c.turn(c.look.at) }
	}
	c.frame.Show(func(w *wording.Words) screen.Screen { return screen.NewAskKey(w, c.keyModel(w), on) })
}

// sign answers with the key that is chosen.
func (c *Window) sign(password string, keep bool) {
	offers := c.key.offers()
	at := slices.IndexFunc(offers, func(o companion.Offer) bool { return o.ID == c.key.chosen })
	if at < 0 || c.key.busy {
		return
	}
	c.key.busy = true
	c.frame.Wait(c.frame.Words().T("askkey.busy"), -1, nil)
	c.key.answer(companion.Choice{Store: offers[at].Store, ID: offers[at].ID, Password: companion.Password(password), Keep: keep}, nil)
}

func (c *Window) keyModel(w *wording.Words) screen.AskKeyModel {
	p := c.key.proposal
	m := screen.AskKeyModel{
		Asker: asker(p.Caller), Look: p.Purpose == companion.ShowCertificate, Many: len(p.Documents), Chosen: -1,
		Keep: p.Caller.ID != "", Problem: problemText(w, p.Problem), Busy: c.key.busy,
	}
	for i, o := range c.key.offers() {
		if o.ID == c.key.chosen {
			m.Chosen = i
		}
		m.Keys = append(m.Keys, keyOf(w, o))
	}
	return m
}

func problemText(w *wording.Words, err error) string {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, companion.ErrPassword):
		return w.T("askkey.problem.password")
	case errors.Is(err, companion.ErrUnfit):
		return w.T("askkey.problem.unfit")
	case errors.Is(err, keystore.ErrNoKeyFile):
		return w.T("askkey.problem.nofile")
	}
	return w.T("askkey.problem.other")
}

// keyOf is a key in the screen's terms.
func keyOf(w *wording.Words, o companion.Offer) screen.AskKey {
	k := screen.AskKey{Unlocked: o.Unlocked, State: screen.KeyUnknown}
	k.Name, k.About = filepath.Base(o.Path), filepath.Dir(o.Path)
	if o.Path == "" {
		k.Name, k.About = o.Store, ""
	}
	if cert := o.Certificate; cert != nil {
		k.Name, k.Until = appraisal.OwnerOf(cert).Name, cert.NotAfter.In(time.Local)
		if kind, err := profile.ParseKind(cert); err == nil {
			k.About = w.T("purpose." + kind.Name())
		}
		k.State = stateOf(o, cert.NotAfter)
	} else {
		k.About = strings.TrimSpace(k.About + "\n" + w.T("askkey.unopened"))
	}
	if len(o.Against) > 0 {
		k.Against = w.T(against[o.Against[0]])
	}
	return k
}

func stateOf(o companion.Offer, until time.Time) screen.KeyState {
	switch {
	case o.Standing == companion.StandingRevoked:
		return screen.KeyRevoked
	case time.Now().After(until):
		return screen.KeyExpired
	case o.Standing == companion.StandingGood:
		return screen.KeyGood
	}
	return screen.KeyUnknown
}

var against = map[companion.Reason]string{
	companion.Expired: "askkey.against.expired", companion.NotYetValid: "askkey.against.early", companion.Revoked: "askkey.against.revoked",
	companion.OtherUse: "askkey.against.use", companion.OtherPerson: "askkey.against.person", companion.OtherCompany: "askkey.against.company",
	companion.OtherSerial: "askkey.against.serial", companion.OtherIssuer: "askkey.against.issuer", companion.OtherStandard: "askkey.against.standard",
}

// extensions are those of the file choosers that portals ask for.
var extensions = map[string][]string{"P12": {".p12", ".pfx", ".P12", ".PFX"}, "CER": {".cer", ".crt", ".pem"}, "CRL": {".crl"}, "JKS": {".jks"}}

// chooseFile lets the person look for a file, or for a folder where kind is "".
func (c *Window) chooseFile(kind string, chosen func(path string)) {
	size := fyne.NewSize(860, 600)
	if kind == "" {
		d := dialog.NewFolderOpen(func(uri fyne.ListableURI, err error) {
			if err == nil && uri != nil {
				chosen(uri.Path())
			}
		}, c.window)
		d.Show()
		d.Resize(size)
		return
	}
	d := dialog.NewFileOpen(func(file fyne.URIReadCloser, err error) {
		if err != nil || file == nil {
			return
		}
		_ = file.Close() // only its name is asked for
		chosen(file.URI().Path())
	}, c.window)
	if list := extensions[kind]; list != nil {
		d.SetFilter(storage.NewExtensionFileFilter(list))
	}
	d.Show()
	d.Resize(size)
}
