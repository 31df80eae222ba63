package journey

import (
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

const (
	sealInfo = "qoltanba journal v1"
	seedSize = 32
)

// sealer encrypts what is secret in the journal with AES-256-GCM. Its key comes
// by HKDF (RFC 5869) from the device key's Diffie-Hellman with itself, a value
// that only the holder of the private key can compute; so the journal is worth
// as little without the keyring as the token in it.
type sealer struct{ aead cipher.AEAD }

// newSealer needs a device key that is an [*crypto/ecdsa.PrivateKey].
func newSealer(device crypto.Signer) (*sealer, error) {
	convertible, ok := device.(interface {
		ECDH() (*ecdh.PrivateKey, error)
	})
	if !ok {
		return nil, errors.New("the device's key must be an ECDSA key of this program")
	}
	private, err := convertible.ECDH()
	if err != nil {
		return nil, fmt.Errorf("use the device's key: %w", err)
	}
	shared, err := private.ECDH(private.PublicKey())
	if err != nil {
		return nil, fmt.Errorf("use the device's key: %w", err)
	}
	key, err := hkdf.Key(sha256.New, shared, nil, sealInfo, 32)
	if err != nil {
		return nil, fmt.Errorf("derive the journal's key: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, err
	}
	return &sealer{aead}, nil
}

// seal binds the text to the enrolment's name.
func (s *sealer) seal(plain []byte, enrolment string) []byte {
	return s.aead.Seal(nil, nil, plain, []byte(enrolment)) //nolint:gosec // G407: this AEAD draws its nonces itself
}

func (s *sealer) unseal(sealed []byte, enrolment string) ([]byte, error) {
	plain, err := s.aead.Open(nil, nil, sealed, []byte(enrolment))
	if err != nil {
		return nil, errors.New("sealed under another key, or changed")
	}
	return plain, nil
}

func newSeed() []byte {
	seed := make([]byte, seedSize)
	_, _ = rand.Read(seed) // never fails, see crypto/rand
	return seed
}

// idempotencyKey names an act: the same parts under the same seed, the same
// key.
func idempotencyKey(seed []byte, parts ...string) string {
	mac := hmac.New(sha256.New, seed)
	for _, part := range parts {
		var length [8]byte
		binary.BigEndian.PutUint64(length[:], uint64(len(part)))
		_, _ = mac.Write(length[:]) // a hash takes everything
		_, _ = io.WriteString(mac, part)
	}
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(mac.Sum(nil)[:16])
}
