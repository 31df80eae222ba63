package timestamp

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/crypto/cryptobyte"
	tag "golang.org/x/crypto/cryptobyte/asn1"

	"qoltanba/keystore/cms"
	"qoltanba/keystore/keypair"
	"qoltanba/keystore/profile"
)

var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// authority is a time-stamp authority with a self-signed certificate, whose
// answers a test may alter.
type authority struct {
	key      crypto.Signer
	cert     *x509.Certificate
	alter    func(imprint []byte, nonce *big.Int) ([]byte, *big.Int)
	status   int // of PKIStatus
	answered func([]byte) []byte
}

func newAuthority(t *testing.T, usage ...x509.ExtKeyUsage) *authority {
	t.Helper()
	key, err := keypair.RSA.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	id, err := profile.SKI(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "TSA"}, NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(1, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: usage, SubjectKeyId: id[:], IsCA: true, BasicConstraintsValid: true,
	}
	template.KeyUsage |= x509.KeyUsageCertSign
	der, err := keypair.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &authority{key: key, cert: cert}
}

func (a *authority) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	in := cryptobyte.String(body)
	var request, imprint cryptobyte.String
	var version int
	var policy asn1.ObjectIdentifier
	nonce := new(big.Int)
	if !in.ReadASN1(&request, tag.SEQUENCE) || !request.ReadASN1Integer(&version) || !request.ReadASN1Element(&imprint, tag.SEQUENCE) ||
		!request.ReadASN1ObjectIdentifier(&policy) || !request.ReadASN1Integer(nonce) {
		http.Error(w, "no request", http.StatusBadRequest)
		return
	}
	if a.alter != nil {
		var altered []byte
		altered, nonce = a.alter(imprint, nonce)
		imprint = altered
	}
	var b cryptobyte.Builder
	b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(1)
		b.AddASN1ObjectIdentifier(policy)
		b.AddBytes(imprint)
		b.AddASN1Int64(1)
		b.AddASN1(tag.GeneralizedTime, func(b *cryptobyte.Builder) { b.AddBytes([]byte("20261122120000.5Z")) })
		b.AddASN1BigInt(nonce)
	})
	token, err := cms.Signer{Key: a.key, Certificate: a.cert, ContentType: InfoType, Time: now}.Attached(b.BytesOrPanic())
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	var out cryptobyte.Builder
	out.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(tag.SEQUENCE, func(b *cryptobyte.Builder) { b.AddASN1Int64(int64(a.status)) })
		b.AddBytes(token)
	})
	answer := out.BytesOrPanic()
	if a.answered != nil {
		answer = a.answered(answer)
	}
	_, _ = w.Write(answer)
}

func (a *authority) client(t *testing.T) Client {
	t.Helper()
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	return Client{URL: server.URL, HTTP: server.Client(), Authorities: []*x509.Certificate{a.cert}}
}

func TestTokenIsOverTheMessage(t *testing.T) {
	t.Parallel()
	a := newAuthority(t, x509.ExtKeyUsageTimeStamping)
	c := a.client(t)
	for _, algorithm := range []keypair.Algorithm{keypair.RSA, keypair.GOST512} {
		token, err := c.Token(t.Context(), algorithm, []byte("what is stamped"))
		if err != nil {
			t.Fatal(err)
		}
		stamp, err := Parse(token, c.Authorities)
		if err != nil || !stamp.Time.Equal(now.Add(time.Second/2)) || !bytes.Equal(stamp.Digest, algorithm.Digest([]byte("what is stamped"))) ||
			stamp.Finding.Trust != cms.Trusted || !stamp.Policy.Equal(policies[algorithm]) {
			t.Errorf("%v: %+v", err, stamp)
		}
	}
}

func TestBadAnswersAreRefused(t *testing.T) {
	t.Parallel()
	a := newAuthority(t, x509.ExtKeyUsageTimeStamping)
	c := a.client(t)
	stranger := newAuthority(t, x509.ExtKeyUsageTimeStamping)
	for name, tc := range map[string]struct {
		spoil func(*authority, *Client)
		want  error
	}{
		"another digest": {func(a *authority, _ *Client) {
			a.alter = func(i []byte, n *big.Int) ([]byte, *big.Int) {
				i = bytes.Clone(i)
				i[len(i)-1]++
				return i, n
			}
		}, ErrInvalid},
		"another nonce": {func(a *authority, _ *Client) {
			a.alter = func(i []byte, n *big.Int) ([]byte, *big.Int) { return i, n.Add(n, big.NewInt(1)) }
		}, ErrInvalid},
		"refused":        {func(a *authority, _ *Client) { a.status = 2 }, ErrRefused},
		"cut short":      {func(a *authority, _ *Client) { a.answered = func(b []byte) []byte { return b[:len(b)/2] } }, ErrInvalid},
		"too long":       {func(a *authority, _ *Client) { a.answered = func([]byte) []byte { return make([]byte, maxAnswer+1) } }, ErrInvalid},
		"nothing":        {func(a *authority, _ *Client) { a.answered = func([]byte) []byte { return nil } }, ErrInvalid},
		"untrusted":      {func(_ *authority, c *Client) { c.Authorities = []*x509.Certificate{stranger.cert} }, ErrInvalid},
		"no such server": {func(_ *authority, c *Client) { c.URL = "http://127.0.0.1:1/" }, ErrUnreachable},
		"no address":     {func(_ *authority, c *Client) { c.URL = ":" }, ErrUnreachable},
	} {
		t.Run(name, func(t *testing.T) {
			spoilt, client := *a, c
			tc.spoil(&spoilt, &client)
			if client.URL == c.URL {
				client.URL = spoilt.client(t).URL
			}
			if token, err := client.Token(t.Context(), keypair.RSA, []byte("m")); !errors.Is(err, tc.want) || token != nil {
				t.Errorf("%v", err)
			}
		})
	}
	wrong := newAuthority(t, x509.ExtKeyUsageEmailProtection)
	if _, err := wrong.client(t).Token(t.Context(), keypair.RSA, []byte("m")); !errors.Is(err, ErrInvalid) {
		t.Errorf("a certificate for something else: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Token(ctx, keypair.RSA, []byte("m")); !errors.Is(err, ErrUnreachable) || !errors.Is(err, context.Canceled) {
		t.Errorf("a caller that has gone: %v", err)
	}
}

// A CMS signature gets the stamp, keeps what it was, and OpenSSL takes both.
func TestStampedSignature(t *testing.T) {
	t.Parallel()
	a := newAuthority(t, x509.ExtKeyUsageTimeStamping)
	signer := newAuthority(t, x509.ExtKeyUsageEmailProtection)
	c := a.client(t)
	text := []byte("Мен, Әйгүл\r\n")
	plain, err := cms.Signer{Key: signer.key, Certificate: signer.cert, Time: now}.Detached(text)
	if err != nil {
		t.Fatal(err)
	}
	var asked int
	stamp := func(algorithm keypair.Algorithm, signature []byte) ([]byte, error) {
		asked++
		return c.Token(t.Context(), algorithm, signature)
	}
	stamped, err := cms.Stamp(plain, stamp)
	if err != nil {
		t.Fatal(err)
	}
	again, err := cms.Stamp(stamped, stamp)
	if err != nil || asked != 1 || !bytes.Equal(again, stamped) {
		t.Errorf("stamped again: %v, asked %d times", err, asked)
	}
	sd, err := cms.Parse(stamped)
	if err != nil {
		t.Fatal(err)
	}
	findings, err := sd.Verify(cms.Verification{Content: text})
	if err != nil || len(findings) != 1 || !findings[0].Good || !findings[0].Whole {
		t.Fatalf("%v: %+v", err, findings)
	}
	found, err := Parse(findings[0].TimeStamp, nil)
	if err != nil || !bytes.Equal(found.Digest, keypair.RSA.Digest(findings[0].Signature)) {
		t.Errorf("the stamp in it: %v", err)
	}
	dir := t.TempDir()
	put := func(name string, data []byte) {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put("token", findings[0].TimeStamp)
	put("signature", findings[0].Signature)
	put("sig", stamped)
	put("text", text)
	put("tsa.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw}))
	for _, args := range [][]string{
		{"cms", "-verify", "-binary", "-noverify", "-inform", "DER", "-in", "sig", "-content", "text", "-out", "got"},
		{"cms", "-verify", "-binary", "-noverify", "-inform", "DER", "-in", "token", "-out", "got"},
	} {
		cmd := exec.CommandContext(t.Context(), "openssl", args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, out)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte{0x30, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := Parse(data, nil); err != nil && !errors.Is(err, ErrInvalid) {
			t.Errorf("%v", err)
		}
		if _, err := granted(data); err != nil && !errors.Is(err, ErrInvalid) && !errors.Is(err, ErrRefused) {
			t.Errorf("%v", err)
		}
		_, _ = readInfo(data)
	})
}
