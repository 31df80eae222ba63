package census

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"qoltanba/keystore"
	"qoltanba/keystore/pfx"
)

// walk goes through folders and notes the names of key files. Names are below
// the root, which lets nothing outside it be opened, whatever is moved meanwhile.
type walk struct {
	root   *os.Root
	limits Limits
	found  []string
	seen   int
	links  int
	cut    bool
}

// batch is how many names of a folder are held at a time.
const batch = 256

// folder looks through one folder and, down to the depth, those in it. One that
// cannot be read leaves the rest to be looked through, the first excepted.
func (w *walk) folder(ctx context.Context, name string, depth int) error {
	dir, err := w.root.Open(name)
	if err != nil {
		return skipBelow(name, err)
	}
	var folders []string
	for err == nil && !w.cut {
		if err = ctx.Err(); err != nil {
			break
		}
		var entries []fs.DirEntry
		entries, err = dir.ReadDir(batch)
		for _, e := range entries {
			if w.entry(filepath.Join(name, e.Name()), e.Type()) {
				folders = append(folders, filepath.Join(name, e.Name()))
			}
		}
	}
	_ = dir.Close()
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil && !errors.Is(err, io.EOF):
		return skipBelow(name, err)
	}
	slices.Sort(folders)
	for _, below := range folders {
		if depth <= 1 || w.cut {
			w.cut = true
			break
		}
		if err := w.folder(ctx, below, depth-1); err != nil {
			return err
		}
	}
	return nil
}

func skipBelow(name string, err error) error {
	if name == "." {
		return err
	}
	return nil
}

// entry notes what a name is and tells whether it is a folder to go into.
func (w *walk) entry(name string, kind fs.FileMode) bool {
	if w.seen++; w.seen > w.limits.Entries {
		w.cut = true
		return false
	}
	switch {
	case kind.IsDir():
		return true
	case !candidate(name):
	case kind&(fs.ModeSymlink|fs.ModeIrregular) != 0:
		w.links++
	case !kind.IsRegular():
	case len(w.found) >= w.limits.Files:
		w.cut = true
	default:
		w.found = append(w.found, name)
	}
	return false
}

// candidate tells by its name whether a file may hold keys.
func candidate(name string) bool {
	extension := strings.ToLower(filepath.Ext(name))
	return extension == ".p12" || extension == ".pfx" || leftover(name)
}

func leftover(name string) bool {
	_, ok := keystore.LeftoverOf(filepath.Base(name))
	return ok
}

// read returns a regular file of at most the size of a key file. What it is is
// asked before it is opened, as opening a pipe may block, and once more after.
func read(root *os.Root, name string) ([]byte, fs.FileInfo, error) {
	info, err := root.Lstat(name)
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, info, errIrregular
	}
	if info.Size() > pfx.MaxSize {
		return nil, info, errTooLarge
	}
	f, err := root.Open(name)
	if err != nil {
		return nil, info, err
	}
	defer func() { _ = f.Close() }()
	if opened, err := f.Stat(); err != nil || !os.SameFile(info, opened) {
		return nil, info, errors.Join(err, errIrregular)
	}
	data, err := io.ReadAll(io.LimitReader(f, pfx.MaxSize+1))
	if err == nil && len(data) > pfx.MaxSize {
		err = errTooLarge
	}
	return data, info, err
}
