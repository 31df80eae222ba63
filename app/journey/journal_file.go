package journey

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"qoltanba/keystore"
)

const (
	journalName = "journey.json"
	newSuffix   = ".new"
	damagedName = "journey.damaged-%d.json"
	foreignName = "journey.foreign-%d.json"
	maxAside    = 100
)

// disk is the operating system below the journal; tests put one there that
// fails or is killed.
type disk interface {
	// Write makes the file, or cuts the leftover of a crash, and syncs it.
	Write(path string, content []byte) error
	// Read gives at most limit bytes.
	Read(path string, limit int64) ([]byte, error)
	Rename(from, to string) error
	Remove(path string) error
	SyncFolder(path string) error
}

// errOwnFiles is joined to what the disk under the journal did not do.
var errOwnFiles = errors.New("the program's own files")

// journalFile is the journal on the disk. A crash at any instant leaves the
// former journal or the new one.
type journalFile struct {
	mu     sync.Mutex
	dir    string
	disk   disk
	sealer *sealer
}

func openJournal(dir string, s *sealer) (*journalFile, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of the journal: %w: %w", errOwnFiles, err)
	}
	return &journalFile{dir: dir, disk: osDisk{}, sealer: s}, nil
}

func (f *journalFile) path(name string) string { return filepath.Join(f.dir, name) }

// load reads the journal; without one the record is empty. One that cannot be
// read is put aside and the error is errJournal or errForeign.
func (f *journalFile) load() (record, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	content, err := f.disk.Read(f.path(journalName), maxJournal+1)
	if errors.Is(err, fs.ErrNotExist) {
		return record{}, nil
	}
	if err != nil {
		return record{}, fmt.Errorf("read the journal: %w: %w", errOwnFiles, err)
	}
	r, err := decodeRecord(content, f.sealer)
	if err == nil {
		return r, nil
	}
	name := damagedName
	if errors.Is(err, errForeign) {
		name = foreignName
	}
	if asideErr := f.putAside(journalName, name); asideErr != nil {
		return record{}, fmt.Errorf("keep the unreadable journal: %w: %w", errOwnFiles, asideErr)
	}
	if errors.Is(err, errForeign) && r.Enrolment == "" {
		return record{Language: r.Language}, nil // no way was under way: nothing is lost
	}
	return record{Language: r.Language}, err
}

// putAside keeps a file that cannot be read under a name that is free.
func (f *journalFile) putAside(file, name string) error {
	for n := 1; n <= maxAside; n++ {
		to := f.path(fmt.Sprintf(name, n))
		if _, err := os.Lstat(to); errors.Is(err, fs.ErrNotExist) {
			if err := f.disk.Rename(f.path(file), to); err != nil {
				return err
			}
			return f.disk.SyncFolder(f.dir)
		}
	}
	return fmt.Errorf("%d files that cannot be read lie in the folder: remove them", maxAside)
}

// save writes aside, syncs, reads back, renames and syncs the folder.
func (f *journalFile) save(r record) error {
	content, err := encodeRecord(r, f.sealer)
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.keep(journalName, content)
}

// keep puts the content under a name in the folder. The caller holds f.mu.
func (f *journalFile) keep(name string, content []byte) error {
	temp := f.path(name + newSuffix)
	if err := f.replace(name, temp, content); err != nil {
		_ = f.disk.Remove(temp) // where it cannot be, the next save writes over it
		return fmt.Errorf("write %s: %w: %w", name, errOwnFiles, err)
	}
	if err := f.disk.SyncFolder(f.dir); err != nil {
		return fmt.Errorf("keep the name of %s: %w: %w", name, errOwnFiles, err)
	}
	return nil
}

// replace puts the content under a name, by way of temp.
func (f *journalFile) replace(name, temp string, content []byte) error {
	if err := f.disk.Write(temp, content); err != nil {
		return err
	}
	back, err := f.disk.Read(temp, maxJournal+1)
	if err != nil {
		return err
	}
	if !bytes.Equal(back, content) {
		return keystore.ErrVerify
	}
	return f.disk.Rename(temp, f.path(name))
}

type osDisk struct{}

func (osDisk) Write(path string, content []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	if _, err = f.Write(content); err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

func (osDisk) Read(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return io.ReadAll(io.LimitReader(f, limit))
}

func (osDisk) Rename(from, to string) error { return keystore.ReplaceFile(from, to) }
func (osDisk) Remove(path string) error     { return os.Remove(path) }

func (osDisk) SyncFolder(path string) error { return keystore.SyncFolder(path) }
