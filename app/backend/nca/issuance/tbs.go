package issuance

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"time"

	"golang.org/x/crypto/cryptobyte"
	tags "golang.org/x/crypto/cryptobyte/asn1"

	"qoltanba/keystore/keypair"
	"qoltanba/keystore/profile"
)

// URLs are written into certificates; an empty one is left out.
type URLs struct {
	OCSP     string // authority information access: OCSP responder
	Issuer   string // authority information access: the issuing certificate
	CRL      string // CRL distribution point
	DeltaCRL string // freshest CRL
	CPS      string // certification practice statement
}

// Order is what one certificate is to say.
type Order struct {
	Profile
	Issuer    *x509.Certificate
	SPKI      []byte // SubjectPublicKeyInfo in DER
	Subject   []byte // Name in DER
	Email     string // or ""
	NotBefore time.Time
	// NotEarlier is when the certificate was applied for.
	NotEarlier time.Time
	// URLs are not judged where they are nil: they may have changed since.
	URLs *URLs
}

// TBS returns the TBSCertificate of the order. Serial number and key
// identifiers follow from the keys.
func (o Order) TBS() ([]byte, error) {
	ski, err := profile.SKIOfInfo(o.SPKI)
	if err != nil {
		return nil, err
	}
	content := TBS{
		Serial: profile.Serial(ski), IssuerKey: o.Issuer.RawSubjectPublicKeyInfo, Issuer: o.Issuer.RawSubject,
		NotBefore: o.NotBefore, NotAfter: o.NotAfter(o.NotBefore), Subject: o.Subject, SPKI: o.SPKI,
	}
	for _, name := range o.Extensions {
		value, err := extensions[name].encode(o, ski)
		if err != nil {
			return nil, fmt.Errorf("encode %s: %w", name, err)
		}
		if value != nil {
			content.Extensions = append(content.Extensions, pkix.Extension{
				Id: extensions[name].id, Critical: extensions[name].critical, Value: value,
			})
		}
	}
	return content.DER()
}

// TBS is a certificate without its signature, version 3 (RFC 5280, 4.1.2).
type TBS struct {
	Serial              *big.Int
	IssuerKey           []byte // SubjectPublicKeyInfo: it tells the signature's algorithm
	Issuer, Subject     []byte // Names in DER
	NotBefore, NotAfter time.Time
	SPKI                []byte
	Extensions          []pkix.Extension // in their order
}

var (
	tagVersion    = tags.Tag(0).ContextSpecific().Constructed()
	tagExtensions = tags.Tag(3).ContextSpecific().Constructed()
)

// DER encodes the content.
func (t TBS) DER() ([]byte, error) {
	signer, err := keypair.ParsePublicKey(t.IssuerKey)
	if err != nil {
		return nil, err
	}
	algorithm, err := keypair.Of(signer)
	if err != nil {
		return nil, err
	}
	var b cryptobyte.Builder
	b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(tagVersion, func(b *cryptobyte.Builder) { b.AddASN1Int64(2) })
		b.AddASN1BigInt(t.Serial)
		keypair.AddIdentifier(b, algorithm.SignatureOID())
		b.AddBytes(t.Issuer)
		b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
			AddTime(b, t.NotBefore)
			AddTime(b, t.NotAfter)
		})
		b.AddBytes(t.Subject)
		b.AddBytes(t.SPKI)
		b.AddASN1(tagExtensions, func(b *cryptobyte.Builder) { AddExtensions(b, t.Extensions) })
	})
	return b.Bytes()
}

// AddExtensions adds Extensions (RFC 5280, 4.1).
func AddExtensions(b *cryptobyte.Builder, list []pkix.Extension) {
	b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
		for _, e := range list {
			b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1ObjectIdentifier(e.Id)
				if e.Critical {
					b.AddASN1Boolean(true)
				}
				b.AddASN1OctetString(e.Value)
			})
		}
	})
}

// AddTime adds a Time (RFC 5280, 4.1.2.5): UTCTime as long as that reaches.
func AddTime(b *cryptobyte.Builder, at time.Time) {
	if at = at.UTC(); at.Year() >= 1950 && at.Year() < 2050 {
		b.AddASN1UTCTime(at)
		return
	}
	b.AddASN1GeneralizedTime(at)
}
