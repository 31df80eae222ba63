package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zalando/go-keyring"

	"qoltanba/app/doctor"
)

// A fresh Firefox profile is made to believe the companion, the doctor sees it,
// and removing leaves nothing behind.
func TestTrustFromTheCommandLine(t *testing.T) {
	keyring.MockInit()
	home, data := t.TempDir(), t.TempDir()
	t.Setenv("HOME", home)
	profile := filepath.Join(home, ".mozilla/firefox/abc.default")
	if err := os.MkdirAll(profile, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, ".mozilla/firefox/profiles.ini"), []byte("[Profile0]\nIsRelative=1\nPath=abc.default\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	examined := func() map[string]doctor.Level {
		t.Helper()
		var out bytes.Buffer
		err := run(t.Context(), []string{"doctor", "-json", "-data", data, "-keys", t.TempDir(), "-port", "1"}, &out)
		if err != nil && !errors.Is(err, errUnwell) {
			t.Fatal(err)
		}
		var report doctor.Report
		if err := json.Unmarshal(out.Bytes(), &report); err != nil {
			t.Fatalf("%v: %s", err, &out)
		}
		levels := map[string]doctor.Level{}
		for _, f := range report.Findings {
			levels[f.Subject] = f.Level
		}
		return levels
	}
	const firefox = "Firefox: abc.default"
	if got := examined()[firefox]; got != doctor.Failure {
		t.Errorf("before: %q", got)
	}
	for _, step := range []struct {
		args  []string
		said  string
		level doctor.Level
	}{
		{[]string{"companion", "trust"}, "Firefox: abc.default: сертификат установлен.", doctor.OK},
		{[]string{"companion", "trust"}, "Firefox: abc.default: службе подписи доверяют.", doctor.OK},
		{[]string{"companion", "remove"}, "Firefox: abc.default: сертификат удалён.", doctor.Failure},
		{[]string{"companion", "remove"}, "Firefox: abc.default: сертификата нет.", doctor.Failure},
	} {
		var out bytes.Buffer
		if err := run(t.Context(), append(step.args, "-data", data, "-language", "ru", "-system=false"), &out); err != nil {
			t.Fatalf("%v: %v\n%s", step.args, err, &out)
		}
		if !strings.Contains(out.String(), step.said) {
			t.Errorf("%v says %s", step.args, &out)
		}
		if got := examined()[firefox]; got != step.level {
			t.Errorf("after %v: %q", step.args, got)
		}
	}
	if left, err := os.ReadDir(filepath.Join(data, "companion")); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

func TestDoctorWritesABundleOnce(t *testing.T) {
	keyring.MockInit()
	t.Setenv("HOME", t.TempDir())
	path := filepath.Join(t.TempDir(), "support.zip")
	args := []string{"doctor", "-data", t.TempDir(), "-keys", t.TempDir(), "-port", "1", "-language", "en", "-bundle", path}
	var out bytes.Buffer
	if err := run(t.Context(), args, &out); err != nil && !errors.Is(err, errUnwell) {
		t.Fatal(err)
	}
	z, err := zip.OpenReader(path)
	if err != nil || len(z.File) != 2 {
		t.Fatal(err)
	}
	_ = z.Close()
	if !strings.Contains(out.String(), "The signing service is not running") {
		t.Errorf("it says %s", &out)
	}
	if err := run(t.Context(), args, &out); err == nil || !errors.Is(err, os.ErrExist) {
		t.Errorf("the file was written over: %v", err)
	}
}
