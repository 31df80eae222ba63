package desktop

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"

	"qoltanba/app/api"
	"qoltanba/app/desktop/screen"
	"qoltanba/app/desktop/wording"
	"qoltanba/app/journey"
	"qoltanba/keystore"
)

func trimmed(s string) string { return strings.Join(strings.Fields(s), " ") }

// citizenName is the name as the register has it, once it was confirmed.
func citizenName(e api.Enrolment) string {
	if e.Passed == nil {
		return ""
	}
	return trimmed(e.Passed.Surname + " " + e.Passed.Name + " " + e.Passed.Patronymic)
}

func maskedIIN(e api.Enrolment) string {
	if e.Passed == nil {
		return ""
	}
	return masked(string(e.Passed.IIN))
}

func (w *Window) grant(words *wording.Words) screen.Screen {
	e := w.state.Enrolment
	return screen.NewGrant(words, screen.GrantModel{Name: citizenName(e), IIN: maskedIIN(e), PIN: w.pinModel()}, screen.PINActions{
		Next: func(pin string) {
			w.do("grant", func(ctx context.Context) error { return w.journey.Grant(ctx, api.Secret(pin)) })
		},
		Back: w.back(),
	})
}

func (w *Window) agreement(words *wording.Words) screen.Screen {
	return screen.NewAgreement(words, w.agreementModel(words), screen.AgreementActions{
		Changed: func(agreed bool) { w.typed.agreed = agreed },
		Confirm: func() { w.do("accept agreement", w.journey.AcceptAgreement) },
		Back:    w.back(),
	})
}

func (w *Window) form(words *wording.Words) screen.Screen {
	if w.typed.email == "" {
		w.typed.email = w.state.Form.Email // of a form that is opened again
	}
	if w.typed.more {
		return w.choices(words)
	}
	return screen.NewApplication(words, w.formModel(words), screen.ApplicationActions{
		Email:  func(email string) { w.typed.email = email },
		Folder: w.folderOfForm,
		Token:  w.chooseToken,
		Submit: w.fillForm,
		Look:   w.tokenLook(),
		More:   w.moreChoices(),
		Back:   w.back(),
	})
}

// moreChoices opens the further choices of the form, and is nil where there is nothing to choose.
func (w *Window) moreChoices() func() {
	if _, inToken := w.chosenToken(); inToken || len(w.offered()) < 2 {
		return nil
	}
	return func() { w.typed.more = true; w.show(false) }
}

// offered are the kinds of keys that can be applied for.
func (w *Window) offered() (kinds []api.KeyAlgorithm) {
	for _, o := range w.state.Enrolment.Offers {
		if o.Storage == api.StoragePC && o.Keys.Requests() > 0 {
			kinds = append(kinds, o.Keys)
		}
	}
	return kinds
}

func (w *Window) chosenKeys() api.KeyAlgorithm {
	if w.typed.keys != "" {
		return w.typed.keys
	}
	return w.state.Form.Keys
}

func (w *Window) choices(words *wording.Words) screen.Screen {
	m := screen.ChoicesModel{Keys: string(w.chosenKeys())}
	for _, kind := range w.offered() {
		m.Offered = append(m.Offered, string(kind))
	}
	return screen.NewChoices(words, m, screen.ChoicesActions{
		Keys: func(kind string) { w.typed.keys = api.KeyAlgorithm(kind) },
		Back: func() { w.typed.more = false; w.show(false) },
	})
}

func (w *Window) folderOfForm() {
	w.chooseFolder(func(folder string) { w.typed.folder, w.typed.inspected = folder, ""; w.update() })
}

func (w *Window) formModel(words *wording.Words) screen.ApplicationModel {
	e := w.state.Enrolment
	m := screen.ApplicationModel{Name: citizenName(e), IIN: maskedIIN(e), Email: w.typed.email, Folder: w.folder()}
	for _, t := range w.typed.tokens {
		m.Tokens = append(m.Tokens, screen.TokenPlace{Label: t.Label, Serial: t.Serial})
	}
	if t, ok := w.chosenToken(); ok {
		m.Token = t.Serial
	}
	if kind := w.chosenKeys(); m.Token == "" && kind != api.KeyAlgorithm(journey.DefaultKeys.Name()) {
		m.Keys = words.T("choices.keys." + string(kind))
	}
	w.inspect(m.Folder)
	m.Caution = w.typed.caution
	if p := w.typed.unfit; p != nil {
		f, language := api.FailureOf(p.Code), api.Language(words.Language())
		m.FolderProblem, m.FolderRemedy = f.Sentence.In(language), f.Remedy.In(language)
	}
	if w.typed.emailWrong != "" && w.typed.emailWrong == w.typed.email {
		m.EmailProblem = api.FailureOf(api.EmailInvalid).Sentence.In(api.Language(words.Language()))
	}
	return m
}

// folder is where the key files will go: as chosen, as kept from before, or as offered.
func (w *Window) folder() string {
	switch {
	case w.typed.folder != "":
		return w.typed.folder
	case w.state.Form.Folder != "":
		return w.state.Form.Folder
	default:
		return w.cfg.Folder
	}
}

func (w *Window) fillForm() {
	if err := api.ValidateEmail(w.typed.email); err != nil {
		w.typed.emailWrong = w.typed.email
		w.update()
		return
	}
	form := journey.Form{Email: w.typed.email, Storage: api.StoragePC, Keys: w.chosenKeys(), Folder: w.folder()}
	if t, ok := w.chosenToken(); ok {
		form = journey.Form{Email: w.typed.email, Storage: api.StorageToken, Token: t}
	}
	w.do("fill form", func(ctx context.Context) error { return w.journey.FillForm(ctx, form) })
}

// inspect looks a folder up once, beside the interface: a network that has gone may take its time. The offered folder need not be there.
func (w *Window) inspect(folder string) {
	if folder == w.typed.inspected {
		return
	}
	w.typed.inspected, w.typed.caution, w.typed.unfit = folder, screen.FolderFine, nil
	w.work.Go(func() {
		report := keystore.InspectFolder(folder)
		w.ui(func() {
			if folder != w.typed.inspected {
				return // another was chosen meanwhile
			}
			switch {
			case report.Err() != nil && !report.Has(keystore.FolderMissing):
				w.typed.unfit = journey.Problem(report.Err())
			case report.Has(keystore.FolderSynced):
				w.typed.caution = screen.FolderSynced
			case report.Has(keystore.FolderRemovable):
				w.typed.caution = screen.FolderRemovable
			}
			w.update()
		})
	})
}

func (w *Window) chooseFolder(chosen func(string)) {
	choose := dialog.NewFolderOpen(func(folder fyne.ListableURI, err error) {
		if err == nil && folder != nil {
			chosen(folder.Path())
		}
	}, w.window)
	choose.Show()
	choose.Resize(chooserSize)
}

// chooserSize is that of the choosers of files and folders.
var chooserSize = fyne.NewSize(760, 560)

// status shows how the application moves, from the making of the keys to the certificates.
func (w *Window) status(words *wording.Words) screen.Screen {
	m := screen.SubmitModel{}
	if a := w.state.Enrolment.Application; a != nil {
		m.Number = a.Number
		m.Steps = append(m.Steps, screen.ApplicationStep{State: screen.ApplicationMaking, At: a.History[0].At.In(time.Local)})
		for _, change := range a.History {
			m.Steps = append(m.Steps, screen.ApplicationStep{State: applicationStates[change.Status], At: change.At.In(time.Local)})
		}
	}
	return screen.NewSubmit(words, m, screen.SubmitActions{
		Anew:    func() { w.do("begin anew", w.journey.Cancel) },
		Refresh: func() { w.do("refresh", w.journey.Refresh) },
	})
}

var applicationStates = map[api.ApplicationStatus]screen.ApplicationState{
	api.ApplicationCreated: screen.ApplicationCreated, api.ApplicationChecking: screen.ApplicationChecking,
	api.ApplicationApproved: screen.ApplicationApproved, api.ApplicationRejected: screen.ApplicationRejected,
	api.ApplicationAwaiting: screen.ApplicationAwaiting, api.ApplicationIssued: screen.ApplicationIssued,
}

func (w *Window) password(words *wording.Words) screen.Screen {
	return screen.NewPassword(words, screen.PasswordActions{
		Download: func(password string) {
			w.do("write keys", func(ctx context.Context) error { return w.journey.WriteKeys(ctx, api.Secret(password)) })
		},
		Folder: w.changeFolder,
		Back:   w.back(),
	})
}

// anotherFolder lets the citizen choose another folder at the stages where that can be done, and is nil elsewhere.
func (w *Window) anotherFolder() func() {
	choose, ok := map[journey.Stage]func(){journey.StageForm: w.folderOfForm, journey.StagePassword: w.changeFolder}[w.state.Stage]
	if !ok {
		return nil
	}
	return func() {
		w.frame.ClearFailure()
		choose()
	}
}

// inFolder says that the folder of the key files is at fault.
func inFolder(code api.Code) bool {
	return slices.Contains([]api.Code{
		api.FolderGone, api.FolderReadOnly, api.FolderDenied, api.FolderUnfit, api.FolderPathLong, api.FolderFull, api.FileExists, api.FileUnverified,
	}, code)
}

func (w *Window) changeFolder() {
	w.chooseFolder(func(folder string) {
		w.do("change folder", func(ctx context.Context) error { return w.journey.ChangeFolder(ctx, folder) })
	})
}

func (w *Window) keysLost(words *wording.Words) screen.Screen {
	m := screen.KeysLostModel{PIN: w.pinModel()}
	if a := w.state.Enrolment.Application; a != nil {
		m.Number = a.Number
	}
	return screen.NewKeysLost(words, m, screen.PINActions{
		Next: func(pin string) {
			w.do("give up keys", func(ctx context.Context) error { return w.journey.GiveUpKeys(ctx, api.Secret(pin)) })
		},
	})
}

// former asks what becomes of the keys from before.
func (w *Window) former(words *wording.Words) screen.Screen {
	m := screen.FormerModel{Revoke: w.typed.revokes, PIN: w.pinModel()}
	for _, k := range w.state.Former {
		m.Keys = append(m.Keys, screen.FormerKey{Purpose: purposeOf(words, k.Kind), Until: k.ValidUntil.In(time.Local)})
	}
	return screen.NewFormer(words, m, screen.FormerActions{
		Choose: func(revoke bool) { w.typed.revokes = revoke; w.show(false) },
		Keep:   func() { w.do("keep former keys", w.journey.KeepFormer) },
		Revoke: func(pin string) {
			w.do("revoke former keys", func(ctx context.Context) error { return w.journey.RevokeFormer(ctx, api.Secret(pin)) })
		},
	})
}

func (w *Window) success(words *wording.Words) screen.Screen {
	m := screen.SuccessModel{Folder: w.state.Form.Folder}
	for _, f := range w.state.Files {
		m.Until = f.ValidUntil.In(time.Local)
		file := screen.KeyFile{Name: filepath.Base(f.Path), Purpose: words.T("purpose." + string(f.Kind))}
		if m.Folder = filepath.Dir(f.Path); f.Token != "" {
			m.Folder, m.Token, file.Name = "", f.Token, words.T("success.intoken")
		}
		m.Files = append(m.Files, file)
	}
	return screen.NewSuccess(words, m, screen.SuccessActions{
		Open:   func() { w.openFolder(m.Folder) },
		Print:  func() { w.printPage(m) },
		Try:    w.openTrial,
		Keys:   w.openKeys,
		Finish: w.finish,
	})
}

// finish leaves a way that is done, so that the next start shows its beginning and not its end, and closes the window whatever comes of it.
func (w *Window) finish() {
	w.do("start again", func(ctx context.Context) error {
		defer w.ui(w.window.Close)
		return w.journey.StartAgain(ctx)
	})
}

func (w *Window) openFolder(folder string) {
	if err := openPath(w.app, folder+string(filepath.Separator)); err != nil {
		w.frame.Toast(folder)
	}
}
