package keystore

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

const (
	privateFile   = 0o600
	privateFolder = 0o700
	tempSuffix    = ".partial"
	tempDigits    = 16
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
	// read returns the content of a regular file, at most limit bytes; it
	// follows no link.
	read(path string, limit int64) ([]byte, error)
	// move gives a file a new name in its folder and replaces nothing.
	move(from, to string) error
	// replace gives a file the name of another, which it replaces in one step.
	replace(from, to string) error
	remove(path string) error
	// syncFolder makes names in the folder outlast a power cut.
	syncFolder(path string) error
}

type osDisk struct{}

func (osDisk) create(path string) (file, error) {
	return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, privateFile)
}

func (osDisk) read(path string, limit int64) ([]byte, error) {
	if info, err := os.Lstat(path); err == nil && isLink(info) {
		return nil, errors.New("the file is a link, which is not followed")
	}
	return readLimited(path, limit)
}

func (osDisk) move(from, to string) error    { return moveNoReplace(from, to) }
func (osDisk) replace(from, to string) error { return ReplaceFile(from, to) }
func (osDisk) remove(path string) error      { return removeFile(path) }
func (osDisk) syncFolder(path string) error  { return SyncFolder(path) }

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

// WriteFile writes data under a new name, readable by its owner alone, in the
// way of the key files: the name appears only with the whole content, which
// was synced and read back, and nothing is replaced. A file of this name that
// holds the same already counts as written. The errors are those of
// [WriteKeyFile] but for the password's and the key's.
func WriteFile(path string, data []byte) error {
	d := osDisk{}
	err := writeNew(d, path, data, func([]byte) error { return nil })
	if errors.Is(err, ErrExists) {
		if there, readErr := d.read(path, int64(len(data))); readErr == nil && bytes.Equal(there, data) {
			err = d.syncFolder(filepath.Dir(path))
		}
	}
	if err != nil {
		return fmt.Errorf("write file: %w", diskErrorIn(filepath.Dir(path), err))
	}
	return nil
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
	clearLeftovers(d, folder, name)
	temp := filepath.Join(folder, tempName(name))
	err := writeTemp(d, temp, data)
	if err == nil {
		err = readBack(d, temp, data, verify)
	}
	if err == nil {
		if err = d.move(temp, path); errors.Is(err, errMoveUnsupported) {
			err = moveReserved(d, temp, path)
		}
	}
	if err != nil {
		_ = d.remove(temp)
		return diskErrorIn(folder, err)
	}
	return diskErrorIn(folder, d.syncFolder(folder))
}

// checkFolder refuses a folder that is not there or not itself.
func checkFolder(folder string) error {
	info, err := os.Lstat(filepath.Clean(folder))
	switch {
	case err != nil:
		return diskErrorIn(folder, err)
	case isLink(info) || !info.IsDir():
		return ErrNotFolder
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
		return err
	}
	if err := verify(got); err != nil {
		return fmt.Errorf("%w: %w", ErrVerify, err)
	}
	return nil
}

// moveReserved serves file systems that can neither rename without replacing
// nor link. An empty file takes the name, and the whole file then takes the
// empty one's place: there, and only there, a power cut can leave an empty file
// under the final name, which [clearLeftovers] knows again.
func moveReserved(d disk, temp, path string) error {
	f, err := d.create(path)
	if err != nil {
		return err
	}
	if err = f.Close(); err == nil {
		err = d.replace(temp, path)
	}
	if err != nil {
		_ = d.remove(path)
	}
	return err
}

func tempName(name string) string {
	var b [tempDigits / 2]byte
	_, _ = rand.Read(b[:]) // never fails, see crypto/rand
	return "." + name + "." + hex.EncodeToString(b[:]) + tempSuffix
}

// isTemp tells whether entry is a temporary file that was made for name.
func isTemp(entry, name string) bool {
	made, ok := LeftoverOf(entry)
	return ok && made == name
}

// LeftoverOf returns the name for which a temporary file was made that this
// package writes, and whether entry is one. Where none is being written it was
// left by a crash.
func LeftoverOf(entry string) (name string, ok bool) {
	rest, hidden := strings.CutPrefix(entry, ".")
	rest, suffixed := strings.CutSuffix(rest, tempSuffix)
	dot := strings.LastIndexByte(rest, '.')
	if !hidden || !suffixed || dot <= 0 || len(rest)-dot-1 != tempDigits {
		return "", false
	}
	_, err := hex.DecodeString(rest[dot+1:])
	return rest[:dot], err == nil
}

// clearLeftovers removes what a crash left of earlier tries at the same file.
// The names hold an enrolment's id or a key's identifier, and one process has
// the vault: nobody else can be at work on them.
func clearLeftovers(d disk, folder, name string) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return
	}
	reserved := filepath.Join(folder, name)
	for _, e := range entries {
		if !isTemp(e.Name(), name) {
			continue
		}
		if info, err := os.Lstat(reserved); err == nil && info.Mode().IsRegular() && info.Size() == 0 {
			_ = d.remove(reserved) // by moveReserved, whose temporary file lies beside it
		}
		_ = d.remove(filepath.Join(folder, e.Name()))
	}
}
