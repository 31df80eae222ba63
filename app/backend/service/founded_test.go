//go:build demo

package service

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"qoltanba/app/backend/sealed"
)

// founded is a data folder in which secrets and the parties' keys were made.
// Making and sealing them anew would take most of the time of most tests, so
// that they begin with a copy; those that give a folder of their own do not.
var founded foundation

type foundation struct {
	once sync.Once
	dir  string
	err  error
}

// copyTo puts a copy into the plan's empty data folder. The first test to come
// founds what is copied, by its own plan but for the databases.
func (f *foundation) copyTo(t *testing.T, plan Plan) {
	t.Helper()
	f.once.Do(func() {
		if f.dir, f.err = os.MkdirTemp("", "agency"); f.err != nil {
			return
		}
		first := plan
		first.Data = f.dir
		first.Config.Store, first.Config.Keys, first.Config.Ledger, first.Config.Evidence = "", "", "", ""
		first.Judge, first.faulty = nil, nil
		b, err := Open(context.WithoutCancel(t.Context()), first)
		if err == nil {
			err = b.Close(context.Background())
		}
		f.err = err
	})
	if f.err != nil {
		t.Fatal(f.err)
	}
	for _, part := range []string{"secrets", "digitalid", "authority"} {
		err := filepath.WalkDir(filepath.Join(f.dir, part), func(path string, e fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			rel, err := filepath.Rel(f.dir, path)
			if err != nil {
				return err
			}
			to := filepath.Join(plan.Data, rel)
			if e.IsDir() {
				return os.MkdirAll(to, 0o700)
			}
			content, err := sealed.Read(path)
			return errors.Join(err, os.WriteFile(to, content, 0o600))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// remove ends the foundation with the test process.
func (f *foundation) remove() error {
	if f.dir == "" {
		return nil
	}
	return os.RemoveAll(f.dir)
}
