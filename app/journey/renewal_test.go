package journey

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"qoltanba/app/api"
	"qoltanba/keystore"
	"qoltanba/keystore/keypair"
)

// renewer is a citizen whose program was closed after a way that is done.
func renewer(t *testing.T) *citizen {
	t.Helper()
	c := newCitizen(t)
	c.algorithm = keypair.GOST512 // quickly made; see TestARenewalOfTheRSAPair
	c.model.holds()
	p := c.start(c.model)
	defer p.stop()
	if err := c.walk(t.Context(), p.Journey, StageDone); err != nil {
		t.Fatal(err)
	}
	if err := p.StartAgain(t.Context()); err != nil {
		t.Fatal(err)
	}
	return c
}

// renew goes from wherever the journey stands to the end of a renewal of the
// first key for signing.
func (c *citizen) renew(ctx context.Context, j *Journey) error {
	for range 30 {
		s := j.State()
		var err error
		switch {
		case s.Stage == StageDone:
			return nil
		case s.Stage == StageWelcome && !s.Unfinished:
			err = j.OpenKeys(ctx)
		case s.Stage == StageKeys:
			at := slices.IndexFunc(s.Holding.Keys, func(k HeldKey) bool { return k.RenewFrom != nil && k.File != "" })
			if at < 0 {
				return fmt.Errorf("%w: nothing to renew among %d keys", errStuck, len(s.Holding.Keys))
			}
			err = j.Renew(ctx, s.Holding.Keys[at].Serial, modelPass)
		default:
			err = c.take(ctx, j, s)
		}
		if err != nil {
			return fmt.Errorf("at %s: %w", s.Stage, err)
		}
	}
	return fmt.Errorf("%w beyond %s", errStuck, j.State().Stage)
}

// checkRenewed holds what must be true after a renewal, whatever happened.
func (c *citizen) checkRenewed(p *process) {
	c.t.Helper()
	s := p.State()
	if s.Stage != StageDone || len(s.Files) != c.files() || s.Begun {
		c.t.Fatalf("at %s with %d files, begun %v", s.Stage, len(s.Files), s.Begun)
	}
	if waiting, err := p.vault.List(); err != nil || len(waiting) != 0 {
		c.t.Errorf("%d entries wait in the vault: %v", len(waiting), err)
	}
	files, err := filepath.Glob(filepath.Join(c.keys(), "*.p12"))
	if err != nil || len(files) != 2*c.files() {
		c.t.Errorf("%d files in the folder: %v", len(files), err)
	}
	for _, f := range s.Files {
		kf, err := keystore.ReadKeyFile(f.Path, string(modelPass))
		if err != nil {
			c.t.Fatal(err)
		}
		if !slices.ContainsFunc(c.model.issued, func(i api.Certificate) bool { return slices.Equal(i.DER, kf.Certificate.Raw) }) {
			c.t.Error("a key file is not of the renewal")
		}
	}
	if n := len(c.model.applied); n != 2 {
		c.t.Errorf("%d applications", n)
	}
	c.checkNothingPersonal()
}

func TestAKeyIsRenewedByItself(t *testing.T) {
	t.Parallel()
	c := renewer(t)
	p := c.start(c.model)
	defer p.stop()
	if err := c.renew(t.Context(), p.Journey); err != nil {
		t.Fatal(err)
	}
	c.checkRenewed(p)
	if err := p.StartAgain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := p.OpenKeys(t.Context()); err != nil {
		t.Fatal(err)
	}
	keys := p.State().Holding.Keys
	if len(keys) != 2 || keys[0].File == "" || keys[1].File == "" {
		t.Errorf("%d keys are held, or one without its file", len(keys))
	}
}

func TestARenewalOfTheRSAPair(t *testing.T) {
	t.Parallel()
	c, p, _ := atKeys(t)
	defer p.stop()
	// The key for signing in has no say: the one beside it signs for both.
	if err := p.Renew(t.Context(), held(t, p, api.CertificateAuth).Serial, modelPass); err != nil {
		t.Fatal(err)
	}
	if err := c.walk(t.Context(), p.Journey, StageDone); err != nil {
		t.Fatal(err)
	}
	c.checkRenewed(p)
}

// What stands in the way of a renewal changes nothing, and the next try takes
// the keys that were made.
func TestARenewalThatIsRefused(t *testing.T) {
	t.Parallel()
	c := renewer(t)
	p := c.start(c.model)
	defer p.stop()
	ctx := t.Context()
	if err := p.OpenKeys(ctx); err != nil {
		t.Fatal(err)
	}
	key := held(t, p, api.CertificateGOST)
	if err := p.Renew(ctx, key.Serial, "Wrong2026"); api.CodeOf(err) != api.PasswordWrong || p.State().Stage != StageKeys {
		t.Fatalf("a wrong password: %v", err)
	}
	if waiting, err := p.vault.List(); err != nil || len(waiting) != 0 {
		t.Errorf("a wrong password makes keys: %v", err)
	}
	refuse := func(operation string, code api.Code) {
		c.model.mu.Lock()
		defer c.model.mu.Unlock()
		c.model.refusals[operation] = []*api.Problem{api.Fail(code, "no")}
	}
	var kept []string
	for _, r := range []struct {
		operation string
		code      api.Code
	}{
		{api.AskSignature.ID, api.RenewalEarly},
		{api.AskSignature.ID, api.IdentificationOld},
		{api.RenewCertificates.ID, api.SignatureExpired},
		{api.RenewCertificates.ID, api.TooMany},
	} {
		refuse(r.operation, r.code)
		if err := p.Renew(ctx, key.Serial, modelPass); api.CodeOf(err) != r.code || p.State().Stage != StageKeys || p.State().Begun {
			t.Fatalf("%s: %v at %s", r.code, err, p.State().Stage)
		}
		waiting, err := p.vault.List()
		if err != nil || len(waiting) != 1 || kept != nil && !slices.Equal(kept, waiting) {
			t.Fatalf("after %s %v wait, before %v: %v", r.code, waiting, kept, err)
		}
		kept = waiting
	}
	refuse(api.RenewCertificates.ID, api.RequestInvalid)
	if err := p.Renew(ctx, key.Serial, modelPass); api.CodeOf(err) != api.RequestInvalid {
		t.Fatal(err)
	}
	if aside, err := filepath.Glob(filepath.Join(c.dir, "vault", kept[0]+".*.lost")); err != nil || len(aside) != 1 {
		t.Errorf("keys that may have been certified are not kept: %v", err)
	}
	if err := c.renew(ctx, p.Journey); err != nil {
		t.Fatal(err)
	}
	c.checkRenewed(p)
}

// A renewal that was never sent makes room for a new way, and leaves nothing.
func TestARenewalIsGivenUpForANewWay(t *testing.T) {
	t.Parallel()
	c := renewer(t)
	p := c.start(c.model)
	defer p.stop()
	ctx := t.Context()
	if err := p.OpenKeys(ctx); err != nil {
		t.Fatal(err)
	}
	c.model.mu.Lock()
	c.model.refusals[api.AskSignature.ID] = []*api.Problem{api.Fail(api.RenewalEarly, "no")}
	c.model.mu.Unlock()
	if err := p.Renew(ctx, held(t, p, api.CertificateGOST).Serial, modelPass); api.CodeOf(err) != api.RenewalEarly {
		t.Fatal(err)
	}
	if err := errors.Join(p.CloseKeys(ctx), p.Begin(ctx)); err != nil || p.State().Stage != StageCamera {
		t.Fatalf("at %s: %v", p.State().Stage, err)
	}
	if waiting, err := p.vault.List(); err != nil || len(waiting) != 0 {
		t.Errorf("%d entries wait: %v", len(waiting), err)
	}
}

// While a way is not done nothing is renewed.
func TestNoRenewalBesideAWay(t *testing.T) {
	t.Parallel()
	c := renewer(t)
	p := c.start(c.model)
	ctx := t.Context()
	if err := c.walk(ctx, p.Journey, StageCode); err != nil {
		t.Fatal(err)
	}
	p.stop()
	p = c.start(c.model)
	defer p.stop()
	if s := p.State(); !s.Begun || !s.Unfinished {
		t.Fatalf("begun %v, unfinished %v", s.Begun, s.Unfinished)
	}
	_ = p.OpenKeys(ctx) // the service knows nothing of the new way's citizen yet
	if err := p.Renew(ctx, "00", modelPass); !errors.As(err, new(*StageError)) {
		t.Errorf("renewed beside a way: %v", err)
	}
}
