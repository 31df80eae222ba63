package cms

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"slices"
	"time"

	"qoltanba/keystore/keypair"
)

const (
	maxPath   = 8   // certificates from the signer's to the root's
	maxChecks = 100 // signatures that are checked in search of a path, as in crypto/x509
)

// oidNameConstraints are judged by crypto/x509 and not here.
var oidNameConstraints = asn1.ObjectIdentifier{2, 5, 29, 30}

var errNoPath = errors.New("no certificate of its issuer is trusted")

// CheckPath tells why a certificate does not lead to one of the authorities by
// way of the others at a time, of which the zero time is now: ErrUntrusted with
// the reason. Nil is said of no signature, only of the certificate.
func CheckPath(cert *x509.Certificate, others, authorities []*x509.Certificate, at time.Time) error {
	if err := leads(cert, others, authorities, at); err != nil {
		return fmt.Errorf("%w: %w", ErrUntrusted, err)
	}
	return nil
}

// leads tells why a certificate does not lead to one of the authorities by way
// of the others at a time; the zero time stands for now. crypto/x509 judges
// what it has the algorithm for, [path] the rest.
func leads(cert *x509.Certificate, others, authorities []*x509.Certificate, at time.Time) error {
	if cert.SignatureAlgorithm == x509.UnknownSignatureAlgorithm {
		if at.IsZero() {
			at = time.Now()
		}
		p := path{others: others, authorities: authorities, at: at}
		return p.follow([]*x509.Certificate{cert})
	}
	options := x509.VerifyOptions{
		Roots: x509.NewCertPool(), Intermediates: x509.NewCertPool(), CurrentTime: at,
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	}
	for _, a := range authorities {
		options.Roots.AddCert(a)
	}
	for _, c := range others {
		options.Intermediates.AddCert(c)
	}
	_, err := cert.Verify(options)
	return err
}

// path looks for certificates that lead to an authority (RFC 5280, 6.1), each
// by the key of the next. Name constraints are not served: a certificate that
// has some leads nowhere.
type path struct {
	others, authorities []*x509.Certificate
	at                  time.Time
	checks              int
}

// follow goes on from the last certificate of the way so far.
func (p *path) follow(way []*x509.Certificate) error {
	last := way[len(way)-1]
	if err := p.usable(last); err != nil {
		return err
	}
	if slices.ContainsFunc(p.authorities, last.Equal) {
		return nil
	}
	if len(way) == maxPath {
		return errNoPath
	}
	failed := errNoPath
	for _, issuer := range slices.Concat(p.authorities, p.others) {
		if !bytes.Equal(issuer.RawSubject, last.RawIssuer) || slices.ContainsFunc(way, issuer.Equal) || !mayIssue(issuer, len(way)-1) {
			continue
		}
		if p.checks++; p.checks > maxChecks {
			return errNoPath
		}
		err := keypair.CheckIssued(last, issuer)
		if err == nil {
			err = p.follow(append(slices.Clone(way), issuer))
		}
		if err == nil {
			return nil
		}
		failed = err
	}
	return failed
}

// usable tells why the certificate counts for nothing at the time.
func (p *path) usable(cert *x509.Certificate) error {
	if p.at.Before(cert.NotBefore) || p.at.After(cert.NotAfter) {
		return x509.CertificateInvalidError{Cert: cert, Reason: x509.Expired, Detail: "not valid at that time"}
	}
	for _, e := range cert.Extensions {
		if e.Id.Equal(oidNameConstraints) {
			return x509.UnhandledCriticalExtension{}
		}
	}
	if len(cert.UnhandledCriticalExtensions) > 0 {
		return x509.UnhandledCriticalExtension{}
	}
	return nil
}

// mayIssue tells whether a certificate is one of an authority which may have
// that many others between itself and the signer.
func mayIssue(cert *x509.Certificate, between int) bool {
	limited := cert.MaxPathLen > 0 || cert.MaxPathLenZero
	return cert.BasicConstraintsValid && cert.IsCA && (cert.KeyUsage == 0 || cert.KeyUsage&x509.KeyUsageCertSign != 0) &&
		(!limited || between <= cert.MaxPathLen)
}
