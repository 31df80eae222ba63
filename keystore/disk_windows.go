package keystore

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

// errMoveUnsupported says that the file system cannot name a file without the
// danger of replacing another. MoveFileEx can on every one.
var errMoveUnsupported = errors.New("cannot rename without replacing on this file system")

// moveNoReplace renames and returns when the name is on the disk.
func moveNoReplace(from, to string) error { return move(from, to, windows.MOVEFILE_WRITE_THROUGH) }

// ReplaceFile gives a file a new name in its folder, takes the name from a file
// that has it, and returns when the name is on the disk.
func ReplaceFile(from, to string) error {
	return move(from, to, windows.MOVEFILE_WRITE_THROUGH|windows.MOVEFILE_REPLACE_EXISTING)
}

func move(from, to string, flags uint32) error {
	src, err := windows.UTF16PtrFromString(from)
	if err != nil {
		return err
	}
	dst, err := windows.UTF16PtrFromString(to)
	if err != nil {
		return err
	}
	return patiently(func() error { return windows.MoveFileEx(src, dst, flags) })
}

func removeFile(path string) error { return patiently(func() error { return os.Remove(path) }) }

// heldAtMost is how long a new file is left to those who look into every one:
// antivirus, search and backup. They hold it for milliseconds as a rule.
const heldAtMost = 2 * time.Second

// patiently tries again while another program holds the file.
func patiently(try func() error) error {
	began := time.Now()
	for pause := 5 * time.Millisecond; ; pause *= 2 {
		err := try()
		held := errors.Is(err, windows.ERROR_SHARING_VIOLATION) || errors.Is(err, windows.ERROR_ACCESS_DENIED)
		if !held || time.Since(began) > heldAtMost {
			return err
		}
		time.Sleep(pause)
	}
}

// SyncFolder has nothing to do: Windows cannot sync a folder, and
// moveNoReplace and ReplaceFile write through.
func SyncFolder(string) error { return nil }

// makePrivateFolder makes a folder and its missing parents for the citizen, the
// system and its administrators alone, wherever it is; what comes to lie in
// them is theirs alone too.
func makePrivateFolder(dir string) error {
	switch info, err := os.Stat(dir); {
	case err == nil && info.IsDir():
		return nil
	case err == nil:
		return &os.PathError{Op: "mkdir", Path: dir, Err: windows.ERROR_PATH_NOT_FOUND}
	}
	if parent := filepath.Dir(dir); parent != dir {
		if err := makePrivateFolder(parent); err != nil {
			return err
		}
	}
	name, err := windows.UTF16PtrFromString(dir)
	if err != nil {
		return err
	}
	rights, err := privateRights()
	if err != nil {
		return err
	}
	err = windows.CreateDirectory(name, rights)
	if errors.Is(err, windows.ERROR_ALREADY_EXISTS) { // another was faster
		return nil
	}
	if err != nil {
		return &os.PathError{Op: "mkdir", Path: dir, Err: err}
	}
	return nil
}

// privateRights inherit nothing from the folder above.
func privateRights() (*windows.SecurityAttributes, error) {
	user, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return nil, err
	}
	descriptor, err := windows.SecurityDescriptorFromString("D:P(A;OICI;FA;;;" + user.User.Sid.String() + ")(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)")
	if err != nil {
		return nil, err
	}
	rights := windows.SecurityAttributes{SecurityDescriptor: descriptor}
	rights.Length = uint32(unsafe.Sizeof(rights))
	return &rights, nil
}

// sentinelOf finds the sentinel for a code of the system, or nil.
func sentinelOf(code syscall.Errno) error {
	switch code {
	case windows.ERROR_DISK_FULL, windows.ERROR_HANDLE_DISK_FULL, windows.ERROR_DISK_QUOTA_EXCEEDED:
		return ErrNoSpace
	case windows.ERROR_WRITE_PROTECT:
		return ErrReadOnly
	case windows.ERROR_ACCESS_DENIED, windows.ERROR_SHARING_VIOLATION:
		return ErrDenied
	case windows.ERROR_DIRECTORY, windows.ERROR_INVALID_NAME, windows.ERROR_CANT_RESOLVE_FILENAME:
		return ErrNotFolder
	case windows.ERROR_FILENAME_EXCED_RANGE, windows.ERROR_BUFFER_OVERFLOW:
		return ErrPathLong
	case windows.ERROR_FILE_NOT_FOUND, windows.ERROR_PATH_NOT_FOUND, windows.ERROR_NOT_READY, windows.ERROR_INVALID_DRIVE,
		windows.ERROR_BAD_NETPATH, windows.ERROR_NETNAME_DELETED, windows.ERROR_DEV_NOT_EXIST:
		return ErrFolderGone
	default:
		return nil
	}
}

// pulled has nothing to find: Windows itself says that a disk is gone.
func pulled(string) bool { return false }

// lockFile takes the exclusive lock on f at once or fails with ErrVaultBusy.
// The system drops it with the handle, even when the process dies.
func lockFile(f *os.File) error {
	const flags = windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY
	err := windows.LockFileEx(windows.Handle(f.Fd()), flags, 0, 1, 0, new(windows.Overlapped))
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return ErrVaultBusy
	}
	return err
}

// unlockFile gives the lock up at once, which Windows does not promise of closing.
func unlockFile(f *os.File) error {
	return windows.UnlockFileEx(windows.Handle(f.Fd()), 0, 1, 0, new(windows.Overlapped))
}
