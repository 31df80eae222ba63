package keystore

import (
	"crypto"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"

	"qoltanba/keystore/keypair"
	"qoltanba/keystore/pfx"
	"qoltanba/keystore/profile"
)

// Errors of reading a key file.
var (
	ErrPassword  = errors.New("the password does not open the key file")
	ErrNoKeyFile = errors.New("the file is no key file that can be read here")
	ErrMismatch  = errors.New("the certificate does not belong to the private key")
)

// Encoding is how a key file is encrypted.
type Encoding uint8

const (
	// Encoding3DES is what the NCA's client writes: SHA-1 and triple DES
	// (RFC 7292, appendix C). Everything in the country reads it.
	Encoding3DES Encoding = iota
	// EncodingAES256 is PBES2 with PBKDF2-HMAC-SHA-256 and AES-256
	// (RFC 8018). OpenSSL 1.1.1, Java 12 and Windows Server 2019 and later
	// read it; whether every client in the country does is not known.
	EncodingAES256
)

func (e Encoding) protection() pfx.Encoding {
	if e == EncodingAES256 {
		return pfx.AES256
	}
	return pfx.TripleDES
}

// Iterations is the count of rounds by which a guess at the password is made
// slow, for both the encryption and the integrity code.
const Iterations = 100_000

const maxKeyFile = 64 << 10

// KeyFile is the content of a key file.
type KeyFile struct {
	Key         crypto.Signer
	Certificate *x509.Certificate
}

// Format hides key and owner whatever the verb.
func (KeyFile) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("[key file]")) }

// LogValue hides key and owner.
func (KeyFile) LogValue() slog.Value { return slog.StringValue("[key file]") }

// WriteKeyFile writes key and certificate, of any kind of the profile, into the
// folder dir as a PKCS#12 file under the NCA's name, for example
// GOST512_<key identifier>.p12, readable by its owner alone, and returns its
// path. As in the files of the NCA's client, the key identifier is also the
// localKeyId and the friendlyName of both, which Java shows as the alias.
//
// The file is written aside, synced, read back and opened with the password
// before it gets its name; it replaces nothing. Calling again after a crash is
// safe: a file that is there already and holds this key and certificate under
// this password counts as written. The errors are ErrMismatch,
// ErrPasswordRules and those of the disk, of which ErrExists tells that the
// name belongs to something else, be it a link.
func WriteKeyFile(dir string, key crypto.Signer, cert *x509.Certificate, password string, encoding Encoding) (string, error) {
	return writeKeyFile(osDisk{}, dir, KeyFile{key, cert}, password, encoding)
}

func writeKeyFile(d disk, dir string, kf KeyFile, password string, encoding Encoding) (string, error) {
	if public, err := keypair.PublicKeyOf(kf.Certificate); err != nil || !keypair.Same(public, kf.Key.Public()) {
		return "", ErrMismatch
	}
	if !PasswordKept(password) {
		return "", ErrPasswordRules
	}
	name, err := keyFileName(kf.Certificate)
	if err != nil {
		return "", err
	}
	data, err := encodeKeyFile(kf, password, encoding)
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, name)
	opens := func(content []byte) error { return kf.equals(DecodeKeyFile(content, password)) }
	err = writeNew(d, path, data, opens)
	if errors.Is(err, ErrExists) {
		if content, readErr := d.read(path, maxKeyFile); readErr == nil && opens(content) == nil {
			err = d.syncFolder(dir)
		}
	}
	if err != nil {
		return "", fmt.Errorf("write key file: %w", diskErrorIn(dir, err))
	}
	return path, nil
}

func keyFileName(cert *x509.Certificate) (string, error) {
	kind, err := profile.ParseKind(cert)
	if err != nil {
		return "", fmt.Errorf("name key file: %w", err)
	}
	ski, err := profile.SKIOfInfo(cert.RawSubjectPublicKeyInfo)
	if err != nil {
		return "", fmt.Errorf("name key file: %w", err)
	}
	return profile.FileName(kind, ski), nil
}

func encodeKeyFile(kf KeyFile, password string, encoding Encoding) ([]byte, error) {
	ski, err := profile.SKIOfInfo(kf.Certificate.RawSubjectPublicKeyInfo)
	if err != nil {
		return nil, fmt.Errorf("encode key file: %w", err)
	}
	der, err := keypair.MarshalPKCS8(kf.Key)
	if err != nil {
		return nil, fmt.Errorf("encode key file: %w", err)
	}
	defer clear(der)
	item := func(der []byte) []pfx.Item {
		return []pfx.Item{{DER: der, FriendlyName: hex.EncodeToString(ski[:]), LocalKeyID: ski[:]}}
	}
	contents := &pfx.Contents{Keys: item(der), Certificates: item(kf.Certificate.Raw)}
	return pfx.Encode(contents, password, encoding.protection(), Iterations)
}

// equals tells by an error whether another file, as decoded, is the same.
func (kf KeyFile) equals(other KeyFile, err error) error {
	if err != nil {
		return err
	}
	if !kf.Certificate.Equal(other.Certificate) || !keypair.Same(kf.Key.Public(), other.Key.Public()) {
		return ErrMismatch
	}
	return nil
}

// ReadKeyFile reads and opens the key file at path. The errors are ErrPassword,
// ErrNoKeyFile, ErrMismatch, and those of the operating system.
func ReadKeyFile(path, password string) (KeyFile, error) {
	data, err := readLimited(path, maxKeyFile)
	if errors.Is(err, errTooLarge) {
		return KeyFile{}, ErrNoKeyFile
	}
	if err != nil {
		return KeyFile{}, fmt.Errorf("read key file: %w", err)
	}
	return DecodeKeyFile(data, password)
}

// DecodeKeyFile opens the content of a key file: PKCS#12 of any program, in BER
// or DER, at most 64 KiB, with one private key and its certificate. Other
// certificates are passed over. The errors are ErrPassword, ErrNoKeyFile and
// ErrMismatch.
func DecodeKeyFile(data []byte, password string) (KeyFile, error) {
	if len(data) > maxKeyFile {
		return KeyFile{}, ErrNoKeyFile
	}
	contents, err := pfx.Decode(data, password)
	if errors.Is(err, pfx.ErrPassword) {
		return KeyFile{}, ErrPassword
	}
	if err != nil {
		return KeyFile{}, fmt.Errorf("%w: %w", ErrNoKeyFile, err)
	}
	defer func() {
		for _, k := range contents.Keys {
			clear(k.DER)
		}
	}()
	if len(contents.Keys) != 1 || len(contents.Certificates) == 0 {
		return KeyFile{}, ErrNoKeyFile
	}
	key, err := keypair.ParsePKCS8(contents.Keys[0].DER)
	if err != nil {
		return KeyFile{}, fmt.Errorf("%w: %w", ErrNoKeyFile, err)
	}
	for _, c := range contents.Certificates {
		cert, err := x509.ParseCertificate(c.DER)
		if err != nil {
			return KeyFile{}, fmt.Errorf("%w: %w", ErrNoKeyFile, err)
		}
		if public, err := keypair.PublicKeyOf(cert); err == nil && keypair.Same(public, key.Public()) {
			return KeyFile{Key: key, Certificate: cert}, nil
		}
	}
	return KeyFile{}, ErrMismatch
}
