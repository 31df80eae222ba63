package doctor

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"qoltanba/app/api"
	"qoltanba/app/companion/trust"
	"qoltanba/capture/camera"
	"qoltanba/keystore"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patient is a computer in order, but that no browser trusts anything yet.
func patient(t *testing.T) Config {
	t.Helper()
	home, folder := t.TempDir(), t.TempDir()
	for _, dir := range []string{".mozilla/firefox/abc.default", ".config/chromium/Default", "keys", "system/usr/local/share/ca-certificates", "system/etc/ssl/certs"} {
		must(t, os.MkdirAll(filepath.Join(home, dir), 0o700))
	}
	must(t, os.WriteFile(filepath.Join(home, ".mozilla/firefox/profiles.ini"), []byte("[Profile0]\nIsRelative=1\nPath=abc.default\n"), 0o600))
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) }))
	t.Cleanup(service.Close)
	address, err := url.Parse(service.URL)
	must(t, err)
	client := service.Client()
	t.Cleanup(client.CloseIdleConnections)
	return Config{
		Stores: &trust.Stores{Home: home, Root: filepath.Join(home, "system")}, Folder: folder,
		Authority: func(ctx context.Context) (*x509.Certificate, error) {
			opened, err := trust.Open(ctx, nil, folder, "test", time.Now)
			if err != nil {
				return nil, err
			}
			return opened.Authority.Certificate, nil
		},
		Forget:  func(ctx context.Context) error { return trust.Remove(ctx, nil, folder) },
		Source:  keystore.PassphraseSource(t.TempDir(), "phrase"),
		Backend: address, HTTP: client, Cameras: devices{{ID: "1", Name: "Webcam"}}, Library: func() error { return nil },
		Keys: []string{filepath.Join(home, "keys")}, Now: time.Now,
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

type devices []camera.Device

func (d devices) List(context.Context) ([]camera.Device, error) { return d, nil }
func (devices) Open(context.Context, string, camera.Format) (camera.Stream, error) {
	return nil, errors.New("nobody looks")
}

func codes(findings []Finding) map[Code]Finding {
	found := map[Code]Finding{}
	for _, f := range findings {
		found[f.Code] = f
	}
	return found
}

func TestTrustIsFoundMissingAndMended(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("the stores of this system are the user's own")
	}
	c := patient(t)
	before := Examine(t.Context(), c)
	if n := len(slices.DeleteFunc(slices.Clone(before), func(f Finding) bool { return f.Code != TrustAbsent || f.Fix == nil })); n != 2 || Worst(before) != Failure {
		t.Fatalf("%d browsers to mend: %+v", n, before)
	}
	for i, err := range Fix(t.Context(), before) {
		if err != nil {
			t.Errorf("%s: %v", before[i].Subject, err)
		}
	}
	after := Examine(t.Context(), c)
	if Worst(after) != Note || codes(after)[TrustSystem].Fix == nil {
		t.Errorf("%+v", after)
	}
	for _, code := range []Code{TrustStands, ServiceUp, ClockRight, KeyringAnswers, CameraThere, LibraryThere, KeysKept} {
		if _, there := codes(after)[code]; !there {
			t.Errorf("nothing of %s", code)
		}
	}
	// A damaged authority is made anew, and trusted again.
	must(t, os.WriteFile(filepath.Join(c.Folder, "authority.pem"), []byte("x"), 0o600))
	damaged := Examine(t.Context(), c)
	if f := codes(damaged)[AuthorityDamaged]; f.Fix == nil || f.Level != Failure {
		t.Fatalf("%+v", damaged)
	}
	for range 2 {
		must(t, errors.Join(Fix(t.Context(), Examine(t.Context(), c))...))
	}
	if again := Examine(t.Context(), c); Worst(again) != Note {
		t.Errorf("%+v", again)
	}
}

func TestWhatIsWrongIsTold(t *testing.T) {
	t.Parallel()
	c := patient(t)
	key := filepath.Join(c.Keys[0], "GOST512_1.p12")
	must(t, os.WriteFile(key, []byte("x"), 0o600))
	must(t, os.Chmod(key, 0o644))
	c.Keys = append(c.Keys, filepath.Join(c.Keys[0], "gone"), key)
	c.Cameras, c.Library = devices{}, func() error { return errors.New("no such library") }
	c.Now = func() time.Time { return time.Now().Add(time.Hour) }
	found := codes(Examine(t.Context(), c))
	for code, level := range map[Code]Level{
		ClockWrong: Failure, CameraMissing: Warning, LibraryMissing: Note, KeysNone: Note, KeysUnfit: Failure,
	} {
		if f, there := found[code]; !there || f.Level != level {
			t.Errorf("%s: %v %+v", code, there, f)
		}
	}
	if runtime.GOOS != "windows" {
		must(t, found[KeysOpen].Fix(t.Context()))
		if info, err := os.Stat(key); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("still open: %v %v", info.Mode(), err)
		}
	}
	c.Built = c.Now().Add(time.Hour)
	if _, there := codes(Examine(t.Context(), c))[ClockOld]; !there {
		t.Error("a clock before the program's own time is not told")
	}
}

func TestServiceIsAsked(t *testing.T) {
	t.Parallel()
	c := patient(t)
	sign := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>sign in</html>")) }))
	t.Cleanup(sign.Close)
	for address, want := range map[string]Code{sign.URL: ServiceOther, "http://127.0.0.1:1": ServiceDown, "": ServiceUnset} {
		c.Backend = nil
		if address != "" {
			u, err := url.Parse(address)
			must(t, err)
			c.Backend = u
		}
		found := codes(serviceAndClock(t.Context(), c))
		if _, there := found[want]; !there {
			t.Errorf("%s: %+v", address, found)
		}
	}
}

func TestPortIsNamed(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	must(t, err)
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp4", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	port := netip.MustParseAddrPort(listener.Addr().String()).Port()
	if runtime.GOOS == "linux" {
		other := ports(t.Context(), Config{Port: port, Program: "/usr/bin/qoltanba"})
		if other[0].Code != PortHeld || !strings.HasPrefix(other[0].Subject, self) || other[1].Code != PortFree {
			t.Errorf("%+v", other)
		}
		if ours := ports(t.Context(), Config{Port: port, Program: self}); ours[0].Code != PortOurs {
			t.Errorf("%+v", ours)
		}
	}
	must(t, listener.Close())
	if free := ports(t.Context(), Config{Port: port, Program: self}); len(free) != 1 || free[0].Code != PortFree {
		t.Errorf("%+v", free)
	}
}

func TestBrowsersDecisionsAreTold(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("the folders are Linux's")
	}
	home := t.TempDir()
	c := Config{Stores: &trust.Stores{Home: home}}
	folder := filepath.Join(home, ".config", "chromium")
	must(t, os.MkdirAll(filepath.Join(folder, "Default"), 0o700))
	preferences := filepath.Join(folder, "Default", "Preferences")
	for _, step := range []struct {
		version, preferences string
		want                 Code
	}{
		{"", "", ""},
		{"120.0.1.2", "", ""},
		{"156.0.8078.79", "", NetworkAsks},
		{"156.0.8078.79", `{"profile":{"content_settings":{"exceptions":{"local_network_access":{"https://portal.kz:443,*":{"setting":1}}}}}}`, NetworkAllowed},
		{"156.0.8078.79", `{"profile":{"content_settings":{"exceptions":{"loopback_network":{"https://portal.kz:443,*":{"setting":2}}}}}}`, NetworkBlocked},
	} {
		must(t, os.WriteFile(filepath.Join(folder, "Last Version"), []byte(step.version), 0o600))
		must(t, os.WriteFile(preferences, []byte(step.preferences), 0o600))
		found := permissions(t.Context(), c)
		if step.want == "" && len(found) == 0 {
			continue
		}
		if len(found) != 1 || found[0].Code != step.want || step.preferences != "" && !strings.Contains(found[0].Subject, "portal.kz") {
			t.Errorf("%s %s: %+v", step.version, step.preferences, found)
		}
	}
}

// Each code has words in all languages; where something is to be done, all say
// so, and the subject is named in all or in none.
func TestWordsAreWhole(t *testing.T) {
	t.Parallel()
	for code, three := range words {
		for i, w := range three {
			if w.cause == "" || (w.remedy == "") != (three[0].remedy == "") || strings.Count(w.cause, "%s") != strings.Count(three[0].cause, "%s") || strings.Count(w.cause, "%") > 1 {
				t.Errorf("%s in language %d: %+v", code, i, w)
			}
		}
	}
	if got := (Finding{Code: ClockWrong, Subject: "1h"}).Cause(api.Russian); got != "Часы компьютера идут неверно: разница 1h." {
		t.Error(got)
	}
}

// What goes to support staff names neither the person's folder nor anything that
// was not printed.
func TestBundleHidesThePerson(t *testing.T) {
	t.Parallel()
	findings := []Finding{{Code: KeysUnfit, Level: Failure, Subject: "/home/aigul/keys", Detail: "open /home/aigul/keys: denied", Fix: func(context.Context) error { return nil }}}
	r := NewReport(findings, "v1", "/home/aigul", api.English, time.Now())
	var file bytes.Buffer
	must(t, WriteBundle(&file, r))
	z, err := zip.NewReader(bytes.NewReader(file.Bytes()), int64(file.Len()))
	must(t, err)
	contents := map[string]string{}
	for _, f := range z.File {
		in, err := f.Open()
		must(t, err)
		text, err := io.ReadAll(in)
		must(t, err)
		contents[f.Name] = string(text)
		if strings.Contains(string(text), "aigul") {
			t.Errorf("%s names the person: %s", f.Name, text)
		}
	}
	if names := slices.Sorted(maps.Keys(contents)); !slices.Equal(names, []string{"doctor.json", "doctor.txt"}) ||
		!strings.Contains(contents["doctor.txt"], "✗ Key files cannot be written into ~/keys.") || !strings.Contains(contents["doctor.json"], `"fixable": true`) {
		t.Errorf("%v", contents)
	}
}

func FuzzParseDecisions(f *testing.F) {
	f.Add([]byte(`{"profile":{"content_settings":{"exceptions":{"loopback_network":{"https://portal.kz:443,*":{"setting":2}}}}}}`))
	f.Fuzz(func(t *testing.T, preferences []byte) {
		blocked, allowed := parseDecisions(preferences)
		for _, site := range append(blocked, allowed...) {
			if strings.ContainsAny(site, "/@") {
				t.Errorf("%q is no site", site)
			}
		}
	})
}
