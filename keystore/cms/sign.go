package cms

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"

	"qoltanba/keystore/keypair"
)

// Signer is who signs.
type Signer struct {
	Key         crypto.Signer
	Certificate *x509.Certificate
	// Chain is sent along for those who lack the authority's certificates. The
	// root is better left out: who trusts it has it.
	Chain []*x509.Certificate
	// Time is stated as the time of signing, to the second; the zero time
	// stands for now.
	Time time.Time
	// ContentType says what the content is where it is not plain data, as in a
	// time stamp (RFC 3161, 2.4.2); nil stands for data.
	ContentType asn1.ObjectIdentifier
	// WithoutCertificates leaves the signer's and the chain out.
	WithoutCertificates bool
}

// Format hides key and owner whatever the verb.
func (Signer) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("[signer]")) }

// LogValue hides key and owner.
func (Signer) LogValue() slog.Value { return slog.StringValue("[signer]") }

// Attached signs content and returns SignedData in DER that holds it. The
// errors are ErrUnsupportedKey, ErrKeyMismatch and those of the key.
func (s Signer) Attached(content []byte) ([]byte, error) { return s.sign(content, true) }

// Detached signs content and returns SignedData in DER without it. The errors
// are those of [Signer.Attached].
func (s Signer) Detached(content []byte) ([]byte, error) { return s.sign(content, false) }

func (s Signer) sign(content []byte, attach bool) ([]byte, error) {
	public, err := keypair.PublicKeyOf(s.Certificate)
	if err != nil {
		return nil, ErrUnsupportedKey
	}
	if !keypair.Same(public, s.Key.Public()) {
		return nil, ErrKeyMismatch
	}
	algorithm, err := keypair.Of(public)
	if err != nil {
		return nil, ErrUnsupportedKey
	}
	at := s.Time
	if at.IsZero() {
		at = time.Now()
	}
	contentType, version := s.ContentType, int64(3)
	if contentType == nil {
		contentType, version = oidData, 1
	}
	signed, err := writeAttributes(contentType, algorithm.Digest(content), at, s.Certificate.Raw)
	if err != nil {
		return nil, fmt.Errorf("encode the signed attributes: %w", err)
	}
	signature, err := keypair.Sign(rand.Reader, s.Key, signed)
	if err != nil {
		return nil, err
	}
	certificates, err := s.certificates()
	if err != nil {
		return nil, fmt.Errorf("encode the certificates: %w", err)
	}
	var b cryptobyte.Builder
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) { // ContentInfo
		b.AddASN1ObjectIdentifier(oidSignedData)
		b.AddASN1(tag0, func(b *cryptobyte.Builder) {
			b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) { // SignedData
				b.AddASN1Int64(version)
				b.AddASN1(tag.SET, func(b *cryptobyte.Builder) { keypair.AddIdentifier(b, algorithm.DigestOID()) })
				addContent(b, contentType, content, attach)
				b.AddBytes(certificates)
				b.AddASN1(tag.SET, func(b *cryptobyte.Builder) { s.addInfo(b, algorithm, signed, signature) })
			})
		})
	})
	der, err := b.Bytes()
	if err != nil {
		return nil, fmt.Errorf("encode the signature: %w", err)
	}
	return der, nil
}

// certificates returns the set of the signer's certificate and the chain, or nothing.
func (s Signer) certificates() ([]byte, error) {
	if s.WithoutCertificates {
		return nil, nil
	}
	ders := [][]byte{s.Certificate.Raw}
	for _, c := range s.Chain {
		if !slices.ContainsFunc(ders, func(der []byte) bool { return bytes.Equal(der, c.Raw) }) {
			ders = append(ders, c.Raw)
		}
	}
	return setOf(tag0, ders...)
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

// addInfo writes SignerInfo.
func (s Signer) addInfo(b *cryptobyte.Builder, algorithm keypair.Algorithm, signed, signature []byte) {
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(1)
		b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddBytes(s.Certificate.RawIssuer)
			b.AddASN1BigInt(s.Certificate.SerialNumber)
		})
		keypair.AddIdentifier(b, algorithm.DigestOID())
		inner := cryptobyte.String(signed)
		var attributes cryptobyte.String
		if !inner.ReadASN1(&attributes, tag.SET) {
			b.SetError(malformed("signed attributes"))
			return
		}
		b.AddASN1(tag0, func(b *cryptobyte.Builder) { b.AddBytes(attributes) })
		keypair.AddIdentifier(b, algorithm.SignatureOID())
		b.AddASN1OctetString(signature)
	})
}

// setOf puts encoded elements into a SET OF under tag t, in the order that DER
// wants (X.690, 11.6).
func setOf(t tag.Tag, elements ...[]byte) ([]byte, error) {
	slices.SortFunc(elements, bytes.Compare)
	var b cryptobyte.Builder
	b.AddASN1(t, func(b *cryptobyte.Builder) {
		for _, e := range elements {
			b.AddBytes(e)
		}
	})
	return b.Bytes()
}
