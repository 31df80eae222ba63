package keystore

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// keyringSession starts GNOME's keyring, unlocked, in a D-Bus session of its
// own, and this test program in it. The first call to the service must come
// after the keyring has its name, or D-Bus would start a locked one.
const keyringSession = `
printf password | gnome-keyring-daemon --unlock --components=secrets --foreground >/dev/null 2>&1 &
daemon=$!
until dbus-send --session --print-reply --dest=org.freedesktop.DBus / \
	org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets | grep -q true
do kill -0 $daemon || exit 9; done
"$0" -test.run '^TestRealKeyring$' -test.v
status=$?
kill $daemon
exit $status`

func TestGNOMEKeyring(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"dbus-run-session", "dbus-send", "gnome-keyring-daemon", "bash"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed: run make setup", program)
		}
	}
	home := t.TempDir()
	runtimeDir := filepath.Join(home, "run")
	if err := os.Mkdir(runtimeDir, 0o700); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "dbus-run-session", "--", "bash", "-c", keyringSession, os.Args[0])
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "XDG_RUNTIME_DIR=" + runtimeDir, realKeyring + "=1"}
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: TestRealKeyring") {
		t.Errorf("%v:\n%s", err, out)
	}
}

func TestNoSessionBus(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestRealKeyringAbsent$", "-test.v")
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "DBUS_SESSION_BUS_ADDRESS=unix:path=/absent", realKeyring + "=1"}
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS: TestRealKeyringAbsent") {
		t.Errorf("%v:\n%s", err, out)
	}
}

// TestRealKeyringAbsent runs where TestNoSessionBus leaves no bus.
func TestRealKeyringAbsent(t *testing.T) {
	if os.Getenv(realKeyring) == "" {
		t.Skip("TestNoSessionBus runs it")
	}
	if _, _, err := DeviceKey(t.Context(), KeyringSource("kz.qoltanba.test")); !errors.Is(err, ErrNoKeyring) {
		t.Errorf("got %v, want ErrNoKeyring", err)
	}
}
