package companion

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"go.uber.org/goleak"

	"qoltanba/app/companion/peer"
	"qoltanba/app/companion/trust"
	"qoltanba/keystore"
	"qoltanba/keystore/keypair"
	"qoltanba/keystore/profile"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	password = "Qoltanba1"
	portal   = "https://portal.example.kz"
)

// person has a key with a certificate by the tests' authority.
type person struct {
	key  crypto.Signer
	cert *x509.Certificate
}

// cast is the authority, and citizens whose key files lie in folders.
type cast struct {
	root        person
	gost, rsa   person // Ерлан's key of either kind
	expired     person // Әйгүл's former one
	signIn      person // Ерлан's key that is for signing in alone
	gostFile    []byte
	rsaFile     []byte
	expiredFile []byte
	signInFile  []byte
}

var actors = sync.OnceValue(func() *cast {
	c := new(cast)
	c.root = certified(person{}, keypair.GOST512, profile.Subject{}, 0, false)
	erlan := profile.Subject{Surname: "Серіков", Name: "Ерлан", Patronymic: "Маратұлы", IIN: "900101300811"}
	c.gost = certified(c.root, keypair.GOST512, erlan, profile.GOST512, false)
	c.rsa = certified(c.root, keypair.RSA, erlan, profile.RSASign, false)
	c.expired = certified(c.root, keypair.GOST512, profile.Subject{Surname: "Ғабитқызы", Name: "Әйгүл", IIN: "061211600012"}, profile.GOST512, true)
	c.signIn = certified(c.root, keypair.RSA, erlan, profile.RSAAuth, false)
	c.gostFile, c.rsaFile, c.expiredFile, c.signInFile = c.gost.file(), c.rsa.file(), c.expired.file(), c.signIn.file()
	return c
})

// certified makes a person with a certificate; the zero kind makes an authority.
func certified(issuer person, a keypair.Algorithm, owner profile.Subject, kind profile.Kind, expired bool) person {
	must := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	key, err := a.GenerateKey()
	must(err)
	ski, err := profile.SKI(key.Public())
	must(err)
	begin := time.Now().Add(-time.Hour)
	if expired {
		begin = begin.AddDate(-2, 0, 0)
	}
	template := &x509.Certificate{
		SerialNumber: profile.Serial(ski), SubjectKeyId: ski[:], NotBefore: begin, NotAfter: begin.AddDate(1, 0, 0), BasicConstraintsValid: true,
	}
	if kind == 0 {
		template.IsCA, template.KeyUsage, template.Subject = true, x509.KeyUsageCertSign, pkix.Name{CommonName: "НЕГІЗГІ"}
		template.NotBefore = begin.AddDate(-5, 0, 0)
		template.NotAfter = begin.AddDate(5, 0, 0)
		issuer = person{key, template}
	} else {
		template.KeyUsage = kind.KeyUsage()
		template.ExtKeyUsage, template.UnknownExtKeyUsage = kind.ExtKeyUsages()
		template.RawSubject, err = owner.Raw()
		must(err)
	}
	der, err := keypair.CreateCertificate(rand.Reader, template, issuer.cert, key.Public(), issuer.key)
	must(err)
	cert, err := x509.ParseCertificate(der)
	must(err)
	return person{key, cert}
}

// file writes the person's key file and returns its content.
func (p person) file() []byte {
	dir, err := os.MkdirTemp("", "keys")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	path, err := keystore.WriteKeyFile(dir, p.key, p.cert, password, keystore.Encoding3DES)
	if err != nil {
		panic(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		panic(err)
	}
	return content
}

// script is a consenter that answers from functions; without one it says yes
// to callers, and no to the rest.
type script struct {
	mu     sync.Mutex
	allow  func(context.Context, Caller) (Permission, error)
	decide func(context.Context, Proposal) (Choice, error)
	choose func(context.Context, FileRequest) (string, error)
	seen   []Proposal
	asked  []Caller
	open   int // dialogs that stand
	most   int
}

func (s *script) dialog() func() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open++
	s.most = max(s.most, s.open)
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.open--
	}
}

func (s *script) Allow(ctx context.Context, c Caller, _ Language) (Permission, error) {
	defer s.dialog()()
	s.mu.Lock()
	s.asked = append(s.asked, c)
	s.mu.Unlock()
	if s.allow == nil {
		return Allow, nil
	}
	return s.allow(ctx, c)
}

func (s *script) Decide(ctx context.Context, p Proposal) (Choice, error) {
	defer s.dialog()()
	s.mu.Lock()
	s.seen = append(s.seen, p)
	s.mu.Unlock()
	if s.decide == nil {
		return Choice{}, ErrCancelled
	}
	return s.decide(ctx, p)
}

func (s *script) ChooseFile(ctx context.Context, r FileRequest) (string, error) {
	defer s.dialog()()
	if s.choose == nil {
		return "", ErrCancelled
	}
	return s.choose(ctx, r)
}

func (s *script) proposals() []Proposal {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Proposal(nil), s.seen...)
}

func (s *script) callers() []Caller {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Caller(nil), s.asked...)
}

// pick chooses the key file of that name.
func pick(name string) func(context.Context, Proposal) (Choice, error) {
	return func(_ context.Context, p Proposal) (Choice, error) {
		if p.Problem != nil {
			return Choice{}, ErrCancelled
		}
		for _, k := range p.Keys {
			if filepath.Base(k.Path) == name {
				return Choice{Store: k.Store, ID: k.ID, Password: password}, nil
			}
		}
		return Choice{}, ErrCancelled
	}
}

// site is a running service.
type site struct {
	*Server
	t       testing.TB
	dir     string
	script  *script
	roots   *x509.CertPool
	ca      string // path of the authority's certificate
	log     *syncBuffer
	stopped chan error
	stop    context.CancelFunc
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// browser pretends that a browser of this user is at the other end.
func browser(netip.AddrPort, netip.AddrPort) (peer.Process, error) {
	return peer.Process{PID: 1, User: os.Getuid(), Program: "/usr/lib/firefox/firefox"}, nil
}

// start runs a service with key files gost.p12, rsa.p12, old.p12 and auth.p12.
func start(t testing.TB, s *script, alter ...func(*Config)) *site {
	t.Helper()
	dir := t.TempDir()
	c := actors()
	keys := filepath.Join(dir, "keys")
	must(t, os.Mkdir(keys, 0o700))
	for name, content := range map[string][]byte{"gost.p12": c.gostFile, "rsa.p12": c.rsaFile, "old.p12": c.expiredFile, "auth.p12": c.signInFile} {
		must(t, os.WriteFile(filepath.Join(keys, name), content, 0o600))
	}
	authority, err := trust.Open(t.Context(), nil, filepath.Join(dir, "trust"), "test", time.Now)
	must(t, err)
	origins, err := OpenOrigins(filepath.Join(dir, "origins.json"))
	must(t, err)
	at := &site{t: t, dir: dir, script: s, roots: x509.NewCertPool(), ca: filepath.Join(dir, "ca.pem"), log: new(syncBuffer), stopped: make(chan error, 1)}
	at.roots.AddCert(authority.Authority.Certificate)
	must(t, os.WriteFile(at.ca, authority.Authority.PEM(), 0o600))
	config := Config{
		Certificate: authority.Certificate, Consenter: s, Origins: origins, Peer: browser, Now: time.Now,
		Log:    slog.New(slog.NewTextHandler(at.log, nil)),
		Stores: map[string]Store{pkcs12: OpenKeyFiles(filepath.Join(dir, "memory.json"), time.Now, keys)},
	}
	for _, a := range alter {
		a(&config)
	}
	ctx, cancel := context.WithCancel(t.Context())
	at.stop = cancel
	at.Server, err = Listen(ctx, config)
	must(t, err)
	go func() { at.stopped <- at.Serve(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-at.stopped; err != nil {
			t.Errorf("the service ended with %v", err)
		}
	})
	return at
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (s *site) client() *http.Client {
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: s.roots, MinVersion: tls.VersionTLS12}}
	s.t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// page is a connection of a page.
type tab struct {
	t    testing.TB
	conn *websocket.Conn
}

// dial opens a page of an origin and reads the greeting.
func (s *site) dial(origin string) *tab {
	s.t.Helper()
	conn, response, err := websocket.Dial(s.t.Context(), "wss://"+s.Address()+"/", &websocket.DialOptions{
		HTTPClient: s.client(), HTTPHeader: http.Header{"Origin": {origin}},
	})
	if response != nil && response.Body != nil {
		_ = response.Body.Close()
	}
	must(s.t, err)
	conn.SetReadLimit(-1)
	s.t.Cleanup(func() { _ = conn.CloseNow() })
	p := &tab{s.t, conn}
	if got := p.read(); got != `{"result":{"version":"1.4"}}` {
		s.t.Fatalf("greeting %s", got)
	}
	return p
}

func (p *tab) read() string {
	p.t.Helper()
	kind, text, err := p.conn.Read(p.t.Context())
	must(p.t, err)
	if kind != websocket.MessageText {
		p.t.Fatal("a binary frame")
	}
	return string(text)
}

func (p *tab) write(text string) {
	p.t.Helper()
	must(p.t, p.conn.Write(p.t.Context(), websocket.MessageText, []byte(text)))
}

func (p *tab) ask(text string) string {
	p.t.Helper()
	p.write(text)
	return p.read()
}

// common calls a method of commonUtils.
func (p *tab) common(method string, args ...any) result {
	p.t.Helper()
	r := map[string]any{"module": "kz.gov.pki.knca.commonUtils", "method": method}
	if args != nil {
		r["args"] = args
	}
	return decoded[result](p.t, p.ask(encoded(p.t, r)))
}

// signed calls sign of basics.
func (p *tab) signed(args map[string]any) outcomeRead {
	p.t.Helper()
	return decoded[outcomeRead](p.t, p.ask(encoded(p.t, map[string]any{"module": "kz.gov.pki.knca.basics", "method": "sign", "args": args})))
}

// outcomeRead is an answer of basics as it is read.
type outcomeRead struct {
	Status                 bool
	Body                   map[string]json.RawMessage
	Code, Message, Details string
}

func encoded(t testing.TB, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	must(t, err)
	return string(text)
}

func decoded[T any](t testing.TB, text string) (value T) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return value
}
