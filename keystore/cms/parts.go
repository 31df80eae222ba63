package cms

import (
	"bytes"
	"encoding/asn1"
	"slices"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"

	"qoltanba/keystore/keypair"
)

// parts are SignedData as it is encoded, to be written or to be added to:
// what is there already keeps its bytes.
type parts struct {
	version      int64
	digests      [][]byte // AlgorithmIdentifiers
	content      []byte   // EncapsulatedContentInfo
	certificates [][]byte
	revocations  []byte // with its tag, or nothing
	signers      [][]byte
}

// take reads the parts of what [Parse] accepts.
func take(der []byte) (parts, error) {
	body, ok := signedData(der)
	if !ok {
		return parts{}, ErrMalformed
	}
	var m parts
	var digests, certificates, signers cryptobyte.String
	var ignored bool
	ok = body.ReadASN1Integer(&m.version) && body.ReadASN1(&digests, tag.SET) &&
		body.ReadASN1Element((*cryptobyte.String)(&m.content), tag.SEQUENCE) &&
		body.ReadOptionalASN1(&certificates, &ignored, tag0)
	if ok && body.PeekASN1Tag(tag1) {
		ok = body.ReadASN1Element((*cryptobyte.String)(&m.revocations), tag1)
	}
	if !ok || !body.ReadASN1(&signers, tag.SET) || !body.Empty() {
		return parts{}, malformed("SignedData")
	}
	for _, set := range []struct {
		in   cryptobyte.String
		into *[][]byte
		most int
	}{{digests, &m.digests, maxSigners}, {certificates, &m.certificates, maxCertificates}, {signers, &m.signers, maxSigners}} {
		for !set.in.Empty() {
			var element cryptobyte.String
			var kind tag.Tag
			if len(*set.into) == set.most || !set.in.ReadAnyASN1Element(&element, &kind) {
				return parts{}, malformed("SignedData")
			}
			*set.into = append(*set.into, element)
		}
	}
	return m, nil
}

// include adds an element to a set unless it is there.
func include(set *[][]byte, element []byte) {
	if !slices.ContainsFunc(*set, func(e []byte) bool { return bytes.Equal(e, element) }) {
		*set = append(*set, element)
	}
}

// includeDigest names the hash of a signer.
func (m *parts) includeDigest(algorithm keypair.Algorithm) error {
	var b cryptobyte.Builder
	keypair.AddIdentifier(&b, algorithm.DigestOID())
	der, err := b.Bytes()
	if err != nil {
		return err
	}
	include(&m.digests, der)
	return nil
}

// write returns ContentInfo in DER.
func (m parts) write() ([]byte, error) {
	digests, err := setOf(tag.SET, m.digests...)
	if err != nil {
		return nil, err
	}
	var certificates []byte
	if len(m.certificates) > 0 {
		if certificates, err = setOf(tag0, m.certificates...); err != nil {
			return nil, err
		}
	}
	signers, err := setOf(tag.SET, m.signers...)
	if err != nil {
		return nil, err
	}
	var b cryptobyte.Builder
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) { // ContentInfo
		b.AddASN1ObjectIdentifier(oidSignedData)
		b.AddASN1(tag0, func(b *cryptobyte.Builder) {
			b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) { // SignedData
				b.AddASN1Int64(m.version)
				for _, part := range [][]byte{digests, m.content, certificates, m.revocations, signers} {
					b.AddBytes(part)
				}
			})
		})
	})
	return b.Bytes()
}

// addContent writes EncapsulatedContentInfo.
func addContent(b *cryptobyte.Builder, contentType asn1.ObjectIdentifier, content []byte, attach bool) {
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(contentType)
		if attach {
			b.AddASN1(tag0, func(b *cryptobyte.Builder) { b.AddASN1OctetString(content) })
		}
	})
}
