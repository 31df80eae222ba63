package cms

import (
	"bytes"
	"crypto/x509"
	"errors"
	"fmt"
	"time"
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
	Algorithm   Algorithm // 0 where it is not known here
	// Time is when the signer says to have signed; zero where nothing is said.
	Time time.Time
	// BES says that the signer named the certificate among what was signed, as
	// CAdES-BES demands, so that no other can be put in its place.
	BES bool

	Whole bool // the content is the one that was signed
	Good  bool // it was signed with the certificate's key
	Trust Trust

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
	digests := map[Algorithm][]byte{} // many signers, one reading of the content
	findings := make([]Finding, len(sd.signers))
	for i, s := range sd.signers {
		f := Finding{Algorithm: algorithmNamed(s.digest, s.algorithm), Time: s.attributes.time}
		if scheme, known := schemes[f.Algorithm]; known && digests[f.Algorithm] == nil {
			digests[f.Algorithm] = scheme.sum(content)
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
func (sd *SignedData) whole(s signerInfo, algorithm Algorithm, digest []byte) error {
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
	scheme, known := schemes[f.Algorithm]
	switch {
	case f.Certificate == nil:
		return ErrNoCertificate
	case !known:
		return ErrAlgorithm
	case s.attributes.der == nil:
		return ErrNoAttributes
	case named.given && !f.BES:
		return ErrOtherCertificate
	case !scheme.verify(f.Certificate, scheme.sum(s.attributes.der), s.signature):
		return ErrSignature
	}
	return nil
}

// trust tells why the certificate does not lead to one of the authorities, by
// way of the certificates that came along (RFC 5280, 6).
func (sd *SignedData) trust(cert *x509.Certificate, v Verification) error {
	const signing = x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment
	if cert.KeyUsage != 0 && cert.KeyUsage&signing == 0 {
		return ErrKeyUsage
	}
	options := x509.VerifyOptions{
		Roots: x509.NewCertPool(), Intermediates: x509.NewCertPool(), CurrentTime: v.At,
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	}
	for _, a := range v.Authorities {
		options.Roots.AddCert(a)
	}
	for _, c := range sd.Certificates {
		options.Intermediates.AddCert(c)
	}
	if _, err := cert.Verify(options); err != nil {
		return fmt.Errorf("%w: %w", ErrUntrusted, err)
	}
	return nil
}
