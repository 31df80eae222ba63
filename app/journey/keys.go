package journey

import (
	"context"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"qoltanba/app/api"
	"qoltanba/keystore"
	"qoltanba/keystore/keypair"
	"qoltanba/keystore/profile"
)

// Grant consents, by PIN, to passing the data that Enrolment.Passed shows.
// Stage: grant.
func (j *Journey) Grant(ctx context.Context, pin api.Secret) error {
	return j.act(ctx, "grant", []Stage{StageGrant}, func(ctx context.Context) error {
		passed := j.State().Enrolment.Passed
		if passed == nil {
			return j.reread(ctx)
		}
		return step(ctx, j, api.GrantData, api.GrantRequest{DataSHA256: passed.Hash(), PIN: pin}, nil)
	})
}

// AcceptAgreement accepts the text that State.Text shows. Stage: agreement.
func (j *Journey) AcceptAgreement(ctx context.Context) error {
	return j.act(ctx, "accept agreement", []Stage{StageAgreement}, func(ctx context.Context) error {
		return j.accept(ctx, api.AcceptAgreement)
	})
}

// FillForm takes the application form. All that is sent yet is an address that
// was not confirmed before: a code goes there. Stage: form.
func (j *Journey) FillForm(ctx context.Context, form Form) error {
	return j.act(ctx, "fill form", []Stage{StageForm}, func(ctx context.Context) error {
		form, err := j.checkForm(form)
		if err != nil {
			return err
		}
		if err := j.sendEmailCode(ctx, form.Email); err != nil {
			return err
		}
		j.fill(form)
		return j.open("")
	})
}

// Submit makes the key pairs, locks them away and sends the application; see
// the package comment for the order. Making keys may take some seconds. Stage:
// submit.
func (j *Journey) Submit(ctx context.Context) error {
	return j.act(ctx, "submit", []Stage{StageSubmit}, func(ctx context.Context) error {
		form := j.State().Form
		requests, algorithm, err := j.requests(ctx, ownerOf(j.State().Enrolment), form.Email)
		if err != nil {
			return err
		}
		body := api.ApplyRequest{Email: form.Email, Storage: form.Storage, Keys: algorithm, Requests: requests}
		err = j.apply(ctx, body)
		if code := api.CodeOf(err); code == api.RequestInvalid || code == api.KeysUnserved {
			j.note(func(r *record) {
				switch {
				case code == api.KeysUnserved:
					r.Keys, r.Token = "", nil // to be chosen anew
				case r.Token != nil:
					r.Token.Round++
				}
			})
			err = errors.Join(err, j.discardKeys(ctx))
			j.change(j.settleStage)
		}
		return err
	})
}

// WriteKeys puts the certificates with their keys into key files in the folder
// of the form, under the password, confirms the import, and only then lets go
// of the keys in the vault. Repeated with the same password it goes on where it
// stopped. Stage: password.
func (j *Journey) WriteKeys(ctx context.Context, password api.Secret) error {
	return j.act(ctx, "write keys", []Stage{StagePassword}, func(ctx context.Context) error {
		if !keystore.PasswordKept(string(password)) {
			return keystore.ErrPasswordRules
		}
		issued, err := ask(ctx, j, api.ReadCertificates)
		if err != nil {
			return err
		}
		pending, err := j.pending(ctx)
		if err != nil {
			j.change(j.settleStage) // where the keys are lost, that is shown
			return err
		}
		pairs, err := pair(issued.Certificates, pending)
		if err != nil {
			return err
		}
		j.note(func(r *record) { r.Chain = chainToKeep(issued.Chain) })
		fingerprints, err := j.writeFiles(pairs, string(password))
		if err != nil {
			return err
		}
		if err := step(ctx, j, api.ConfirmImport, api.ImportRequest{Fingerprints: fingerprints}, nil); err != nil {
			return err
		}
		return j.finish(ctx)
	})
}

// ChangeFolder takes another folder for the key files; a link is followed.
// Stage: password.
func (j *Journey) ChangeFolder(ctx context.Context, folder string) error {
	return j.act(ctx, "change folder", []Stage{StagePassword}, func(context.Context) error {
		folder, err := prepareFolder(folder)
		if err != nil {
			return err
		}
		j.note(func(r *record) { r.Folder = folder })
		j.change(func(s *State) { s.Form.Folder = folder })
		return j.save()
	})
}

// keyringTime is how long the citizen may take to unlock the system's keyring.
const keyringTime = 5 * time.Minute

// requests are the certificate requests of this way, made once, with the kind
// of their keys: the keys lie in the vault and the requests in the journal
// before they are returned. Keys that lie there are taken, unless another kind was
// chosen since and nothing was applied for.
func (j *Journey) requests(ctx context.Context, owner profile.Subject, email string) ([][]byte, api.KeyAlgorithm, error) {
	if j.tokenPlace() != nil { // they were made when it was open
		j.mu.Lock()
		defer j.mu.Unlock()
		return slices.Clone(j.record.secret.Requests), api.KeyAlgorithm(tokenKeys.Name()), nil
	}
	keys, err := j.keysToApply(ctx)
	if err != nil {
		return nil, "", err
	}
	algorithm := api.KeyAlgorithm(keys[0].Kind.Algorithm().Name())
	j.mu.Lock()
	made := slices.Clone(j.record.secret.Requests)
	j.mu.Unlock()
	if made != nil {
		return made, algorithm, nil
	}
	for _, k := range keys {
		der, err := keystore.NewRequest(k.Key, owner, email)
		if err != nil {
			return nil, "", err
		}
		made = append(made, der)
	}
	j.note(func(r *record) { r.secret.Requests = made })
	return made, algorithm, j.save()
}

// keysToApply are the keys in the vault, or new ones that were put there. Keys
// that cannot be opened are replaced as long as nothing was applied for.
func (j *Journey) keysToApply(ctx context.Context) ([]keystore.PendingKey, error) {
	ctx, cancel := context.WithTimeout(ctx, keyringTime)
	defer cancel()
	keys, err := j.pending(ctx)
	if err == nil && j.chosenOther(keys) {
		if err := j.discardKeys(ctx); err != nil {
			return nil, err
		}
		keys, err = j.pending(ctx) // still there, if they were applied for
	}
	if !j.lostKeys() {
		return keys, err
	}
	if j.State().Enrolment.Application != nil {
		return nil, err
	}
	if err := j.cfg.Vault.SetAside(j.entry()); err != nil {
		return nil, err
	}
	j.note(func(r *record) { r.secret.Requests = nil })
	if keys, err = generateKeys(j.algorithm()); err != nil {
		return nil, err
	}
	if err := j.lockAway(ctx, j.entry(), keys); err != nil {
		return nil, err
	}
	j.note(func(*record) { j.keysLost = false })
	return keys, nil
}

// chosenOther says that the citizen has chosen another kind of keys since these
// were made.
func (j *Journey) chosenOther(keys []keystore.PendingKey) bool {
	j.mu.Lock()
	chosen := j.record.Keys
	j.mu.Unlock()
	return chosen != "" && keys[0].Kind.Algorithm().Name() != string(chosen)
}

// lockAway puts keys into the vault. Where the vault's key is lost, whatever
// lies there cannot be opened any more and makes room.
func (j *Journey) lockAway(ctx context.Context, entry string, keys []keystore.PendingKey) error {
	err := j.cfg.Vault.Put(ctx, entry, keys)
	if !errors.Is(err, keystore.ErrVaultKeyLost) {
		return lockedKeyring(err)
	}
	ids, err := j.cfg.Vault.List()
	for _, id := range ids {
		err = errors.Join(err, j.cfg.Vault.SetAside(id))
	}
	if err != nil {
		return err
	}
	return lockedKeyring(j.cfg.Vault.Put(ctx, entry, keys))
}

// lockedKeyring tells a keyring that does not answer, which is asked again
// later, from everything else.
func lockedKeyring(err error) error {
	if errors.Is(err, keystore.ErrNoKeyring) {
		return api.Fail(api.KeyringLocked, "on this computer").WithCause(err)
	}
	return err
}

// algorithm is the kind of key pairs to make.
func (j *Journey) algorithm() keypair.Algorithm {
	j.mu.Lock()
	defer j.mu.Unlock()
	if a, err := keypair.Named(string(j.record.Keys)); err == nil {
		return a
	}
	return j.cfg.Keys
}

func (j *Journey) entry() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.record.entry()
}

func (j *Journey) lostKeys() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.keysLost
}

// generateKeys makes the keys side by side: the search for primes, where there
// is one, is what the citizen waits for.
func generateKeys(a keypair.Algorithm) ([]keystore.PendingKey, error) {
	kinds := profile.Kinds(a)
	keys, errs := make([]keystore.PendingKey, len(kinds)), make([]error, len(kinds))
	var made sync.WaitGroup
	for i, kind := range kinds {
		made.Go(func() {
			keys[i].Kind = kind
			keys[i].Key, errs[i] = a.GenerateKey()
		})
	}
	made.Wait()
	return keys, errors.Join(errs...)
}

func ownerOf(e api.Enrolment) profile.Subject {
	if e.Passed == nil {
		return profile.Subject{} // refused by NewRequest
	}
	return profile.Subject{
		Surname: e.Passed.Surname, Name: e.Passed.Name, Patronymic: e.Passed.Patronymic, IIN: string(e.Passed.IIN),
	}
}

// apply sends the application under a key that does not depend on the nonce:
// whenever it is sent again, it is the same act.
func (j *Journey) apply(ctx context.Context, body api.ApplyRequest) error {
	e, err := api.Call(ctx, j.cfg.Client, api.Apply, api.Request[api.ApplyRequest]{
		Session: j.session(), Nonce: j.State().Enrolment.Nonce, Key: j.keyFor(api.Apply.ID, "", body), Body: body,
	})
	if err != nil {
		return err
	}
	return j.arrive(e)
}

// discardKeys lets go of keys whose requests were refused, once the backend has
// said that there is no application on them.
func (j *Journey) discardKeys(ctx context.Context) error {
	if err := j.reread(ctx); err != nil {
		return err
	}
	if e := j.State().Enrolment; e.Application != nil || e.Step != api.StepApplication {
		return nil
	}
	if err := j.cfg.Vault.Delete(j.entry()); err != nil {
		return err
	}
	j.note(func(r *record) { r.secret.Requests = nil })
	return j.save()
}

// pending are the keys that wait. That they are lost is remembered, for then
// the citizen may give the application up.
func (j *Journey) pending(ctx context.Context) ([]keystore.PendingKey, error) {
	ctx, cancel := context.WithTimeout(ctx, keyringTime)
	defer cancel()
	keys, err := j.cfg.Vault.Get(ctx, j.entry())
	err = lockedKeyring(err)
	lost := errors.Is(err, keystore.ErrNoEntry) || errors.Is(err, keystore.ErrVaultKeyLost) || errors.Is(err, keystore.ErrDamaged)
	j.mu.Lock()
	j.keysLost = lost
	j.mu.Unlock()
	return keys, err
}

// keyPair is a certificate with its private key.
type keyPair struct {
	kind api.CertificateKind
	key  crypto.Signer
	cert *x509.Certificate
}

// pair finds the key of each certificate, by its public key, and refuses an
// issue that leaves a key without a certificate.
func pair(issued []api.Certificate, pending []keystore.PendingKey) ([]keyPair, error) {
	if len(issued) != len(pending) {
		return nil, fmt.Errorf("%w: %d certificates for %d keys", keystore.ErrMismatch, len(issued), len(pending))
	}
	var pairs []keyPair
	for _, k := range pending {
		at := slices.IndexFunc(issued, func(c api.Certificate) bool {
			cert, err := x509.ParseCertificate(c.DER)
			if err != nil {
				return false
			}
			public, err := keypair.PublicKeyOf(cert)
			return err == nil && keypair.Same(public, k.Key.Public())
		})
		if at < 0 {
			return nil, fmt.Errorf("%w: no certificate for the %s key", keystore.ErrMismatch, k.Kind)
		}
		cert, err := x509.ParseCertificate(issued[at].DER)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", keystore.ErrMismatch, err)
		}
		pairs = append(pairs, keyPair{issued[at].Kind, k.Key, cert})
	}
	return pairs, nil
}

// writeFiles writes each key file and notes it, and returns the certificates'
// fingerprints.
func (j *Journey) writeFiles(pairs []keyPair, password string) (fingerprints []string, err error) {
	folder := j.State().Form.Folder
	j.note(func(r *record) { r.Files = nil })
	for _, p := range pairs {
		path, err := keystore.WriteKeyFile(folder, p.key, p.cert, password, j.cfg.Encoding)
		if err != nil {
			return nil, err
		}
		file := KeyFile{Path: path, Kind: p.kind, ValidUntil: p.cert.NotAfter}
		j.note(func(r *record) { r.Files = append(r.Files, file) })
		if err := j.save(); err != nil {
			return nil, err
		}
		sum := sha256.Sum256(p.cert.Raw)
		fingerprints = append(fingerprints, hex.EncodeToString(sum[:]))
	}
	return fingerprints, nil
}

// finish lets go of what is not needed once the import is confirmed: first the
// keys, then what the journal keeps of the way, but for the files to be shown
// the authority that issued what is in them, and the former keys that the citizen is
// asked about. Keys of which no file was noted are kept.
func (j *Journey) finish(ctx context.Context) error {
	j.mu.Lock()
	entry, files := j.record.entry(), slices.Clone(j.record.Files)
	j.mu.Unlock()
	j.change(func(s *State) { s.Files = files })
	if err := j.keepHolding(files); err != nil {
		return err
	}
	if err := j.dropSpare(); err != nil {
		return err
	}
	if len(files) > 0 {
		if err := j.cfg.Vault.Delete(entry); err != nil {
			return err
		}
	}
	former := j.findFormer(ctx)
	j.note(func(r *record) { *r = record{Language: r.Language, Files: r.Files, Chain: r.Chain, Former: former} })
	j.change(func(s *State) {
		if s.Former = former; len(former) > 0 && len(files) > 0 {
			s.Stage = StageFormer
		}
	})
	return j.save()
}
