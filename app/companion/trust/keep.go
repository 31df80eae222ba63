package trust

import (
	"context"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"qoltanba/keystore"
)

const (
	authorityFile = "authority.pem"
	maxFile       = 16 << 10 // bytes
)

// Errors of the authority that is kept. After each a new one has to be made, and
// installed anew.
var (
	ErrDamaged = errors.New("the companion's authority is damaged: remove it and trust a new one")
	ErrKeyLost = errors.New("the keyring no longer has the key of the companion's authority: remove it and trust a new one")
	// ErrNone says that there is no authority yet.
	ErrNone = errors.New("the companion has no authority on this computer yet")
)

// Open reads the authority from a folder, or makes one, named after owner. Its
// key lies in source; where that is nil or does not answer when the authority is
// made, the key lies in the file, and moves into the keyring as soon as that
// answers. The error is ErrDamaged, ErrKeyLost, keystore.ErrNoKeyring, or one of
// the disk.
func Open(ctx context.Context, source keystore.KeySource, dir, owner string, now func() time.Time) (*Trust, error) {
	if err := keystore.CreateFolder(dir); err != nil {
		return nil, err
	}
	cert, key, err := read(dir)
	if errors.Is(err, ErrNone) {
		return create(ctx, source, dir, owner, now)
	}
	if err != nil {
		return nil, err
	}
	if key == nil {
		if key, err = load(ctx, source, cert); err != nil {
			return nil, err
		}
	} else if source != nil {
		if err := move(ctx, source, dir, cert, key); err != nil {
			return nil, err
		}
	}
	return &Trust{Authority: &Authority{cert, key}, now: now}, nil
}

// Certificate returns the certificate of the authority that is kept in a folder,
// without its key. The error is ErrNone, ErrDamaged, or one of the disk.
func Certificate(dir string) (*x509.Certificate, error) {
	cert, _, err := read(dir)
	return cert, err
}

// Remove forgets the authority of a folder and its key; that there is none is no
// error. It has to be taken out of the [Stores] first.
func Remove(ctx context.Context, source keystore.KeySource, dir string) error {
	cert, key, err := read(dir)
	if errors.Is(err, ErrNone) {
		return nil
	}
	if err == nil && key == nil && source != nil {
		if err := keystore.ForgetSecret(ctx, source, secretName(cert)); err != nil {
			return err
		}
	}
	if err := os.Remove(filepath.Join(dir, authorityFile)); err != nil {
		return keystore.DiskError(err)
	}
	return keystore.SyncFolder(dir)
}

// secretName tells the keys of several authorities in one keyring apart.
func secretName(cert *x509.Certificate) string {
	sum := sha256.Sum256(cert.RawSubjectPublicKeyInfo)
	return fmt.Sprintf("companion-authority-%x", sum[:8])
}

func create(ctx context.Context, source keystore.KeySource, dir, owner string, now func() time.Time) (*Trust, error) {
	authority, err := NewAuthority(owner, now())
	if err != nil {
		return nil, err
	}
	kept, err := keep(ctx, source, authority.Certificate, authority.key)
	if err != nil {
		return nil, err
	}
	file := authority.PEM()
	if !kept {
		der, err := x509.MarshalPKCS8PrivateKey(authority.key)
		if err != nil {
			return nil, err
		}
		file = append(file, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})...)
	}
	defer clear(file)
	if err := keystore.WriteFile(filepath.Join(dir, authorityFile), file); err != nil {
		return nil, fmt.Errorf("keep the companion's authority: %w", err)
	}
	return &Trust{Authority: authority, now: now}, nil
}

// keep gives the key to the source and tells whether it has it.
func keep(ctx context.Context, source keystore.KeySource, cert *x509.Certificate, key any) (kept bool, err error) {
	if source == nil {
		return false, nil
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return false, err
	}
	defer clear(der)
	err = keystore.KeepSecret(ctx, source, secretName(cert), der)
	if errors.Is(err, keystore.ErrNoKeyring) {
		return false, nil
	}
	return err == nil, err
}

// move takes the key out of the file once the keyring has it. The file is whole
// at every instant, with the key or without.
func move(ctx context.Context, source keystore.KeySource, dir string, cert *x509.Certificate, key *ecdsa.PrivateKey) error {
	kept, err := keep(ctx, source, cert, key)
	if err != nil || !kept {
		return err
	}
	path := filepath.Join(dir, authorityFile)
	aside := path + ".new"
	if err := os.Remove(aside); err != nil && !errors.Is(err, os.ErrNotExist) {
		return keystore.DiskError(err)
	}
	if err := keystore.WriteFile(aside, (&Authority{cert, key}).PEM()); err != nil {
		return err
	}
	if err := keystore.ReplaceFile(aside, path); err != nil {
		return keystore.DiskError(err)
	}
	return keystore.SyncFolder(dir)
}

// load asks the keyring for the key of an authority.
func load(ctx context.Context, source keystore.KeySource, cert *x509.Certificate) (*ecdsa.PrivateKey, error) {
	if source == nil {
		return nil, ErrKeyLost
	}
	der, err := keystore.LoadSecret(ctx, source, secretName(cert))
	if errors.Is(err, keystore.ErrNoSecret) {
		return nil, ErrKeyLost
	}
	if err != nil {
		return nil, err
	}
	defer clear(der)
	return parseKey(der, cert)
}

// read returns what the folder has; key is nil where it is not in the file.
func read(dir string) (cert *x509.Certificate, key *ecdsa.PrivateKey, err error) {
	path := filepath.Join(dir, authorityFile)
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil, ErrNone
	}
	if err == nil && info.Size() > maxFile {
		return nil, nil, ErrDamaged
	}
	file, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, keystore.DiskError(err)
	}
	return parse(file)
}

// parse reads a certificate and the key, if it is there. They must belong
// together.
func parse(file []byte) (*x509.Certificate, *ecdsa.PrivateKey, error) {
	first, rest := pem.Decode(file)
	if first == nil {
		return nil, nil, ErrDamaged
	}
	cert, err := x509.ParseCertificate(first.Bytes)
	if err != nil {
		return nil, nil, ErrDamaged
	}
	if _, ok := cert.PublicKey.(*ecdsa.PublicKey); !ok {
		return nil, nil, ErrDamaged
	}
	second, more := pem.Decode(rest)
	if second == nil && len(more) == 0 {
		return cert, nil, nil
	}
	if second == nil {
		return nil, nil, ErrDamaged
	}
	key, err := parseKey(second.Bytes, cert)
	return cert, key, err
}

func parseKey(der []byte, cert *x509.Certificate) (*ecdsa.PrivateKey, error) {
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	key, ok := parsed.(*ecdsa.PrivateKey)
	if err != nil || !ok || !key.PublicKey.Equal(cert.PublicKey) {
		return nil, ErrDamaged
	}
	return key, nil
}
