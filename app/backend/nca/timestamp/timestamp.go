// Package timestamp reads requests for time stamps and makes the answers (RFC
// 3161, RFC 5816).
//
// [ParseRequest] gives a [Request]; [Token.Sign] binds its imprint to a time,
// under a GOST or an RSA key; [Reject] is the answer to what is not stamped. The
// package knows no content: only its hash is sent.
package timestamp

import (
	"bytes"
	"encoding/asn1"
	"errors"
	"math/big"
	"time"

	"golang.org/x/crypto/cryptobyte"
	tags "golang.org/x/crypto/cryptobyte/asn1"

	"qoltanba/keystore/cms"
	"qoltanba/keystore/gost"
)

const (
	// MaxRequest bounds a request in bytes.
	MaxRequest = 4 << 10
	// maxNonce bounds the nonce in bits.
	maxNonce = 512
)

// Policies of time stamps by the National Certification Authority: what was
// used to sign them.
var (
	PolicyRSA  = asn1.ObjectIdentifier{1, 2, 398, 3, 3, 2, 6, 2}
	PolicyGOST = asn1.ObjectIdentifier{1, 2, 398, 3, 3, 2, 6, 4} // GOST 34.310-2015
)

// Failure is why nothing was stamped: PKIFailureInfo of RFC 3161, 2.4.2.
type Failure int

// The failures in use.
const (
	BadAlgorithm        Failure = 0
	BadRequest          Failure = 2
	BadDataFormat       Failure = 5
	UnacceptedPolicy    Failure = 15
	UnacceptedExtension Failure = 16
	SystemFailure       Failure = 25
)

// Error implements error.
func (f Failure) Error() string {
	switch f {
	case BadAlgorithm:
		return "the imprint's hash is not accepted: use SHA-2 or Streebog"
	case BadDataFormat:
		return "the imprint has not the length of its hash"
	case UnacceptedPolicy:
		return "there are no time stamps under this policy"
	case UnacceptedExtension:
		return "extensions are not accepted"
	case SystemFailure:
		return "the time stamp cannot be made now"
	default:
		return "the bytes are no request for a time stamp"
	}
}

// Request asks for a time stamp.
type Request struct {
	Hash         asn1.ObjectIdentifier
	Imprint      []byte
	Policy       asn1.ObjectIdentifier // nil: whichever
	Nonce        *big.Int              // nil: none
	Certificates bool                  // shall come along

	imprint []byte // MessageImprint as it was sent
}

// sizes of the hashes that are accepted, in bytes.
var sizes = []struct {
	oid  asn1.ObjectIdentifier
	size int
}{
	{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}, 32},
	{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 2}, 48},
	{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 3}, 64},
	{gost.OIDStreebog512, 64},
	{gost.OIDStreebog256, 32},
}

// ParseRequest reads a request in DER. The error is a [Failure].
func ParseRequest(der []byte) (Request, error) {
	in := cryptobyte.String(der)
	var content cryptobyte.String
	var version int
	var r Request
	if len(der) > MaxRequest || !in.ReadASN1(&content, tags.SEQUENCE) || !in.Empty() ||
		!content.ReadASN1Integer(&version) || version != 1 || !r.readImprint(&content) {
		return Request{}, BadRequest
	}
	if content.PeekASN1Tag(tags.OBJECT_IDENTIFIER) && !content.ReadASN1ObjectIdentifier(&r.Policy) {
		return Request{}, BadRequest
	}
	if content.PeekASN1Tag(tags.INTEGER) {
		r.Nonce = new(big.Int)
		if !content.ReadASN1Integer(r.Nonce) || r.Nonce.BitLen() > maxNonce {
			return Request{}, BadRequest
		}
	}
	if content.PeekASN1Tag(tags.BOOLEAN) && !content.ReadASN1Boolean(&r.Certificates) {
		return Request{}, BadRequest
	}
	if content.PeekASN1Tag(tags.Tag(0).ContextSpecific().Constructed()) {
		return Request{}, UnacceptedExtension
	}
	if !content.Empty() {
		return Request{}, BadRequest
	}
	return r, r.checkHash()
}

func (r *Request) readImprint(in *cryptobyte.String) bool {
	var raw, content, algorithm cryptobyte.String
	if !in.ReadASN1Element(&raw, tags.SEQUENCE) {
		return false
	}
	r.imprint = bytes.Clone(raw)
	return raw.ReadASN1(&content, tags.SEQUENCE) && content.ReadASN1(&algorithm, tags.SEQUENCE) &&
		algorithm.ReadASN1ObjectIdentifier(&r.Hash) && algorithm.SkipOptionalASN1(tags.NULL) && algorithm.Empty() &&
		content.ReadASN1Bytes(&r.Imprint, tags.OCTET_STRING) && content.Empty()
}

func (r *Request) checkHash() error {
	for _, s := range sizes {
		if !s.oid.Equal(r.Hash) {
			continue
		}
		if s.size != len(r.Imprint) {
			return BadDataFormat
		}
		return nil
	}
	return BadAlgorithm
}

// Token is a time stamp before it is signed.
type Token struct {
	Request Request
	Policy  asn1.ObjectIdentifier
	Serial  *big.Int // never given twice
	At      time.Time
}

var oidInfo = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}

// Sign makes the answer with the token in it. The time is written to the
// second, and said to be right within one.
func (t Token) Sign(signer cms.Signer) ([]byte, error) {
	if t.Serial == nil || t.Serial.Sign() <= 0 {
		return nil, errors.New("a time stamp needs a serial number")
	}
	var b cryptobyte.Builder
	b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) { // TSTInfo
		b.AddASN1Int64(1)
		b.AddASN1ObjectIdentifier(t.Policy)
		b.AddBytes(t.Request.imprint)
		b.AddASN1BigInt(t.Serial)
		b.AddASN1GeneralizedTime(t.At.UTC())
		b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) { b.AddASN1Int64(1) })
		if t.Request.Nonce != nil {
			b.AddASN1BigInt(t.Request.Nonce)
		}
	})
	info, err := b.Bytes()
	if err != nil {
		return nil, err
	}
	signer.Time, signer.ContentType, signer.WithoutCertificates = t.At, oidInfo, !t.Request.Certificates
	token, err := signer.Attached(info)
	if err != nil {
		return nil, err
	}
	return answer(func(b *cryptobyte.Builder) {
		b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) { b.AddASN1Int64(0) }) // granted
		b.AddBytes(token)
	})
}

// Reject makes the answer to what is not stamped.
func Reject(f Failure) []byte {
	der, err := answer(func(b *cryptobyte.Builder) {
		b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1Int64(2) // rejection
			b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1(tags.UTF8String, func(b *cryptobyte.Builder) { b.AddBytes([]byte(f.Error())) })
			})
			b.AddASN1(tags.BIT_STRING, func(b *cryptobyte.Builder) {
				bits := make([]byte, f/8+1)
				bits[f/8] = 0x80 >> (f % 8)
				b.AddUint8(uint8(7 - f%8))
				b.AddBytes(bits)
			})
		})
	})
	if err != nil {
		panic("timestamp: a constant answer does not encode: " + err.Error())
	}
	return der
}

func answer(content func(*cryptobyte.Builder)) ([]byte, error) {
	var b cryptobyte.Builder
	b.AddASN1(tags.SEQUENCE, content)
	return b.Bytes()
}
