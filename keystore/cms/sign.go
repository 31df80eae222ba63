package cms

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"io"
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
func (s Signer) Attached(content []byte) ([]byte, error) {
	algorithm, err := s.algorithm()
	if err != nil {
		return nil, err
	}
	return s.begin(content, true, algorithm.Digest(content))
}

// Detached signs content and returns SignedData in DER without it. The errors
// are those of [Signer.Attached].
func (s Signer) Detached(content []byte) ([]byte, error) {
	algorithm, err := s.algorithm()
	if err != nil {
		return nil, err
	}
	return s.begin(nil, false, algorithm.Digest(content))
}

// DetachedFrom is [Signer.Detached] of content that is read to its end and never
// held whole, however much it is. The errors are also those of reading.
func (s Signer) DetachedFrom(content io.Reader) ([]byte, error) {
	algorithm, err := s.algorithm()
	if err != nil {
		return nil, err
	}
	hash := algorithm.NewHash()
	if _, err := io.Copy(hash, content); err != nil {
		return nil, fmt.Errorf("read what is to be signed: %w", err)
	}
	return s.begin(nil, false, hash.Sum(nil))
}

// DetachedDigest is [Signer.Detached] of content that is known by its digest
// alone, by the hash of the signer's key. Neither that it is one nor its length
// is looked at: whoever gives it answers for it.
func (s Signer) DetachedDigest(digest []byte) ([]byte, error) { return s.begin(nil, false, digest) }

// Join adds the signer to a signature by others, whose bytes stay as they are,
// and returns all of it in DER. Where the content is detached and nil is given
// for it, the digest is taken that another signer stated by the same hash. The
// errors are ErrDetached if there is none, ErrContent, those of [Parse] and of
// [Signer.Attached].
func (s Signer) Join(der, content []byte) ([]byte, error) {
	sd, err := Parse(der)
	if err != nil {
		return nil, err
	}
	algorithm, err := s.algorithm()
	if err != nil {
		return nil, err
	}
	if !sd.Detached {
		if content != nil && !bytes.Equal(content, sd.Content) {
			return nil, ErrContent
		}
		content = sd.Content
	}
	var digest []byte
	if sd.Detached && content == nil {
		if digest = sd.stated(algorithm); digest == nil {
			return nil, ErrDetached
		}
	} else {
		digest = algorithm.Digest(content)
	}
	m, err := take(der)
	if err != nil {
		return nil, err
	}
	s.ContentType = sd.ContentType
	return s.add(m, digest)
}

// stated returns the digest of the content that a signer states by the hash of
// an algorithm, or nil.
func (sd *SignedData) stated(algorithm keypair.Algorithm) []byte {
	for _, other := range sd.signers {
		if other.digest.plain(algorithm.DigestOID()) && len(other.attributes.digest) == algorithm.NewHash().Size() {
			return other.attributes.digest
		}
	}
	return nil
}

// algorithm is that of the key, which the certificate must belong to.
func (s Signer) algorithm() (keypair.Algorithm, error) {
	public, err := keypair.PublicKeyOf(s.Certificate)
	if err != nil {
		return 0, ErrUnsupportedKey
	}
	if !keypair.Same(public, s.Key.Public()) {
		return 0, ErrKeyMismatch
	}
	algorithm, err := keypair.Of(public)
	if err != nil {
		return 0, ErrUnsupportedKey
	}
	return algorithm, nil
}

// begin makes SignedData with this signer alone.
func (s Signer) begin(content []byte, attach bool, digest []byte) ([]byte, error) {
	m := parts{version: 3}
	if s.ContentType == nil {
		s.ContentType, m.version = oidData, 1
	}
	var b cryptobyte.Builder
	addContent(&b, s.ContentType, content, attach)
	var err error
	if m.content, err = b.Bytes(); err != nil {
		return nil, fmt.Errorf("encode the content: %w", err)
	}
	return s.add(m, digest)
}

// add signs the digest and puts the signer into the message.
func (s Signer) add(m parts, digest []byte) ([]byte, error) {
	algorithm, err := s.algorithm()
	if err != nil {
		return nil, err
	}
	at := s.Time
	if at.IsZero() {
		at = time.Now()
	}
	signed, err := writeAttributes(s.ContentType, digest, at, s.Certificate.Raw)
	if err != nil {
		return nil, fmt.Errorf("encode the signed attributes: %w", err)
	}
	signature, err := keypair.Sign(rand.Reader, s.Key, signed)
	if err != nil {
		return nil, err
	}
	var b cryptobyte.Builder
	s.addInfo(&b, algorithm, signed, signature)
	info, err := b.Bytes()
	if err != nil {
		return nil, fmt.Errorf("encode the signer: %w", err)
	}
	m.signers = append(m.signers, info)
	if err := m.includeDigest(algorithm); err != nil {
		return nil, fmt.Errorf("encode the hash: %w", err)
	}
	if !s.WithoutCertificates {
		include(&m.certificates, s.Certificate.Raw)
		for _, c := range s.Chain {
			include(&m.certificates, c.Raw)
		}
	}
	der, err := m.write()
	if err != nil {
		return nil, fmt.Errorf("encode the signature: %w", err)
	}
	return der, nil
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
	elements = slices.SortedFunc(slices.Values(elements), bytes.Compare)
	var b cryptobyte.Builder
	b.AddASN1(t, func(b *cryptobyte.Builder) {
		for _, e := range elements {
			b.AddBytes(e)
		}
	})
	return b.Bytes()
}
