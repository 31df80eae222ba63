// Package assertion is what the Digital ID says to the certification authority:
// who the citizen is and which keys are theirs.
//
// An [Assertion] travels as a compact JWS (RFC 7515, ES256) with the claims of
// a JWT (RFC 7519). It is short-lived, names its reader, has a single-use
// identifier, and is bound to the public keys, to the data that the citizen
// agreed to pass on, and by "cnf" (RFC 7800) to the device that the citizen
// uses. The Digital ID makes it with [Sign]; the authority reads it with
// [Verifier.Verify], which knows only the Digital ID's public key.
//
// An assertion holds an IIN: it never shows itself in a log or an error.
package assertion

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"qoltanba/keystore/profile"
)

const (
	// Issuer is the Digital ID's name.
	Issuer = "qoltanba-digital-id"
	// Audience is the authority's.
	Audience = "qoltanba-nca"
	// MaxLifetime is the longest time between issue and expiry.
	MaxLifetime = 15 * time.Minute

	mediaType = "digital-id-assertion+jwt" // explicit typing, RFC 8725, 3.11
	leeway    = time.Minute                // between the clocks of two machines
	maxSize   = 8 << 10
	maxID     = 128
	maxKeys   = 4
	maxSerial = 20 // octets, RFC 5280, 4.1.2.2
)

var (
	// ErrInvalid says that an assertion is not the Digital ID's word to this
	// authority; the text that wraps it says why.
	ErrInvalid = errors.New("the assertion is not valid: sign in to the Digital ID again")
	// ErrExpired says that it was, and is too old (or from the future).
	ErrExpired = errors.New("the assertion has expired: ask the Digital ID for a new one")
)

// Hash is a SHA-256 value.
type Hash [sha256.Size]byte

// HashKey returns the hash by which an assertion names a public key: over its
// DER SubjectPublicKeyInfo.
func HashKey(spki []byte) Hash { return sha256.Sum256(spki) }

// MarshalText writes base64url without padding, as JOSE has it.
func (h Hash) MarshalText() ([]byte, error) {
	return []byte(base64.RawURLEncoding.EncodeToString(h[:])), nil
}

// UnmarshalText reads what MarshalText wrote.
func (h *Hash) UnmarshalText(text []byte) error {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(string(text))
	if err != nil || len(raw) != len(h) {
		return errors.New("a hash is 32 bytes in base64url")
	}
	copy(h[:], raw)
	return nil
}

// Assertion is the Digital ID's signed word.
type Assertion struct {
	ID        string          // single-use, at most 128 bytes
	Enrolment string          // pseudonym of the citizen's way, at most 128 bytes
	Subject   profile.Subject // as the register has it
	Keys      []Hash          // in the order of the requests, see [HashKey]
	Data      Hash            // of the data that the citizen agreed to pass on
	Device    string          // thumbprint of the device's key (RFC 7638, base64url)
	// Renews is what the citizen was recognised by: the serial number, in
	// lower-case hex, of the certificate whose key signed the request to renew
	// it; "" where the Digital ID identified the citizen for this.
	Renews   string
	IssuedAt time.Time // to the second
	Expires  time.Time // at most MaxLifetime later
}

// Format hides the assertion from every verb.
func (Assertion) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[assertion]") }

// LogValue hides the assertion.
func (Assertion) LogValue() slog.Value { return slog.StringValue("[assertion]") }

type claims struct {
	Issuer    string `json:"iss"`
	Audience  string `json:"aud"`
	Enrolment string `json:"sub"`
	ID        string `json:"jti"`
	IssuedAt  int64  `json:"iat"`
	Expires   int64  `json:"exp"`
	Confirm   struct {
		Device string `json:"jkt"`
	} `json:"cnf"`
	Citizen citizen `json:"citizen"`
	Keys    []Hash  `json:"keys"`
	Data    Hash    `json:"data"`
	Renews  string  `json:"renewal_by_signature,omitempty"`
}

type citizen struct {
	Surname    string `json:"surname,omitempty"`
	Name       string `json:"name,omitempty"`
	Patronymic string `json:"patronymic,omitempty"`
	IIN        string `json:"iin"`
}

// Sign returns a as a compact JWS under key, which is on P-256. It refuses an
// assertion that no verifier would take.
func Sign(key *ecdsa.PrivateKey, a Assertion) (string, error) {
	if err := a.validate(); err != nil {
		return "", err
	}
	c := claims{
		Issuer: Issuer, Audience: Audience, Enrolment: a.Enrolment, ID: a.ID,
		IssuedAt: a.IssuedAt.Unix(), Expires: a.Expires.Unix(),
		Citizen: citizen(a.Subject), Keys: a.Keys, Data: a.Data, Renews: a.Renews,
	}
	c.Confirm.Device = a.Device
	payload, err := json.Marshal(c)
	if err != nil {
		return "", fmt.Errorf("encode an assertion: %w", err)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: key},
		(&jose.SignerOptions{}).WithType(mediaType))
	if err != nil {
		return "", fmt.Errorf("sign an assertion: %w", err)
	}
	jws, err := signer.Sign(payload)
	if err != nil {
		return "", fmt.Errorf("sign an assertion: %w", err)
	}
	return jws.CompactSerialize()
}

// Verifier reads assertions of one Digital ID.
type Verifier struct{ key *ecdsa.PublicKey }

// NewVerifier takes the Digital ID's public key, which must be on P-256.
func NewVerifier(key *ecdsa.PublicKey) (*Verifier, error) {
	if key == nil || key.Curve != elliptic.P256() {
		return nil, errors.New("the Digital ID's public key must be on P-256: check the configuration")
	}
	return &Verifier{key: key}, nil
}

// Verify reads an assertion that is valid at the time now. The errors are
// ErrInvalid and ErrExpired. That it is used once is the caller's to see to.
func (v *Verifier) Verify(jws string, now time.Time) (Assertion, error) {
	a, err := v.Evidence(jws)
	if err != nil {
		return Assertion{}, err
	}
	if !now.Before(a.Expires) || now.Add(leeway).Before(a.IssuedAt) {
		return Assertion{}, ErrExpired
	}
	return a, nil
}

// Evidence reads an assertion that was accepted before, whatever the time is
// now. The error is ErrInvalid.
func (v *Verifier) Evidence(jws string) (Assertion, error) {
	invalid := func(why string) (Assertion, error) {
		return Assertion{}, fmt.Errorf("%w (%s)", ErrInvalid, why)
	}
	if len(jws) > maxSize {
		return invalid("too long")
	}
	object, err := jose.ParseSignedCompact(jws, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		return invalid("no compact JWS with ES256")
	}
	payload, err := object.Verify(v.key)
	if err != nil {
		return invalid("signature")
	}
	if object.Signatures[0].Protected.ExtraHeaders[jose.HeaderType] != mediaType {
		return invalid("type")
	}
	var c claims
	if err := json.Unmarshal(payload, &c); err != nil {
		return invalid("claims")
	}
	if c.Issuer != Issuer || c.Audience != Audience {
		return invalid("issuer or audience")
	}
	a := Assertion{
		ID: c.ID, Enrolment: c.Enrolment, Subject: profile.Subject(c.Citizen), Keys: c.Keys, Data: c.Data,
		Device: c.Confirm.Device, Renews: c.Renews, IssuedAt: time.Unix(c.IssuedAt, 0).UTC(), Expires: time.Unix(c.Expires, 0).UTC(),
	}
	if err := a.validate(); err != nil {
		return Assertion{}, fmt.Errorf("%w (%w)", ErrInvalid, err)
	}
	return a, nil
}

func (a Assertion) validate() error {
	switch lifetime := a.Expires.Sub(a.IssuedAt); {
	case a.ID == "" || len(a.ID) > maxID:
		return errors.New("single-use identifier missing or too long")
	case a.Enrolment == "" || len(a.Enrolment) > maxID:
		return errors.New("enrolment missing or too long")
	case len(a.Keys) == 0 || len(a.Keys) > maxKeys:
		return fmt.Errorf("%d keys, not 1 to %d", len(a.Keys), maxKeys)
	case a.Data == Hash{}:
		return errors.New("hash of the data missing")
	case len(a.Device) != base64.RawURLEncoding.EncodedLen(sha256.Size):
		return errors.New("device thumbprint missing")
	case len(a.Renews) > 2*maxSerial || len(a.Renews)%2 != 0 || strings.Trim(a.Renews, "0123456789abcdef") != "":
		return errors.New("the certificate that is renewed has no such serial number")
	case lifetime <= 0 || lifetime > MaxLifetime:
		return fmt.Errorf("lifetime is not within %s", MaxLifetime)
	}
	return a.Subject.Validate()
}
