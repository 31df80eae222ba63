package peer

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// A real browser, whose sockets may belong to a process of its own, is known as
// one.
func TestChromiumIsKnown(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts a browser")
	}
	browser, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("Chromium is not installed (make setup)")
	}
	type finding struct {
		Process
		err error
	}
	found := make(chan finding, 1)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		local, _ := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr)
		p, err := Of(local.AddrPort(), netip.MustParseAddrPort(r.RemoteAddr))
		select {
		case found <- finding{p, err}:
		default:
		}
	}))
	defer server.Close()
	// The browser's processes may write for a moment after they were killed: what
	// cannot be removed then is no failure.
	profile, err := os.MkdirTemp("", "chromium")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(profile)
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, browser, "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir="+profile, "--dump-dom", server.URL)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 10 * time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	select {
	case f := <-found:
		if f.err != nil || !f.Browser() {
			t.Errorf("%+v: %v", f.Process, f.err)
		}
	case <-ctx.Done():
		t.Error("the browser never came")
	}
	cancel()
	_ = cmd.Wait()
}
