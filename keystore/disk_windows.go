package keystore

import (
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/windows"
)

// errMoveUnsupported says that the file system cannot name a file without the
// danger of replacing another. MoveFileEx can on every one.
var errMoveUnsupported = errors.New("cannot rename without replacing on this file system")

// moveNoReplace renames and returns when the name is on the disk.
func moveNoReplace(from, to string) error {
	src, err := windows.UTF16PtrFromString(from)
	if err != nil {
		return err
	}
	dst, err := windows.UTF16PtrFromString(to)
	if err != nil {
		return err
	}
	return windows.MoveFileEx(src, dst, windows.MOVEFILE_WRITE_THROUGH)
}

// syncFolder has nothing to do: Windows cannot sync a folder, and
// moveNoReplace writes through.
func syncFolder(string) error { return nil }

// sentinelOf finds the sentinel for a code of the system, or nil.
func sentinelOf(code syscall.Errno) error {
	switch code {
	case windows.ERROR_DISK_FULL, windows.ERROR_HANDLE_DISK_FULL, windows.ERROR_DISK_QUOTA_EXCEEDED:
		return ErrNoSpace
	case windows.ERROR_ACCESS_DENIED, windows.ERROR_WRITE_PROTECT, windows.ERROR_SHARING_VIOLATION:
		return ErrReadOnly
	case windows.ERROR_FILE_NOT_FOUND, windows.ERROR_PATH_NOT_FOUND, windows.ERROR_NOT_READY, windows.ERROR_INVALID_DRIVE,
		windows.ERROR_BAD_NETPATH, windows.ERROR_NETNAME_DELETED, windows.ERROR_DEV_NOT_EXIST:
		return ErrFolderGone
	default:
		return nil
	}
}

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
