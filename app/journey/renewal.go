package journey

import (
	"context"
	"crypto/rand"
	"errors"
	"path/filepath"

	"qoltanba/app/api"
	"qoltanba/keystore"
	"qoltanba/keystore/cms"
	"qoltanba/keystore/keypair"
	"qoltanba/keystore/profile"
)

// A renewal joins the way where it waits for certificates. Until the service has
// opened its enrolment it stands in the journal by itself, in the order of the
// package comment: the name of the vault's entry is noted, the new keys are
// locked away, the requests and then the signed renewal are noted, and only
// then is it sent. Whatever kills the program before the last leaves keys that
// the next renewal takes; after it, [Journey.Resume] sends the same bytes again.

// renewal is what the journal keeps of one, in the clear.
type renewal struct {
	Serial string `json:"serial"` // of the certificate whose key signs
	Entry  string `json:"entry"`  // of the vault, for the new keys
	Sent   bool   `json:"sent,omitempty"`
}

// Renew makes new key pairs of the same kind as a key's, signs for them with it,
// opened by the password of its file, and goes on to the status. Where the key
// is for signing in, the one for signing that was made beside it signs. What
// becomes of the former keys is not decided here. Stage: my-keys, unless
// State.Begun.
func (j *Journey) Renew(ctx context.Context, serial string, password api.Secret) error {
	return j.act(ctx, "renew", []Stage{StageKeys}, func(ctx context.Context) error {
		if j.State().Begun {
			return &StageError{"renew", StageKeys}
		}
		signer, err := j.signerFor(serial)
		if err != nil {
			return err
		}
		file, err := keystore.ReadKeyFile(signer.File, string(password))
		if err != nil {
			return absentFile(err)
		}
		if err := j.signRenewal(ctx, signer, file); err != nil {
			return err
		}
		return j.sendRenewal(ctx)
	})
}

// signRenewal has the signed renewal in the journal.
func (j *Journey) signRenewal(ctx context.Context, from HeldKey, file keystore.KeyFile) error {
	owner, err := profile.ParseSubject(file.Certificate.RawSubject)
	if err != nil {
		return err
	}
	algorithm, err := keypair.Of(file.Key.Public())
	if err != nil {
		return err
	}
	if err := j.beginRenewal(from, algorithm); err != nil {
		return err
	}
	body := api.RenewalRequest{Serial: from.Serial, Storage: api.StoragePC}
	if addresses := file.Certificate.EmailAddresses; len(addresses) == 1 && api.ValidateEmail(addresses[0]) == nil {
		body.Email = addresses[0]
	}
	if body.Requests, body.Keys, err = j.requests(ctx, owner, body.Email); err != nil {
		return err
	}
	task, err := api.Call(ctx, j.cfg.Client, api.AskSignature, api.Request[api.SignatureRequest]{
		Session: j.holder(),
		Body:    api.SignatureRequest{Purpose: api.SignToRenew, Serial: from.Serial, Requests: api.RequestsHash(body.Requests)},
	})
	if err != nil {
		return err
	}
	body.Signature, err = cms.Signer{Key: file.Key, Certificate: file.Certificate, Time: j.cfg.Now()}.Attached([]byte(task.Text))
	if err != nil {
		return err
	}
	j.note(func(r *record) {
		r.Renewal.Sent = true
		r.secret.Seed, r.secret.Renew, r.secret.Email = newSeed(), &body, body.Email
	})
	return j.save()
}

// beginRenewal notes under which name the keys will wait, or finds the name under
// which those of an earlier try do. A way that is done makes room: its key files
// are among what is held.
func (j *Journey) beginRenewal(from HeldKey, algorithm keypair.Algorithm) error {
	folder, keys := filepath.Dir(from.File), api.KeyAlgorithm(algorithm.Name())
	j.mu.Lock()
	before := j.record.Renewal
	again := before != nil && before.Serial == from.Serial && j.record.Keys == keys
	j.mu.Unlock()
	if !again {
		if err := j.dropRenewal(); err != nil {
			return err
		}
		j.note(func(r *record) {
			*r = record{Language: r.Language, Keys: keys, Renewal: &renewal{Serial: from.Serial, Entry: "renewal-" + rand.Text()}}
		})
	}
	j.note(func(r *record) { r.Storage, r.Folder = api.StoragePC, folder })
	j.change(func(s *State) {
		s.Enrolment, s.Files, s.Form = api.Enrolment{}, nil, j.record.form()
		j.keysFrom = StageWelcome
	})
	return j.save()
}

// sendRenewal sends the renewal that the journal has, as often as it takes, and
// goes on in the enrolment that it opens.
func (j *Journey) sendRenewal(ctx context.Context) error {
	j.mu.Lock()
	body := *j.record.secret.Renew
	j.mu.Unlock()
	started, err := api.Call(ctx, j.cfg.Client, api.RenewCertificates, api.Request[api.RenewalRequest]{
		Session: j.holder(), Key: j.keyFor(api.RenewCertificates.ID, "", body), Body: body,
	})
	if err != nil {
		return errors.Join(err, j.refusedRenewal(err))
	}
	j.note(func(r *record) {
		r.secret = secrets{Token: started.Token, Seed: newSeed(), Email: body.Email, Requests: body.Requests}
	})
	j.change(func(s *State) { s.Holding = Holding{} })
	return j.arrive(started.Enrolment)
}

// refusedRenewal lets go of a signature that the service does not take: the next
// try signs anew, on the same keys. Keys that it does not take are set aside, for
// an answer that got lost may have been a certificate on them.
func (j *Journey) refusedRenewal(err error) error {
	switch problem := Problem(err); {
	case problem.Status == 0 || api.Passing(problem.Code) || problem.Code == api.Internal:
		return nil
	case problem.Code == api.RequestInvalid, problem.Code == api.KeysUnserved, problem.Code == api.ApplicationOther:
		return j.dropRenewal()
	}
	j.note(func(r *record) { r.secret.Renew = nil })
	return j.save()
}

// renewing says that a signed renewal waits for its answer.
func (j *Journey) renewing() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.record.secret.Renew != nil
}

// dropRenewal gives up a renewal of which no enrolment came. Keys that were never
// signed for are deleted, others set aside.
func (j *Journey) dropRenewal() error {
	j.mu.Lock()
	r := j.record.clone()
	j.mu.Unlock()
	if r.Renewal == nil || r.Enrolment != "" {
		return nil
	}
	drop := j.cfg.Vault.Delete
	if r.Renewal.Sent {
		drop = j.cfg.Vault.SetAside
	}
	if err := drop(r.Renewal.Entry); err != nil {
		return err
	}
	j.note(func(r *record) { *r = record{Language: r.Language} })
	return j.save()
}
