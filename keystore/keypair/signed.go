package keypair

import (
	"crypto"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"io"

	"golang.org/x/crypto/cryptobyte"
	tags "golang.org/x/crypto/cryptobyte/asn1"
)

// Errors of [ParseSigned] and [Signed.Check].
var (
	ErrMalformed = errors.New("the bytes are no content with an algorithm and a signature")
	ErrSignature = errors.New("the signature was not made with this key")
)

// Signed is content with a signature over it: a certificate, a certificate
// request or a revocation list (RFC 5280, 4.1.1). Nothing of it is verified.
type Signed struct {
	TBS       []byte // the content's own SEQUENCE, whole
	Algorithm Algorithm
	Signature []byte
}

// ParseSigned takes DER apart. The errors are ErrMalformed, and ErrUnknown where
// the signature is of another algorithm.
func ParseSigned(der []byte) (Signed, error) {
	in := cryptobyte.String(der)
	var whole, tbs, algorithm, null cryptobyte.String
	var oid asn1.ObjectIdentifier
	var s Signed
	var hasNull bool
	if !in.ReadASN1(&whole, tags.SEQUENCE) || !in.Empty() || !whole.ReadASN1Element(&tbs, tags.SEQUENCE) ||
		!whole.ReadASN1(&algorithm, tags.SEQUENCE) || !algorithm.ReadASN1ObjectIdentifier(&oid) ||
		!whole.ReadASN1BitStringAsBytes(&s.Signature) || !whole.Empty() {
		return Signed{}, ErrMalformed
	}
	var err error
	if s.Algorithm, err = Identified(oid); err != nil {
		return Signed{}, err
	}
	if !algorithm.ReadOptionalASN1(&null, &hasNull, tags.NULL) || !null.Empty() || !algorithm.Empty() {
		return Signed{}, ErrMalformed
	}
	s.TBS = tbs
	return s, nil
}

// Check returns ErrSignature unless the signature is the key's over the content.
func (s Signed) Check(public crypto.PublicKey) error {
	if a, err := Of(public); err != nil || a != s.Algorithm || !Verify(public, s.TBS, s.Signature) {
		return ErrSignature
	}
	return nil
}

// CheckIssued returns nil if the certificate bears a signature by the key in
// issuer's. Names, times and rights are not looked at.
func CheckIssued(cert, issuer *x509.Certificate) error {
	s, err := ParseSigned(cert.Raw)
	if err != nil {
		return err
	}
	public, err := PublicKeyOf(issuer)
	if err != nil {
		return err
	}
	return s.Check(public)
}

// SignTBS signs content, a SEQUENCE in DER, and puts it together with the
// algorithm and the signature. Random is that of [Sign].
func SignTBS(random io.Reader, key crypto.Signer, tbs []byte) ([]byte, error) {
	a, err := Of(key.Public())
	if err != nil {
		return nil, err
	}
	signature, err := Sign(random, key, tbs)
	if err != nil {
		return nil, err
	}
	var b cryptobyte.Builder
	b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(tbs)
		AddIdentifier(b, a.SignatureOID())
		b.AddASN1BitString(signature)
	})
	return b.Bytes()
}
