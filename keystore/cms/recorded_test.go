package cms

import (
	"bytes"
	"crypto/x509"
	"flag"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "sign anew what lies in testdata, with new keys that are thrown away")

// recorded are signatures of text as they were made once. A signature is kept
// for decades: what was good must stay good. It needs no key here, which also
// lets the fuzzer's many processes begin at once and judge by one root.
type recorded struct {
	attached, detached []byte
	root               *x509.Certificate
}

func recording(t testing.TB) recorded {
	t.Helper()
	read := func(name string) []byte {
		content, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatalf("%v: make it with -update", err)
		}
		return content
	}
	root, err := x509.ParseCertificate(read("root.cer"))
	if err != nil {
		t.Fatal(err)
	}
	return recorded{read("attached.cms"), read("detached.cms"), root}
}

func (r recorded) verification() Verification {
	return Verification{Authorities: []*x509.Certificate{r.root}, At: noon}
}

func TestSignaturesStayGood(t *testing.T) {
	if *update {
		record(t)
	}
	r := recording(t)
	for name, c := range map[string]struct{ der, content []byte }{"attached": {r.attached, nil}, "detached": {r.detached, text}} {
		v := r.verification()
		v.Content = c.content
		if f := judge(t, c.der, v); !f.BES || !f.Whole || !f.Good || f.Trust != Trusted || !f.Time.Equal(noon) {
			t.Errorf("%s: %v", name, f.Reason)
		}
	}
}

func record(t *testing.T) {
	c := actors()
	detached, err := c.citizen.signer().Detached(text)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll("testdata", 0o750); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{
		"attached.cms": attached(t, c.citizen.signer(), text), "detached.cms": detached, "root.cer": c.root.cert.Raw,
	} {
		if err := os.WriteFile(filepath.Join("testdata", name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// Whatever comes, nothing counts as signed by the citizen that was not; and a
// finding that finds fault says why.
func FuzzParse(f *testing.F) {
	r := recording(f)
	f.Add(r.attached)
	f.Add(r.detached)
	f.Add(attached(f, gostSigner(), text))
	f.Fuzz(func(t *testing.T, der []byte) {
		sd, err := Parse(der)
		if err != nil {
			return
		}
		v := r.verification()
		if sd.Detached {
			v.Content = text
		}
		findings, err := sd.Verify(v)
		if err != nil {
			t.Fatal(err)
		}
		for _, finding := range findings {
			faultless := finding.Whole && finding.Good && finding.Trust != Untrusted
			if faultless && finding.Trust == Trusted && !sd.Detached && !bytes.Equal(sd.Content, text) {
				t.Error("a content that nobody signed passes")
			}
			if (finding.Reason == nil) != faultless {
				t.Errorf("whole %v, good %v, trust %v, and yet: %v", finding.Whole, finding.Good, finding.Trust, finding.Reason)
			}
		}
	})
}
