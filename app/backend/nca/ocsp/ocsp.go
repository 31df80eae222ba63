// Package ocsp reads requests and encodes answers of the Online Certificate
// Status Protocol (RFC 6960), in the form of RFC 5019 that lets answers be
// signed in advance: one certificate a request, no nonce in the answer.
//
// [ParseRequest] gives the [CertID] that is asked for; [Issuer.Names] tells
// whether it is of an authority; [Response.Sign] makes the answer, under a GOST
// or an RSA key, by the issuing authority itself.
//
// A certificate that the authority never issued is [Unknown] and never [Good].
// Questions have one form for each hash with, and one without, the NULL that
// follows its identifier: who keeps answers keeps [Forms] of a certificate.
package ocsp

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // it names an issuer and protects nothing
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"hash"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	tags "golang.org/x/crypto/cryptobyte/asn1"

	"qoltanba/keystore/gost"
	"qoltanba/keystore/gost/streebog"
)

// MaxRequest bounds a request in bytes.
const MaxRequest = 4 << 10

// maxSerial is that of RFC 5280, 4.1.2.2, in octets.
const maxSerial = 20

// ErrRequest says that the bytes are no request of RFC 5019.
var ErrRequest = errors.New("the bytes are no OCSP request for one certificate")

// CertID names a certificate by hashes of its issuer's name and key, and by
// its serial number.
type CertID struct {
	Hash              asn1.ObjectIdentifier
	NameHash, KeyHash []byte
	Serial            *big.Int

	raw []byte // as it was asked for, to be answered with the same bytes
}

var (
	tag0 = tags.Tag(0).ContextSpecific().Constructed()
	tag1 = tags.Tag(1).ContextSpecific().Constructed()
	tag2 = tags.Tag(2).ContextSpecific().Constructed()
)

// ParseRequest reads a request in DER. A signature and extensions, a nonce
// among them, are passed over. The error is ErrRequest.
func ParseRequest(der []byte) (CertID, error) {
	in := cryptobyte.String(der)
	var request, tbs, list, one cryptobyte.String
	var version int64
	if len(der) > MaxRequest || !in.ReadASN1(&request, tags.SEQUENCE) || !in.Empty() ||
		!request.ReadASN1(&tbs, tags.SEQUENCE) || !request.SkipOptionalASN1(tag0) || !request.Empty() ||
		!readVersion(&tbs, &version) || version != 0 || !tbs.SkipOptionalASN1(tag1) ||
		!tbs.ReadASN1(&list, tags.SEQUENCE) || !tbs.SkipOptionalASN1(tag2) || !tbs.Empty() ||
		!list.ReadASN1(&one, tags.SEQUENCE) || !list.Empty() {
		return CertID{}, ErrRequest
	}
	id, ok := readCertID(&one)
	if !ok || !one.SkipOptionalASN1(tag0) || !one.Empty() {
		return CertID{}, ErrRequest
	}
	return id, nil
}

func readVersion(tbs *cryptobyte.String, version *int64) bool {
	var explicit cryptobyte.String
	var given bool
	if !tbs.ReadOptionalASN1(&explicit, &given, tag0) {
		return false
	}
	return !given || explicit.ReadASN1Integer(version) && explicit.Empty()
}

func readCertID(in *cryptobyte.String) (CertID, bool) {
	var raw, content, algorithm, null cryptobyte.String
	var hasNull bool
	id := CertID{Serial: new(big.Int)}
	if !in.ReadASN1Element(&raw, tags.SEQUENCE) {
		return id, false
	}
	id.raw = bytes.Clone(raw)
	if !raw.ReadASN1(&content, tags.SEQUENCE) || !content.ReadASN1(&algorithm, tags.SEQUENCE) ||
		!algorithm.ReadASN1ObjectIdentifier(&id.Hash) || !algorithm.ReadOptionalASN1(&null, &hasNull, tags.NULL) || !null.Empty() || !algorithm.Empty() ||
		!content.ReadASN1Bytes(&id.NameHash, tags.OCTET_STRING) || !content.ReadASN1Bytes(&id.KeyHash, tags.OCTET_STRING) ||
		!content.ReadASN1Integer(id.Serial) || !content.Empty() {
		return id, false
	}
	return id, id.Serial.Sign() > 0 && id.Serial.BitLen() <= 8*maxSerial
}

// hashes are those by which an issuer may be named.
var hashes = []struct {
	oid asn1.ObjectIdentifier
	new func() hash.Hash
}{
	{asn1.ObjectIdentifier{1, 3, 14, 3, 2, 26}, sha1.New},
	{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}, sha256.New},
	{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 3}, sha512.New},
	{gost.OIDStreebog512, streebog.New512},
	{gost.OIDStreebog256, streebog.New256},
}

// Forms is in how many ways a certificate can be asked for.
func Forms() int { return 2 * len(hashes) }

// Issuer is an authority with the hashes by which it may be asked for.
type Issuer struct {
	Certificate *x509.Certificate

	names map[string][2][]byte // by the hash: of the name and of the key
}

// NewIssuer hashes an authority's name and key.
func NewIssuer(cert *x509.Certificate) (*Issuer, error) {
	var info struct {
		Algorithm asn1.RawValue
		Key       asn1.BitString
	}
	if _, err := asn1.Unmarshal(cert.RawSubjectPublicKeyInfo, &info); err != nil {
		return nil, err
	}
	i := &Issuer{Certificate: cert, names: make(map[string][2][]byte)}
	for _, h := range hashes {
		i.names[h.oid.String()] = [2][]byte{sum(h.new(), cert.RawSubject), sum(h.new(), info.Key.Bytes)}
	}
	return i, nil
}

// Names tells whether the certificate that is asked for is of this authority.
func (i *Issuer) Names(id CertID) bool {
	own, known := i.names[id.Hash.String()]
	return known && bytes.Equal(own[0], id.NameHash) && bytes.Equal(own[1], id.KeyHash)
}

// ID names a certificate of this authority by SHA-1, as most questions do.
func (i *Issuer) ID(serial *big.Int) (CertID, error) {
	h := hashes[0]
	names := i.names[h.oid.String()]
	var b cryptobyte.Builder
	b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(h.oid)
			b.AddASN1NULL()
		})
		b.AddASN1OctetString(names[0])
		b.AddASN1OctetString(names[1])
		b.AddASN1BigInt(serial)
	})
	raw, err := b.Bytes()
	return CertID{Hash: h.oid, NameHash: names[0], KeyHash: names[1], Serial: serial, raw: raw}, err
}

// Key is what answers to equal questions have in common.
func (id CertID) Key() string { return string(id.raw) }

func sum(h hash.Hash, content []byte) []byte {
	_, _ = h.Write(content)
	return h.Sum(nil)
}
