package ocsp

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"math/big"
	"testing"
	"time"

	reference "golang.org/x/crypto/ocsp"
)

func authority(t testing.TB) (*x509.Certificate, *rsa.PrivateKey) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert, key
}

// Another implementation asks, and reads each answer.
func TestAnswersAreReadElsewhere(t *testing.T) {
	cert, key := authority(t)
	issuer, err := NewIssuer(cert)
	if err != nil {
		t.Fatal(err)
	}
	asked, err := reference.CreateRequest(&x509.Certificate{SerialNumber: big.NewInt(255)}, cert, nil)
	if err != nil {
		t.Fatal(err)
	}
	id, err := ParseRequest(asked)
	if err != nil || !issuer.Names(id) || id.Serial.Int64() != 255 {
		t.Fatalf("%v, %v", id, err)
	}
	now := time.Date(2026, 11, 22, 9, 30, 15, 0, time.UTC)
	for status, want := range map[Status]int{Good: reference.Good, Revoked: reference.Revoked, Unknown: reference.Unknown} {
		der, err := Response{ID: id, Status: status, RevokedAt: now, Reason: 5, This: now, Next: now.Add(time.Hour)}.Sign(issuer, key)
		if err != nil {
			t.Fatal(err)
		}
		read, err := reference.ParseResponse(der, cert)
		if err != nil || read.Status != want || !read.ThisUpdate.Equal(now) || !read.NextUpdate.Equal(now.Add(time.Hour)) ||
			status == Revoked && (read.RevocationReason != 5 || !read.RevokedAt.Equal(now)) {
			t.Errorf("status %d: %+v, %v", status, read, err)
		}
	}
	for name, refusal := range map[reference.ResponseStatus][]byte{
		reference.Malformed: Malformed, reference.InternalError: Internal, reference.TryLater: TryLater, reference.Unauthorized: Unauthorized,
	} {
		_, err := reference.ParseResponse(refusal, nil)
		if said, ok := err.(reference.ResponseError); !ok || said.Status != name { //nolint:errorlint // that is what it returns
			t.Errorf("%v: %v", name, err)
		}
	}
}

func FuzzParseRequest(f *testing.F) {
	cert, _ := authority(f)
	asked, err := reference.CreateRequest(cert, cert, nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(asked)
	f.Add([]byte{0x30, 0})
	f.Fuzz(func(t *testing.T, der []byte) {
		id, err := ParseRequest(der)
		if err == nil && (id.Serial.Sign() <= 0 || len(id.Key()) == 0 || len(der) > MaxRequest) {
			t.Errorf("accepted: %v", id)
		}
	})
}
