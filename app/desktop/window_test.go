package desktop

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"qoltanba/app/api"
	"qoltanba/app/desktop/part"
	"qoltanba/app/journey"
	"qoltanba/capture/camera"
	"qoltanba/keystore"
)

// desk is a window on a test's table. The test's goroutine is the interface's: what others post to it stands in line until the test waits.
type desk struct {
	*Window
	t      *testing.T
	closed bool

	mu     sync.Mutex
	line   []func()
	posted chan struct{}
}

func (d *desk) post(f func()) {
	d.mu.Lock()
	d.line = append(d.line, f)
	d.mu.Unlock()
	select {
	case d.posted <- struct{}{}:
	default:
	}
}

// runLine does what stands in line.
func (d *desk) runLine() {
	d.mu.Lock()
	line := d.line
	d.line = nil
	d.mu.Unlock()
	for _, f := range line {
		f()
	}
}

// patience is for a busy machine that makes RSA keys; only a test that fails waits so long.
const patience = 2 * time.Minute

// until lets the interface run until what is awaited holds.
func (d *desk) until(what string, holds func() bool) {
	d.t.Helper()
	deadline := time.After(patience)
	for {
		d.runLine()
		if holds() {
			return
		}
		select {
		case <-d.posted:
		case <-deadline:
			d.t.Fatalf("waited in vain for %s; the window says: %s", what, strings.Join(d.words(), " | "))
		}
	}
}

// untilScreen waits until a screen stands and can be worked with.
func (d *desk) untilScreen(name string) {
	d.t.Helper()
	d.until("screen "+name, func() bool { return d.screen() == name && !d.state.Busy })
}

// screen is the name of the screen that stands.
func (d *desk) screen() string {
	if v := d.frame.View(); v != nil {
		return v.Name
	}
	return ""
}

func (d *desk) press(id string) {
	d.t.Helper()
	b, ok := d.frame.Find(id).(*part.Button)
	if !ok {
		d.t.Fatalf("%s has no button %s", d.screen(), id)
	}
	if b.Disabled() {
		d.t.Fatalf("%s cannot be pressed", id)
	}
	b.Tapped(nil)
}

func (d *desk) asleep(id string) bool {
	b, ok := d.frame.Find(id).(*part.Button)
	return ok && b.Disabled()
}

func (d *desk) write(id, value string) {
	d.t.Helper()
	in, ok := d.frame.Find(id).(part.Valued)
	if !ok {
		d.t.Fatalf("%s has nothing to write in called %s", d.screen(), id)
	}
	in.SetValue(value)
}

func (d *desk) written(id string) string {
	d.t.Helper()
	in, ok := d.frame.Find(id).(part.Valued)
	if !ok {
		d.t.Fatalf("%s has nothing to write in called %s", d.screen(), id)
	}
	return in.Value()
}

// words are all texts that can be read in the window.
func (d *desk) words() []string { return append([]string(nil), read(d.window.Content())...) }

func (d *desk) says(text string) bool {
	for _, line := range d.words() {
		if strings.Contains(line, text) {
			return true
		}
	}
	return false
}

func read(o fyne.CanvasObject) (texts []string) {
	if o == nil || !o.Visible() {
		return nil
	}
	switch v := o.(type) {
	case *part.Text:
		return []string{v.Text()}
	case *fyne.Container:
		for _, c := range v.Objects {
			texts = append(texts, read(c)...)
		}
	case fyne.Widget:
		for _, c := range test.WidgetRenderer(v).Objects() {
			texts = append(texts, read(c)...)
		}
	}
	return texts
}

// show puts a window on the table and begins to open its journey.
func show(t *testing.T, cfg Config) *desk {
	t.Helper()
	app := test.NewTempApp(t)
	d := &desk{t: t, posted: make(chan struct{}, 1)}
	if cfg.Cameras == nil {
		cfg.Cameras = noCameras{}
	}
	if cfg.Language == "" {
		cfg.Language = api.Kazakh
	}
	cfg.Log = slog.New(slog.DiscardHandler)
	win := app.NewWindow("")
	win.SetOnClosed(func() { d.closed = true })
	t.Cleanup(func() {
		if !d.closed {
			win.Close()
		}
	})
	d.Window = newWindow(t.Context(), cfg, app, win, d.post)
	win.Resize(fyne.NewSize(960, 680))
	t.Cleanup(d.close)
	d.open("")
	return d
}

type noCameras struct{}

func (noCameras) List(context.Context) ([]camera.Device, error) { return nil, nil }

func (noCameras) Open(context.Context, string, camera.Format) (camera.Stream, error) {
	return nil, &camera.Error{Fault: camera.NoDevice}
}

// computer is what outlives a window: the disk, the device key, and the service at the other end.
type computer struct {
	t       *testing.T
	dir     string
	key     crypto.Signer
	service *service
	patient bool // waits for the line
	tokens  journey.Tokens
}

func newComputer(t *testing.T) *computer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return &computer{t: t, dir: t.TempDir(), key: key, service: newService()}
}

func (c *computer) vaultFolder() string { return filepath.Join(c.dir, "vault") }

// open is Config.Open where a keyring has the device key.
func (c *computer) open(context.Context, string) (*journey.Journey, error) {
	return c.begin(c.key, keystore.PassphraseSource(c.vaultFolder(), "never asked for"))
}

// openByPassphrase is Config.Open where no keyring answers.
func (c *computer) openByPassphrase(ctx context.Context, passphrase string) (*journey.Journey, error) {
	source := keystore.PassphraseSource(c.vaultFolder(), passphrase)
	key, _, err := keystore.DeviceKey(ctx, source)
	switch {
	case passphrase == "" && err != nil && !isPassphrase(err):
		return nil, keystore.ErrNoKeyring
	case err != nil:
		return nil, err
	}
	return c.begin(key, source)
}

func (c *computer) begin(key crypto.Signer, source keystore.KeySource) (*journey.Journey, error) {
	vault, err := keystore.OpenVault(c.vaultFolder(), source)
	if err != nil {
		return nil, err
	}
	c.t.Cleanup(func() { _ = vault.Close() })
	return journey.New(journey.Config{
		Patient: c.patient, Tokens: c.tokens,
		Client: &api.Client{Base: &url.URL{Scheme: "http", Host: "service.invalid"}, HTTP: &http.Client{Transport: c.service}, Attempts: 1},
		Key:    key, Vault: vault, Data: filepath.Join(c.dir, "data"), Language: api.Kazakh,
		Probe: func(context.Context) journey.Companion { return journey.Companion{Kind: journey.CompanionNobody} },
	})
}

// service is the backend's contract as far as the phone: it answers in the calling process, and may be held or made to fail.
type service struct {
	mux *http.ServeMux

	mu    sync.Mutex
	e     api.Enrolment
	fails map[string]*api.Problem  // by operation
	holds map[string]chan struct{} // by operation: answered once it is closed
	calls []api.CallRequest
	line  http.RoundTripper // what answers in its place; nil: nothing
}

const (
	sampleIIN  = "900417409104"
	sampleCode = "123456"
)

func newService() *service {
	s := &service{mux: http.NewServeMux(), fails: map[string]*api.Problem{}, holds: map[string]chan struct{}{}}
	answer(s, api.StartEnrolment, func(in api.StartRequest) (api.Started, *api.Problem) {
		s.e = api.Enrolment{
			ID: rand.Text(), Step: api.StepCode, Nonce: rand.Text(), Language: in.Language,
			Code: &api.CodeSent{Digits: 6, TriesLeft: 3, ExpiresAt: time.Now().Add(time.Hour)},
		}
		return api.Started{Enrolment: s.e, Token: api.Secret(rand.Text())}, nil
	})
	step(s, api.ReadEnrolment, func(api.None) *api.Problem { return nil })
	step(s, api.CheckCode, func(in api.CodeRequest) *api.Problem {
		if string(in.Code) != sampleCode {
			return api.Fail(api.CodeWrong, "wrong").WithTries(2)
		}
		s.e.Step = api.StepSignIn
		return nil
	})
	step(s, api.AskCall, func(in api.CallRequest) *api.Problem {
		s.calls = append(s.calls, in)
		s.e.Call = &api.CallBack{State: api.CallWaiting, Reason: in.Reason}
		return nil
	})
	step(s, api.SignIn, func(api.SignInRequest) *api.Problem {
		s.e.Step = api.StepSignInCode
		return nil
	})
	return s
}

func step[In any](s *service, op api.Operation[In, api.Enrolment], do func(In) *api.Problem) {
	answer(s, op, func(in In) (api.Enrolment, *api.Problem) {
		p := do(in)
		s.e.Nonce = rand.Text()
		return s.e, p
	})
}

func answer[In, Out any](s *service, op api.Operation[In, Out], do func(In) (Out, *api.Problem)) {
	s.mux.HandleFunc(op.Method+" "+op.Path, func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		hold := s.holds[op.ID]
		s.mu.Unlock()
		if hold != nil {
			select {
			case <-hold:
			case <-r.Context().Done():
				return
			}
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		var in In
		_ = json.NewDecoder(r.Body).Decode(&in) // the contract's own tests see to bodies
		problem := s.fails[op.ID]
		var out Out
		if problem == nil {
			out, problem = do(in)
		}
		w.Header().Set(api.HeaderContract, api.Contract)
		if problem != nil {
			w.Header().Set("Content-Type", api.ProblemType)
			w.WriteHeader(problem.GetStatus())
			_ = json.NewEncoder(w).Encode(problem)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(out)
	})
}

// RoundTrip implements http.RoundTripper.
func (s *service) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	line := s.line
	s.mu.Unlock()
	if line != nil {
		return line.RoundTrip(r)
	}
	w := httptest.NewRecorder()
	s.mux.ServeHTTP(w, r)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return w.Result(), nil
}

// hold keeps an operation's answer back until release.
func (s *service) hold(operation string) (release func()) {
	gate := make(chan struct{})
	s.mu.Lock()
	defer s.mu.Unlock()
	s.holds[operation] = gate
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.holds, operation)
		close(gate)
	}
}

func (s *service) fail(operation string, p *api.Problem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fails[operation] = p
}

func (s *service) asked() []api.CallRequest {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]api.CallRequest(nil), s.calls...)
}

// atIIN takes a window to the screen of the IIN.
func atIIN(t *testing.T) (*desk, *computer) {
	t.Helper()
	return atIINOf(t, newComputer(t))
}

func atIINOf(t *testing.T, c *computer) (*desk, *computer) {
	t.Helper()
	d := show(t, Config{Open: c.open})
	d.untilScreen("welcome")
	d.press("welcome.main")
	d.untilScreen("camera")
	d.do("camera checked", d.journey.CameraChecked) // the camera has a test of its own
	d.untilScreen("iin")
	return d, c
}

// atCode takes a window to the first code, atCompanion beyond it.
func atCode(t *testing.T) (*desk, *computer) {
	t.Helper()
	d, c := atIIN(t)
	d.write("iin.number", sampleIIN)
	d.press("iin.main")
	d.untilScreen("code")
	return d, c
}

func atCompanion(t *testing.T) (*desk, *computer) {
	t.Helper()
	d, c := atCode(t)
	d.write("code.code", sampleCode)
	d.press("code.main")
	d.untilScreen("companion")
	return d, c
}

// saysIn looks for a text in a dialog of the toolkit's.
func saysIn(o fyne.CanvasObject, text string) bool {
	switch v := o.(type) {
	case *widget.Label:
		return strings.Contains(v.Text, text)
	case *fyne.Container:
		return slices.ContainsFunc(v.Objects, func(c fyne.CanvasObject) bool { return saysIn(c, text) })
	case fyne.Widget:
		return slices.ContainsFunc(test.WidgetRenderer(v).Objects(), func(c fyne.CanvasObject) bool { return saysIn(c, text) })
	}
	return false
}
