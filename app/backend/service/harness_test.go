//go:build demo

package service

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"qoltanba/app/api"
	"qoltanba/app/backend/config"
	"qoltanba/app/backend/enrolment"
	"qoltanba/app/backend/notify/demophone"
	"qoltanba/app/backend/pin"
	"qoltanba/app/backend/registry/sample"
	"qoltanba/app/backend/store/pgtest"
	"qoltanba/assets/citizens"
	"qoltanba/capture/liveness"
)

func TestMain(m *testing.M) {
	code := pgtest.Run(m)
	if err := founded.remove(); err != nil {
		os.Stderr.WriteString(err.Error() + "\n")
		code = 1
	}
	if code == 0 {
		// opencensus, beneath gocloud.dev, never ends its one goroutine.
		if err := goleak.Find(goleak.IgnoreAnyFunction("go.opencensus.io/stats/view.(*worker).start")); err != nil {
			os.Stderr.WriteString(err.Error() + "\n")
			code = 1
		}
	}
	os.Exit(code)
}

// clock is a time that stands until it is told to go on.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// agency is a backend behind a real listener.
type agency struct {
	*Backend
	clock  *clock
	phone  *demophone.Phone
	people *sample.Population
	log    *lockedBuffer
	client *api.Client
	base   string
	data   string // folder
	config config.Config
}

type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// begins is when the clocks of all tests begin.
var begins = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

func open(t *testing.T, change func(*Plan)) *agency {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	a := &agency{clock: &clock{t: begins}, people: sample.New(), log: &lockedBuffer{}, base: "http://" + listener.Addr().String()}
	a.phone = demophone.New(a.clock.now)
	public, err := url.Parse(a.base)
	if err != nil {
		t.Fatal(err)
	}
	plan := Plan{
		Data: t.TempDir(), Config: config.Config{}, Public: public, Rules: enrolment.DefaultRules(), Stamp: "TEST", KeyBits: 2048,
		PIN: pin.Params{Memory: 8 << 10, Time: 1, Threads: 1}, Log: slog.New(slog.NewTextHandler(a.log, nil)), Now: a.clock.now,
		World: World{SMS: a.phone, Mail: a.phone.Mailbox(), MobileBase: a.people, Register: a.people},
	}
	own := plan.Data
	if change != nil {
		change(&plan)
	}
	if plan.Data == own && plan.Stamp == "TEST" && plan.KeyBits == 2048 && plan.Config.Secrets == (config.Secrets{}) {
		founded.copyTo(t, plan)
	}
	a.data, a.config = plan.Data, plan.Config
	if a.Backend, err = Open(t.Context(), plan); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- answer(ctx, a.Server.Listener(), listener) }()
	carrier := api.NewHTTPClient()
	a.client = &api.Client{Base: public, Now: a.clock.now, HTTP: carrier, Attempts: 1}
	t.Cleanup(func() {
		carrier.CloseIdleConnections()
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := a.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return a
}

// citizen walks the way.
type citizen struct {
	*testing.T
	a       *agency
	who     citizens.Citizen
	session api.Session
	e       api.Enrolment
	spare   api.Secret // the recovery secret; "" until there is a PIN

	mishaps  mishaps // nil: nothing befalls the citizen's calls
	onPrompt func(api.Prompt)
	onStep   func() // called after every call that took the enrolment on; nil: nothing
}

// mishaps befall a changing call: they make as many attempts of it, with the key
// given to each, as it takes, and return the answer to the last.
type mishaps interface {
	call(c *citizen, id string, attempt func(key string) (any, error)) (any, error)
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func (a *agency) citizen(t *testing.T, id string) *citizen {
	t.Helper()
	who, err := citizens.Find(id)
	if err != nil {
		t.Fatal(err)
	}
	return &citizen{T: t, a: a, who: who, session: api.Session{Key: newKey(t)}}
}

// ask makes a call as the citizen stands now.
func ask[In, Out any](c *citizen, op api.Operation[In, Out], in In, params ...string) (Out, error) {
	r := api.Request[In]{Session: c.session, Nonce: c.e.Nonce, Body: in, Params: map[string]string{}}
	for i := 0; i+1 < len(params); i += 2 {
		r.Params[params[i]] = params[i+1]
	}
	if c.mishaps == nil || op.Method == http.MethodGet {
		return api.Call(c.Context(), c.a.client, op, r)
	}
	out, err := c.mishaps.call(c, op.ID, func(key string) (any, error) {
		r.Key = key
		return api.Call(c.Context(), c.a.client, op, r)
	})
	answer, _ := out.(Out)
	return answer, err
}

// do makes a call that must succeed and takes the enrolment over.
func do[In any](c *citizen, op api.Operation[In, api.Enrolment], in In, params ...string) {
	c.Helper()
	e, err := ask(c, op, in, params...)
	if err != nil {
		c.Fatalf("%s: %v", op.ID, err)
	}
	moved := c.e.Step != e.Step
	c.e = e
	if moved && c.onStep != nil {
		c.onStep()
	}
}

// refused makes a call that must fail with a code.
func refused[In, Out any](c *citizen, code api.Code, op api.Operation[In, Out], in In, params ...string) *api.Problem {
	c.Helper()
	_, err := ask(c, op, in, params...)
	if api.CodeOf(err) != code {
		c.Fatalf("%s: %v, want %s", op.ID, err, code)
	}
	p, _ := err.(*api.Problem) //nolint:errorlint // Call returns it as it is
	return p
}

func (c *citizen) at(step api.Step) {
	c.Helper()
	if c.e.Step != step {
		c.Fatalf("at step %q, want %q", c.e.Step, step)
	}
}

func (c *citizen) start() {
	c.Helper()
	started, err := ask(c, api.StartEnrolment, api.StartRequest{IIN: c.who.IIN, Language: c.who.Language})
	if err != nil {
		c.Fatal(err)
	}
	c.e, c.session.Token, c.session.Enrolment = started.Enrolment, started.Token, started.Enrolment.ID
	c.at(api.StepCode)
	if c.onStep != nil {
		c.onStep()
	}
}

func (c *citizen) read() {
	c.Helper()
	do(c, api.ReadEnrolment, api.None{})
}

// until repeats a look until it sees what it looks for.
func (c *citizen) until(what string, seen func() bool) {
	c.Helper()
	deadline := time.NewTimer(2 * time.Minute)
	defer deadline.Stop()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !seen() {
		select {
		case <-tick.C:
		case <-deadline.C:
			c.Fatalf("no %s came\n%s", what, c.a.log)
		}
	}
}

var sixDigits = regexp.MustCompile(`\b[0-9]{6}\b`)

// code waits for one more SMS than were there and reads its code.
func (c *citizen) code(had int) api.Secret {
	c.Helper()
	c.until("code", func() bool { return len(c.a.phone.Messages(c.who.Phone)) > had })
	return api.Secret(sixDigits.FindString(c.a.phone.Messages(c.who.Phone)[0].Text))
}

func (c *citizen) messages() int { return len(c.a.phone.Messages(c.who.Phone)) }

// confirmPhone walks from the IIN to the sign-in.
func (c *citizen) confirmPhone() {
	c.Helper()
	had := c.messages()
	c.start()
	do(c, api.CheckCode, api.CodeRequest{Code: c.code(had)})
	c.at(api.StepSignIn)
}

// confirm walks from the IIN to the consent.
func (c *citizen) confirm() {
	c.Helper()
	c.confirmPhone()
	had := c.messages()
	do(c, api.SignIn, api.SignInRequest{Phone: c.who.Phone})
	c.at(api.StepSignInCode)
	do(c, api.CheckCode, api.CodeRequest{Code: c.code(had)})
	c.at(api.StepBiometrics)
}

func (c *citizen) accept(kind api.TextKind, op api.Operation[api.ConsentRequest, api.Enrolment]) {
	c.Helper()
	text, err := ask(c, api.ReadText, api.None{}, "kind", string(kind), "language", string(c.who.Language))
	if err != nil {
		c.Fatal(err)
	}
	do(c, op, api.ConsentRequest{Version: text.Version, SHA256: text.SHA256})
}

// photo is a picture of its own, by its seed.
func photo(t *testing.T, w, h int, seed byte) []byte {
	t.Helper()
	return drawn(w, h, seed)
}

func drawn(w, h int, seed byte) []byte {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.Set(x, y, color.RGBA{uint8(x) ^ seed, uint8(y), seed, 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		panic(err) // writing to memory does not fail
	}
	return b.Bytes()
}

func (c *citizen) selfie() {
	c.Helper()
	do(c, api.SendSelfie, api.Picture{Type: "image/jpeg", Data: photo(c.T, 480, 480, 1)})
}

const goodPIN = api.Secret("402957")

func (c *citizen) card() {
	c.Helper()
	for seed, side := range c.who.Document.Sides() {
		do(c, api.SendCard, api.Picture{Type: "image/jpeg", Data: photo(c.T, 640, 400, byte(2+seed))}, "side", string(side))
	}
}

func (c *citizen) fields() {
	c.Helper()
	do(c, api.ConfirmFields, api.FieldsRequest{Fields: c.who.Card, Confirmed: true})
}

// identify walks from the consent to the operator.
func (c *citizen) identify() {
	c.Helper()
	c.accept(api.TextBiometrics, api.ConsentBiometrics)
	c.at(api.StepSelfie)
	c.selfie()
	if c.e.Step == api.StepTakeOver {
		do(c, api.TakeOver, api.PINRequest{PIN: goodPIN})
	}
	c.at(api.StepRecording)
	c.record()
	c.at(api.StepPIN)
	c.spare = api.NewRecoverySecret()
	do(c, api.SetPIN, api.SetPINRequest{PIN: goodPIN, Recovery: api.RecoveryHash(c.spare)})
	c.at(api.StepCard)
	c.card()
	c.at(api.StepFields)
	if c.e.Reading != nil {
		c.wasRead()
	}
	c.fields()
	c.at(api.StepDecision)
}

// decide has the operator decide once the register has answered.
func (c *citizen) decide(v enrolment.Verdict) enrolment.Case {
	c.Helper()
	var seen enrolment.Case
	c.until("case that stands still", func() bool { // register and machines may still add what they found
		var err error
		if seen, err = c.a.Enrolments.Case(c.Context(), "dana", c.e.ID); err != nil {
			c.Fatal(err)
		}
		if seen.Compared.IsZero() {
			return false
		}
		v.Version = seen.Version
		if err = c.a.Enrolments.Decide(c.Context(), "dana", c.e.ID, v); err != nil && !errors.Is(err, enrolment.ErrNotWaiting) {
			c.Fatal(err)
		}
		return err == nil
	})
	c.read()
	return seen
}

func (c *citizen) grant() {
	c.Helper()
	do(c, api.GrantData, api.GrantRequest{DataSHA256: c.e.Passed.Hash(), PIN: goodPIN})
}

// requests makes two certificate requests for new keys.
func requests(t *testing.T) [][]byte {
	t.Helper()
	list, err := makeRequests()
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func makeRequests() ([][]byte, error) {
	list := make([][]byte, 2)
	for i := range list {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			return nil, err
		}
		if list[i], err = x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{SignatureAlgorithm: x509.SHA256WithRSA}, key); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// What is to be refused need not be made more than once.
var (
	onePhoto    = sync.OnceValue(func() []byte { return drawn(400, 400, 1) })
	twoRequests = sync.OnceValues(makeRequests)
	oneBatch    = sync.OnceValues(func() ([]byte, error) {
		return liveness.AppendFrame(liveness.NewBatch(nil), &liveness.Frame{JPEG: drawn(64, 48, 1)})
	})
)

// obtain walks from the application to the end.
func (c *citizen) obtain() api.Certificates {
	c.Helper()
	do(c, api.Apply, api.ApplyRequest{Email: "a@example.kz", Keys: api.KeysRSA2048, Storage: api.StoragePC, Requests: requests(c.T)})
	return c.collect()
}

// collect walks from the issue of the certificates to the end.
func (c *citizen) collect() api.Certificates {
	c.Helper()
	c.until("certificate", func() bool { c.read(); return c.e.Step == api.StepImport })
	issued, err := ask(c, api.ReadCertificates, api.None{})
	if err != nil {
		c.Fatal(err)
	}
	refused(c, api.FingerprintsWrong, api.ConfirmImport, api.ImportRequest{Fingerprints: []string{strings.Repeat("0", 64)}})
	do(c, api.ConfirmImport, api.ImportRequest{Fingerprints: prints(issued)})
	c.at(api.StepDone)
	return issued
}

// prints are the fingerprints of certificates.
func prints(issued api.Certificates) []string {
	var list []string
	for _, cert := range issued.Certificates {
		sum := sha256.Sum256(cert.DER)
		list = append(list, hex.EncodeToString(sum[:]))
	}
	return list
}

func (c *citizen) send(r *http.Request) (int, string, []byte) {
	c.Helper()
	resp, err := c.a.client.HTTP.Do(r)
	if err != nil {
		c.Fatal(err)
	}
	defer resp.Body.Close()
	var b bytes.Buffer
	if _, err := b.ReadFrom(resp.Body); err != nil {
		c.Fatal(err)
	}
	return resp.StatusCode, resp.Header.Get("Content-Type"), b.Bytes()
}
