//go:build demo && wine

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"qoltanba/app/desktop/frame"
)

// machine is a Windows of Wine's with nothing on it, before a screen of its own.
type machine struct {
	folder  string
	display string
	built   string // folder
	kept    string // folder for pictures to look at; "" where none is wanted
}

func newMachine(t *testing.T) *machine {
	t.Helper()
	built, err := filepath.Abs("../../bin/windows")
	if err != nil {
		t.Fatal(err)
	}
	m := &machine{folder: t.TempDir(), built: built, kept: os.Getenv("QOLTANBA_WINE_OUT")}
	display, stop, err := startScreen("+extension", "GLX")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	m.display = display
	if err := os.Mkdir(filepath.Join(m.folder, "home"), 0o700); err != nil {
		t.Fatal(err)
	}
	manager := m.command(t, time.Hour, "openbox")
	if err := manager.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = manager.Process.Kill(); _ = manager.Wait() })
	t.Log(strings.TrimSpace(must(t, m.command(t, time.Minute, "wine", "--version"))))
	must(t, m.command(t, 5*time.Minute, "wineboot", "-i"))
	t.Cleanup(func() { m.end(t) })
	shim := m.drive("windows", "system32", "bcryptprimitives.dll")
	if _, err := os.Stat(shim); err != nil {
		must(t, m.command(t, time.Minute, "x86_64-w64-mingw32-gcc", "-O2", "-s", "-shared", "-o", shim, "testdata/wine/bcryptprimitives.c", "-ladvapi32"))
	}
	return m
}

// command is a program on this computer that ends by its deadline.
func (m *machine) command(t *testing.T, deadline time.Duration, name string, args ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	t.Cleanup(cancel)
	c := exec.CommandContext(ctx, name, args...)
	c.WaitDelay = 10 * time.Second
	c.Env = append(os.Environ(), "WINEPREFIX="+filepath.Join(m.folder, "prefix"), "WINEDEBUG=-all", "WINEDLLOVERRIDES=mscoree,mshtml=",
		"DISPLAY="+m.display, "WAYLAND_DISPLAY=", "LIBGL_ALWAYS_SOFTWARE=1", "FYNE_THEME=light", "LC_ALL=C.UTF-8", "GOFLAGS=-mod=readonly")
	if name != "go" { // which has its caches at home
		c.Env = append(c.Env, "HOME="+filepath.Join(m.folder, "home"), "XDG_CONFIG_HOME=", "XDG_DATA_HOME=")
	}
	return c
}

// must runs a command and gives all that it said.
func must(t *testing.T, c *exec.Cmd) string {
	t.Helper()
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(c.Args, " "), err, out)
	}
	return string(out)
}

// end ends every program of this Windows.
func (m *machine) end(t *testing.T) { _ = m.command(t, time.Minute, "wineserver", "-k").Run() }

// drive is a place on drive C.
func (m *machine) drive(parts ...string) string {
	return filepath.Join(append([]string{m.folder, "prefix", "drive_c"}, parts...)...)
}

// program is one of those that make build-windows made.
func (m *machine) program(name string) string {
	return filepath.Join("..", "..", "bin", "windows", name)
}

// backend is the address of a demo backend that knows nobody yet.
func (m *machine) backend(t *testing.T) string {
	t.Helper()
	rules, err := filepath.Abs("testdata/rules.json")
	if err != nil {
		t.Fatal(err)
	}
	address, stop, err := startBackend(t.TempDir(), rules)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return address
}

// phrase is a file with a passphrase, for a Linux without a keyring.
func (m *machine) phrase(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "phrase")
	if err := os.WriteFile(path, []byte("ақ боз ат\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// overlay is what the go command needs to build tests for a Wine that cannot
// delete by FileDispositionInformationEx, as os.RemoveAll does: the library
// falls back then as it does on Windows before 10.
func (m *machine) overlay(t *testing.T) string {
	t.Helper()
	const known, also = "case STATUS_INVALID_INFO_CLASS,", "case NTStatus(0xC0000002), STATUS_INVALID_INFO_CLASS,"
	source := filepath.Join(runtime.GOROOT(), "src/internal/syscall/windows/at_windows.go")
	text, err := os.ReadFile(source)
	if err != nil || strings.Count(string(text), known) != 1 {
		t.Fatalf("the Go library deletes otherwise now: %v", err)
	}
	changed := filepath.Join(m.folder, "at_windows.go")
	list, err := json.Marshal(map[string]any{"Replace": map[string]string{source: changed}})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(m.folder, "overlay.json")
	for name, content := range map[string][]byte{changed: []byte(strings.Replace(string(text), known, also, 1)), path: list} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

// openKeys opens the two key files of a folder by OpenSSL.
func (m *machine) openKeys(t *testing.T, folder string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.p12"))
	if err != nil || len(files) != 2 {
		t.Fatalf("%d key files, two were to be written: %v", len(files), err)
	}
	for _, file := range files {
		pkcs12 := []string{"pkcs12", "-legacy", "-in", file, "-passin", "pass:" + samplePassword}
		subject := m.command(t, time.Minute, "openssl", "x509", "-noout", "-subject", "-nameopt", "utf8,sep_comma_plus")
		subject.Stdin = strings.NewReader(must(t, m.command(t, time.Minute, "openssl", slices.Concat(pkcs12, []string{"-clcerts", "-nokeys"})...)))
		if got := must(t, subject); !strings.Contains(got, "CN=САПАРОВА АЙГУЛ") {
			t.Errorf("the certificate is another's:\n%s", got)
		}
		key := m.command(t, time.Minute, "openssl", "pkey", "-noout", "-check")
		key.Stdin = strings.NewReader(must(t, m.command(t, time.Minute, "openssl", slices.Concat(pkcs12, []string{"-nocerts", "-noenc"})...)))
		if got := must(t, key); !strings.Contains(got, "Key is valid") {
			t.Errorf("the key: %s", got)
		}
	}
}

// What xwininfo tells of the program's window.
var (
	windowID    = regexp.MustCompile(`(0x[0-9a-f]+) "Qoltanba": `)
	windowPlace = regexp.MustCompile(`(?s)Absolute upper-left X:\s+(\d+)\s+Absolute upper-left Y:\s+(\d+).*Width: (\d+)\s+Height: (\d+).*Map State: IsViewable`)
)

// photograph takes a picture of the program's window off the screen, and says
// whether there is one.
func (m *machine) photograph(t *testing.T, display, path string) bool {
	t.Helper()
	list, _ := m.command(t, time.Minute, "xwininfo", "-display", display, "-root", "-tree").Output()
	for _, id := range windowID.FindAllSubmatch(list, -1) {
		window, _ := m.command(t, time.Minute, "xwininfo", "-display", display, "-id", string(id[1])).Output()
		if place := windowPlace.FindSubmatch(window); place != nil {
			crop := fmt.Sprintf("%sx%s+%s+%s", place[3], place[4], place[1], place[2])
			take := m.command(t, time.Minute, "import", "-silent", "-window", "root", "-crop", crop, "+repage", path)
			take.Env = append(take.Env, "DISPLAY="+display)
			must(t, take)
			return true
		}
	}
	return false
}

// shows starts a program, waits until its window shows what is wanted, ends the
// program and gives the picture.
func (m *machine) shows(t *testing.T, name string, wanted func(image.Image) bool, program string, args ...string) image.Image {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	c := m.command(t, 4*time.Minute, program, args...)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = c.Process.Kill()
		_ = c.Wait()
		if program == "wine" {
			m.end(t)
		}
	}()
	path := filepath.Join(t.TempDir(), name+".png")
	for ; ; pause(ctx, t, name+" does not show the first screen") {
		if !m.photograph(t, m.display, path) {
			continue
		}
		if now := decode(t, path); wanted(now) {
			m.keep(t, path)
			return now
		}
	}
}

// welcoming says that the first screen's button stands where it belongs, which
// the screen before does not have.
func welcoming(picture image.Image) bool {
	left, right, beside := rgb(picture, 730, 642), rgb(picture, 920, 642), rgb(picture, 700, 642)
	return picture.Bounds().Size() == image.Pt(int(frame.Width), int(frame.Height)) && left == right && left != beside && apart(left.R, beside.R)
}

// pause lets half a second pass; with the context ends the test.
func pause(ctx context.Context, t *testing.T, complaint string) {
	t.Helper()
	select {
	case <-time.After(500 * time.Millisecond):
	case <-ctx.Done():
		t.Fatal(complaint)
	}
}

// keep copies a picture to where a person can look at it.
func (m *machine) keep(t *testing.T, path string) {
	t.Helper()
	if m.kept == "" {
		return
	}
	content, err := os.ReadFile(path)
	if err == nil {
		err = os.MkdirAll(m.kept, 0o700)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(m.kept, filepath.Base(path)), content, 0o600)
	}
	if err != nil {
		t.Error(err)
	}
}

func decode(t *testing.T, path string) image.Image {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	picture, err := png.Decode(file)
	if err != nil {
		t.Fatalf("%s: %v", filepath.Base(path), err)
	}
	return picture
}

// tolerance is the share of pixels in which two pictures of a screen may
// differ: a cursor blinks, a button fades. Two languages of a screen differ in
// 0.034 and more.
const tolerance = 0.015

func difference(t *testing.T, a, b string) float64 {
	t.Helper()
	return share(decode(t, a), decode(t, b))
}

// share is that of the pixels in which a and b differ to the eye; 1 where they
// have not the same size.
func share(a, b image.Image) float64 {
	size := a.Bounds().Size()
	if size != b.Bounds().Size() {
		return 1
	}
	differ := 0
	for y := range size.Y {
		for x := range size.X {
			p, q := rgb(a, x, y), rgb(b, x, y)
			if apart(p.R, q.R) || apart(p.G, q.G) || apart(p.B, q.B) {
				differ++
			}
		}
	}
	return float64(differ) / float64(size.X*size.Y)
}

func rgb(m image.Image, x, y int) color.RGBA {
	return color.RGBAModel.Convert(m.At(m.Bounds().Min.X+x, m.Bounds().Min.Y+y)).(color.RGBA)
}

func apart(a, b uint8) bool { return max(a, b)-min(a, b) > 32 }

// distinct are the colours of a picture.
func distinct(m image.Image) map[color.RGBA]bool {
	seen := map[color.RGBA]bool{}
	for y := range m.Bounds().Dy() {
		for x := range m.Bounds().Dx() {
			seen[rgb(m, x, y)] = true
		}
	}
	return seen
}
