package profile

import (
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"time"

	"qoltanba/keystore/keypair"
)

// ErrUnknownKind says that a certificate is of no kind that the profile knows.
var ErrUnknownKind = errors.New("the certificate is of an unknown kind: neither for signing nor for signing in")

// Info is what a certificate says about itself.
type Info struct {
	Owner               Subject
	Kind                Kind
	NotBefore, NotAfter time.Time
	KeyID               KeyID
}

// Parse reads owner, kind, validity and key identifier out of cert. It judges
// neither the signature nor the time. The identifier is computed from the key;
// one in the certificate that differs is an error.
func Parse(cert *x509.Certificate) (Info, error) {
	kind, err := ParseKind(cert)
	if err != nil {
		return Info{}, err
	}
	owner, err := ParseSubject(cert.RawSubject)
	if err != nil {
		return Info{}, err
	}
	ski, err := SKIOfInfo(cert.RawSubjectPublicKeyInfo)
	if err != nil {
		return Info{}, err
	}
	if len(cert.SubjectKeyId) > 0 && !slices.Equal(cert.SubjectKeyId, ski[:]) {
		return Info{}, fmt.Errorf("the certificate's key identifier %x is not that of its key", cert.SubjectKeyId)
	}
	return Info{Owner: owner, Kind: kind, NotBefore: cert.NotBefore, NotAfter: cert.NotAfter, KeyID: ski}, nil
}

// ParseKind tells what cert is for. The algorithm of its key, every key usage
// bit of the kind, its extended key usage and the role "individual" must be
// there; a certificate that fits two kinds fits none. It returns
// ErrUnknownKind otherwise.
func ParseKind(cert *x509.Certificate) (Kind, error) {
	if !slices.ContainsFunc(cert.UnknownExtKeyUsage, OIDRoleIndividual.Equal) {
		return 0, ErrUnknownKind
	}
	public, err := keypair.PublicKeyOf(cert)
	if err != nil {
		return 0, ErrUnknownKind
	}
	algorithm, err := keypair.Of(public)
	if err != nil {
		return 0, ErrUnknownKind
	}
	found := Kind(0)
	for _, k := range Kinds(algorithm) {
		d := kinds[k]
		if cert.KeyUsage&d.keyUsage != d.keyUsage || !slices.Contains(cert.ExtKeyUsage, d.standard) {
			continue
		}
		if found != 0 {
			return 0, ErrUnknownKind
		}
		found = k
	}
	if found == 0 {
		return 0, ErrUnknownKind
	}
	return found, nil
}
