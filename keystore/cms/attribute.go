package cms

import (
	"bytes"
	"crypto"
	_ "crypto/sha256" // for certificate digests
	_ "crypto/sha512" // for certificate digests
	"encoding/asn1"
	"time"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"
)

// The signed attributes that are read and written (RFC 5652, 11; RFC 5035, 3).
var (
	oidContentType        = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	oidMessageDigest      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	oidSigningTime        = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 5}
	oidSigningCertificate = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47} // version 2
)

// certificateDigests are the hash functions by which a signing certificate may
// be named; SHA-256 where none is given (RFC 5035, 4).
var certificateDigests = []struct {
	oid  asn1.ObjectIdentifier
	hash crypto.Hash
}{
	{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}, crypto.SHA256},
	{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 2}, crypto.SHA384},
	{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 3}, crypto.SHA512},
}

// attributes are a signer's signed attributes.
type attributes struct {
	der         []byte // SET OF Attribute, as it was signed; nil where there are none
	contentType asn1.ObjectIdentifier
	digest      []byte
	time        time.Time
	certificate certificateName
}

// certificateName is what signingCertificateV2 says of the signer's own
// certificate. The issuer and serial number that may stand there are passed
// over: the digest binds the whole certificate.
type certificateName struct {
	given  bool
	hash   crypto.Hash // 0 where it is not known here
	digest []byte
}

// names tells whether the certificate is the one that is named.
func (n certificateName) names(certificate []byte) bool {
	if n.hash == 0 {
		return false
	}
	h := n.hash.New()
	h.Write(certificate)
	return bytes.Equal(h.Sum(nil), n.digest)
}

// readAttributes reads the content of SignedAttributes. Those that are known
// occur once, with one value; others are passed over.
func readAttributes(set cryptobyte.String) (attributes, bool) {
	var a attributes
	seen := map[string]bool{}
	for n := 0; !set.Empty(); n++ {
		var attribute, values cryptobyte.String
		var oid asn1.ObjectIdentifier
		if n == maxAttributes || !set.ReadASN1(&attribute, tag.SEQUENCE) || !attribute.ReadASN1ObjectIdentifier(&oid) ||
			!attribute.ReadASN1(&values, tag.SET) || !attribute.Empty() {
			return attributes{}, false
		}
		read := a.reader(oid)
		if read == nil {
			continue
		}
		if seen[oid.String()] || !read(&values) || !values.Empty() {
			return attributes{}, false
		}
		seen[oid.String()] = true
	}
	return a, true
}

// reader returns what reads the value of an attribute, nil for one not known.
func (a *attributes) reader(oid asn1.ObjectIdentifier) func(*cryptobyte.String) bool {
	switch {
	case oid.Equal(oidContentType):
		return func(in *cryptobyte.String) bool { return in.ReadASN1ObjectIdentifier(&a.contentType) }
	case oid.Equal(oidMessageDigest):
		return func(in *cryptobyte.String) bool {
			return in.ReadASN1((*cryptobyte.String)(&a.digest), tag.OCTET_STRING)
		}
	case oid.Equal(oidSigningTime):
		return a.readTime
	case oid.Equal(oidSigningCertificate):
		return a.certificate.read
	}
	return nil
}

func (a *attributes) readTime(in *cryptobyte.String) bool {
	if in.PeekASN1Tag(tag.UTCTime) {
		return in.ReadASN1UTCTime(&a.time)
	}
	return in.ReadASN1GeneralizedTime(&a.time)
}

func (n *certificateName) read(in *cryptobyte.String) bool {
	var value, list, first, algorithm cryptobyte.String
	var named bool
	if !in.ReadASN1(&value, tag.SEQUENCE) || !value.ReadASN1(&list, tag.SEQUENCE) || !list.ReadASN1(&first, tag.SEQUENCE) ||
		!first.ReadOptionalASN1(&algorithm, &named, tag.SEQUENCE) ||
		!first.ReadASN1((*cryptobyte.String)(&n.digest), tag.OCTET_STRING) {
		return false
	}
	n.given, n.hash = true, crypto.SHA256
	if !named {
		return true
	}
	i, ok := readIdentifierContent(algorithm)
	n.hash = 0
	for _, d := range certificateDigests {
		if i.plain(d.oid) {
			n.hash = d.hash
		}
	}
	return ok
}

// writeAttributes returns the attributes of CAdES-BES as SET OF in DER. The
// time is written to the second, in UTC.
func writeAttributes(kind asn1.ObjectIdentifier, digest []byte, at time.Time, certificate []byte) ([]byte, error) {
	name := crypto.SHA256.New()
	name.Write(certificate)
	one := func(oid asn1.ObjectIdentifier, value func(*cryptobyte.Builder)) ([]byte, error) {
		var b cryptobyte.Builder
		b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(oid)
			b.AddASN1(tag.SET, value)
		})
		return b.Bytes()
	}
	contentType, err1 := one(oidContentType, func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(kind) })
	messageDigest, err2 := one(oidMessageDigest, func(b *cryptobyte.Builder) { b.AddASN1OctetString(digest) })
	signingTime, err3 := one(oidSigningTime, func(b *cryptobyte.Builder) { addTime(b, at.UTC()) })
	signingCertificate, err4 := one(oidSigningCertificate, func(b *cryptobyte.Builder) {
		b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) { // SigningCertificateV2
			b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) { // its certificates
				b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) { b.AddASN1OctetString(name.Sum(nil)) })
			})
		})
	})
	for _, err := range []error{err1, err2, err3, err4} {
		if err != nil {
			return nil, err
		}
	}
	return setOf(tag.SET, contentType, messageDigest, signingTime, signingCertificate)
}

// addTime writes a Time (RFC 5652, 11.3): UTCTime as long as that reaches.
func addTime(b *cryptobyte.Builder, at time.Time) {
	if at.Year() >= 1950 && at.Year() < 2050 {
		b.AddASN1UTCTime(at)
		return
	}
	b.AddASN1GeneralizedTime(at)
}
