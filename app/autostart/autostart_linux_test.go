package autostart

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestProgramStartsWithTheSession(t *testing.T) {
	home := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", home)
	e := Entry{ID: "kz.qoltanba.test", Name: "Qoltanba", Program: `/opt/a "b" $c/қ%/qoltanba`, Args: []string{"companion", "--tray"}}
	if e.Enabled() {
		t.Error("it starts by itself")
	}
	for range 2 {
		if err := e.Enable(); err != nil || !e.Enabled() {
			t.Fatalf("%v", err)
		}
	}
	path := filepath.Join(home, "autostart", "kz.qoltanba.test.desktop")
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if want := `Exec="/opt/a \\"b\\" \\$c/қ%%/qoltanba" "companion" "--tray"`; !strings.Contains(string(content), want+"\n") {
		t.Errorf("%s\nwant %s", content, want)
	}
	if err := os.WriteFile(path, append(content, "Hidden=true\n"...), 0o600); err != nil || e.Enabled() {
		t.Errorf("an entry that was switched off starts: %v", err)
	}
	for range 2 {
		if err := e.Disable(); err != nil || e.Enabled() {
			t.Errorf("%v", err)
		}
	}
	e.Program = "/a\nb"
	if err := e.Enable(); err == nil {
		t.Error("a path of two lines")
	}
}
