package census

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"qoltanba/keystore"
	"qoltanba/keystore/keypair"
	"qoltanba/keystore/pfx"
	"qoltanba/keystore/profile"
)

const password = "Steppe2026"

var aigul = profile.Subject{Surname: "САПАРОВА", Name: "АЙГУЛ", IIN: "061211600012"}

// pair is a key with a certificate of the profile; the authority is the key itself.
type pair struct {
	key  crypto.Signer
	cert *x509.Certificate
	id   string
}

var twoPairs = sync.OnceValue(func() (pairs [2]pair) {
	for i := range pairs {
		pairs[i] = newPair(profile.GOST512)
	}
	return pairs
})

func newPair(kind profile.Kind) pair {
	key, err := kind.Algorithm().GenerateKey()
	if err != nil {
		panic(err)
	}
	ski, err := profile.SKI(key.Public())
	if err != nil {
		panic(err)
	}
	from := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	template := &x509.Certificate{
		SerialNumber: profile.Serial(ski), SubjectKeyId: ski[:], NotBefore: from, NotAfter: kind.NotAfter(from),
		KeyUsage: kind.KeyUsage(), ExtraExtensions: []pkix.Extension{profile.KeyStoreExtension()},
	}
	template.ExtKeyUsage, template.UnknownExtKeyUsage = kind.ExtKeyUsages()
	if template.RawSubject, err = aigul.Raw(); err != nil {
		panic(err)
	}
	der, err := keypair.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		panic(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	return pair{key, cert, hex.EncodeToString(ski[:])}
}

// file is a key file that opens at once, with the certificate or without.
func (p pair) file(t testing.TB, certified bool) []byte {
	t.Helper()
	der, err := keypair.MarshalPKCS8(p.key)
	if err != nil {
		t.Fatal(err)
	}
	id, err := hex.DecodeString(p.id)
	if err != nil {
		t.Fatal(err)
	}
	contents := &pfx.Contents{Keys: []pfx.Item{{DER: der, FriendlyName: p.id, LocalKeyID: id}}}
	if certified {
		contents.Certificates = []pfx.Item{{DER: p.cert.Raw, LocalKeyID: id}}
	}
	file, err := pfx.Encode(contents, password, pfx.TripleDES, 2)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func put(t testing.TB, dir, name string, content []byte) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// tell is a line for each file and key, in the order of the report.
func tell(dir string, r Report) string {
	var b strings.Builder
	for _, f := range r.Files {
		name, _ := filepath.Rel(dir, f.Path)
		fmt.Fprintf(&b, "%s %s", filepath.ToSlash(name), f.Condition)
		if f.Leftover {
			b.WriteString(" leftover")
		}
		for _, k := range f.Keys {
			fmt.Fprintf(&b, "; %s id=%v cert=%v %s", k.Kind, k.ID != "", k.Certificate != nil, k.Standing)
			if k.Orphan {
				b.WriteString(" orphan")
			}
			if k.TwinOf != "" {
				b.WriteString(" twin of " + filepath.Base(k.TwinOf))
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}

// A folder as citizens have it: files of this program and of others, one in BER
// with an open length, one renamed, a copy, an orphan, a leftover, rubbish.
func folder(t testing.TB) string {
	dir, pairs := t.TempDir(), twoPairs()
	whole := pairs[0].file(t, true)
	put(t, dir, "GOST512_"+pairs[0].id+".p12", whole)
	put(t, dir, "copy of my key.PFX", ber(whole))
	put(t, dir, "2025/old.p12", pairs[1].file(t, false))
	put(t, dir, ".GOST512_"+pairs[1].id+".p12.0123456789abcdef.partial", pairs[1].file(t, true))
	put(t, dir, ".GOST512_x.p12.0123456789abcdef.partial", whole[:40])
	put(t, dir, "RSA256_"+pairs[1].id+".p12", whole[:100])
	put(t, dir, "empty.p12", nil)
	put(t, dir, "large.p12", make([]byte, pfx.MaxSize+1))
	put(t, dir, "letter.txt", []byte("no key"))
	return dir
}

// ber leaves the length of the outermost value open, as Kalkan does.
func ber(der []byte) []byte {
	header := 2
	if der[1]&0x80 != 0 {
		header += int(der[1] & 0x7f)
	}
	return append(append([]byte{0x30, 0x80}, der[header:]...), 0, 0)
}

func TestCensusWithoutPassword(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	r, err := Take(t.Context(), dir, Options{})
	if err != nil || r.Cut {
		t.Fatalf("%v, %v", r.Cut, err)
	}
	id := twoPairs()[0].id
	want := strings.Join([]string{
		"2025/old.p12 closed; unknown id=true cert=false unknown",
		"GOST512_" + id + ".p12 closed; gost512 id=true cert=false unknown",
		"RSA256_" + twoPairs()[1].id + ".p12 damaged; rsa-sign id=true cert=false unknown twin of old.p12",
		"copy of my key.PFX closed; unknown id=true cert=false unknown twin of GOST512_" + id + ".p12",
		"empty.p12 damaged",
		"large.p12 unreadable",
		".GOST512_" + twoPairs()[1].id + ".p12.0123456789abcdef.partial closed leftover; unknown id=true cert=false unknown twin of old.p12",
		".GOST512_x.p12.0123456789abcdef.partial damaged leftover",
	}, "\n") + "\n"
	if got := tell(dir, r); sorted(got) != sorted(want) {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func sorted(s string) string { // the leftovers' order depends on a key's identifier
	lines := strings.Split(s, "\n")
	for i := range lines {
		for j := i + 1; j < len(lines); j++ {
			if lines[j] < lines[i] {
				lines[i], lines[j] = lines[j], lines[i]
			}
		}
	}
	return strings.Join(lines, "\n")
}

func TestCensusWithPassword(t *testing.T) {
	t.Parallel()
	dir, pairs := folder(t), twoPairs()
	standing := func(_ context.Context, cert *x509.Certificate) (Standing, error) {
		if cert.Equal(pairs[1].cert) {
			return StandingRevoked, errors.New("the line went down")
		}
		return StandingGood, nil
	}
	r, err := Take(t.Context(), dir, Options{Passwords: []string{"Another1", password}, Standing: standing})
	if err != nil {
		t.Fatal(err)
	}
	got := tell(dir, r)
	for _, want := range []string{
		"2025/old.p12 opened; unknown id=true cert=false unknown orphan\n",
		"GOST512_" + pairs[0].id + ".p12 opened; gost512 id=true cert=true good\n",
		"copy of my key.PFX opened; gost512 id=true cert=true good twin of GOST512_",
		".p12.0123456789abcdef.partial opened leftover; gost512 id=true cert=true unknown twin of old.p12\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	for _, f := range r.Files {
		for _, k := range f.Keys {
			if k.Certificate != nil && (k.Owner.IIN != aigul.IIN || !k.Until.Equal(k.Certificate.NotAfter)) {
				t.Errorf("%s: another owner or end", f.Path)
			}
		}
		if shown := fmt.Sprintf("%v %+v %s %#v", f, f, f, f.Keys); strings.Contains(shown, aigul.IIN) || strings.Contains(shown, "САПАРОВА") || strings.Contains(shown, dir) {
			t.Errorf("it shows %s", shown)
		}
	}
}

func TestCensusFollowsNoLink(t *testing.T) {
	t.Parallel()
	outside, dir := t.TempDir(), t.TempDir()
	put(t, outside, "GOST512.p12", twoPairs()[0].file(t, true))
	if err := os.Symlink(filepath.Join(outside, "GOST512.p12"), filepath.Join(dir, "link.p12")); err != nil {
		t.Skip(err)
	}
	if err := os.Symlink(outside, filepath.Join(dir, "folder")); err != nil {
		t.Fatal(err)
	}
	r, err := Take(t.Context(), dir, Options{})
	if err != nil || len(r.Files) != 0 || r.Links != 1 {
		t.Errorf("%d files, %d links, %v", len(r.Files), r.Links, err)
	}
}

func TestCensusKeepsItsLimits(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for i := range 5 {
		put(t, dir, fmt.Sprintf("%d/%d.p12", i%2, i), []byte("rubbish"))
	}
	for what, c := range map[string]struct {
		limits Limits
		files  int
		cut    bool
	}{
		"none":    {Limits{}, 5, false},
		"files":   {Limits{Files: 3}, 3, true},
		"depth":   {Limits{Depth: 1}, 0, true},
		"entries": {Limits{Entries: 2}, 0, true},
	} {
		if r, err := Take(t.Context(), dir, Options{Limits: c.limits}); err != nil || len(r.Files) != c.files || r.Cut != c.cut {
			t.Errorf("%s: %d files, cut %v, %v", what, len(r.Files), r.Cut, err)
		}
	}
}

// What was found before the context ended is kept.
func TestCensusIsCancelled(t *testing.T) {
	t.Parallel()
	dir, ctx := t.TempDir(), context.Context(nil)
	for i := range 3 {
		put(t, dir, fmt.Sprintf("%d.p12", i), twoPairs()[0].file(t, true))
	}
	ctx, cancel := context.WithCancel(t.Context())
	standing := func(context.Context, *x509.Certificate) (Standing, error) {
		cancel()
		return StandingGood, nil
	}
	r, err := Take(ctx, dir, Options{Passwords: []string{password}, Standing: standing})
	if !errors.Is(err, context.Canceled) || len(r.Files) != 1 || !r.Cut {
		t.Errorf("%d files, cut %v, %v", len(r.Files), r.Cut, err)
	}
	if r, err := Take(ctx, dir, Options{}); !errors.Is(err, context.Canceled) || len(r.Files) != 0 {
		t.Errorf("%d files, %v", len(r.Files), err)
	}
}

func TestCensusOfNoFolder(t *testing.T) {
	t.Parallel()
	for _, dir := range []string{filepath.Join(t.TempDir(), "gone"), ""} {
		if _, err := Take(t.Context(), dir, Options{}); err == nil {
			t.Errorf("%q passes", dir)
		}
	}
}

// The program's own files, as they are written, are known by all that they show.
func TestCensusKnowsOwnFiles(t *testing.T) {
	t.Parallel()
	dir, p := t.TempDir(), twoPairs()[0]
	if _, err := keystore.WriteKeyFile(dir, p.key, p.cert, password, keystore.EncodingAES256); err != nil {
		t.Fatal(err)
	}
	r, err := Take(t.Context(), dir, Options{Passwords: []string{password}})
	if err != nil || tell(dir, r) != "GOST512_"+p.id+".p12 opened; gost512 id=true cert=true unknown\n" || r.Files[0].Keys[0].ID != p.id {
		t.Errorf("%s%v", tell(dir, r), err)
	}
}

func FuzzOpen(f *testing.F) {
	whole := twoPairs()[0].file(f, true)
	f.Add(whole, "GOST512_00.p12")
	f.Add(ber(whole), "")
	f.Add(twoPairs()[1].file(f, false), "AUTH_RSA256_"+twoPairs()[1].id)
	f.Fuzz(func(t *testing.T, data []byte, name string) {
		condition, keys := open(data, name, nil)
		if condition != Closed && condition != Damaged && condition != Foreign {
			t.Errorf("without a password it is %s", condition)
		}
		for _, k := range keys {
			if k.Orphan || k.Standing == StandingGood {
				t.Error("a closed file tells too much")
			}
		}
	})
}
