package notify

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode/utf16"

	"go.uber.org/goleak"

	"qoltanba/app/api"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const phone = api.Phone("+77000000001")

// gateway is a running Kannel: bearerbox, smsbox, and a connection that stands
// for the operator's message centre (Kannel's own "fake" driver, which writes
// each message as a line "sender receiver kind text").
type gateway struct {
	sendsms string
	centre  net.Conn
	lines   *bufio.Reader
}

const kannelConf = `group = core
admin-port = %d
admin-password = admin
smsbox-port = %d
box-allow-ip = 127.0.0.1

group = smsc
smsc = fake
smsc-id = centre
port = %d
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = %d

group = sendsms-user
username = qoltanba
password = p&ss=word
max-messages = 2
concatenation = true
`

// startKannel runs Debian's Kannel on free ports until the test ends.
func startKannel(t *testing.T) *gateway {
	t.Helper()
	for _, program := range []string{"bearerbox", "smsbox"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed: run make setup", program)
		}
	}
	ports := freePorts(t, 4)
	conf := filepath.Join(t.TempDir(), "kannel.conf")
	text := fmt.Sprintf(kannelConf, ports[0], ports[1], ports[2], ports[3])
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, "bearerbox", conf)
	await(t, ports[1]).Close()
	centre := await(t, ports[2])
	t.Cleanup(func() { _ = centre.Close() })
	run(t, "smsbox", conf)
	await(t, ports[3]).Close()
	return &gateway{
		sendsms: fmt.Sprintf("http://127.0.0.1:%d/cgi-bin/sendsms", ports[3]),
		centre:  centre, lines: bufio.NewReader(centre),
	}
}

func run(t *testing.T, program, conf string) {
	t.Helper()
	var log bytes.Buffer
	// The test's context ends right before its cleanups.
	cmd := exec.CommandContext(t.Context(), program, conf)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	cmd.Dir = filepath.Dir(conf)
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("%s said:\n%s", program, log.String())
		}
	})
}

func freePorts(t *testing.T, n int) []int {
	t.Helper()
	ports := make([]int, n)
	for i := range ports {
		l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = l.Close() }()
		ports[i] = l.Addr().(*net.TCPAddr).Port
	}
	return ports
}

// await connects as soon as something listens on the port.
func await(t *testing.T, port int) net.Conn {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	var d net.Dialer
	for {
		c, err := d.DialContext(ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			return c
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("nothing listens on port %d: %v", port, err)
		}
	}
}

// next returns the next message the centre received: sender, receiver, text.
func (g *gateway) next(t *testing.T) (from, to, text string) {
	t.Helper()
	if err := g.centre.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	line, err := g.lines.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(line)
	if len(fields) < 4 {
		t.Fatalf("the centre got %q", line)
	}
	raw, err := url.QueryUnescape(fields[len(fields)-1])
	if err != nil || len(raw)%2 != 0 {
		t.Fatalf("the centre got %q", line)
	}
	units := make([]uint16, len(raw)/2)
	for i := range units {
		units[i] = uint16(raw[2*i])<<8 | uint16(raw[2*i+1])
	}
	return fields[0], fields[1], string(utf16.Decode(units))
}

func newKannel(t *testing.T, c KannelConfig) *Kannel {
	t.Helper()
	k, err := NewKannel(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(k.Close)
	return k
}

func TestThroughRealKannel(t *testing.T) {
	t.Parallel()
	g := startKannel(t)
	config := KannelConfig{URL: g.sendsms, Username: "qoltanba", Password: "p&ss=word", From: "1414"}
	k := newKannel(t, config)

	// One part, with every letter that Kazakh has beside Russian.
	m := Message{text: "Әә Ғғ Ққ Ңң Өө Ұұ Үү Һһ Іі – 407162 & + % «жоқ»"}
	if err := k.Send(t.Context(), phone, m); err != nil {
		t.Fatal(err)
	}
	if from, to, text := g.next(t); from != "1414" || to != string(phone) || text != m.text {
		t.Errorf("the centre got %q from %q", text, from)
	}

	// The longest of our texts comes in two parts and is whole.
	long, err := CodeMessage(api.Russian, api.CodeForCall, newCode(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := k.Send(t.Context(), phone, long); err != nil {
		t.Fatal(err)
	}
	_, _, first := g.next(t)
	_, _, second := g.next(t)
	if first+second != long.text {
		t.Errorf("the centre got %q and %q", first, second)
	}

	config.Password = "wrong"
	err = newKannel(t, config).Send(t.Context(), phone, m)
	if !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), "username or password") {
		t.Errorf("wrong password: %v", err)
	}
}

// TestKannelErrorsAreClean: whatever goes wrong, nothing of the URL shows.
func TestKannelErrorsAreClean(t *testing.T) {
	t.Parallel()
	closed := httptest.NewServer(nil)
	closed.Close()
	answer := func(h http.HandlerFunc) string {
		s := httptest.NewServer(h)
		t.Cleanup(s.Close)
		return s.URL
	}
	for name, c := range map[string]struct {
		url  string
		want error
	}{
		"nobody there": {closed.URL, ErrUnavailable},
		"silence":      {answer(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }), ErrUnavailable},
		"broken answer": {answer(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "50")
			_, _ = w.Write([]byte("0:"))
		}), ErrUnavailable},
		"echo": {answer(func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = w.Write([]byte(r.URL.String()))
		}), ErrRefused},
		"redirect": {answer(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.String(), http.StatusFound) }), ErrRefused},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newKannel(t, KannelConfig{URL: c.url, Username: "user1", Password: "word1", From: "1414", Timeout: 300 * time.Millisecond})
			err := k.Send(t.Context(), phone, Message{text: "407162"})
			if !errors.Is(err, c.want) {
				t.Fatalf("Send = %v, want %v", err, c.want)
			}
			for _, secret := range []string{"user1", "word1", "7000000001", "407162"} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("the error shows %q: %v", secret, err)
				}
			}
		})
	}
}

func TestNewKannelRefuses(t *testing.T) {
	t.Parallel()
	good := KannelConfig{URL: "http://127.0.0.1:13013/cgi-bin/sendsms", Username: "u", Password: "p", From: "1414"}
	for name, spoil := range map[string]func(*KannelConfig){
		"no address":  func(c *KannelConfig) { c.URL = "" },
		"ftp":         func(c *KannelConfig) { c.URL = "ftp://host/" },
		"query":       func(c *KannelConfig) { c.URL += "?password=word1" },
		"no username": func(c *KannelConfig) { c.Username = "" },
		"no password": func(c *KannelConfig) { c.Password = "" },
		"no sender":   func(c *KannelConfig) { c.From = "" },
		"long wait":   func(c *KannelConfig) { c.Timeout = time.Hour },
	} {
		c := good
		spoil(&c)
		if _, err := NewKannel(c); err == nil || strings.Contains(err.Error(), "word1") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzParseReply(f *testing.F) {
	f.Add(202, "0: Accepted for delivery")
	f.Add(202, "3: Queued for later delivery")
	f.Add(202, "Sent.")
	f.Add(403, "Authorization failed for sendsms")
	f.Add(503, "Temporal failure, try again later.")
	f.Fuzz(func(t *testing.T, status int, reply string) {
		err := parseReply(status, reply)
		if err == nil && status != http.StatusAccepted {
			t.Fatalf("status %d was taken for a success", status)
		}
		if err != nil && !errors.Is(err, ErrRefused) && !errors.Is(err, ErrUnavailable) {
			t.Fatal(err)
		}
	})
}
