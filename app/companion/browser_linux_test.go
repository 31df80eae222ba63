package companion

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"qoltanba/app/companion/peer"
	"qoltanba/app/companion/trust"
	"qoltanba/app/doctor"
	"qoltanba/keystore/xmldsig"
)

var (
	browsers = flag.Bool("browsers", false, "sign in Chromium and Firefox, in fresh profiles (make test-browsers)")
	pictures = flag.String("pictures", "", "folder for pictures of the browsers")
)

//go:embed testdata/browser/page.html
var portalPage []byte

// heard is what the page tells of its calls.
type heard struct {
	Error string
	CMS   string
	XML   string
}

// portalSite serves the page and hears of it.
type portalSite struct {
	*httptest.Server
	heard chan heard
}

func newPortalSite(t *testing.T, companion string) *portalSite {
	t.Helper()
	p := &portalSite{heard: make(chan heard, 10)}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodPost && r.URL.Path == "/heard":
			var h heard
			if json.NewDecoder(io.LimitReader(r.Body, 1<<20)).Decode(&h) == nil {
				p.heard <- h
			}
		case r.URL.Path == "/":
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = w.Write([]byte(strings.ReplaceAll(string(portalPage), "COMPANION", companion)))
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(p.Close)
	return p
}

// display starts an X server of the test's own.
func display(t *testing.T) string {
	t.Helper()
	number, ours, err := os.Pipe()
	must(t, err)
	server := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", "1280x1000x24", "-nolisten", "tcp")
	server.ExtraFiles = []*os.File{ours}
	must(t, server.Start())
	must(t, ours.Close())
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	})
	line, err := bufio.NewReader(number).ReadString('\n')
	must(t, errors.Join(err, number.Close()))
	return ":" + strings.TrimSpace(line)
}

// surf opens an address in a browser, and gives the browser's end.
func surf(t *testing.T, home, screen string, command ...string) (leave func()) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), command[0], command[1:]...)
	cmd.Env = append(os.Environ(), "HOME="+home, "DISPLAY="+screen, "XDG_CONFIG_HOME=", "XDG_DATA_HOME=", "XDG_CACHE_HOME=", "MOZ_ENABLE_WAYLAND=0", "WAYLAND_DISPLAY=", "DBUS_SESSION_BUS_ADDRESS=disabled:")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	must(t, cmd.Start())
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait()
		close(ended)
	}()
	left := false
	leave = func() {
		if left {
			return
		}
		left = true
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM)
		select {
		case <-ended:
		case <-time.After(20 * time.Second):
			_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
			<-ended
		}
	}
	t.Cleanup(leave)
	return leave
}

// photograph keeps a picture of the screen where somebody wants it.
func photograph(t *testing.T, screen, name string) {
	t.Helper()
	if *pictures == "" {
		return
	}
	must(t, os.MkdirAll(*pictures, 0o700))
	cmd := exec.CommandContext(t.Context(), "import", "-window", "root", filepath.Join(*pictures, name+".png"))
	cmd.Env = append(os.Environ(), "DISPLAY="+screen)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("no picture: %v: %s", err, out)
	}
}

// firefoxProfile makes what Firefox makes at its first start, and turns off what
// would ask before a page is seen.
func firefoxProfile(t *testing.T, home string) string {
	t.Helper()
	dir := filepath.Join(home, ".mozilla", "firefox", "fresh.default-esr")
	must(t, os.MkdirAll(dir, 0o700))
	must(t, os.WriteFile(filepath.Join(home, ".mozilla", "firefox", "profiles.ini"), []byte("[Profile0]\nName=default-esr\nIsRelative=1\nPath=fresh.default-esr\n"), 0o600))
	must(t, os.WriteFile(filepath.Join(dir, "user.js"), []byte(`user_pref("browser.aboutwelcome.enabled", false);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("datareporting.policy.dataSubmissionPolicyBypassNotification", true);
user_pref("termsofuse.bypassNotification", true);
user_pref("app.update.enabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
`), 0o600))
	return dir
}

// mended lets the doctor, and nobody else, make the browsers of a home believe
// the service.
func mended(t *testing.T, home string, cert *x509.Certificate, folder string) {
	t.Helper()
	config := doctor.Config{
		Stores: &trust.Stores{Home: home, Root: t.TempDir()}, Folder: folder, Now: time.Now, HTTP: http.DefaultClient,
		Authority: func(context.Context) (*x509.Certificate, error) { return cert, nil },
	}
	before := doctor.Examine(t.Context(), config)
	must(t, errors.Join(doctor.Fix(t.Context(), before)...))
	for _, f := range doctor.Examine(t.Context(), config) {
		if f.Level == doctor.Failure {
			t.Fatalf("the doctor does not help: %s %s: %s", f.Code, f.Subject, f.Detail)
		}
	}
}

// In Chromium and in Firefox, with fresh profiles, a page signs CMS and XML once
// the doctor made the browser believe the service, and not before.
func TestBrowsersSign(t *testing.T) {
	if !*browsers {
		t.Skip("make test-browsers")
	}
	var seen []Caller
	person := &script{decide: pick("rsa.p12")}
	person.allow = func(_ context.Context, c Caller) (Permission, error) {
		seen = append(seen, c)
		return Allow, nil
	}
	s := start(t, person, func(c *Config) { c.Peer = peer.Of })
	screen := display(t)
	for _, browser := range []struct {
		name    string
		command func(home string) []string
	}{
		{"chromium", chromium},
		{"firefox-esr", func(home string) []string {
			return []string{"firefox-esr", "--no-remote", "--profile", firefoxProfile(t, home)}
		}},
	} {
		t.Run(browser.name, func(t *testing.T) {
			if _, err := exec.LookPath(browser.name); err != nil {
				t.Fatalf("%s is missing: .ci/setup browsers", browser.name)
			}
			home, err := os.MkdirTemp("", "home")
			must(t, err)
			defer os.RemoveAll(home)
			site := newPortalSite(t, s.Address())
			command := append(browser.command(home), site.URL+"/")
			leave := surf(t, home, screen, command...)
			if h := site.wait(t); h.Error == "" {
				t.Error("the browser believes what nobody told it to believe")
			}
			photograph(t, screen, browser.name+"-before")
			leave()
			mended(t, home, s.certificate(), filepath.Join(s.dir, "trust"))
			seen = nil
			leave = surf(t, home, screen, command...)
			h := site.wait(t)
			photograph(t, screen, browser.name+"-after")
			leave()
			if h.Error != "" {
				t.Fatal(h.Error)
			}
			s.verify(t, h)
			if len(seen) != 1 || !seen[0].Browser || seen[0].ID != site.URL {
				t.Errorf("asked %+v", seen)
			}
		})
	}
}

const browserTime = 2 * time.Minute

func (p *portalSite) wait(t *testing.T) heard {
	t.Helper()
	select {
	case h := <-p.heard:
		return h
	case <-time.After(browserTime):
		t.Fatal("the page tells nothing")
		return heard{}
	}
}

// certificate is that of the service's authority.
func (s *site) certificate() *x509.Certificate {
	s.t.Helper()
	cert, err := trust.Certificate(filepath.Join(s.dir, "trust"))
	must(s.t, err)
	return cert
}

// verify holds what the page got against OpenSSL and our own reader.
func (s *site) verify(t *testing.T, h heard) {
	t.Helper()
	block, _ := pem.Decode([]byte(h.CMS))
	if block == nil {
		t.Fatalf("no PEM: %q", h.CMS)
	}
	dir := t.TempDir()
	file, root := filepath.Join(dir, "a.cms"), filepath.Join(dir, "root.pem")
	must(t, os.WriteFile(file, block.Bytes, 0o600))
	must(t, os.WriteFile(root, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: actors().rsa.cert.Raw}), 0o600))
	// The tests' root has a GOST key, which OpenSSL does not know without its
	// engine: the citizen's own certificate is trusted here.
	out, err := exec.CommandContext(t.Context(), "openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", file, "-CAfile", root, "-partial_chain", "-purpose", "any").Output()
	if want, _ := base64.StdEncoding.DecodeString("MTEK"); err != nil || string(out) != string(want) {
		t.Errorf("OpenSSL: %v: %q", err, out)
	}
	findings, err := xmldsig.Verify([]byte(h.XML))
	if err != nil || len(findings) != 1 || !findings[0].Whole || !findings[0].Good {
		t.Errorf("XML: %+v, %v: %s", findings, err, fmt.Sprint(len(h.XML)))
	}
}

// network is an address of this computer that is not loopback: where a page
// comes from that is none of this computer's own.
func network(t *testing.T) string {
	t.Helper()
	addresses, err := net.InterfaceAddrs()
	must(t, err)
	for _, a := range addresses {
		if ip, ok := a.(*net.IPNet); ok && !ip.IP.IsLoopback() && ip.IP.To4() != nil {
			return ip.IP.String()
		}
	}
	t.Fatal("this computer has no address but loopback: the test needs a network")
	return ""
}

// A page of the network has to be allowed by the person before Chromium lets it
// reach this computer (Local Network Access). The question is seen and answered,
// and the doctor explains what became of it.
func TestBrowsersAskForTheLocalNetwork(t *testing.T) {
	if !*browsers {
		t.Skip("make test-browsers")
	}
	s := start(t, &script{decide: pick("rsa.p12")}, func(c *Config) { c.Peer = peer.Of })
	screen := display(t)
	for _, answer := range []struct {
		name string
		at   [2]string // of the button on the screen
		want doctor.Code
	}{{"block", [2]string{"320", "228"}, doctor.NetworkBlocked}, {"allow", [2]string{"397", "228"}, doctor.NetworkAllowed}} {
		t.Run(answer.name, func(t *testing.T) {
			home, err := os.MkdirTemp("", "home")
			must(t, err)
			defer os.RemoveAll(home)
			mended(t, home, s.certificate(), filepath.Join(s.dir, "trust"))
			site := newNetworkSite(t, s.Address(), home)
			_, port, err := net.SplitHostPort(site.Listener.Addr().String())
			must(t, err)
			leave := surf(t, home, screen, append(chromium(home), "--window-position=10,10", "--window-size=1050,980",
				"--host-resolver-rules=MAP portal.test "+network(t), "https://portal.test:"+port+"/")...)
			h := site.press(t, screen, answer.name, answer.at)
			photograph(t, screen, "network-"+answer.name+"-after")
			leave()
			if (h.Error == "") != (answer.want == doctor.NetworkAllowed) {
				t.Errorf("the page tells %q", h.Error)
			}
			config := doctor.Config{Stores: &trust.Stores{Home: home, Root: t.TempDir()}, Folder: filepath.Join(s.dir, "trust"), Now: time.Now}
			told := false
			for _, f := range doctor.Examine(t.Context(), config) {
				told = told || f.Code == answer.want && strings.Contains(f.Subject, "portal.test")
			}
			if !told {
				t.Errorf("the doctor does not tell of it")
			}
		})
	}
}

// press presses a button until the page tells how it went: nobody knows when it
// appears, and Chromium passes over a click that comes too soon.
func (p *portalSite) press(t *testing.T, screen, name string, at [2]string) heard {
	t.Helper()
	deadline := time.After(browserTime)
	for {
		select {
		case h := <-p.heard:
			return h
		case <-deadline:
			t.Fatal("the question is not seen, or its button is elsewhere")
		case <-time.After(2 * time.Second):
		}
		photograph(t, screen, "network-"+name)
		cmd := exec.CommandContext(t.Context(), "xdotool", "mousemove", at[0], at[1], "click", "1")
		cmd.Env = append(os.Environ(), "DISPLAY="+screen)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("xdotool: %v: %s", err, out)
		}
	}
}

// chromium is the command with what keeps other questions away.
func chromium(home string) []string {
	return []string{
		"chromium", "--no-sandbox", "--no-first-run", "--no-default-browser-check", "--password-store=basic", "--lang=en",
		"--disable-features=Translate", "--user-data-dir=" + filepath.Join(home, ".config", "chromium"),
	}
}

// newNetworkSite serves the page under TLS at an address of the network. The
// browser believes the page's authority, as it believes those of real portals.
func newNetworkSite(t *testing.T, companion, home string) *portalSite {
	t.Helper()
	p := newPortalSite(t, companion)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "portal.test"}, DNSNames: []string{"portal.test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(0, 1, 0), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	must(t, err)
	file := filepath.Join(t.TempDir(), "portal.pem")
	must(t, os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	out, err := exec.CommandContext(t.Context(), "certutil", "-A", "-d", "sql:"+filepath.Join(home, ".pki", "nssdb"), "-n", "portal", "-t", "C,,", "-i", file).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", net.JoinHostPort(network(t), "0"))
	must(t, err)
	secure := httptest.NewUnstartedServer(p.Config.Handler)
	_ = secure.Listener.Close()
	secure.Listener = listener
	secure.TLS = &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	secure.StartTLS()
	t.Cleanup(secure.Close)
	return &portalSite{Server: secure, heard: p.heard}
}
