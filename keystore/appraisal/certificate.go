package appraisal

import (
	"bytes"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"slices"
	"strings"
	"time"

	"qoltanba/keystore/cms"
	"qoltanba/keystore/keypair"
	"qoltanba/keystore/profile"
)

// cert judges a certificate for a moment, with others that lie beside it.
func (j judge) cert(cert *x509.Certificate, beside []*x509.Certificate, at time.Time) *Cert {
	c := &Cert{Certificate: cert, Owner: OwnerOf(cert), Issuer: named(cert.Issuer), Valid: answer(!at.Before(cert.NotBefore) && !at.After(cert.NotAfter))}
	c.Kind, _ = profile.ParseKind(cert) // 0 says enough
	others := slices.Concat(j.Others, beside)
	issuer := j.trust(c, others, at)
	if c.Trusted == Yes && issuer != nil && j.Standing != nil {
		if a, err := j.Standing(j.ctx, cert, issuer); err == nil {
			c.Revoked = a
		}
	}
	return c
}

// trust tells whether the certificate leads to an authority, and returns who
// issued it. That its time is over is no word against its authority.
func (j judge) trust(c *Cert, others []*x509.Certificate, at time.Time) (issuer *x509.Certificate) {
	if len(j.Authorities) == 0 {
		return nil
	}
	if at.After(c.NotAfter) {
		at = c.NotAfter
	}
	if at.Before(c.NotBefore) {
		at = c.NotBefore
	}
	forged := false
	for _, candidate := range slices.Concat(j.Authorities, others) {
		if !bytes.Equal(candidate.RawSubject, c.RawIssuer) || candidate.Equal(c.Certificate) && !slices.ContainsFunc(j.Authorities, candidate.Equal) {
			continue
		}
		if keypair.CheckIssued(c.Certificate, candidate) != nil {
			forged = forged || slices.ContainsFunc(j.Authorities, candidate.Equal)
			continue
		}
		if issuer == nil || slices.ContainsFunc(j.Authorities, candidate.Equal) {
			issuer = candidate
		}
	}
	switch {
	case cms.CheckPath(c.Certificate, others, j.Authorities, at) == nil:
		c.Trusted = Yes
	case forged && issuer == nil:
		c.Trusted = No
	}
	return issuer
}

var (
	oidUnit   = asn1.ObjectIdentifier{2, 5, 4, 11}
	oidSerial = asn1.ObjectIdentifier{2, 5, 4, 5}
	oidGiven  = asn1.ObjectIdentifier{2, 5, 4, 42}
)

// OwnerOf reads whom a certificate names, also where it is not of the profile.
func OwnerOf(cert *x509.Certificate) Owner {
	o := Owner{Name: named(cert.Subject), Organisation: strings.Join(cert.Subject.Organization, ", ")}
	for _, a := range cert.Subject.Names {
		text, ok := a.Value.(string)
		if !ok {
			continue
		}
		switch {
		case a.Type.Equal(oidSerial):
			o.IIN, _ = strings.CutPrefix(text, "IIN")
		case a.Type.Equal(oidUnit) && strings.HasPrefix(text, "BIN"):
			o.BIN = strings.TrimPrefix(text, "BIN")
		case a.Type.Equal(oidGiven) && !cert.IsCA:
			o.Name = strings.TrimSpace(o.Name + " " + text) // the patronymic, as the NCA has it
		}
	}
	return o
}

// named is a name as it stands: the common name, else the organisation.
func named(n pkix.Name) string {
	if n.CommonName != "" || len(n.Organization) == 0 {
		return n.CommonName
	}
	return n.Organization[0]
}
