package ocsp

import (
	"crypto"
	"encoding/asn1"
	"time"

	"golang.org/x/crypto/cryptobyte"
	tags "golang.org/x/crypto/cryptobyte/asn1"

	"qoltanba/keystore/keypair"
)

// Status is what is known of a certificate.
type Status uint8

// The values of CertStatus. The zero Status is Unknown, so that one which was
// never set does not pass for good.
const (
	Unknown Status = iota
	Good
	Revoked
)

// Response is an answer before it is signed.
type Response struct {
	ID     CertID
	Status Status
	// RevokedAt and Reason (CRLReason) are those of a revoked certificate.
	RevokedAt time.Time
	Reason    int
	// This is the time of which the status is known, Next by when a newer answer
	// is there.
	This, Next time.Time
}

var oidBasic = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 1}

// Sign encodes the answer of the issuing authority and signs it with its key.
func (r Response) Sign(issuer *Issuer, key crypto.Signer) ([]byte, error) {
	var b cryptobyte.Builder
	b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) { // ResponseData
		b.AddASN1(tag2, func(b *cryptobyte.Builder) { b.AddASN1OctetString(issuer.names[hashes[0].oid.String()][1]) })
		b.AddASN1GeneralizedTime(r.This.UTC())
		b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) { // SingleResponse
				b.AddBytes(r.ID.raw)
				r.addStatus(b)
				b.AddASN1GeneralizedTime(r.This.UTC())
				b.AddASN1(tag0, func(b *cryptobyte.Builder) { b.AddASN1GeneralizedTime(r.Next.UTC()) })
			})
		})
	})
	tbs, err := b.Bytes()
	if err != nil {
		return nil, err
	}
	basic, err := keypair.SignTBS(nil, key, tbs)
	if err != nil {
		return nil, err
	}
	var whole cryptobyte.Builder
	whole.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) { // OCSPResponse
		b.AddASN1Enum(0)
		b.AddASN1(tag0, func(b *cryptobyte.Builder) {
			b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1ObjectIdentifier(oidBasic)
				b.AddASN1OctetString(basic)
			})
		})
	})
	return whole.Bytes()
}

func (r Response) addStatus(b *cryptobyte.Builder) {
	switch r.Status {
	case Good:
		b.AddASN1(tags.Tag(0).ContextSpecific(), func(*cryptobyte.Builder) {})
	case Revoked:
		b.AddASN1(tag1, func(b *cryptobyte.Builder) {
			b.AddASN1GeneralizedTime(r.RevokedAt.UTC())
			b.AddASN1(tag0, func(b *cryptobyte.Builder) { b.AddASN1Enum(int64(r.Reason)) })
		})
	default:
		b.AddASN1(tags.Tag(2).ContextSpecific(), func(*cryptobyte.Builder) {})
	}
}

// Refusals are answers without a status (RFC 6960, 4.2.1); nobody signs them.
var (
	Malformed    = []byte{0x30, 3, 0x0a, 1, 1}
	Internal     = []byte{0x30, 3, 0x0a, 1, 2}
	TryLater     = []byte{0x30, 3, 0x0a, 1, 3}
	Unauthorized = []byte{0x30, 3, 0x0a, 1, 6} // not asked about a certificate of this authority
)
