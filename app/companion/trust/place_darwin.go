package trust

import (
	"bytes"
	"context"
	"crypto/sha1" //nolint:gosec // by which the keychain's own program names certificates
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"qoltanba/keystore"
)

// Places lists the login keychain, which Safari, Chrome and Edge read; Firefox
// reads it too (its setting security.enterprise_roots.enabled, on unless
// somebody turned it off).
func (s *Stores) Places() []Place {
	path := filepath.Join(s.Home, "Library", "Keychains", "login.keychain-db")
	if _, err := os.Stat(path); err != nil {
		return []Place{{Kind: System}}
	}
	return []Place{{System, "", path, keychain{path}}}
}

// keychain is the user's own, worked by Apple's program security, which asks the
// person before trust is changed.
type keychain struct{ path string }

const security = "/usr/bin/security"

// withFile gives the certificate as a file, which is removed afterwards.
func withFile(cert *x509.Certificate, do func(path string) error) error {
	file, err := os.CreateTemp("", "authority*.pem")
	if err != nil {
		return keystore.DiskError(err)
	}
	defer func() { _ = os.Remove(file.Name()) }()
	if err := errors.Join(pem.Encode(file, &pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw}), file.Close()); err != nil {
		return keystore.DiskError(err)
	}
	return do(file.Name())
}

func (k keychain) trusts(ctx context.Context, cert *x509.Certificate) (trusted bool, err error) {
	err = withFile(cert, func(path string) error {
		_, err := run(ctx, toolTime, security, "verify-cert", "-c", path, "-l", "-L", "-k", k.path)
		trusted = err == nil
		return nil
	})
	return trusted, err
}

func (k keychain) add(ctx context.Context, cert *x509.Certificate) error {
	return withFile(cert, func(path string) error {
		return told(run(ctx, askTime, security, "add-trusted-cert", "-r", "trustRoot", "-p", "ssl", "-k", k.path, path))
	})
}

func (k keychain) remove(ctx context.Context, cert *x509.Certificate) (had bool, err error) {
	if cert == nil {
		return false, nil
	}
	if had, err := k.trusts(ctx, cert); err != nil || !had {
		return false, err
	}
	sum := sha1.Sum(cert.Raw) //nolint:gosec // a name
	untrusted := withFile(cert, func(path string) error {
		return told(run(ctx, askTime, security, "remove-trusted-cert", path))
	})
	return true, errors.Join(untrusted, told(run(ctx, askTime, security, "delete-certificate", "-Z", fmt.Sprintf("%X", sum), k.path)))
}

func told(out []byte, err error) error {
	if err == nil {
		return nil
	}
	if bytes.Contains(out, []byte("canceled")) {
		return ErrDeclined
	}
	return fmt.Errorf("security: %w: %s", err, bytes.TrimSpace(out))
}
