package desktop

import (
	"context"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/desktop/screen"
	"qoltanba/app/desktop/wording"
	"qoltanba/app/journey"
)

// trial is the signature that the citizen tries on the last screen. It lives in memory only.
type trial struct {
	open  bool
	text  string // as it stands on the screen
	given string // the password that was given last, until it has opened the key file
	made  *journey.Trial
	saved string // path
}

// done is the last screen, or the trial over it.
func (w *Window) done(words *wording.Words) screen.Screen {
	switch {
	case w.trial.made != nil:
		return w.trialResult(words)
	case w.trial.open:
		w.trial.text = w.trialText(words)
		return screen.NewTrial(words, w.trialModel(), screen.TrialActions{Sign: w.sign, Back: w.endTrial})
	default:
		return w.success(words)
	}
}

func (w *Window) openTrial() {
	w.trial = trial{open: true}
	w.show(false)
}

// endTrial goes back to the last screen and forgets the trial; what was saved stays.
func (w *Window) endTrial() {
	w.trial = trial{}
	w.show(false)
}

func (w *Window) trialModel() screen.TrialModel {
	m := screen.TrialModel{Text: w.trial.text}
	if w.state.Problem != nil && w.state.Problem.Code == api.PasswordWrong {
		m.Refused = w.trial.given
	}
	return m
}

// trialText is what is signed. After a new start nobody knows the name before the key file is open.
func (w *Window) trialText(words *wording.Words) string {
	today := words.Date(time.Now())
	if name := citizenName(w.state.Enrolment); name != "" {
		return words.T("trial.sample", "Name", name, "Date", today)
	}
	return words.T("trial.sample.unnamed", "Date", today)
}

func (w *Window) sign(password string) {
	w.trial.given = password
	text := w.trial.text
	w.do("try signature", func(ctx context.Context) error {
		made, err := w.journey.TrySignature(ctx, api.Secret(password), text)
		if err == nil {
			w.ui(func() { w.signed(made) })
		}
		return err
	})
}

func (w *Window) signed(made journey.Trial) {
	if w.trial.open { // not left meanwhile
		w.trial.given, w.trial.made = "", &made
		w.show(false)
	}
}

func (w *Window) trialResult(words *wording.Words) screen.Screen {
	made := w.trial.made
	return screen.NewTrialResult(words, screen.TrialResultModel{
		Verdict: trialVerdicts[made.Verdict], Text: made.Text, At: made.SignedAt.In(time.Local),
		Name: trimmed(made.Owner.CommonName() + " " + made.Owner.Patronymic), IIN: masked(made.Owner.IIN),
		Issuer: made.Issuer, Until: made.ValidUntil.In(time.Local), Saved: w.trial.saved,
	}, screen.TrialResultActions{Save: w.saveTrial, Return: w.endTrial})
}

var trialVerdicts = map[journey.Verdict]screen.TrialVerdict{
	journey.VerdictGood: screen.TrialGood, journey.VerdictUnchecked: screen.TrialUnchecked,
	journey.VerdictExpired: screen.TrialExpired, journey.VerdictUntrusted: screen.TrialUntrusted, journey.VerdictBroken: screen.TrialBroken,
}

func (w *Window) saveTrial() {
	made := w.trial.made
	w.do("save trial", func(ctx context.Context) error {
		path, err := w.journey.SaveTrial(ctx, *made)
		if err == nil {
			w.ui(func() {
				if w.trial.made == made {
					w.trial.saved = path
					w.show(false)
				}
			})
		}
		return err
	})
}
