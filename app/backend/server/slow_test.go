package server

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"qoltanba/app/api"
)

// listen serves a server's listener as it is, but for what change says.
func listen(t *testing.T, s *Server, change func(*http.Server)) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := s.Listener()
	if change != nil {
		change(srv)
	}
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(listener) }()
	t.Cleanup(func() {
		if err := srv.Close(); err != nil {
			t.Error(err)
		}
		<-ended
	})
	return listener.Addr().String()
}

// says sends text and reads until the server hangs up.
func says(t *testing.T, address, text string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // the server must hang up long before
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if deadline, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(deadline); err != nil {
			t.Fatal(err)
		}
	}
	go func() { _, _ = io.WriteString(conn, text) }() // ends with the connection
	answer, err := io.ReadAll(bufio.NewReader(conn))
	if ctx.Err() != nil {
		t.Fatalf("the server did not hang up: %v", err)
	}
	return string(answer)
}

// A body that never ends is given up with its call's time, and a header with
// the header's: neither holds the server as long as a large picture may take.
func TestSlowCallers(t *testing.T) {
	t.Parallel()
	s := bareServer(t)
	reached := make(chan struct{}, 1)
	slow := api.Operation[api.CodeRequest, api.None]{
		ID: "slow", Method: http.MethodPost, Path: "/slow", Access: api.AccessOpen, Deadline: 200 * time.Millisecond, MaxBody: api.MaxJSON,
	}
	register(s, slow, func(context.Context, *call, api.CodeRequest) (api.None, error) {
		reached <- struct{}{}
		return api.None{}, nil
	})
	address := listen(t, s, func(srv *http.Server) { srv.ReadHeaderTimeout = 200 * time.Millisecond })
	got := says(t, address, "POST /slow HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 17\r\n\r\n{\"code\":")
	if !strings.Contains(got, string(api.BadRequest)) {
		t.Errorf("a body that breaks off is answered %q", got)
	}
	got = says(t, address, "POST /slow HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n")
	if !strings.Contains(got, string(api.BadRequest)) {
		t.Errorf("chunks that break off are answered %q", got)
	}
	if got := says(t, address, "POST /slow HTTP/1.1\r\nHost: x\r\nX-A"); strings.Contains(got, "200") {
		t.Errorf("a header that breaks off is answered %q", got)
	}
	select {
	case <-reached:
		t.Error("a call without its body reached the service")
	default:
	}
	if real := s.Listener(); real.ReadHeaderTimeout <= 0 || real.ReadTimeout <= 0 || real.WriteTimeout <= 0 || real.IdleTimeout <= 0 || real.MaxHeaderBytes <= 0 {
		t.Errorf("the listener has no bounds: %+v", real)
	}
}

// Requests that mean one thing to us and another to a proxy, and headers without
// end, are refused before anything is looked at.
func TestHostileRequests(t *testing.T) {
	t.Parallel()
	address := listen(t, bareServer(t), nil)
	for name, request := range map[string]string{
		"two lengths":           "POST /v1/enrolments HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
		"a length and chunks":   "POST /v1/enrolments HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n",
		"another encoding":      "POST /v1/enrolments HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
		"a negative length":     "POST /v1/enrolments HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
		"a length beyond":       "POST /v1/enrolments HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
		"a chunk beyond":        "POST /v1/enrolments HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\nfffffffffffffffff\r\n",
		"no host":               "GET /v1/texts/agreement/kk HTTP/1.1\r\n\r\n",
		"two hosts":             "GET /v1/texts/agreement/kk HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
		"a folded header":       "GET /nowhere HTTP/1.1\r\nHost: x\r\nX-A: b\r\n c\r\nConnection: close\r\n\r\n",
		"NUL in a header":       "GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: b\x00c\r\n\r\n",
		"a blank before colon":  "GET /healthz HTTP/1.1\r\nHost: x\r\nX-A : b\r\n\r\n",
		"a long line":           "GET /" + strings.Repeat("a", 64<<10) + " HTTP/1.1\r\nHost: x\r\n\r\n",
		"a long header":         "GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: " + strings.Repeat("a", 64<<10) + "\r\n\r\n",
		"a thousand headers":    "GET /healthz HTTP/1.1\r\nHost: x\r\n" + strings.Repeat("X-Header-Of-Length: of some length as well\r\n", 1000) + "\r\n",
		"a method of blanks":    " GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
		"HTTP/2 said in plain":  "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
		"another protocol":      "\x16\x03\x01\x00\x05hello\r\n\r\n",
		"HTTP/9":                "GET /healthz HTTP/9.9\r\nHost: x\r\n\r\n",
		"a tunnel":              "CONNECT 169.254.169.254:80 HTTP/1.1\r\nHost: 169.254.169.254:80\r\nConnection: close\r\n\r\n",
		"a request for another": "GET http://169.254.169.254/latest HTTP/1.1\r\nHost: 169.254.169.254\r\nConnection: close\r\n\r\n",
	} {
		got := says(t, address, request)
		line, _, _ := strings.Cut(got, "\r\n")
		var status int
		if got != "" {
			if _, err := fmt.Sscanf(line, "HTTP/1.1 %d", &status); err != nil {
				t.Errorf("%s: answered %q", name, line)
			}
		}
		if got != "" && (status < 400 || status >= 600 || status == 500) {
			t.Errorf("%s: answered %q", name, line)
		}
	}
}
