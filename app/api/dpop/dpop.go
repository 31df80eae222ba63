// Package dpop proves, call by call, that the caller holds the device's key:
// RFC 9449 with ES256 (P-256). The proof is a JWS in the header [Header] that names the method, the
// address, the time, a unique id, the hash of the access token and the nonce of
// the step. Beyond the RFC it carries the hash of the body, so that a proof
// taken from the wire cannot be put before other content.
//
// The package checks what can be checked without a memory. That an id or a
// nonce was not used before is for the caller to say, in the same transaction
// as the change.
package dpop

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/cryptosigner"
)

// Header is the HTTP header that carries a proof.
const Header = "DPoP"

// Skew is how far the clock of a device may be off.
const Skew = 2 * time.Minute

const (
	proofType = "dpop+jwt"
	maxProof  = 4 << 10
)

// Errors a caller tells apart.
var (
	ErrProof = errors.New("the proof of possession does not hold")
	ErrClock = errors.New("the proof's time is too far off")
	// ErrAddress is an ErrProof, and most often a mistake of configuration:
	// localhost for 127.0.0.1, or a proxy's own name.
	ErrAddress = fmt.Errorf("%w: made for another address", ErrProof)
)

// Proof is what a proof says.
type Proof struct {
	ID       string // unique for this key
	Method   string // HTTP method
	URL      string // without query and fragment
	IssuedAt time.Time
	Token    string // access token; travels as its hash
	Nonce    string // single-use nonce of the step, or ""
	Body     []byte // travels as its hash
}

type claims struct {
	ID       string `json:"jti"`
	Method   string `json:"htm"`
	URL      string `json:"htu"`
	IssuedAt int64  `json:"iat"`
	Token    string `json:"ath,omitempty"`
	Nonce    string `json:"nonce,omitempty"`
	Body     string `json:"body_sha256"`
}

// Sign makes the compact JWS of a proof. An empty ID is replaced by 128 random
// bits. The key is an ECDSA key on P-256.
func Sign(key crypto.Signer, p Proof) (string, error) {
	if p.ID == "" {
		var id [16]byte
		if _, err := io.ReadFull(rand.Reader, id[:]); err != nil {
			return "", fmt.Errorf("draw an id for the proof: %w", err)
		}
		p.ID = base64.RawURLEncoding.EncodeToString(id[:])
	}
	signer, err := jose.NewSigner(
		jose.SigningKey{Algorithm: jose.ES256, Key: cryptosigner.Opaque(key)},
		(&jose.SignerOptions{EmbedJWK: true}).WithType(proofType))
	if err != nil {
		return "", fmt.Errorf("prepare the proof: %w", err)
	}
	text, err := json.Marshal(claims{
		ID: p.ID, Method: p.Method, URL: p.URL, IssuedAt: p.IssuedAt.Unix(),
		Token: tokenHash(p.Token), Nonce: p.Nonce, Body: hash(p.Body),
	})
	if err != nil {
		return "", fmt.Errorf("write the proof: %w", err)
	}
	signed, err := signer.Sign(text)
	if err != nil {
		return "", fmt.Errorf("sign the proof: %w", err)
	}
	return signed.CompactSerialize()
}

// Verify checks a proof against the call it came with: want names method, URL,
// token and body as the caller received them and, as IssuedAt, the time now.
// It returns the proof's id and nonce and the thumbprint of the key (RFC 7638,
// base64url). The error is [ErrClock] or [ErrProof], which may be [ErrAddress].
func Verify(compact string, want Proof) (id, nonce, thumbprint string, err error) {
	if len(compact) > maxProof {
		return "", "", "", fmt.Errorf("%w: longer than %d bytes", ErrProof, maxProof)
	}
	signed, err := jose.ParseSignedCompact(compact, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		return "", "", "", fmt.Errorf("%w: %w", ErrProof, err)
	}
	header := signed.Signatures[0].Protected
	jwk := header.JSONWebKey
	if header.ExtraHeaders[jose.HeaderType] != proofType || jwk == nil {
		return "", "", "", fmt.Errorf("%w: no %s with a key", ErrProof, proofType)
	}
	if _, ok := jwk.Key.(*ecdsa.PublicKey); !ok || !jwk.Valid() {
		return "", "", "", fmt.Errorf("%w: the key is no public P-256 key", ErrProof)
	}
	text, err := signed.Verify(jwk)
	if err != nil {
		return "", "", "", fmt.Errorf("%w: %w", ErrProof, err)
	}
	var got claims
	if err := json.Unmarshal(text, &got); err != nil {
		return "", "", "", fmt.Errorf("%w: %w", ErrProof, err)
	}
	if err := got.match(want); err != nil {
		return "", "", "", err
	}
	print, err := jwk.Thumbprint(crypto.SHA256)
	if err != nil {
		return "", "", "", fmt.Errorf("%w: %w", ErrProof, err)
	}
	return got.ID, got.Nonce, base64.RawURLEncoding.EncodeToString(print), nil
}

func (c claims) match(want Proof) error {
	switch {
	case c.ID == "" || len(c.ID) > 64 || strings.IndexFunc(c.ID, func(r rune) bool { return r <= ' ' || r > '~' }) >= 0:
		return fmt.Errorf("%w: no id of at most 64 printable ASCII characters", ErrProof)
	case c.Method != want.Method:
		return fmt.Errorf("%w: made for another call", ErrProof)
	case c.URL != want.URL:
		return ErrAddress
	case c.Token != tokenHash(want.Token):
		return fmt.Errorf("%w: made for another token", ErrProof)
	case c.Body != hash(want.Body):
		return fmt.Errorf("%w: made for another body", ErrProof)
	}
	if off := want.IssuedAt.Sub(time.Unix(c.IssuedAt, 0)); off > Skew || off < -Skew {
		return ErrClock
	}
	return nil
}

// Thumbprint names a public key as [Verify] does.
func Thumbprint(public crypto.PublicKey) (string, error) {
	print, err := (&jose.JSONWebKey{Key: public}).Thumbprint(crypto.SHA256)
	if err != nil {
		return "", fmt.Errorf("name the device's key: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(print), nil
}

func tokenHash(token string) string {
	if token == "" {
		return ""
	}
	return hash([]byte(token))
}

func hash(content []byte) string {
	sum := sha256.Sum256(content)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
