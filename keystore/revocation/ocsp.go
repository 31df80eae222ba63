package revocation

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // names of certificates in OCSP, no signatures
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"math/big"
	"slices"
	"time"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"

	"qoltanba/keystore/keypair"
	"qoltanba/keystore/profile"
)

var (
	oidSHA1  = asn1.ObjectIdentifier{1, 3, 14, 3, 2, 26}
	oidBasic = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 1}
	tag0     = tag.Tag(0).ContextSpecific().Constructed()
	tag1     = tag.Tag(1).ContextSpecific().Constructed()
	tag2     = tag.Tag(2).ContextSpecific().Constructed()
)

const maxResponses = 64 // of one answer, and its certificates

// certID is how OCSP names a certificate, by SHA-1, which every responder knows.
type certID struct {
	name, key []byte
	serial    *big.Int
}

func nameOf(cert, issuer *x509.Certificate) (certID, error) {
	key, err := profile.SKIOfInfo(issuer.RawSubjectPublicKeyInfo)
	if err != nil {
		return certID{}, err
	}
	name := sha1.Sum(issuer.RawSubject) //nolint:gosec // as above
	return certID{name[:], key[:], cert.SerialNumber}, nil
}

// request writes OCSPRequest (RFC 6960, 4.1.1).
func (id certID) request() ([]byte, error) {
	var b cryptobyte.Builder
	sequence := func(f cryptobyte.BuilderContinuation) cryptobyte.BuilderContinuation {
		return func(b *cryptobyte.Builder) { b.AddASN1(tag.SEQUENCE, f) }
	}
	b.AddASN1(tag.SEQUENCE, sequence(sequence(sequence(sequence(func(b *cryptobyte.Builder) {
		keypair.AddIdentifier(b, oidSHA1)
		b.AddASN1OctetString(id.name)
		b.AddASN1OctetString(id.key)
		b.AddASN1BigInt(id.serial)
	})))))
	return b.Bytes()
}

// ReadAnswer judges an OCSP answer about a certificate. The errors are
// ErrInvalid and ErrOld; the answer is unknown with either.
func ReadAnswer(der []byte, cert, issuer *x509.Certificate, now time.Time) (Answer, error) {
	if len(der) > maxAnswer {
		return Answer{}, fmt.Errorf("%w: it is too large", ErrInvalid)
	}
	id, err := nameOf(cert, issuer)
	if err != nil {
		return Answer{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	basic, err := opened(der)
	if err != nil {
		return Answer{}, err
	}
	signed, certificates, err := signedBasic(basic)
	if err != nil {
		return Answer{}, err
	}
	if err := authorised(signed, certificates, issuer, now); err != nil {
		return Answer{}, err
	}
	answer, ok := id.find(signed.TBS)
	if !ok {
		return Answer{}, fmt.Errorf("%w: it is about another certificate", ErrInvalid)
	}
	if err := answer.current(now); err != nil {
		return Answer{}, err
	}
	return answer, nil
}

// opened takes BasicOCSPResponse out of its envelope.
func opened(der cryptobyte.String) (cryptobyte.String, error) {
	var response, wrapped, kind, basic cryptobyte.String
	var oid asn1.ObjectIdentifier
	var status int
	if !der.ReadASN1(&response, tag.SEQUENCE) || !der.Empty() || !response.ReadASN1Enum(&status) {
		return nil, ErrInvalid
	}
	if status != 0 {
		return nil, fmt.Errorf("%w: status %d", ErrInvalid, status)
	}
	if !response.ReadASN1(&wrapped, tag0) || !response.Empty() || !wrapped.ReadASN1(&kind, tag.SEQUENCE) ||
		!kind.ReadASN1ObjectIdentifier(&oid) || !oid.Equal(oidBasic) || !kind.ReadASN1(&basic, tag.OCTET_STRING) || !kind.Empty() {
		return nil, ErrInvalid
	}
	return basic, nil
}

// signedBasic takes the answer's signed part and the certificates beside it.
func signedBasic(der cryptobyte.String) (keypair.Signed, []*x509.Certificate, error) {
	var response, tbs, algorithm, list, certificates cryptobyte.String
	var oid asn1.ObjectIdentifier
	var s keypair.Signed
	var some bool
	if !der.ReadASN1(&response, tag.SEQUENCE) || !der.Empty() || !response.ReadASN1Element(&tbs, tag.SEQUENCE) ||
		!response.ReadASN1(&algorithm, tag.SEQUENCE) || !algorithm.ReadASN1ObjectIdentifier(&oid) ||
		!response.ReadASN1BitStringAsBytes(&s.Signature) || !response.ReadOptionalASN1(&list, &some, tag0) || !response.Empty() {
		return s, nil, ErrInvalid
	}
	var err error
	if s.Algorithm, err = keypair.Identified(oid); err != nil {
		return s, nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	s.TBS = tbs
	if some && (!list.ReadASN1(&certificates, tag.SEQUENCE) || !list.Empty()) {
		return s, nil, ErrInvalid
	}
	var all []*x509.Certificate
	for !certificates.Empty() {
		var element cryptobyte.String
		if !certificates.ReadASN1Element(&element, tag.SEQUENCE) || len(all) == maxResponses {
			return s, nil, ErrInvalid
		}
		if cert, err := x509.ParseCertificate(element); err == nil {
			all = append(all, cert)
		}
	}
	return s, all, nil
}

// authorised tells whether the issuer signed, or somebody whom it certified for
// that (RFC 6960, 4.2.2.2).
func authorised(s keypair.Signed, certificates []*x509.Certificate, issuer *x509.Certificate, now time.Time) error {
	if by(s, issuer) {
		return nil
	}
	for _, c := range certificates {
		if slices.Contains(c.ExtKeyUsage, x509.ExtKeyUsageOCSPSigning) && bytes.Equal(c.RawIssuer, issuer.RawSubject) &&
			!now.Before(c.NotBefore) && !now.After(c.NotAfter) && by(s, c) && keypair.CheckIssued(c, issuer) == nil {
			return nil
		}
	}
	return fmt.Errorf("%w: it is signed by somebody else", ErrInvalid)
}

func by(s keypair.Signed, cert *x509.Certificate) bool {
	public, err := keypair.PublicKeyOf(cert)
	return err == nil && s.Check(public) == nil
}

// find looks for the certificate among the answers of ResponseData.
func (id certID) find(tbs cryptobyte.String) (Answer, bool) {
	var data, version, responder, responses cryptobyte.String
	var some bool
	var kind tag.Tag
	var produced time.Time
	if !tbs.ReadASN1(&data, tag.SEQUENCE) || !data.ReadOptionalASN1(&version, &some, tag0) || !data.ReadAnyASN1(&responder, &kind) ||
		(kind != tag1 && kind != tag2) || !data.ReadASN1GeneralizedTime(&produced) || !data.ReadASN1(&responses, tag.SEQUENCE) {
		return Answer{}, false
	}
	for n := 0; !responses.Empty() && n < maxResponses; n++ {
		var single cryptobyte.String
		if !responses.ReadASN1(&single, tag.SEQUENCE) {
			return Answer{}, false
		}
		if answer, ok := id.read(single); ok {
			return answer, true
		}
	}
	return Answer{}, false
}

// read returns what a SingleResponse says, if it is about this certificate.
func (id certID) read(single cryptobyte.String) (a Answer, ok bool) {
	var about, algorithm, status cryptobyte.String
	var oid asn1.ObjectIdentifier
	var name, key []byte
	var kind tag.Tag
	serial := new(big.Int)
	ok = single.ReadASN1(&about, tag.SEQUENCE) && about.ReadASN1(&algorithm, tag.SEQUENCE) && algorithm.ReadASN1ObjectIdentifier(&oid) &&
		about.ReadASN1Bytes(&name, tag.OCTET_STRING) && about.ReadASN1Bytes(&key, tag.OCTET_STRING) && about.ReadASN1Integer(serial) &&
		oid.Equal(oidSHA1) && bytes.Equal(name, id.name) && bytes.Equal(key, id.key) && serial.Cmp(id.serial) == 0 &&
		single.ReadAnyASN1(&status, &kind) && single.ReadASN1GeneralizedTime(&a.At) && readNext(&single, &a.Until)
	if !ok {
		return Answer{}, false
	}
	switch kind {
	case tag.Tag(0).ContextSpecific():
		a.Standing = Good
	case tag1:
		var since time.Time
		var explicit cryptobyte.String
		var some bool
		reason := 0
		ok = status.ReadASN1GeneralizedTime(&since) && status.ReadOptionalASN1(&explicit, &some, tag0) && (!some || explicit.ReadASN1Enum(&reason))
		a.revoked(since, reason)
	default: // unknown to the responder
	}
	return a, ok
}

func readNext(in *cryptobyte.String, into *time.Time) bool {
	var next cryptobyte.String
	var some bool
	return in.ReadOptionalASN1(&next, &some, tag0) && (!some || next.ReadASN1GeneralizedTime(into))
}
