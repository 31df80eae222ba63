package cms

import (
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"
)

// Tags by context of SignedData and SignerInfo.
var (
	tag0 = tag.Tag(0).ContextSpecific().Constructed()
	tag1 = tag.Tag(1).ContextSpecific().Constructed()
	// tagKeyID is of SignerIdentifier's subjectKeyIdentifier.
	tagKeyID = tag.Tag(0).ContextSpecific()
)

// signerInfo is one SignerInfo (RFC 5652, 5.3).
type signerInfo struct {
	// The certificate is named by issuer, a DER Name, and serial, or by keyID.
	issuer, keyID     []byte
	serial            *big.Int
	digest, algorithm identifier
	attributes        attributes
	signature         []byte
	stamp             []byte // the time stamp's token; nil where there is none
}

// isOf tells whether the certificate is the one that the signer points to.
func (s signerInfo) isOf(cert *x509.Certificate) bool {
	if s.serial == nil {
		return len(s.keyID) > 0 && string(s.keyID) == string(cert.SubjectKeyId)
	}
	return s.serial.Cmp(cert.SerialNumber) == 0 && string(s.issuer) == string(cert.RawIssuer)
}

// Parse reads a signature: DER, at most [MaxSize]. The errors are ErrTooLarge,
// ErrMalformed and ErrNoSigner. The result refers to der, which must not be
// changed afterwards.
func Parse(der []byte) (*SignedData, error) {
	if len(der) > MaxSize {
		return nil, ErrTooLarge
	}
	body, ok := signedData(der)
	if !ok {
		return nil, ErrMalformed
	}
	var version int64
	var digests, certificates, revocations, signers cryptobyte.String
	var ignored bool
	sd := new(SignedData)
	if !body.ReadASN1Integer(&version) || version < 1 || version > 5 || !body.ReadASN1(&digests, tag.SET) ||
		!sd.readContent(&body) || !body.ReadOptionalASN1(&certificates, &ignored, tag0) ||
		!body.ReadOptionalASN1(&revocations, &ignored, tag1) || !body.ReadASN1(&signers, tag.SET) || !body.Empty() {
		return nil, malformed("SignedData")
	}
	if err := sd.readCertificates(certificates); err != nil {
		return nil, err
	}
	if signers.Empty() {
		return nil, ErrNoSigner
	}
	return sd, sd.readSigners(signers)
}

// signedData opens a ContentInfo of signed data.
func signedData(der cryptobyte.String) (body cryptobyte.String, ok bool) {
	var info, explicit cryptobyte.String
	var contentType asn1.ObjectIdentifier
	ok = der.ReadASN1(&info, tag.SEQUENCE) && der.Empty() && info.ReadASN1ObjectIdentifier(&contentType) &&
		contentType.Equal(oidSignedData) && info.ReadASN1(&explicit, tag0) && info.Empty() &&
		explicit.ReadASN1(&body, tag.SEQUENCE) && explicit.Empty()
	return body, ok
}

func malformed(part string) error { return fmt.Errorf("%w: %s", ErrMalformed, part) }

// readContent reads EncapsulatedContentInfo.
func (sd *SignedData) readContent(in *cryptobyte.String) bool {
	var content, explicit cryptobyte.String
	var attached bool
	if !in.ReadASN1(&content, tag.SEQUENCE) || !content.ReadASN1ObjectIdentifier(&sd.ContentType) ||
		!content.ReadOptionalASN1(&explicit, &attached, tag0) || !content.Empty() {
		return false
	}
	sd.Detached = !attached
	return !attached || explicit.ReadASN1((*cryptobyte.String)(&sd.Content), tag.OCTET_STRING) && explicit.Empty()
}

func (sd *SignedData) readCertificates(set cryptobyte.String) error {
	for n := 0; !set.Empty(); n++ {
		var der cryptobyte.String
		var kind tag.Tag
		if n == maxCertificates || !set.ReadAnyASN1Element(&der, &kind) {
			return malformed("certificates")
		}
		if kind != tag.SEQUENCE {
			continue // attribute certificates and the like
		}
		if cert, err := x509.ParseCertificate(der); err == nil {
			sd.Certificates = append(sd.Certificates, cert)
		}
	}
	return nil
}

func (sd *SignedData) readSigners(set cryptobyte.String) error {
	for n := 0; !set.Empty(); n++ {
		var one cryptobyte.String
		if n == maxSigners || !set.ReadASN1(&one, tag.SEQUENCE) {
			return malformed("signers")
		}
		signer, ok := readSigner(one)
		if !ok {
			return malformed(fmt.Sprintf("signer %d", n+1))
		}
		sd.signers = append(sd.signers, signer)
	}
	return nil
}

func readSigner(in cryptobyte.String) (signerInfo, bool) {
	var s signerInfo
	var version int64
	if !in.ReadASN1Integer(&version) || version != 1 && version != 3 || !s.readIdentity(&in) || !readIdentifier(&in, &s.digest) {
		return s, false
	}
	var signed, unsigned cryptobyte.String
	var attributed, ignored bool
	if !in.ReadOptionalASN1(&signed, &attributed, tag0) || !readIdentifier(&in, &s.algorithm) ||
		!in.ReadASN1((*cryptobyte.String)(&s.signature), tag.OCTET_STRING) ||
		!in.ReadOptionalASN1(&unsigned, &ignored, tag1) || !in.Empty() {
		return s, false
	}
	s.stamp = timeStamp(unsigned)
	if !attributed {
		return s, true
	}
	attributes, ok := readAttributes(signed)
	// What is signed is a SET OF; the message has another tag in its place
	// (RFC 5652, 5.4). The order is kept as it came.
	var b cryptobyte.Builder
	b.AddASN1(tag.SET, func(b *cryptobyte.Builder) { b.AddBytes(signed) })
	der, err := b.Bytes()
	s.attributes, s.attributes.der = attributes, der
	return s, ok && err == nil
}

// readIdentity reads SignerIdentifier.
func (s *signerInfo) readIdentity(in *cryptobyte.String) bool {
	if in.PeekASN1Tag(tagKeyID) {
		return in.ReadASN1((*cryptobyte.String)(&s.keyID), tagKeyID)
	}
	var both cryptobyte.String
	s.serial = new(big.Int)
	return in.ReadASN1(&both, tag.SEQUENCE) && both.ReadASN1Element((*cryptobyte.String)(&s.issuer), tag.SEQUENCE) &&
		both.ReadASN1Integer(s.serial) && both.Empty()
}

func readIdentifier(in *cryptobyte.String, into *identifier) bool {
	var content cryptobyte.String
	if !in.ReadASN1(&content, tag.SEQUENCE) {
		return false
	}
	var ok bool
	*into, ok = readIdentifierContent(content)
	return ok
}

func readIdentifierContent(in cryptobyte.String) (identifier, bool) {
	var i identifier
	if !in.ReadASN1ObjectIdentifier(&i.oid) {
		return i, false
	}
	if in.Empty() {
		return i, true
	}
	var kind tag.Tag
	return i, in.ReadAnyASN1Element((*cryptobyte.String)(&i.parameters), &kind) && in.Empty()
}
