package journey

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// companionServer greets as NCALayer does, with a certificate of the name.
func companionServer(t *testing.T, organisation, greeting string) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "127.0.0.1", Organization: []string{organisation}},
		NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") != "websocket" || greeting == "" {
			w.WriteHeader(http.StatusTeapot)
			return
		}
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = conn.Close() }()
		_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"+
			string([]byte{0x81, byte(len(greeting))})+greeting)
	}))
	s.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MinVersion: tls.VersionTLS12}
	s.StartTLS()
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

func TestProbe(t *testing.T) {
	t.Parallel()
	const hello = `{"result":{"version":"1.4"}}`
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	free, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := free.Addr().String()
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		address string
		want    Companion
	}{
		"ours":            {companionServer(t, "Qoltanba", hello), Companion{CompanionOurs, "Qoltanba 127.0.0.1", "1.4"}},
		"NCALayer":        {companionServer(t, "ҰКО", hello), Companion{CompanionNCA, "ҰКО 127.0.0.1", "1.4"}},
		"no WebSocket":    {companionServer(t, "Printer", ""), Companion{CompanionOther, "Printer 127.0.0.1", ""}},
		"another version": {companionServer(t, "Printer", `{"result":{"version":"<b>"}}`), Companion{CompanionOther, "Printer 127.0.0.1", ""}},
		"no TLS":          {plain.Listener.Addr().String(), Companion{Kind: CompanionOther}},
		"nobody":          {nobody, Companion{Kind: CompanionNobody}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := probe(t.Context(), c.address); got != c.want {
				t.Errorf("got %+v", got)
			}
		})
	}
}

// TestProbeOfASilentPort ends with its context although nothing is answered.
func TestProbeOfASilentPort(t *testing.T) {
	t.Parallel()
	silent, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = silent.Close() }()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got := probe(ctx, silent.Addr().String()); got.Kind != CompanionOther {
		t.Errorf("got %+v", got)
	}
}

func FuzzParseGreeting(f *testing.F) {
	const hello = `{"result":{"version":"1.4"}}`
	f.Add(append([]byte{0x81, byte(len(hello))}, hello...))
	f.Add([]byte{0x81, 126, 0, 1, 'x'})
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, frame []byte) {
		version, err := parseGreeting(bytes.NewReader(frame))
		if err == nil && (version == "" || strings.Trim(version, "0123456789.") != "" || len(version) > maxGreeting) {
			t.Errorf("version %q", version)
		}
	})
}
