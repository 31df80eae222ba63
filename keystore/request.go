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

	"qoltanba/keystore/profile"
)

const (
	maxRequest = 16 << 10
	maxEmail   = 254 // RFC 5321, 4.5.3.1.3, without the angle brackets
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
// the PKCS#12 key store, signed by key with SHA-256.
func NewRequest(key crypto.Signer, owner profile.Subject, email string) ([]byte, error) {
	subject, err := owner.Raw()
	if err != nil {
		return nil, fmt.Errorf("certificate request: %w", err)
	}
	template := &x509.CertificateRequest{
		RawSubject:      subject,
		ExtraExtensions: []pkix.Extension{profile.KeyStoreExtension()},
	}
	if email != "" {
		if err := CheckEmail(email); err != nil {
			return nil, err
		}
		template.EmailAddresses = []string{email}
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, template, key)
	if err != nil {
		return nil, fmt.Errorf("certificate request: %w", err)
	}
	return der, nil
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
	if err := checkPublicKey(csr.PublicKey); err != nil {
		return nil, err
	}
	if csr.SignatureAlgorithm != x509.SHA256WithRSA {
		return nil, fmt.Errorf("certificate request: signature algorithm %v is not accepted", csr.SignatureAlgorithm)
	}
	if err := csr.CheckSignature(); err != nil {
		return nil, errors.New("certificate request: the signature is not by the key inside")
	}
	r := &Request{PublicKey: csr.PublicKey}
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

func checkPublicKey(pub crypto.PublicKey) error {
	key, ok := pub.(*rsa.PublicKey)
	if !ok {
		return errors.New("certificate request: the key is not RSA")
	}
	if key.N.BitLen() != rsaBits || key.E != rsaExp {
		return fmt.Errorf("certificate request: the key must have %d bits and the exponent %d", rsaBits, rsaExp)
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
