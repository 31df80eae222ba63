package desktop

import (
	"context"
	"crypto/x509"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/storage"

	"qoltanba/app/companion"
	"qoltanba/app/desktop/screen"
	"qoltanba/app/desktop/wording"
	"qoltanba/app/journey"
	"qoltanba/keystore/appraisal"
	"qoltanba/keystore/revocation"
)

// Companion is what the signing service keeps. The zero Companion has nothing to show.
type Companion struct {
	Origins  *companion.Origins
	Activity *companion.Activity
	// Authorities are trusted when signatures are explained, beside that of the citizen's own keys.
	Authorities []*x509.Certificate
	// Lock locks the keys that were left unlocked for a while; nil where that cannot be done.
	Lock func() error
	// Starts tells whether the signing service starts with the computer, SetStarts changes it; nil where that cannot be done.
	Starts    func() bool
	SetStarts func(bool) error
	// Standing asks whether a certificate was revoked; nil where nobody is asked.
	Standing func(ctx context.Context, cert, issuer *x509.Certificate) (revocation.Answer, error)
}

// asidePage is a page that is no step of the way.
type asidePage string

// The pages.
const (
	asideNone     asidePage = ""
	asideVerify   asidePage = "verify"
	asideAllowed  asidePage = "allowed"
	asideActivity asidePage = "activity"
)

// aside is what is looked at beside the way. It lives in memory only.
type aside struct {
	page     asidePage
	turn     int // counts what was found, so that the page is built anew
	name     string
	file     []byte
	content  []byte
	password string
	asked    bool // the authority
	problem  string
	found    appraisal.Appraisal
}

func (a *aside) key() string { return fmt.Sprint("aside", a.page, a.turn) }

// step goes to a page beside the way, and back from it with asideNone.
func (w *Window) step(to asidePage) {
	w.aside = aside{page: to}
	w.frame.ClearFailure()
	w.show(true)
}

// sites leads to the list of those who may ask; nil where nobody keeps one.
func (w *Window) sites() func() {
	if w.cfg.Companion.Origins == nil {
		return nil
	}
	return func() { w.step(asideAllowed) }
}

func (w *Window) besides(words *wording.Words) screen.Screen {
	switch w.aside.page {
	case asideAllowed:
		return w.allowed(words)
	case asideActivity:
		return w.activity(words)
	default:
		return w.verify(words)
	}
}

// shownEvents is how many lines of the log are shown.
const shownEvents = 100

func (w *Window) allowed(words *wording.Words) screen.Screen {
	kept := w.cfg.Companion.Origins.List()
	list := make([]screen.AllowedOrigin, 0, len(kept))
	for _, c := range kept {
		list = append(list, screen.AllowedOrigin{Asker: askerNamed(c.ID), Allowed: c.Allowed, LastUsed: c.LastUsed.In(time.Local)})
	}
	on := screen.AllowedActions{
		Forget: func(at int) { w.forget(kept[at].ID) },
		Log:    func() { w.step(asideActivity) },
		Back:   func() { w.step(asideNone) },
	}
	c := w.cfg.Companion
	if c.Lock != nil {
		on.Lock = w.lockKeys
	}
	starts := false
	if c.Starts != nil {
		starts = c.Starts()
		on.Starts = func(yes bool) {
			if err := c.SetStarts(yes); err != nil {
				w.fail(journey.DataProblem(err))
			}
		}
	}
	return screen.NewAllowed(words, list, starts, on)
}

// lockKeys has the signing service forget the passwords that it kept. Where it does not run, it keeps none.
func (w *Window) lockKeys() {
	w.work.Go(func() {
		err := w.cfg.Companion.Lock()
		w.ui(func() {
			if err != nil {
				w.cfg.Log.Info("nobody to lock keys", "error", err)
			}
			w.frame.Toast(w.frame.Words().T("allowed.locked"))
		})
	})
}

// forget takes back what was decided about a caller.
func (w *Window) forget(id string) {
	if err := w.cfg.Companion.Origins.Revoke(id); err != nil {
		w.fail(journey.DataProblem(err))
		return
	}
	if err := w.cfg.Companion.Activity.Add(companion.Event{Caller: id, Deed: companion.DeedRevoked}); err != nil {
		w.cfg.Log.Warn("the log of requests cannot be written", "error", err)
	}
	w.step(asideAllowed)
	w.frame.Toast(w.frame.Words().T("allowed.forgotten"))
}

// askerNamed is a caller by what its consent is kept under.
func askerNamed(id string) screen.Asker {
	if program, ok := strings.CutPrefix(id, "program:"); ok {
		return screen.Asker{Program: program}
	}
	return screen.Asker{Site: id}
}

func (w *Window) activity(words *wording.Words) screen.Screen {
	var events []screen.ActivityEvent
	if log := w.cfg.Companion.Activity; log != nil {
		list, err := log.List(shownEvents)
		if err != nil {
			w.cfg.Log.Warn("the log of requests cannot be read", "error", err)
		}
		for _, e := range list {
			events = append(events, screen.ActivityEvent{At: e.At.In(time.Local), Asker: askerNamed(e.Caller), Deed: string(e.Deed), Documents: e.Documents})
		}
	}
	return screen.NewActivity(words, events, func() { w.step(asideAllowed) })
}

// verify is the page that explains a file.
func (w *Window) verify(words *wording.Words) screen.Screen {
	return screen.NewVerify(words, w.verifyModel(), screen.VerifyActions{
		Choose: func() {
			w.pick(func(name string, file []byte) {
				w.aside = aside{page: asideVerify, turn: w.aside.turn, name: name, file: file}
				w.appraise()
			})
		},
		Content: func() { w.pick(func(_ string, file []byte) { w.aside.content = file; w.appraise() }) },
		Open:    func(password string) { w.aside.password = password; w.appraise() },
		Ask:     func() { w.aside.asked = true; w.appraise() },
		Back:    func() { w.step(asideNone) },
	})
}

// checkable are the stages at which a file that falls onto the window is explained: nothing is under way then that it could disturb.
var checkable = []journey.Stage{
	journey.StageWelcome, journey.StageKeys, journey.StageDone, journey.StageChecking, journey.StageCabinet, journey.StageDocuments,
	journey.StageStatus, journey.StageResume, journey.StageEnded,
}

// checkDropped explains a file that fell onto the window. Of two the one that is no signature is what was signed.
func (w *Window) checkDropped(files []fyne.URI) {
	if w.journey == nil || !slices.Contains(checkable, w.state.Stage) || w.state.Busy || len(files) == 0 {
		return
	}
	w.work.Go(func() {
		names, contents := []string{}, [][]byte{}
		for _, uri := range files[:min(2, len(files))] {
			file, err := readURI(uri)
			if err != nil {
				w.ui(func() { w.unread(uri.Name()) })
				return
			}
			names, contents = append(names, uri.Name()), append(contents, file)
		}
		w.ui(func() { w.checkTwo(names, contents) })
	})
}

// checkTwo puts the signature before what was signed.
func (w *Window) checkTwo(names []string, files [][]byte) {
	if len(files) == 2 {
		if a, err := appraisal.Of(w.ctx, files[0], appraisal.Options{}); err == nil && a.Kind == appraisal.Plain {
			slices.Reverse(names)
			slices.Reverse(files)
		}
	}
	turn := w.aside.turn
	same := w.aside.page == asideVerify && w.aside.found.Missing && len(files) == 1
	if same {
		if a, err := appraisal.Of(w.ctx, files[0], appraisal.Options{}); err == nil && a.Kind == appraisal.Plain {
			w.aside.content = files[0]
			w.appraise()
			return
		}
	}
	w.aside = aside{page: asideVerify, turn: turn, name: names[0], file: files[0]}
	if len(files) == 2 {
		w.aside.content = files[1]
	}
	w.appraise()
}

func (w *Window) unread(name string) {
	w.aside = aside{page: asideVerify, turn: w.aside.turn + 1, name: name, problem: w.frame.Words().T("verify.unread")}
	w.show(true)
}

// readURI reads a file within what is appraised, and one byte more, so that what is too large is seen.
func readURI(uri fyne.URI) ([]byte, error) {
	file, err := storage.Reader(uri)
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // only read
	return io.ReadAll(io.LimitReader(file, appraisal.MaxSize+1))
}

// pick lets the citizen choose a file.
func (w *Window) pick(chosen func(name string, file []byte)) {
	open := dialog.NewFileOpen(func(file fyne.URIReadCloser, err error) {
		if err != nil || file == nil {
			return
		}
		uri := file.URI()
		_ = file.Close() // it is read beside the interface
		w.work.Go(func() {
			content, err := readURI(uri)
			w.ui(func() {
				if err != nil {
					w.unread(uri.Name())
					return
				}
				chosen(uri.Name(), content)
			})
		})
	}, w.window)
	open.Show()
	open.Resize(chooserSize)
}

// appraiseTime is how long authorities may take to answer.
const appraiseTime = 20 * time.Second

// appraise explains the file beside the interface. Authorities are asked only when the citizen wants it.
func (w *Window) appraise() {
	a := w.aside
	chain := w.journey.Authorities()
	o := appraisal.Options{Content: a.content, Password: a.password, Authorities: slices.Concat(w.cfg.Companion.Authorities, chain), Others: chain}
	if a.asked {
		o.Standing = w.cfg.Companion.Standing
	}
	w.frame.Wait(w.frame.Words().T("verify.title"), -1, nil)
	w.work.Go(func() {
		ctx, cancel := context.WithTimeout(w.ctx, appraiseTime)
		defer cancel()
		found, err := appraisal.Of(ctx, a.file, o)
		w.ui(func() {
			a.found, a.turn = found, a.turn+1
			if err != nil {
				a.problem = w.frame.Words().T("verify.toolarge")
			}
			w.aside = a
			w.show(true)
		})
	})
}

func (w *Window) verifyModel() screen.VerifyModel {
	a := w.aside
	f := a.found
	m := screen.VerifyModel{
		File: a.name, Kind: string(f.Kind), Missing: f.Missing, Problem: a.problem, Asked: a.asked,
		Password: f.Key != nil && !f.Key.Opened, Wrong: f.Key != nil && f.Key.Wrong,
	}
	if m.Kind == "" {
		m.Kind = string(appraisal.Plain)
	}
	for _, s := range f.Signers {
		one := screen.CheckedSigner{Verdict: screen.CheckVerdict(s.Verdict()), Whole: checkAnswer(s.Whole), Good: checkAnswer(s.Good)}
		if !s.Claims.IsZero() {
			one.Claims = s.Claims.In(time.Local)
		}
		if s.Proven() {
			one.Proven = s.Stamp.Time.In(time.Local)
		}
		if s.Cert != nil {
			cert := checkedCert(*s.Cert)
			one.Cert = &cert
			m.CanAsk = m.CanAsk || s.Cert.Trusted == appraisal.Yes
		}
		m.Signers = append(m.Signers, one)
	}
	for _, c := range f.Certificates {
		m.Certs = append(m.Certs, checkedCert(c))
		m.CanAsk = m.CanAsk || c.Trusted == appraisal.Yes
	}
	m.CanAsk = m.CanAsk && w.cfg.Companion.Standing != nil
	return m
}

func checkAnswer(a appraisal.Answer) screen.CheckAnswer { return screen.CheckAnswer(a.String()) }

func checkedCert(c appraisal.Cert) screen.CheckedCert {
	out := screen.CheckedCert{
		Owner: c.Owner.Name, Company: c.Owner.Organisation, Issuer: c.Issuer, From: c.NotBefore.In(time.Local), Until: c.NotAfter.In(time.Local),
		Valid: checkAnswer(c.Valid), Trusted: checkAnswer(c.Trusted), Standing: screen.CheckUnknown,
	}
	switch c.Revoked.Standing {
	case revocation.Good:
		out.Standing = screen.CheckYes
	case revocation.Revoked, revocation.Suspended:
		out.Standing, out.RevokedAt = screen.CheckNo, c.Revoked.Since.In(time.Local)
	case revocation.Unknown:
	}
	return out
}
