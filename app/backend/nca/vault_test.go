//go:build cgo

package nca_test

import (
	"context"
	"crypto"
	"crypto/x509"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"qoltanba/app/backend/nca"
	"qoltanba/app/backend/nca/issuance"
	"qoltanba/app/backend/sealed"
	"qoltanba/keystore"
	"qoltanba/keystore/keypair"
	"qoltanba/keystore/profile"
	"qoltanba/keystore/token"
	"qoltanba/keystore/token/tokentest"
)

// inToken is a vault in a token.
type inToken struct {
	ctx    context.Context //nolint:containedctx // the test's
	holder *token.Holder
}

func (v inToken) Generate(bits int) (crypto.Signer, error) {
	return v.holder.Generate(v.ctx, keypair.RSA, bits, "issuing")
}

func (v inToken) Signer(public crypto.PublicKey) (crypto.Signer, error) {
	return v.holder.Signer(v.ctx, public)
}

func hold(t *testing.T, hsm tokentest.HSM, label string) inToken {
	t.Helper()
	holder, err := token.Hold(t.Context(), token.Place{Module: hsm.Module, Label: label, PIN: tokentest.PIN})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := holder.Close(); err != nil {
			t.Error(err)
		}
	})
	return inToken{t.Context(), holder}
}

// The RSA issuing key is made in a token and signs there; while the token is
// away nothing is issued and nothing lost.
func TestIssueByAKeyInAToken(t *testing.T) {
	hsm := tokentest.SoftHSM(t, "authority")
	vault := hold(t, hsm, "authority")
	dir := filepath.Join(t.TempDir(), "nca")
	c := config(sqlite(t))
	c.Vaults = map[keypair.Algorithm]nca.Vault{keypair.RSA: vault}
	a := must(nca.Open(dir, secret, c))
	if _, err := os.Stat(filepath.Join(dir, "issuing.key.age")); !os.IsNotExist(err) {
		t.Error("the issuing key lies in the folder")
	}
	first := issue(t, a, submit(t, "enrolment-1", 0, 1))
	for _, c := range must(a.Certificates(t.Context(), first.Number)) {
		checkOpenSSL(t, a, c)
	}
	issue(t, a, submitGOST(t, "enrolment-2"))

	app := must(apply(t.Context(), a, submit(t, "enrolment-3", 2, 3)))
	hsm.TakeAway(t)
	for range 2 {
		if app, err := a.Issue(t.Context(), app.Number); !errors.Is(err, token.ErrGone) && !errors.Is(err, token.ErrNoToken) {
			t.Fatalf("issued without the token: %v, %v", app.Status(), err)
		}
	}
	if _, err := a.Certificates(t.Context(), app.Number); !errors.Is(err, nca.ErrNotReady) {
		t.Errorf("without the token: %v", err)
	}
	if _, err := a.RevocationLists(t.Context(), keypair.RSA); err == nil {
		t.Error("a revocation list without the token")
	}
	issue(t, a, submitGOST(t, "enrolment-4")) // needs no token
	hsm.PutBack(t)
	if _, err := a.Issue(t.Context(), app.Number); err != nil {
		t.Fatal(err)
	}
	for _, c := range must(a.Certificates(t.Context(), app.Number)) {
		checkOpenSSL(t, a, c)
	}
	audited(t, a, 4, 6)
	lists := must(a.RevocationLists(t.Context(), keypair.RSA))
	list := must(x509.ParseRevocationList(lists.Complete))
	if err := list.CheckSignatureFrom(must(x509.ParseCertificate(a.Chain(keypair.RSA)[0]))); err != nil {
		t.Error(err)
	}

	again := must(nca.Open(dir, secret, c))
	issue(t, again, submit(t, "enrolment-5", 4, 5))
	if made, err := nca.Complete(dir, secret, c); err != nil || len(made) != 0 {
		t.Errorf("completed %v, %v", made, err)
	}
	other := must(sealed.NewSecret(make([]byte, sealed.MinSecret)))
	if _, err := nca.Open(dir, other, c); !errors.Is(err, sealed.ErrWrongSecret) {
		t.Errorf("opened with another secret: %v", err)
	}
}

// A citizen's pair is made in the citizen's own token, certified for three years,
// and the certificates are written beside their keys.
func TestIssueForKeysInACitizensToken(t *testing.T) {
	hsm := tokentest.SoftHSM(t, "citizen")
	module := must(token.Open(hsm.Module))
	defer func() {
		if err := module.Close(); err != nil {
			t.Error(err)
		}
	}()
	plugged := must(module.Find(t.Context(), "citizen"))
	session := must(module.Login(t.Context(), plugged.Slot, tokentest.PIN))
	var s submission
	for _, kind := range profile.RSAKinds() {
		key := must(session.Generate(t.Context(), kind.Algorithm(), 0, kind.Name()))
		s.requests = append(s.requests, must(keystore.NewTokenRequest(key, citizen, email)))
	}
	s.jws = statement(t, party(), "enrolment-1", s.requests)

	c := config(sqlite(t))
	c.Profiles = append(issuance.Standard(), issuance.Tokens()...)
	a := authorityWith(t, c)
	app := must(a.Apply(t.Context(), s.jws, s.requests, email, nca.StorageToken))
	must(a.Issue(t.Context(), app.Number))
	for _, c := range must(a.Certificates(t.Context(), app.Number)) {
		cert := must(x509.ParseCertificate(c.DER))
		if !cert.NotAfter.Equal(cert.NotBefore.AddDate(3, 0, 0)) {
			t.Errorf("%s is valid until %s", c.Kind, cert.NotAfter)
		}
		if _, err := profile.ParseKeyStore(cert.Extensions); !errors.Is(err, profile.ErrNoKeyStore) {
			t.Errorf("%s names a storage: %v", c.Kind, err)
		}
		if s := must(a.Standing(t.Context(), cert.SerialNumber.Bytes())); s.Storage != nca.StorageToken {
			t.Errorf("%s stands as one in a %s", c.Kind, s.Storage)
		}
		checkOpenSSL(t, a, c)
		if err := session.PutCertificate(t.Context(), cert); err != nil {
			t.Error(err)
		}
	}
	if inside := must(session.Certificates(t.Context())); len(inside) != 2 {
		t.Errorf("%d certificates in the token", len(inside))
	}
	audited(t, a, 1, 2)

	if _, err := authority(t, sqlite(t)).Apply(t.Context(), s.jws, s.requests, email, nca.StorageToken); !errors.Is(err, nca.ErrStorage) {
		t.Errorf("an authority that serves no tokens: %v", err)
	}

	files := submit(t, "enrolment-2", 0, 1) // requests that name PKCS#12 files
	if _, err := a.Apply(t.Context(), files.jws, files.requests, email, nca.StorageToken); !errors.Is(err, nca.ErrRequest) {
		t.Errorf("requests for files and an application for a token: %v", err)
	}
	key := must(keypair.GOST512.GenerateKey())
	s.requests = [][]byte{must(keystore.NewTokenRequest(key, citizen, ""))}
	s.jws = statement(t, party(), "enrolment-3", s.requests)
	if _, err := a.Apply(t.Context(), s.jws, s.requests, email, nca.StorageToken); !errors.Is(err, nca.ErrStorage) {
		t.Errorf("a GOST key in a token, for which there is no profile: %v", err)
	}
}

// An authority starts neither with a token that has not its key, nor without the
// token; and a ceremony that fails leaves no folder.
func TestOpenRefusesAnotherToken(t *testing.T) {
	hsm := tokentest.SoftHSM(t, "authority")
	vault := hold(t, hsm, "authority")
	c := config(sqlite(t))
	sealedDir := filepath.Join(t.TempDir(), "nca")
	must(nca.Open(sealedDir, secret, c))
	c.Vaults = map[keypair.Algorithm]nca.Vault{keypair.RSA: vault}
	if _, err := nca.Open(sealedDir, secret, c); !errors.Is(err, token.ErrNoKey) {
		t.Errorf("opened with a token that has not its key: %v", err)
	}

	dir := filepath.Join(t.TempDir(), "nca")
	must(nca.Open(dir, secret, c))
	if _, err := nca.Open(filepath.Join(t.TempDir(), "nca"), secret, c); !errors.Is(err, token.ErrLabelTaken) {
		t.Errorf("a second ceremony in one token: %v", err)
	}
	c.Vaults = nil
	if _, err := nca.Open(dir, secret, c); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("opened without the token: %v", err)
	}
	hsm.TakeAway(t)
	c.Vaults = map[keypair.Algorithm]nca.Vault{keypair.RSA: vault}
	nowhere := filepath.Join(t.TempDir(), "nca")
	if _, err := nca.Open(nowhere, secret, c); err == nil {
		t.Error("a ceremony without the token")
	}
	if _, err := os.Stat(nowhere); !os.IsNotExist(err) {
		t.Error("a folder was made")
	}
	hsm.PutBack(t)
}
