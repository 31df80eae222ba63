// Package keypair is the two kinds of key pairs that the National Certification
// Authority certifies, behind one value: GOST 34.310-2015 keys of 512 bits over
// Streebog-512, the only kind it issues since April 2024, and RSA with SHA-256,
// in the older pair of 2048 bits.
//
// An [Algorithm] makes a key pair, digests and names itself in AlgorithmIdentifiers;
// [Of] tells it from a key. [Sign] and [Verify] sign whole messages with either
// kind, [SignTBS] and [ParseSigned] the SEQUENCE of content, algorithm and
// signature that certificates, requests and revocation lists share. Keys go in and
// out as SubjectPublicKeyInfo and PKCS #8.
//
// crypto/x509 reads certificates and requests on GOST keys too, and leaves
// PublicKey nil in them: [PublicKeyOf] has it of a certificate, [ParsePublicKey]
// of a request's RawSubjectPublicKeyInfo, and ParseSigned takes their Raw.
//
// # Norms
//
// RFC 8017 (RSASSA-PKCS1-v1_5), RFC 7091 (GOST R 34.10-2012), RFC 6986
// (Streebog), RFC 5280 and RFC 5208 for the encodings; the object identifiers of
// GOST are those of the authority, see package gost.
package keypair

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/asn1"
	"errors"
	"fmt"
	"hash"
	"io"

	"golang.org/x/crypto/cryptobyte"
	tags "golang.org/x/crypto/cryptobyte/asn1"

	"qoltanba/keystore/gost"
	"qoltanba/keystore/gost/streebog"
)

// Algorithm is a kind of key pair and how it signs. The zero Algorithm is none.
type Algorithm uint8

// The algorithms. Keys of GOST256 are verified with and never made.
const (
	RSA     Algorithm = iota + 1 // PKCS#1 v1.5 padding over SHA-256; citizens' keys have 2048 bits, authorities' more
	GOST512                      // GOST 34.310-2015, 512 bits, over Streebog-512
	GOST256                      // the same with 256 bits, over Streebog-256
)

// ErrUnknown says that a key or a name is of no algorithm of this package.
var ErrUnknown = errors.New("the key is neither RSA nor GOST 34.310-2015")

const rsaBits = 2048

// row is what there is to say of an algorithm: a new one is a new row.
type row struct {
	name, title       string
	hash              func() hash.Hash
	digest, signature asn1.ObjectIdentifier
	options           crypto.SignerOpts // for the key's Sign
	generate          func() (crypto.Signer, error)
}

var rows = map[Algorithm]row{
	RSA: {
		name: "rsa2048", title: "RSA, SHA-256", hash: sha256.New, options: crypto.SHA256,
		digest:    asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1},
		signature: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11},
		generate:  func() (crypto.Signer, error) { return rsa.GenerateKey(rand.Reader, rsaBits) },
	},
	GOST512: {
		name: "gost512", title: "GOST 34.310-2015, 512", hash: streebog.New512, options: crypto.Hash(0),
		digest: gost.OIDStreebog512, signature: gost.OIDSignature512,
		generate: func() (crypto.Signer, error) { return gost.GenerateKey(rand.Reader) },
	},
	GOST256: {
		name: "gost256", title: "GOST 34.310-2015, 256", hash: streebog.New256,
		digest: gost.OIDStreebog256, signature: gost.OIDSignature256,
	},
}

// Of returns the algorithm of a public key, an *[rsa.PublicKey] or a
// *[gost.PublicKey], or ErrUnknown.
func Of(public crypto.PublicKey) (Algorithm, error) {
	switch key := public.(type) {
	case *rsa.PublicKey:
		return RSA, nil
	case *gost.PublicKey:
		switch key.Size() {
		case 512:
			return GOST512, nil
		case 256:
			return GOST256, nil
		}
	}
	return 0, ErrUnknown
}

// Named returns the algorithm of key pairs that are made, by its stable code.
func Named(name string) (Algorithm, error) {
	for a, r := range rows {
		if r.name == name && r.generate != nil {
			return a, nil
		}
	}
	return 0, fmt.Errorf("%q: %w", name, ErrUnknown)
}

// Identified returns the algorithm whose signatures are named by an object
// identifier, or ErrUnknown.
func Identified(signature asn1.ObjectIdentifier) (Algorithm, error) {
	for a, r := range rows {
		if r.signature.Equal(signature) {
			return a, nil
		}
	}
	return 0, ErrUnknown
}

// Name returns the stable code, "rsa2048" or "gost512", by which the algorithm
// is stored and sent; "" for none.
func (a Algorithm) Name() string { return rows[a].name }

// String names the algorithm for people, or says "unknown".
func (a Algorithm) String() string {
	if r, ok := rows[a]; ok {
		return r.title
	}
	return "unknown"
}

// GenerateKey makes a citizen's key pair. With RSA that may take some seconds
// on an old computer. GOST256 makes none.
func (a Algorithm) GenerateKey() (crypto.Signer, error) {
	generate := rows[a].generate
	if generate == nil {
		return nil, fmt.Errorf("generate key: %w", ErrUnknown)
	}
	key, err := generate()
	if err != nil {
		return nil, fmt.Errorf("generate key: %w", err)
	}
	return key, nil
}

// NewHash returns the hash that the algorithm signs; it panics for the zero Algorithm.
func (a Algorithm) NewHash() hash.Hash { return rows[a].hash() }

// Digest returns the hash of message.
func (a Algorithm) Digest(message []byte) []byte {
	h := a.NewHash()
	_, _ = h.Write(message)
	return h.Sum(nil)
}

// DigestOID names the hash in AlgorithmIdentifiers.
func (a Algorithm) DigestOID() asn1.ObjectIdentifier { return rows[a].digest }

// SignatureOID names the signature in AlgorithmIdentifiers.
func (a Algorithm) SignatureOID() asn1.ObjectIdentifier { return rows[a].signature }

// AddIdentifier adds an AlgorithmIdentifier whose parameters are NULL, as those
// of hashes and signatures are.
func AddIdentifier(b *cryptobyte.Builder, oid asn1.ObjectIdentifier) {
	b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(oid)
		b.AddASN1NULL()
	})
}

// Sign signs a message. Random hedges the nonce of GOST; with nil the same
// message gives the same signature, as with RSA in any case. The errors are
// ErrUnknown and those of the key.
func Sign(random io.Reader, key crypto.Signer, message []byte) ([]byte, error) {
	a, err := Of(key.Public())
	if err != nil || a == GOST256 {
		return nil, fmt.Errorf("sign: %w", ErrUnknown)
	}
	return SignDigest(random, key, a.Digest(message))
}

// ErrDigest says that a digest has not the length of the key's hash.
var ErrDigest = errors.New("the digest is not of the hash that belongs to the key")

// SignDigest signs a message that is known by its digest alone, which must be
// of the hash that belongs to the key. Random is that of [Sign]; the errors are
// ErrUnknown, ErrDigest and those of the key.
func SignDigest(random io.Reader, key crypto.Signer, digest []byte) ([]byte, error) {
	a, err := Of(key.Public())
	if err != nil || a == GOST256 {
		return nil, fmt.Errorf("sign: %w", ErrUnknown)
	}
	if len(digest) != a.NewHash().Size() {
		return nil, ErrDigest
	}
	signature, err := key.Sign(random, digest, rows[a].options)
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	return signature, nil
}

// Verify tells whether signature is the key's over message, by the algorithm
// of the key.
func Verify(public crypto.PublicKey, message, signature []byte) bool {
	a, err := Of(public)
	if err != nil {
		return false
	}
	digest := a.Digest(message)
	switch key := public.(type) {
	case *rsa.PublicKey:
		return rsa.VerifyPKCS1v15(key, crypto.SHA256, digest, signature) == nil
	case *gost.PublicKey:
		return key.Verify(digest, signature)
	}
	return false
}
