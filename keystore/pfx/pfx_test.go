package pfx

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha1"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/cryptobyte"
	tags "golang.org/x/crypto/cryptobyte/asn1"

	"qoltanba/keystore/gost"
)

const password = "Qwerty12"

// contents are a small key with its certificate, under names as the National Certification Authority gives them.
func contents(t testing.TB) *Contents {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "ӘЛИЯ ҚҰСАЙЫНОВА"}, NotAfter: time.Now().Add(time.Hour)}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	id := bytes.Repeat([]byte{0xd6}, 20)
	name := hex.EncodeToString(id)
	return &Contents{Keys: []Item{{private, name, id}}, Certificates: []Item{{certificate, name, id}}}
}

func (c *Contents) equal(o *Contents) bool {
	same := func(a, b []Item) bool {
		if len(a) != len(b) {
			return false
		}
		for i := range a {
			if !bytes.Equal(a[i].DER, b[i].DER) || a[i].FriendlyName != b[i].FriendlyName || !bytes.Equal(a[i].LocalKeyID, b[i].LocalKeyID) {
				return false
			}
		}
		return true
	}
	return o != nil && same(c.Keys, o.Keys) && same(c.Certificates, o.Certificates)
}

func encoded(t testing.TB, c *Contents, e Encoding) []byte {
	t.Helper()
	file, err := Encode(c, password, e, 1024)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestComesBack(t *testing.T) {
	t.Parallel()
	k, err := gost.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	private, err := gost.MarshalPrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]*Contents{
		"a pair": contents(t), "a GOST key": {Keys: []Item{{DER: private, FriendlyName: "кілт"}}}, "nothing": {},
	} {
		for _, e := range []Encoding{TripleDES, AES256} {
			back, err := Decode(encoded(t, c, e), password)
			if err != nil || !c.equal(back) {
				t.Errorf("%s under encoding %d comes back as another: %v", name, e, err)
			}
		}
	}
}

// openssl runs it in a folder of the test's own.
func openssl(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "openssl", args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "KEY_PASSWORD="+password)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("openssl %s: %v: %s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

func TestOthersOpenOurs(t *testing.T) {
	t.Parallel()
	dir, c := t.TempDir(), contents(t)
	for name, e := range map[string]Encoding{"3des.p12": TripleDES, "aes.p12": AES256} {
		if err := os.WriteFile(filepath.Join(dir, name), encoded(t, c, e), 0o600); err != nil {
			t.Fatal(err)
		}
		shown := openssl(t, dir, "pkcs12", "-legacy", "-in", name, "-noenc", "-passin", "env:KEY_PASSWORD")
		for _, want := range []string{"BEGIN PRIVATE KEY", "BEGIN CERTIFICATE", "friendlyName: " + c.Keys[0].FriendlyName, "localKeyID: D6 D6"} {
			if !strings.Contains(shown, want) {
				t.Errorf("%s: OpenSSL does not show %q", name, want)
			}
		}
		cmd := exec.CommandContext(t.Context(), "keytool", "-list", "-keystore", name, "-storetype", "PKCS12", "-storepass", password)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), c.Keys[0].FriendlyName+", ") || !strings.Contains(string(out), "PrivateKeyEntry") {
			t.Errorf("%s: Java shows %v: %s", name, err, out)
		}
	}
}

func TestOpenSSLsAreRead(t *testing.T) {
	t.Parallel()
	dir, c := t.TempDir(), contents(t)
	pems := append(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: c.Keys[0].DER}), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Certificates[0].DER})...)
	if err := os.WriteFile(filepath.Join(dir, "pair.pem"), pems, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, args := range map[string][]string{
		"as it is today":      nil,
		"RC2 of 40 bits":      {"-legacy", "-certpbe", "PBE-SHA1-RC2-40", "-keypbe", "PBE-SHA1-3DES", "-macalg", "sha1"},
		"AES-128, SHA-512":    {"-certpbe", "AES-128-CBC", "-keypbe", "AES-128-CBC", "-macalg", "sha512"},
		"3DES through PBES2":  {"-certpbe", "DES-EDE3-CBC", "-keypbe", "DES-EDE3-CBC"},
		"the key not at all":  {"-keypbe", "NONE"},
		"certificate neither": {"-keypbe", "NONE", "-certpbe", "NONE"},
	} {
		file := strings.ReplaceAll(name, " ", "-")
		openssl(t, dir, append([]string{"pkcs12", "-export", "-in", "pair.pem", "-out", file, "-name", "Әлия", "-passout", "env:KEY_PASSWORD"}, args...)...)
		data, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			t.Fatal(err)
		}
		got, err := Decode(data, password)
		if err != nil || len(got.Keys) != 1 || len(got.Certificates) != 1 {
			t.Errorf("%s: %v", name, err)
			continue
		}
		key, err := x509.ParsePKCS8PrivateKey(got.Keys[0].DER)
		want, wantErr := x509.ParsePKCS8PrivateKey(c.Keys[0].DER)
		if err != nil || wantErr != nil || !want.(*ecdsa.PrivateKey).Equal(key) || !bytes.Equal(got.Certificates[0].DER, c.Certificates[0].DER) {
			t.Errorf("%s: another key or certificate: %v", name, err)
		}
		if got.Keys[0].FriendlyName != "Әлия" {
			t.Errorf("%s: the name is %q", name, got.Keys[0].FriendlyName)
		}
	}
}

// twin is a file as NCALayer's library writes it: lengths left open, strings in
// pieces, the certificate under RC2.
func twin(t testing.TB, c *Contents) []byte {
	t.Helper()
	certificates, err := c.certificateBags()
	if err != nil {
		t.Fatal(err)
	}
	keys, err := c.keyBags(password, TripleDES, 1024)
	if err != nil {
		t.Fatal(err)
	}
	p := protection{scheme: oidPBERC2, salt: random(20), iterations: 1024}
	sealed, err := p.seal(loose(certificates), password)
	if err != nil {
		t.Fatal(err)
	}
	var pieces cryptobyte.Builder
	for half := range 2 {
		pieces.AddASN1OctetString(sealed[half*len(sealed)/2 : (half+1)*len(sealed)/2])
	}
	var algorithm, oid cryptobyte.Builder
	p.add(&algorithm)
	oid.AddASN1ObjectIdentifier(oidData)
	info := open(byte(tags.SEQUENCE), oid.BytesOrPanic(), algorithm.BytesOrPanic(), open(byte(explicit), pieces.BytesOrPanic()))
	var encrypted cryptobyte.Builder
	encrypted.AddASN1ObjectIdentifier(oidEncryptedData)
	certificateInfo := open(byte(tags.SEQUENCE), encrypted.BytesOrPanic(), open(byte(explicit), open(byte(tags.SEQUENCE), []byte{2, 1, 0}, info)))
	keyInfo := open(byte(tags.SEQUENCE), oid.BytesOrPanic(), open(byte(explicit), chunks(loose(keys))))
	content := open(byte(tags.SEQUENCE), keyInfo, certificateInfo)
	salt := random(20)
	var mac cryptobyte.Builder
	mac.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
			addAlgorithm(b, oidSHA1)
			b.AddASN1OctetString(integrity(sha1.New, content, password, salt, 1024))
		})
		b.AddASN1OctetString(salt)
		b.AddASN1Int64(1024)
	})
	return open(byte(tags.SEQUENCE), []byte{2, 1, 3}, open(byte(tags.SEQUENCE), oid.BytesOrPanic(), open(byte(explicit), chunks(content))), mac.BytesOrPanic())
}

// open is a value whose length is left open.
func open(tag byte, parts ...[]byte) []byte {
	return append(append([]byte{tag, 0x80}, bytes.Join(parts, nil)...), 0, 0)
}

// chunks is an OCTET STRING in pieces of 100 bytes.
func chunks(b []byte) []byte {
	var pieces cryptobyte.Builder
	for len(b) > 0 {
		n := min(100, len(b))
		pieces.AddASN1OctetString(b[:n])
		b = b[n:]
	}
	return open(0x24, pieces.BytesOrPanic())
}

// loose leaves the length of a SEQUENCE open.
func loose(der []byte) []byte {
	in := cryptobyte.String(der)
	var inner cryptobyte.String
	in.ReadASN1(&inner, tags.SEQUENCE)
	return open(byte(tags.SEQUENCE), inner)
}

func TestTwinOfANCALayerFileOpens(t *testing.T) {
	t.Parallel()
	c := contents(t)
	back, err := Decode(twin(t, c), password)
	if err != nil || !c.equal(back) {
		t.Fatalf("comes back as another: %v", err)
	}
	// The twin is one that others take for a key file too.
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "twin.p12"), twin(t, c), 0o600); err != nil {
		t.Fatal(err)
	}
	if shown := openssl(t, dir, "pkcs12", "-legacy", "-in", "twin.p12", "-noenc", "-passin", "env:KEY_PASSWORD"); !strings.Contains(shown, "BEGIN PRIVATE KEY") {
		t.Error("OpenSSL finds no key in the twin")
	}
}

func TestWhatIsWrongIsNamed(t *testing.T) {
	t.Parallel()
	c := contents(t)
	for name, good := range map[string][]byte{"3DES": encoded(t, c, TripleDES), "AES": encoded(t, c, AES256), "BER": twin(t, c)} {
		if _, err := Decode(good, "Qwerty13"); !errors.Is(err, ErrPassword) {
			t.Errorf("%s, another password: %v", name, err)
		}
		if _, err := Decode(append(bytes.Clone(good), 0), password); !errors.Is(err, ErrFormat) {
			t.Errorf("%s, a byte too many: %v", name, err)
		}
		for at := range good {
			if _, err := Decode(good[:at], password); err == nil {
				t.Fatalf("%s, cut at %d: opens", name, at)
			}
		}
		for at := 0; at < len(good); at += 3 {
			changed := bytes.Clone(good)
			changed[at] ^= 1
			back, err := Decode(changed, password)
			if err == nil && !c.equal(back) {
				t.Fatalf("%s, byte %d changed: opens as something else", name, at)
			}
		}
	}
	if _, err := Encode(c, password, TripleDES, MaxIterations+1); err == nil {
		t.Error("a count of rounds is written that is not read")
	}
}

// A count that would take hours is refused before anything is derived from it: of the whole file's code, and of a bag's protection.
func TestAbsurdRoundsAreRefused(t *testing.T) {
	t.Parallel()
	modest, absurd := []byte{0x02, 0x03, 0x01, 0x86, 0xa0}, []byte{0x02, 0x03, 0x7f, 0xff, 0xff} // 100,000 and 8,388,607
	file, err := Encode(contents(t), password, TripleDES, 100_000)
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.LastIndex(file, modest)
	if at < 0 {
		t.Fatal("the file holds no count of rounds")
	}
	copy(file[at:], absurd)
	if _, err := Decode(file, password); !errors.Is(err, ErrFormat) {
		t.Errorf("the code's rounds: %v", err)
	}
	for _, count := range [][]byte{modest, absurd} {
		var salt []byte
		var rounds int
		in := cryptobyte.String(append([]byte{0x04, 0x01, 0x55}, count...))
		if read := readSalted(&in, &salt, &rounds); read != bytes.Equal(count, modest) {
			t.Errorf("a bag's %d rounds are taken: %t", rounds, read)
		}
	}
}

// The vectors of RFC 2268, section 5, whose keys use all their bits.
func TestRC2(t *testing.T) {
	t.Parallel()
	for _, v := range [][3]string{
		{"ffffffffffffffff", "ffffffffffffffff", "278b27e42e2f0d49"},
		{"3000000000000000", "1000000000000001", "30649edf9be7d2c2"},
		{"88bca90e90875a7f0f79c384627bafb2", "0000000000000000", "2269552ab0f85ca6"},
	} {
		key, _ := hex.DecodeString(v[0])
		plain, _ := hex.DecodeString(v[1])
		block := newRC2(key)
		got := make([]byte, 8)
		block.Encrypt(got, plain)
		if hex.EncodeToString(got) != v[2] {
			t.Errorf("key %s: %x, want %s", v[0], got, v[2])
		}
		block.Decrypt(got, got)
		if !bytes.Equal(got, plain) {
			t.Errorf("key %s does not decrypt", v[0])
		}
	}
}

func FuzzDecode(f *testing.F) {
	maxIterations = 2000 // fuzz targets run after all tests
	c := contents(f)
	f.Add(encoded(f, c, TripleDES))
	f.Add(twin(f, c))
	f.Fuzz(func(t *testing.T, file []byte) {
		if len(file) > 4<<10 {
			return // more bytes find no more
		}
		opened, err := Decode(file, password)
		if err != nil {
			return
		}
		if back, err := Decode(encoded(t, opened, TripleDES), password); err != nil || !opened.equal(back) {
			t.Errorf("what was opened comes back as another: %v", err)
		}
	})
}
