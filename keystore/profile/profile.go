// Package profile is the certificate profile of the National Certification
// Authority of Kazakhstan (NCA, НУЦ РК, ҰКО) as data.
//
// Both sides need it: the authority to fill a certificate, the desktop to form
// a request, to name a key file and to tell whose and what kind a certificate
// is. It holds no key, opens no file and signs nothing.
//
// # Central types
//
// [Subject] is the owner as the authority spells him. [Kind] is what a
// certificate is for: [GOST512], for everything, or [RSASign] and [RSAAuth], the
// pair that one application yields. [Info] is what a finished certificate says.
//
// # Invariants
//
//   - The subject key identifier is the SHA-1 of the public key's BIT STRING
//     (RFC 5280, 4.2.1.2, method 1), and everything is named after it: the
//     serial number, the key file, the alias inside it.
//   - The subject is spelled in capitals, in one order and with fixed string
//     types, so that equal owners are equal bytes.
//   - A Subject and an IIN never show themselves in a log or an error.
//
// # Norms
//
// RFC 5280 for the shapes. The OIDs under 1.2.398.3.3 are those published by
// the NCA and the Root Certification Authority (root.gov.kz).
package profile

import (
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
)

// Certificate policies of the NCA.
var (
	OIDPolicyNCA            = asn1.ObjectIdentifier{1, 2, 398, 3, 3, 2}
	OIDPolicyIndividualSign = asn1.ObjectIdentifier{1, 2, 398, 3, 3, 2, 3}
	OIDPolicyIndividualAuth = asn1.ObjectIdentifier{1, 2, 398, 3, 3, 2, 4}
)

// Roles and identification methods, which the NCA writes among the extended
// key usages.
var (
	OIDRoleIndividual      = asn1.ObjectIdentifier{1, 2, 398, 3, 3, 4, 1, 1}
	OIDIdentifiedInPerson  = asn1.ObjectIdentifier{1, 2, 398, 3, 3, 4, 3, 1}
	OIDIdentifiedRemotely  = asn1.ObjectIdentifier{1, 2, 398, 3, 3, 4, 3, 2}
	OIDIdentifiedDigitalID = asn1.ObjectIdentifier{1, 2, 398, 3, 3, 4, 3, 2, 1}
)

// The key-store extension and the one storage served so far: a PKCS#12 file on
// a personal computer.
var (
	OIDKeyStore       = asn1.ObjectIdentifier{1, 2, 398, 3, 3, 5}
	OIDKeyStorePKCS12 = asn1.ObjectIdentifier{1, 2, 398, 3, 3, 5, 1, 1}
)

// ErrNoKeyStore says that a certificate or request does not name its storage.
var ErrNoKeyStore = errors.New("no key-store extension: ask for a certificate that names its storage")

// maxKeyStoreValue bounds the key-store extension before it is decoded. The
// NCA's own client also puts the folder's path in, hence the room.
const maxKeyStoreValue = 4096

// KeyStoreExtension returns the extension 1.2.398.3.3.5 for a PKCS#12 file:
// not critical, SEQUENCE { OID 1.2.398.3.3.5.1.1 }. The folder's path, which
// the NCA's client appends in requests, stays out: it would tell the
// authority the name of the citizen's account.
func KeyStoreExtension() pkix.Extension {
	value, err := asn1.Marshal([]asn1.ObjectIdentifier{OIDKeyStorePKCS12})
	if err != nil {
		panic("profile: constant key-store extension does not encode: " + err.Error())
	}
	return pkix.Extension{Id: OIDKeyStore, Value: value}
}

// ParseKeyStore returns the storage that the key-store extension among
// extensions names. It returns [ErrNoKeyStore] if there is none. Fields after
// the storage, such as a folder, are passed over.
func ParseKeyStore(extensions []pkix.Extension) (asn1.ObjectIdentifier, error) {
	for _, e := range extensions {
		if !e.Id.Equal(OIDKeyStore) {
			continue
		}
		if len(e.Value) > maxKeyStoreValue {
			return nil, fmt.Errorf("key-store extension of %d bytes is over the limit of %d", len(e.Value), maxKeyStoreValue)
		}
		var fields []asn1.RawValue
		if rest, err := asn1.Unmarshal(e.Value, &fields); err != nil || len(rest) > 0 || len(fields) == 0 {
			return nil, errors.New("malformed key-store extension")
		}
		var storage asn1.ObjectIdentifier
		if _, err := asn1.Unmarshal(fields[0].FullBytes, &storage); err != nil {
			return nil, errors.New("malformed key-store extension: its first field is no object identifier")
		}
		return storage, nil
	}
	return nil, ErrNoKeyStore
}
