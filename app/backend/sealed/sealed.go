// Package sealed keeps the private keys of the backend's parties at rest.
//
// Each party (the Digital ID, the certification authority) owns a folder. Keys
// lie in it as PKCS#8 inside age files (age-encryption.org/v1, scrypt) under a
// [Secret] which the operator supplies and which is kept elsewhere;
// certificates lie in plain DER beside them.
//
// A folder comes into being by [Once], as a whole or not at all: it is filled
// under a temporary name, synced, and renamed. Of several processes that start
// at once one wins, and the others use what it made. Nothing in a folder is
// ever overwritten.
//
// Opening a sealed key takes long, on purpose. A [Key] is opened at its first
// signature; that its file is there and whole is seen at once.
package sealed

import (
	"bytes"
	"crypto"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"

	"filippo.io/age"

	"qoltanba/keystore/keypair"
)

const (
	// MinSecret is the least length of a secret in bytes.
	MinSecret = 32
	// workFactor is log2 of scrypt's cost. A secret of 32 random bytes needs
	// no stretching; this is for the operator who typed a sentence.
	workFactor = 15
	// maxFile bounds a file of a party's folder before it is read.
	maxFile = 64 << 10
)

var (
	// ErrWrongSecret says that a key was sealed under another secret.
	ErrWrongSecret = errors.New("the secret does not open the stored key: give the one that was used at first start")
	// ErrShortSecret says that fewer than MinSecret bytes were given.
	ErrShortSecret = errors.New("the key secret needs at least 32 random bytes: write new ones to its file before the first start")
)

// Secret opens the keys. The zero Secret opens and seals nothing.
type Secret struct{ text string }

// NewSecret takes at least [MinSecret] bytes.
func NewSecret(secret []byte) (Secret, error) {
	if len(secret) < MinSecret {
		return Secret{}, ErrShortSecret
	}
	return Secret{text: string(secret)}, nil
}

// Format hides the secret from every verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[secret]") }

// LogValue hides the secret.
func (Secret) LogValue() slog.Value { return slog.StringValue("[secret]") }

// SealKey encrypts a private key that [keypair.MarshalPKCS8] knows.
func (s Secret) SealKey(key crypto.Signer) ([]byte, error) {
	if len(s.text) < MinSecret {
		return nil, ErrShortSecret
	}
	plain, err := keypair.MarshalPKCS8(key)
	if err != nil {
		return nil, fmt.Errorf("encode a private key: %w", err)
	}
	recipient, err := age.NewScryptRecipient(s.text)
	if err != nil {
		return nil, fmt.Errorf("seal a private key: %w", err)
	}
	recipient.SetWorkFactor(workFactor)
	var file bytes.Buffer
	w, err := age.Encrypt(&file, recipient)
	if err != nil {
		return nil, fmt.Errorf("seal a private key: %w", err)
	}
	if _, err := w.Write(plain); err != nil {
		return nil, fmt.Errorf("seal a private key: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("seal a private key: %w", err)
	}
	return file.Bytes(), nil
}

// OpenKey reverses [Secret.SealKey]. The error is ErrWrongSecret if the file
// was sealed under another secret.
func (s Secret) OpenKey(file []byte) (crypto.Signer, error) {
	if len(s.text) < MinSecret {
		return nil, ErrShortSecret
	}
	identity, err := age.NewScryptIdentity(s.text)
	if err != nil {
		return nil, fmt.Errorf("open a private key: %w", err)
	}
	identity.SetMaxWorkFactor(workFactor)
	r, err := age.Decrypt(bytes.NewReader(file), identity)
	if noMatch := (*age.NoIdentityMatchError)(nil); errors.As(err, &noMatch) {
		return nil, ErrWrongSecret
	}
	if err != nil {
		return nil, fmt.Errorf("open a private key: %w", err)
	}
	plain, err := io.ReadAll(io.LimitReader(r, maxFile))
	if err != nil {
		return nil, fmt.Errorf("open a private key: %w", err)
	}
	key, err := keypair.ParsePKCS8(plain)
	if err != nil {
		return nil, fmt.Errorf("open a private key: %w", err)
	}
	return key, nil
}

// Once makes the folder dir by fill, unless it is there already. It is safe
// against a kill at any instant and against other processes that do the same:
// exactly one of them makes the folder. dir must be absent or, except on
// Windows, empty; its parent must exist.
func Once(dir string, fill func(temp string) error) (err error) {
	if made(dir) {
		return nil
	}
	parent, prefix := filepath.Dir(dir), "."+filepath.Base(dir)+".new-"
	temp, err := os.MkdirTemp(parent, prefix)
	if err != nil {
		return fmt.Errorf("first start: %w", err)
	}
	err = fill(temp)
	if err == nil {
		err = syncFolder(temp)
	}
	if err == nil {
		// Fails if another process was faster: a folder with entries is never replaced.
		err = os.Rename(temp, dir)
	}
	if !made(dir) {
		return errors.Join(fmt.Errorf("first start: %w", err), os.RemoveAll(temp))
	}
	// The folder stands, by us or by another: what killed or slower ones began is litter.
	if litter, err := filepath.Glob(filepath.Join(parent, prefix+"*")); err == nil {
		for _, path := range litter {
			_ = os.RemoveAll(path)
		}
	}
	return syncFolder(parent)
}

// made tells whether dir was filled; being renamed as a whole, a folder with
// any entry has all of them.
func made(dir string) bool {
	entries, err := os.ReadDir(dir)
	return err == nil && len(entries) > 0
}

// Write makes a file that only this user may read, syncs it and reads it back.
// A file that exists is an error and stays as it is.
func Write(path string, content []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	back, err := Read(path)
	if err != nil {
		return err
	}
	if !bytes.Equal(back, content) {
		return fmt.Errorf("%s reads back changed: check the disk", path)
	}
	return nil
}

// Read reads a file of a party's folder, of at most 64 KiB.
func Read(path string) (_ []byte, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	content, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(content) > maxFile {
		return nil, fmt.Errorf("%s is larger than %d bytes: it was not written by this program", path, maxFile)
	}
	return content, nil
}

func syncFolder(dir string) (err error) {
	if runtime.GOOS == "windows" {
		return nil // Windows syncs no folders; NTFS journals the rename
	}
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return f.Sync()
}
