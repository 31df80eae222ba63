package evidence

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"filippo.io/age"
	"golang.org/x/crypto/chacha20poly1305"
)

const (
	keySize  = chacha20poly1305.KeySize
	saltSize = 16
	// wrapVersion is the first byte of a wrapped key.
	wrapVersion = 1
	// stanzaType names our recipient in the header of an age file.
	stanzaType = "qoltanba.kz/case/v1"
)

// Master is the key of the configuration under which case keys are wrapped.
type Master struct{ aead cipher.AEAD }

// NewMaster takes a key of 32 random bytes.
func NewMaster(key []byte) (Master, error) {
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		return Master{}, errors.New("the master key of the evidence needs 32 random bytes: write new ones to the configuration")
	}
	return Master{aead: aead}, nil
}

// Format implements [fmt.Formatter] and hides the key from every verb.
func (Master) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[master key]") }

// LogValue implements [slog.LogValuer] and hides the key.
func (Master) LogValue() slog.Value { return slog.StringValue("[master key]") }

// wrap encrypts a case key: version, nonce, XChaCha20-Poly1305 with the case
// as associated data.
func (m Master) wrap(key []byte, caseID string) []byte {
	out := make([]byte, 1+m.aead.NonceSize(), 1+m.aead.NonceSize()+len(key)+m.aead.Overhead())
	out[0] = wrapVersion
	// crypto/rand never fails: it ends the program instead.
	_, _ = rand.Read(out[1:])
	return m.aead.Seal(out, out[1:], key, binding("evidence/key/v1", caseID)) //nolint:gosec // G407: the nonce was drawn above
}

func (m Master) unwrap(wrapped []byte, caseID string) ([]byte, error) {
	head := 1 + m.aead.NonceSize()
	if len(wrapped) != head+keySize+m.aead.Overhead() || wrapped[0] != wrapVersion {
		return nil, fmt.Errorf("%w: the wrapped key cannot be read", ErrTampered)
	}
	key, err := m.aead.Open(nil, wrapped[1:head], wrapped[head:], binding("evidence/key/v1", caseID))
	if err != nil {
		return nil, fmt.Errorf("%w: the wrapped key is of another case or master key", ErrTampered)
	}
	return key, nil
}

// binding joins parts with their lengths, so that no two lists of parts agree.
func binding(parts ...string) []byte {
	var out []byte
	for _, p := range parts {
		out = binary.BigEndian.AppendUint32(out, uint32(len(p))) // #nosec G115 -- names are bounded
		out = append(out, p...)
	}
	return out
}

// objectKey is recipient and identity of one object. It implements
// [age.Recipient] and [age.Identity].
type objectKey struct {
	caseKey      []byte
	caseID, name string
}

var (
	_ age.Recipient = objectKey{}
	_ age.Identity  = objectKey{}
)

// aead derives the key that wraps the file key. With a fresh salt in each
// file it is used once, so that its nonce may be zero, as age's own recipients have it.
func (k objectKey) aead(salt []byte) (cipher.AEAD, error) {
	info := string(binding("evidence/object/v1", k.caseID, k.name))
	key, err := hkdf.Key(sha256.New, k.caseKey, salt, info, keySize)
	if err != nil {
		return nil, fmt.Errorf("derive the object's key: %w", err)
	}
	return chacha20poly1305.New(key)
}

// Wrap implements [age.Recipient].
func (k objectKey) Wrap(fileKey []byte) ([]*age.Stanza, error) {
	salt := make([]byte, saltSize)
	_, _ = rand.Read(salt)
	aead, err := k.aead(salt)
	if err != nil {
		return nil, err
	}
	return []*age.Stanza{{
		Type: stanzaType,
		Args: []string{base64.RawStdEncoding.EncodeToString(salt)},
		Body: aead.Seal(nil, make([]byte, aead.NonceSize()), fileKey, nil), //nolint:gosec // G407: the key is used once
	}}, nil
}

// Unwrap implements [age.Identity].
func (k objectKey) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	if len(stanzas) != 1 || stanzas[0].Type != stanzaType || len(stanzas[0].Args) != 1 {
		return nil, age.ErrIncorrectIdentity
	}
	salt, err := base64.RawStdEncoding.Strict().DecodeString(stanzas[0].Args[0])
	if err != nil || len(salt) != saltSize {
		return nil, age.ErrIncorrectIdentity
	}
	aead, err := k.aead(salt)
	if err != nil {
		return nil, err
	}
	// 16 bytes is the length of age's file keys.
	if len(stanzas[0].Body) != 16+aead.Overhead() {
		return nil, age.ErrIncorrectIdentity
	}
	fileKey, err := aead.Open(nil, make([]byte, aead.NonceSize()), stanzas[0].Body, nil)
	if err != nil {
		return nil, age.ErrIncorrectIdentity
	}
	return fileKey, nil
}
