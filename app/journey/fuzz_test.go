package journey

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"qoltanba/app/api"
	"qoltanba/keystore"
	"qoltanba/keystore/profile"
)

// stranger is whoever has the companion's port: it says what it was told to say
// and hears nothing.
type stranger struct{ io.Reader }

func (stranger) Write(p []byte) (int, error) { return len(p), nil }

func FuzzGreeting(f *testing.F) {
	const hello = `{"result":{"version":"1.4"}}`
	f.Add([]byte("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81\x1c" + hello))
	f.Add([]byte("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"))
	f.Add([]byte("HTTP/1.1 101 x\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n"))
	f.Fuzz(func(t *testing.T, said []byte) {
		version, err := greeting(stranger{bytes.NewReader(said)})
		if err == nil && (version == "" || strings.Trim(version, "0123456789.") != "" || len(version) > maxGreeting) {
			t.Errorf("version %q", version)
		}
	})
}

// What a stranger's certificate calls itself fits a line, and certificates that
// the service sends pair with no key but their own.
func FuzzCertificate(f *testing.F) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{Organization: []string{"Qoltanba"}, CommonName: "a\nb"},
		NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<31, 0),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(der)
	f.Add(der[:len(der)/2])
	f.Fuzz(func(t *testing.T, der []byte) {
		if _, err := pair([]api.Certificate{{DER: der}}, []keystore.PendingKey{{Kind: profile.RSAAuth, Key: other}}); err == nil {
			t.Error("a certificate pairs with a key that is not its own")
		}
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			return
		}
		name := nameOf([]*x509.Certificate{cert})
		if !utf8.ValidString(name) || utf8.RuneCountInString(name) > 60 || strings.ContainsAny(name, "\r\n\t") {
			t.Errorf("a companion is called %q", name)
		}
	})
}
