package keystore

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"log/slog"
	"net/mail"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	tags "golang.org/x/crypto/cryptobyte/asn1"

	"qoltanba/keystore/keypair"
	"qoltanba/keystore/profile"
)

const (
	maxRequest = 16 << 10
	maxEmail   = 254 // RFC 5321, 4.5.3.1.3, without the angle brackets
	rsaBits    = 2048
	rsaExp     = 65537
)

// Request is what a verified certificate request asks for.
type Request struct {
	Owner     profile.Subject
	Email     string // empty if none is given
	Storage   asn1.ObjectIdentifier
	PublicKey crypto.PublicKey
	KeyID     profile.KeyID
}

// NewRequest forms a PKCS#10 request (RFC 2986) as DER: the owner as subject,
// an extension request with the e-mail, if not empty, as rfc822Name and with
// the PKCS#12 key store, signed by key, of any [keypair.Algorithm] that signs.
func NewRequest(key crypto.Signer, owner profile.Subject, email string) ([]byte, error) {
	store := profile.KeyStoreExtension()
	return newRequest(key, owner, email, &store)
}

// NewTokenRequest is [NewRequest] for a key that lives in a token. The request
// names no storage: the NCA publishes no identifiers for tokens.
func NewTokenRequest(key crypto.Signer, owner profile.Subject, email string) ([]byte, error) {
	return newRequest(key, owner, email, nil)
}

func newRequest(key crypto.Signer, owner profile.Subject, email string, store *pkix.Extension) ([]byte, error) {
	subject, err := owner.Raw()
	if err != nil {
		return nil, fmt.Errorf("certificate request: %w", err)
	}
	spki, err := keypair.MarshalPublicKey(key.Public())
	if err != nil {
		return nil, fmt.Errorf("certificate request: %w", err)
	}
	if email != "" {
		if err := CheckEmail(email); err != nil {
			return nil, err
		}
	}
	var b cryptobyte.Builder
	b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(0)
		b.AddBytes(subject)
		b.AddBytes(spki)
		b.AddASN1(tags.Tag(0).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
			if email != "" || store != nil { // Extensions are one at least: RFC 5280, 4.1
				b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) { addExtensionRequest(b, email, store) })
			}
		})
	})
	info, err := b.Bytes()
	if err != nil {
		return nil, fmt.Errorf("certificate request: %w", err)
	}
	der, err := keypair.SignTBS(rand.Reader, key, info)
	if err != nil {
		return nil, fmt.Errorf("certificate request: %w", err)
	}
	return der, nil
}

var (
	oidExtensionRequest = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 14} // RFC 2985, 5.4.2
	oidSubjectAltName   = asn1.ObjectIdentifier{2, 5, 29, 17}
)

// addExtensionRequest adds type and value of the attribute.
func addExtensionRequest(b *cryptobyte.Builder, email string, store *pkix.Extension) {
	extension := func(b *cryptobyte.Builder, oid asn1.ObjectIdentifier, value func(*cryptobyte.Builder)) {
		b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(oid)
			b.AddASN1(tags.OCTET_STRING, value)
		})
	}
	b.AddASN1ObjectIdentifier(oidExtensionRequest)
	b.AddASN1(tags.SET, func(b *cryptobyte.Builder) {
		b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
			if email != "" {
				extension(b, oidSubjectAltName, func(b *cryptobyte.Builder) {
					b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
						b.AddASN1(tags.Tag(1).ContextSpecific(), func(b *cryptobyte.Builder) { b.AddBytes([]byte(email)) })
					})
				})
			}
			if store != nil {
				extension(b, store.Id, func(b *cryptobyte.Builder) { b.AddBytes(store.Value) })
			}
		})
	})
}

// CheckEmail checks that an address can stand in a certificate: one plain
// address of ASCII characters (an rfc822Name is an IA5String), at most 254.
func CheckEmail(email string) error {
	address, err := mail.ParseAddress(email)
	if err != nil || address.Address != email || strings.ContainsAny(email, " \"<>") {
		return errors.New("write the e-mail address like name@example.kz")
	}
	if len(email) > maxEmail {
		return fmt.Errorf("the e-mail address is longer than %d characters", maxEmail)
	}
	for _, r := range email {
		if r > '~' {
			return errors.New("write the e-mail address in Latin letters")
		}
	}
	return nil
}

// ParseRequest reads and verifies a request from outside: its size, its
// signature, which proves that the sender has the private key, the key's
// strength, the owner's form, and that nothing else is asked for.
func ParseRequest(der []byte) (*Request, error) {
	if len(der) > maxRequest {
		return nil, fmt.Errorf("certificate request of %d bytes is over the limit of %d", len(der), maxRequest)
	}
	csr, err := x509.ParseCertificateRequest(der)
	if err != nil {
		return nil, errors.New("malformed certificate request")
	}
	public, err := keypair.ParsePublicKey(csr.RawSubjectPublicKeyInfo)
	if err != nil {
		return nil, fmt.Errorf("certificate request: %w", err)
	}
	if err := checkPublicKey(public); err != nil {
		return nil, err
	}
	signed, err := keypair.ParseSigned(der)
	if err != nil {
		return nil, fmt.Errorf("certificate request: %w", err)
	}
	if err := signed.Check(public); err != nil {
		return nil, errors.New("certificate request: the signature is not by the key inside")
	}
	r := &Request{PublicKey: public}
	if r.Owner, err = profile.ParseSubject(csr.RawSubject); err != nil {
		return nil, fmt.Errorf("certificate request: %w", err)
	}
	if r.KeyID, err = profile.SKIOfInfo(csr.RawSubjectPublicKeyInfo); err != nil {
		return nil, fmt.Errorf("certificate request: %w", err)
	}
	if r.Storage, err = profile.ParseKeyStore(csr.Extensions); err != nil {
		return nil, fmt.Errorf("certificate request: %w", err)
	}
	if r.Email, err = requestedEmail(csr); err != nil {
		return nil, err
	}
	return r, nil
}

// checkPublicKey refuses keys that are not of the strength that is certified.
func checkPublicKey(public crypto.PublicKey) error {
	if key, ok := public.(*rsa.PublicKey); ok {
		if key.N.BitLen() != rsaBits || key.E != rsaExp {
			return fmt.Errorf("certificate request: the key must have %d bits and the exponent %d", rsaBits, rsaExp)
		}
		return nil
	}
	if a, err := keypair.Of(public); err != nil || a != keypair.GOST512 {
		return errors.New("certificate request: the key must be RSA or GOST 34.310-2015 of 512 bits")
	}
	return nil
}

// requestedEmail accepts at most one e-mail address and no other name.
func requestedEmail(csr *x509.CertificateRequest) (string, error) {
	if len(csr.DNSNames)+len(csr.IPAddresses)+len(csr.URIs) > 0 || len(csr.EmailAddresses) > 1 {
		return "", errors.New("certificate request: only one e-mail address may be added to the subject")
	}
	if len(csr.EmailAddresses) == 0 {
		return "", nil
	}
	email := csr.EmailAddresses[0]
	return email, CheckEmail(email)
}

// Format hides the owner whatever the verb.
func (Request) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("[certificate request]")) }

// LogValue hides the owner.
func (Request) LogValue() slog.Value { return slog.StringValue("[certificate request]") }
