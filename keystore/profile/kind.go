package profile

import (
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"time"

	"qoltanba/keystore/keypair"
)

// Kind is what a certificate of an individual is for. The zero Kind is none.
type Kind uint8

// The kinds that are issued. One application yields one certificate of each
// kind of its algorithm.
const (
	RSASign Kind = iota + 1 // signing documents: RSA256_<ski>.p12
	RSAAuth                 // signing in to portals: AUTH_RSA256_<ski>.p12
	GOST512                 // both: GOST512_<ski>.p12
)

// Kinds lists the certificates of one application with keys of an algorithm, in
// the order in which they are requested and written; none where it issues none.
func Kinds(a keypair.Algorithm) []Kind {
	switch a {
	case keypair.RSA:
		return RSAKinds()
	case keypair.GOST512:
		return []Kind{GOST512}
	}
	return nil
}

// RSAKinds lists the certificates of one RSA application, as [Kinds] does.
func RSAKinds() []Kind { return []Kind{RSAAuth, RSASign} }

// validityYears is how long the NCA's certificates in files are valid.
const validityYears = 1

type kindData struct {
	name       string
	algorithm  keypair.Algorithm
	filePrefix string
	keyUsage   x509.KeyUsage
	standard   x509.ExtKeyUsage
	policy     asn1.ObjectIdentifier
}

var kinds = map[Kind]kindData{
	RSASign: {
		name:       "rsa-sign",
		algorithm:  keypair.RSA,
		filePrefix: "RSA256_",
		keyUsage:   x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment,
		standard:   x509.ExtKeyUsageEmailProtection,
		policy:     OIDPolicyIndividualSign,
	},
	RSAAuth: {
		name:       "rsa-auth",
		algorithm:  keypair.RSA,
		filePrefix: "AUTH_RSA256_",
		keyUsage:   x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
		standard:   x509.ExtKeyUsageClientAuth,
		policy:     OIDPolicyIndividualAuth,
	},
	GOST512: {
		name:       "gost512",
		algorithm:  keypair.GOST512,
		filePrefix: "GOST512_",
		keyUsage:   x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment | x509.KeyUsageKeyAgreement,
		standard:   x509.ExtKeyUsageEmailProtection,
		policy:     OIDPolicyNCA,
	},
}

// Valid tells whether k is one of the kinds that are issued.
func (k Kind) Valid() bool { _, ok := kinds[k]; return ok }

// Name returns the stable code of the kind, "rsa-sign", "rsa-auth" or "gost512";
// it is what is stored and sent. An invalid kind has the empty name.
func (k Kind) Name() string { return kinds[k].name }

// String returns the name, or "unknown" for an invalid kind.
func (k Kind) String() string {
	if !k.Valid() {
		return "unknown"
	}
	return k.Name()
}

// Algorithm returns that of the kind's keys, 0 for an invalid kind.
func (k Kind) Algorithm() keypair.Algorithm { return kinds[k].algorithm }

// Signs tells whether certificates of the kind are for signing documents.
func (k Kind) Signs() bool { return kinds[k].keyUsage&x509.KeyUsageContentCommitment != 0 }

// KeyUsage returns the bits of the critical key usage extension.
func (k Kind) KeyUsage() x509.KeyUsage { return kinds[k].keyUsage }

// ExtKeyUsages returns the extended key usages in the NCA's order, split as
// [x509.Certificate] wants them: the standard one, then those of the NCA, which
// are the role "individual" and the identification method "Digital ID".
func (k Kind) ExtKeyUsages() (standard []x509.ExtKeyUsage, own []asn1.ObjectIdentifier) {
	if !k.Valid() {
		return nil, nil
	}
	return []x509.ExtKeyUsage{kinds[k].standard}, []asn1.ObjectIdentifier{OIDRoleIndividual, OIDIdentifiedDigitalID}
}

// Policy returns the certificate policy.
func (k Kind) Policy() asn1.ObjectIdentifier { return kinds[k].policy }

// FilePrefix returns the beginning of the key file's name.
func (k Kind) FilePrefix() string { return kinds[k].filePrefix }

// NotAfter returns the end of validity of a certificate in a file that begins
// at notBefore: one year.
func (k Kind) NotAfter(notBefore time.Time) time.Time { return notBefore.AddDate(validityYears, 0, 0) }

// KindNamed returns the kind with the given stable code.
func KindNamed(name string) (Kind, error) {
	for k, d := range kinds {
		if d.name == name {
			return k, nil
		}
	}
	return 0, fmt.Errorf("unknown kind of certificate %q", name)
}

// MarshalText writes the name, so that stored states and messages carry it.
func (k Kind) MarshalText() ([]byte, error) {
	if !k.Valid() {
		return nil, errors.New("unknown kind of certificate has no name")
	}
	return []byte(k.Name()), nil
}

// UnmarshalText reads what MarshalText wrote.
func (k *Kind) UnmarshalText(text []byte) error {
	got, err := KindNamed(string(text))
	if err != nil {
		return err
	}
	*k = got
	return nil
}
