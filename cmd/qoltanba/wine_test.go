//go:build demo && wine

package main

import (
	"context"
	"image"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestWine runs the Windows build of bin/windows under Wine. What Wine and the
// shims stand in for is told in the output; that list is what real Windows has
// yet to show.
func TestWine(t *testing.T) {
	m := newMachine(t)
	t.Log("Wine stands in for Windows: its file system calls, Credential Manager and window manager; OpenGL is the X server's (llvmpipe).")
	t.Log("Shims: bcryptprimitives.dll where Wine lacks it; in test programs, not in ours, the Go library deletes folders as on Windows before 10.")
	t.Log("Not there: cameras (DirectShow), symbolic links, inherited rights, FAT, the Explorer, a graphics card.")
	t.Run("tests", m.tests)
	t.Run("enroll", m.enroll)
	t.Run("release", m.release)
	t.Run("window", m.window)
	t.Run("no graphics", m.noGraphics)
}

var skips = regexp.MustCompile(`--- SKIP: \S+`)

// tests runs the tests of the packages that touch what Windows does otherwise.
func (m *machine) tests(t *testing.T) {
	overlay := m.overlay(t)
	for _, folder := range []string{"keystore", "keystore/profile", "app/journey", "app/api"} {
		t.Run(folder, func(t *testing.T) {
			program := filepath.Join(t.TempDir(), "test.exe")
			build := m.command(t, 10*time.Minute, "go", "test", "-c", "-overlay", overlay, "-o", program, "qoltanba/"+folder)
			build.Env = append(build.Env, "GOOS=windows", "CGO_ENABLED=0")
			must(t, build)
			run := m.command(t, 5*time.Minute, "wine", program, "-test.v", "-test.count=1")
			run.Dir = filepath.Join("..", "..", filepath.FromSlash(folder))
			out := must(t, run)
			passed, skipped := strings.Count(out, "--- PASS: "), skips.FindAllString(out, -1)
			if passed == 0 {
				t.Errorf("nothing was tested:\n%s", out)
			}
			t.Logf("%d passed, skipped: %v", passed, skipped)
			if folder != "keystore" {
				return
			}
			// Credential Manager is the user's own, so that its test asks to be called.
			real := m.command(t, time.Minute, "wine", program, "-test.v", "-test.run", "^TestRealKeyring$")
			real.Env = append(real.Env, "QOLTANBA_TEST_REAL_KEYRING=1")
			if out := must(t, real); !strings.Contains(out, "--- PASS: TestRealKeyring") {
				t.Errorf("the keyring was not tested:\n%s", out)
			}
		})
	}
}

// enroll walks the whole way without a window, into a folder with a Kazakh name.
func (m *machine) enroll(t *testing.T) {
	script, err := filepath.Abs("testdata/scripts/straight.way")
	if err != nil {
		t.Fatal(err)
	}
	backend := m.backend(t)
	walk := func(script string) string {
		return must(t, m.command(t, 5*time.Minute, "wine", m.program("qoltanba-demo.exe"), "enroll", "--keys", "rsa",
			"--backend", backend, "--script", windowsPath(script), "--out", `C:\Құжаттар\ЭЦҚ кілттері`))
	}
	out := walk(script)
	for _, line := range []string{`done +the end`, `rsa-auth +AUTH_RSA256_[0-9a-f]+.p12`, `rsa-sign +RSA256_[0-9a-f]+.p12`} {
		if !regexp.MustCompile(line).MatchString(out) {
			t.Errorf("no line like %q:\n%s", line, out)
		}
	}
	if strings.Contains(out, "900417409104") {
		t.Error("the IIN is told")
	}
	folder := m.drive("Құжаттар", "ЭЦҚ кілттері")
	m.openKeys(t, filepath.Join(folder, "keys"))
	if left, _ := filepath.Glob(filepath.Join(folder, "data", "vault", "*.keys")); len(left) > 0 {
		t.Error("the private keys still lie in the vault")
	}
	again := filepath.Join(t.TempDir(), "again.way")
	if err := os.WriteFile(again, []byte("citizen aigul\nexpect done\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out := walk(again); strings.Contains(out, "welcome") {
		t.Errorf("a second start begins anew:\n%s", out)
	}
}

// release starts the program that citizens get: on an empty computer, under
// Credential Manager, it shows what it shows on Linux.
func (m *machine) release(t *testing.T) {
	linux := filepath.Join(t.TempDir(), "qoltanba")
	must(t, m.command(t, 15*time.Minute, "go", "build", "-ldflags", "-s -w", "-o", linux, "."))
	phrase := m.phrase(t)
	for _, language := range []string{"kk", "ru", "en"} {
		shown := []string{"--backend", "https://127.0.0.1:1", "--language", language}
		want := m.shows(t, "linux-"+language, welcoming, linux, append(shown, "--data", t.TempDir(), "--passphrase-file", phrase)...)
		same := func(now image.Image) bool { return share(now, want) <= tolerance }
		m.shows(t, "windows-"+language, same, "wine", append([]string{m.program("qoltanba.exe"), "--data", `C:\` + language}, shown...)...)
	}
	if names, err := filepath.Glob(m.drive("kk", "vault", "*.age")); err != nil || len(names) > 0 {
		t.Errorf("a passphrase took the place of Credential Manager: %v, %v", names, err)
	}
}

// window lets the autopilot walk the whole way in the real window, beside one
// that goes as far as the code on Linux, and compares their photographs.
func (m *machine) window(t *testing.T) {
	linux, windows := t.TempDir(), m.drive("flight")
	must(t, m.command(t, 5*time.Minute, "qoltanba-demo", "--backend", m.backend(t), "--autopilot", "--until", "companion", "--out", linux,
		"--data", filepath.Join(linux, "data"), "--passphrase-file", m.phrase(t)))
	out := must(t, m.command(t, 15*time.Minute, "wine", m.program("qoltanba-demo.exe"), "--backend", m.backend(t), "--keys", "rsa", "--autopilot",
		"--out", `C:\flight`, "--data", `C:\flight\data`))
	if strings.Contains(out, "no photograph") {
		t.Errorf("the window was not photographed:\n%s", out)
	}
	m.openKeys(t, filepath.Join(windows, "keys"))
	pictures, err := filepath.Glob(filepath.Join(linux, "screens", "*.png"))
	if err != nil || len(pictures) < 15 {
		t.Fatalf("%d pictures on Linux: %v", len(pictures), err)
	}
	for _, path := range pictures {
		name := filepath.Base(path)
		m.keep(t, filepath.Join(windows, "screens", name))
		if strings.Contains(name, "-camera-") || strings.Contains(name, "-code-") { // the picture lives, every code is another
			continue
		}
		if differs := difference(t, path, filepath.Join(windows, "screens", name)); differs > tolerance {
			t.Errorf("%s differs in %.2f %% of its pixels", name, 100*differs)
		}
	}
	if difference(t, pictures[0], pictures[1]) <= tolerance {
		t.Errorf("the comparison does not tell %s from %s", filepath.Base(pictures[0]), filepath.Base(pictures[1]))
	}
}

// noGraphics takes OpenGL away: the demo says so and ends; the release, which
// has no console, puts a message on the screen.
func (m *machine) noGraphics(t *testing.T) {
	display, stop, err := startScreen("-extension", "GLX")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	blind := func(deadline time.Duration, program string) string {
		c := m.command(t, deadline, "wine", m.program(program), "--backend", "https://127.0.0.1:1", "--data", `C:\blind`)
		c.Env = append(c.Env, "DISPLAY="+display)
		out, err := c.CombinedOutput()
		if err == nil {
			t.Errorf("%s ends well without a window", program)
		}
		return string(out)
	}
	if out := blind(time.Minute, "qoltanba-demo.exe"); !strings.Contains(out, "hint: Update the driver of the graphics card") {
		t.Errorf("the demo says:\n%s", out)
	}
	ctx, cancel := context.WithCancel(t.Context()) // ends with the program
	said := make(chan string, 1)
	go func() { said <- blind(2*time.Minute, "qoltanba.exe"); cancel() }()
	path := filepath.Join(t.TempDir(), "message.png")
	for !m.photograph(t, display, path) || len(distinct(decode(t, path))) < 3 { // an empty box has two
		pause(ctx, t, "no message came")
	}
	m.keep(t, path)
	m.end(t) // the message waits for a person
	if out := <-said; !slices.Contains(strings.Fields(out), "hint:") {
		t.Errorf("the release says:\n%s", out)
	}
}

// windowsPath is how Wine names a file of this computer.
func windowsPath(path string) string { return "Z:" + strings.ReplaceAll(path, "/", `\`) }
