package cms

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"hash"
)

// Algorithm is how content is digested and the digest signed. The zero
// Algorithm is none.
type Algorithm uint8

// RSASHA256 is RSA with PKCS#1 v1.5 padding (RFC 8017, 8.2) over SHA-256.
const RSASHA256 Algorithm = 1

// scheme is an algorithm's row: a new algorithm is a new row.
type scheme struct {
	name string
	// digest and signature are written, with parameters NULL, as the NCA's
	// client does; where they are read, absent parameters will do (RFC 5754, 2).
	digest, signature asn1.ObjectIdentifier
	// alias is another identifier for signature that others write; nil if none.
	alias asn1.ObjectIdentifier
	// hash digests the content and the signed attributes.
	hash    func() hash.Hash
	options crypto.SignerOpts
	// owns tells whether a public key is that of the certificate.
	owns   func(*x509.Certificate, crypto.PublicKey) bool
	verify func(cert *x509.Certificate, digest, signature []byte) bool
}

var schemes = map[Algorithm]scheme{
	RSASHA256: {
		name:      "RSA, SHA-256",
		digest:    asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1},
		signature: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11},
		alias:     asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}, // rsaEncryption (RFC 5754, 3.2)
		hash:      sha256.New,
		options:   crypto.SHA256,
		owns: func(cert *x509.Certificate, key crypto.PublicKey) bool {
			own, ok := cert.PublicKey.(*rsa.PublicKey)
			return ok && own.Equal(key)
		},
		verify: func(cert *x509.Certificate, digest, signature []byte) bool {
			key, ok := cert.PublicKey.(*rsa.PublicKey)
			return ok && rsa.VerifyPKCS1v15(key, crypto.SHA256, digest, signature) == nil
		},
	},
}

// String names the algorithm, or says "unknown".
func (a Algorithm) String() string {
	if s, ok := schemes[a]; ok {
		return s.name
	}
	return "unknown"
}

// AlgorithmOf returns the algorithm with which a certificate's key signs; the
// error is ErrUnsupportedKey.
func AlgorithmOf(cert *x509.Certificate) (Algorithm, error) {
	if cert.PublicKeyAlgorithm == x509.RSA {
		return RSASHA256, nil
	}
	return 0, ErrUnsupportedKey
}

// identifier is an AlgorithmIdentifier.
type identifier struct {
	oid        asn1.ObjectIdentifier
	parameters []byte // DER; nil where absent
}

// plain says that the identifier has oid and no parameters to heed.
func (i identifier) plain(oid asn1.ObjectIdentifier) bool {
	return i.oid.Equal(oid) && (len(i.parameters) == 0 || bytes.Equal(i.parameters, asn1.NullBytes))
}

// algorithmNamed finds the algorithm that a signer's two identifiers name; 0 if
// none is known.
func algorithmNamed(digest, signature identifier) Algorithm {
	for a, s := range schemes {
		if digest.plain(s.digest) && (signature.plain(s.signature) || s.alias != nil && signature.plain(s.alias)) {
			return a
		}
	}
	return 0
}

func (s scheme) sum(data []byte) []byte {
	h := s.hash()
	h.Write(data)
	return h.Sum(nil)
}
