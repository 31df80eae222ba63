package sealed

import (
	"bytes"
	"crypto"
	"errors"
	"fmt"
	"io"
	"sync"

	"filippo.io/age"

	"qoltanba/keystore/keypair"
)

// ErrNotReady says that a sealed key could not be opened when it was needed.
// The next need tries again.
var ErrNotReady = errors.New("the sealed key is not ready")

// Key is a sealed private key as a [crypto.Signer]. Its file is opened at the
// first signature or by [Key.Open], whichever comes first, and once.
type Key struct {
	public crypto.PublicKey
	path   string
	secret Secret

	mu     sync.Mutex
	opened crypto.Signer // nil: not yet
}

// Key returns the key in a file, whose public half is known from its
// certificate. The file must be there, readable and sealed; whether the secret
// opens it, only opening shows.
func (s Secret) Key(path string, public crypto.PublicKey) (*Key, error) {
	file, err := Read(path)
	if err != nil {
		return nil, err
	}
	if err := checkForm(file); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &Key{public: public, path: path, secret: s}, nil
}

// checkForm checks what can be seen without the secret: the header of one
// passphrase, and a content after it.
func checkForm(file []byte) error {
	header, err := age.ExtractHeader(bytes.NewReader(file))
	if err != nil || !bytes.Contains(header, []byte("\n-> scrypt ")) || len(file) <= len(header) {
		return errors.New("it is no sealed key: restore it")
	}
	return nil
}

// Public returns the public half.
func (k *Key) Public() crypto.PublicKey { return k.public }

// Open opens the key unless it is open. The errors are ErrWrongSecret, that of a
// file which holds another key, and those of the disk; each is an ErrNotReady.
func (k *Key) Open() error {
	_, err := k.open()
	return err
}

func (k *Key) open() (crypto.Signer, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.opened != nil {
		return k.opened, nil
	}
	file, err := Read(k.path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotReady, err)
	}
	key, err := k.secret.OpenKey(file)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrNotReady, k.path, err)
	}
	if !keypair.Same(key.Public(), k.public) {
		return nil, fmt.Errorf("%w: %s is not the key of its certificate: restore both", ErrNotReady, k.path)
	}
	k.opened = key
	return key, nil
}

// Sign signs as the sealed key does, which it opens first.
func (k *Key) Sign(random io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	key, err := k.open()
	if err != nil {
		return nil, err
	}
	return key.Sign(random, digest, opts)
}
