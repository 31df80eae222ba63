package journey

import (
	"context"
	"errors"

	"qoltanba/app/api"
)

// note changes the record.
func (j *Journey) note(alter func(*record)) {
	j.mu.Lock()
	defer j.mu.Unlock()
	alter(&j.record)
}

// show goes to a stage that comes before there is an enrolment.
func (j *Journey) show(stage Stage) error {
	j.change(func(s *State) { s.Stage = stage })
	return j.save()
}

// open lays a stage over the one that is due, or with "" takes it away.
func (j *Journey) open(stage Stage) error {
	j.change(func(s *State) {
		j.overlay = stage
		j.settleStage(s)
	})
	return j.save()
}

// Back goes back one screen where State.CanGoBack.
func (j *Journey) Back(ctx context.Context) error {
	return j.act(ctx, "back", Stages(), func(context.Context) error {
		s := j.State()
		switch to, ok := backwards[s.Stage]; {
		case s.Stage == StageCallBack:
			return j.open("")
		case !s.CanGoBack:
			return &StageError{"back", s.Stage}
		case !ok:
			return &StageError{"back", s.Stage}
		case s.Enrolment.ID == "":
			return j.show(to)
		default:
			return j.retrace(to)
		}
	})
}

// retrace forgets what leads on from a stage.
func (j *Journey) retrace(to Stage) error {
	overlay := Stage("")
	j.note(func(r *record) {
		switch to {
		case StageCompanion:
			r.Companion = false
		case StageCabinet:
			r.CabinetLeft = false
		case StageForm:
			r.Folder, r.Token = "", nil
		case StageCardFront, StageSignIn:
			overlay = to
		}
	})
	if to == StageCardChoice {
		j.change(func(s *State) { s.Card = CardChoice{} })
	}
	return j.open(overlay)
}

// Resume goes on with an unfinished way. After [Absence] a citizen who has set a
// PIN is asked for it first: the stage becomes resume, and Resume is called
// again with it. Stages: welcome, where State.Unfinished (with pin ""), resume.
func (j *Journey) Resume(ctx context.Context, pin api.Secret) error {
	return j.act(ctx, "resume", []Stage{StageWelcome, StageResume}, func(ctx context.Context) error {
		if j.session().Enrolment == "" {
			if !j.renewing() {
				return &StageError{"resume", StageWelcome}
			}
			return j.sendRenewal(ctx)
		}
		asked := j.State().Stage == StageResume
		if !asked && j.absent() {
			j.change(func(s *State) { j.overlay, s.Stage = StageResume, StageResume })
			return nil
		}
		var err error
		if asked {
			err = step(ctx, j, api.CheckPIN, api.PINRequest{PIN: pin}, nil)
		} else {
			err = j.reread(ctx)
		}
		if err != nil {
			return err
		}
		j.touch()
		return errors.Join(j.save(), j.tidy(ctx), j.checkKeys(ctx))
	})
}

// Refresh asks the backend how far things are and reads the text of a stage
// that shows one.
func (j *Journey) Refresh(ctx context.Context) error {
	return j.act(ctx, "refresh", Stages(), func(ctx context.Context) error { return j.refresh(ctx) })
}

func (j *Journey) refresh(ctx context.Context) error {
	if stage := j.State().Stage; j.session().Enrolment == "" || stage == StageWelcome || stage == StageResume || stage == StageKeys {
		return nil
	}
	if err := j.reread(ctx); err != nil {
		return err
	}
	if err := j.tidy(ctx); err != nil {
		return err
	}
	return j.loadShown(ctx)
}

// tidy ends a way whose import was confirmed by a process that was killed
// before it let go of the keys.
func (j *Journey) tidy(ctx context.Context) error {
	if j.State().Enrolment.Step != api.StepDone || j.session().Enrolment == "" {
		return nil
	}
	return j.finish(ctx)
}

// loadShown reads what the stage shows beside the enrolment: a text to be
// accepted, or what was made out of the document.
func (j *Journey) loadShown(ctx context.Context) error {
	return errors.Join(j.loadText(ctx), j.loadRecognised(ctx))
}

// loadText reads the text that the stage shows, in the citizen's language.
func (j *Journey) loadText(ctx context.Context) error {
	s := j.State()
	kind := map[Stage]api.TextKind{StageBiometrics: api.TextBiometrics, StageAgreement: api.TextAgreement}[s.Stage]
	if kind == "" || s.Text != nil && s.Text.Kind == kind && s.Text.Language == s.Language {
		return nil
	}
	text, err := api.Call(ctx, j.cfg.Client, api.ReadText, api.Request[api.None]{
		Params: map[string]string{"kind": string(kind), "language": string(s.Language)},
	})
	if err != nil {
		return err
	}
	j.change(func(s *State) { s.Text = &text })
	return nil
}

// SetLanguage changes the language of the program at once, and of the text that
// is shown, if any. An enrolment that was opened keeps the language of its SMS.
func (j *Journey) SetLanguage(ctx context.Context, language api.Language) error {
	j.note(func(r *record) { r.Language = language })
	j.change(func(s *State) { s.Language = language })
	select {
	case j.turn <- struct{}{}:
		defer func() { <-j.turn }()
		return errors.Join(j.save(), j.loadShown(ctx))
	default:
		return nil // the action under way saves and reads the text at its end
	}
}

// Cancel gives the way up, where State.CanCancel: the enrolment is ended at the
// backend and forgotten here.
func (j *Journey) Cancel(ctx context.Context) error {
	return j.act(ctx, "cancel", Stages(), func(ctx context.Context) error {
		j.mu.Lock()
		allowed := j.cancellable()
		j.mu.Unlock()
		if !allowed {
			return &StageError{"cancel", j.State().Stage}
		}
		return j.abandon(ctx)
	})
}

// StartAgain leaves a way that goes no further: from the IIN again after a
// call-back registered the phone or a code never came, from the beginning
// otherwise. A way that was to be led back to is given up where the citizen
// leaves it at recover. Stages: recover, code, call-back, rejected,
// service-centre, ended, done.
func (j *Journey) StartAgain(ctx context.Context) error {
	at := []Stage{StageRecover, StageCode, StageCallBack, StageRejected, StageServiceCentre, StageEnded, StageDone}
	return j.act(ctx, "start again", at, func(ctx context.Context) error {
		from := j.State().Stage
		if from == StageRecover {
			if err := j.dropSpare(); err != nil {
				return err
			}
		}
		if err := j.abandon(ctx); err != nil {
			return err
		}
		if j.beginning() == StageWelcome && (from == StageCode || from == StageCallBack) {
			return j.show(StageIIN)
		}
		return nil
	})
}

// abandon ends the enrolment at the backend, where it is not over yet, and
// forgets it here. Keys that wait are deleted only when the backend has said
// that no certificate was or will be issued on them.
func (j *Journey) abandon(ctx context.Context) error {
	s := j.session()
	if s.Enrolment == "" || j.State().Enrolment.Step == api.StepDone {
		return j.forget()
	}
	e, err := api.Call(ctx, j.cfg.Client, api.CancelEnrolment, api.Request[api.None]{Session: s})
	switch api.CodeOf(err) {
	case "":
		unused := e.Application == nil || e.Application.Status == api.ApplicationRejected
		if err := j.dropKeys(unused); err != nil {
			return err
		}
	case api.EnrolmentEnded, api.TakenOver, api.NotFound, api.Unauthorised, api.OutOfOrder:
		// Over, unknown or finished: there is nothing to end, and nothing is
		// known of the keys.
	default:
		return err
	}
	return j.forget()
}

// dropKeys deletes keys of which no certificate was or will be issued, and sets
// aside those that cannot be opened any more.
func (j *Journey) dropKeys(unused bool) error {
	if j.lostKeys() {
		return j.cfg.Vault.SetAside(j.entry())
	}
	if unused {
		return j.cfg.Vault.Delete(j.entry())
	}
	return nil
}

// forget begins with an empty journal, but for the language.
func (j *Journey) forget() error {
	if j.spare().Enrolment == j.session().Enrolment {
		if err := j.dropSpare(); err != nil {
			return err
		}
	}
	language := j.State().Language
	j.note(func(r *record) { *r = record{Language: language} })
	beginning := j.beginning()
	j.change(func(s *State) {
		j.overlay, j.keysLost = "", false
		*s = State{Stage: beginning, Language: language, Busy: s.Busy, Companion: s.Companion}
	})
	return j.save()
}
