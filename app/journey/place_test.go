package journey

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"qoltanba/app/api"
	"qoltanba/capture/camera"
	"qoltanba/keystore"
)

func TestEveryStepHasAStage(t *testing.T) {
	t.Parallel()
	for _, step := range api.Steps() {
		stage := place(api.Enrolment{Step: step}, record{}, CardChoice{}, time.Now())
		if !slices.Contains(Stages(), stage) || stage == StageEnded && step != api.StepCancelled {
			t.Errorf("step %s leads to %q", step, stage)
		}
	}
	if got := place(api.Enrolment{Step: "of the future"}, record{}, CardChoice{}, time.Now()); got != StageEnded {
		t.Errorf("an unknown step leads to %s", got)
	}
}

func TestStagesAreListedOnceWithTheirGroups(t *testing.T) {
	t.Parallel()
	seen := map[Stage]bool{}
	for _, stage := range Stages() {
		if seen[stage] {
			t.Errorf("%s twice", stage)
		}
		seen[stage] = true
		group := groupOf(stage, api.StepGrant)
		alone := stage == StageWelcome || stage == StageEnded
		if alone != (group == GroupNone) || !alone && !slices.Contains(Groups(), group) {
			t.Errorf("%s is of group %q", stage, group)
		}
	}
	order := func(s Stage) int { return slices.Index(Groups(), groupOf(s, api.StepGrant)) }
	last := -1
	for _, stage := range Stages() {
		if at := order(stage); at >= 0 && stage != StageResume && stage != StageLocked {
			if at < last {
				t.Errorf("%s goes back on the rail", stage)
			}
			last = at
		}
	}
}

func TestPlace(t *testing.T) {
	t.Parallel()
	now := time.Now()
	unchosen, card := CardChoice{}, CardChoice{api.IdentityCard, CardByFile}
	rejected := &api.Decision{State: api.DecisionRejected}
	for name, c := range map[string]struct {
		e    api.Enrolment
		r    record
		card CardChoice
		want Stage
	}{
		"locked":          {api.Enrolment{Step: api.StepCode, Lock: &api.Lock{Until: now.Add(time.Second)}}, record{}, unchosen, StageLocked},
		"lock over":       {api.Enrolment{Step: api.StepCode, Lock: &api.Lock{Until: now}}, record{}, unchosen, StageCode},
		"companion first": {api.Enrolment{Step: api.StepSignIn}, record{}, unchosen, StageCompanion},
		"then summary":    {api.Enrolment{Step: api.StepSignIn}, record{Companion: true}, unchosen, StageSummary},
		"then sign-in":    {api.Enrolment{Step: api.StepSignIn}, record{Companion: true, Proceeded: true}, unchosen, StageSignIn},
		"front":           {api.Enrolment{Step: api.StepCard}, record{}, card, StageCardFront},
		"back":            {api.Enrolment{Step: api.StepCard, CardSides: []api.Side{api.Front}}, record{}, card, StageCardBack},
		"front is wanted": {api.Enrolment{Step: api.StepCard, CardSides: []api.Side{api.Back}}, record{}, card, StageCardFront},
		"not chosen":      {api.Enrolment{Step: api.StepCard, CardSides: []api.Side{api.Front}}, record{}, unchosen, StageCardChoice},
		"passport":        {api.Enrolment{Step: api.StepCard}, record{}, CardChoice{api.Passport, CardByCamera}, StagePassport},
		"changed mind":    {api.Enrolment{Step: api.StepCard, CardSides: []api.Side{api.Front}}, record{}, CardChoice{api.Passport, CardByFile}, StagePassport},
		"no kind":         {api.Enrolment{Step: api.StepCard}, record{}, CardChoice{Source: CardByFile}, StageCardFront},
		"rejected":        {api.Enrolment{Step: api.StepDecision, Decision: rejected}, record{}, unchosen, StageRejected},
		"cabinet":         {api.Enrolment{Step: api.StepGrant}, record{}, unchosen, StageCabinet},
		"no form yet":     {api.Enrolment{Step: api.StepApplication}, record{}, unchosen, StageForm},
		"no address":      {api.Enrolment{Step: api.StepApplication}, record{Folder: "/keys"}, unchosen, StageSubmit},
		"e-mail code":     {api.Enrolment{Step: api.StepApplication}, record{Folder: "/keys", secret: secrets{Email: "a@b.kz"}}, unchosen, StageEmailCode},
		"grant":           {api.Enrolment{Step: api.StepGrant}, record{CabinetLeft: true}, unchosen, StageGrant},
		"form filled":     {api.Enrolment{Step: api.StepApplication}, record{Folder: "/x"}, unchosen, StageSubmit},
	} {
		if got := place(c.e, c.r, c.card, now); got != c.want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestEveryLocalFailureHasItsCode(t *testing.T) {
	t.Parallel()
	for _, err := range []error{
		camera.NoDevice, camera.Busy, camera.Denied, camera.Unplugged, camera.Stalled, camera.BadFrame, camera.Unusable,
		keystore.ErrExists, keystore.ErrNoSpace, keystore.ErrReadOnly, keystore.ErrFolderGone, keystore.ErrNotFolder, keystore.ErrVerify,
		keystore.ErrDenied, keystore.ErrPathLong, keystore.ErrVaultDisk, errOwnFiles,
		keystore.ErrPasswordRules, keystore.ErrNoKeyring, keystore.ErrPassphrase, keystore.ErrVaultKeyLost, keystore.ErrNoEntry,
		keystore.ErrDamaged, keystore.ErrMismatch, errJournal,
	} {
		p := Problem(fmt.Errorf("at some place: %w", err))
		if p.Code == api.Internal || !errors.Is(p, err) {
			t.Errorf("%v becomes %s", err, p.Code)
		}
	}
	if Problem(nil) != nil {
		t.Error("nil becomes a problem")
	}
	if p := Problem(errors.New("unheard of")); p.Code != api.Internal {
		t.Errorf("the unknown becomes %s", p.Code)
	}
	asked := api.Fail(api.CodeWrong, "x")
	if Problem(fmt.Errorf("wrapped: %w", asked)) != asked {
		t.Error("a problem is not itself")
	}
}

func TestStateShowsNobody(t *testing.T) {
	t.Parallel()
	s := State{Stage: StageGrant, Enrolment: api.Enrolment{Phone: "+7 700", Passed: &api.PassedData{Surname: "САПАРОВА"}}, Form: Form{Email: "a@b.kz"}}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		if text := fmt.Sprintf(verb, s); strings.Contains(text, "САПАРОВА") || strings.Contains(text, "a@b.kz") || strings.Contains(text, "700") {
			t.Errorf("%s shows %s", verb, text)
		}
	}
}
