package keystore

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/windows"
)

// What this system says of a full and a protected disk and of a taken name.
const (
	errFull      = windows.ERROR_DISK_FULL
	errProtected = windows.ERROR_WRITE_PROTECT
	errTaken     = windows.ERROR_ALREADY_EXISTS
)

// rights are the access control list of a file or folder, as text (SDDL).
func rights(t *testing.T, path string) string {
	t.Helper()
	d, err := windows.GetNamedSecurityInfo(path, windows.SE_FILE_OBJECT, windows.DACL_SECURITY_INFORMATION)
	if err != nil {
		t.Fatal(err)
	}
	return d.String()
}

func TestPrivateFolderIsForTheOwnerAlone(t *testing.T) {
	t.Parallel()
	everyone, err := windows.SecurityDescriptorFromString("D:P(A;OICI;FA;;;WD)")
	if err != nil {
		t.Fatal(err)
	}
	list, _, err := everyone.DACL()
	if err != nil {
		t.Fatal(err)
	}
	open := t.TempDir()
	if err := windows.SetNamedSecurityInfo(open, windows.SE_FILE_OBJECT, windows.DACL_SECURITY_INFORMATION, nil, nil, list, nil); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(rights(t, open), ";WD)") {
		t.Fatalf("the folder above is not open to everyone: %s", rights(t, open))
	}
	vault := filepath.Join(open, "Құпия", "vault")
	v, err := OpenVault(vault, KeyringSource("kz.qoltanba.test"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = v.Close() }()
	// What lies in them inherits that; Wine hands no rights down.
	for _, path := range []string{filepath.Dir(vault), vault} {
		if got := rights(t, path); strings.Contains(got, ";WD)") || strings.Contains(got, ";BU)") {
			t.Errorf("%s is open to others: %s", filepath.Base(path), got)
		}
	}
}

// hold opens a file as an antivirus does that lets nobody move or delete it.
func hold(t *testing.T, path string) windows.Handle {
	t.Helper()
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		t.Fatal(err)
	}
	h, err := windows.CreateFile(name, windows.GENERIC_READ, windows.FILE_SHARE_READ, nil, windows.OPEN_EXISTING, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestFileHeldByAnotherProgram(t *testing.T) {
	t.Parallel()
	for name, work := range map[string]func(path string) error{
		"move":    func(path string) error { return moveNoReplace(path, path+".moved") },
		"replace": func(path string) error { return ReplaceFile(path, path+".moved") },
		"remove":  removeFile,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "кілт")
			if err := os.WriteFile(path, []byte("кілт"), privateFile); err != nil {
				t.Fatal(err)
			}
			h := hold(t, path)
			if err := os.Rename(path, path+".held"); !errors.Is(err, windows.ERROR_SHARING_VIOLATION) {
				t.Fatalf("the file is not held: %v", err)
			}
			released := make(chan error, 1)
			time.AfterFunc(50*time.Millisecond, func() { released <- windows.CloseHandle(h) })
			if err := errors.Join(work(path), <-released); err != nil {
				t.Error(err)
			}
			if _, err := os.Stat(path); err == nil {
				t.Error("the file has its old name")
			}
		})
	}
}

func TestReplaceFile(t *testing.T) {
	t.Parallel()
	from, to := filepath.Join(t.TempDir(), "new"), ""
	to = filepath.Join(filepath.Dir(from), "old")
	for path, content := range map[string]string{from: "new", to: "old"} {
		if err := os.WriteFile(path, []byte(content), privateFile); err != nil {
			t.Fatal(err)
		}
	}
	if err := ReplaceFile(from, to); err != nil {
		t.Fatal(err)
	}
	if content, err := os.ReadFile(to); err != nil || string(content) != "new" {
		t.Errorf("%q, %v", content, err)
	}
}
