package nca_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"qoltanba/app/backend/assertion"
	"qoltanba/app/backend/digitalid"
	"qoltanba/app/backend/nca"
	"qoltanba/app/backend/nca/ledger"
	"qoltanba/app/backend/sealed"
	"qoltanba/app/backend/store/pgtest"
	"qoltanba/keystore"
	"qoltanba/keystore/keypair"
	"qoltanba/keystore/profile"
)

var (
	start   = time.Date(2026, 11, 22, 9, 30, 15, 500e6, time.UTC)
	urls    = addresses("rsa")
	citizen = profile.Subject{Surname: "Әбілқайыров", Name: "Іңкәр", Patronymic: "Ғаниұлы", IIN: "900101300811"}
	secret  = must(sealed.NewSecret([]byte("a secret of the operator, for the tests only")))
	home    string
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(processFolder); dir != "" {
		os.Exit(serveAuthority(dir))
	}
	home = must(os.MkdirTemp("", "nca"))
	code := pgtest.Run(m)
	if err := os.RemoveAll(home); err != nil {
		code = 1
	}
	os.Exit(code)
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// keyAt gives the i-th key of the test process, made when first asked for.
var keyAt = func() func(i int) *rsa.PrivateKey {
	var mu sync.Mutex
	keys := make(map[int]*rsa.PrivateKey)
	return func(i int) *rsa.PrivateKey {
		mu.Lock()
		defer mu.Unlock()
		if keys[i] == nil {
			keys[i] = must(rsa.GenerateKey(rand.Reader, 2048))
		}
		return keys[i]
	}
}()

// party is the Digital ID of all tests but those about a foreign one.
var party = sync.OnceValue(func() *digitalid.Party {
	return must(digitalid.Open(filepath.Join(home, "digitalid"), secret, func() time.Time { return start }, rand.Reader))
})

func config(store nca.Store) nca.Config {
	return nca.Config{
		Stamp: "TEST", KeyBits: 2048, Store: store,
		URLs:      map[keypair.Algorithm]nca.URLs{keypair.RSA: urls, keypair.GOST512: addresses("gost")},
		RootURLs:  map[keypair.Algorithm]nca.URLs{keypair.RSA: addresses("root"), keypair.GOST512: addresses("root")},
		DigitalID: must(assertion.NewVerifier(party().PublicKey())),
		Clock:     func() time.Time { return start }, Rand: rand.Reader,
	}
}

// unsealed is the authority of most tests, opened by the first.
var unsealed struct {
	sync.Mutex
	*nca.Authority
}

func authority(t testing.TB, store nca.Store) *nca.Authority {
	t.Helper()
	return authorityWith(t, config(store))
}

func authorityWith(t testing.TB, c nca.Config) *nca.Authority {
	t.Helper()
	unsealed.Lock()
	defer unsealed.Unlock()
	if unsealed.Authority == nil {
		a, err := nca.Open(filepath.Join(home, "nca"), secret, c)
		if err != nil {
			t.Fatal(err)
		}
		unsealed.Authority = a
	}
	a, err := unsealed.With(c)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// stores names each kind of store with a function that makes an empty one.
var stores = map[string]func(testing.TB) *ledger.Ledger{
	"SQLite":     sqlite,
	"PostgreSQL": postgres,
}

func sqlite(t testing.TB) *ledger.Ledger {
	t.Helper()
	l, err := ledger.SQLite(t.Context(), filepath.Join(t.TempDir(), "nca.db"))
	return closing(t, l, err)
}

func postgres(t testing.TB) *ledger.Ledger {
	t.Helper()
	l, err := ledger.Postgres(t.Context(), pgtest.DSN(t))
	return closing(t, l, err)
}

func closing(t testing.TB, l *ledger.Ledger, err error) *ledger.Ledger {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

func onEachStore(t *testing.T, test func(t *testing.T, fresh func(testing.TB) *ledger.Ledger)) {
	t.Helper()
	for name, fresh := range stores {
		t.Run(name, func(t *testing.T) { test(t, fresh) })
	}
}

func addresses(name string) nca.URLs {
	return nca.URLs{
		OCSP: "http://ocsp.pki.example/", Issuer: "http://pki.example/" + name + ".cer",
		CRL: "http://crl.pki.example/" + name + ".crl", DeltaCRL: "http://crl.pki.example/" + name + "_d.crl",
		CPS: "http://pki.example/cps",
	}
}

func request(t testing.TB, key *rsa.PrivateKey) []byte {
	t.Helper()
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{
		Subject:         pkix.Name{CommonName: "SOMEBODY ELSE", Country: []string{"US"}},
		EmailAddresses:  []string{"request@example.com"},
		ExtraExtensions: []pkix.Extension{profile.KeyStoreExtension()},
	}, key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// submission is what a citizen's computer and the Digital ID send.
type submission struct {
	jws      string
	requests [][]byte
}

func submit(t testing.TB, enrolment string, auth, sign int) submission {
	t.Helper()
	requests := [][]byte{request(t, keyAt(auth)), request(t, keyAt(sign))}
	return submission{statement(t, party(), enrolment, requests), requests}
}

// submitGOST is the same with one new GOST key.
func submitGOST(t testing.TB, enrolment string) submission {
	t.Helper()
	key := must(keypair.GOST512.GenerateKey())
	requests := [][]byte{must(keystore.NewRequest(key, citizen, "request@example.com"))}
	return submission{statement(t, party(), enrolment, requests), requests}
}

func statement(t testing.TB, p *digitalid.Party, enrolment string, requests [][]byte) string {
	t.Helper()
	var keys []assertion.Hash
	for _, der := range requests {
		keys = append(keys, assertion.HashKey(must(x509.ParseCertificateRequest(der)).RawSubjectPublicKeyInfo))
	}
	jws, err := p.SignAssertion(digitalid.Statement{
		Enrolment: enrolment, Subject: citizen, Keys: keys,
		Data: digitalid.DataHash([]byte("data")), Device: "0123456789012345678901234567890123456789012",
	})
	if err != nil {
		t.Fatal(err)
	}
	return jws
}

const email = "citizen@example.kz"

func apply(ctx context.Context, a *nca.Authority, s submission) (nca.Application, error) {
	return a.Apply(ctx, s.jws, s.requests, email, nca.StoragePC)
}

func issue(t testing.TB, a *nca.Authority, s submission) nca.Application {
	t.Helper()
	app, err := apply(t.Context(), a, s)
	if err != nil {
		t.Fatal(err)
	}
	if app, err = a.Issue(t.Context(), app.Number); err != nil {
		t.Fatal(err)
	}
	return app
}

// audited fails the test unless the authority's memory holds exactly this many
// applications and certificates and nothing is wrong with them.
func audited(t testing.TB, a *nca.Authority, applications, certificates int) {
	t.Helper()
	report, err := a.Audit(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range report.Findings {
		t.Errorf("audit: %s %s: %v", f.Number, f.Kind, f.Problem)
	}
	if report.Applications != applications || report.Certificates != certificates || report.Unfinished != 0 {
		t.Errorf("audit: %d applications, %d certificates, %d unfinished; want %d, %d, 0",
			report.Applications, report.Certificates, report.Unfinished, applications, certificates)
	}
}

var errFault = errors.New("the disk is gone")
