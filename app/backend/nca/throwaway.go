package nca

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"io"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	tags "golang.org/x/crypto/cryptobyte/asn1"

	"qoltanba/keystore/gost"
	"qoltanba/keystore/keypair"
)

// throwawayBits makes lint signatures cheap; that key protects nothing.
const throwawayBits = 1024

// newThrowaway makes the key that signs drafts.
func newThrowaway(a keypair.Algorithm) (crypto.Signer, error) {
	if a == keypair.GOST512 {
		return gost.GenerateKey(rand.Reader)
	}
	key, err := rsa.GenerateKey(rand.Reader, throwawayBits)
	if err != nil {
		return nil, err
	}
	return throwaway{&key.PublicKey}, nil
}

// throwaway is an RSA key whose exponents have changed places: it signs with the
// short one, at a fiftieth of the cost, and the long one, by which alone its
// signatures could be verified, is forgotten. Nobody can rely on a draft, then,
// which otherwise has the form of a certificate in every byte.
type throwaway struct{ key *rsa.PublicKey }

// Public returns the half that signs.
func (t throwaway) Public() crypto.PublicKey { return t.key }

// Sign raises the digest, padded as EMSA-PKCS1-v1_5 (RFC 8017, 9.2), to the
// short exponent.
func (t throwaway) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	if opts.HashFunc() != crypto.SHA256 || len(digest) != crypto.SHA256.Size() {
		return nil, errors.New("drafts are signed over SHA-256")
	}
	var b cryptobyte.Builder
	b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
		keypair.AddIdentifier(b, keypair.RSA.DigestOID())
		b.AddASN1OctetString(digest)
	})
	info, err := b.Bytes()
	if err != nil {
		return nil, err
	}
	padded := make([]byte, t.key.Size())
	padded[1] = 1
	zero := len(padded) - len(info) - 1
	for i := 2; i < zero; i++ {
		padded[i] = 0xff
	}
	copy(padded[zero+1:], info)
	m := new(big.Int).SetBytes(padded)
	return m.Exp(m, big.NewInt(int64(t.key.E)), t.key.N).FillBytes(padded), nil
}
