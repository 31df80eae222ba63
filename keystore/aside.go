package keystore

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

const (
	asideSuffix = ".lost"
	maxAside    = 100 // of one enrolment
)

// SetAside takes the keys of an enrolment, which cannot be opened any more, out
// of the way of new ones. They are kept beside the others under a free name,
// ID.1.lost for example, should the key to them come back. Setting aside what
// is not there is no error.
func (v *Vault) SetAside(id string) error {
	path, err := v.path(id)
	if err != nil {
		return err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.closed {
		return errVaultClosed
	}
	for n := 1; n <= maxAside; n++ {
		to := filepath.Join(v.dir, fmt.Sprintf("%s.%d%s", id, n, asideSuffix))
		if _, err := os.Lstat(to); err == nil {
			continue
		}
		err := v.disk.replace(path, to) // the name is free, and nobody else is in a locked vault
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil {
			err = v.disk.syncFolder(v.dir)
		}
		if err != nil {
			return vaultFault("set private keys aside", v.dir, err)
		}
		return nil
	}
	return fmt.Errorf("%d entries of one enrolment were set aside: remove them", maxAside)
}
