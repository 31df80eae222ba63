package main

import (
	"bytes"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"qoltanba/keystore"
	"qoltanba/keystore/appraisal"
	"qoltanba/keystore/keypair"
	"qoltanba/keystore/profile"
)

// signingDesk holds what signing needs: key files, a password, an authority, a document.
type signingDesk struct {
	t                              testing.TB
	dir, keys, roots, file, phrase string
	expired                        string // key file
}

const signedText = "Мен қол қойдым.\n"

func newSigningDesk(t testing.TB, a keypair.Algorithm, kind profile.Kind) *signingDesk {
	t.Helper()
	d := &signingDesk{t: t, dir: t.TempDir()}
	root, err := a.GenerateKey()
	d.must(err)
	id, err := profile.SKI(root.Public())
	d.must(err)
	authority := &x509.Certificate{
		SerialNumber: profile.Serial(id), SubjectKeyId: id[:], Subject: pkix.Name{CommonName: "НЕГІЗГІ"}, NotBefore: time.Now().AddDate(-3, 0, 0), NotAfter: time.Now().AddDate(1, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := keypair.CreateCertificate(rand.Reader, authority, authority, root.Public(), root)
	d.must(err)
	authority, err = x509.ParseCertificate(der)
	d.must(err)
	d.roots = d.put("roots.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	issue := func(from time.Time) string {
		key, err := a.GenerateKey()
		d.must(err)
		ski, err := profile.SKI(key.Public())
		d.must(err)
		template := &x509.Certificate{SerialNumber: profile.Serial(ski), SubjectKeyId: ski[:], NotBefore: from, NotAfter: from.AddDate(1, 0, 0), KeyUsage: kind.KeyUsage(), BasicConstraintsValid: true}
		template.ExtKeyUsage, template.UnknownExtKeyUsage = kind.ExtKeyUsages()
		template.RawSubject, err = profile.Subject{Surname: "Ғабитқызы", Name: "Әйгүл", IIN: "061211600012"}.Raw()
		d.must(err)
		der, err := keypair.CreateCertificate(rand.Reader, template, authority, key.Public(), root)
		d.must(err)
		cert, err := x509.ParseCertificate(der)
		d.must(err)
		path, err := keystore.WriteKeyFile(d.dir, key, cert, "Qoltanba1", keystore.Encoding3DES)
		d.must(err)
		return path
	}
	d.keys, d.expired = issue(time.Now().Add(-time.Hour)), issue(time.Now().AddDate(-2, 0, 0))
	d.file, d.phrase = d.put("a.txt", signedText), d.put("password", "Qoltanba1\n")
	return d
}

func (d *signingDesk) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d *signingDesk) put(name, text string) string {
	d.t.Helper()
	path := filepath.Join(d.dir, name)
	d.must(os.WriteFile(path, []byte(text), 0o600))
	return path
}

// sign signs and returns the path of what was made.
func (d *signingDesk) sign(args ...string) string {
	d.t.Helper()
	var out bytes.Buffer
	if err := run(d.t.Context(), append([]string{"sign", "-key", d.keys, "-password-file", d.phrase}, args...), &out); err != nil {
		d.t.Fatalf("%v: %v", args, err)
	}
	return strings.TrimSpace(out.String())
}

// verdict verifies and returns what is said, and what scripts hear.
func (d *signingDesk) verdict(args ...string) (verifyReport, error) {
	d.t.Helper()
	var out bytes.Buffer
	err := run(d.t.Context(), append([]string{"verify", "-json", "-authorities", d.roots}, args...), &out)
	var r verifyReport
	if json.Unmarshal(out.Bytes(), &r) != nil {
		d.t.Fatalf("%v: %v: %s", args, err, &out)
	}
	return r, err
}

func (d *signingDesk) openssl(args ...string) {
	d.t.Helper()
	if out, err := exec.CommandContext(d.t.Context(), "openssl", args...).CombinedOutput(); err != nil {
		d.t.Errorf("openssl %v: %v: %s", args, err, out)
	}
}

func TestSignFromTheCommandLine(t *testing.T) {
	t.Parallel()
	d := newSigningDesk(t, keypair.RSA, profile.RSASign)
	attached, detached, raw := d.sign(d.file), d.sign("-detached", d.file), d.sign("-format", "raw", d.file)
	d.openssl("cms", "-verify", "-binary", "-inform", "DER", "-in", attached, "-CAfile", d.roots, "-purpose", "any", "-out", os.DevNull)
	d.openssl("cms", "-verify", "-binary", "-inform", "DER", "-in", detached, "-content", d.file, "-CAfile", d.roots, "-purpose", "any", "-out", os.DevNull)
	if value, err := os.ReadFile(raw); err != nil || len(value) != 256 {
		t.Errorf("raw: %d bytes, %v", len(value), err)
	}
	joined := d.sign("-join", attached)
	signed := d.sign("-format", "xml", d.put("a.xml", "<tag>data</tag>"))
	var open *openError
	for path, signers := range map[string]int{attached: 1, joined: 2, signed: 1} {
		// Nobody says whether the certificate was revoked.
		if r, err := d.verdict(path); !errors.As(err, &open) || status(err) != 2 || len(r.Signers) != signers || r.Verdict != appraisal.Open || r.Signers[0].Whole != "yes" || r.Signers[0].IIN != "•••••••••012" {
			t.Errorf("%s: %+v, %v", path, r, err)
		}
	}
	if r, err := d.verdict("-content", d.file, detached); !errors.As(err, &open) || r.Signers[0].Whole != "yes" || r.Missing {
		t.Errorf("detached: %+v, %v", r, err)
	}
	if r, err := d.verdict(detached); !errors.As(err, &open) || !r.Missing {
		t.Errorf("without its content: %+v, %v", r, err)
	}
	if r, err := d.verdict("-content", d.roots, detached); status(err) != 1 || errors.As(err, &open) || r.Verdict != appraisal.Broken {
		t.Errorf("another content: %+v, %v", r, err)
	}
	if r, err := d.verdict(d.file); !errors.Is(err, errUnsound) || len(r.Signers) != 0 {
		t.Errorf("nobody signed: %+v, %v", r, err)
	}
	var told bytes.Buffer
	if err := run(t.Context(), []string{"verify", "-language", "ru", "-authorities", d.roots, attached}, &told); !errors.As(err, &open) || !strings.Contains(told.String(), "Против подписи ничего нет") {
		t.Errorf("%v: %s", err, &told)
	}
}

func TestSignWithGOSTToStandardOutput(t *testing.T) {
	t.Parallel()
	d := newSigningDesk(t, keypair.GOST512, profile.GOST512)
	var out bytes.Buffer
	d.must(run(t.Context(), []string{"sign", "-key", d.keys, "-password-file", d.phrase, "-out", "-", d.file}, &out))
	r, err := d.verdict(d.put("out.cms", out.String()))
	if status(err) != 2 || len(r.Signers) != 1 || r.Signers[0].Good != "yes" || r.Signers[0].Trusted != "yes" {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestSignRefuses(t *testing.T) {
	t.Parallel()
	d := newSigningDesk(t, keypair.GOST512, profile.GOST512)
	there := d.put("there.cms", "mine")
	key := []string{"-key", d.keys, "-password-file", d.phrase}
	for wrong, args := range map[string][]string{
		"name a file":       key,
		"name a key file":   {d.file},
		"for one file":      append(key, "-out", "x", d.file, d.file),
		"are for CMS":       append(key, "-format", "raw", "-detached", d.file),
		"leave -detached":   append(key, "-join", "-detached", d.file),
		"cms or xml or raw": append(key, "-format", "pdf", d.file),
		"password":          {"-key", d.keys, "-password-file", d.put("wrong", "Wrong1\n"), d.file},
		"no password":       {"-key", d.keys, "-password-file", d.put("empty", "\n"), d.file},
		"not valid now":     {"-key", d.expired, "-password-file", d.phrase, d.file},
		"there already":     append(key, "-out", there, d.file),
		"no such file":      append(key, d.file+".gone"),
		"no signature":      append(key, "-join", d.file),
	} {
		var out bytes.Buffer
		if err := run(t.Context(), append([]string{"sign"}, args...), &out); err == nil || !strings.Contains(err.Error(), wrong) {
			t.Errorf("%v: %v", args, err)
		}
	}
	if left, err := os.ReadFile(there); err != nil || string(left) != "mine" {
		t.Error("a file was written over")
	}
}
