package xmldsig

import (
	"bytes"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"qoltanba/keystore/keypair"
)

var (
	rsaSigner  = sync.OnceValue(func() Signer { return newSigner(keypair.RSA) })
	gostSigner = sync.OnceValue(func() Signer { return newSigner(keypair.GOST512) })
)

func newSigner(a keypair.Algorithm) Signer {
	key, err := a.GenerateKey()
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "СЕРІКОВ ЕРЛАН"}, SubjectKeyId: []byte{1},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(1, 0, 0), KeyUsage: x509.KeyUsageDigitalSignature,
	}
	der, err := keypair.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		panic(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	return Signer{Key: key, Certificate: cert}
}

// documents are hard for canonicalisation in one way each.
var documents = map[string]string{
	"plain":             "<tag>data</tag>",
	"empty":             "<tag/>",
	"declared":          "<?xml version=\"1.0\" encoding=\"windows-1251\"?>\r\n<тег атр='қ'>ә</тег>\r\n",
	"byte order mark":   "\ufeff<tag>data</tag>",
	"order":             `<a b="2" a="1" z:a="3" xmlns:z="urn:z" xmlns:y="urn:a" y:a="4" xmlns="urn:d" xml:lang="kk"><b xmlns="" xmlns:z="urn:z"><c xmlns="urn:d" xmlns:q="urn:q"/></b></a>`,
	"white space":       "<a  b = 'x\ty\nz&#10;&#13;&#9;'\r\n>\r\n\tc&#13;\r</a >",
	"character data":    "<a><![CDATA[<b>&]]>]]&gt; &lt;&amp;&quot;&apos; é&#x4D9;</a>",
	"remarks":           "<!-- before --><a><!-- in --><b/><!-- in --></a><!-- after -->",
	"instructions":      "<?one two?>\n<!-- x --><a><?three?><?four  five ?></a>\n<?six?>",
	"quotes":            `<a b='"' c="'" d="&lt;&gt;&amp;">></a>`,
	"prefix of ours":    `<ds:a xmlns:ds="urn:other"><ds:b xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/></ds:a>`,
	"same again":        `<a xmlns:p="urn:p"><p:b xmlns:p="urn:p"><p:c xmlns:p="urn:q"/></p:b></a>`,
	"attributes of xml": `<a xml:space="preserve" xml:lang="ru" xml:id="i" xmlns="urn:x"> <b xml:lang=""/> </a>`,
}

// TestXMLSecAcceptsOurs holds our canonicalisation against libxml2's.
func TestXMLSecAcceptsOurs(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("xmlsec1"); err != nil {
		t.Skip("xmlsec1 is not installed (make setup)")
	}
	s := rsaSigner()
	layout := Compact
	for name, document := range documents {
		signed := sign(t, s, document, layout)
		if out, err := xmlsec(t, s, signed); err != nil {
			t.Errorf("%s: %v: %s\n%s", name, err, out, signed)
		}
		layout = Compact + Broken - layout
	}
	changed := bytes.Replace(sign(t, s, "<a>1</a>", Broken), []byte("<a>1"), []byte("<a>2"), 1)
	if out, err := xmlsec(t, s, changed); err == nil {
		t.Errorf("xmlsec1 takes what was changed: %s", out)
	}
}

func xmlsec(t *testing.T, s Signer, signed []byte) (string, error) {
	t.Helper()
	dir := t.TempDir()
	file, cert := filepath.Join(dir, "signed.xml"), filepath.Join(dir, "cert.pem")
	for path, data := range map[string][]byte{file: signed, cert: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate.Raw})} {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out, err := exec.CommandContext(t.Context(), "xmlsec1", "--verify", "--pubkey-cert-pem", cert, file).CombinedOutput()
	return string(out), err
}

func sign(t testing.TB, s Signer, document string, layout Layout) []byte {
	t.Helper()
	signed, err := s.Sign([]byte(document), layout)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

func judge(t testing.TB, signed []byte) Finding {
	t.Helper()
	findings, err := Verify(signed)
	if err != nil || len(findings) == 0 {
		t.Fatalf("%d findings: %v", len(findings), err)
	}
	return findings[len(findings)-1]
}

func TestSignedAndVerified(t *testing.T) {
	t.Parallel()
	for _, s := range []Signer{rsaSigner(), gostSigner()} {
		for name, document := range documents {
			for _, layout := range []Layout{Compact, Broken} {
				signed := sign(t, s, document, layout)
				if f := judge(t, signed); !f.Whole || !f.Good || f.Reason != nil || !f.Certificate.Equal(s.Certificate) {
					t.Errorf("%s: %v\n%s", name, f.Reason, signed)
				}
			}
		}
		signed := sign(t, s, "<tag>data</tag>", Compact)
		if f := judge(t, bytes.Replace(signed, []byte("data"), []byte("date"), 1)); f.Whole || !f.Good || !errors.Is(f.Reason, ErrChanged) {
			t.Errorf("changed: %v", f.Reason)
		}
		other := newSigner(keypair.GOST512)
		other.Certificate = s.Certificate
		if _, err := other.Sign([]byte("<a/>"), Compact); !errors.Is(err, ErrKeyMismatch) {
			t.Errorf("another's certificate: %v", err)
		}
	}
}

// The digest and the layouts are those of NCALayer for this document.
func TestFormIsThatOfNCALayer(t *testing.T) {
	t.Parallel()
	const digest = "<ds:DigestValue>soDZFGIUsZ1x0sK/7x1bJvtGeQsO0BKOVwAvKxC3RJY=</ds:DigestValue>"
	const begin = `<?xml version="1.0" encoding="UTF-8" standalone="no"?><tag>data<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#">`
	broken, compact := string(sign(t, rsaSigner(), "<tag>data</tag>", Broken)), string(sign(t, rsaSigner(), "<tag>data</tag>", Compact))
	for layout, signed := range map[string]string{"broken": broken, "compact": compact} {
		if !strings.Contains(signed, digest) || !strings.HasPrefix(signed, begin) || !strings.HasSuffix(signed, "</ds:Signature></tag>") {
			t.Errorf("%s: %s", layout, signed)
		}
	}
	if strings.ContainsAny(compact[len(declaration):], "\r\n") || !strings.Contains(broken, begin+"\r\n<ds:SignedInfo>\r\n<ds:CanonicalizationMethod ") {
		t.Error("white space is not as it should be")
	}
	for line := range strings.SplitSeq(broken, "\r\n") {
		if len(line) > 76 && !strings.Contains(line, "<") {
			t.Errorf("a line of %d", len(line))
		}
	}
}

// A portal that reads the document and drops white space between elements gets
// a compact signature that still holds.
func TestCompactOutlivesStrippedWhiteSpace(t *testing.T) {
	t.Parallel()
	s := rsaSigner()
	signed := sign(t, s, "<a><b>data</b></a>", Compact)
	stripped := regexp.MustCompile(`>\s+<`).ReplaceAll(signed, []byte("><"))
	if f := judge(t, stripped); !f.Good || !f.Whole {
		t.Error(f.Reason)
	}
}

func TestVerifyDistrustsOtherForms(t *testing.T) {
	t.Parallel()
	signed := string(sign(t, rsaSigner(), "<a>1</a>", Compact))
	for name, c := range map[string]struct{ from, to string }{
		"part of the document": {`URI=""`, `URI="#x"`},
		"another transform":    {enveloped, "http://www.w3.org/TR/1999/REC-xpath-19991116"},
		"SHA-1":                {"http://www.w3.org/2001/04/xmlenc#sha256", namespace + "sha1"},
		"another canon":        {`Method Algorithm="` + c14n + `"`, `Method Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"`},
		"two references":       {"</ds:SignedInfo>", "<ds:Reference URI=\"\"/></ds:SignedInfo>"},
	} {
		if f := judge(t, []byte(strings.Replace(signed, c.from, c.to, 1))); f.Good || f.Whole || !errors.Is(f.Reason, ErrOtherForm) {
			t.Errorf("%s: %v", name, f.Reason)
		}
	}
	if _, err := Verify([]byte("<a/>")); !errors.Is(err, ErrNotSigned) {
		t.Error(err)
	}
	f := judge(t, []byte(strings.Replace(signed, "<ds:X509Certificate>M", "<ds:X509Certificate>N", 1)))
	if f.Good || !errors.Is(f.Reason, ErrNoCertificate) {
		t.Error(f.Reason)
	}
}

func TestBadXMLIsToldByItsPlace(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]SyntaxError{
		"<this>is not a valid XML":             {1, 25, unfinished},
		"":                                     {1, 1, "Premature end of file."},
		"text":                                 {1, 1, "Content is not allowed in prolog."},
		"<a/>\ntext":                           {1, 5, "Content is not allowed in trailing section."},
		"<a>\n<b></c></a>":                     {2, 8, `The element type "b" must be terminated by the matching end-tag "</b>".`},
		"<a/><b/>":                             {1, 9, "The markup in the document following the root element must be well-formed."},
		"<!DOCTYPE a [<!ENTITY x 'y'>]><a/>":   {1, 1, "DOCTYPE is disallowed."},
		"<p:a/>":                               {1, 7, `The prefix "p" for element "p:a" is not bound.`},
		`<a p:b="1"/>`:                         {1, 13, `The prefix "p" for attribute "p:b" is not bound.`},
		`<a b="1" b="2"/>`:                     {1, 17, `Attribute "b" was already specified for element "a".`},
		`<a xmlns:p="u" xmlns:p="v"/>`:         {1, 29, "A namespace is declared twice, or may not be declared like this."},
		" <?xml version='1.0'?><a/>":           {1, 2, `The processing instruction target matching "[xX][mM][lL]" is not allowed.`},
		"<?xml version='1.0'?><a>&nosuch;</a>": {1, 33, "The markup is not well-formed."},
	} {
		var got *SyntaxError
		if err := Check([]byte(source)); !errors.As(err, &got) || *got != want {
			t.Errorf("%q: %+v, want %+v", source, got, want)
		}
	}
	for name, source := range map[string]string{
		"deep": strings.Repeat("<a>", 10_000) + strings.Repeat("</a>", 10_000),
		"wide": "<a>" + strings.Repeat("<b/>", maxNodes) + "</a>",
	} {
		if err := Check([]byte(source)); !errors.Is(err, ErrForm) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A document that has a signature gets another, over the first as well.
func TestASecondSignerSigns(t *testing.T) {
	t.Parallel()
	twice := sign(t, gostSigner(), string(sign(t, rsaSigner(), "<a>1</a>", Compact)), Compact)
	findings, err := Verify(twice)
	if err != nil || len(findings) != 2 || !findings[1].Good || !findings[1].Whole || !findings[0].Good {
		t.Errorf("%v: %+v", err, findings)
	}
}

func TestSignerHidesItself(t *testing.T) {
	t.Parallel()
	key := gostSigner().Key
	if s := (Signer{Key: key}); s.LogValue().String() != "[signer]" {
		t.Error("the signer shows itself")
	}
}

// FuzzSign looks for documents that are taken and then not found as they were
// signed, or that make the reader fail.
func FuzzSign(f *testing.F) {
	for _, d := range documents {
		f.Add([]byte(d))
	}
	f.Add([]byte("<this>is not a valid XML"))
	s := gostSigner()
	f.Fuzz(func(t *testing.T, data []byte) {
		signed, err := s.Sign(data, Compact)
		if err != nil {
			var syntax *SyntaxError
			if !errors.As(err, &syntax) && !errors.Is(err, ErrForm) {
				t.Fatal(err)
			}
			return
		}
		if found := judge(t, signed); !found.Good || !found.Whole {
			t.Fatalf("%v\n%q\n%q", found.Reason, data, signed)
		}
	})
}
