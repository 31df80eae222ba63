package api

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"qoltanba/app/api/dpop"
)

// authority issues certificates to test servers.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T, name string) *authority {
	t.Helper()
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{Organization: []string{name}}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().AddDate(-20, 0, 0), NotAfter: time.Now().AddDate(20, 0, 0), KeyUsage: x509.KeyUsageCertSign,
	}
	der := must(x509.CreateCertificate(rand.Reader, template, template, key.Public(), key))
	return &authority{must(x509.ParseCertificate(der)), key}
}

// pair is a certificate for the names, valid from and until so many days from
// now.
func (a *authority) pair(t *testing.T, from, until int, names ...string) tls.Certificate {
	t.Helper()
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: names[0]}, DNSNames: names,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotBefore: time.Now().AddDate(0, 0, from), NotAfter: time.Now().AddDate(0, 0, until),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if names[0] != "service.test" {
		template.IPAddresses = nil
	}
	der := must(x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key))
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func quiet(s *httptest.Server) *httptest.Server {
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	return s
}

// secure serves TLS with the certificate.
func secure(t *testing.T, pair tls.Certificate, handler http.HandlerFunc) string {
	t.Helper()
	server := quiet(httptest.NewUnstartedServer(handler))
	server.TLS = &tls.Config{Certificates: []tls.Certificate{pair}}
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.URL
}

// plain serves without TLS, as what answers at port 80.
func plain(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	server := quiet(httptest.NewServer(handler))
	t.Cleanup(server.Close)
	return server.URL
}

// closedPort is an address at which nobody listens.
func closedPort(t *testing.T, scheme string) string {
	t.Helper()
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	return strings.Replace(server.URL, "http", scheme, 1)
}

func ours(w http.ResponseWriter, _ *http.Request) { answer(w, 200, Enrolment{Step: StepPIN}) }

func dated(at time.Time) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", at.UTC().Format(http.TimeFormat))
		w.WriteHeader(http.StatusNotFound)
	}
}

// TestTheLineIsNamed meets every way in which something between the citizen and
// the service may answer for it, each as a real server.
func TestTheLineIsNamed(t *testing.T) {
	t.Parallel()
	public, antivirus := newAuthority(t, "Public Trust"), newAuthority(t, "Kaspersky\nAnti-Virus  Personal Root")
	good := public.pair(t, -1, 300, "service.test")
	now := time.Now
	off := func(d time.Duration) func() time.Time { return func() time.Time { return time.Now().Add(d) } }
	login := func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://login.wifi.test/", http.StatusFound)
	}
	page := func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>Welcome</html>") }
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
	}
	reset := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	cases := map[string]struct {
		base, plain string
		now         func() time.Time
		want        Code
		party       string
	}{
		"reached":                          {base: secure(t, good, ours), want: ""},
		"nobody listens":                   {base: closedPort(t, "https"), want: Offline},
		"reset":                            {base: secure(t, good, reset), want: Offline},
		"an unknown name":                  {base: "https://service.invalid", want: NameUnknown},
		"an antivirus":                     {base: secure(t, antivirus.pair(t, -1, 300, "service.test"), ours), want: Intercepted, party: "Kaspersky Anti-Virus Personal Root"},
		"a certificate for another":        {base: secure(t, public.pair(t, -1, 300, "other.test"), ours), want: Intercepted, party: "Public Trust"},
		"no TLS":                           {base: strings.Replace(plain(t, page), "http:", "https:", 1), want: Intercepted},
		"an early clock":                   {base: secure(t, good, ours), now: off(-5 * 365 * 24 * time.Hour), want: ClockWrong},
		"a late clock, and a true time":    {base: secure(t, good, ours), plain: plain(t, dated(now())), now: off(2 * 365 * 24 * time.Hour), want: ClockWrong},
		"a late clock, and nobody to tell": {base: secure(t, good, ours), now: off(2 * 365 * 24 * time.Hour), want: ServerCertificate},
		"a certificate that ran out":       {base: secure(t, public.pair(t, -300, -1, "service.test"), ours), plain: plain(t, dated(now())), want: ServerCertificate},
		"a redirecting portal":             {base: closedPort(t, "https"), plain: plain(t, login), want: CaptivePortal},
		"a portal that spoils TLS":         {base: secure(t, antivirus.pair(t, -1, 300, "portal.test"), ours), plain: plain(t, page), want: CaptivePortal},
		"a portal by its status":           {base: closedPort(t, "https"), plain: plain(t, status(http.StatusNetworkAuthenticationRequired)), want: CaptivePortal},
		"a plain port that is ours":        {base: closedPort(t, "https"), plain: plain(t, ours), want: Offline},
		"a plain port that leads to TLS": {base: closedPort(t, "https"), plain: plain(t, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://127.0.0.1/", http.StatusMovedPermanently)
		}), want: Offline},
		"a page for an answer":     {base: plain(t, page), want: CaptivePortal},
		"a redirect for an answer": {base: plain(t, login), want: CaptivePortal},
		"JSON of somebody else": {base: plain(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, "{}")
		}), want: CaptivePortal},
		"a status for a sign-in":              {base: plain(t, status(http.StatusNetworkAuthenticationRequired)), want: CaptivePortal},
		"a filter":                            {base: plain(t, status(http.StatusForbidden)), want: NetworkRefuses},
		"a proxy that wants to know who asks": {base: plain(t, status(http.StatusProxyAuthRequired)), want: NetworkRefuses},
		"a gateway in trouble":                {base: plain(t, status(http.StatusBadGateway)), want: Overloaded},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, s := trusting(t, tc.base, public, tc.now)
			c.Plain = must(url.Parse(closedPort(t, "http")))
			if tc.plain != "" {
				c.Plain = must(url.Parse(tc.plain))
			}
			_, err := Call(t.Context(), c, ReadEnrolment, Request[None]{Session: s})
			if CodeOf(err) != tc.want {
				t.Fatalf("%v, want %s", err, tc.want)
			}
			if p, ok := err.(*Problem); ok && (p.Party != tc.party || p.Status != 0 && OfTheLine(p.Code)) { //nolint:errorlint // Call returns it as it is
				t.Errorf("told as of %q with status %d", p.Party, p.Status)
			}
		})
	}
}

// trusting is a client of one attempt that believes the authority.
func trusting(t *testing.T, base string, a *authority, now func() time.Time) (*Client, Session) {
	t.Helper()
	c, s := clientOf(t, base)
	c.Attempts, c.Now = 1, now
	roots := x509.NewCertPool()
	roots.AddCert(a.cert)
	transport := c.HTTP.Transport.(*http.Transport)
	transport.TLSClientConfig = &tls.Config{RootCAs: roots, Time: now}
	t.Cleanup(transport.CloseIdleConnections)
	return c, s
}

// A proxy that lets nobody through is named, also where it stands before TLS.
func TestAProxyThatRefuses(t *testing.T) {
	t.Parallel()
	proxy := must(url.Parse(plain(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusProxyAuthRequired) })))
	c, s := clientOf(t, "https://service.test")
	c.Attempts = 1
	c.HTTP.Transport.(*http.Transport).Proxy = http.ProxyURL(proxy)
	if _, err := Call(t.Context(), c, ReadEnrolment, Request[None]{Session: s}); CodeOf(err) != NetworkRefuses {
		t.Error(err)
	}
}

// A computer that has IPv6 alone reaches a service that has it too.
func TestIPv6Alone(t *testing.T) {
	t.Parallel()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp6", "[::1]:0")
	if err != nil {
		t.Skip("this computer has no IPv6:", err)
	}
	server := &httptest.Server{Listener: listener, Config: &http.Server{Handler: http.HandlerFunc(ours), ReadHeaderTimeout: time.Second}}
	server.Start()
	t.Cleanup(server.Close)
	c, s := clientOf(t, "http://"+listener.Addr().String())
	if _, err := Call(t.Context(), c, ReadEnrolment, Request[None]{Session: s}); err != nil {
		t.Error(err)
	}
}

// noting is a patience that notes what it is asked.
type noting struct {
	asked   []Attempt
	through int
}

func (n *noting) Wait(_ context.Context, a Attempt) error { n.asked = append(n.asked, a); return nil }
func (n *noting) Through()                                { n.through++ }

// A connection that breaks after the call was handled makes the transport send
// the very same call again; its proof is used up, and the call is made once more
// with another.
func TestAProofSentTwiceByTheTransport(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	proofs, calls := map[string]bool{}, 0
	c, s := client(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		calls++
		proof := r.Header.Get(dpop.Header)
		if proofs[proof] {
			answer(w, http.StatusUnauthorized, Fail(ProofRefused, "used before"))
			return
		}
		proofs[proof] = true
		if calls == 2 {
			panic(http.ErrAbortHandler)
		}
		ours(w, r)
	})
	c.Attempts = 1
	for range 2 {
		if _, err := Call(t.Context(), c, FinishRecording, Request[None]{Session: s, Nonce: "n"}); err != nil {
			t.Fatal(err)
		}
	}
	if calls != 4 || len(proofs) != 3 {
		t.Errorf("%d calls with %d proofs", calls, len(proofs))
	}
}

// reviving is a patience under which a server goes down and starts again after
// some tries.
type reviving struct {
	tries        int
	stop, revive func()
}

func (r *reviving) Through() {}

func (r *reviving) Wait(context.Context, Attempt) error {
	switch r.tries++; r.tries {
	case 1:
		r.stop()
	case 20:
		r.revive()
	}
	return nil
}

// A server that starts again in the middle is met again at the same address,
// with the same key.
func TestARestartIsSatOut(t *testing.T) {
	t.Parallel()
	keys := make(chan string, 2)
	served := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		keys <- r.Header.Get(HeaderIdempotency)
		if len(keys) == 1 {
			panic(http.ErrAbortHandler) // it goes down with the call in its hands
		}
		ours(w, r)
	})
	first := quiet(httptest.NewServer(served))
	address := first.Listener.Addr().String()
	c, s := clientOf(t, first.URL)
	patience := &reviving{stop: first.Close}
	c.Patience = patience
	patience.revive = func() {
		listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		second := &httptest.Server{Listener: listener, Config: &http.Server{Handler: served, ReadHeaderTimeout: time.Second}}
		second.Start()
		t.Cleanup(second.Close)
	}
	if _, err := Call(t.Context(), c, FinishRecording, Request[None]{Session: s, Nonce: "n"}); err != nil {
		t.Fatal(err)
	}
	if one, two := <-keys, <-keys; one != two || one == "" || patience.tries != 20 {
		t.Errorf("keys %q and %q after %d tries", one, two, patience.tries)
	}
}

// The time that a service asks for is minded, in whichever form it is given,
// and by the service's clock.
func TestRetryAfterIsMinded(t *testing.T) {
	t.Parallel()
	skewed := time.Now().Add(-time.Hour)
	for name, tc := range map[string]struct {
		header http.Header
		body   *Problem
		least  time.Duration
		most   time.Duration
	}{
		"seconds":     {header: http.Header{"Retry-After": {"40"}}, least: 39 * time.Second, most: 40 * time.Second},
		"a date":      {header: http.Header{"Retry-After": {skewed.Add(time.Minute).UTC().Format(http.TimeFormat)}, "Date": {skewed.UTC().Format(http.TimeFormat)}}, least: 59 * time.Second, most: 62 * time.Second},
		"the problem": {body: Fail(Overloaded, "").WithUntil(time.Now().Add(50 * time.Second)), least: 45 * time.Second, most: 51 * time.Second},
		"a year":      {header: http.Header{"Retry-After": {"31536000"}}, least: 0, most: time.Second},
		"nonsense":    {header: http.Header{"Retry-After": {"soon"}}, least: 0, most: time.Second},
		"none":        {least: 300 * time.Millisecond, most: time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			calls := 0
			c, s := client(t, func(w http.ResponseWriter, r *http.Request) {
				if calls++; calls > 1 {
					ours(w, r)
					return
				}
				for key, values := range tc.header {
					w.Header()[key] = values
				}
				if tc.body != nil {
					answer(w, http.StatusServiceUnavailable, tc.body)
					return
				}
				w.WriteHeader(http.StatusServiceUnavailable)
			})
			var n noting
			c.Patience = &n
			if _, err := Call(t.Context(), c, ReadEnrolment, Request[None]{Session: s}); err != nil {
				t.Fatal(err)
			}
			if len(n.asked) != 1 || n.asked[0].Pause < tc.least || n.asked[0].Pause > tc.most || n.through == 0 {
				t.Errorf("waited %+v, want %v to %v", n.asked, tc.least, tc.most)
			}
		})
	}
}

// Pauses grow to a bound and are not the same for two clients.
func TestPausesGrowAndSpread(t *testing.T) {
	t.Parallel()
	var n noting
	for range 2 {
		calls := 0
		c, s := client(t, func(w http.ResponseWriter, r *http.Request) {
			if calls++; calls > 10 {
				ours(w, r)
				return
			}
			answer(w, http.StatusServiceUnavailable, Fail(Overloaded, ""))
		})
		c.Patience = &n
		if _, err := Call(t.Context(), c, ReadEnrolment, Request[None]{Session: s}); err != nil {
			t.Fatal(err)
		}
	}
	different := false
	for i, a := range n.asked {
		if grown := min(firstPause<<(i%10), longPause); a.Pause < grown*8/10 || a.Pause > grown*12/10 || a.Number != i%10+1 {
			t.Errorf("pause %d is %v", a.Number, a.Pause)
		}
		different = different || i >= 10 && a.Pause != n.asked[i-10].Pause
	}
	if len(n.asked) != 20 || !different {
		t.Errorf("%d pauses, and two clients wait alike", len(n.asked))
	}
}

// Who is told to come back in an hour is told so, and does not sit and wait.
func TestALongLimitIsTold(t *testing.T) {
	t.Parallel()
	calls := 0
	c, s := client(t, func(w http.ResponseWriter, _ *http.Request) {
		calls++
		answer(w, http.StatusTooManyRequests, Fail(TooMany, "").WithUntil(time.Now().Add(time.Hour)))
	})
	if _, err := Call(t.Context(), c, ReadEnrolment, Request[None]{Session: s}); CodeOf(err) != TooMany || calls != 1 {
		t.Errorf("%v after %d calls", err, calls)
	}
}

// slowly takes a body at so many bytes a second; a rate of 0 takes none until
// the end.
func slowly(rate int, took chan<- int, end <-chan struct{}) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if rate == 0 {
			<-end
			return
		}
		all, tick := 0, time.NewTicker(20*time.Millisecond)
		defer tick.Stop()
		for piece := make([]byte, rate/50); ; {
			n, err := io.ReadFull(r.Body, piece)
			all += n
			if err != nil {
				break
			}
			<-tick.C
		}
		took <- all
		ours(w, r)
	}
}

// narrow is a listener whose connections hold little that was not read.
type narrow struct{ net.Listener }

func (n narrow) Accept() (net.Conn, error) {
	conn, err := n.Listener.Accept()
	if tcp, ok := conn.(*net.TCPConn); ok {
		err = tcp.SetReadBuffer(16 << 10)
	}
	return conn, err
}

// A picture on a slow line takes longer than the deadline and arrives, its
// progress is told; on a dead line it ends when nothing has moved for so long.
func TestSlowIsNotDead(t *testing.T) {
	t.Parallel()
	took, end := make(chan int, 1), make(chan struct{})
	serve := func(rate int) (*Client, Session) {
		server := quiet(httptest.NewUnstartedServer(slowly(rate, took, end)))
		server.Listener = narrow{server.Listener}
		server.Start()
		t.Cleanup(server.Close)
		c, s := clientOf(t, server.URL)
		c.Attempts = 1
		return c, s
	}
	op := SendSelfie
	picture := Request[Picture]{Body: Picture{Type: "image/jpeg", Data: make([]byte, 512<<10)}}

	c, s := serve(64 << 10)
	op.Deadline = 6 * time.Second // more than a busy computer ever pauses, less than it all takes
	var told []int64
	c.Sent = func(sent, of int64) {
		if of != 512<<10 {
			t.Errorf("of %d bytes", of)
		}
		told = append(told, sent)
	}
	picture.Session = s
	began := time.Now()
	if _, err := Call(t.Context(), c, op, picture); err != nil {
		t.Fatalf("%v after %v and %d pieces", err, time.Since(began), len(told))
	}
	if n := <-took; n != 512<<10 || len(told) < 20 || told[len(told)-1] != 512<<10 {
		t.Errorf("%d bytes arrived, progress was told %d times", n, len(told))
	}

	c, s = serve(0)
	t.Cleanup(func() { close(end) })
	op.Deadline = 300 * time.Millisecond
	picture.Session, picture.Body.Data = s, make([]byte, 8<<20)
	if _, err := Call(t.Context(), c, op, picture); CodeOf(err) != TimedOut {
		t.Errorf("a dead line: %v", err)
	}
}
