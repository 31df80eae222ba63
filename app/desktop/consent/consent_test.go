package consent

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"log/slog"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"github.com/coder/websocket"

	"qoltanba/app/companion"
	"qoltanba/app/companion/peer"
	"qoltanba/app/companion/trust"
	"qoltanba/app/desktop/look"
	"qoltanba/app/desktop/part"
	"qoltanba/app/desktop/wording"
	"qoltanba/keystore"
	"qoltanba/keystore/cms"
	"qoltanba/keystore/keypair"
	"qoltanba/keystore/profile"
)

const (
	portal   = "https://portal.example.kz"
	password = "Steppe2026"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// desk is a running service with its window.
type desk struct {
	t        *testing.T
	mu       sync.Mutex // the interface's goroutine
	window   *Window
	native   fyne.Window
	server   *companion.Server
	config   companion.Config
	client   *http.Client
	activity *companion.Activity
	cert     *x509.Certificate
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	test.NewTempApp(t)
	test.ApplyTheme(t, look.New(look.Light))
	d := &desk{t: t, native: test.NewTempWindow(t, nil)}
	d.window = New(t.Context(), d.native, Options{Language: wording.English, UI: func(f func()) {
		d.mu.Lock()
		defer d.mu.Unlock()
		f()
	}})
	t.Cleanup(d.window.Close)
	dir := t.TempDir()
	d.keyFile(dir)
	authority, err := trust.Open(t.Context(), nil, filepath.Join(dir, "trust"), "test", time.Now)
	must(t, err)
	origins, err := companion.OpenOrigins(filepath.Join(dir, "origins.json"))
	must(t, err)
	d.activity = companion.OpenActivity(filepath.Join(dir, "activity.jsonl"), time.Now)
	d.config = companion.Config{
		Certificate: authority.Certificate, Consenter: d.window, Origins: origins, Now: time.Now, Log: slog.New(slog.DiscardHandler), Activity: d.activity,
		Peer: func(netip.AddrPort, netip.AddrPort) (peer.Process, error) {
			return peer.Process{PID: 1, User: os.Getuid(), Program: "/usr/lib/firefox/firefox"}, nil
		},
		Stores: map[string]companion.Store{pkcs12: companion.OpenKeyFiles(filepath.Join(dir, "memory.json"), time.Now, dir)},
	}
	ctx, cancel := context.WithCancel(t.Context())
	d.server, err = companion.Listen(ctx, d.config)
	must(t, err)
	done := make(chan error, 1)
	go func() { done <- d.server.Serve(ctx) }()
	t.Cleanup(func() {
		cancel()
		must(t, <-done)
	})
	roots := x509.NewCertPool()
	roots.AddCert(authority.Authority.Certificate)
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig.RootCAs = roots
	d.client = &http.Client{Transport: transport}
	t.Cleanup(transport.CloseIdleConnections)
	return d
}

// keyFile writes a key of Ерлан.
func (d *desk) keyFile(dir string) {
	key, err := keypair.GOST512.GenerateKey()
	must(d.t, err)
	ski, err := profile.SKI(key.Public())
	must(d.t, err)
	kind := profile.GOST512
	template := &x509.Certificate{
		SerialNumber: profile.Serial(ski), SubjectKeyId: ski[:], NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: kind.KeyUsage(),
	}
	template.ExtKeyUsage, template.UnknownExtKeyUsage = kind.ExtKeyUsages()
	template.RawSubject, err = profile.Subject{Surname: "Серіков", Name: "Ерлан", IIN: "900101300811"}.Raw()
	must(d.t, err)
	der, err := keypair.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	must(d.t, err)
	d.cert, err = x509.ParseCertificate(der)
	must(d.t, err)
	_, err = keystore.WriteKeyFile(dir, key, d.cert, password, keystore.Encoding3DES)
	must(d.t, err)
}

// page is a connection of the portal's page; its answers come one by one.
type page struct {
	conn    *websocket.Conn
	answers chan string
}

func (d *desk) dial() *page {
	d.t.Helper()
	conn, response, err := websocket.Dial(d.t.Context(), "wss://"+d.server.Address()+"/", &websocket.DialOptions{HTTPClient: d.client, HTTPHeader: http.Header{"Origin": {portal}}})
	if response != nil && response.Body != nil {
		_ = response.Body.Close()
	}
	must(d.t, err)
	d.t.Cleanup(func() { _ = conn.CloseNow() })
	conn.SetReadLimit(-1)
	p := &page{conn, make(chan string, 8)}
	go func() {
		defer close(p.answers)
		for {
			_, text, err := conn.Read(d.t.Context())
			if err != nil {
				return
			}
			p.answers <- string(text)
		}
	}()
	<-p.answers // the greeting
	return p
}

func (d *desk) sign(p *page, documents ...string) {
	d.t.Helper()
	list := make([]string, len(documents))
	for i, doc := range documents {
		list[i] = base64.StdEncoding.EncodeToString([]byte(doc))
	}
	request, err := json.Marshal(map[string]any{"module": "kz.gov.pki.knca.basics", "method": "sign", "args": map[string]any{
		"format": "cms", "data": list, "signingParams": map[string]bool{"decode": true, "encapsulate": true}, "signerParams": map[string]any{"chain": []string{}}, "locale": "ru",
	}})
	must(d.t, err)
	must(d.t, p.conn.Write(d.t.Context(), websocket.MessageText, request))
}

// until waits for a screen that fulfils a condition, and looks at it on the interface's goroutine.
func (d *desk) until(name string, holds func() bool) {
	d.t.Helper()
	deadline := time.After(time.Minute)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		d.mu.Lock()
		ok := d.window.refuse != nil && d.window.frame.View() != nil && d.window.frame.View().Name == name && (holds == nil || holds())
		d.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			d.t.Fatalf("%s never came", name)
		}
	}
}

// closed waits until nothing is asked.
func (d *desk) closed() {
	d.t.Helper()
	for deadline := time.Now().Add(time.Minute); ; <-time.After(5 * time.Millisecond) {
		d.mu.Lock()
		stands := d.window.refuse != nil
		d.mu.Unlock()
		switch {
		case !stands:
			return
		case time.Now().After(deadline):
			d.t.Fatal("the dialog stands")
		}
	}
}

func (d *desk) press(id string) {
	d.t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	b, ok := d.window.frame.Find(id).(*part.Button)
	if !ok || b.Disabled() {
		d.t.Fatalf("%s cannot be pressed (%v)", id, ok)
	}
	b.Tapped(nil)
}

// key sends a key as the window gets it where the keyboard is.
func (d *desk) key(name fyne.KeyName) {
	d.mu.Lock()
	defer d.mu.Unlock()
	e := &fyne.KeyEvent{Name: name}
	if focused := d.native.Canvas().Focused(); focused != nil {
		focused.TypedKey(e)
		return
	}
	d.native.Canvas().OnTypedKey()(e)
}

func (d *desk) deaf(id string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	b, ok := d.window.frame.Find(id).(*part.Button)
	return ok && b.Disabled()
}

func (d *desk) enter(id, text string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.window.frame.Find(id).(*part.Entry).SetValue(text)
}

func (d *desk) allow() {
	d.t.Helper()
	d.until("askallow", nil)
	d.press("askallow.main")
}

func TestAPortalsDocumentIsSignedAfterALook(t *testing.T) {
	d := newDesk(t)
	p := d.dial()
	d.sign(p, "<a>б</a>")
	d.allow()
	d.until("asklook", nil)
	d.press("asklook.main")
	d.until("askkey", nil)
	if !d.deaf("askkey.main") {
		t.Error("it signs without a password")
	}
	d.enter("askkey.password", "Wrong2026")
	d.press("askkey.main")
	d.until("askkey", func() bool { return d.window.key.proposal.Problem != nil && !d.window.key.busy })
	d.enter("askkey.password", password)
	d.press("askkey.main")
	signature := result(t, <-p.answers, 1)[0]
	sd, err := cms.Parse(signature)
	must(t, err)
	findings, err := sd.Verify(cms.Verification{})
	if err != nil || string(sd.Content) != "<a>б</a>" || !findings[0].Whole || !findings[0].Good || !findings[0].Certificate.Equal(d.cert) {
		t.Errorf("%v: %+v", err, findings)
	}
	events, err := d.activity.List(9)
	must(t, err)
	if len(events) != 2 || events[0].Deed != companion.DeedSigned || events[1].Deed != companion.DeedAllowed || events[0].Caller != portal {
		t.Errorf("the log has %+v", events)
	}
}

// result reads the signatures out of an answer of basics.
func result(t *testing.T, answer string, n int) (all [][]byte) {
	t.Helper()
	var r struct {
		Status bool
		Body   struct{ Result []string }
	}
	if err := json.Unmarshal([]byte(answer), &r); err != nil || !r.Status || len(r.Body.Result) != n {
		t.Fatalf("%s", answer)
	}
	for _, text := range r.Body.Result {
		block, _ := pem.Decode([]byte(text))
		all = append(all, block.Bytes)
	}
	return all
}

func TestEscapeRefusesAndEnterAloneDecidesNothing(t *testing.T) {
	d := newDesk(t)
	p := d.dial()
	d.sign(p, "a")
	d.until("askallow", nil)
	d.key(fyne.KeyReturn) // it is the no that has the keyboard
	if got := <-p.answers; got != `{"status":true,"body":{}}` {
		t.Errorf("Enter: %s", got)
	}
	p = d.dial()
	d.sign(p, "a")
	d.allow()
	d.until("asklook", nil)
	d.key(fyne.KeyEscape)
	if got := <-p.answers; got != `{"status":true,"body":{}}` {
		t.Errorf("Escape: %s", got)
	}
}

func TestEveryDocumentIsShownToItsEnd(t *testing.T) {
	d := newDesk(t)
	p := d.dial()
	d.sign(p, strings.Repeat("line of a long text\n", 60), "b")
	d.allow()
	d.until("asklook", nil)
	if !d.deaf("asklook.main") {
		t.Error("it goes on before the end was seen")
	}
	d.key(fyne.KeyPageDown)
	if !d.deaf("asklook.main") {
		t.Error("a page is not the end")
	}
	d.key(fyne.KeyEnd)
	if !d.deaf("asklook.main") {
		t.Error("it goes on before the second was seen")
	}
	d.press("asklook.further")
	d.until("asklook", func() bool { return d.window.look.at == 1 && len(d.window.look.seen) == 2 })
	d.press("asklook.main")
	d.until("askkey", nil)
	d.enter("askkey.password", password)
	d.press("askkey.main")
	result(t, <-p.answers, 2)
}

func TestAnUnlockedKeySavesThePasswordAndNotTheLook(t *testing.T) {
	d := newDesk(t)
	p := d.dial()
	d.sign(p, "first")
	d.allow()
	d.until("asklook", nil)
	d.press("asklook.main")
	d.until("askkey", nil)
	d.enter("askkey.password", password)
	d.mu.Lock()
	d.window.frame.Find("askkey.keep").(*part.Choice).Tapped(nil)
	d.mu.Unlock()
	d.press("askkey.main")
	result(t, <-p.answers, 1)
	d.sign(p, "second")
	d.until("asklook", nil)
	d.press("asklook.main")
	d.until("askkey", nil)
	d.key(fyne.KeyReturn)
	select {
	case got := <-p.answers:
		t.Fatalf("Enter alone signs: %s", got)
	default:
	}
	d.press("askkey.main")
	result(t, <-p.answers, 1)
	d.server.Lock()
	d.sign(p, "third")
	d.until("asklook", nil)
	d.press("asklook.main")
	d.until("askkey", nil)
	if !d.deaf("askkey.main") {
		t.Error("a locked key signs without a password")
	}
}

func TestAPageThatGoesAwayClosesItsDialog(t *testing.T) {
	d := newDesk(t)
	p := d.dial()
	d.sign(p, "a")
	d.until("askallow", nil)
	must(t, p.conn.CloseNow())
	d.closed()
	p = d.dial()
	d.sign(p, "b")
	d.allow() // the next one's: one dialog stands at a time
	d.until("asklook", nil)
}
