package companion

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strconv"
	"sync"
	"syscall"
	"time"

	"qoltanba/app/companion/peer"
)

// PortTakenError says that somebody else listens where portals look for the
// service.
type PortTakenError struct {
	Port    uint16
	Program string // path of the program's file, "" where the system does not tell
	User    int    // who runs it; -1 where the system does not tell
}

// Error implements error.
func (e *PortTakenError) Error() string {
	switch {
	case e.Program != "":
		return fmt.Sprintf("port %d is held by %s: close that program and try again", e.Port, e.Program)
	case e.User >= 0:
		return fmt.Sprintf("port %d is held by a program of user %d: it has to be closed there", e.Port, e.User)
	}
	return fmt.Sprintf("port %d is held by another program, perhaps NCALayer: close it and try again", e.Port)
}

// Server is the service. It is made by [Listen] and runs by [Server.Serve].
type Server struct {
	Config
	listeners []net.Listener
	port      uint16
	large     chan struct{} // a place for each large frame
	dialog    chan struct{} // a place for the one dialog
	patience  patience
	unlocked  unlocks

	mu       sync.Mutex
	sessions int
	running  sync.WaitGroup
}

// Listen takes the port on this computer's own addresses; that of IPv6 is left
// out where the system has none. The error is *PortTakenError where somebody
// else is there.
func Listen(ctx context.Context, config Config) (*Server, error) {
	s := &Server{Config: config, large: make(chan struct{}, maxLarge), dialog: make(chan struct{}, 1)}
	s.patience.now, s.unlocked.now = config.Now, config.Now
	for range 20 {
		err := s.listen(ctx)
		if err == nil {
			return s, nil
		}
		if config.Port != 0 || !errors.Is(err, syscall.EADDRINUSE) {
			return nil, s.explain(err)
		}
	}
	return nil, s.explain(syscall.EADDRINUSE)
}

// listen takes both addresses or none.
func (s *Server) listen(ctx context.Context) error {
	var l net.ListenConfig
	four, err := l.Listen(ctx, "tcp4", netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), s.Port).String())
	if err != nil {
		return err
	}
	port := four.Addr().(*net.TCPAddr).AddrPort().Port()
	six, err := l.Listen(ctx, "tcp6", netip.AddrPortFrom(netip.IPv6Loopback(), port).String())
	if err != nil && errors.Is(err, syscall.EADDRINUSE) {
		_ = four.Close()
		return err
	}
	s.port, s.listeners = port, []net.Listener{four}
	if err == nil {
		s.listeners = append(s.listeners, six)
	}
	return nil
}

func (s *Server) explain(err error) error {
	if !errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("listen on this computer's own addresses: %w", err)
	}
	taken := &PortTakenError{Port: s.Port, User: -1}
	if p, err := peer.Listening(s.Port); err == nil {
		taken.Program, taken.User = p.Program, p.User
	}
	return taken
}

// Address is where the service listens, such as "127.0.0.1:13579".
func (s *Server) Address() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(int(s.port))) }

// Serve answers until the context ends; then connections and dialogs are closed
// and nil is returned.
func (s *Server) Serve(ctx context.Context) error {
	web := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: 10 * time.Second,
		MaxHeaderBytes:    16 << 10,
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ErrorLog:          slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
		TLSConfig: &tls.Config{
			MinVersion:     tls.VersionTLS12,
			NextProtos:     []string{"http/1.1"}, // WebSocket is of HTTP/1.1
			GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return s.Certificate() },
		},
		TLSNextProto: map[string]func(*http.Server, *tls.Conn, http.Handler){},
	}
	failed := make(chan error, len(s.listeners))
	for _, listener := range s.listeners {
		go func() { failed <- web.ServeTLS(listener, "", "") }()
	}
	var err error
	served := 0
	select {
	case <-ctx.Done():
	case err = <-failed:
		served++
	}
	_ = web.Close()
	for ; served < len(s.listeners); served++ {
		<-failed
	}
	s.running.Wait()
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// Close gives the port up where the service was never started.
func (s *Server) Close() error {
	var errs []error
	for _, l := range s.listeners {
		errs = append(errs, l.Close())
	}
	return errors.Join(errs...)
}

// ServeHTTP lets callers in by the rules of the house: this computer's names,
// this user, a known kind of origin.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !s.ownName(r.Host) {
		http.Error(w, "You shall not pass! This service answers to localhost and 127.0.0.1 alone.", http.StatusForbidden)
		return
	}
	if r.Header.Get("Upgrade") == "" {
		page(w, r)
		return
	}
	caller, err := s.caller(r)
	if err != nil {
		s.Log.Warn("caller refused", "reason", err.Error())
		http.Error(w, "You shall not pass! "+err.Error(), http.StatusForbidden)
		return
	}
	if !s.enter() {
		http.Error(w, "too many connections: close some pages", http.StatusServiceUnavailable)
		return
	}
	defer s.leave()
	s.serve(w, r, caller)
}

// ownName tells whether the Host header names this computer: a page of another
// name that was made to lead here is refused.
func (s *Server) ownName(host string) bool {
	name, port, err := net.SplitHostPort(host)
	if err != nil || port != strconv.Itoa(int(s.port)) {
		return false
	}
	return name == "127.0.0.1" || name == "localhost" || name == "::1"
}

func (s *Server) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sessions == maxConnections {
		return false
	}
	s.sessions++
	s.running.Add(1)
	return true
}

func (s *Server) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sessions--
	s.running.Done()
}

var (
	errOtherUser = errors.New("the service is for the user who started it")
	errNoOrigin  = errors.New("the page does not say where it is from")
)

// caller tells who is at the other end.
func (s *Server) caller(r *http.Request) (Caller, error) {
	c := Caller{Origin: r.Header.Get("Origin")}
	origin, isOrigin := originOf(c.Origin)
	local, _ := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	process, err := s.process(local, r.RemoteAddr)
	switch {
	case errors.Is(err, peer.ErrUnknown) && !asksSystem:
		// This system does not tell: what is claimed has to do.
		c.Browser = isOrigin
	case err != nil:
		return c, err
	case process.User != os.Getuid():
		return c, errOtherUser
	default:
		c.Program, c.Browser = process.Program, process.Browser()
	}
	if !c.Browser {
		if c.Program != "" {
			c.ID = "program:" + c.Program
		}
		return c, nil
	}
	if !isOrigin {
		return c, errNoOrigin
	}
	c.ID = origin
	return c, nil
}

func (s *Server) process(local net.Addr, remote string) (peer.Process, error) {
	tcp, ok := local.(*net.TCPAddr)
	if !ok {
		return peer.Process{}, peer.ErrUnknown
	}
	from, err := netip.ParseAddrPort(remote)
	if err != nil || !from.Addr().Unmap().IsLoopback() {
		return peer.Process{}, errOtherUser
	}
	return s.Peer(tcp.AddrPort(), from)
}

// page is what a person sees who opens the service's address in a browser, to
// find out whether it runs and is trusted.
func page(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		http.Error(w, "only GET", http.StatusMethodNotAllowed)
		return
	}
	if r.URL.Path != "/" {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte(statusPage))
}

const statusPage = `<!doctype html><html lang="kk"><meta charset="utf-8"><title>Qoltanba</title>
<body style="font:1.2em sans-serif;max-width:30em;margin:3em auto;line-height:1.5">
<h1>Qoltanba</h1>
<p lang="kk">Қолтаңба қызметі жұмыс істеп тұр. Браузер оған сенеді.</p>
<p lang="ru">Служба подписи работает. Браузер ей доверяет.</p>
<p lang="en">The signing service is running, and this browser trusts it.</p>
`
