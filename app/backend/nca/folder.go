package nca

import (
	"crypto/x509"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"qoltanba/app/backend/nca/ocsp"
	"qoltanba/app/backend/sealed"
	"qoltanba/keystore/keypair"
)

// open reads a line's folder and checks that all of it belongs together.
func (l line) open(dir string, secret sealed.Secret, c Config) (*issuer, error) {
	i := &issuer{algorithm: l.algorithm, urls: c.URLs[l.algorithm]}
	var err error
	if i.root, err = readCertificate(filepath.Join(dir, rootCertFile)); err != nil {
		return nil, err
	}
	if i.cert, err = readCertificate(filepath.Join(dir, issuingCertFile)); err != nil {
		return nil, err
	}
	if err := l.checkChain(i, c.Stamp); err != nil {
		return nil, err
	}
	certified, err := keypair.ParsePublicKey(i.cert.RawSubjectPublicKeyInfo)
	if err != nil {
		return nil, err
	}
	if algorithm, err := keypair.Of(certified); err != nil || algorithm != l.algorithm {
		return nil, fmt.Errorf("%s is not for %s: restore it", filepath.Join(dir, issuingCertFile), l.algorithm)
	}
	if vault := c.Vaults[l.algorithm]; vault != nil {
		i.key, err = vault.Signer(certified)
	} else {
		i.key, err = secret.Key(filepath.Join(dir, issuingKeyFile), certified)
	}
	if err != nil {
		return nil, fmt.Errorf("the authority's key: %w", err)
	}
	if i.named, err = ocsp.NewIssuer(i.cert); err != nil {
		return nil, err
	}
	if i.says, err = readRootSays(dir, i.root, i.cert); err != nil {
		return nil, err
	}
	i.throwaway, err = newThrowaway(l.algorithm)
	return i, err
}

func (l line) checkChain(i *issuer, stamp string) error {
	for cert, name := range map[*x509.Certificate]string{i.root: l.root, i.cert: l.issuing} {
		year, ok := strings.CutPrefix(cert.Subject.CommonName, stampedName(name, stamp))
		if _, err := strconv.Atoi(year); !ok || err != nil {
			return ErrStamp
		}
		if !cert.IsCA || cert.KeyUsage&x509.KeyUsageCertSign == 0 || string(cert.RawIssuer) != string(i.root.RawSubject) {
			return fmt.Errorf("the certificate of %s is not an authority's under this root: restore it", name)
		}
		if err := keypair.CheckIssued(cert, i.root); err != nil {
			return fmt.Errorf("the certificate of %s: %w", name, err)
		}
	}
	return nil
}

func readCertificate(path string) (*x509.Certificate, error) {
	der, err := sealed.Read(path)
	if err != nil {
		return nil, fmt.Errorf("the authority's folder: %w", err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return cert, nil
}
