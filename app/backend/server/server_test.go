package server

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"qoltanba/app/backend/limit"
)

// X-Forwarded-For counts only as far as trusted proxies wrote it.
func TestAddress(t *testing.T) {
	t.Parallel()
	_, proxies, err := net.ParseCIDR("10.0.0.0/8")
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{Config: Config{Proxies: []*net.IPNet{proxies}}}
	for _, c := range []struct{ remote, forwarded, want string }{
		{"192.0.2.1:5", "", "192.0.2.1"},
		{"192.0.2.1:5", "203.0.113.9", "192.0.2.1"},
		{"10.1.1.1:5", "203.0.113.9", "203.0.113.9"},
		{"10.1.1.1:5", "1.1.1.1, 203.0.113.9, 10.2.2.2", "203.0.113.9"},
		{"10.1.1.1:5", "garbage", "10.1.1.1"},
		{"[2001:db8:1:2:3::4]:5", "", "2001:db8:1:2::"},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.RemoteAddr = c.remote
		r.Header.Set("X-Forwarded-For", c.forwarded)
		if got := s.address(r); got != c.want {
			t.Errorf("%s via %q: %s, want %s", c.remote, c.forwarded, got, c.want)
		}
	}
}

// What a caller says beneath the line of the proxy changes nothing.
func TestAddressOfManyLines(t *testing.T) {
	t.Parallel()
	_, proxies, err := net.ParseCIDR("10.0.0.0/8")
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{Config: Config{Proxies: []*net.IPNet{proxies}}}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	r.RemoteAddr = "10.1.1.1:5"
	r.Header["X-Forwarded-For"] = []string{"198.51.100.1, 198.51.100.2", "203.0.113.9"}
	if got := s.address(r); got != "203.0.113.9" {
		t.Errorf("the caller made itself %s", got)
	}
}

// However many addresses come, the memory of them is bounded and the stale give
// way to the new.
func TestCrowd(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	c := newCrowd(limit.Policy{Max: 2, Per: time.Minute})
	for i := range maxCrowd + 10 {
		if _, ok := c.allow(fmt.Sprint(i), now); !ok {
			t.Fatal("a newcomer is turned away")
		}
	}
	if len(c.seen) > maxCrowd {
		t.Errorf("%d addresses are remembered", len(c.seen))
	}
	if _, ok := c.allow("0", now); !ok {
		t.Error("the second call of two is turned away")
	}
	if wait, ok := c.allow("0", now); ok || wait != time.Minute {
		t.Errorf("the third call of two: %v, %v", wait, ok)
	}
	if _, ok := c.allow("new", now.Add(time.Minute)); !ok || len(c.seen) != 1 {
		t.Errorf("%d addresses after the window", len(c.seen))
	}
}

// What is mounted, time stamps among it, is counted by address as every call is.
func TestMountedPathsAreCounted(t *testing.T) {
	t.Parallel()
	var log logLines
	s := &Server{Config: Config{Log: log.logger(), Now: time.Now}, mux: http.NewServeMux(), crowd: newCrowd(limit.Policy{Max: 2, Per: time.Hour})}
	reached := 0
	s.Mount("/pki/", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached++ }))
	for _, want := range []int{http.StatusOK, http.StatusOK, http.StatusTooManyRequests} {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/pki/tsp", nil))
		if w.Code != want {
			t.Errorf("status %d, want %d", w.Code, want)
		}
	}
	if reached != 2 {
		t.Errorf("%d calls came through", reached)
	}
}

// A panic is answered as an internal failure and its value is not told.
func TestPanic(t *testing.T) {
	t.Parallel()
	var log logLines
	s := &Server{Config: Config{Log: log.logger(), Now: time.Now}, mux: http.NewServeMux(), crowd: newCrowd(limit.Policy{Max: 10, Per: time.Minute})}
	s.Mount("/boom", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("900417409104") }))
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/boom", nil))
	if w.Code != http.StatusInternalServerError || log.has("900417409104") || !log.has("panicked") {
		t.Errorf("%d %s\n%s", w.Code, w.Body, log.text.String())
	}
}
