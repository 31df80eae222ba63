// Package trust makes the certificates by which a browser believes the companion
// on this computer: an authority of this user's own, and a leaf under it for the
// addresses of the computer itself.
//
// An [Authority] is for loopback alone: a critical name constraint (RFC 5280,
// 4.2.1.10) lets it vouch for localhost, 127.0.0.1 and ::1 and for nothing else,
// so that who steals its key gains no site. No two computers have the same key,
// and none is shipped.
//
// [Open] keeps the authority: its key in the system's keyring, or in a file for
// the owner alone where no keyring answers. The leaf lives as long as the process
// and is renewed a month before it ends; the authority stays, so that what was
// installed into the browsers serves on.
//
// [Stores] are the places on this computer where browsers and programs look for
// authorities; each is asked, given the authority, and rid of it, by itself.
package trust

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"sync"
	"time"
)

const (
	authorityYears = 10
	leafDays       = 397 // browsers take no more than 398
	renewDays      = 30
	backdated      = time.Hour // clocks differ after a dead battery
	serialBits     = 127
)

// Authority vouches for this computer's own addresses.
type Authority struct {
	Certificate *x509.Certificate
	key         crypto.Signer
}

// NewAuthority makes an authority named after whom it is for, such as
// "aigul@desktop", which a person sees in the browser's settings.
func NewAuthority(owner string, now time.Time) (*Authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	serial, err := newSerial()
	if err != nil {
		return nil, err
	}
	loopback := func(ip string) *net.IPNet {
		parsed := net.ParseIP(ip)
		if four := parsed.To4(); four != nil {
			parsed = four
		}
		return &net.IPNet{IP: parsed, Mask: net.CIDRMask(8*len(parsed), 8*len(parsed))}
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "Qoltanba: " + owner, Organization: []string{"Qoltanba, this computer only"}},
		NotBefore: now.Add(-backdated), NotAfter: now.AddDate(authorityYears, 0, 0),
		KeyUsage: x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true,
		PermittedDNSDomainsCritical: true, PermittedDNSDomains: []string{"localhost"},
		PermittedIPRanges: []*net.IPNet{loopback("127.0.0.1"), loopback("::1")},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &Authority{cert, key}, nil
}

// Leaf makes a key and a certificate for a server on this computer.
func (a *Authority) Leaf(now time.Time) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	serial, err := newSerial()
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "127.0.0.1"},
		NotBefore: now.Add(-backdated), NotAfter: now.AddDate(0, 0, leafDays),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1).To4(), net.IPv6loopback},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.Certificate, key.Public(), a.key)
	if err != nil {
		return nil, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{der, a.Certificate.Raw}, PrivateKey: key, Leaf: leaf}, nil
}

// PEM is the authority's certificate, to be installed into browsers.
func (a *Authority) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.Certificate.Raw})
}

func newSerial() (*big.Int, error) {
	return rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), serialBits))
}

// Trust is the authority with the leaf in use. Its methods may be called from
// several goroutines.
type Trust struct {
	Authority *Authority
	now       func() time.Time

	mu   sync.Mutex
	leaf *tls.Certificate
}

// Certificate returns the leaf for a server; one that ends within a month is
// replaced.
func (t *Trust) Certificate() (*tls.Certificate, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	if t.leaf == nil || now.AddDate(0, 0, renewDays).After(t.leaf.Leaf.NotAfter) || now.Before(t.leaf.Leaf.NotBefore) {
		leaf, err := t.Authority.Leaf(now)
		if err != nil {
			return nil, err
		}
		t.leaf = leaf
	}
	return t.leaf, nil
}
