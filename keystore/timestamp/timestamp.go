// Package timestamp asks an authority when something was signed: time stamps of
// RFC 3161, as the client of one.
//
// [Client.Token] sends a digest and returns a token, a CMS signature by the
// authority that binds the digest to a time; [Parse] reads one that lies in a
// signature. What is stamped never leaves the computer, only its digest.
//
// # Invariants
//
//   - A token is handed out only if it is over the digest that was asked for,
//     bears the nonce of the request and is signed by the certificate in it,
//     which must be for time stamps and for nothing else (RFC 3161, 2.3).
//   - An answer is bounded to 64 KiB, and asking has the deadline of its context.
package timestamp

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"time"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"

	"qoltanba/keystore/cms"
	"qoltanba/keystore/keypair"
)

// Errors on which a caller branches.
var (
	ErrUnreachable = errors.New("the time-stamp authority does not answer: try again later")
	ErrRefused     = errors.New("the time-stamp authority refused to stamp")
	ErrInvalid     = errors.New("the answer is no time stamp over what was asked for")
)

// Policies of the NCA's time stamps by the algorithm of the key that is stamped
// beneath (1.2.398.3.3.2.6, published by root.gov.kz).
var policies = map[keypair.Algorithm]asn1.ObjectIdentifier{
	keypair.RSA:     {1, 2, 398, 3, 3, 2, 6, 2},
	keypair.GOST512: {1, 2, 398, 3, 3, 2, 6, 4},
}

const (
	maxAnswer = 64 << 10
	nonceBits = 64
)

// InfoType is id-ct-TSTInfo, the type of a token's content.
var InfoType = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}

var tag0 = tag.Tag(0).ContextSpecific().Constructed()

// Client asks one authority.
type Client struct {
	URL  string       // of the authority, such as http://tsp.pki.gov.kz/
	HTTP *http.Client // nil: http.DefaultClient
	// Authorities are those that the stamp's certificate has to lead to; without
	// any, whose it is is not judged.
	Authorities []*x509.Certificate
}

// Stamp is what a token says.
type Stamp struct {
	Time    time.Time
	Policy  asn1.ObjectIdentifier
	Digest  []byte // of what was stamped
	Hash    asn1.ObjectIdentifier
	Nonce   *big.Int // nil where there is none
	Finding cms.Finding
}

// Token asks for a stamp on message: its digest is made with the algorithm's
// hash, and the policy is the NCA's for that algorithm. The errors are
// ErrUnreachable, ErrRefused and ErrInvalid.
func (c Client) Token(ctx context.Context, algorithm keypair.Algorithm, message []byte) ([]byte, error) {
	nonce, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), nonceBits))
	if err != nil {
		return nil, err
	}
	digest := algorithm.Digest(message)
	question, err := request(algorithm, digest, nonce)
	if err != nil {
		return nil, fmt.Errorf("encode the request: %w", err)
	}
	answer, err := c.ask(ctx, question)
	if err != nil {
		return nil, err
	}
	token, err := granted(answer)
	if err != nil {
		return nil, err
	}
	stamp, err := Parse(token, c.Authorities)
	if err != nil {
		return nil, err
	}
	switch {
	case !stamp.Hash.Equal(algorithm.DigestOID()) || !bytes.Equal(stamp.Digest, digest):
		return nil, fmt.Errorf("%w: another digest", ErrInvalid)
	case stamp.Nonce == nil || stamp.Nonce.Cmp(nonce) != 0:
		return nil, fmt.Errorf("%w: another nonce", ErrInvalid)
	case len(c.Authorities) > 0 && stamp.Finding.Trust != cms.Trusted:
		return nil, fmt.Errorf("%w: %w", ErrInvalid, stamp.Finding.Reason)
	}
	return token, nil
}

// request writes TimeStampReq, certificates wanted.
func request(algorithm keypair.Algorithm, digest []byte, nonce *big.Int) ([]byte, error) {
	var b cryptobyte.Builder
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(1)
		b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
			keypair.AddIdentifier(b, algorithm.DigestOID())
			b.AddASN1OctetString(digest)
		})
		if policy := policies[algorithm]; policy != nil {
			b.AddASN1ObjectIdentifier(policy)
		}
		b.AddASN1BigInt(nonce)
		b.AddASN1Boolean(true)
	})
	return b.Bytes()
}

func (c Client) ask(ctx context.Context, question []byte) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.URL, bytes.NewReader(question))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	r.Header.Set("Content-Type", "application/timestamp-query")
	client := c.HTTP
	if client == nil {
		client = http.DefaultClient
	}
	response, err := client.Do(r)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	defer response.Body.Close() //nolint:errcheck // only read
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%w: status %d", ErrUnreachable, response.StatusCode)
	}
	answer, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	if len(answer) > maxAnswer {
		return nil, ErrInvalid
	}
	return answer, nil
}

// granted opens TimeStampResp.
func granted(answer cryptobyte.String) (token []byte, err error) {
	var response, status cryptobyte.String
	var code int
	if !answer.ReadASN1(&response, tag.SEQUENCE) || !answer.Empty() || !response.ReadASN1(&status, tag.SEQUENCE) || !status.ReadASN1Integer(&code) {
		return nil, ErrInvalid
	}
	if code > 1 { // neither granted nor granted with changes
		return nil, fmt.Errorf("%w: status %d", ErrRefused, code)
	}
	var element cryptobyte.String
	if !response.ReadASN1Element(&element, tag.SEQUENCE) || !response.Empty() {
		return nil, ErrInvalid
	}
	return element, nil
}

// Parse reads a token and verifies its signature by the certificate in it,
// which is judged against authorities where there are some. The error is
// ErrInvalid; that the certificate leads to none of them is in the Finding. It
// counts at the time of the stamp.
func Parse(token []byte, authorities []*x509.Certificate) (Stamp, error) {
	sd, err := cms.Parse(token)
	if err != nil {
		return Stamp{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	if sd.Detached || !sd.ContentType.Equal(InfoType) {
		return Stamp{}, ErrInvalid
	}
	stamp, ok := readInfo(sd.Content)
	if !ok {
		return Stamp{}, ErrInvalid
	}
	findings, err := sd.Verify(cms.Verification{Authorities: authorities, At: stamp.Time})
	if err != nil {
		return Stamp{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	if len(findings) != 1 || !findings[0].Whole || !findings[0].Good {
		return Stamp{}, fmt.Errorf("%w: %w", ErrInvalid, errors.Join(findings[0].Reason))
	}
	if stamp.Finding = findings[0]; !forStamps(stamp.Finding.Certificate) {
		return Stamp{}, fmt.Errorf("%w: its certificate is not for time stamps", ErrInvalid)
	}
	return stamp, nil
}

// forStamps wants the one extended key usage (RFC 3161, 2.3).
func forStamps(cert *x509.Certificate) bool {
	return len(cert.ExtKeyUsage) == 1 && cert.ExtKeyUsage[0] == x509.ExtKeyUsageTimeStamping && len(cert.UnknownExtKeyUsage) == 0
}

// readInfo reads TSTInfo as far as it matters here.
func readInfo(der cryptobyte.String) (s Stamp, ok bool) {
	var info, imprint, algorithm cryptobyte.String
	var version int
	serial := new(big.Int)
	ok = der.ReadASN1(&info, tag.SEQUENCE) && der.Empty() && info.ReadASN1Integer(&version) && version == 1 &&
		info.ReadASN1ObjectIdentifier(&s.Policy) && info.ReadASN1(&imprint, tag.SEQUENCE) &&
		imprint.ReadASN1(&algorithm, tag.SEQUENCE) && algorithm.ReadASN1ObjectIdentifier(&s.Hash) &&
		imprint.ReadASN1Bytes(&s.Digest, tag.OCTET_STRING) && info.ReadASN1Integer(serial) && readTime(&info, &s.Time) &&
		info.SkipOptionalASN1(tag.SEQUENCE) && info.SkipOptionalASN1(tag.BOOLEAN)
	if ok && info.PeekASN1Tag(tag.INTEGER) {
		s.Nonce = new(big.Int)
		ok = info.ReadASN1Integer(s.Nonce)
	}
	return s, ok && info.SkipOptionalASN1(tag0)
}

// readTime reads GeneralizedTime, which may have fractions of a second here
// (RFC 3161, 2.4.2).
func readTime(in *cryptobyte.String, into *time.Time) bool {
	var text cryptobyte.String
	if !in.ReadASN1(&text, tag.GeneralizedTime) {
		return false
	}
	at, err := time.Parse("20060102150405.999999999Z", string(text))
	*into = at
	return err == nil
}
