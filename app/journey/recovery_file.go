package journey

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"

	"qoltanba/app/api"
)

const (
	recoveryName    = "recovery.json"
	recoveryDamaged = "recovery.damaged-%d.json"
	recoveryVersion = 1
	maxRecovery     = 4 << 10
)

// recovery is what a computer keeps for the day on which its keyring is emptied:
// the enrolment that has a PIN, and the secret whose hash came with it. It lies
// beside the journal and not under the device's key, for with that key lost it
// is all there is. Alone it opens nothing, see [api.RecoverEnrolment].
type recovery struct {
	Version   int    `json:"version"`
	Enrolment string `json:"enrolment"`
	// Secrets are the one in force and, from before the backend is told of it
	// until it has answered, the next one after it.
	Secrets []api.Secret `json:"secrets"`
}

// last is the secret that is or will be in force.
func (r recovery) last() api.Secret { return r.Secrets[len(r.Secrets)-1] }

var (
	recoveryID     = regexp.MustCompile(`^[A-Z2-7]{26}$`)
	recoverySecret = regexp.MustCompile(`^[A-Z2-7]{52}$`)
)

func decodeRecovery(content []byte) (recovery, error) {
	var r recovery
	if len(content) > maxRecovery || strict(content, &r) != nil || r.Version != recoveryVersion {
		return recovery{}, errors.New("no note of a recovery secret")
	}
	foreign := func(s api.Secret) bool { return !recoverySecret.MatchString(string(s)) }
	if !recoveryID.MatchString(r.Enrolment) || len(r.Secrets) < 1 || len(r.Secrets) > 2 || slices.ContainsFunc(r.Secrets, foreign) {
		return recovery{}, errors.New("the note of a recovery secret contradicts itself")
	}
	return r, nil
}

// loadRecovery reads the note; without one it is empty. One that cannot be read
// is put aside: the way goes on without it as long as no key is lost.
func (f *journalFile) loadRecovery() (recovery, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	content, err := f.disk.Read(f.path(recoveryName), maxRecovery+1)
	if errors.Is(err, fs.ErrNotExist) {
		return recovery{}, nil
	}
	if err != nil {
		return recovery{}, fmt.Errorf("read the recovery secret: %w: %w", errOwnFiles, err)
	}
	r, err := decodeRecovery(content)
	if err == nil {
		return r, nil
	}
	if err := f.putAside(recoveryName, recoveryDamaged); err != nil {
		return recovery{}, fmt.Errorf("keep the unreadable recovery secret: %w: %w", errOwnFiles, err)
	}
	return recovery{}, nil
}

func (f *journalFile) saveRecovery(r recovery) error {
	r.Version = recoveryVersion
	content, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("write the recovery secret: %w", err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.keep(recoveryName, content)
}

func (f *journalFile) dropRecovery() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	err := f.disk.Remove(f.path(recoveryName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = f.disk.SyncFolder(f.dir)
	}
	if err != nil {
		return fmt.Errorf("forget the recovery secret: %w: %w", errOwnFiles, err)
	}
	return nil
}
