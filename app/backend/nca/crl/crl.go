// Package crl encodes revocation lists (RFC 5280, 5), complete and delta.
//
// [List] is one of them; [List.Sign] makes its DER under a GOST or an RSA key.
// The package decides nothing: what was revoked, and how long a list is good,
// its caller says. Reading is left to crypto/x509, which knows no GOST but does
// not mind.
package crl

import (
	"crypto"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"time"

	"golang.org/x/crypto/cryptobyte"
	tags "golang.org/x/crypto/cryptobyte/asn1"

	"qoltanba/app/backend/nca/issuance"
	"qoltanba/keystore/keypair"
)

// Entry is a revoked certificate.
type Entry struct {
	Serial *big.Int
	Reason int // CRLReason, 0 to 10 without 7; 0 is unspecified and not written
	At     time.Time
}

// List is a revocation list.
type List struct {
	Issuer *x509.Certificate
	Number *big.Int // grows from list to list, the delta lists counted with the complete ones
	// Base is nil in a complete list. In a delta list it is the number since
	// which the entries are all that were revoked.
	Base       *big.Int
	This, Next time.Time
	Entries    []Entry
	DeltaURL   string // of the delta list, in a complete one; or ""
}

var (
	oidAuthorityKeyID = asn1.ObjectIdentifier{2, 5, 29, 35}
	oidNumber         = asn1.ObjectIdentifier{2, 5, 29, 20}
	oidReason         = asn1.ObjectIdentifier{2, 5, 29, 21}
	oidDeltaIndicator = asn1.ObjectIdentifier{2, 5, 29, 27}
	oidFreshest       = asn1.ObjectIdentifier{2, 5, 29, 46}
)

// Sign encodes the list and signs it with the issuer's key.
func (l List) Sign(key crypto.Signer) ([]byte, error) {
	algorithm, err := keypair.Of(key.Public())
	if err != nil {
		return nil, err
	}
	extensions, err := l.extensions()
	if err != nil {
		return nil, err
	}
	var b cryptobyte.Builder
	b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) { // TBSCertList
		b.AddASN1Int64(1) // version 2
		keypair.AddIdentifier(b, algorithm.SignatureOID())
		b.AddBytes(l.Issuer.RawSubject)
		issuance.AddTime(b, l.This)
		issuance.AddTime(b, l.Next)
		if len(l.Entries) > 0 {
			b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
				for _, e := range l.Entries {
					e.add(b)
				}
			})
		}
		b.AddASN1(tags.Tag(0).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
			issuance.AddExtensions(b, extensions)
		})
	})
	tbs, err := b.Bytes()
	if err != nil {
		return nil, err
	}
	return keypair.SignTBS(nil, key, tbs)
}

func (e Entry) add(b *cryptobyte.Builder) {
	b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1BigInt(e.Serial)
		issuance.AddTime(b, e.At)
		if e.Reason != 0 {
			issuance.AddExtensions(b, []pkix.Extension{{Id: oidReason, Value: []byte{byte(tags.ENUM), 1, byte(e.Reason)}}})
		}
	})
}

func (l List) extensions() ([]pkix.Extension, error) {
	above, err := issuance.AuthorityKeyID(l.Issuer.SubjectKeyId)
	if err != nil {
		return nil, err
	}
	number, err := asn1.Marshal(l.Number)
	if err != nil {
		return nil, err
	}
	list := []pkix.Extension{{Id: oidAuthorityKeyID, Value: above}, {Id: oidNumber, Value: number}}
	if l.Base != nil {
		base, err := asn1.Marshal(l.Base)
		return append(list, pkix.Extension{Id: oidDeltaIndicator, Critical: true, Value: base}), err
	}
	freshest, err := issuance.DistributionPoint(l.DeltaURL)
	if freshest != nil {
		list = append(list, pkix.Extension{Id: oidFreshest, Value: freshest})
	}
	return list, err
}
