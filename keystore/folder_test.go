package keystore

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"qoltanba/keystore/profile"
)

func TestInspectFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := InspectFolder(dir)
	if r.Err() != nil || r.Resolved == "" || r.Free <= 0 {
		t.Errorf("%+v", r)
	}
	if after := snapshot(t, dir); after != "" {
		t.Errorf("left %s", after)
	}
	file, link := filepath.Join(dir, "file"), filepath.Join(dir, "link")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	target, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := symlink(target, link); err != nil {
		t.Skipf("links cannot be made here: %v", err)
	}
	nowhere, toFile := filepath.Join(dir, "nowhere"), filepath.Join(dir, "to-file")
	for path, target := range map[string]string{nowhere: filepath.Join(dir, "absent"), toFile: file} {
		if err := symlink(target, path); err != nil {
			t.Fatal(err)
		}
	}
	for path, want := range map[string]struct {
		code FolderCode
		err  error
	}{
		file:                                {FolderUnfit, ErrNotFolder},
		filepath.Join(file, "below"):        {FolderUnfit, ErrNotFolder},
		nowhere:                             {FolderUnfit, ErrNotFolder},
		toFile:                              {FolderUnfit, ErrNotFolder},
		filepath.Join(dir, "a", "b", "ЭЦҚ"): {FolderMissing, ErrFolderGone},
	} {
		if r := InspectFolder(path); !r.Has(want.code) || !errors.Is(r.Err(), want.err) || r.Free <= 0 {
			t.Errorf("%s: %+v", path, r)
		}
	}
	if r := InspectFolder(link); r.Err() != nil || !r.Has(FolderLink) || r.Resolved != target {
		t.Errorf("a link that leads to a folder: %+v", r)
	}
}

// Kazakh letters take two bytes each, and the key file's name and its temporary
// twin must still fit below the folder: that is found out beforehand.
func TestLongFolders(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("the limits differ")
	}
	const nameMax, pathMax = 255, 4096
	kazakh := strings.Repeat("ӘғҚңӨұҮһІ", nameMax/18)
	kazakh += strings.Repeat("ә", (nameMax-len(kazakh))/2)
	deepest := func(path string, length int) string {
		for len(path)+1+nameMax <= length {
			path = filepath.Join(path, kazakh)
		}
		return filepath.Join(path, strings.Repeat("u", length-len(path)-1))
	}
	longest := pathMax - 1 - len("/") - len(tempName(tryName))
	for what, c := range map[string]struct {
		path string
		want error
	}{
		"the longest name":    {filepath.Join(t.TempDir(), kazakh+"x"), nil},
		"a name too long":     {filepath.Join(t.TempDir(), kazakh+"xx"), ErrPathLong},
		"the deepest path":    {deepest(t.TempDir(), longest), nil},
		"no room for a file":  {deepest(t.TempDir(), longest+1), ErrPathLong},
		"deeper than allowed": {deepest(t.TempDir(), pathMax), ErrPathLong},
	} {
		err := CreateFolder(c.path)
		r := InspectFolder(c.path)
		if !errors.Is(r.Err(), c.want) || c.want == nil && r.Err() != nil {
			t.Errorf("%s: made with %v, inspected with %v", what, err, r.Err())
		}
		if entries, _ := os.ReadDir(c.path); len(entries) > 0 {
			t.Errorf("%s: left %v", what, entries)
		}
		key := rsaKeys()[0]
		path, err := WriteKeyFile(c.path, key, issue(t, key, profile.RSAAuth), goodPassword, Encoding3DES)
		if c.want == nil && (err != nil || filepath.Dir(path) != c.path) || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: the key file: %v", what, err)
		}
	}
}

func TestSyncedFolders(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		`C:\Users\a\OneDrive\Documents`:                          "OneDrive",
		`C:\Users\a\OneDrive - Министрлік\Құжаттар`:              "OneDrive",
		"/home/a/Dropbox/ЭЦҚ":                                    "Dropbox",
		"/Users/a/Library/CloudStorage/GoogleDrive-a@b.kz/x":     "Google Drive",
		"/Users/a/Library/Mobile Documents/com~apple~CloudDocs/": "iCloud Drive",
		`C:\Users\a\iCloudDrive`:                                 "iCloud Drive",
		`C:\Users\a\YandexDisk\x`:                                "Yandex.Disk",
		"/home/a/Яндекс.Диск/x":                                  "Yandex.Disk",
		"/home/a/Documents/ЭЦҚ":                                  "",
		"/home/a/my-dropbox-notes":                               "",
	} {
		if got := syncService(path); got != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
	dir := filepath.Join(t.TempDir(), "Dropbox", "ЭЦҚ")
	if err := CreateFolder(dir); err != nil {
		t.Fatal(err)
	}
	if r := InspectFolder(dir); !r.Has(FolderSynced) || r.Service != "Dropbox" || r.Err() != nil {
		t.Errorf("%+v", r)
	}
}

func TestSyncedThroughLink(t *testing.T) {
	t.Parallel()
	cloud, home := filepath.Join(t.TempDir(), "OneDrive"), t.TempDir()
	if err := os.MkdirAll(filepath.Join(cloud, "x"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := symlink(cloud, filepath.Join(home, "Documents")); err != nil {
		t.Skipf("links cannot be made here: %v", err)
	}
	if r := InspectFolder(filepath.Join(home, "Documents", "x")); r.Service != "OneDrive" {
		t.Errorf("%+v", r)
	}
}

func TestCreateFolder(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "Құжаттар", "ЭЦҚ")
	for range 2 {
		if err := CreateFolder(dir); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := CreateFolder(filepath.Join(file, "x")); !errors.Is(err, ErrNotFolder) {
		t.Errorf("below a file: %v", err)
	}
}

func TestDefaultFolder(t *testing.T) {
	t.Parallel()
	dir, err := DefaultFolder()
	if err != nil || !filepath.IsAbs(dir) || filepath.Base(dir) != "ЭЦҚ" {
		t.Errorf("%s, %v", dir, err)
	}
}
