package cms

import (
	"bytes"
	"crypto/x509"
	"errors"
	"time"

	"qoltanba/keystore/keypair"
)

// Verification is what a signature is judged by.
type Verification struct {
	// Content is what was signed. It is needed where the signature is detached,
	// and must be the same where it is attached; nil stands for not given.
	Content []byte
	// Authorities are trusted. Without any, trust is not judged.
	Authorities []*x509.Certificate
	// At is when the certificates have to be valid; the zero time stands for
	// now. The time of signing is the signer's word and proves nothing.
	At time.Time
}

// Trust tells whether a certificate leads to a trusted authority.
type Trust uint8

// The answers. A signer whose certificate is missing is not judged.
const (
	TrustNotJudged Trust = iota
	Trusted
	Untrusted
)

// Finding is what verification says of one signer.
type Finding struct {
	// Certificate is the signer's, nil where it is not in the signature. It may
	// be believed to be the signer's only where Good.
	Certificate *x509.Certificate
	Algorithm   keypair.Algorithm // 0 where it is not known here
	// Time is when the signer says to have signed; zero where nothing is said.
	Time time.Time
	// BES says that the signer named the certificate among what was signed, as
	// CAdES-BES demands, so that no other can be put in its place.
	BES bool

	Whole bool // the content is the one that was signed
	Good  bool // it was signed with the certificate's key
	Trust Trust

	// Signature is its value, which a time stamp is over; TimeStamp is the token
	// of RFC 3161 beside it, not judged, nil where there is none.
	Signature, TimeStamp []byte

	// Reason says why the signature is not whole, not good or not trusted; nil
	// where it is all of that, or trust was not judged.
	Reason error
}

// Verify judges each signer. The errors are ErrDetached and ErrContent.
func (sd *SignedData) Verify(v Verification) ([]Finding, error) {
	content := sd.Content
	switch {
	case sd.Detached && v.Content == nil:
		return nil, ErrDetached
	case sd.Detached:
		content = v.Content
	case v.Content != nil && !bytes.Equal(v.Content, sd.Content):
		return nil, ErrContent
	}
	digests := map[keypair.Algorithm][]byte{} // many signers, one reading of the content
	findings := make([]Finding, len(sd.signers))
	for i, s := range sd.signers {
		f := Finding{Algorithm: algorithmNamed(s.digest, s.algorithm), Time: s.attributes.time, Signature: s.signature, TimeStamp: s.stamp}
		if f.Algorithm != 0 && digests[f.Algorithm] == nil {
			digests[f.Algorithm] = f.Algorithm.Digest(content)
		}
		whole := sd.whole(s, f.Algorithm, digests[f.Algorithm])
		f.Whole = whole == nil
		good := f.identify(sd, s)
		f.Good = good == nil
		var trust error
		if f.Certificate != nil && len(v.Authorities) > 0 {
			if trust = sd.trust(f.Certificate, v); trust == nil {
				f.Trust = Trusted
			} else {
				f.Trust = Untrusted
			}
		}
		f.Reason = errors.Join(whole, good, trust)
		findings[i] = f
	}
	return findings, nil
}

// whole tells why the content is not what s signed.
func (sd *SignedData) whole(s signerInfo, algorithm keypair.Algorithm, digest []byte) error {
	switch {
	case algorithm == 0:
		return ErrAlgorithm
	case s.attributes.der == nil || s.attributes.digest == nil:
		return ErrNoAttributes
	case !s.attributes.contentType.Equal(sd.ContentType):
		return ErrContentType
	case !bytes.Equal(s.attributes.digest, digest):
		return ErrChanged
	}
	return nil
}

// identify finds the signer's certificate and tells why the signature is not
// of its key.
func (f *Finding) identify(sd *SignedData, s signerInfo) error {
	named := s.attributes.certificate
	for _, cert := range sd.Certificates {
		if !s.isOf(cert) {
			continue
		}
		if f.BES = named.given && named.names(cert.Raw); f.BES || f.Certificate == nil {
			f.Certificate = cert
		}
		if f.BES {
			break
		}
	}
	switch {
	case f.Certificate == nil:
		return ErrNoCertificate
	case f.Algorithm == 0:
		return ErrAlgorithm
	case s.attributes.der == nil:
		return ErrNoAttributes
	case named.given && !f.BES:
		return ErrOtherCertificate
	case !f.signed(s):
		return ErrSignature
	}
	return nil
}

// signed tells whether the attributes bear a signature by the certificate's key.
func (f *Finding) signed(s signerInfo) bool {
	public, err := keypair.PublicKeyOf(f.Certificate)
	if err != nil {
		return false
	}
	algorithm, err := keypair.Of(public)
	return err == nil && algorithm == f.Algorithm && keypair.Verify(public, s.attributes.der, s.signature)
}

// trust tells why the certificate does not lead to one of the authorities, by
// way of the certificates that came along (RFC 5280, 6).
func (sd *SignedData) trust(cert *x509.Certificate, v Verification) error {
	const signing = x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment
	if cert.KeyUsage != 0 && cert.KeyUsage&signing == 0 {
		return ErrKeyUsage
	}
	return CheckPath(cert, sd.Certificates, v.Authorities, v.At)
}
