package keystore

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"qoltanba/keystore/profile"
)

// faultyDisk is the real disk, but the operation of the given number fails.
type faultyDisk struct {
	osDisk
	ops    []string // what was done, in order
	failAt int      // number of the failing operation, from 0; -1 for none
	err    error
	dead   bool // after the failure nothing works: the process was killed
	noMove bool // the file system can only create
}

var errKilled = errors.New("killed")

func (d *faultyDisk) step(op string) error {
	n := len(d.ops)
	d.ops = append(d.ops, op)
	if d.failAt >= 0 && (n == d.failAt || d.dead && n > d.failAt) {
		return d.err
	}
	return nil
}

func (d *faultyDisk) create(path string) (file, error) {
	if err := d.step("create"); err != nil {
		return nil, err
	}
	f, err := d.osDisk.create(path)
	if err != nil {
		return nil, err
	}
	return &faultyFile{f, d}, nil
}

func (d *faultyDisk) read(path string, limit int64) ([]byte, error) {
	if err := d.step("read"); err != nil {
		return nil, err
	}
	return d.osDisk.read(path, limit)
}

func (d *faultyDisk) move(from, to string) error {
	if err := d.step("move"); err != nil {
		return err
	}
	if d.noMove {
		return errMoveUnsupported
	}
	return d.osDisk.move(from, to)
}

func (d *faultyDisk) replace(from, to string) error {
	if err := d.step("replace"); err != nil {
		return err
	}
	return d.osDisk.replace(from, to)
}

func (d *faultyDisk) remove(path string) error {
	if err := d.step("remove"); err != nil {
		return err
	}
	return d.osDisk.remove(path)
}

func (d *faultyDisk) syncFolder(path string) error {
	if err := d.step("syncFolder"); err != nil {
		return err
	}
	return d.osDisk.syncFolder(path)
}

type faultyFile struct {
	file
	disk *faultyDisk
}

func (f *faultyFile) Write(b []byte) (int, error) {
	if err := f.disk.step("write"); err != nil {
		n, _ := f.file.Write(b[:len(b)/2])
		return n, err
	}
	return f.file.Write(b)
}

func (f *faultyFile) Sync() error {
	if err := f.disk.step("sync"); err != nil {
		return err
	}
	return f.file.Sync()
}

func (f *faultyFile) Close() error {
	_ = f.file.Close()
	return f.disk.step("close")
}

// snapshot describes everything in a folder.
func snapshot(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, e := range entries {
		content, _ := os.ReadFile(filepath.Join(dir, e.Name()))
		fmt.Fprintf(&b, "%s %v %q\n", e.Name(), e.Type(), content)
	}
	return b.String()
}

func accept([]byte) error { return nil }

// Whatever operation fails and however, the folder is as before, or has the
// whole file when only the last sync failed.
func TestEveryFailureLeavesOldStateOrWholeFile(t *testing.T) {
	t.Parallel()
	data := []byte(strings.Repeat("кілт ", 100))
	faults := map[string]struct{ err, want error }{
		"full":      {errFull, ErrNoSpace},
		"read-only": {errProtected, ErrReadOnly},
		"vanished":  {fs.ErrNotExist, ErrFolderGone},
	}
	for name, fault := range faults {
		for stage := 0; ; stage++ {
			dir := t.TempDir()
			before := snapshot(t, dir)
			d := &faultyDisk{failAt: stage, err: fault.err}
			err := writeNew(d, filepath.Join(dir, "key"), data, accept)
			if stage >= len(d.ops) {
				if err != nil || stage < 7 {
					t.Fatalf("%s: no failure came at stage %d: %v", name, stage, err)
				}
				break
			}
			if !errors.Is(err, fault.want) {
				t.Errorf("%s at %v: got %v, want %v", name, d.ops, err, fault.want)
			}
			after := snapshot(t, dir)
			whole := fmt.Sprintf("key %v %q\n", fs.FileMode(0), data)
			if after != before && (d.ops[stage] != "syncFolder" || after != whole) {
				t.Errorf("%s at %v left %s", name, d.ops, after)
			}
		}
	}
}

// A process that is killed cleans nothing up; the next one still succeeds, and
// the name never belongs to a part of the file.
func TestKilledAtEveryStage(t *testing.T) {
	t.Parallel()
	for _, noMove := range []bool{false, true} {
		killAtEveryStage(t, noMove)
	}
}

func killAtEveryStage(t *testing.T, noMove bool) {
	data := []byte(strings.Repeat("кілт ", 100))
	for stage := 0; ; stage++ {
		dir := t.TempDir()
		path := filepath.Join(dir, "key")
		d := &faultyDisk{failAt: stage, err: errKilled, dead: true, noMove: noMove}
		err := writeNew(d, path, data, accept)
		if stage >= len(d.ops) {
			if err != nil {
				t.Fatal(err)
			}
			break
		}
		content, readErr := os.ReadFile(path)
		reserved := noMove && len(content) == 0
		if readErr == nil && string(content) != string(data) && !reserved {
			t.Fatalf("killed at %v: a part of the file has its name", d.ops)
		}
		whole := readErr == nil && !reserved
		err = writeNew(&faultyDisk{failAt: -1, noMove: noMove}, path, data, accept)
		if whole && !errors.Is(err, ErrExists) || !whole && err != nil {
			t.Errorf("killed at %v: the second try fails: %v", d.ops, err)
		}
		if after, want := snapshot(t, dir), fmt.Sprintf("key %v %q\n", fs.FileMode(0), data); after != want {
			t.Errorf("killed at %v, and after the second try there is %s", d.ops, after)
		}
	}
}

func TestWriteWithoutExclusiveRename(t *testing.T) {
	t.Parallel()
	data := []byte("кілт")
	for stage := -1; ; stage++ {
		dir := t.TempDir()
		d := &faultyDisk{failAt: stage, err: errFull, noMove: true}
		err := writeNew(d, filepath.Join(dir, "key"), data, accept)
		if stage >= len(d.ops) {
			break
		}
		whole := fmt.Sprintf("key %v %q\n", fs.FileMode(0), data)
		switch after := snapshot(t, dir); {
		case stage < 0 && (err != nil || after != whole):
			t.Fatalf("%v: %s", err, after)
		case stage >= 0 && d.ops[stage] != "remove" && !errors.Is(err, ErrNoSpace):
			t.Errorf("at %v: got %v", d.ops, err)
		case err != nil && d.ops[stage] != "syncFolder" && after != "":
			t.Errorf("at %v left %s", d.ops, after)
		}
	}
	taken := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(taken, []byte("басқа"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := writeNew(&faultyDisk{failAt: -1, noMove: true}, taken, data, accept); !errors.Is(err, ErrExists) {
		t.Errorf("got %v, want ErrExists", err)
	}
	if content, _ := os.ReadFile(taken); string(content) != "басқа" {
		t.Error("another file was replaced")
	}
}

// A disk that silently loses what it was given must be noticed.
func TestWriteNoticesFalseDisk(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := writeNew(lyingDisk{}, filepath.Join(dir, "key"), []byte("кілт"), accept); !errors.Is(err, ErrVerify) {
		t.Errorf("got %v", err)
	}
	refuse := func([]byte) error { return ErrPassword }
	if err := writeNew(osDisk{}, filepath.Join(dir, "key"), []byte("кілт"), refuse); !errors.Is(err, ErrVerify) || !errors.Is(err, ErrPassword) {
		t.Errorf("got %v", err)
	}
	if after := snapshot(t, dir); after != "" {
		t.Errorf("left %s", after)
	}
}

type lyingDisk struct{ osDisk }

func (d lyingDisk) create(path string) (file, error) {
	f, err := d.osDisk.create(path)
	return lyingFile{f}, err
}

type lyingFile struct{ file }

func (f lyingFile) Write(b []byte) (int, error) {
	_, err := f.file.Write(make([]byte, len(b)))
	return len(b), err
}

func TestLeftoversOfCrashAreCleared(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	kept := map[string]bool{
		tempName("key"): false, tempName("key"): false,
		tempName("other"): true, tempName("key.key"): true,
		".key.partial": true, ".key.0123456789abcde.partial": true, ".key.0123456789abcdeg.partial": true,
		".key.0123456789abcdef.part": true, "key.0123456789abcdef.partial": true, "key.partial": true,
	}
	for name := range kept {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("мазмұн"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := writeNew(osDisk{}, filepath.Join(dir, "key"), []byte("x"), accept); err != nil {
		t.Fatal(err)
	}
	for name, want := range kept {
		if _, err := os.Stat(filepath.Join(dir, name)); (err == nil) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// An empty file under the final name is ours only beside our temporary one.
func TestReservedNameIsKnownAgain(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		content string
		beside  bool
		want    error
	}{
		"reserved by us": {"", true, nil},
		"a stranger's":   {"", false, ErrExists},
		"with content":   {"басқа", true, ErrExists},
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, "key")
		if err := os.WriteFile(path, []byte(c.content), 0o600); err != nil {
			t.Fatal(err)
		}
		if c.beside {
			if err := os.WriteFile(filepath.Join(dir, tempName("key")), []byte("кілт"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := writeNew(osDisk{}, path, []byte("кілт"), accept); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", what, err, c.want)
		}
		if content, _ := os.ReadFile(path); c.want != nil && string(content) != c.content {
			t.Errorf("%s: was replaced by %q", what, content)
		}
	}
}

func TestKeyFileOnFaultyDisk(t *testing.T) {
	t.Parallel()
	key, dir := rsaKeys()[0], t.TempDir()
	kf := KeyFile{key, issue(t, key, profile.RSASign)}
	d := &faultyDisk{failAt: 5, err: errTaken} // another program takes the name at the last moment
	if _, err := writeKeyFile(d, dir, kf, goodPassword, Encoding3DES); !errors.Is(err, ErrExists) || d.ops[5] != "move" {
		t.Errorf("at %v: %v", d.ops, err)
	}
	if after := snapshot(t, dir); after != "" {
		t.Errorf("left %s", after)
	}
}

func TestWriteFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "қолтаңба.cms")
	for n, c := range []struct {
		content string
		want    error
	}{{"мәтін", nil}, {"мәтін", nil}, {"басқа", ErrExists}, {"мәтін, ұзынырақ", ErrExists}, {"", ErrExists}} {
		if err := WriteFile(path, []byte(c.content)); !errors.Is(err, c.want) {
			t.Errorf("write %d: got %v, want %v", n, err, c.want)
		}
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != "мәтін" {
		t.Errorf("the file holds %q: %v", got, err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("%d files in the folder", len(entries))
	}
	if err := WriteFile(filepath.Join(dir, "absent", "a"), nil); !errors.Is(err, ErrFolderGone) {
		t.Errorf("no folder: %v", err)
	}
}
