package journey

import (
	"bytes"
	"crypto/x509"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"qoltanba/app/api"
	"qoltanba/keystore"
	"qoltanba/keystore/profile"
)

// mountSmall mounts a disk of 2 MiB for one test, or skips where that may not be
// done.
func mountSmall(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=2m"); err != nil {
		t.Skipf("mounting needs rights that are not given here: %v", err)
	}
	t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
	return dir
}

// fill leaves so many bytes of room, in whole pages, and returns what gives the
// rest back.
func fill(t *testing.T, dir string, room int64) (empty func()) {
	t.Helper()
	path := filepath.Join(dir, "ballast")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, err = f.Write(make([]byte, unix.Getpagesize()))
	}
	if !errors.Is(err, unix.ENOSPC) {
		t.Fatal(err)
	}
	info, err := f.Stat()
	if err := errors.Join(err, f.Truncate(info.Size()-room), f.Close()); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := os.Remove(path); err != nil {
			t.Error(err)
		}
	}
}

// keyNames are the names of the key files of the certificates issued.
func (c *citizen) keyNames() (names []string) {
	c.t.Helper()
	for _, i := range c.model.issued {
		cert, err := x509.ParseCertificate(i.DER)
		if err != nil {
			c.t.Fatal(err)
		}
		kind, err := profile.ParseKind(cert)
		if err != nil {
			c.t.Fatal(err)
		}
		ski, err := profile.SKIOfInfo(cert.RawSubjectPublicKeyInfo)
		if err != nil {
			c.t.Fatal(err)
		}
		names = append(names, profile.FileName(kind, ski))
	}
	return names
}

func check(t *testing.T, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

// TestKeyFolderAtFaultLosesNothing breaks the folder after it was chosen. Each
// fault has its code, what lies there stays as it is, and in another folder the
// citizen comes to the end.
func TestKeyFolderAtFaultLosesNothing(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]struct {
		code api.Code
		make func(t *testing.T, c *citizen) (folder string, hurt func())
	}{
		"full": {api.FolderFull, func(t *testing.T, _ *citizen) (string, func()) {
			dir := mountSmall(t)
			return dir, func() { fill(t, dir, 0) }
		}},
		"read-only": {api.FolderReadOnly, func(t *testing.T, _ *citizen) (string, func()) {
			dir := mountSmall(t)
			return dir, func() { check(t, unix.Mount("", dir, "", unix.MS_REMOUNT|unix.MS_RDONLY, "")) }
		}},
		"its disk gone": {api.FolderGone, func(t *testing.T, _ *citizen) (string, func()) {
			dir := mountSmall(t)
			folder := filepath.Join(dir, "ЭЦҚ")
			return folder, func() { check(t, unix.Unmount(dir, unix.MNT_DETACH)) }
		}},
		"removed": {api.FolderGone, func(t *testing.T, _ *citizen) (string, func()) {
			dir := filepath.Join(t.TempDir(), "Құжаттар")
			return dir, func() { check(t, os.Remove(dir)) }
		}},
		"exchanged for a file": {api.FolderUnfit, func(t *testing.T, _ *citizen) (string, func()) {
			dir := filepath.Join(t.TempDir(), "Құжаттар")
			return dir, func() { check(t, os.Remove(dir), os.WriteFile(dir, []byte("басқа"), 0o600)) }
		}},
		"exchanged for a link": {api.FolderUnfit, func(t *testing.T, _ *citizen) (string, func()) {
			dir := filepath.Join(t.TempDir(), "Құжаттар")
			return dir, func() { check(t, os.Remove(dir), os.Symlink(t.TempDir(), dir)) }
		}},
		"names taken": {api.FileExists, func(t *testing.T, c *citizen) (string, func()) {
			dir := t.TempDir()
			return dir, func() {
				for _, name := range c.keyNames() {
					check(t, os.WriteFile(filepath.Join(dir, name), []byte("басқа"), 0o600))
				}
			}
		}},
		"names taken by links": {api.FileExists, func(t *testing.T, c *citizen) (string, func()) {
			dir := t.TempDir()
			return dir, func() {
				for _, name := range c.keyNames() {
					check(t, os.Symlink(filepath.Join(dir, "absent"), filepath.Join(dir, name)))
				}
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := citizenAt(t, StagePassword, api.IdentityCard)
			p := c.start(c.model)
			defer p.stop()
			check(t, p.Resume(t.Context(), ""))
			folder, hurt := fault.make(t, c)
			check(t, p.ChangeFolder(t.Context(), folder))
			hurt()
			before := listing(folder)
			if err := p.WriteKeys(t.Context(), modelPass); api.CodeOf(err) != fault.code {
				t.Errorf("got %v, want %s", err, fault.code)
			}
			if after := listing(folder); after != before {
				t.Errorf("the folder changed from\n%sto\n%s", before, after)
			}
			if s := p.State(); s.Stage != StagePassword || s.Problem == nil || s.CanCancel {
				t.Errorf("afterwards at %s with %v", s.Stage, s.Problem)
			}
			check(t, p.ChangeFolder(t.Context(), c.keys()), p.WriteKeys(t.Context(), modelPass))
			c.checkDone(p)
		})
	}
}

// listing is what lies in a folder, with what is in the files.
func listing(dir string) string {
	var b bytes.Buffer
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		b.WriteString(e.Name() + " " + e.Type().String())
		if e.Type().IsRegular() {
			content, _ := os.ReadFile(filepath.Join(dir, e.Name()))
			b.Write(content)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// TestDiskFullBetweenTheKeys has room for one of the two key files. The first
// stays, whole, and the same password goes on where it stopped.
func TestDiskFullBetweenTheKeys(t *testing.T) {
	t.Parallel()
	c := citizenAt(t, StagePassword, api.IdentityCard)
	p := c.start(c.model)
	defer p.stop()
	dir := mountSmall(t)
	check(t, p.Resume(t.Context(), ""), p.ChangeFolder(t.Context(), dir))
	empty := fill(t, dir, int64(unix.Getpagesize()))
	if err := p.WriteKeys(t.Context(), modelPass); api.CodeOf(err) != api.FolderFull {
		t.Fatalf("got %v", err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.p12"))
	entries, _ := os.ReadDir(dir)
	if err != nil || len(files) != 1 || len(entries) != 2 {
		t.Fatalf("%v, %v", entries, err)
	}
	if _, err := keystore.ReadKeyFile(files[0], string(modelPass)); err != nil {
		t.Error(err)
	}
	empty()
	if err := p.WriteKeys(t.Context(), "Another1"); api.CodeOf(err) != api.FileExists {
		t.Errorf("under another password: %v", err)
	}
	check(t, p.WriteKeys(t.Context(), modelPass))
	if files, _ := filepath.Glob(filepath.Join(dir, "*.p12")); len(files) != 2 || p.State().Stage != StageDone {
		t.Errorf("%d files at %s", len(files), p.State().Stage)
	}
}

// TestOwnDiskFull fills the disk under the program's own files at two steps:
// each says so and goes on when there is room again.
func TestOwnDiskFull(t *testing.T) {
	t.Parallel()
	for _, at := range []Stage{StageCompanion, StageSubmit} {
		t.Run(string(at), func(t *testing.T) {
			t.Parallel()
			c := newCitizen(t)
			keys := c.keys()
			c.dir = mountSmall(t)
			p := c.start(c.model)
			defer p.stop()
			check(t, c.walkTo(p, at, keys))
			empty := fill(t, c.dir, 0)
			act := map[Stage]func() error{
				StageCompanion: func() error { return p.CompanionChecked(t.Context()) },
				StageSubmit:    func() error { return p.Submit(t.Context()) },
			}[at]
			before := listing(filepath.Join(c.dir, "data")) + listing(filepath.Join(c.dir, "vault"))
			err := act()
			if api.CodeOf(err) != api.DataFull || p.State().Problem == nil {
				t.Errorf("got %v", err)
			}
			if after := listing(filepath.Join(c.dir, "data")) + listing(filepath.Join(c.dir, "vault")); after != before {
				t.Error("something was half-written")
			}
			if n := len(c.model.applied); n != 0 {
				t.Errorf("%d applications on keys that were not kept", n)
			}
			empty()
			if at == StageSubmit {
				check(t, act())
			} else {
				check(t, p.Refresh(t.Context()), p.Proceed(t.Context()))
			}
			if n := len(c.model.applied); at == StageSubmit && n != 1 {
				t.Errorf("%d applications", n)
			}
			if r, err := p.file.load(); err != nil || r.Enrolment == "" || !r.Companion {
				t.Errorf("the journal: %v", err)
			}
		})
	}
}

// walkTo walks with the keys in a folder of their own.
func (c *citizen) walkTo(p *process, until Stage, keys string) error {
	if until == StageCompanion {
		return c.walk(c.t.Context(), p.Journey, until)
	}
	if err := c.walk(c.t.Context(), p.Journey, StageForm); err != nil {
		return err
	}
	return p.FillForm(c.t.Context(), Form{Storage: api.StoragePC, Folder: keys})
}

// TestKeysOnAVanishedDiskAreNotLost takes the vault's folder away and brings it
// back: meanwhile the keys do not pass for lost, which would end the application.
func TestKeysOnAVanishedDiskAreNotLost(t *testing.T) {
	t.Parallel()
	c := citizenAt(t, StagePassword, api.IdentityCard)
	p := c.start(c.model)
	defer p.stop()
	check(t, p.Resume(t.Context(), ""))
	vault := filepath.Join(c.dir, "vault")
	check(t, os.Rename(vault, vault+"-away"))
	before := p.State().CanCancel
	if err := p.WriteKeys(t.Context(), modelPass); api.CodeOf(err) != api.DataUnusable || p.State().CanCancel != before {
		t.Errorf("got %v, cancel %v", err, p.State().CanCancel)
	}
	check(t, os.Rename(vault+"-away", vault), p.WriteKeys(t.Context(), modelPass))
	c.checkDone(p)
}

// TestALinkedFolderIsFollowedOnce shows the place itself to the citizen.
func TestALinkedFolderIsFollowedOnce(t *testing.T) {
	t.Parallel()
	c := citizenAt(t, StagePassword, api.IdentityCard)
	p := c.start(c.model)
	defer p.stop()
	check(t, p.Resume(t.Context(), ""), os.MkdirAll(c.keys(), 0o700))
	link := filepath.Join(t.TempDir(), "ЭЦҚ")
	check(t, os.Symlink(c.keys(), link), p.ChangeFolder(t.Context(), link))
	place, err := filepath.EvalSymlinks(c.keys())
	check(t, err)
	if got := p.State().Form.Folder; got != place {
		t.Errorf("the folder is %s", got)
	}
	check(t, os.Remove(link), p.WriteKeys(t.Context(), modelPass))
	c.checkDone(p)
}
