package journey

import (
	"slices"
	"time"

	"qoltanba/app/api"
)

// place says at which stage an enrolment stands, by what the backend waits for
// and what this computer knows.
func place(e api.Enrolment, r record, card CardChoice, now time.Time) Stage {
	if e.Lock != nil && now.Before(e.Lock.Until) {
		return StageLocked
	}
	switch e.Step {
	case api.StepSignIn:
		if !r.Companion {
			return StageCompanion
		}
		if !r.Proceeded {
			return StageSummary
		}
	case api.StepCard:
		return cardPlace(e.CardSides, card)
	case api.StepDecision:
		if e.Decision != nil && e.Decision.State == api.DecisionRejected {
			return StageRejected
		}
	case api.StepGrant:
		if !r.CabinetLeft {
			return StageCabinet
		}
	case api.StepApplication:
		return applicationPlace(e, r)
	case api.StepImport:
		if r.Token != nil {
			return StageToken
		}
	}
	if stage, ok := firstStage[e.Step]; ok {
		return stage
	}
	return StageEnded
}

func applicationPlace(e api.Enrolment, r record) Stage {
	switch {
	case !r.filled():
		return StageForm
	case !settled(r.secret.Email, e.Email):
		return StageEmailCode
	case r.Token != nil && r.secret.Requests == nil:
		return StageToken
	default:
		return StageSubmit
	}
}

func cardPlace(sent []api.Side, card CardChoice) Stage {
	switch {
	case card.Source == "":
		return StageCardChoice
	case card.Document == api.Passport:
		return StagePassport
	case !slices.Contains(sent, api.Front):
		return StageCardFront
	default:
		return StageCardBack
	}
}

// backwards is where Back leads; what is not in it cannot be gone back from.
var backwards = map[Stage]Stage{
	StageCamera:        StageWelcome,
	StageIIN:           StageCamera,
	StageSummary:       StageCompanion,
	StageSignInCode:    StageSignIn, // the phone may be given again
	StageServiceCentre: StageBiometrics,
	StageCardFront:     StageCardChoice,
	StageCardBack:      StageCardFront,
	StagePassport:      StageCardChoice,
	StageDocuments:     StageCabinet,
	StageGrant:         StageCabinet,
	StageEmailCode:     StageForm,
	StageToken:         StageForm,
	StageSubmit:        StageForm,
}

// derive fills what follows from stage and enrolment. The caller holds j.mu.
func (j *Journey) derive() {
	s := &j.state
	s.Reached = j.record.Step
	s.Group = groupOf(s.Stage, s.Reached)
	_, back := backwards[s.Stage]
	back = back && (s.Stage != StageToken || s.Enrolment.Step == api.StepApplication)
	s.CanGoBack = back || s.Stage == StageCallBack
	s.CanCancel = j.cancellable() && !s.Busy
	s.CanRepeat = s.Stage == StageRejected && s.Enrolment.Decision != nil &&
		s.Enrolment.Decision.Reason.Repeat() != api.StepCancelled
	if s.Form.Keys == "" {
		s.Form.Keys = api.KeyAlgorithm(j.cfg.Keys.Name())
	}
	s.TokensServed = j.tokensServed(s.Enrolment)
	s.HasKeys = len(j.holding.Files) > 0
	s.Begun = j.record.begun()
	s.Unfinished = s.Stage == StageWelcome && s.Begun
	s.WaitUntil = time.Time{}
	switch {
	case s.Enrolment.Lock != nil && j.cfg.Now().Before(s.Enrolment.Lock.Until):
		s.WaitUntil = s.Enrolment.Lock.Until
	case s.Problem != nil && s.Problem.Until != nil:
		s.WaitUntil = *s.Problem.Until
	}
}

// cancellable says whether giving up loses nothing: not while the authority may
// issue certificates on keys that wait here.
func (j *Journey) cancellable() bool {
	e := j.state.Enrolment
	if e.ID == "" || e.Step == api.StepDone || e.Step == api.StepCancelled {
		return false
	}
	applied := e.Application != nil && e.Application.Status != api.ApplicationRejected
	return !applied || j.keysLost
}

// arrive takes what the backend said and moves to the stage it leads to. An
// overlay that the citizen opened stays.
func (j *Journey) arrive(e api.Enrolment) error {
	if at := j.session().Enrolment; at != "" && at != e.ID { // led back to another way
		if err := j.rebound(e); err != nil {
			return err
		}
	}
	j.change(func(s *State) {
		if e.Step != s.Enrolment.Step {
			if !sameDocument(s.Enrolment.Step, e) {
				s.Card = CardChoice{}
			}
			if j.overlay != StageResume { // the PIN is still to be asked
				j.overlay = ""
			}
		}
		s.Enrolment = e
		j.record.Enrolment, j.record.Step = e.ID, e.Step
		j.record.PINSet = j.record.PINSet || slices.Index(api.Steps(), e.Step) > slices.Index(api.Steps(), api.StepPIN)
		j.settleStage(s)
	})
	return j.save()
}

// sameDocument says that the citizen is still about the document that was chosen:
// a side of it may have to be photographed again once it was read.
func sameDocument(from api.Step, e api.Enrolment) bool {
	return from == api.StepCard && e.Step == api.StepFields ||
		from == api.StepFields && e.Step == api.StepCard && e.Reading != nil && e.Reading.State == api.ReadingAgain
}

// closeOverlay takes away what the citizen opened over the stage that is due.
func (j *Journey) closeOverlay() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.overlay = ""
}

// settleStage puts the stage where it belongs. The caller holds j.mu.
func (j *Journey) settleStage(s *State) {
	s.Stage = place(s.Enrolment, j.record, s.Card, j.cfg.Now())
	if j.keysLost && s.Stage != StageLocked && keysAwaited(s.Enrolment) {
		s.Stage = StageKeysLost
	}
	if j.overlay != "" && (s.Stage != StageLocked || j.overlay == StageCallBack) {
		s.Stage = j.overlay
	}
}
