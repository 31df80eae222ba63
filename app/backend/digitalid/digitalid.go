// Package digitalid is the Digital ID as a party: it owns a signing key and
// gives its word about a citizen to the certification authority.
//
// The [Party] signs an [assertion.Assertion] when a citizen who was identified
// has agreed and entered the PIN. Its key (ECDSA on P-256) is made at first
// start and lies sealed in a folder of its own; the authority knows only the
// public half.
package digitalid

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"time"

	"qoltanba/app/backend/assertion"
	"qoltanba/app/backend/sealed"
	"qoltanba/keystore/profile"
)

const (
	keyFile = "assertion.key.age"
	// lifetime is enough for one submission with a few retries.
	lifetime = 5 * time.Minute
	idSize   = 16
)

// Party is the Digital ID. It is safe for concurrent use.
type Party struct {
	key   *ecdsa.PrivateKey
	clock func() time.Time
	rand  io.Reader
}

// Open reads the party's folder, which it makes at the first call. The error
// is [sealed.ErrWrongSecret] if the folder was made under another secret.
// random gives the assertions' single-use identifiers: crypto/rand.Reader.
func Open(dir string, secret sealed.Secret, clock func() time.Time, random io.Reader) (*Party, error) {
	if err := sealed.Once(dir, func(temp string) error { return found(temp, secret) }); err != nil {
		return nil, fmt.Errorf("the Digital ID's folder: %w", err)
	}
	file, err := sealed.Read(filepath.Join(dir, keyFile))
	if err != nil {
		return nil, fmt.Errorf("the Digital ID's folder: %w", err)
	}
	signer, err := secret.OpenKey(file)
	if err != nil {
		return nil, fmt.Errorf("the Digital ID's key: %w", err)
	}
	key, ok := signer.(*ecdsa.PrivateKey)
	if !ok || key.Curve != elliptic.P256() {
		return nil, fmt.Errorf("the Digital ID's key is a %T and not on P-256: restore %s", signer, keyFile)
	}
	return &Party{key: key, clock: clock, rand: random}, nil
}

func found(dir string, secret sealed.Secret) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	file, err := secret.SealKey(key)
	if err != nil {
		return err
	}
	return sealed.Write(filepath.Join(dir, keyFile), file)
}

// PublicKey returns the key with which the authority verifies assertions.
func (p *Party) PublicKey() *ecdsa.PublicKey { return &p.key.PublicKey }

// Statement is what the Digital ID has established about a citizen's
// submission. It never shows itself in a log or an error.
type Statement struct {
	Enrolment string           // pseudonym
	Subject   profile.Subject  // as the register has it
	Keys      []assertion.Hash // of the requests' public keys, in their order
	Data      assertion.Hash   // of the data that the citizen agreed to pass on
	Device    string           // thumbprint of the device's key (RFC 7638)
	Renews    string           // serial number of the certificate whose key signed, in hex; "" where the citizen was identified
}

// Format hides the statement from every verb.
func (Statement) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[statement]") }

// LogValue hides the statement.
func (Statement) LogValue() slog.Value { return slog.StringValue("[statement]") }

// SignAssertion returns the statement as an assertion in compact JWS, with a
// single-use identifier, valid for five minutes from now.
func (p *Party) SignAssertion(s Statement) (string, error) {
	id := make([]byte, idSize)
	if _, err := io.ReadFull(p.rand, id); err != nil {
		return "", fmt.Errorf("sign an assertion: %w", err)
	}
	now := p.clock().UTC().Truncate(time.Second)
	return assertion.Sign(p.key, assertion.Assertion{
		ID: hex.EncodeToString(id), Enrolment: s.Enrolment, Subject: s.Subject, Keys: s.Keys,
		Data: s.Data, Device: s.Device, Renews: s.Renews, IssuedAt: now, Expires: now.Add(lifetime),
	})
}

// DataHash returns the hash of the data passed on, as the consent showed them.
func DataHash(data []byte) assertion.Hash { return sha256.Sum256(data) }
