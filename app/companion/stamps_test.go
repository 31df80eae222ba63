package companion

import (
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	authority "qoltanba/app/backend/nca/timestamp"
	"qoltanba/keystore/cms"
	"qoltanba/keystore/keypair"
	"qoltanba/keystore/timestamp"
)

// stampsOf starts a time-stamp authority with the service's own code and returns
// a client that trusts it.
func stampsOf(t *testing.T) *timestamp.Client {
	t.Helper()
	key, err := keypair.GOST512.GenerateKey()
	must(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(9), Subject: pkix.Name{CommonName: "УАҚЫТ"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(1, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping}, SubjectKeyId: []byte{9},
	}
	der, err := keypair.CreateCertificate(rand.Reader, template, actors().root.cert, key.Public(), actors().root.key)
	must(t, err)
	cert, err := x509.ParseCertificate(der)
	must(t, err)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		question, _ := io.ReadAll(r.Body)
		request, err := authority.ParseRequest(question)
		if err != nil {
			_, _ = w.Write(authority.Reject(authority.BadRequest))
			return
		}
		token := authority.Token{Request: request, Policy: request.Policy, Serial: big.NewInt(1), At: time.Now()}
		answer, err := token.Sign(cms.Signer{Key: key, Certificate: cert})
		if err != nil {
			answer = authority.Reject(authority.SystemFailure)
		}
		_, _ = w.Write(answer)
	}))
	t.Cleanup(server.Close)
	return &timestamp.Client{URL: server.URL, HTTP: server.Client(), Authorities: []*x509.Certificate{actors().root.cert}}
}

func TestStampsAreInSignatures(t *testing.T) {
	t.Parallel()
	site := start(t, &script{decide: pick("gost.p12")}, func(c *Config) { c.Stamps = stampsOf(t) })
	page := site.dial(portal)
	call := func(method string, args ...any) string {
		t.Helper()
		r := page.common(method, args...)
		text, ok := r.Object.(string)
		if !ok {
			t.Fatalf("%+v", r)
		}
		return text
	}
	bare := call("createCAdESFromBase64", "PKCS12", "SIGNATURE", "MTEK", true)
	for name, c := range map[string]struct {
		signature string
		stamped   bool
	}{
		"bare":    {bare, false},
		"always":  {call("createCMSSignatureFromBase64", "PKCS12", "SIGNATURE", "MTEK", true), true},
		"applied": {call("applyCAdEST", "PKCS12", "", bare), true},
	} {
		_, findings := cmsOf(t, c.signature, nil)
		f := findings[0]
		if (f.TimeStamp != nil) != c.stamped {
			t.Errorf("%s: stamped %v", name, !c.stamped)
		}
		if !c.stamped {
			continue
		}
		stamp, err := timestamp.Parse(f.TimeStamp, []*x509.Certificate{actors().root.cert})
		if err != nil || stamp.Finding.Trust != cms.Trusted || string(stamp.Digest) != string(f.Algorithm.Digest(f.Signature)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	s := site.script.proposals()
	if s[0].Stamped || !s[1].Stamped {
		t.Error("the person was not told of the stamp")
	}
	dead := start(t, &script{decide: pick("gost.p12")}, func(c *Config) {
		c.Stamps = &timestamp.Client{URL: "http://127.0.0.1:1/"}
	}).dial(portal)
	if r := dead.common("createCMSSignatureFromBase64", "PKCS12", "SIGNATURE", "MTEK", true); r.Code != "500" || r.Message != timestamp.ErrUnreachable.Error() {
		t.Errorf("%+v", r)
	}
}
