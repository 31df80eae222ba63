package keystore

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
)

// A sealed file is magic ‖ mark ‖ nonce (12) ‖ AES-256-GCM ciphertext and tag.
// The mark tells keys apart without telling anything about them, so that a
// lost key and a damaged file are different news to the citizen. Magic, mark
// and id are authenticated.
const (
	sealMagic = "QKV1"
	markSize  = 8
)

// seal encrypts plain for the enrolment id.
func seal(key []byte, id string, plain []byte) []byte {
	head := append([]byte(sealMagic), keyMark(key)...)
	aead := sealCipher(key)
	nonce := make([]byte, aead.NonceSize())
	_, _ = rand.Read(nonce) // never fails, see crypto/rand
	out := append(bytes.Clone(head), nonce...)
	return aead.Seal(out, nonce, plain, append(head, id...))
}

// unseal returns what was sealed for id, ErrVaultKeyLost if it was under
// another key, ErrDamaged if it was changed.
func unseal(key []byte, id string, sealed []byte) ([]byte, error) {
	aead := sealCipher(key)
	headSize := len(sealMagic) + markSize
	if len(sealed) < headSize+aead.NonceSize()+aead.Overhead() || string(sealed[:len(sealMagic)]) != sealMagic {
		return nil, ErrDamaged
	}
	head, rest := sealed[:headSize:headSize], sealed[headSize:]
	if !bytes.Equal(head[len(sealMagic):], keyMark(key)) {
		return nil, ErrVaultKeyLost
	}
	nonce, text := rest[:aead.NonceSize()], rest[aead.NonceSize():]
	plain, err := aead.Open(nil, nonce, text, append(head, id...))
	if err != nil {
		return nil, ErrDamaged
	}
	return plain, nil
}

func keyMark(key []byte) []byte {
	sum := sha256.Sum256(append([]byte("qoltanba vault key mark\x00"), key...))
	return sum[:markSize]
}

// sealCipher wants a key of vaultKeySize bytes; anything else is a bug.
func sealCipher(key []byte) cipher.AEAD {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic("keystore: " + err.Error())
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic("keystore: " + err.Error())
	}
	return aead
}

func newVaultKey() ([]byte, error) {
	key := make([]byte, vaultKeySize)
	_, err := rand.Read(key)
	return key, err
}
