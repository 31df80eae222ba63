package cms

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"qoltanba/keystore/keypair"
	"qoltanba/keystore/profile"
)

// party is somebody with a key and a certificate.
type party struct {
	key  crypto.Signer
	cert *x509.Certificate
}

// The cast: a root, an authority under it, a citizen with a certificate of
// the profile, and another with the same authority.
type cast struct{ root, authority, citizen, neighbour, stranger party }

var (
	began = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	noon  = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	text  = []byte("Мен, Әйгүл, қолтаңбамды сынап көрдім.\r\n")
)

// actors have RSA keys, gostActors the same names and GOST keys.
var (
	actors     = sync.OnceValue(func() cast { return newCast(keypair.RSA) })
	gostActors = sync.OnceValue(func() cast { return newCast(keypair.GOST512) })
)

func newCast(a keypair.Algorithm) (c cast) {
	c.root = enrol(a, party{}, "НЕГІЗГІ", nil)
	c.authority = enrol(a, c.root, "ҰЛТТЫҚ", nil)
	c.citizen = enrol(a, c.authority, "", &profile.Subject{Surname: "Ғабитқызы", Name: "Әйгүл", IIN: "061211600012"})
	c.neighbour = enrol(a, c.authority, "", &profile.Subject{Surname: "Серіков", Name: "Ерлан", IIN: "900101300811"})
	c.stranger = enrol(a, party{}, "БӨТЕН", nil)
	return c
}

// enrol makes an authority of that name, or a citizen, with a key of its own
// and a certificate by issuer; the zero issuer makes it self-signed.
func enrol(a keypair.Algorithm, issuer party, name string, owner *profile.Subject) party {
	key, err := a.GenerateKey()
	if err != nil {
		panic(err)
	}
	ski, err := profile.SKI(key.Public())
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{
		SerialNumber: profile.Serial(ski), SubjectKeyId: ski[:], NotBefore: began, NotAfter: began.AddDate(1, 0, 0),
		Subject: pkix.Name{CommonName: name}, IsCA: owner == nil, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	if owner != nil {
		kind := profile.RSASign
		if a == keypair.GOST512 {
			kind = profile.GOST512
		}
		template.KeyUsage = kind.KeyUsage()
		template.ExtKeyUsage, template.UnknownExtKeyUsage = kind.ExtKeyUsages()
		if template.RawSubject, err = owner.Raw(); err != nil {
			panic(err)
		}
	}
	return certify(issuer, key, template)
}

func certify(issuer party, key crypto.Signer, template *x509.Certificate) party {
	parent, by := issuer.cert, issuer.key
	if parent == nil {
		parent, by = template, key
	}
	der, err := keypair.CreateCertificate(rand.Reader, template, parent, key.Public(), by)
	if err != nil {
		panic(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	return party{key, cert}
}

// again certifies the same key anew, altered.
func (p party) again(issuer party, alter func(*x509.Certificate)) party {
	template := *p.cert
	template.PublicKey, template.ExtraExtensions = nil, nil
	alter(&template)
	return certify(issuer, p.key, &template)
}

func (p party) signer() Signer {
	return Signer{Key: p.key, Certificate: p.cert, Chain: []*x509.Certificate{actors().authority.cert}, Time: noon}
}

func attached(t testing.TB, s Signer, content []byte) []byte {
	t.Helper()
	der, err := s.Attached(content)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// judge parses and verifies what has one signer.
func judge(t testing.TB, der []byte, v Verification) Finding {
	t.Helper()
	sd, err := Parse(der)
	if err != nil {
		t.Fatal(err)
	}
	findings, err := sd.Verify(v)
	if err != nil || len(findings) != 1 {
		t.Fatalf("%d findings: %v", len(findings), err)
	}
	return findings[0]
}

func byRoot() Verification {
	return Verification{Authorities: []*x509.Certificate{actors().root.cert}, At: noon}
}

// bench is a folder with the cast's keys and certificates, for OpenSSL.
type bench struct {
	t   *testing.T
	dir string
}

func newBench(t *testing.T) bench {
	t.Helper()
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("openssl is not installed: run make setup")
	}
	b := bench{t, t.TempDir()}
	c := actors()
	b.put("root.pem", encode("CERTIFICATE", c.root.cert.Raw))
	b.put("authority.pem", encode("CERTIFICATE", c.authority.cert.Raw))
	for name, p := range map[string]party{"citizen": c.citizen, "neighbour": c.neighbour} {
		der, err := x509.MarshalPKCS8PrivateKey(p.key)
		if err != nil {
			t.Fatal(err)
		}
		b.put(name+".pem", encode("CERTIFICATE", p.cert.Raw))
		b.put(name+".key", encode("PRIVATE KEY", der))
	}
	b.put("text", text)
	return b
}

func encode(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func (b bench) put(name string, content []byte) {
	b.t.Helper()
	if err := os.WriteFile(filepath.Join(b.dir, name), content, 0o600); err != nil {
		b.t.Fatal(err)
	}
}

func (b bench) get(name string) []byte {
	b.t.Helper()
	content, err := os.ReadFile(filepath.Join(b.dir, name))
	if err != nil {
		b.t.Fatal(err)
	}
	return content
}

// openssl runs a command in the folder and returns what it said.
func (b bench) openssl(args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(b.t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "openssl", args...)
	cmd.Dir = b.dir
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// blindKey says it is somebody's and signs with another's.
type blindKey struct {
	crypto.Signer
	public crypto.PublicKey
}

func (k blindKey) Public() crypto.PublicKey { return k.public }
