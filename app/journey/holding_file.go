package journey

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"qoltanba/app/api"
)

const (
	holdingName    = "keys.json"
	holdingDamaged = "keys.damaged-%d.json"
	holdingVersion = 1
	maxHolding     = 16 << 10
	maxHeldFiles   = 32
)

// holding is what a computer keeps after a way is done: where its key files were
// written, and the right to ask the service about the citizen's certificates. It
// lies beside the journal, which begins anew with each way.
type holding struct {
	Version   int       `json:"version"`
	Enrolment string    `json:"enrolment,omitempty"` // the last one that was done here
	Files     []KeyFile `json:"files,omitempty"`     // the newest first

	Sealed []byte     `json:"sealed"` // the token, encrypted
	token  api.Secret // as opened; never written as it is
}

// add puts files before those noted earlier.
func (h *holding) add(files []KeyFile) {
	all, seen := append([]KeyFile(nil), files...), map[string]bool{}
	all = append(all, h.Files...)
	h.Files = nil
	for _, f := range all {
		name := f.Path + f.Token + string(f.Kind)
		if f.Token != "" {
			name += f.ValidUntil.String()
		}
		if !seen[name] && len(h.Files) < maxHeldFiles {
			seen[name] = true
			h.Files = append(h.Files, f)
		}
	}
}

func decodeHolding(content []byte, s *sealer) (holding, error) {
	var h holding
	if len(content) > maxHolding || strict(content, &h) != nil || h.Version != holdingVersion || len(h.Files) > maxHeldFiles {
		return holding{}, errors.New("no note of keys")
	}
	for _, f := range h.Files {
		if !filepath.IsAbs(f.Path) && (f.Path != "" || f.Token == "") {
			return holding{}, errors.New("the note of keys contradicts itself")
		}
	}
	token, err := s.unseal(h.Sealed, h.Enrolment)
	if err != nil { // the device's key is another one: the files are still where they are
		h.Enrolment = ""
	}
	h.Sealed, h.token = nil, api.Secret(token)
	return h, nil
}

// loadHolding reads the note; without one it is empty. One that cannot be read is
// put aside: the key files lie where they lie.
func (f *journalFile) loadHolding() (holding, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	content, err := f.disk.Read(f.path(holdingName), maxHolding+1)
	if errors.Is(err, fs.ErrNotExist) {
		return holding{}, nil
	}
	if err != nil {
		return holding{}, fmt.Errorf("read the note of keys: %w: %w", errOwnFiles, err)
	}
	h, err := decodeHolding(content, f.sealer)
	if err == nil {
		return h, nil
	}
	if err := f.putAside(holdingName, holdingDamaged); err != nil {
		return holding{}, fmt.Errorf("keep the unreadable note of keys: %w: %w", errOwnFiles, err)
	}
	return holding{}, nil
}

func (f *journalFile) saveHolding(h holding) error {
	h.Version, h.Sealed = holdingVersion, f.sealer.seal([]byte(h.token), h.Enrolment)
	content, err := json.Marshal(h)
	if err != nil {
		return fmt.Errorf("write the note of keys: %w", err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.keep(holdingName, content)
}
