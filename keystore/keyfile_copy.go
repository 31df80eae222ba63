package keystore

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// ErrSamePlace says that a copy would lie where the file itself lies.
var ErrSamePlace = errors.New("the copy would lie in the folder of the key file itself: choose a memory stick or another folder")

// CopyKeyFile puts a second copy of the key file at path into the folder dir,
// under the same name, and returns the copy's path. Both are proven: the file is
// opened with the password before it is copied, and the copy is written aside,
// synced, read back and opened before it gets its name. It replaces nothing; a
// copy that is there already, byte for byte, counts as made.
//
// The errors are ErrPassword, ErrNoKeyFile and ErrMismatch of the file,
// ErrSamePlace, and those of the disk dir is on; any other error says that the
// file itself cannot be read.
func CopyKeyFile(path, dir, password string) (string, error) {
	return copyKeyFile(osDisk{}, path, dir, password)
}

func copyKeyFile(d disk, path, dir, password string) (string, error) {
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", fmt.Errorf("copy key file: %w", err)
	}
	data, err := d.read(path, maxKeyFile)
	if errors.Is(err, errTooLarge) {
		return "", ErrNoKeyFile
	}
	if err != nil {
		return "", fmt.Errorf("copy key file: %w", err)
	}
	kf, err := DecodeKeyFile(data, password)
	if err != nil {
		return "", err
	}
	if sameFolder(filepath.Dir(path), dir) {
		return "", ErrSamePlace
	}
	copied := filepath.Join(dir, filepath.Base(path))
	opens := func(content []byte) error { return kf.equals(DecodeKeyFile(content, password)) }
	err = writeNew(d, copied, data, opens)
	if errors.Is(err, ErrExists) {
		if there, readErr := d.read(copied, maxKeyFile); readErr == nil && bytes.Equal(there, data) {
			err = d.syncFolder(dir)
		}
	}
	if err != nil {
		return "", fmt.Errorf("copy key file: %w", diskErrorIn(dir, err))
	}
	return copied, nil
}

func sameFolder(a, b string) bool {
	one, errOne := os.Stat(a)
	other, errOther := os.Stat(b)
	return errOne == nil && errOther == nil && os.SameFile(one, other)
}
