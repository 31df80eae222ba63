package journey

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"qoltanba/app/api"
)

// emptyKeyring loses the vault's key and the device's, as a reset of the system's
// keyring does.
func (c *citizen) emptyKeyring() {
	c.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		c.t.Fatal(err)
	}
	c.device = key
	c.source = reset(c.t.(*testing.T))
}

// note is the recovery secret's file; nil where there is none.
func (c *citizen) note() []byte {
	c.t.Helper()
	content, err := os.ReadFile(filepath.Join(c.dir, "data", recoveryName))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		c.t.Fatal(err)
	}
	return content
}

// checkRecovered holds what must be true once a way that was led back to is done.
func (c citizenWithKeys) checkRecovered(p *process) {
	c.t.Helper()
	c.checkAside()
	c.checkDone(p)
	if n := len(c.model.withdrawn); n != 1 {
		c.t.Errorf("%d applications were withdrawn", n)
	}
	if c.note() != nil {
		c.t.Error("a recovery secret is kept of a way that is done")
	}
}

func TestAnEmptiedKeyringLeadsBackToTheConsent(t *testing.T) {
	t.Parallel()
	c := atPassword(t)
	before, ctx := c.note(), t.Context()
	c.emptyKeyring()
	p := c.start(c.model)
	if s := p.State(); s.Stage != StageRecover || s.Problem != nil || s.CanCancel || s.Group != GroupPhone {
		t.Fatalf("%v at %s", s.Problem, s.Stage)
	}
	if err := c.walk(ctx, p.Journey, StageRebind); err != nil {
		t.Fatal(err)
	}
	if err := p.Rebind(ctx, "000000"); api.CodeOf(err) != api.PINWrong || p.State().Stage != StageRebind {
		t.Fatalf("a wrong PIN: %v at %s", err, p.State().Stage)
	}
	if ids, err := p.vault.List(); err != nil || len(ids) != 1 || len(c.model.withdrawn) != 0 {
		t.Errorf("a wrong PIN touched the keys: %v, %v", ids, err)
	}
	p.stop()

	again := c.start(c.model) // killed while the PIN was asked for
	defer again.stop()
	if s := again.State(); s.Stage != StageWelcome || !s.Unfinished {
		t.Fatalf("begins at %s", s.Stage)
	}
	if err := errors.Join(again.Resume(ctx, ""), again.Rebind(ctx, modelPIN)); err != nil || again.State().Stage != StageGrant {
		t.Fatalf("%v at %s", err, again.State().Stage)
	}
	if now := c.note(); now == nil || bytes.Equal(now, before) || bytes.Count(now, []byte(`"`)) != bytes.Count(before, []byte(`"`)) {
		t.Error("the secret that was used is kept, or the next one is not alone")
	}
	if err := c.walk(ctx, again.Journey, StageDone); err != nil {
		t.Fatal(err)
	}
	c.checkRecovered(again)
	if kept, err := filepath.Glob(filepath.Join(c.dir, "data", "journey.foreign-*.json")); err != nil || len(kept) != 1 {
		t.Errorf("the former journal: %v, %v", kept, err)
	}
}

// TestKilledWhileAWayIsLedBackTo kills the program at each instant from the
// emptied keyring to the consent, and lets a second process finish, with the
// keyring as it is then or emptied once more.
func TestKilledWhileAWayIsLedBackTo(t *testing.T) {
	t.Parallel()
	unharmed := &killer{left: math.MaxInt}
	c := citizenAt(t, StageGrant, api.IdentityCard)
	c.emptyKeyring()
	if err := c.live(t.Context(), unharmed, StageGrant); err != nil {
		t.Fatal(err)
	}
	instants, step := math.MaxInt-unharmed.left, 1
	if !*everyKill {
		step = max(instants/(2*sampledKills), 1)
	}
	for n := 0; n < instants && !t.Failed(); n += step {
		for _, late := range []bool{false, true} {
			c := citizenAt(t, StageGrant, api.IdentityCard)
			id := c.model.e.ID
			c.emptyKeyring()
			_ = c.live(t.Context(), &killer{left: n, late: late}, StageGrant)
			if n/step%2 == 1 {
				c.emptyKeyring()
			}
			p := c.start(c.model)
			err := c.walk(t.Context(), p.Journey, StageForm)
			spare := mustDecode(t, c.note())
			if err != nil || c.model.e.ID != id || c.model.started != 1 {
				t.Errorf("killed after %d, late %v: %v", n, late, err)
			}
			if spare.Enrolment != id || len(spare.Secrets) != 1 || api.RecoveryHash(spare.last()) != c.model.spare {
				t.Errorf("killed after %d, late %v: %d secrets are kept, and not the one in force", n, late, len(spare.Secrets))
			}
			p.stop()
		}
	}
	t.Logf("%d instants", instants)
}

// TestNothingToLeadBackTo is told at the welcome, and asked no second time.
func TestNothingToLeadBackTo(t *testing.T) {
	t.Parallel()
	c := citizenAt(t, StageCardChoice, api.IdentityCard)
	c.emptyKeyring()
	c.model.spare = ""
	p := c.start(c.model)
	err := p.Recover(t.Context())
	if s := p.State(); api.CodeOf(err) != api.RecoveryRefused || s.Stage != StageWelcome || s.Problem == nil || s.Unfinished {
		t.Fatalf("%v at %s", err, s.Stage)
	}
	p.stop()
	again := c.start(c.model)
	defer again.stop()
	if s := again.State(); s.Stage != StageWelcome || c.note() != nil {
		t.Errorf("begins at %s", s.Stage)
	}
}

// TestTheCitizenMayBeginAnewInstead gives a way up that could be led back to.
func TestTheCitizenMayBeginAnewInstead(t *testing.T) {
	t.Parallel()
	c := citizenAt(t, StageChecking, api.IdentityCard)
	c.emptyKeyring()
	p := c.start(c.model)
	defer p.stop()
	ctx := t.Context()
	if err := errors.Join(p.Recover(ctx), p.StartAgain(ctx)); err != nil || p.State().Stage != StageRecover {
		t.Fatalf("no code came: %v at %s", err, p.State().Stage)
	}
	if err := p.StartAgain(ctx); err != nil || p.State().Stage != StageWelcome || c.note() != nil {
		t.Fatalf("%v at %s", err, p.State().Stage)
	}
	if err := p.Begin(ctx); err != nil || p.State().Stage != StageCamera {
		t.Fatalf("%v at %s", err, p.State().Stage)
	}
}

// TestBeforeThePINThereIsNothingToLeadBackTo: a computer that loses its key then
// begins anew.
func TestBeforeThePINThereIsNothingToLeadBackTo(t *testing.T) {
	t.Parallel()
	c := citizenAt(t, StagePIN, api.IdentityCard)
	c.emptyKeyring()
	p := c.start(c.model)
	defer p.stop()
	if s := p.State(); c.note() != nil || s.Stage != StageWelcome || s.Problem == nil || s.Problem.Code != api.DeviceKeyLost {
		t.Errorf("%v at %s", s.Problem, s.Stage)
	}
}

// TestADamagedJournalLeadsBackToo has the device's key, and has lost the token.
func TestADamagedJournalLeadsBackToo(t *testing.T) {
	t.Parallel()
	c := atPassword(t)
	if err := os.WriteFile(filepath.Join(c.dir, "data", journalName), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := c.start(c.model)
	defer p.stop()
	if s := p.State(); s.Stage != StageRecover {
		t.Fatalf("%v at %s", s.Problem, s.Stage)
	}
	if err := c.walk(t.Context(), p.Journey, StageDone); err != nil {
		t.Fatal(err)
	}
	c.checkRecovered(p)
}

// TestTheRecoverySecretIsForTheOwnerAlone also holds that a note which cannot be
// read is kept aside and troubles nobody who has the key.
func TestTheRecoverySecretIsForTheOwnerAlone(t *testing.T) {
	t.Parallel()
	c := citizenAt(t, StageCardChoice, api.IdentityCard)
	path := filepath.Join(c.dir, "data", recoveryName)
	info, err := os.Stat(path)
	if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Fatalf("%v: %v", info, err)
	}
	if api.RecoveryHash(mustDecode(t, c.note()).last()) != c.model.spare {
		t.Error("the backend was told of another secret")
	}
	if err := os.WriteFile(path, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := c.start(c.model)
	defer p.stop()
	if s := p.State(); s.Stage != StageWelcome || !s.Unfinished || s.Problem != nil {
		t.Errorf("%v at %s", s.Problem, s.Stage)
	}
	if _, err := os.Stat(filepath.Join(c.dir, "data", "recovery.damaged-1.json")); err != nil {
		t.Error(err)
	}
	if err := c.walk(t.Context(), p.Journey, StageDone); err != nil {
		t.Fatal(err)
	}
}

func mustDecode(t *testing.T, content []byte) recovery {
	t.Helper()
	r, err := decodeRecovery(content)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// A note names an enrolment that may be a file of the vault, and secrets of the
// length that the backend takes.
func FuzzRecovery(f *testing.F) {
	good := `{"version":1,"enrolment":"` + strings.Repeat("A", 26) + `","secrets":["` + strings.Repeat("B", 52) + `"]}`
	f.Add([]byte(good))
	f.Add([]byte(strings.Replace(good, "AAA", "../", 1)))
	f.Add([]byte(strings.Replace(good, `["`, `["","`, 1)))
	f.Add([]byte(good + good))
	f.Fuzz(func(t *testing.T, content []byte) {
		r, err := decodeRecovery(content)
		if err == nil && (len(r.Enrolment) != 26 || strings.ContainsAny(r.Enrolment, `./\`) || len(r.last()) != 52) {
			t.Errorf("taken for a note: %q", content)
		}
	})
}
