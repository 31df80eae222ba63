package journey

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"time"

	"qoltanba/app/api"
	"qoltanba/keystore"
	"qoltanba/keystore/census"
	"qoltanba/keystore/cms"
	"qoltanba/keystore/profile"
)

// HeldKey is a certificate of the citizen, as the service tells of it, with its
// key file on this computer; or a key file of which the service tells nothing.
type HeldKey struct {
	// HeldCertificate is the service's word. Where it was not asked or says
	// nothing, State is "" and is not to be shown as good; Kind and NotAfter are
	// then what this computer noted, and may be missing.
	api.HeldCertificate
	File    string // path; "" where this computer has no file
	Damaged bool   // the file is no key file any more
}

// Holding is what the citizen holds, as looked at last.
type Holding struct {
	Keys  []HeldKey
	Asked bool // the service has answered
	At    time.Time
}

// errNotHeld says that there is no such key, or no file of it on this computer.
var errNotHeld = fmt.Errorf("%w: this computer has no file of the key", errKeyFileGone)

// searchTime is for the looking through folders: those on a network may be gone.
const searchTime = 15 * time.Second

// OpenKeys shows the citizen's keys: the key files that were written here, and,
// as far as the service answers, all certificates of the citizen. Where it does
// not, the files are shown all the same and the problem is told. Stages:
// welcome, where State.HasKeys; done.
func (j *Journey) OpenKeys(ctx context.Context) error {
	return j.act(ctx, "open keys", []Stage{StageWelcome, StageDone}, func(ctx context.Context) error {
		if !j.State().HasKeys {
			return &StageError{"open keys", j.State().Stage}
		}
		from := j.State().Stage
		held, err := j.look(ctx)
		j.change(func(s *State) { s.Holding, s.Stage, j.keysFrom = held, StageKeys, from })
		return err
	})
}

// CloseKeys goes back to where the keys were opened. Stage: my-keys.
func (j *Journey) CloseKeys(ctx context.Context) error {
	return j.act(ctx, "close keys", []Stage{StageKeys}, func(context.Context) error {
		j.change(func(s *State) { s.Stage, s.Holding = j.keysFrom, Holding{} })
		return nil
	})
}

// RefreshKeys looks again. Stage: my-keys.
func (j *Journey) RefreshKeys(ctx context.Context) error {
	return j.act(ctx, "refresh keys", []Stage{StageKeys}, j.lookAgain)
}

func (j *Journey) lookAgain(ctx context.Context) error {
	held, err := j.look(ctx)
	j.change(func(s *State) { s.Holding = held })
	return err
}

// CopyKey puts a proven copy of a key's file into another folder, such as that of
// a memory stick, and returns its path; see [keystore.CopyKeyFile]. Stage:
// my-keys.
func (j *Journey) CopyKey(ctx context.Context, serial, folder string, password api.Secret) (path string, err error) {
	err = j.act(ctx, "copy key", []Stage{StageKeys}, func(context.Context) error {
		key, err := j.heldKey(serial)
		if err != nil {
			return err
		}
		path, err = keystore.CopyKeyFile(key.File, folder, string(password))
		return absentFile(err)
	})
	return path, err
}

// ChangeKeyPassword puts a key's file under another password, see
// [keystore.ChangePassword]; copies keep the former one. Stage: my-keys.
func (j *Journey) ChangeKeyPassword(ctx context.Context, serial string, former, password api.Secret) error {
	return j.act(ctx, "change key password", []Stage{StageKeys}, func(context.Context) error {
		key, err := j.heldKey(serial)
		if err != nil {
			return err
		}
		return absentFile(keystore.ChangePassword(key.File, string(former), string(password), j.cfg.Encoding))
	})
}

// RevokeByPIN ends a certificate for good. Stage: my-keys.
func (j *Journey) RevokeByPIN(ctx context.Context, serial string, reason api.RevocationReason, pin api.Secret) error {
	return j.revoke(ctx, api.RevocationRequest{Serial: serial, Reason: reason}, func(_ context.Context, body *api.RevocationRequest) error {
		body.PIN = pin
		return nil
	})
}

// RevokeByKey ends a certificate for good by a signature with its key, or with
// the one for signing that was made beside it. Stage: my-keys.
func (j *Journey) RevokeByKey(ctx context.Context, serial string, reason api.RevocationReason, password api.Secret) error {
	return j.revoke(ctx, api.RevocationRequest{Serial: serial, Reason: reason}, func(ctx context.Context, body *api.RevocationRequest) (err error) {
		signer, err := j.signerFor(serial)
		if err != nil {
			return err
		}
		file, err := keystore.ReadKeyFile(signer.File, string(password))
		if err != nil {
			return absentFile(err)
		}
		task, err := api.Call(ctx, j.cfg.Client, api.AskSignature, api.Request[api.SignatureRequest]{
			Session: j.holder(), Body: api.SignatureRequest{Purpose: api.SignToRevoke, Serial: serial, Reason: reason},
		})
		if err != nil {
			return err
		}
		body.Signature, err = cms.Signer{Key: file.Key, Certificate: file.Certificate, Time: j.cfg.Now()}.Attached([]byte(task.Text))
		return err
	})
}

func (j *Journey) revoke(ctx context.Context, body api.RevocationRequest, prove func(context.Context, *api.RevocationRequest) error) error {
	return j.act(ctx, "revoke certificate", []Stage{StageKeys}, func(ctx context.Context) error {
		if err := prove(ctx, &body); err != nil {
			return err
		}
		_, err := api.Call(ctx, j.cfg.Client, api.RevokeCertificate, api.Request[api.RevocationRequest]{Session: j.holder(), Body: body})
		if err != nil {
			return err
		}
		return j.lookAgain(ctx)
	})
}

// holder is what calls about the citizen's certificates prove.
func (j *Journey) holder() api.Session {
	j.mu.Lock()
	defer j.mu.Unlock()
	return api.Session{Enrolment: j.holding.Enrolment, Token: j.holding.token, Key: j.cfg.Key}
}

func (j *Journey) heldKey(serial string) (HeldKey, error) {
	keys := j.State().Holding.Keys
	at := slices.IndexFunc(keys, func(k HeldKey) bool { return k.Serial == serial })
	if at < 0 || keys[at].File == "" {
		return HeldKey{}, errNotHeld
	}
	return keys[at], nil
}

// signerFor is the key that may sign for a certificate's end.
func (j *Journey) signerFor(serial string) (HeldKey, error) {
	keys := j.State().Holding.Keys
	at := slices.IndexFunc(keys, func(k HeldKey) bool { return k.Serial == serial })
	if at < 0 {
		return HeldKey{}, errNotHeld
	}
	if keys[at].Kind.Signs() {
		return j.heldKey(serial)
	}
	for _, k := range keys {
		if k.Kind.Signs() && k.File != "" && k.Application != "" && k.Application == keys[at].Application {
			return k, nil
		}
	}
	return HeldKey{}, errNotHeld
}

// absentFile tells a key file that is not there from a fault of the disk that is
// written to.
func absentFile(err error) error {
	if errors.Is(err, fs.ErrNotExist) && !keystore.IsDiskError(err) {
		return fmt.Errorf("%w: %w", errKeyFileGone, err)
	}
	return err
}

// keepHolding notes, before a way that is done is let go of, what outlasts it.
func (j *Journey) keepHolding(files []KeyFile) error {
	j.mu.Lock()
	h := j.holding
	if h.Enrolment = j.record.Enrolment; h.Enrolment != "" {
		h.token = j.record.secret.Token
	}
	j.mu.Unlock()
	h.add(files)
	if err := j.file.saveHolding(h); err != nil {
		return err
	}
	j.change(func(*State) { j.holding = h })
	return nil
}

// look asks the service and looks through the folders of the key files. What one
// of both finds is returned whatever becomes of the other.
func (j *Journey) look(ctx context.Context) (Holding, error) {
	held := Holding{At: j.cfg.Now()}
	found := j.search(ctx) // first: the citizen may give up waiting for the line
	session := j.holder()
	var err error
	if session.Enrolment != "" {
		var told api.HeldCertificates
		told, err = api.Call(ctx, j.cfg.Client, api.ListHeld, api.Request[api.None]{Session: session})
		held.Asked = err == nil
		for _, c := range told.Certificates {
			held.Keys = append(held.Keys, HeldKey{HeldCertificate: c})
		}
	}
	held.Keys = merge(held.Keys, found)
	return held, err
}

// search finds key files in the folders in which some were written.
func (j *Journey) search(ctx context.Context) (found []HeldKey) {
	ctx, cancel := context.WithTimeout(ctx, searchTime)
	defer cancel()
	j.mu.Lock()
	files := slices.Clone(j.holding.Files)
	j.mu.Unlock()
	var folders []string
	for _, f := range files {
		if folder := filepath.Dir(f.Path); f.Path != "" && !slices.Contains(folders, folder) {
			folders = append(folders, folder)
		}
	}
	for _, folder := range folders {
		report, _ := census.Take(ctx, folder, census.Options{Limits: census.Limits{Depth: 1}}) // a stick may not be there
		for _, f := range report.Files {
			if !f.Leftover {
				found = append(found, heldFiles(f, files)...)
			}
		}
	}
	return found
}

// heldFiles are the keys of a file, with what was noted when it was written.
func heldFiles(f census.File, noted []KeyFile) (keys []HeldKey) {
	for _, k := range f.Keys {
		if k.TwinOf != "" {
			continue
		}
		key := HeldKey{File: f.Path, Damaged: f.Condition == census.Damaged}
		key.Serial, key.Kind, key.NotAfter = serialOf(k.ID), api.CertificateKind(k.Kind.Name()), k.Until
		for _, n := range noted {
			if n.Path == f.Path {
				key.Kind, key.NotAfter = n.Kind, n.ValidUntil
			}
		}
		keys = append(keys, key)
	}
	return keys
}

// serialOf is the serial number that belongs to a key's identifier.
func serialOf(id string) string {
	raw, err := hex.DecodeString(id)
	if err != nil || len(raw) != len(profile.KeyID{}) {
		return ""
	}
	return hex.EncodeToString(profile.Serial(profile.KeyID(raw)).Bytes())
}

// merge puts the files to the certificates of the service, and those of which it
// tells nothing after them.
func merge(told, found []HeldKey) []HeldKey {
	for _, f := range found {
		at := slices.IndexFunc(told, func(k HeldKey) bool { return f.Serial != "" && k.Serial == f.Serial })
		switch {
		case at < 0:
			if f.Serial != "" {
				told = append(told, f)
			}
		case told[at].File == "" || told[at].Damaged:
			told[at].File, told[at].Damaged = f.File, f.Damaged
		}
	}
	return told
}
