package keystore

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Errors of writing, which the caller answers by letting the citizen choose
// another folder or make room.
var (
	ErrExists     = errors.New("a file of this name is there already and was left as it is")
	ErrNoSpace    = errors.New("no room is left on the disk: free some or choose another folder")
	ErrReadOnly   = errors.New("the folder cannot be written to: choose another")
	ErrFolderGone = errors.New("the folder is not there: connect its disk again or choose another")
	ErrSymlink    = errors.New("the folder is a link to another place: choose that place itself")
	ErrVerify     = errors.New("what was written does not read back the same: choose another disk")
)

const (
	privateFile   = 0o600
	privateFolder = 0o700
	tempSuffix    = ".partial"
	// staleAfter is when the leftover of a crash is no longer taken for the
	// work of another process.
	staleAfter = time.Hour
)

// file is what is written to.
type file interface {
	io.WriteCloser
	Sync() error
}

// disk is the operating system below key files and vault. Tests put one there
// that fails.
type disk interface {
	// create makes a new private file; it follows no link and replaces nothing.
	create(path string) (file, error)
	// read returns the content of a regular file, at most limit bytes.
	read(path string, limit int64) ([]byte, error)
	// move gives a file a new name in its folder and replaces nothing.
	move(from, to string) error
	remove(path string) error
	// syncFolder makes names in the folder outlast a power cut.
	syncFolder(path string) error
}

type osDisk struct{}

func (osDisk) create(path string) (file, error) {
	return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, privateFile)
}

func (osDisk) read(path string, limit int64) ([]byte, error) { return readLimited(path, limit) }
func (osDisk) move(from, to string) error                    { return moveNoReplace(from, to) }
func (osDisk) remove(path string) error                      { return removeFile(path) }
func (osDisk) syncFolder(path string) error                  { return SyncFolder(path) }

// errTooLarge says that a file is larger than anything of its kind.
var errTooLarge = errors.New("the file is too large")

// readLimited reads a regular file without ever holding more than limit bytes.
// A pipe or device is refused before it is opened, since opening may block.
func readLimited(path string, limit int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, errTooLarge
	}
	return data, nil
}

// writeNew writes data under a new name so that the name appears only when all
// of data is on the disk and has passed verify, and replaces nothing. If it
// fails, the name is not there, or another file has it, or (only when the
// folder could not be synced) the whole new file has it.
func writeNew(d disk, path string, data []byte, verify func([]byte) error) error {
	folder, name := filepath.Split(path)
	if err := checkFolder(folder); err != nil {
		return err
	}
	removeStale(d, folder, name)
	temp := filepath.Join(folder, tempName(name))
	if err := writeTemp(d, temp, data); err != nil {
		_ = d.remove(temp)
		return diskError(err)
	}
	if err := readBack(d, temp, data, verify); err != nil {
		_ = d.remove(temp)
		return err
	}
	err := d.move(temp, path)
	if errors.Is(err, errMoveUnsupported) {
		err = copyNew(d, temp, path, data)
	}
	if err != nil {
		_ = d.remove(temp)
		return diskError(err)
	}
	if err := d.syncFolder(folder); err != nil {
		return diskError(err)
	}
	return nil
}

// checkFolder refuses a folder that is not there or not itself.
func checkFolder(folder string) error {
	info, err := os.Lstat(filepath.Clean(folder))
	switch {
	case err != nil:
		return diskError(err)
	case isLink(info):
		return ErrSymlink
	case !info.IsDir():
		return ErrFolderGone
	}
	return nil
}

// isLink tells links and Windows' junctions, which are irregular and, unlike
// the folders of cloud services, no folders themselves.
func isLink(info os.FileInfo) bool {
	return info.Mode()&os.ModeSymlink != 0 || info.Mode()&os.ModeIrregular != 0 && !info.IsDir()
}

func writeTemp(d disk, temp string, data []byte) error {
	f, err := d.create(temp)
	if err != nil {
		return err
	}
	return fill(f, data)
}

// fill writes data through to the disk and closes the file in any case.
func fill(f file, data []byte) error {
	_, err := f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	return err
}

func readBack(d disk, path string, want []byte, verify func([]byte) error) error {
	got, err := d.read(path, int64(len(want)))
	if errors.Is(err, errTooLarge) || err == nil && !bytes.Equal(got, want) {
		return ErrVerify
	}
	if err != nil {
		return diskError(err)
	}
	if err := verify(got); err != nil {
		return fmt.Errorf("%w: %w", ErrVerify, err)
	}
	return nil
}

// copyNew serves file systems that can neither rename without replacing nor
// link. There, and only there, a power cut can leave a part of a file under
// the final name; the key in it is still safe in the vault.
func copyNew(d disk, temp, path string, data []byte) error {
	f, err := d.create(path)
	if err != nil {
		return err
	}
	err = fill(f, data)
	if err == nil {
		err = readBack(d, path, data, func([]byte) error { return nil })
	}
	if err != nil {
		_ = d.remove(path)
		return err
	}
	_ = d.remove(temp)
	return nil
}

func tempName(name string) string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails, see crypto/rand
	return "." + name + "." + hex.EncodeToString(b[:]) + tempSuffix
}

// removeStale clears what a crash left of earlier tries at the same file. Old
// age keeps it from touching the file of a process that is at work now.
func removeStale(d disk, folder, name string) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), "."+name+".") || !strings.HasSuffix(e.Name(), tempSuffix) {
			continue
		}
		if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > staleAfter {
			_ = d.remove(filepath.Join(folder, e.Name()))
		}
	}
}

// diskError puts the sentinel before an error of the operating system.
func diskError(err error) error {
	for _, known := range []error{ErrExists, ErrNoSpace, ErrReadOnly, ErrFolderGone, ErrSymlink, ErrVerify} {
		if errors.Is(err, known) {
			return err
		}
	}
	if sentinel := classify(err); sentinel != nil {
		return fmt.Errorf("%w: %w", sentinel, err)
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
