package journey

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"qoltanba/app/api"
	"qoltanba/keystore"
	"qoltanba/keystore/keypair"
	"qoltanba/keystore/profile"
)

func TestTheWholeWay(t *testing.T) {
	c := newCitizen(t)
	p := c.start(c.model)
	defer p.stop()
	var passed stages
	defer p.Subscribe(passed.add)()
	if err := c.walk(t.Context(), p.Journey, StageDone); err != nil {
		t.Fatal(err)
	}
	want := []Stage{
		StageWelcome, StageCamera, StageIIN, StageCode, StageCompanion, StageSummary, StageSignIn, StageSignInCode,
		StageBiometrics, StageSelfie, StageRecordingIntro, StageRecording, StageRecordingIntro, StageJudging, StagePIN, StageCardChoice,
		StageCardFront, StageCardBack, StageFields, StageChecking, StageCabinet, StageGrant, StageAgreement, StageForm, StageEmailCode,
		StageSubmit, StageStatus, StagePassword, StageDone,
	}
	if got := without(passed.list, StageRecordingIntro); !slices.Equal(got, without(want, StageRecordingIntro)) {
		t.Errorf("passed %v", got)
	}
	c.checkDone(p)
}

func TestTheEndIsShownUntilAnotherBeginning(t *testing.T) {
	c := newCitizen(t)
	p := c.start(c.model)
	if err := c.walk(t.Context(), p.Journey, StageDone); err != nil {
		t.Fatal(err)
	}
	p.stop()

	again := c.start(c.model)
	c.checkDone(again)
	if s := again.State(); s.Group != GroupDone || s.CanCancel || s.Unfinished {
		t.Errorf("an end that is not one: %+v", s)
	}
	if err := errors.Join(again.Refresh(t.Context()), again.StartAgain(t.Context())); err != nil {
		t.Fatal(err)
	}
	again.stop()

	anew := c.start(c.model)
	defer anew.stop()
	if s := anew.State(); s.Stage != StageWelcome || s.Unfinished || len(s.Files) > 0 {
		t.Errorf("begins at %s with %d files", s.Stage, len(s.Files))
	}
}

func without(list []Stage, stage Stage) []Stage {
	return slices.DeleteFunc(slices.Clone(list), func(s Stage) bool { return s == stage })
}

// The way with the one key of GOST, which signs in and signs.
func TestTheWayWithAGOSTKey(t *testing.T) {
	c := newCitizen(t)
	c.algorithm = keypair.GOST512
	p := c.start(c.model)
	defer p.stop()
	if err := c.walk(t.Context(), p.Journey, StageDone); err != nil {
		t.Fatal(err)
	}
	c.checkDone(p)
	file := p.State().Files[0]
	if file.Kind != api.CertificateGOST || !strings.HasPrefix(filepath.Base(file.Path), "GOST512_") {
		t.Errorf("%s is of kind %s", filepath.Base(file.Path), file.Kind)
	}
	trial, err := p.TrySignature(t.Context(), modelPass, sampleText)
	if err != nil || trial.Verdict != VerdictGood || trial.Owner.IIN != string(modelIIN) {
		t.Errorf("the trial is %s: %v", trial.Verdict, err)
	}
}

// Keys of a kind that the authority does not issue on are let go, and others
// are made where the citizen asks for others.
func TestKeysThatAreNotServed(t *testing.T) {
	c := newCitizen(t)
	c.algorithm = keypair.GOST512
	c.model.unserved = api.KeysGOST512
	p := c.start(c.model)
	if err := c.walk(t.Context(), p.Journey, StageSubmit); err != nil {
		t.Fatal(err)
	}
	if err := p.Submit(t.Context()); api.CodeOf(err) != api.KeysUnserved {
		t.Errorf("refused keys: %v", err)
	}
	if waiting, err := p.vault.List(); err != nil || len(waiting) != 0 {
		t.Errorf("%d entries wait in the vault: %v", len(waiting), err)
	}
	p.stop()

	c.algorithm = keypair.RSA
	other := c.start(c.model)
	defer other.stop()
	if err := c.walk(t.Context(), other.Journey, StageDone); err != nil {
		t.Fatal(err)
	}
	c.checkDone(other)
}

// files is how many key files there are at the end.
func (c *citizen) files() int { return len(profile.Kinds(c.algorithm)) }

// checkDone holds what must be true at the end, whatever happened on the way.
func (c *citizen) checkDone(p *process) {
	c.t.Helper()
	if s := p.State(); s.Stage != StageDone || len(s.Files) != c.files() {
		c.t.Fatalf("at %s with %d files", s.Stage, len(s.Files))
	}
	if waiting, err := p.vault.List(); err != nil || len(waiting) != 0 {
		c.t.Errorf("%d entries wait in the vault: %v", len(waiting), err)
	}
	c.checkEffects()
}

// checkEffects compares what was written with what was issued, once.
func (c *citizen) checkEffects() {
	c.t.Helper()
	files, err := filepath.Glob(filepath.Join(c.keys(), "*"))
	if err != nil || len(files) != c.files() {
		c.t.Errorf("%d files in the folder: %v", len(files), err)
	}
	for i, path := range files {
		kf, err := keystore.ReadKeyFile(path, string(modelPass))
		if err != nil {
			c.t.Fatalf("key file %d: %v", i, err)
		}
		if !slices.ContainsFunc(c.model.issued, func(i api.Certificate) bool { return bytes.Equal(i.DER, kf.Certificate.Raw) }) {
			c.t.Errorf("key file %d holds a certificate that was not issued", i)
		}
	}
	if n := len(c.model.applied); n != 1 {
		c.t.Errorf("%d applications", n)
	}
	if n := c.model.started; n != 1 {
		c.t.Errorf("%d enrolments", n)
	}
	c.checkNothingPersonal()
}

// checkNothingPersonal looks through everything that the program wrote.
func (c *citizen) checkNothingPersonal() {
	c.t.Helper()
	secrets := []string{
		string(modelIIN), string(modelTel), string(modelCode), string(modelPIN), string(modelPass), modelMail,
		string(c.model.token), "САПАРОВА", "PRIVATE KEY",
	}
	err := filepath.WalkDir(c.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		for _, s := range secrets {
			if filepath.Ext(path) != ".p12" && bytes.Contains(content, []byte(s)) {
				c.t.Errorf("%s holds a secret", filepath.Base(path))
			}
		}
		return err
	})
	if err != nil {
		c.t.Error(err)
	}
}

func TestActionsBelongToTheirStages(t *testing.T) {
	c := newCitizen(t)
	p := c.start(c.model)
	defer p.stop()
	ctx := t.Context()
	for name, act := range map[string]func() error{
		"give code": func() error { return p.GiveCode(ctx, modelCode) },
		"submit":    func() error { return p.Submit(ctx) },
		"back":      func() error { return p.Back(ctx) },
		"cancel":    func() error { return p.Cancel(ctx) },
		"resume":    func() error { return p.Resume(ctx, "") },
		"ask call":  func() error { return p.AskCall(ctx, modelTel, api.CallForHelp) },
	} {
		var refused *StageError
		if err := act(); !errors.As(err, &refused) {
			t.Errorf("%s at the welcome: %v", name, err)
		}
	}
	if s := p.State(); s.Stage != StageWelcome || s.Problem != nil || s.Busy {
		t.Errorf("a refused action changed %+v", s)
	}
	if len(c.model.calls) != 0 {
		t.Errorf("the backend was called: %v", c.model.calls)
	}
}

func TestOneActionAtATime(t *testing.T) {
	c := newCitizen(t)
	p := c.start(c.model)
	defer p.stop()
	p.change(func(s *State) { s.Busy = true })
	if err := p.Begin(t.Context()); !errors.Is(err, ErrBusy) {
		t.Errorf("got %v", err)
	}
	if p.State().Stage != StageWelcome {
		t.Error("the stage changed")
	}
}

func TestAWrongCodeIsToldAndTheRightOneGoesOn(t *testing.T) {
	c := newCitizen(t)
	p := c.start(c.model)
	defer p.stop()
	if err := c.walk(t.Context(), p.Journey, StageCode); err != nil {
		t.Fatal(err)
	}
	for left := 2; left >= 1; left-- {
		err := p.GiveCode(t.Context(), "000000") // the same wrong code is a new try each time
		s := p.State()
		if api.CodeOf(err) != api.CodeWrong || s.Problem == nil || *s.Problem.TriesLeft != left || s.Enrolment.Code.TriesLeft != left {
			t.Fatalf("%v with %+v", err, s.Problem)
		}
	}
	if err := p.GiveCode(t.Context(), modelCode); err != nil || p.State().Problem != nil {
		t.Fatal(err, p.State().Problem)
	}
}

func TestResumeAsksForThePINAfterAPause(t *testing.T) {
	c := newCitizen(t)
	p := c.start(c.model)
	if err := c.walk(t.Context(), p.Journey, StageChecking); err != nil {
		t.Fatal(err)
	}
	p.stop()

	soon := c.start(c.model)
	if err := soon.Resume(t.Context(), ""); err != nil || soon.State().Stage != StageChecking {
		t.Fatalf("after a moment: %v, %s", err, soon.State().Stage)
	}
	soon.stop()

	c.now = func() time.Time { return time.Now().Add(Absence + time.Minute) }
	later := c.start(c.model)
	defer later.stop()
	if s := later.State(); !s.Unfinished || s.Stage != StageWelcome {
		t.Fatalf("begins at %s", s.Stage)
	}
	if err := later.Resume(t.Context(), ""); err != nil || later.State().Stage != StageResume {
		t.Fatalf("after an hour: %v, %s", err, later.State().Stage)
	}
	if err := later.Resume(t.Context(), "000000"); api.CodeOf(err) != api.PINWrong || later.State().Stage != StageResume {
		t.Fatalf("a wrong PIN: %v, %s", err, later.State().Stage)
	}
	if err := later.Refresh(t.Context()); err != nil || later.State().Stage != StageResume {
		t.Fatalf("a refresh passed by the PIN: %v, %s", err, later.State().Stage)
	}
	if err := later.Resume(t.Context(), modelPIN); err != nil || later.State().Stage != StageChecking {
		t.Fatalf("the right PIN: %v, %s", err, later.State().Stage)
	}
}

func TestRejectedAndRepeated(t *testing.T) {
	c := newCitizen(t)
	p := c.start(c.model)
	defer p.stop()
	if err := c.walk(t.Context(), p.Journey, StageChecking); err != nil {
		t.Fatal(err)
	}
	c.model.e.Decision = &api.Decision{State: api.DecisionRejected, Reason: api.RejectCard}
	if err := p.Refresh(t.Context()); err != nil || p.State().Stage != StageRejected || !p.State().CanRepeat {
		t.Fatal(err, p.State())
	}
	if err := p.Repeat(t.Context()); err != nil || p.State().Stage != StageCardChoice {
		t.Fatal(err, p.State())
	}
	c.with = api.Passport // comes with the other document
	if err := c.walk(t.Context(), p.Journey, StageChecking); err != nil {
		t.Fatal(err)
	}
	c.model.e.Decision = &api.Decision{State: api.DecisionRejected, Reason: api.RejectPerson}
	if err := p.Refresh(t.Context()); err != nil || p.State().CanRepeat {
		t.Fatal(err, p.State())
	}
	if err := p.StartAgain(t.Context()); err != nil || p.State().Stage != StageWelcome || p.State().Unfinished {
		t.Fatal(err, p.State())
	}
}

// TestChangeOfDocument photographs the card's front and takes the passport then.
func TestChangeOfDocument(t *testing.T) {
	c := newCitizen(t)
	p := c.start(c.model)
	defer p.stop()
	ctx, picture := t.Context(), api.Picture{Type: "image/jpeg", Data: noise(1)}
	if err := c.walk(ctx, p.Journey, StageCardBack); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(p.Back(ctx), p.Back(ctx), p.ChooseCard(ctx, CardChoice{api.Passport, CardByCamera})); err != nil {
		t.Fatal(err)
	}
	if s := p.State(); s.Stage != StagePassport || !s.CanGoBack || s.Group != GroupCard {
		t.Fatalf("at %s", s.Stage)
	}
	refused := (*StageError)(nil)
	if err := p.SendCard(ctx, api.Front, picture); !errors.As(err, &refused) {
		t.Errorf("the card's front is taken for the passport: %v", err)
	}
	if err := p.SendCard(ctx, api.DataPage, picture); err != nil {
		t.Fatal(err)
	}
	if s := p.State(); s.Stage != StageFields || s.Enrolment.Document != api.Passport {
		t.Fatalf("at %s with %s", s.Stage, s.Enrolment.Document)
	}
	if err := p.ConfirmFields(ctx, sampleFields); api.CodeOf(err) != api.FieldsInvalid {
		t.Errorf("the card's number on a passport: %v", err)
	}
	if err := p.ConfirmFields(ctx, fieldsOf(api.Passport)); err != nil || p.State().Stage != StageChecking {
		t.Fatal(err, p.State())
	}
}

func TestCallBackAndOnceMoreFromTheIIN(t *testing.T) {
	c := newCitizen(t)
	p := c.start(c.model)
	defer p.stop()
	ctx := t.Context()
	if err := c.walk(ctx, p.Journey, StageCode); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(p.OpenCallBack(ctx), p.AskCall(ctx, modelTel, api.CallToRegister), p.Refresh(ctx)); err != nil {
		t.Fatal(err)
	}
	if s := p.State(); s.Stage != StageCallBack || s.Enrolment.Call == nil || !s.CanGoBack {
		t.Fatalf("at %s", s.Stage)
	}
	c.model.e.Call.State = api.CallRegistered
	if err := errors.Join(p.Refresh(ctx), p.StartAgain(ctx)); err != nil || p.State().Stage != StageIIN {
		t.Fatal(err, p.State())
	}
	if err := c.walk(ctx, p.Journey, StageCompanion); err != nil {
		t.Fatal(err)
	}
	if c.model.started != 2 {
		t.Errorf("%d enrolments: a start after a call-back is a new one", c.model.started)
	}
}

func TestTheLastPhoneIsGivenAgain(t *testing.T) {
	c := newCitizen(t)
	p := c.start(c.model)
	defer p.stop()
	if err := c.walk(t.Context(), p.Journey, StageSignInCode); err != nil {
		t.Fatal(err)
	}
	if err := p.Back(t.Context()); err != nil || p.State().Stage != StageSignIn {
		t.Fatal(err, p.State())
	}
	if err := p.SignIn(t.Context(), modelTel); err != nil || p.State().Stage != StageSignInCode {
		t.Fatal(err, p.State())
	}
}

func TestRequestsRefusedMeansNewKeys(t *testing.T) {
	c := newCitizen(t)
	p := c.start(c.model)
	defer p.stop()
	ctx := t.Context()
	if err := c.walk(ctx, p.Journey, StageSubmit); err != nil {
		t.Fatal(err)
	}
	c.model.refusals[api.Apply.ID] = []*api.Problem{api.Fail(api.RequestInvalid, "weak")}
	if err := p.Submit(ctx); api.CodeOf(err) != api.RequestInvalid {
		t.Fatal(err)
	}
	if waiting, err := p.vault.List(); err != nil || len(waiting) != 0 {
		t.Fatalf("refused keys wait: %v %v", waiting, err)
	}
	if err := c.walk(ctx, p.Journey, StageDone); err != nil {
		t.Fatal(err)
	}
	c.checkDone(p)
}

func TestAGrantThatRanOutKeepsTheKeys(t *testing.T) {
	c := newCitizen(t)
	p := c.start(c.model)
	defer p.stop()
	ctx := t.Context()
	if err := c.walk(ctx, p.Journey, StageSubmit); err != nil {
		t.Fatal(err)
	}
	c.model.refusals[api.Apply.ID] = []*api.Problem{api.Fail(api.GrantExpired, "too late")}
	if err := p.Submit(ctx); api.CodeOf(err) != api.GrantExpired {
		t.Fatal(err)
	}
	before := slices.Concat(p.record.secret.Requests...)
	c.model.e.Step = api.StepGrant
	if err := p.Refresh(ctx); err != nil || p.State().Stage != StageGrant {
		t.Fatal(err, p.State())
	}
	if err := c.walk(ctx, p.Journey, StageDone); err != nil {
		t.Fatal(err)
	}
	c.checkDone(p)
	if !bytes.Equal(before, c.model.applied[0]) {
		t.Error("other requests were sent than before")
	}
}

func TestNoGivingUpWhileCertificatesMayCome(t *testing.T) {
	c := newCitizen(t)
	p := c.start(c.model)
	defer p.stop()
	if err := c.walk(t.Context(), p.Journey, StageStatus); err != nil {
		t.Fatal(err)
	}
	var refused *StageError
	if err := p.Cancel(t.Context()); p.State().CanCancel || !errors.As(err, &refused) {
		t.Errorf("cancelled: %v", err)
	}
	if err := p.vault.Delete(p.State().Enrolment.ID); err != nil {
		t.Fatal(err)
	}
	c.model.issue()
	if err := p.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := p.WriteKeys(t.Context(), modelPass); api.CodeOf(err) != api.KeysLost || !p.State().CanCancel {
		t.Fatalf("keys that are gone: %v", err)
	}
	if err := p.Cancel(t.Context()); err != nil || p.State().Stage != StageWelcome {
		t.Fatal(err, p.State())
	}
}

// Another kind of keys, chosen before anything was applied for, takes the place of
// the first; what was chosen outlives the program.
func TestAnotherKindOfKeysIsChosen(t *testing.T) {
	t.Parallel()
	c := newCitizen(t)
	p := c.start(c.model)
	ctx := t.Context()
	if err := c.walk(ctx, p.Journey, StageForm); err != nil {
		t.Fatal(err)
	}
	form := c.form()
	form.Keys = "dsa"
	if err := p.FillForm(ctx, form); api.CodeOf(err) != api.KeysUnserved || p.State().Stage != StageForm {
		t.Fatalf("an unknown kind: %v at %s", err, p.State().Stage)
	}
	c.model.mu.Lock()
	c.model.refusals[api.Apply.ID] = []*api.Problem{api.Fail(api.GrantExpired, "again")}
	c.model.mu.Unlock()
	if err := c.walk(ctx, p.Journey, StageSubmit); err != nil {
		t.Fatal(err)
	}
	if err := p.Submit(ctx); api.CodeOf(err) != api.GrantExpired || p.State().Form.Keys != api.KeysRSA2048 {
		t.Fatalf("keys %q: %v", p.State().Form.Keys, err)
	}
	if err := p.Back(ctx); err != nil {
		t.Fatal(err)
	}
	form.Keys = api.KeysGOST512
	if err := p.FillForm(ctx, form); err != nil {
		t.Fatal(err)
	}
	p.stop()
	p = c.start(c.model)
	defer p.stop()
	if err := c.walk(ctx, p.Journey, StageDone); err != nil {
		t.Fatal(err)
	}
	c.algorithm = keypair.GOST512
	c.checkDone(p)
}
