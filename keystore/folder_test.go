package keystore

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestInspectFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := InspectFolder(dir)
	if !r.Writable() || r.Resolved == "" || r.Free <= 0 {
		t.Errorf("%+v", r)
	}
	if after := snapshot(t, dir); after != "" {
		t.Errorf("left %s", after)
	}
	file, link := filepath.Join(dir, "file"), filepath.Join(dir, "link")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := symlink(t.TempDir(), link); err != nil {
		t.Skipf("links cannot be made here: %v", err)
	}
	for path, want := range map[string]FolderCode{
		file:                                FolderNotFolder,
		link:                                FolderLink,
		filepath.Join(dir, "a", "b", "ЭЦҚ"): FolderMissing,
	} {
		r := InspectFolder(path)
		if !r.Has(want) || r.Writable() {
			t.Errorf("%s: %+v", path, r)
		}
		if r.Free <= 0 {
			t.Errorf("%s: free space not found", path)
		}
	}
	if r := InspectFolder(link); r.Resolved == "" || !InspectFolder(r.Resolved).Writable() {
		t.Errorf("the link's target is not offered: %+v", r)
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
	if r := InspectFolder(dir); !r.Has(FolderSynced) || r.Service != "Dropbox" || !r.Writable() {
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
	if err := CreateFolder(filepath.Join(file, "x")); !errors.Is(err, ErrFolderGone) {
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
