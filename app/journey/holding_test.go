package journey

import (
	"crypto/rand"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"qoltanba/app/api"
	"qoltanba/keystore"
	"qoltanba/keystore/cms"
	"qoltanba/keystore/keypair"
)

// ended is what the model has revoked, by serial number.
type ended map[string]api.RevocationReason

// holds lets the model tell of the certificates that it issued, and end them by
// PIN or by a signature over the text that it gave.
func (m *model) holds() ended {
	const text = "sign this, once"
	gone := ended{}
	on(m, api.ListHeld, nil, func(api.None, *http.Request) (out api.HeldCertificates, _ *api.Problem) {
		for i, c := range slices.Concat(m.issued, m.earlier) {
			if i < len(m.issued) && m.e.Step != api.StepDone {
				continue
			}
			cert, err := x509.ParseCertificate(c.DER)
			if err != nil {
				m.t.Error(err)
				continue
			}
			held := api.HeldCertificate{
				Serial: hex.EncodeToString(cert.SerialNumber.Bytes()), Kind: c.Kind, NotAfter: cert.NotAfter, State: api.HeldGood,
				Obtained: api.ObtainedByMachine, Application: "1", Here: i < len(m.issued),
			}
			if i >= len(m.issued) {
				held.Application = "0"
			}
			if from := cert.NotBefore; c.Kind.Signs() {
				held.RenewFrom = &from
			}
			if reason, ok := gone[held.Serial]; ok {
				held.State, held.Reason = api.HeldRevoked, reason
			}
			out.Certificates = append(out.Certificates, held)
		}
		return out, nil
	})
	on(m, api.AskSignature, nil, func(in api.SignatureRequest, _ *http.Request) (api.SignatureTask, *api.Problem) {
		return api.SignatureTask{Text: text, ExpiresAt: time.Now().Add(time.Minute)}, nil
	})
	on(m, api.RevokeCertificate, nil, func(in api.RevocationRequest, _ *http.Request) (api.Enrolment, *api.Problem) {
		if in.PIN != "" && in.PIN != modelPIN {
			return api.Enrolment{}, api.Fail(api.PINWrong, "pin")
		}
		if in.PIN == "" {
			if p := checkSignature(in.Signature, text); p != nil {
				return api.Enrolment{}, p
			}
		}
		gone[in.Serial] = in.Reason
		return m.e, nil
	})
	on(m, api.RenewCertificates, nil, func(in api.RenewalRequest, _ *http.Request) (api.Started, *api.Problem) {
		if p := checkSignature(in.Signature, text); p != nil {
			return api.Started{}, p
		}
		m.earlier = append(m.earlier, m.issued...)
		m.token = api.Secret(rand.Text())
		m.e = api.Enrolment{
			ID: rand.Text(), Nonce: rand.Text(), Language: m.e.Language, Passed: m.e.Passed, Renews: in.Serial,
			CreatedAt: time.Now(), ExpiresAt: time.Now().Add(time.Hour),
		}
		if p := m.apply(api.ApplyRequest{Keys: in.Keys, Storage: in.Storage, Requests: in.Requests}, nil); p != nil {
			return api.Started{}, p
		}
		return api.Started{Enrolment: m.e, Token: m.token}, nil
	})
	return gone
}

func checkSignature(signature []byte, text string) *api.Problem {
	sd, err := cms.Parse(signature)
	if err != nil {
		return api.Fail(api.SignatureWrong, "%v", err)
	}
	findings, err := sd.Verify(cms.Verification{Content: []byte(text), At: time.Now()})
	if err != nil || len(findings) != 1 || !findings[0].Good || !findings[0].Whole {
		return api.Fail(api.SignatureWrong, "%v", err)
	}
	return nil
}

// atKeys is a citizen whose way is done and who, after another start, looks at
// the keys.
func atKeys(t *testing.T) (*citizen, *process, ended) {
	t.Helper()
	c := newCitizen(t)
	gone := c.model.holds()
	p := c.start(c.model)
	if p.State().HasKeys {
		t.Error("there are keys before the way")
	}
	if err := c.walk(t.Context(), p.Journey, StageDone); err != nil {
		t.Fatal(err)
	}
	if err := p.StartAgain(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.stop()
	again := c.start(c.model)
	if s := again.State(); s.Stage != StageWelcome || !s.HasKeys {
		t.Fatalf("at %s, keys %v", s.Stage, s.HasKeys)
	}
	if err := again.OpenKeys(t.Context()); err != nil {
		t.Fatal(err)
	}
	return c, again, gone
}

func held(t *testing.T, p *process, kind api.CertificateKind) HeldKey {
	t.Helper()
	keys := p.State().Holding.Keys
	at := slices.IndexFunc(keys, func(k HeldKey) bool { return k.Kind == kind })
	if at < 0 {
		t.Fatalf("no %s among %d keys", kind, len(keys))
	}
	return keys[at]
}

func TestKeysAreShownAfterTheWay(t *testing.T) {
	t.Parallel()
	c, p, _ := atKeys(t)
	defer p.stop()
	s := p.State()
	if s.Stage != StageKeys || !s.Holding.Asked || len(s.Holding.Keys) != c.files() {
		t.Fatalf("at %s, asked %v, %d keys", s.Stage, s.Holding.Asked, len(s.Holding.Keys))
	}
	for _, k := range s.Holding.Keys {
		if k.State != api.HeldGood || filepath.Dir(k.File) != c.keys() || k.Damaged || k.NotAfter.IsZero() {
			t.Errorf("%s is %q in %q until %v", k.Kind, k.State, k.File, k.NotAfter)
		}
	}
	if err := p.CloseKeys(t.Context()); err != nil || p.State().Stage != StageWelcome {
		t.Errorf("back at %s: %v", p.State().Stage, err)
	}
}

// Without the service the files are shown, and nothing is called good.
func TestKeysAreShownWithoutTheService(t *testing.T) {
	t.Parallel()
	c, p, _ := atKeys(t)
	defer p.stop()
	c.model.mu.Lock()
	c.model.refusals[api.ListHeld.ID] = []*api.Problem{api.Fail(api.OutOfOrder, "not now")}
	c.model.mu.Unlock()
	if err := p.RefreshKeys(t.Context()); api.CodeOf(err) != api.OutOfOrder || p.State().Problem == nil {
		t.Errorf("nothing is told: %v", err)
	}
	s := p.State()
	if s.Holding.Asked || len(s.Holding.Keys) != c.files() {
		t.Fatalf("asked %v, %d keys", s.Holding.Asked, len(s.Holding.Keys))
	}
	for _, k := range s.Holding.Keys {
		if k.State != "" || k.File == "" || k.Kind == "" || k.NotAfter.IsZero() {
			t.Errorf("%q is %q in %q", k.Kind, k.State, k.File)
		}
	}
}

func TestKeyIsCopiedAndItsPasswordChanged(t *testing.T) {
	t.Parallel()
	c, p, _ := atKeys(t)
	defer p.stop()
	ctx, stick, key := t.Context(), t.TempDir(), held(t, p, api.CertificateSign)
	if _, err := p.CopyKey(ctx, key.Serial, stick, "Wrong2026"); api.CodeOf(err) != api.PasswordWrong {
		t.Errorf("a wrong password: %v", err)
	}
	if _, err := p.CopyKey(ctx, key.Serial, c.keys(), modelPass); api.CodeOf(err) != api.CopySamePlace {
		t.Errorf("the same folder: %v", err)
	}
	copied, err := p.CopyKey(ctx, key.Serial, stick, modelPass)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.ChangeKeyPassword(ctx, key.Serial, modelPass, "Jana2027"); err != nil {
		t.Fatal(err)
	}
	for path, password := range map[string]string{copied: string(modelPass), key.File: "Jana2027"} {
		if _, err := keystore.ReadKeyFile(path, password); err != nil {
			t.Errorf("%s: %v", filepath.Base(filepath.Dir(path)), err)
		}
	}
	if err := os.Remove(key.File); err != nil {
		t.Fatal(err)
	}
	if _, err := p.CopyKey(ctx, key.Serial, stick, modelPass); api.CodeOf(err) != api.KeyFileGone {
		t.Errorf("a file that is gone: %v", err)
	}
	if err := p.RefreshKeys(ctx); err != nil || held(t, p, api.CertificateSign).File != "" {
		t.Errorf("the list still has the file: %v", err)
	}
}

// A certificate is ended by the PIN or by its key; the one for signing in by the
// key for signing beside it.
func TestCertificatesAreRevoked(t *testing.T) {
	t.Parallel()
	_, p, gone := atKeys(t)
	defer p.stop()
	ctx, auth, sign := t.Context(), held(t, p, api.CertificateAuth), held(t, p, api.CertificateSign)
	if err := p.RevokeByPIN(ctx, auth.Serial, api.NotNeeded, "111111"); api.CodeOf(err) != api.PINWrong || len(gone) != 0 {
		t.Errorf("a wrong PIN: %v", err)
	}
	if err := p.RevokeByKey(ctx, auth.Serial, api.NotNeeded, "Wrong2026"); api.CodeOf(err) != api.PasswordWrong || len(gone) != 0 {
		t.Errorf("a wrong password: %v", err)
	}
	if err := p.RevokeByKey(ctx, auth.Serial, api.NotNeeded, modelPass); err != nil || gone[auth.Serial] != api.NotNeeded {
		t.Errorf("by the key: %v", err)
	}
	if err := p.RevokeByPIN(ctx, sign.Serial, api.KeyCompromise, modelPIN); err != nil || gone[sign.Serial] != api.KeyCompromise {
		t.Errorf("by the PIN: %v", err)
	}
	for _, k := range p.State().Holding.Keys {
		if k.State != api.HeldRevoked {
			t.Errorf("%s is shown as %q", k.Kind, k.State)
		}
	}
}

// Under another device key, and where the note is damaged, nothing opens and
// nothing is lost but the right to ask.
func TestTheNoteOfKeysUnderAnotherKey(t *testing.T) {
	t.Parallel()
	c := newCitizen(t)
	c.algorithm = keypair.GOST512
	sealed, err := newSealer(c.device)
	if err != nil {
		t.Fatal(err)
	}
	other, err := newSealer(newCitizen(t).device)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file, err := openJournal(dir, sealed)
	if err != nil {
		t.Fatal(err)
	}
	h := holding{Enrolment: "E", token: "secret-token"}
	h.add([]KeyFile{{Path: filepath.Join(dir, "a.p12")}, {Path: filepath.Join(dir, "a.p12")}})
	if err := file.saveHolding(h); err != nil {
		t.Fatal(err)
	}
	if back, err := file.loadHolding(); err != nil || back.token != h.token || back.Enrolment != "E" || len(back.Files) != 1 {
		t.Errorf("%d files, %v", len(back.Files), err)
	}
	file.sealer = other
	if back, err := file.loadHolding(); err != nil || back.token != "" || back.Enrolment != "" || len(back.Files) != 1 {
		t.Errorf("under another key: %d files, %v", len(back.Files), err)
	}
	if err := os.WriteFile(file.path(holdingName), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if back, err := file.loadHolding(); err != nil || len(back.Files) != 0 {
		t.Errorf("damaged: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "keys.damaged-1.json")); err != nil {
		t.Error(err)
	}
}

func TestKeysBelongToTheirStages(t *testing.T) {
	t.Parallel()
	c := newCitizen(t)
	p := c.start(c.model)
	defer p.stop()
	ctx := t.Context()
	for what, err := range map[string]error{
		"open": p.OpenKeys(ctx), "close": p.CloseKeys(ctx), "refresh": p.RefreshKeys(ctx), "password": p.ChangeKeyPassword(ctx, "", "", ""),
		"revoke": p.RevokeByPIN(ctx, "", api.NotNeeded, modelPIN),
	} {
		if !errors.As(err, new(*StageError)) {
			t.Errorf("%s at the welcome without keys: %v", what, err)
		}
	}
}

func FuzzHolding(f *testing.F) {
	c := newCitizen(f)
	sealed, err := newSealer(c.device)
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(`{"version":1,"files":[{"Path":"/a","Kind":"gost512","ValidUntil":"2026-11-22T00:00:00Z"}],"sealed":""}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		h, err := decodeHolding(content, sealed)
		if err == nil && (h.token != "" || len(h.Files) > maxHeldFiles) {
			t.Error("what was sealed by nobody opens")
		}
	})
}
