package keystore

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"filippo.io/age"
	"github.com/zalando/go-keyring"
)

// Errors of key sources on which a caller branches: after the first it offers
// a passphrase, after the second it asks again.
var (
	ErrNoKeyring  = errors.New("the system's keyring does not answer: a passphrase can take its place")
	ErrPassphrase = errors.New("the passphrase is not the one chosen before")
)

// errNoSecret says that a source works but holds no secret of that name.
var errNoSecret = errors.New("no such secret")

// KeySource is where this computer keeps the program's own small secrets, such as
// the vault's key and the device key. It is [KeyringSource] or, where no keyring
// answers, [PassphraseSource].
type KeySource interface {
	// load returns a secret, or errNoSecret if it was never stored.
	load(ctx context.Context, name string) ([]byte, error)
	// store keeps a secret of up to 1 KiB.
	store(ctx context.Context, name string, secret []byte) error
	// forget removes a secret, or returns errNoSecret.
	forget(ctx context.Context, name string) error
}

// createSecret makes a secret, stores it and returns what the source gives
// back, so that a source that only pretends to store is noticed in time.
func createSecret(ctx context.Context, source KeySource, name string, generate func() ([]byte, error)) ([]byte, error) {
	secret, err := generate()
	if err != nil {
		return nil, err
	}
	if err := source.store(ctx, name, secret); err != nil {
		return nil, err
	}
	stored, err := source.load(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("secret was stored, but does not come back: %w", err)
	}
	if !bytes.Equal(stored, secret) {
		return nil, errors.New("secret was stored, but another one came back")
	}
	return stored, nil
}

type keyringSource struct{ service string }

// KeyringSource keeps secrets in the keyring of the operating system under the
// given service name, the application's id: Credential Manager, Keychain or
// Secret Service. The system may ask the citizen to unlock it; when the context
// ends first, ErrNoKeyring is returned.
func KeyringSource(service string) KeySource { return keyringSource{service} }

func (s keyringSource) load(ctx context.Context, name string) ([]byte, error) {
	text, err := waitKeyring(ctx, func() (string, error) { return keyring.Get(s.service, name) })
	if errors.Is(err, keyring.ErrNotFound) {
		return nil, errNoSecret
	}
	if err != nil {
		return nil, err
	}
	secret, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, errors.New("the secret in the keyring was changed by someone else")
	}
	return secret, nil
}

func (s keyringSource) store(ctx context.Context, name string, secret []byte) error {
	_, err := waitKeyring(ctx, func() (string, error) {
		return "", keyring.Set(s.service, name, base64.StdEncoding.EncodeToString(secret))
	})
	return err
}

func (s keyringSource) forget(ctx context.Context, name string) error {
	_, err := waitKeyring(ctx, func() (string, error) { return "", keyring.Delete(s.service, name) })
	if errors.Is(err, keyring.ErrNotFound) {
		return errNoSecret
	}
	return err
}

// keyringTurn lets one call at a time ask the keyring: one that nobody waits for
// any more may still stand before the citizen as a request to unlock it.
var keyringTurn = make(chan struct{}, 1)

// waitKeyring makes a call that cannot be cancelled obey the context. If the
// context ends first, the goroutine ends as soon as the keyring answers.
func waitKeyring(ctx context.Context, call func() (string, error)) (string, error) {
	type answer struct {
		text string
		err  error
	}
	answers := make(chan answer, 1)
	select {
	case keyringTurn <- struct{}{}:
	case <-ctx.Done():
		return "", fmt.Errorf("%w: %w", ErrNoKeyring, ctx.Err())
	}
	go func() {
		text, err := call()
		<-keyringTurn
		answers <- answer{text, err}
	}()
	select {
	case a := <-answers:
		if a.err != nil && !errors.Is(a.err, keyring.ErrNotFound) {
			a.err = fmt.Errorf("%w: %w", ErrNoKeyring, a.err)
		}
		return a.text, a.err
	case <-ctx.Done():
		return "", fmt.Errorf("%w: %w", ErrNoKeyring, ctx.Err())
	}
}

type passphraseSource struct {
	dir        string
	passphrase string
	workFactor int
}

const (
	secretSuffix = ".age"
	maxSecret    = 8 << 10
	// scryptWork is log2 of scrypt's N: 128 MiB and about half a second, the
	// least that OWASP's password storage sheet names for scrypt.
	scryptWork = 17
)

// PassphraseSource keeps secrets in files of the folder dir, which is best the
// vault's own, encrypted by age with scrypt under the passphrase. The first
// secret stored settles the passphrase; another one is answered with
// ErrPassphrase.
func PassphraseSource(dir, passphrase string) KeySource {
	return passphraseSource{dir, passphrase, scryptWork}
}

// Format hides the passphrase whatever the verb.
func (passphraseSource) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("[passphrase]")) }

func (s passphraseSource) load(_ context.Context, name string) ([]byte, error) {
	sealed, err := readLimited(s.path(name), maxSecret)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errNoSecret
	}
	if err != nil {
		return nil, fmt.Errorf("read secret: %w", err)
	}
	return s.open(sealed)
}

func (s passphraseSource) open(sealed []byte) ([]byte, error) {
	identity, err := age.NewScryptIdentity(s.passphrase)
	if err != nil {
		return nil, ErrPassphrase
	}
	identity.SetMaxWorkFactor(scryptWork)
	plain, err := age.Decrypt(bytes.NewReader(sealed), identity)
	var noMatch *age.NoIdentityMatchError
	if errors.As(err, &noMatch) {
		return nil, ErrPassphrase
	}
	if err != nil {
		return nil, ErrDamaged
	}
	secret, err := io.ReadAll(io.LimitReader(plain, maxSecret))
	if err != nil {
		return nil, ErrDamaged
	}
	return secret, nil
}

func (s passphraseSource) store(_ context.Context, name string, secret []byte) error {
	recipient, err := age.NewScryptRecipient(s.passphrase)
	if err != nil {
		return errors.New("choose a passphrase that is not empty")
	}
	recipient.SetWorkFactor(s.workFactor)
	var sealed bytes.Buffer
	w, err := age.Encrypt(&sealed, recipient)
	if err == nil {
		_, err = w.Write(secret)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return fmt.Errorf("encrypt secret: %w", err)
	}
	if err := makePrivateFolder(s.dir); err != nil {
		return DiskError(err)
	}
	if err := s.agrees(); err != nil {
		return err
	}
	opens := func(content []byte) error { _, err := s.open(content); return err }
	if err := writeNew(osDisk{}, s.path(name), sealed.Bytes(), opens); err != nil {
		return fmt.Errorf("keep secret: %w", err)
	}
	return nil
}

func (s passphraseSource) forget(_ context.Context, name string) error {
	err := os.Remove(s.path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return errNoSecret
	}
	if err != nil {
		return DiskError(err)
	}
	return SyncFolder(s.dir)
}

// agrees checks that secrets stored before open with the same passphrase.
func (s passphraseSource) agrees() error {
	before, err := filepath.Glob(s.path("*"))
	if err != nil || len(before) == 0 {
		return err
	}
	sealed, err := readLimited(before[0], maxSecret)
	if err != nil {
		return fmt.Errorf("read secret: %w", err)
	}
	secret, err := s.open(sealed)
	clear(secret)
	return err
}

func (s passphraseSource) path(name string) string {
	return filepath.Join(s.dir, name+secretSuffix)
}
