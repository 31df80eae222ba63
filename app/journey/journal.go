package journey

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"qoltanba/app/api"
)

// Why a journal cannot be read: it is not whole, or it is whole and was sealed
// under another device key than this one.
var (
	errJournal = errors.New("the journal is damaged")
	errForeign = errors.New("the journal was written under another device key")
)

const (
	journalVersion = 1
	maxJournal     = 64 << 10
	maxFiles       = 8
)

// record is what the journal keeps of a way. The fields above sealed are
// readable by whoever reads the disk and hold nothing personal but the folder.
type record struct {
	Enrolment string       `json:"enrolment,omitempty"`
	Language  api.Language `json:"language,omitempty"`
	Step      api.Step     `json:"step,omitempty"` // as the backend last said
	SavedAt   time.Time    `json:"saved_at"`       // when the citizen last did something

	Camera      bool `json:"camera,omitempty"`       // the camera was checked
	Companion   bool `json:"companion,omitempty"`    // the companion's screen was passed
	Proceeded   bool `json:"proceeded,omitempty"`    // the summary was passed
	PINSet      bool `json:"pin_set,omitempty"`      // there is a PIN to ask for
	CabinetLeft bool `json:"cabinet_left,omitempty"` // went on from the cabinet

	// Refusals counts what the backend refused: the same act after a refusal is
	// a new act, with an idempotency key of its own.
	Refusals int `json:"refusals,omitempty"`

	Storage api.Storage `json:"storage,omitempty"`
	Folder  string      `json:"folder,omitempty"`
	// Keys is the kind of key pairs that was chosen; "" is [Config.Keys].
	Keys  api.KeyAlgorithm `json:"keys,omitempty"`
	Files []KeyFile        `json:"files,omitempty"`
	// Chain is the authority's certificates in DER, from the one that issued to
	// the root. It outlasts the way with the files that it belongs to.
	Chain [][]byte `json:"chain,omitempty"`
	// Token is where the keys are in place of a folder.
	Token *tokenPlace `json:"token,omitempty"`
	// Former is what the citizen is still to be asked about.
	Former []FormerKey `json:"former,omitempty"`
	// Renewal is set where the way renews a certificate, from before its keys are made.
	Renewal *renewal `json:"renewal,omitempty"`

	Sealed []byte  `json:"sealed"` // secret, encrypted
	secret secrets // as opened; never written as it is
}

// secrets lie in the journal encrypted.
type secrets struct {
	Token    api.Secret `json:"token,omitempty"`
	Seed     []byte     `json:"seed,omitempty"` // of the idempotency keys
	Email    string     `json:"email,omitempty"`
	Requests [][]byte   `json:"requests,omitempty"` // PKCS#10, as sent
	// Renew is a renewal that is signed and was not answered yet.
	Renew *api.RenewalRequest `json:"renew,omitempty"`
}

func (r record) form() Form {
	f := Form{Email: r.secret.Email, Storage: r.Storage, Keys: r.Keys, Folder: r.Folder}
	if r.Token != nil {
		f.Token = r.Token.TokenRef
	}
	return f
}

// filled says that the form was filled in.
func (r record) filled() bool { return r.Folder != "" || r.Token != nil }

// entry is the name under which the vault keeps the keys of the way.
func (r record) entry() string {
	if r.Renewal != nil {
		return r.Renewal.Entry
	}
	return r.Enrolment
}

// begun says that there is a way that another one would end.
func (r record) begun() bool { return r.Enrolment != "" || r.secret.Renew != nil }

// finished says that the way is done: nothing is kept of it but the key files,
// until the citizen has seen them and begins another.
func (r record) finished() bool { return r.Enrolment == "" && len(r.Files) > 0 }

func (r record) clone() record {
	r.Files = slices.Clone(r.Files)
	r.Chain = slices.Clone(r.Chain)
	r.Former = slices.Clone(r.Former)
	r.secret.Requests = slices.Clone(r.secret.Requests)
	if r.Token != nil {
		kept := *r.Token
		r.Token = &kept
	}
	if r.Renewal != nil {
		kept := *r.Renewal
		r.Renewal = &kept
	}
	return r
}

// envelope is the file: the record's exact bytes under their checksum.
type envelope struct {
	Version int             `json:"version"`
	SHA256  string          `json:"sha256"`
	Record  json.RawMessage `json:"record"`
}

func encodeRecord(r record, s *sealer) ([]byte, error) {
	inner, err := json.Marshal(r.secret)
	if err != nil {
		return nil, fmt.Errorf("write the journal: %w", err)
	}
	r.Sealed = s.seal(inner, r.Enrolment)
	body, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("write the journal: %w", err)
	}
	sum := sha256.Sum256(body)
	return json.Marshal(envelope{journalVersion, hex.EncodeToString(sum[:]), body})
}

// decodeRecord reads a journal's file; the error is errJournal or errForeign,
// with which comes what is not sealed.
func decodeRecord(content []byte, s *sealer) (record, error) {
	var e envelope
	if len(content) > maxJournal || strict(content, &e) != nil {
		return record{}, fmt.Errorf("%w: no journal", errJournal)
	}
	sum := sha256.Sum256(e.Record)
	if e.Version != journalVersion || e.SHA256 != hex.EncodeToString(sum[:]) {
		return record{}, fmt.Errorf("%w: version %d or checksum", errJournal, e.Version)
	}
	var r record
	if err := strict(e.Record, &r); err != nil {
		return record{}, fmt.Errorf("%w: no record", errJournal)
	}
	inner, err := s.unseal(r.Sealed, r.Enrolment)
	if err != nil {
		return record{Enrolment: r.Enrolment, Language: r.Language}, fmt.Errorf("%w: %w", errForeign, err)
	}
	r.Sealed = nil
	if strict(inner, &r.secret) != nil || !r.plausible() {
		return record{}, fmt.Errorf("%w: contradicts itself", errJournal)
	}
	return r, nil
}

func (r record) plausible() bool {
	known := r.Language == "" || slices.Contains(api.Languages(), r.Language)
	folder := r.Folder == "" || filepath.IsAbs(r.Folder)
	return known && folder && len(r.Files) <= maxFiles && len(r.Former) <= maxFormer && (r.Enrolment == "") == (r.secret.Token == "")
}

func strict(content []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(content))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if d.More() {
		return errors.New("something follows")
	}
	return nil
}

// save writes the journal as things are now.
func (j *Journey) save() error {
	j.mu.Lock()
	r := j.record.clone()
	r.SavedAt = j.touched.UTC().Truncate(time.Second)
	j.mu.Unlock()
	return j.file.save(r)
}
