package keystore

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"
)

// Errors of the disk, which the caller answers by letting the citizen choose
// another folder or make room.
var (
	ErrExists     = errors.New("a file of this name is there already and was left as it is")
	ErrNoSpace    = errors.New("no room is left on the disk: free some or choose another folder")
	ErrReadOnly   = errors.New("the disk can only be read: choose another folder")
	ErrDenied     = errors.New("this user may not write into the folder: choose another")
	ErrFolderGone = errors.New("the folder is not there: connect its disk again or choose another")
	ErrNotFolder  = errors.New("a file or a link has the folder's name: choose another folder")
	ErrPathLong   = errors.New("the path or a name in it is too long: choose another folder")
	ErrVerify     = errors.New("what was written does not read back the same: choose another disk")
)

// diskErrors are all of them.
func diskErrors() []error {
	return []error{ErrExists, ErrNoSpace, ErrReadOnly, ErrDenied, ErrFolderGone, ErrNotFolder, ErrPathLong, ErrVerify}
}

// IsDiskError tells whether an error is one of the disk's, to be told from
// errors of keys, passwords and the keyring.
func IsDiskError(err error) bool { return sentinel(err) != nil }

func sentinel(err error) error {
	for _, known := range diskErrors() {
		if errors.Is(err, known) {
			return known
		}
	}
	return nil
}

// DiskError puts the error of the disk before what the operating system said;
// what it does not know, and nil, it returns as they are.
func DiskError(err error) error {
	if err == nil || IsDiskError(err) {
		return err
	}
	if found := classify(err); found != nil {
		return fmt.Errorf("%w: %w", found, err)
	}
	return err
}

// diskErrorIn is [DiskError] for what went wrong in a folder. A file system
// whose disk was pulled out lives on for a while and calls itself read-only.
func diskErrorIn(folder string, err error) error {
	err = DiskError(err)
	if err != nil && !errors.Is(err, ErrFolderGone) && pulled(folder) {
		return fmt.Errorf("%w: %w", ErrFolderGone, err)
	}
	return err
}

// classify finds the sentinel for an error of the system, or nil.
func classify(err error) error {
	if errors.Is(err, fs.ErrExist) {
		return ErrExists
	}
	var code syscall.Errno
	if errors.As(err, &code) {
		return sentinelOf(code)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return ErrFolderGone
	}
	return nil
}
