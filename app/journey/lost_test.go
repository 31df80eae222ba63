package journey

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/zalando/go-keyring"

	"qoltanba/app/api"
	"qoltanba/keystore"
)

// reset is a keyring that answers and has forgotten everything.
func reset(t *testing.T) keystore.KeySource {
	t.Helper()
	return keystore.PassphraseSource(t.TempDir(), "a")
}

// citizenWithKeys is one whose keys wait for their certificates.
type citizenWithKeys struct {
	*citizen
	before []byte // what waits in the vault
	id     string
}

// atPassword is a citizen whose program was closed while keys wait.
func atPassword(t *testing.T) citizenWithKeys {
	t.Helper()
	c := citizenAt(t, StagePassword, api.IdentityCard)
	waiting, err := filepath.Glob(filepath.Join(c.dir, "vault", "*.keys"))
	if err != nil || len(waiting) != 1 {
		t.Fatalf("%v: %v", waiting, err)
	}
	content, err := os.ReadFile(waiting[0])
	if err != nil {
		t.Fatal(err)
	}
	return citizenWithKeys{c, content, filepath.Base(waiting[0][:len(waiting[0])-len(".keys")])}
}

// checkAside holds that what cannot be opened was kept, byte by byte.
func (c citizenWithKeys) checkAside() {
	c.t.Helper()
	kept, err := os.ReadFile(filepath.Join(c.dir, "vault", c.id+".1.lost"))
	if err != nil || string(kept) != string(c.before) {
		c.t.Errorf("the lost keys were not kept as they were: %v", err)
	}
}

func TestAResetKeyringIsToldAndTheWayGoesOnFromTheConsent(t *testing.T) {
	c := atPassword(t)
	c.source = reset(t)
	p := c.start(c.model)
	ctx := t.Context()
	if err := p.Resume(ctx, ""); err != nil || p.State().Stage != StageKeysLost {
		t.Fatalf("%v at %s", err, p.State().Stage)
	}
	if err := p.Refresh(ctx); err != nil || p.State().Stage != StageKeysLost {
		t.Fatalf("a refresh: %v at %s", err, p.State().Stage)
	}
	if err := p.GiveUpKeys(ctx, "000000"); api.CodeOf(err) != api.PINWrong || p.State().Stage != StageKeysLost {
		t.Fatalf("a wrong PIN: %v at %s", err, p.State().Stage)
	}
	if ids, err := p.vault.List(); err != nil || len(ids) != 1 {
		t.Errorf("a wrong PIN touched the vault: %v, %v", ids, err)
	}
	p.stop()

	again := c.start(c.model) // killed while the screen stood
	defer again.stop()
	if err := again.Resume(ctx, ""); err != nil || again.State().Stage != StageKeysLost {
		t.Fatalf("%v at %s", err, again.State().Stage)
	}
	if err := again.GiveUpKeys(ctx, modelPIN); err != nil || again.State().Stage != StageGrant {
		t.Fatalf("%v at %s", err, again.State().Stage)
	}
	c.checkAside()
	if n := len(c.model.withdrawn); n != 1 {
		t.Errorf("%d applications were withdrawn", n)
	}
	if err := c.walk(ctx, again.Journey, StageDone); err != nil {
		t.Fatal(err)
	}
	c.checkDone(again)
	if string(c.model.applied[0]) == string(c.model.withdrawn[0]) {
		t.Error("the lost keys were applied for again")
	}
}

// TestKilledWhileLostKeysAreGivenUp loses the answer to the withdrawal and the
// process with it.
func TestKilledWhileLostKeysAreGivenUp(t *testing.T) {
	for _, late := range []bool{false, true} {
		for n := range 4 {
			c := atPassword(t)
			c.source = reset(t)
			k := &killer{left: 2 + n, late: late}
			_ = c.live(t.Context(), k, StageDone)
			p := c.start(c.model)
			if err := c.walk(t.Context(), p.Journey, StageDone); err != nil {
				t.Fatalf("killed after %d: %v", n, err)
			}
			c.checkAside()
			c.checkDone(p)
			if len(c.model.withdrawn) != 1 {
				t.Errorf("killed after %d: %d applications were withdrawn", n, len(c.model.withdrawn))
			}
			p.stop()
		}
	}
}

// TestAKeyringThatDoesNotAnswerLosesNothing is a locked keyring: everything
// stays, and the way goes on once it opens.
func TestAKeyringThatDoesNotAnswerLosesNothing(t *testing.T) {
	c := atPassword(t)
	key, err := keyring.Get(testService, "vault-key")
	if err != nil {
		t.Fatal(err)
	}
	keyring.MockInitWithError(errors.New("the keyring is locked"))
	p := c.start(c.model)
	if err := p.Resume(t.Context(), ""); api.CodeOf(err) != api.KeyringLocked || p.State().Stage == StageKeysLost {
		t.Errorf("%v at %s", err, p.State().Stage)
	}
	if err := p.WriteKeys(t.Context(), modelPass); api.CodeOf(err) != api.KeyringLocked || p.State().CanCancel {
		t.Errorf("%v, may give up: %v", err, p.State().CanCancel)
	}
	if ids, err := p.vault.List(); err != nil || len(ids) != 1 {
		t.Errorf("%v wait: %v", ids, err)
	}
	p.stop()
	keyring.MockInit()
	if err := keyring.Set(testService, "vault-key", key); err != nil {
		t.Fatal(err)
	}
	open := c.start(c.model)
	defer open.stop()
	if err := c.walk(t.Context(), open.Journey, StageDone); err != nil {
		t.Fatal(err)
	}
	c.checkDone(open)
}

// TestALostDeviceKeyIsToldAndKeepsTheJournal begins anew where the recovery
// secret is gone as well, and nobody can prove any more whose the way was; keys
// in the vault make room for new ones.
func TestALostDeviceKeyIsToldAndKeepsTheJournal(t *testing.T) {
	c := atPassword(t)
	journal, err := os.ReadFile(filepath.Join(c.dir, "data", journalName))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(c.dir, "data", recoveryName)); err != nil {
		t.Fatal(err)
	}
	c.emptyKeyring()
	c.model.former = true
	c.model.applied, c.model.started = nil, 0
	p := c.start(c.model)
	defer p.stop()
	if s := p.State(); s.Problem == nil || s.Problem.Code != api.DeviceKeyLost || s.Unfinished || s.Stage != StageWelcome {
		t.Fatalf("%v at %s", s.Problem, s.Stage)
	}
	kept, err := os.ReadFile(filepath.Join(c.dir, "data", "journey.foreign-1.json"))
	if err != nil || string(kept) != string(journal) {
		t.Errorf("the journal was not kept as it was: %v", err)
	}
	var passed stages
	defer p.Subscribe(passed.add)()
	if err := c.walk(t.Context(), p.Journey, StageDone); err != nil {
		t.Fatal(err)
	}
	c.checkAside()
	c.checkDone(p)
	took := false
	for _, stage := range passed.list {
		took = took || stage == StageTakeOver
	}
	if !took {
		t.Error("the former way was not taken over")
	}
}

func TestAWrongPINDoesNotTakeOver(t *testing.T) {
	c := newCitizen(t)
	c.model.former = true
	p := c.start(c.model)
	defer p.stop()
	if err := c.walk(t.Context(), p.Journey, StageTakeOver); err != nil {
		t.Fatal(err)
	}
	if err := p.TakeOver(t.Context(), "000000"); api.CodeOf(err) != api.PINWrong || p.State().Stage != StageTakeOver {
		t.Fatalf("%v at %s", err, p.State().Stage)
	}
	if err := p.TakeOver(t.Context(), modelPIN); err != nil || p.State().Stage != StageRecordingIntro {
		t.Fatalf("%v at %s", err, p.State().Stage)
	}
}

// TestAWayTakenOverElsewhereEndsHere tells it at the next call, whichever it
// is, and lets the citizen begin again.
func TestAWayTakenOverElsewhereEndsHere(t *testing.T) {
	for name, act := range map[string]func(*process) error{
		"refresh": func(p *process) error { return p.Refresh(t.Context()) },
		"step":    func(p *process) error { return p.WriteKeys(t.Context(), modelPass) },
	} {
		c := newCitizen(t)
		p := c.start(c.model)
		if err := c.walk(t.Context(), p.Journey, StagePassword); err != nil {
			t.Fatal(err)
		}
		c.model.taken = true
		err := act(p)
		if s := p.State(); api.CodeOf(err) != api.TakenOver || s.Stage != StageEnded || s.Problem == nil || s.Problem.Code != api.TakenOver {
			t.Errorf("%s: %v at %s", name, err, s.Stage)
		}
		if err := p.StartAgain(t.Context()); err != nil || p.State().Stage != StageWelcome {
			t.Errorf("%s: %v at %s", name, err, p.State().Stage)
		}
		p.stop()
	}
	c := citizenAt(t, StagePassword, api.IdentityCard)
	c.model.taken = true
	p := c.start(c.model)
	defer p.stop()
	if err := p.Resume(t.Context(), ""); api.CodeOf(err) != api.TakenOver || p.State().Stage != StageEnded {
		t.Errorf("on coming back: %v at %s", err, p.State().Stage)
	}
}

// TestAWindowLeftOpenAsksForThePIN lets time pass with the program running.
func TestAWindowLeftOpenAsksForThePIN(t *testing.T) {
	c := newCitizen(t)
	at := time.Now()
	c.now = func() time.Time { return at }
	p := c.start(c.model)
	defer p.stop()
	ctx := t.Context()
	if err := c.walk(ctx, p.Journey, StagePIN); err != nil {
		t.Fatal(err)
	}
	at = at.Add(time.Hour)
	if p.CheckAbsence() {
		t.Error("a PIN is asked for that was never set")
	}
	if err := c.walk(ctx, p.Journey, StageChecking); err != nil {
		t.Fatal(err)
	}
	at = at.Add(Absence - time.Minute)
	p.Touch()
	at = at.Add(Absence - time.Minute)
	if p.CheckAbsence() || p.State().Stage != StageChecking {
		t.Error("the mouse was moved, and the PIN is asked for")
	}
	p.change(func(s *State) { s.Busy = true })
	at = at.Add(Absence)
	if p.CheckAbsence() {
		t.Error("asked in the middle of an action")
	}
	p.change(func(s *State) { s.Busy = false })
	c.model.approve() // the operator decides meanwhile
	p.Touch()         // whoever it is that comes
	if p.State().Stage != StageResume {
		t.Fatalf("nothing is asked at %s", p.State().Stage)
	}
	var refused *StageError
	if err := p.Proceed(ctx); !errors.As(err, &refused) {
		t.Errorf("passed by the PIN: %v", err)
	}
	if err := p.Refresh(ctx); err != nil || p.State().Stage != StageResume {
		t.Errorf("passed by the PIN: %v at %s", err, p.State().Stage)
	}
	if err := p.Resume(ctx, "000000"); api.CodeOf(err) != api.PINWrong || p.State().Stage != StageResume {
		t.Errorf("a wrong PIN: %v at %s", err, p.State().Stage)
	}
	if err := p.Resume(ctx, modelPIN); err != nil || p.State().Stage != StageCabinet {
		t.Fatalf("the right PIN: %v at %s", err, p.State().Stage)
	}
	if p.CheckAbsence() {
		t.Error("asked twice")
	}
}

// TestNoWayAroundThePIN tries what writes the journal while the PIN is due.
func TestNoWayAroundThePIN(t *testing.T) {
	for name, try := range map[string]func(*process) error{
		"wrong PIN": func(p *process) error { _ = p.Resume(t.Context(), ""); return p.Resume(t.Context(), "000000") },
		"language":  func(p *process) error { return p.SetLanguage(t.Context(), api.Russian) },
		"touch":     func(p *process) error { p.Touch(); return p.SetLanguage(t.Context(), api.English) },
	} {
		c := citizenAt(t, StageChecking, api.IdentityCard)
		c.now = func() time.Time { return time.Now().Add(Absence + time.Minute) }
		p := c.start(c.model)
		if s := p.State(); s.Reached != api.StepDecision || !s.Unfinished {
			t.Errorf("%s: begins at %s, reached %s", name, s.Stage, s.Reached)
		}
		_ = try(p)
		p.stop()
		again := c.start(c.model)
		if err := again.Resume(t.Context(), ""); err != nil || again.State().Stage != StageResume {
			t.Errorf("%s leads around the PIN: %v at %s", name, err, again.State().Stage)
		}
		if s := again.State(); s.Reached != api.StepDecision || s.Group != GroupCard && s.Group != GroupCheck {
			t.Errorf("%s: where the citizen was is %s in %s", name, s.Reached, s.Group)
		}
		again.stop()
	}
}
