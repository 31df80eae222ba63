package cms

import (
	"encoding/asn1"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"

	"qoltanba/keystore/keypair"
)

// oidTimeStamp is the unsigned attribute of CAdES-T (ETSI EN 319 122-1, 5.3;
// RFC 3161, appendix A).
var oidTimeStamp = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 14}

// Stamp adds a time stamp to each signer that has none, which makes CAdES-T of
// CAdES-BES; all else keeps its bytes. The token, a time stamp in DER, is asked
// of the caller for the signature's value, with the algorithm of its key. The
// errors are those of [Parse], ErrAlgorithm, and the caller's.
func Stamp(der []byte, token func(algorithm keypair.Algorithm, signature []byte) ([]byte, error)) ([]byte, error) {
	sd, err := Parse(der)
	if err != nil {
		return nil, err
	}
	m, err := take(der)
	if err != nil {
		return nil, err
	}
	for i, signer := range sd.signers {
		algorithm := algorithmNamed(signer.digest, signer.algorithm)
		if algorithm == 0 {
			return nil, ErrAlgorithm
		}
		if signer.stamp != nil {
			continue
		}
		stamp, err := token(algorithm, signer.signature)
		if err != nil {
			return nil, err
		}
		if m.signers[i], err = withTimeStamp(m.signers[i], stamp); err != nil {
			return nil, fmt.Errorf("encode the time stamp: %w", err)
		}
	}
	return m.write()
}

// withTimeStamp puts the attribute among the unsigned ones of a SignerInfo.
func withTimeStamp(info, token []byte) ([]byte, error) {
	var b cryptobyte.Builder
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(oidTimeStamp)
		b.AddASN1(tag.SET, func(b *cryptobyte.Builder) { b.AddBytes(token) })
	})
	attribute, err := b.Bytes()
	if err != nil {
		return nil, err
	}
	in := cryptobyte.String(info)
	var content cryptobyte.String
	if !in.ReadASN1(&content, tag.SEQUENCE) {
		return nil, malformed("signer")
	}
	var before []byte
	unsigned := [][]byte{attribute}
	for !content.Empty() {
		var element cryptobyte.String
		var kind tag.Tag
		if !content.ReadAnyASN1Element(&element, &kind) {
			return nil, malformed("signer")
		}
		if kind != tag1 {
			before = append(before, element...)
			continue
		}
		var set, one cryptobyte.String
		if !element.ReadASN1(&set, tag1) {
			return nil, malformed("unsigned attributes")
		}
		for !set.Empty() {
			if !set.ReadASN1Element(&one, tag.SEQUENCE) || len(unsigned) == maxAttributes {
				return nil, malformed("unsigned attributes")
			}
			unsigned = append(unsigned, one)
		}
	}
	set, err := setOf(tag1, unsigned...)
	if err != nil {
		return nil, err
	}
	var out cryptobyte.Builder
	out.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(before)
		b.AddBytes(set)
	})
	return out.Bytes()
}

// timeStamp finds the token among unsigned attributes; nil where there is none.
// What is no list of attributes is left to its reader.
func timeStamp(unsigned cryptobyte.String) []byte {
	for n := 0; !unsigned.Empty() && n < maxAttributes; n++ {
		var attribute, values, token cryptobyte.String
		var oid asn1.ObjectIdentifier
		if !unsigned.ReadASN1(&attribute, tag.SEQUENCE) || !attribute.ReadASN1ObjectIdentifier(&oid) || !attribute.ReadASN1(&values, tag.SET) {
			return nil
		}
		if oid.Equal(oidTimeStamp) && values.ReadASN1Element(&token, tag.SEQUENCE) {
			return token
		}
	}
	return nil
}
