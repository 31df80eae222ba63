package keystore

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"qoltanba/keystore/profile"
)

func TestXDGDocuments(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		"# comment\nXDG_DOCUMENTS_DIR=\"$HOME/Құжаттар\"\n": "/home/a/Құжаттар",
		"XDG_DOCUMENTS_DIR=\"/data/docs\"":                  "/data/docs",
		"XDG_DOCUMENTS_DIR=\"$HOME/\"":                      "",
		"XDG_DOCUMENTS_DIR=\"relative\"":                    "",
		"XDG_MUSIC_DIR=\"$HOME/Music\"":                     "",
	} {
		file := filepath.Join(t.TempDir(), "user-dirs.dirs")
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := xdgDocuments(file, "/home/a"); got != want {
			t.Errorf("%q: got %q, want %q", content, got, want)
		}
	}
	if got := xdgDocuments("/absent", "/home/a"); got != "" {
		t.Errorf("no file: %q", got)
	}
}

// mount mounts a file system for one test, or skips where that is not allowed.
func mount(t *testing.T, source, kind string, flags uintptr, options string) string {
	t.Helper()
	dir := t.TempDir()
	if err := unix.Mount(source, dir, kind, flags, options); err != nil {
		t.Skipf("mounting %s is not possible here: %v", kind, err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil && !errors.Is(err, unix.EINVAL) && !errors.Is(err, unix.ENOENT) {
			t.Error(err)
		}
	})
	return dir
}

func TestFullDisk(t *testing.T) {
	t.Parallel()
	dir := mount(t, "tmpfs", "tmpfs", 0, "size=16k")
	if err := os.WriteFile(filepath.Join(dir, "ballast"), make([]byte, 16<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	before := snapshot(t, dir)
	key := rsaKeys()[0]
	_, err := WriteKeyFile(dir, key, issue(t, key, profile.RSASign), goodPassword, Encoding3DES)
	if !errors.Is(err, ErrNoSpace) {
		t.Errorf("got %v, want ErrNoSpace", err)
	}
	if snapshot(t, dir) != before {
		t.Error("something was left on the full disk")
	}
	if r := InspectFolder(dir); !errors.Is(r.Err(), ErrNoSpace) || !r.Has(FolderTemporary) {
		t.Errorf("%+v", r)
	}
}

func TestReadOnlyAndVanishedDisk(t *testing.T) {
	t.Parallel()
	dir := mount(t, "tmpfs", "tmpfs", unix.MS_RDONLY, "size=1m")
	key := rsaKeys()[0]
	cert := issue(t, key, profile.RSASign)
	if _, err := WriteKeyFile(dir, key, cert, goodPassword, Encoding3DES); !errors.Is(err, ErrReadOnly) {
		t.Errorf("got %v, want ErrReadOnly", err)
	}
	if r := InspectFolder(dir); !errors.Is(r.Err(), ErrReadOnly) {
		t.Errorf("%+v", r)
	}
	if err := unix.Unmount(dir, 0); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := WriteKeyFile(dir, key, cert, goodPassword, Encoding3DES); !errors.Is(err, ErrFolderGone) {
		t.Errorf("got %v, want ErrFolderGone", err)
	}
}
