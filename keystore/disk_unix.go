//go:build unix

package keystore

import (
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// errMoveUnsupported says that the file system cannot name a file without the
// danger of replacing another.
var errMoveUnsupported = errors.New("cannot rename without replacing on this file system")

// moveNoReplace renames by the system's exclusive rename, else by a hard link.
func moveNoReplace(from, to string) error {
	err := renameExclusive(from, to)
	if unsupported(err) {
		err = linkNoReplace(from, to)
	}
	if err != nil {
		return err
	}
	return syncFile(to)
}

// syncFile writes the file through under its new name. FAT keeps size and place
// of a file in the entry of its name, and syncing the folder leaves them out:
// without this a stick that is pulled out holds the name of an empty file.
func syncFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func linkNoReplace(from, to string) error {
	switch err := os.Link(from, to); {
	case err == nil:
		_ = os.Remove(from) // the file has its name; the other is cleared later
		return nil
	case unsupported(err):
		return errMoveUnsupported
	default:
		return err
	}
}

func unsupported(err error) bool {
	for _, e := range []error{unix.EINVAL, unix.ENOSYS, unix.ENOTSUP, unix.EOPNOTSUPP, unix.EPERM, unix.EMLINK} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// ReplaceFile gives a file a new name in its folder and takes the name from a
// file that has it. After [SyncFolder] the name is on the disk.
func ReplaceFile(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return err
	}
	return syncFile(to)
}

func removeFile(path string) error { return os.Remove(path) }

// makePrivateFolder makes a folder and its missing parents for the owner alone.
func makePrivateFolder(dir string) error { return os.MkdirAll(dir, privateFolder) }

// SyncFolder makes names in a folder outlast a power cut. It passes over file
// systems that cannot sync a folder.
func SyncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	err = f.Sync()
	_ = f.Close()
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOTSUP) {
		return nil
	}
	return err
}

// sentinelOf finds the sentinel for a code of the system, or nil.
func sentinelOf(code syscall.Errno) error {
	switch code {
	case unix.ENOSPC, unix.EDQUOT, unix.EFBIG:
		return ErrNoSpace
	case unix.EROFS:
		return ErrReadOnly
	case unix.EACCES, unix.EPERM:
		return ErrDenied
	case unix.ENOTDIR, unix.ELOOP:
		return ErrNotFolder
	case unix.ENAMETOOLONG:
		return ErrPathLong
	case unix.ENOENT, unix.ENODEV, unix.ENXIO, unix.ESTALE, unix.EIO, unix.ENOTCONN:
		return ErrFolderGone
	default:
		return nil
	}
}

// lockFile takes the exclusive lock on f at once or fails with ErrVaultBusy.
// The system drops it with the last handle, even when the process dies.
func lockFile(f *os.File) error {
	err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return ErrVaultBusy
	}
	return err
}

// unlockFile gives the lock up at once. Closing f alone would leave it to a
// child that is being started in this instant and still holds a copy of f.
func unlockFile(f *os.File) error { return unix.Flock(int(f.Fd()), unix.LOCK_UN) }
