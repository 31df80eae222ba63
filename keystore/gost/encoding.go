package gost

import (
	"encoding/asn1"

	"golang.org/x/crypto/cryptobyte"
	tags "golang.org/x/crypto/cryptobyte/asn1"
)

// Object identifiers of the National Certification Authority.
var (
	OIDKey512       = asn1.ObjectIdentifier{1, 2, 398, 3, 10, 1, 1, 2, 2}
	OIDKey256       = asn1.ObjectIdentifier{1, 2, 398, 3, 10, 1, 1, 2, 1}
	OIDSignature512 = asn1.ObjectIdentifier{1, 2, 398, 3, 10, 1, 1, 2, 3, 2}
	OIDSignature256 = asn1.ObjectIdentifier{1, 2, 398, 3, 10, 1, 1, 2, 3, 1}
	OIDStreebog512  = asn1.ObjectIdentifier{1, 2, 398, 3, 10, 1, 3, 3}
	OIDStreebog256  = asn1.ObjectIdentifier{1, 2, 398, 3, 10, 1, 3, 2}

	oidParams512 = asn1.ObjectIdentifier{1, 2, 398, 3, 10, 1, 1, 2, 2, 1}
	oidParams256 = asn1.ObjectIdentifier{1, 2, 398, 3, 10, 1, 1, 2, 1, 1}
)

// form is how keys of one size are labelled.
type form struct {
	bits                int
	key, params, digest asn1.ObjectIdentifier
}

var forms = []form{
	{512, OIDKey512, oidParams512, OIDStreebog512},
	{256, OIDKey256, oidParams256, OIDStreebog256},
}

// addAlgorithm adds the AlgorithmIdentifier of a key: SEQ { key, SEQ { parameters, digest } }.
func (f form) addAlgorithm(b *cryptobyte.Builder) {
	b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(f.key)
		b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(f.params)
			b.AddASN1ObjectIdentifier(f.digest)
		})
	})
}

// readAlgorithm reads what addAlgorithm writes; the digest may be left out.
func readAlgorithm(in *cryptobyte.String) (form, bool) {
	var algorithm, parameters cryptobyte.String
	var key, params, digest asn1.ObjectIdentifier
	if !in.ReadASN1(&algorithm, tags.SEQUENCE) || !algorithm.ReadASN1ObjectIdentifier(&key) ||
		!algorithm.ReadASN1(&parameters, tags.SEQUENCE) || !algorithm.Empty() || !parameters.ReadASN1ObjectIdentifier(&params) {
		return form{}, false
	}
	if !parameters.Empty() && (!parameters.ReadASN1ObjectIdentifier(&digest) || !parameters.Empty()) {
		return form{}, false
	}
	for _, f := range forms {
		if key.Equal(f.key) && params.Equal(f.params) && (digest == nil || digest.Equal(f.digest)) {
			return f, true
		}
	}
	return form{}, false
}

// publicKey is a SubjectPublicKeyInfo whose BIT STRING holds an OCTET STRING.
func (f form) publicKey(raw []byte) ([]byte, error) {
	var b cryptobyte.Builder
	b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
		f.addAlgorithm(b)
		b.AddASN1(tags.BIT_STRING, func(b *cryptobyte.Builder) {
			b.AddUint8(0)
			b.AddASN1OctetString(raw)
		})
	})
	return b.Bytes()
}

// privateKey is a PKCS #8 key whose OCTET STRING holds another.
func (f form) privateKey(d []byte) ([]byte, error) {
	var b cryptobyte.Builder
	b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(0)
		f.addAlgorithm(b)
		b.AddASN1(tags.OCTET_STRING, func(b *cryptobyte.Builder) {
			b.AddASN1OctetString(d)
		})
	})
	return b.Bytes()
}

// MarshalPublicKey is the key's SubjectPublicKeyInfo (RFC 5280, section 4.1) in DER.
func MarshalPublicKey(k *PublicKey) ([]byte, error) {
	for _, f := range forms {
		if f.bits == k.Size() {
			return f.publicKey(k.raw)
		}
	}
	return nil, ErrPublicKey
}

// ParsePublicKey reads a SubjectPublicKeyInfo; anything else, or a point that
// is none of the group, is [ErrPublicKey].
func ParsePublicKey(der []byte) (*PublicKey, error) {
	in := cryptobyte.String(der)
	var info, raw cryptobyte.String
	var bits []byte
	if !in.ReadASN1(&info, tags.SEQUENCE) || !in.Empty() {
		return nil, ErrPublicKey
	}
	f, ok := readAlgorithm(&info)
	if !ok || !info.ReadASN1BitStringAsBytes(&bits) || !info.Empty() {
		return nil, ErrPublicKey
	}
	octets := cryptobyte.String(bits)
	if !octets.ReadASN1(&raw, tags.OCTET_STRING) || !octets.Empty() || 4*len(raw) != f.bits {
		return nil, ErrPublicKey
	}
	return NewPublicKey(raw)
}

// MarshalPrivateKey is the key's PKCS #8 form (RFC 5208) in DER, not encrypted; the number is little-endian.
func MarshalPrivateKey(k *PrivateKey) ([]byte, error) { return forms[0].privateKey(k.d[:]) }

// ParsePrivateKey reads a PKCS #8 key of 512 bits; attributes after the key are
// passed over. Anything else is [ErrPrivate].
func ParsePrivateKey(der []byte) (*PrivateKey, error) {
	in := cryptobyte.String(der)
	var info, outer, inner cryptobyte.String
	var version int
	if !in.ReadASN1(&info, tags.SEQUENCE) || !in.Empty() || !info.ReadASN1Integer(&version) || version < 0 || version > 1 {
		return nil, ErrPrivate
	}
	f, ok := readAlgorithm(&info)
	if !ok || f.bits != 512 || !info.ReadASN1(&outer, tags.OCTET_STRING) ||
		!outer.ReadASN1(&inner, tags.OCTET_STRING) || !outer.Empty() {
		return nil, ErrPrivate
	}
	return NewPrivateKey(inner)
}
