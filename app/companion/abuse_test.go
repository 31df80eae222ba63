package companion

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"qoltanba/app/companion/peer"
)

const sign11 = `{"module":"kz.gov.pki.knca.commonUtils","method":"createCAdESFromBase64","args":["PKCS12","SIGNATURE","MTEK",true]}`

// knock tries to open a connection and returns the status of the refusal, 101
// where it was let in.
func (s *site) knock(host, origin string) int {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, "https://"+s.Address()+"/", nil)
	must(s.t, err)
	r.Host = host
	for k, v := range map[string]string{"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==", "Origin": origin} {
		if v != "" {
			r.Header.Set(k, v)
		}
	}
	response, err := s.client().Do(r)
	must(s.t, err)
	must(s.t, response.Body.Close())
	return response.StatusCode
}

func TestRebindingHostIsRefused(t *testing.T) {
	t.Parallel()
	s := start(t, &script{})
	_, port, _ := net.SplitHostPort(s.Address())
	for host, want := range map[string]int{
		"127.0.0.1:" + port: 101, "localhost:" + port: 101, "[::1]:" + port: 101,
		"evil.example:" + port: 403, "127.0.0.1": 403, "127.0.0.1:1": 403, "localhost.evil.example:" + port: 403, "127.0.0.1.nip.io:" + port: 403,
	} {
		if got := s.knock(host, portal); got != want {
			t.Errorf("%s: %d", host, got)
		}
	}
}

func TestOriginOfABrowserMustBeOne(t *testing.T) {
	t.Parallel()
	s := start(t, &script{})
	for origin, want := range map[string]int{
		portal: 101, "http://localhost:8080": 101, "chrome-extension://abc": 101, "": 403, "null": 403, "file://": 403, "portal.kz": 403,
		"https://portal.kz/path": 403, "https://user@portal.kz": 403, "javascript:alert(1)": 403, "https://" + strings.Repeat("a", 400): 403,
	} {
		if got := s.knock(s.Address(), origin); got != want {
			t.Errorf("%q: %d", origin, got)
		}
	}
}

// A foreign page gets nothing: no list, no dialog of keys; after a no it is not
// asked about again for a while, and a blocked one never.
func TestForeignOriginGetsNothing(t *testing.T) {
	t.Parallel()
	var answer atomic.Uint32
	s := &script{allow: func(context.Context, Caller) (Permission, error) { return Permission(answer.Load()), nil }, decide: pick("gost.p12")}
	site := start(t, s)
	for range 5 {
		page := site.dial("https://evil.example")
		for range 3 {
			if r := page.common("getActiveTokens"); r.Message != "action.canceled" {
				t.Errorf("%+v", r)
			}
			if got := page.ask(sign11); got != `{"code":"500","message":"action.canceled"}` {
				t.Error(got)
			}
		}
	}
	if n := len(s.callers()); n != maxNos {
		t.Errorf("asked %d times", n)
	}
	answer.Store(uint32(Block))
	for range 2 {
		site.dial("https://worse.example").common("getActiveTokens")
	}
	answer.Store(uint32(AllowOnce))
	once := site.dial("https://once.example")
	once.common("getActiveTokens")
	if r := once.common("getActiveTokens"); r.Code != "200" {
		t.Errorf("%+v", r)
	}
	site.dial("https://once.example").common("getActiveTokens")
	if n := len(s.callers()); n != maxNos+3 || len(s.proposals()) != 0 {
		t.Errorf("asked %d times, %d proposals", n, len(s.proposals()))
	}
	list := site.Origins.List()
	if len(list) != 1 || list[0].ID != "https://worse.example" || list[0].Allowed {
		t.Errorf("%+v", list)
	}
}

func TestConsentsAreKeptListedAndRevoked(t *testing.T) {
	t.Parallel()
	s := &script{}
	site := start(t, s)
	page := site.dial(portal)
	page.common("getActiveTokens")
	path := filepath.Join(site.dir, "origins.json")
	again, err := OpenOrigins(path)
	must(t, err)
	if list := again.List(); len(list) != 1 || list[0].ID != portal || !list[0].Allowed || list[0].LastUsed.IsZero() {
		t.Errorf("%+v", list)
	}
	site.dial("HTTPS://PORTAL.example.kz").common("getActiveTokens")
	if n := len(s.callers()); n != 1 {
		t.Errorf("asked %d times for the same origin", n)
	}
	must(t, site.Origins.Revoke(portal))
	must(t, site.Origins.Revoke("https://never.example"))
	page.common("getActiveTokens")
	if n := len(s.callers()); n != 2 {
		t.Errorf("asked %d times after revoking", n)
	}
	must(t, os.WriteFile(path, []byte("{"), 0o600))
	if _, err := OpenOrigins(path); !errors.Is(err, ErrOriginsDamaged) {
		t.Errorf("damaged: %v", err)
	}
}

// A program that is no browser is called by its path, whatever it claims, and
// has a consent of its own.
func TestProgramIsCalledByItsPath(t *testing.T) {
	t.Parallel()
	s := &script{}
	site := start(t, s, func(c *Config) { c.Peer = peer.Of })
	must(t, site.Origins.remember(portal, true, time.Now()))
	page := site.dial(portal)
	if r := page.common("getActiveTokens"); r.Code != "200" {
		t.Errorf("%+v", r)
	}
	self, err := os.Executable()
	must(t, err)
	callers := s.callers()
	if !asksSystem {
		t.Skip("this system does not tell")
	}
	if len(callers) != 1 || callers[0].Browser || callers[0].Program != self || callers[0].ID != "program:"+self || callers[0].Origin != portal {
		t.Errorf("%+v", callers)
	}
}

func TestOtherUserIsRefused(t *testing.T) {
	t.Parallel()
	s := start(t, &script{}, func(c *Config) {
		c.Peer = func(netip.AddrPort, netip.AddrPort) (peer.Process, error) {
			return peer.Process{User: os.Getuid() + 1, Program: "/usr/lib/firefox/firefox"}, nil
		}
	})
	if got := s.knock(s.Address(), portal); got != http.StatusForbidden && asksSystem {
		t.Errorf("%d", got)
	}
}

func TestHugeAndDeepFramesAreRefused(t *testing.T) {
	t.Parallel()
	s := start(t, &script{decide: pick("gost.p12")})
	page := s.dial(portal)
	deep := strings.Repeat("[", 10_000)
	if got := page.ask(deep + strings.ReplaceAll(deep, "[", "]")); !strings.Contains(got, "INVALID_REQUEST") {
		t.Error(got)
	}
	// One that fits is signed all the same.
	if r := page.common("createCAdESFromBase64", "PKCS12", "SIGNATURE", base64.StdEncoding.EncodeToString(make([]byte, 1<<20)), false); r.Code != "200" {
		t.Errorf("a megabyte: %s", r.Message)
	}
	ctx := t.Context()
	writer, err := page.conn.Writer(ctx, websocket.MessageText)
	must(t, err)
	blank := []byte(strings.Repeat(" ", 1<<20))
	for range 50 {
		if _, err = writer.Write(blank); err != nil {
			break
		}
	}
	if _, _, err := page.conn.Read(ctx); websocket.CloseStatus(err) != websocket.StatusMessageTooBig && websocket.CloseStatus(err) != -1 || err == nil {
		t.Errorf("50 MB: %v", err)
	}
	if got := s.dial(portal).ask(heartbeat); got != heartbeat {
		t.Error("the service does not go on")
	}
}

func TestBinaryFramesAndFloodsAreRefused(t *testing.T) {
	t.Parallel()
	stands := make(chan struct{})
	s := start(t, &script{decide: func(ctx context.Context, _ Proposal) (Choice, error) {
		close(stands)
		<-ctx.Done()
		return Choice{}, ctx.Err()
	}})
	page := s.dial(portal)
	must(t, page.conn.Write(t.Context(), websocket.MessageBinary, []byte("x")))
	if _, _, err := page.conn.Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusUnsupportedData {
		t.Errorf("binary: %v", err)
	}
	page = s.dial(portal)
	page.write(sign11)
	<-stands
	for range maxWaiting + 2 {
		if page.conn.Write(t.Context(), websocket.MessageText, []byte(sign11)) != nil {
			break
		}
	}
	if _, _, err := page.conn.Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusPolicyViolation {
		t.Errorf("flood: %v", err)
	}
}

// While a dialog stands, heartbeats are echoed, another page waits for its turn,
// and a page that goes away takes its dialog along.
func TestOneDialogAtATime(t *testing.T) {
	t.Parallel()
	stands, closed := make(chan string, 2), make(chan string, 2)
	s := &script{}
	s.decide = func(ctx context.Context, p Proposal) (Choice, error) {
		stands <- p.Caller.ID
		if p.Caller.ID == "https://first.example" {
			<-ctx.Done()
			closed <- p.Caller.ID
			return Choice{}, ctx.Err()
		}
		return pick("gost.p12")(ctx, p)
	}
	site := start(t, s)
	first, second := site.dial("https://first.example"), site.dial("https://second.example")
	first.write(sign11)
	if who := <-stands; who != "https://first.example" {
		t.Fatal(who)
	}
	second.write(sign11)
	for range 3 {
		if got := first.ask(heartbeat); got != heartbeat {
			t.Fatal(got)
		}
		if got := second.ask(heartbeat); got != heartbeat {
			t.Fatal(got)
		}
	}
	must(t, first.conn.CloseNow())
	if who := <-closed; who != "https://first.example" {
		t.Fatal(who)
	}
	if r := decoded[result](t, second.read()); r.Code != "200" {
		t.Errorf("%+v", r)
	}
	if s.most != 1 {
		t.Errorf("%d dialogs at once", s.most)
	}
}

func TestHundredSocketsAreAnsweredInOrder(t *testing.T) {
	t.Parallel()
	s := &script{decide: pick("gost.p12")}
	site := start(t, s)
	var all sync.WaitGroup
	pages := make([]*tab, 100)
	for i := range pages {
		pages[i] = site.dial(fmt.Sprintf("https://portal%d.example", i))
	}
	for i, page := range pages {
		all.Go(func() {
			for n := range 10 {
				page.write(fmt.Sprintf(`{"module":"kz.gov.pki.knca.commonUtils","method":"changeLocale","args":["ru"],"uuid":"%d-%d"}`, i, n))
			}
			for n := range 10 {
				if want, got := fmt.Sprintf(`{"code":"200","uuid":"%d-%d"}`, i, n), page.read(); got != want {
					t.Errorf("%s in place of %s", got, want)
				}
			}
		})
	}
	all.Wait()
	if r := decoded[result](t, pages[99].ask(sign11)); r.Code != "200" {
		t.Errorf("%+v", r)
	}
}

func TestConnectionsAreBounded(t *testing.T) {
	t.Parallel()
	s := start(t, &script{})
	s.mu.Lock()
	s.sessions += maxConnections
	s.mu.Unlock()
	if got := s.knock(s.Address(), portal); got != http.StatusServiceUnavailable {
		t.Errorf("%d", got)
	}
	s.mu.Lock()
	s.sessions -= maxConnections
	s.mu.Unlock()
}

func TestTakenPortIsNamed(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"127.0.0.1:0", "[::1]:0"} {
		other, err := new(net.ListenConfig).Listen(t.Context(), "tcp", address)
		if err != nil {
			t.Logf("%s: %v", address, err)
			continue
		}
		port := netip.MustParseAddrPort(other.Addr().String()).Port()
		_, err = Listen(t.Context(), Config{Port: port, Now: time.Now})
		var taken *PortTakenError
		self, _ := os.Executable()
		if !errors.As(err, &taken) || taken.Port != port || asksSystem && taken.Program != self || !strings.Contains(err.Error(), fmt.Sprint(port)) {
			t.Errorf("%s: %v", address, err)
		}
		must(t, other.Close())
	}
	for _, e := range []*PortTakenError{{13579, "/opt/NCALayer/run", 1}, {13579, "", 1}, {13579, "", -1}} {
		if !strings.Contains(e.Error(), "13579") {
			t.Error(e)
		}
	}
}

func TestStatusPage(t *testing.T) {
	t.Parallel()
	s := start(t, &script{})
	for path, want := range map[string]int{"/": 200, "/basics/index.html": 404} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+s.Address()+path, nil)
		must(t, err)
		response, err := s.client().Do(r)
		must(t, err)
		body, err := io.ReadAll(response.Body)
		must(t, err)
		must(t, response.Body.Close())
		if response.StatusCode != want || want == 200 && !strings.Contains(string(body), "Қолтаңба қызметі") {
			t.Errorf("%s: %d", path, response.StatusCode)
		}
	}
	// Without TLS nothing is said.
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", s.Address())
	must(t, err)
	must(t, conn.Close())
	untrusted := tls.Client(mustDial(t, s.Address()), &tls.Config{ServerName: "localhost", MinVersion: tls.VersionTLS12})
	if err := untrusted.HandshakeContext(t.Context()); err == nil {
		t.Error("believed without its authority")
	}
	must(t, untrusted.NetConn().Close())
}

func mustDial(t *testing.T, address string) net.Conn {
	t.Helper()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
	must(t, err)
	return conn
}

func TestSecretsHideThemselves(t *testing.T) {
	t.Parallel()
	for _, v := range []any{
		Password("Secret1"),
		Choice{Password: "Secret1", ID: "Secret1"},
		Proposal{Logo: []byte("Secret1")},
		Document{Content: []byte("Secret1"), Path: "Secret1"},
		Key{Path: "Secret1"},
		Offer{Key: Key{Path: "Secret1"}},
		Opened{},
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
			if got := fmt.Sprintf(verb, v); strings.Contains(got, "Secret1") || strings.Contains(got, "536563") {
				t.Errorf("%T shows itself: %s", v, got)
			}
		}
	}
}
