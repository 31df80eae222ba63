package checker

import (
	"bytes"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"qoltanba/keystore/keypair"
)

// Authority is an issuing authority with the root above it.
type Authority struct {
	Name          string // as in addresses: gost, rsa
	Root, Issuing *x509.Certificate
	TimeStamps    *x509.Certificate // nil: stamps no time
}

// Trust is the authorities whose certificates are believed.
type Trust []Authority

// folders are those of the authorities beneath the folder of all.
var folders = []struct{ name, path string }{{"gost", "gost512"}, {"rsa", ""}}

// ReadTrust reads the certificates of an authority's folder, as package nca
// makes it. No key is read.
func ReadTrust(dir string) (Trust, error) {
	var trust Trust
	for _, f := range folders {
		folder := filepath.Join(dir, f.path)
		a := Authority{Name: f.name}
		var errs [3]error
		a.Root, errs[0] = readCertificate(filepath.Join(folder, "root.cer"))
		if errors.Is(errs[0], fs.ErrNotExist) {
			continue
		}
		a.Issuing, errs[1] = readCertificate(filepath.Join(folder, "issuing.cer"))
		a.TimeStamps, errs[2] = readCertificate(filepath.Join(folder, "tsa", "tsa.cer"))
		if errors.Is(errs[2], fs.ErrNotExist) {
			errs[2] = nil
		}
		if err := errors.Join(errs[:]...); err != nil {
			return nil, err
		}
		trust = append(trust, a)
	}
	if len(trust) == 0 {
		return nil, fmt.Errorf("%s has no authority's certificates: give the service's data folder", dir)
	}
	return trust, nil
}

func readCertificate(path string) (*x509.Certificate, error) {
	der, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return cert, nil
}

// above returns the authority that a certificate names as its issuer.
func (t Trust) above(cert *x509.Certificate) (Authority, bool) {
	for _, a := range t {
		if bytes.Equal(a.Issuing.RawSubject, cert.RawIssuer) {
			return a, true
		}
	}
	return Authority{}, false
}

// trustItself judges the authorities' own certificates.
func (c *check) trustItself() {
	for _, a := range c.trust {
		wrong := func(of, problem string) { c.found(Finding{Kind: a.Name + " " + of, Problem: problem}) }
		for of, broken := range map[string]string{
			"root": authority(a.Root, a.Root, false), "issuing authority": authority(a.Issuing, a.Root, true), "time stamps": stamper(a),
		} {
			if broken != "" {
				wrong(of, broken)
			}
		}
		if c.now.After(a.Issuing.NotAfter) {
			wrong("issuing authority", "its time is over")
		}
	}
}

func authority(cert, above *x509.Certificate, last bool) string {
	switch {
	case !bytes.Equal(cert.RawIssuer, above.RawSubject) || !bytes.Equal(cert.AuthorityKeyId, above.SubjectKeyId):
		return "the certificate does not name the root above it"
	case keypair.CheckIssued(cert, above) != nil:
		return "the signature is not the root's"
	case !cert.BasicConstraintsValid || !cert.IsCA || last != cert.MaxPathLenZero:
		return "the basic constraints are not an authority's"
	case cert.KeyUsage != x509.KeyUsageCertSign|x509.KeyUsageCRLSign:
		return "the key usage is not that of certificates and lists"
	case cert.NotAfter.After(above.NotAfter) || cert.NotBefore.Before(above.NotBefore):
		return "the validity is not within the root's"
	case !bytes.Equal(keyID(cert), cert.SubjectKeyId) || !bytes.Equal(serialOf(cert), cleared(keyID(cert))):
		return "serial number and key identifier are not the key's"
	}
	return ""
}

func stamper(a Authority) string {
	cert := a.TimeStamps
	switch {
	case cert == nil:
		return ""
	case !bytes.Equal(cert.RawIssuer, a.Issuing.RawSubject) || keypair.CheckIssued(cert, a.Issuing) != nil:
		return "the certificate is not the issuing authority's"
	case len(cert.ExtKeyUsage) != 1 || cert.ExtKeyUsage[0] != x509.ExtKeyUsageTimeStamping || len(cert.UnknownExtKeyUsage) > 0 || cert.IsCA:
		return "the certificate is for more than time stamps"
	case cert.NotAfter.After(a.Issuing.NotAfter):
		return "the validity is not within the issuing authority's"
	}
	return ""
}
