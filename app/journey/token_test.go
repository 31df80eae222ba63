package journey

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"math"
	"testing"

	"qoltanba/app/api"
	"qoltanba/keystore/keypair"
	"qoltanba/keystore/token"
	"qoltanba/keystore/token/tokentest"
)

// drawer is a token that forgets nothing, and can be drawn out.
type drawer struct {
	away   bool
	pin    token.PIN
	tries  int // of PINs
	keys   map[string]crypto.Signer
	certs  []*x509.Certificate
	killed int // makes that many keys and then nothing any more; 0: no end
}

const drawerSerial = "0042"

func newDrawer() *drawer { return &drawer{pin: tokentest.PIN, keys: map[string]crypto.Signer{}} }

func (d *drawer) Tokens(context.Context) ([]token.Info, error) {
	if d.away {
		return nil, nil
	}
	return []token.Info{
		{Label: "aigul", Serial: drawerSerial, Ready: true, Algorithms: []keypair.Algorithm{keypair.RSA}},
		{Label: "new", Serial: "0043", Algorithms: []keypair.Algorithm{keypair.RSA}},
		{Label: "reader", Serial: "0044", Ready: true},
	}, nil
}

func (d *drawer) Login(_ context.Context, serial string, pin token.PIN) (TokenSession, error) {
	if d.away || serial != drawerSerial {
		return nil, token.ErrNoToken
	}
	if d.tries++; pin != d.pin {
		return nil, &token.WrongPIN{Left: token.TriesLast}
	}
	return d, nil
}

func (d *drawer) Labelled(_ context.Context, label string) (crypto.Signer, error) {
	if key, ok := d.keys[label]; ok {
		return key, nil
	}
	return nil, token.ErrNoKey
}

func (d *drawer) Generate(_ context.Context, _ keypair.Algorithm, label string) (crypto.Signer, error) {
	if d.killed > 0 && len(d.keys) == d.killed {
		return nil, token.ErrGone
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	d.keys[label] = key
	return key, err
}

func (d *drawer) PutCertificate(_ context.Context, cert *x509.Certificate) error {
	for _, key := range d.keys {
		if keypair.Same(key.Public(), cert.PublicKey) {
			d.certs = append(d.certs, cert)
			return nil
		}
	}
	return token.ErrNoKey
}

func (d *drawer) Close(context.Context) error { return nil }

// atToken is a citizen who has chosen the first token on the form.
func atToken(t *testing.T, tokens Tokens) (*citizen, *process) {
	t.Helper()
	c := newCitizen(t)
	c.model.offers = []api.KeyOffer{{Keys: api.KeysGOST512, Storage: api.StoragePC}, {Keys: api.KeysRSA2048, Storage: api.StorageToken}}
	c.tokens = tokens
	p := c.start(c.model)
	ctx := t.Context()
	if err := c.walk(ctx, p.Journey, StageForm); err != nil {
		t.Fatal(err)
	}
	able, err := p.Tokens(ctx)
	if err != nil || len(able) != 1 {
		t.Fatalf("%d tokens: %v", len(able), err)
	}
	if err := p.FillForm(ctx, Form{Storage: api.StorageToken, Token: able[0]}); err != nil {
		t.Fatal(err)
	}
	if at := p.State().Stage; at != StageToken {
		t.Fatalf("at %s", at)
	}
	return c, p
}

func checkInToken(t *testing.T, p *process) {
	t.Helper()
	s := p.State()
	if s.Stage != StageDone || len(s.Files) != 2 || s.Files[0].Path != "" || s.Files[0].Token == "" || !s.HasKeys {
		t.Fatalf("at %s with %d keys, held %v", s.Stage, len(s.Files), s.HasKeys)
	}
	if waiting, err := p.vault.List(); err != nil || len(waiting) != 0 {
		t.Errorf("%d entries wait in the vault: %v", len(waiting), err)
	}
	if _, err := p.TrySignature(t.Context(), modelPass, sampleText); api.CodeOf(err) != api.KeyFileGone {
		t.Errorf("a trial without a key file: %v", err)
	}
}

// Keys are made in a token and stay there; a PIN is tried once for each time that
// it is given, and a token that is drawn out loses nothing.
func TestKeysInAToken(t *testing.T) {
	t.Parallel()
	d := newDrawer()
	c, p := atToken(t, d)
	ctx := t.Context()
	err := p.UseToken(ctx, "0000")
	var problem *api.Problem
	if !errors.As(err, &problem) || problem.Code != api.TokenPINWrong || problem.TriesLeft == nil || *problem.TriesLeft != 1 || d.tries != 1 {
		t.Fatalf("a wrong PIN, %d tries: %v", d.tries, err)
	}
	d.away = true
	if err := p.UseToken(ctx, tokentest.PIN); api.CodeOf(err) != api.TokenGone || p.State().Stage != StageToken {
		t.Fatalf("a token that is away: %v", err)
	}
	d.away = false
	if err := p.UseToken(ctx, tokentest.PIN); err != nil || p.State().Stage != StageSubmit || len(d.keys) != 2 {
		t.Fatalf("at %s with %d keys: %v", p.State().Stage, len(d.keys), err)
	}
	p.stop()
	p = c.start(c.model) // the requests are in the journal: no PIN is needed to apply
	if err := c.walk(ctx, p.Journey, StageStatus); err != nil {
		t.Fatal(err)
	}
	c.model.issue()
	if err := p.Refresh(ctx); err != nil || p.State().Stage != StageToken || p.State().CanGoBack {
		t.Fatalf("at %s: %v", p.State().Stage, err)
	}
	if err := p.UseToken(ctx, tokentest.PIN); err != nil {
		t.Fatal(err)
	}
	checkInToken(t, p)
	if len(d.certs) != 2 || len(d.keys) != 2 || len(c.model.applied) != 1 {
		t.Errorf("%d certificates, %d keys, %d applications", len(d.certs), len(d.keys), len(c.model.applied))
	}
	p.stop()
	p = c.start(c.model)
	defer p.stop()
	checkInToken(t, p)
}

// A program that ended between a key and the note of it finds that key again.
func TestKeysInATokenAreFoundAgain(t *testing.T) {
	t.Parallel()
	d := newDrawer()
	d.killed = 1
	c, p := atToken(t, d)
	if err := p.UseToken(t.Context(), tokentest.PIN); api.CodeOf(err) != api.TokenGone || len(d.keys) != 1 {
		t.Fatalf("%d keys: %v", len(d.keys), err)
	}
	p.stop()
	d.killed = 0
	p = c.start(c.model)
	defer p.stop()
	if err := c.walk(t.Context(), p.Journey, StageDone); err != nil {
		t.Fatal(err)
	}
	checkInToken(t, p)
	if len(d.keys) != 2 {
		t.Errorf("%d keys for two certificates", len(d.keys))
	}
}

// Keys that are refused are followed by others; a token that is lost once it was
// applied for is given up by PIN, and the way goes on from the consent.
func TestATokenThatIsLost(t *testing.T) {
	t.Parallel()
	d := newDrawer()
	c, p := atToken(t, d)
	defer p.stop()
	ctx := t.Context()
	c.model.mu.Lock()
	c.model.refusals[api.Apply.ID] = []*api.Problem{api.Fail(api.RequestInvalid, "seen")}
	c.model.mu.Unlock()
	if err := p.LoseToken(ctx); !errors.As(err, new(*StageError)) {
		t.Errorf("lost before anything was applied for: %v", err)
	}
	if err := p.UseToken(ctx, tokentest.PIN); err != nil {
		t.Fatal(err)
	}
	if err := p.Submit(ctx); api.CodeOf(err) != api.RequestInvalid || p.State().Stage != StageToken {
		t.Fatalf("at %s: %v", p.State().Stage, err)
	}
	if err := p.UseToken(ctx, tokentest.PIN); err != nil || len(d.keys) != 4 {
		t.Fatalf("%d keys: %v", len(d.keys), err)
	}
	if err := c.walk(ctx, p.Journey, StageStatus); err != nil {
		t.Fatal(err)
	}
	c.model.issue()
	if err := p.Refresh(ctx); err != nil {
		t.Fatal(err)
	}
	if err := p.LoseToken(ctx); err != nil || p.State().Stage != StageKeysLost {
		t.Fatalf("at %s: %v", p.State().Stage, err)
	}
	c.model.mu.Lock()
	c.model.offers = nil
	c.model.mu.Unlock()
	if err := c.walk(ctx, p.Journey, StageDone); err != nil {
		t.Fatal(err)
	}
	c.checkDone(p)
}

// Without a module, or a service that certifies keys in tokens, there are none.
func TestNoTokensUnlessConfigured(t *testing.T) {
	t.Parallel()
	c := newCitizen(t)
	p := c.start(c.model)
	defer p.stop()
	if err := c.walk(t.Context(), p.Journey, StageForm); err != nil {
		t.Fatal(err)
	}
	if able, err := p.Tokens(t.Context()); err != nil || len(able) != 0 {
		t.Errorf("%d tokens: %v", len(able), err)
	}
	if err := p.FillForm(t.Context(), Form{Storage: api.StorageToken}); api.CodeOf(err) != api.BadRequest {
		t.Errorf("a token without a module: %v", err)
	}
	p.cfg.Tokens = newDrawer()
	if able, err := p.Tokens(t.Context()); err != nil || len(able) != 0 {
		t.Errorf("%d tokens of a service that serves none: %v", len(able), err)
	}
	if TokensOf("") != nil {
		t.Error("no path is a module")
	}
	p.cfg.Tokens = TokensOf(t.TempDir() + "/none.so")
	c.model.mu.Lock()
	c.model.e.Offers = []api.KeyOffer{{Keys: api.KeysRSA2048, Storage: api.StorageToken}}
	c.model.mu.Unlock()
	if err := p.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Tokens(t.Context()); api.CodeOf(err) != api.TokenUnusable {
		t.Errorf("a module that is not there: %v", err)
	}
}

// TestATokensWayKilledAtEveryInstant kills the program from the form on: the token
// has two keys at the end, each with its certificate, and there is one application.
func TestATokensWayKilledAtEveryInstant(t *testing.T) {
	t.Parallel()
	for _, late := range []bool{false, true} {
		t.Run(fmt.Sprintf("late=%v", late), func(t *testing.T) {
			t.Parallel()
			unharmed := &killer{left: math.MaxInt}
			killTokensWay(t, unharmed)
			instants := math.MaxInt - unharmed.left
			step := 1
			if !*everyKill {
				step = max(instants/sampledKills, 1)
			}
			for n := step - 1; n < instants; n += step {
				killTokensWay(t, &killer{left: n, late: late})
			}
			t.Logf("%d instants", instants)
		})
	}
}

func killTokensWay(t *testing.T, k *killer) {
	t.Helper()
	d, n := newDrawer(), k.left
	c, p := atToken(t, d)
	p.stop()
	killed := c.live(t.Context(), k, StageDone)
	survived := c.start(c.model)
	defer survived.stop()
	if err := c.walk(t.Context(), survived.Journey, StageDone); err != nil {
		t.Fatalf("killed after %d (%v), and then %v", n, killed, err)
	}
	checkInToken(t, survived)
	if len(d.keys) != 2 || len(d.certs) < 2 || len(c.model.applied) != 1 {
		t.Errorf("killed after %d (%v): %d keys, %d certificates, %d applications", n, killed, len(d.keys), len(d.certs), len(c.model.applied))
	}
}
