package trust

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"unsafe"

	"golang.org/x/sys/windows"
)

// Places lists this user's own store of root authorities, which Edge, Chrome and
// the programs of Windows read; Firefox reads it too (its setting
// security.enterprise_roots.enabled, on unless somebody turned it off).
func (s *Stores) Places() []Place {
	return []Place{{System, "", `Cert:\CurrentUser\Root`, userRoots{}}}
}

// userRoots is the store "Root" of the current user. Windows asks the person
// before it takes or gives away an authority.
type userRoots struct{}

const encoding = windows.X509_ASN_ENCODING | windows.PKCS_7_ASN_ENCODING

func openRoots() (windows.Handle, error) {
	name, err := windows.UTF16PtrFromString("ROOT")
	if err != nil {
		return 0, err
	}
	return windows.CertOpenStore(windows.CERT_STORE_PROV_SYSTEM_W, 0, 0, windows.CERT_SYSTEM_STORE_CURRENT_USER, uintptr(unsafe.Pointer(name)))
}

// find returns the certificate's context in the store, nil where it is not there.
func find(roots windows.Handle, cert *x509.Certificate) *windows.CertContext {
	var at *windows.CertContext
	for {
		next, err := windows.CertEnumCertificatesInStore(roots, at)
		if err != nil || next == nil {
			return nil
		}
		if at = next; bytes.Equal(unsafe.Slice(at.EncodedCert, at.Length), cert.Raw) {
			return at
		}
	}
}

func (userRoots) trusts(_ context.Context, cert *x509.Certificate) (bool, error) {
	roots, err := openRoots()
	if err != nil {
		return false, err
	}
	defer windows.CertCloseStore(roots, 0) //nolint:errcheck // nothing was written
	at := find(roots, cert)
	if at == nil {
		return false, nil
	}
	return true, windows.CertFreeCertificateContext(at)
}

func (userRoots) add(_ context.Context, cert *x509.Certificate) error {
	roots, err := openRoots()
	if err != nil {
		return err
	}
	one, err := windows.CertCreateCertificateContext(encoding, &cert.Raw[0], uint32(len(cert.Raw))) //nolint:gosec // a few hundred bytes
	if err != nil {
		return errors.Join(err, windows.CertCloseStore(roots, 0))
	}
	err = windows.CertAddCertificateContextToStore(roots, one, windows.CERT_STORE_ADD_REPLACE_EXISTING, nil)
	return errors.Join(declined(err), windows.CertFreeCertificateContext(one), windows.CertCloseStore(roots, 0))
}

func (userRoots) remove(_ context.Context, cert *x509.Certificate) (had bool, err error) {
	if cert == nil {
		return false, nil
	}
	roots, err := openRoots()
	if err != nil {
		return false, err
	}
	at := find(roots, cert)
	if at != nil {
		err = declined(windows.CertDeleteCertificateFromStore(at)) // which frees it
	}
	return at != nil, errors.Join(err, windows.CertCloseStore(roots, 0))
}

// declined tells a no to Windows' own question from other failures.
func declined(err error) error {
	if errors.Is(err, windows.ERROR_CANCELLED) {
		return ErrDeclined
	}
	return err
}
