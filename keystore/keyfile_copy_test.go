package keystore

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func TestCopyOfKeyFile(t *testing.T) {
	t.Parallel()
	path, stick := gostFile(t), t.TempDir()
	for range 2 { // the second finds the first
		copied, err := CopyKeyFile(path, stick, goodPassword)
		if err != nil || copied != filepath.Join(stick, filepath.Base(path)) {
			t.Fatalf("%s: %v", copied, err)
		}
	}
	if _, err := ReadKeyFile(filepath.Join(stick, filepath.Base(path)), goodPassword); err != nil {
		t.Error(err)
	}
	if entries, err := os.ReadDir(stick); err != nil || len(entries) != 1 {
		t.Errorf("the stick has %v, %v", entries, err)
	}
}

func TestCopyOfKeyFileRefuses(t *testing.T) {
	t.Parallel()
	path, taken, stick := gostFile(t), t.TempDir(), t.TempDir()
	name := filepath.Base(path)
	if err := os.WriteFile(filepath.Join(taken, name), []byte("басқа"), 0o600); err != nil {
		t.Fatal(err)
	}
	damaged := filepath.Join(t.TempDir(), "damaged.p12")
	if err := os.WriteFile(damaged, []byte("no key file"), 0o600); err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct {
		path, dir, password string
		want                error
	}{
		"another password": {path, stick, "Another1", ErrPassword},
		"the same folder":  {path, filepath.Dir(path), goodPassword, ErrSamePlace},
		"a name taken":     {path, taken, goodPassword, ErrExists},
		"no stick":         {path, filepath.Join(stick, "gone"), goodPassword, ErrFolderGone},
		"a file":           {path, damaged, goodPassword, ErrNotFolder},
		"no file":          {path + ".absent", stick, goodPassword, fs.ErrNotExist},
		"a damaged file":   {damaged, stick, goodPassword, ErrNoKeyFile},
	} {
		if _, err := CopyKeyFile(c.path, c.dir, c.password); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", what, err, c.want)
		}
	}
	if after := snapshot(t, stick); after != "" {
		t.Errorf("left %s", after)
	}
	if content, _ := os.ReadFile(filepath.Join(taken, name)); string(content) != "басқа" {
		t.Error("another file was replaced")
	}
	if _, err := CopyKeyFile(path+".absent", stick, goodPassword); IsDiskError(err) {
		t.Errorf("a file that is gone is told as a fault of the second place: %v", err)
	}
}

// Whatever fails on the second disk, and whether or not the process lives on,
// the copy is whole or not there, the file itself is as it was, and a second try
// succeeds.
func TestCopyOfKeyFileIsWholeOrNot(t *testing.T) {
	t.Parallel()
	path := gostFile(t)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for what, fault := range map[string]struct{ err, want error }{
		"full": {errFull, ErrNoSpace}, "protected": {errProtected, ErrReadOnly}, "killed": {errKilled, errKilled},
	} {
		for stage := 1; ; stage++ { // 0 is the file's own reading
			stick := t.TempDir()
			d := &faultyDisk{failAt: stage, err: fault.err, dead: errors.Is(fault.want, errKilled)}
			_, err := copyKeyFile(d, path, stick, goodPassword)
			if stage >= len(d.ops) {
				if err != nil || stage < 7 {
					t.Fatalf("%s: no failure came at stage %d: %v", what, stage, err)
				}
				break
			}
			if !errors.Is(err, fault.want) {
				t.Errorf("%s at %v: %v", what, d.ops, err)
			}
			if content, err := os.ReadFile(filepath.Join(stick, filepath.Base(path))); err == nil && string(content) != string(whole) {
				t.Errorf("%s at %v: a part of the copy has its name", what, d.ops)
			}
			if _, err := CopyKeyFile(path, stick, goodPassword); err != nil {
				t.Errorf("%s at %v, again: %v", what, d.ops, err)
			}
			if entries, _ := os.ReadDir(stick); len(entries) != 1 {
				t.Errorf("%s at %v: the stick has %v", what, d.ops, entries)
			}
		}
	}
	if now, err := os.ReadFile(path); err != nil || string(now) != string(whole) {
		t.Error("the file itself has changed")
	}
}
