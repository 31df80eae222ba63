package nca

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"math/big"
	"testing"

	"qoltanba/keystore/keypair"
)

// A draft's signature has the form of a real one, and only the exponent that was
// forgotten verifies it.
func TestThrowawaySigns(t *testing.T) {
	t.Parallel()
	key, err := rsa.GenerateKey(rand.Reader, throwawayBits)
	if err != nil {
		t.Fatal(err)
	}
	signer := throwaway{&key.PublicKey}
	message := []byte("a draft")
	signature, err := keypair.Sign(nil, signer, message)
	if err != nil {
		t.Fatal(err)
	}
	if len(signature) != throwawayBits/8 || keypair.Verify(signer.Public(), message, signature) {
		t.Error("the signature has another length, or can be verified")
	}
	// The real key makes of the padded digest what the long exponent makes of it.
	padded := new(big.Int).Exp(new(big.Int).SetBytes(signature), key.D, key.N)
	verified, err := keypair.Sign(nil, key, message)
	if err != nil {
		t.Fatal(err)
	}
	if want := new(big.Int).Exp(new(big.Int).SetBytes(verified), big.NewInt(int64(key.E)), key.N); padded.Cmp(want) != 0 {
		t.Error("what was signed is not the padded digest")
	}
	digest := sha256.Sum256(message)
	if _, err := signer.Sign(nil, digest[:20], crypto.SHA256); err == nil {
		t.Error("a digest of another length was signed")
	}
}
