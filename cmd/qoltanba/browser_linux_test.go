//go:build demo

package main

import (
	"context"
	"encoding/json"
	"encoding/pem"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"qoltanba/app/companion/peer"
	"qoltanba/keystore/appraisal"
	"qoltanba/keystore/keypair"
	"qoltanba/keystore/profile"
)

var (
	browsers = flag.Bool("browsers", false, "sign on a page in Chromium, consent pressed in the real window (make test-browsers)")
	pictures = flag.String("pictures", "", "folder for pictures of the browser and of the window")
)

// room is a computer of its own for a citizen: a home, a screen, programs.
type room struct {
	t                      *testing.T
	home, display, program string
}

func newRoom(t *testing.T) *room {
	t.Helper()
	dir, err := os.MkdirTemp("", "room")
	sure(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) }) // a browser may still write while it dies
	r := &room{t: t, home: filepath.Join(dir, "home"), program: filepath.Join(dir, "qoltanba")}
	sure(t, os.MkdirAll(filepath.Join(r.home, "run"), 0o700))
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-tags", "nodynamic", "-ldflags", "-s -w", "-o", r.program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	display, stop, err := startScreen()
	sure(t, err)
	t.Cleanup(stop)
	r.display = display
	r.start("openbox")
	return r
}

func sure(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (r *room) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), "HOME="+r.home, "DISPLAY="+r.display, "WAYLAND_DISPLAY=", "XDG_RUNTIME_DIR="+filepath.Join(r.home, "run"),
		"XDG_CONFIG_HOME=", "XDG_DATA_HOME=", "XDG_CACHE_HOME=", "DBUS_SESSION_BUS_ADDRESS=disabled:")
	return cmd
}

// start runs a program until the test ends.
func (r *room) start(name string, args ...string) {
	r.t.Helper()
	cmd := r.command(context.Background(), name, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	sure(r.t, cmd.Start())
	r.t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM)
		time.AfterFunc(10*time.Second, func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
		_ = cmd.Wait()
	})
}

func (r *room) run(name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(r.t.Context(), time.Minute)
	defer cancel()
	out, err := r.command(ctx, name, args...).CombinedOutput()
	return string(out), err
}

func (r *room) photograph(name string) {
	r.t.Helper()
	if *pictures == "" {
		return
	}
	sure(r.t, os.MkdirAll(*pictures, 0o700))
	if out, err := r.run("import", "-window", "root", filepath.Join(*pictures, name+".png")); err != nil {
		r.t.Errorf("no picture: %v: %s", err, out)
	}
}

func freePort(t *testing.T) uint16 {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp4", "127.0.0.1:0")
	sure(t, err)
	sure(t, l.Close())
	return netip.MustParseAddrPort(l.Addr().String()).Port()
}

func TestBrowserIsAnsweredByTheWindow(t *testing.T) {
	if !*browsers {
		t.Skip("make test-browsers")
	}
	d := newSigningDesk(t, keypair.RSA, profile.RSASign)
	sure(t, os.Remove(d.expired))
	r := newRoom(t)
	port := freePort(t)
	at := netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), port)
	data, number := filepath.Join(d.dir, "data"), strings.TrimPrefix(at.String(), "127.0.0.1:")
	r.start(r.program, "companion", "-tray", "-data", data, "-keys", d.dir, "-port", number, "-language", "ru")
	for deadline := time.Now().Add(time.Minute); ; {
		if _, err := peer.ListeningAt(t.Context(), at); err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the companion does not listen")
		}
	}
	if out, err := r.run(r.program, "doctor", "-fix", "-data", data, "-keys", d.dir, "-port", number, "-language", "en"); err != nil || !strings.Contains(out, "The signing service is running") {
		t.Fatalf("the doctor: %v\n%s", err, out)
	}
	heard := make(chan map[string]string, 1)
	page, err := os.ReadFile("../../app/companion/testdata/browser/page.html")
	sure(t, err)
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if q.Method != http.MethodPost {
			_, _ = w.Write([]byte(strings.ReplaceAll(string(page), "COMPANION", at.String())))
			return
		}
		var told map[string]string
		if json.NewDecoder(io.LimitReader(q.Body, 1<<20)).Decode(&told) == nil {
			heard <- told
		}
	}))
	t.Cleanup(site.Close)
	r.start("chromium", "--no-sandbox", "--no-first-run", "--no-default-browser-check", "--password-store=basic", "--user-data-dir="+filepath.Join(r.home, ".config", "chromium"), site.URL)
	told := r.consent(heard)
	r.photograph("consent-signed")
	block, _ := pem.Decode([]byte(told["CMS"]))
	if told["Error"] != "" || block == nil {
		t.Fatalf("the page tells %v", told)
	}
	var open *openError
	for name, signature := range map[string]string{"a.cms": string(block.Bytes), "a.xml": told["XML"]} {
		if report, err := d.verdict(d.put(name, signature)); !errors.As(err, &open) || report.Verdict != appraisal.Open || report.Signers[0].Good != "yes" || report.Signers[0].Trusted != "yes" {
			t.Errorf("%s: %+v, %v", name, report, err)
		}
	}
}

// consent presses what the window asks until the page tells how it went: what
// leads on, and the password where one is wanted. Nobody knows which page stands,
// so that both are done again and again; elsewhere the password is nothing.
func (r *room) consent(heard <-chan map[string]string) map[string]string {
	r.t.Helper()
	deadline := time.After(4 * time.Minute)
	for n := 0; ; n++ {
		select {
		case told := <-heard:
			return told
		case <-deadline:
			r.photograph("consent-stuck")
			r.t.Fatal("the page tells nothing")
		case <-time.After(2 * time.Second):
		}
		out, err := r.run("xdotool", "search", "--onlyvisible", "--name", "^Qoltanba$")
		windows := strings.Fields(out)
		if err != nil || len(windows) == 0 {
			continue
		}
		r.photograph(fmt.Sprintf("consent-%02d", n))
		const mainX, mainY = "825", "642" // of the button that leads on
		if out, err := r.run("xdotool", "mousemove", "--window", windows[0], mainX, mainY, "click", "1", "sleep", "1", "key", "ctrl+a", "type", "Qoltanba1"); err != nil {
			r.t.Logf("xdotool: %v: %s", err, out) // the window went meanwhile
		}
	}
}
