package server

import (
	"maps"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/backend/limit"
)

// guard stands before everything: headers, the limit of the caller's address, the
// log, and a net under panics.
func (s *Server) guard(w http.ResponseWriter, r *http.Request) {
	began := s.Now()
	a := &attended{ResponseWriter: w}
	a.Header().Set(api.HeaderContract, api.Contract)
	secure(a.Header())
	defer func() {
		if recover() != nil { // its value may hold what the call carried
			s.Log.ErrorContext(r.Context(), "a call panicked", "operation", a.operation, "stack", string(debug.Stack()))
			if a.status == 0 {
				writeProblem(a, api.Fail(api.Internal, "see the service's log"))
			}
		}
		s.Log.InfoContext(r.Context(), "call", "operation", a.operation, "status", a.status, "code", a.code,
			"ms", s.Now().Sub(began).Milliseconds())
	}()
	if wait, ok := s.crowd.allow(s.address(r), began); !ok {
		note(a, api.TooMany)
		writeProblem(a, api.Fail(api.TooMany, "too many calls from this address").WithUntil(began.Add(wait)))
		return
	}
	if _, pattern := s.mux.Handler(r); pattern == "" {
		note(a, api.NotFound)
		writeProblem(a, api.Fail(api.NotFound, "no such operation"))
		return
	}
	s.mux.ServeHTTP(a, r)
}

// secure sets the headers that keep a browser from doing more than it is asked.
// A handler of pages sets a policy of its own.
func secure(h http.Header) {
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Strict-Transport-Security", "max-age=31536000")
	h.Set("Cache-Control", "no-store")
}

// attended remembers for the log what was answered.
type attended struct {
	http.ResponseWriter
	operation string
	status    int
	code      api.Code
}

func (a *attended) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *attended) Write(b []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	return a.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (a *attended) Unwrap() http.ResponseWriter { return a.ResponseWriter }

func name(w http.ResponseWriter, operation string) {
	if a, ok := w.(*attended); ok {
		a.operation = operation
	}
}

func note(w http.ResponseWriter, code api.Code) {
	if a, ok := w.(*attended); ok {
		a.code = code
	}
}

// crowd counts calls by network address, in this process's memory only: it
// protects the process, not a secret.
type crowd struct {
	policy limit.Policy
	mu     sync.Mutex
	seen   map[string]limit.Window
	swept  time.Time
}

// maxCrowd bounds the addresses counted at once. When there are more, the
// stale go, looked for once a second; while none is stale, newcomers pass
// uncounted.
const maxCrowd = 100_000

func newCrowd(p limit.Policy) *crowd { return &crowd{policy: p, seen: map[string]limit.Window{}} }

func (c *crowd) allow(address string, now time.Time) (time.Duration, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, known := c.seen[address]; !known && len(c.seen) >= maxCrowd && !c.sweep(now) {
		return 0, true
	}
	next, wait, ok := limit.Allow(c.seen[address], c.policy, now)
	c.seen[address] = next
	return wait, ok
}

// sweep forgets the stale and says whether there is room now.
func (c *crowd) sweep(now time.Time) bool {
	if now.Sub(c.swept).Abs() >= time.Second {
		c.swept = now
		maps.DeleteFunc(c.seen, func(_ string, w limit.Window) bool { return w.Stale(c.policy, now) })
	}
	return len(c.seen) < maxCrowd
}
