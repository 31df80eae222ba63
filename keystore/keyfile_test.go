package keystore

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"software.sslmate.com/src/go-pkcs12"

	"qoltanba/keystore/keypair"
	"qoltanba/keystore/pfx"
	"qoltanba/keystore/profile"
)

// Both kinds of keys, in both encodings, as others see them. OpenSSL has to be
// kept from the GOST key, and Java from looking into it: they know the
// algorithm by other names.
func TestKeyFileOpensEverywhere(t *testing.T) {
	t.Parallel()
	for encoding, c := range map[Encoding]struct {
		name, cipher, mac string
		openssl           []string
	}{
		Encoding3DES:   {"3DES", "pbeWithSHA1And3-KeyTripleDES-CBC, Iteration 100000", "MAC: sha1, Iteration 100000", []string{"-legacy"}},
		EncodingAES256: {"AES-256", "PBES2, PBKDF2, AES-256-CBC, Iteration 100000", "MAC: sha256, Iteration 100000", nil},
	} {
		for kind, keys := range map[profile.Kind]struct {
			shown string
			args  []string
		}{
			profile.RSASign: {"BEGIN PRIVATE KEY", []string{"-noenc"}},
			profile.GOST512: {"BEGIN CERTIFICATE", []string{"-nokeys"}},
		} {
			t.Run(c.name+" "+kind.Name(), func(t *testing.T) {
				t.Parallel()
				key := keyOf(kind)
				cert := issue(t, key, kind)
				path, err := WriteKeyFile(t.TempDir(), key, cert, goodPassword, encoding)
				if err != nil {
					t.Fatal(err)
				}
				kf, err := ReadKeyFile(path, goodPassword)
				if err != nil || !kf.Certificate.Equal(cert) || !keypair.Same(kf.Key.Public(), key.Public()) {
					t.Errorf("does not read back: %v", err)
				}
				alias := hex.EncodeToString(cert.SubjectKeyId)
				t.Run("OpenSSL", func(t *testing.T) {
					args := slices.Concat([]string{"pkcs12", "-in", path, "-info", "-passin", "env:KEY_PASSWORD"}, keys.args, c.openssl)
					out, err := run(t, goodPassword, "openssl", args...)
					if err != nil {
						t.Fatalf("%v: %s", err, out)
					}
					for _, want := range []string{c.cipher, c.mac, keys.shown, fmt.Sprintf("localKeyID: % X", cert.SubjectKeyId), "friendlyName: " + alias} {
						if !strings.Contains(out, want) {
							t.Errorf("OpenSSL does not show %q", want)
						}
					}
					if out, err := run(t, "Another1", "openssl", args...); err == nil || !strings.Contains(out, "invalid password") {
						t.Errorf("OpenSSL takes another password: %s", out)
					}
				})
				t.Run("keytool", func(t *testing.T) {
					out, err := run(t, goodPassword, "keytool", "-list", "-keystore", path, "-storetype", "PKCS12", "-storepass:env", "KEY_PASSWORD")
					if err != nil || !strings.Contains(out, "PrivateKeyEntry") || !strings.Contains(out, alias) {
						t.Errorf("%v: %s", err, out)
					}
				})
				if kind == profile.RSASign {
					t.Run("go-pkcs12", func(t *testing.T) {
						file, err := os.ReadFile(path)
						if err != nil {
							t.Fatal(err)
						}
						other, with, err := pkcs12.Decode(file, goodPassword)
						if err != nil || !with.Equal(cert) || !other.(*rsa.PrivateKey).Equal(key) {
							t.Errorf("another key or certificate: %v", err)
						}
					})
				}
			})
		}
	}
}

func TestKeyFileNameAndMode(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), strings.Repeat("Құжаттар-", 12), strings.Repeat("ұзын ", 20)+"x", "ЭЦҚ")
	if err := CreateFolder(dir); err != nil {
		t.Fatal(err)
	}
	for _, kind := range slices.Concat(profile.RSAKinds(), profile.Kinds(keypair.GOST512)) {
		key := keyOf(kind)
		cert := issue(t, key, kind)
		path, err := WriteKeyFile(dir, key, cert, goodPassword, Encoding3DES)
		if err != nil {
			t.Fatal(err)
		}
		want := map[profile.Kind]string{profile.RSASign: "RSA256_", profile.RSAAuth: "AUTH_RSA256_", profile.GOST512: "GOST512_"}[kind]
		if name := filepath.Base(path); !strings.HasPrefix(name, want) || len(name) != len(want)+40+len(".p12") {
			t.Errorf("%v has the name %s", kind, name)
		}
		if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode() != 0o600 {
			t.Errorf("%v, %v", info.Mode(), err)
		}
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 3 {
		t.Errorf("the folder has %v", entries)
	}
}

func TestKeyFileReplacesNothing(t *testing.T) {
	t.Parallel()
	key := rsaKeys()[0]
	cert := issue(t, key, profile.RSASign)
	name, err := keyFileName(cert)
	if err != nil {
		t.Fatal(err)
	}
	for what, put := range map[string]func(path string) error{
		"file":          func(p string) error { return os.WriteFile(p, []byte("дерек"), 0o600) },
		"folder":        func(p string) error { return os.Mkdir(p, 0o700) },
		"dangling link": func(p string) error { return symlink(filepath.Join(filepath.Dir(p), "absent"), p) },
	} {
		t.Run(what, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, name)
			if err := put(path); err != nil {
				t.Skipf("no %s is possible here: %v", what, err)
			}
			before := snapshot(t, dir)
			if _, err := WriteKeyFile(dir, key, cert, goodPassword, Encoding3DES); !errors.Is(err, ErrExists) {
				t.Errorf("got %v, want ErrExists", err)
			}
			if after := snapshot(t, dir); after != before {
				t.Errorf("the folder changed from %s to %s", before, after)
			}
		})
	}
}

// The whole key file lies elsewhere, and a link to it has the name: that is not
// a file in the chosen folder.
func TestKeyFileBehindLinkDoesNotCount(t *testing.T) {
	t.Parallel()
	key, elsewhere, dir := rsaKeys()[0], t.TempDir(), t.TempDir()
	cert := issue(t, key, profile.RSASign)
	path, err := WriteKeyFile(elsewhere, key, cert, goodPassword, Encoding3DES)
	if err != nil {
		t.Fatal(err)
	}
	if err := symlink(path, filepath.Join(dir, filepath.Base(path))); err != nil {
		t.Skipf("links cannot be made here: %v", err)
	}
	if _, err := WriteKeyFile(dir, key, cert, goodPassword, Encoding3DES); !errors.Is(err, ErrExists) {
		t.Errorf("got %v, want ErrExists", err)
	}
}

func TestKeyFileWrittenTwice(t *testing.T) {
	t.Parallel()
	key, dir := rsaKeys()[0], t.TempDir()
	cert := issue(t, key, profile.RSASign)
	first, err := WriteKeyFile(dir, key, cert, goodPassword, Encoding3DES)
	if err != nil {
		t.Fatal(err)
	}
	before := snapshot(t, dir)
	if again, err := WriteKeyFile(dir, key, cert, goodPassword, Encoding3DES); err != nil || again != first {
		t.Errorf("the same again: %v", err)
	}
	if _, err := WriteKeyFile(dir, key, cert, "Another1", Encoding3DES); !errors.Is(err, ErrExists) {
		t.Errorf("another password: got %v, want ErrExists", err)
	}
	if snapshot(t, dir) != before {
		t.Error("the file changed")
	}
}

func TestKeyFileRefusals(t *testing.T) {
	t.Parallel()
	keys, dir := rsaKeys(), t.TempDir()
	cert := issue(t, keys[0], profile.RSASign)
	link := filepath.Join(t.TempDir(), "link")
	noLinks := symlink(dir, link)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		dir      string
		key      int
		password string
		want     error
	}{
		"other key":      {dir, 1, goodPassword, ErrMismatch},
		"weak password":  {dir, 0, "password", ErrPasswordRules},
		"linked folder":  {link, 0, goodPassword, ErrNotFolder},
		"link and slash": {link + "/", 0, goodPassword, ErrNotFolder},
		"no folder":      {filepath.Join(dir, "absent"), 0, goodPassword, ErrFolderGone},
		"file as folder": {file, 0, goodPassword, ErrNotFolder},
	} {
		t.Run(name, func(t *testing.T) {
			if noLinks != nil && strings.HasPrefix(c.dir, link) {
				t.Skipf("links cannot be made here: %v", noLinks)
			}
			if _, err := WriteKeyFile(c.dir, keys[c.key], cert, c.password, Encoding3DES); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
	if entries, _ := os.ReadDir(dir); len(entries) > 0 {
		t.Errorf("a refusal left %v", entries)
	}
}

func TestReadKeyFileErrors(t *testing.T) {
	t.Parallel()
	key, dir := rsaKeys()[0], t.TempDir()
	cert := issue(t, key, profile.RSASign)
	good, err := pkcs12.LegacyDES.WithIterations(2).Encode(key, cert, nil, goodPassword)
	if err != nil {
		t.Fatal(err)
	}
	mismatched, err := pkcs12.LegacyDES.Encode(rsaKeys()[1], cert, nil, goodPassword)
	if err != nil {
		t.Fatal(err)
	}
	otherKind, err := encodeKeyFile(KeyFile{gostKeys()[0], cert}, goodPassword, Encoding3DES)
	if err != nil {
		t.Fatal(err)
	}
	slow := bytes.Clone(good) // MacData ends the file with INTEGER 2, its rounds
	slow = append(slow[:len(slow)-3], 0x02, 0x01, 0x00)
	changed := bytes.Clone(good) // MacData: 20 bytes of code, a header of 2, 8 of salt, and 3 of rounds
	changed[len(changed)-3-8-2-1] ^= 1
	for name, c := range map[string]struct {
		data     []byte
		password string
		want     error
	}{
		"right":          {good, goodPassword, nil},
		"wrong password": {good, "Wrong1", ErrPassword},
		"truncated":      {good[:len(good)/2], goodPassword, ErrNoKeyFile},
		"changed":        {changed, goodPassword, ErrPassword},
		"empty":          {nil, goodPassword, ErrNoKeyFile},
		"text":           {[]byte("-----BEGIN"), goodPassword, ErrNoKeyFile},
		"too large":      {make([]byte, maxKeyFile+1), goodPassword, ErrNoKeyFile},
		"other key":      {mismatched, goodPassword, ErrMismatch},
		"other kind":     {otherKind, goodPassword, ErrMismatch},
		"absurd rounds":  {slow, goodPassword, ErrNoKeyFile},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(dir, strings.ReplaceAll(name, " ", "-"))
			if err := os.WriteFile(path, c.data, 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := ReadKeyFile(path, c.password); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
	if _, err := ReadKeyFile(filepath.Join(dir, "absent"), goodPassword); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("absent file: %v", err)
	}
	if _, err := ReadKeyFile(dir, goodPassword); err == nil {
		t.Error("a folder is a key file")
	}
}

func FuzzDecodeKeyFile(f *testing.F) {
	key := rsaKeys()[0]
	cert := issue(f, key, profile.RSASign)
	for _, encoder := range []*pkcs12.Encoder{pkcs12.LegacyDES, pkcs12.Modern2023, pkcs12.LegacyRC2} {
		data, err := encoder.WithIterations(2).Encode(key, cert, nil, goodPassword)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add(fewRounds(f, gostKeys()[0], issue(f, gostKeys()[0], profile.GOST512)))
	f.Fuzz(func(t *testing.T, data []byte) {
		kf, err := DecodeKeyFile(data, goodPassword)
		if err != nil {
			return
		}
		if public, err := keypair.PublicKeyOf(kf.Certificate); err != nil || !keypair.Same(public, kf.Key.Public()) {
			t.Error("a foreign certificate passes")
		}
	})
}

// fewRounds is a key file that is opened at once.
func fewRounds(t testing.TB, key crypto.Signer, cert *x509.Certificate) []byte {
	t.Helper()
	der, err := keypair.MarshalPKCS8(key)
	if err != nil {
		t.Fatal(err)
	}
	file, err := pfx.Encode(&pfx.Contents{Keys: []pfx.Item{{DER: der}}, Certificates: []pfx.Item{{DER: cert.Raw}}}, goodPassword, pfx.TripleDES, 2)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func BenchmarkWriteKeyFile(b *testing.B) {
	key := rsaKeys()[0]
	cert := issue(b, key, profile.RSASign)
	for name, encoding := range map[string]Encoding{"3DES": Encoding3DES, "AES256": EncodingAES256} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				path, err := WriteKeyFile(b.TempDir(), key, cert, goodPassword, encoding)
				if err != nil {
					b.Fatal(err)
				}
				_ = os.Remove(path)
			}
		})
	}
}
