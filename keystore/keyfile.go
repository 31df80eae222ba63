package keystore

import (
	"crypto"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"

	"software.sslmate.com/src/go-pkcs12"

	"qoltanba/keystore/keypair"
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

// Iterations is the count of rounds by which a guess at the password is made
// slow, for both the encryption and the integrity code.
const Iterations = 100_000

const (
	maxKeyFile = 64 << 10
	// maxIterations bounds the work that a foreign file may demand.
	maxIterations = 5_000_000
)

// KeyFile is the content of a key file.
type KeyFile struct {
	Key         crypto.Signer
	Certificate *x509.Certificate
}

// Format hides key and owner whatever the verb.
func (KeyFile) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("[key file]")) }

// LogValue hides key and owner.
func (KeyFile) LogValue() slog.Value { return slog.StringValue("[key file]") }

// WriteKeyFile writes key and certificate into the folder dir as a PKCS#12
// file under the NCA's name, for example RSA256_<key identifier>.p12, readable
// by its owner alone, and returns its path.
//
// The file is written aside, synced, read back and opened with the password
// before it gets its name; it replaces nothing. Calling again after a crash is
// safe: a file that is there already and holds this key and certificate under
// this password counts as written. The errors are ErrMismatch,
// ErrPasswordRules and those of the disk, of which ErrExists tells that the
// name belongs to something else, be it a link.
//
// The NCA's client also gives both bags a friendlyName and makes localKeyId
// the key identifier. The encoder used here sets localKeyId to the SHA-1 of
// the certificate and no friendlyName: OpenSSL, Java and Windows pair key and
// certificate by it all the same, and Java numbers the alias.
func WriteKeyFile(dir string, key crypto.Signer, cert *x509.Certificate, password string, encoding Encoding) (string, error) {
	return writeKeyFile(osDisk{}, dir, KeyFile{key, cert}, password, encoding)
}

func writeKeyFile(d disk, dir string, kf KeyFile, password string, encoding Encoding) (string, error) {
	if !keypair.Same(kf.Certificate.PublicKey, kf.Key.Public()) {
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
	encoder := pkcs12.LegacyDES
	if encoding == EncodingAES256 {
		encoder = pkcs12.Modern2023
	}
	data, err := encoder.WithIterations(Iterations).Encode(kf.Key, kf.Certificate, nil, password)
	if err != nil {
		return nil, fmt.Errorf("encode key file: %w", err)
	}
	return data, nil
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

// DecodeKeyFile opens the content of a key file: DER, at most 64 KiB, with one
// private key and its certificate. A certificate chain is passed over. The
// errors are ErrPassword, ErrNoKeyFile and ErrMismatch.
func DecodeKeyFile(data []byte, password string) (KeyFile, error) {
	if len(data) > maxKeyFile || !modestIterations(data, 0) {
		return KeyFile{}, ErrNoKeyFile
	}
	parsed, cert, _, err := pkcs12.DecodeChain(data, password)
	if errors.Is(err, pkcs12.ErrIncorrectPassword) {
		return KeyFile{}, ErrPassword
	}
	if err != nil {
		return KeyFile{}, fmt.Errorf("%w: %w", ErrNoKeyFile, err)
	}
	key, ok := parsed.(crypto.Signer)
	if !ok {
		return KeyFile{}, ErrNoKeyFile
	}
	if !keypair.Same(cert.PublicKey, key.Public()) {
		return KeyFile{}, ErrMismatch
	}
	return KeyFile{Key: key, Certificate: cert}, nil
}

// modestIterations walks through everything that is readable without the
// password and tells whether no round count, which always follows the salt as
// INTEGER after OCTET STRING, is beyond reason; a count of thousands of
// millions would keep the program busy for hours. An octet string that is not
// DER from end to end is ciphertext or a salt, which hold no parameters: bytes of
// it that happen to look like a count mean nothing.
func modestIterations(der []byte, depth int) bool {
	salt := false
	for len(der) > 0 {
		var v asn1.RawValue
		rest, err := asn1.Unmarshal(der, &v)
		if err != nil || depth > maxDepth {
			return depth == 0 // what is no DER at all is refused by the decoder
		}
		der = rest
		if salt && v.Tag == asn1.TagInteger {
			var n int64
			if _, err := asn1.Unmarshal(v.FullBytes, &n); err != nil || n < 1 || n > maxIterations {
				return false
			}
		}
		salt = v.Tag == asn1.TagOctetString
		if (v.IsCompound || salt && wholeDER(v.Bytes, depth+1)) && !modestIterations(v.Bytes, depth+1) {
			return false
		}
	}
	return true
}

// maxDepth bounds the nesting of what is read; key files have about ten levels.
const maxDepth = 24

// wholeDER says that the bytes are values of DER to the last byte, and so are
// the contents of those that are compound.
func wholeDER(der []byte, depth int) bool {
	for len(der) > 0 {
		var v asn1.RawValue
		rest, err := asn1.Unmarshal(der, &v)
		if err != nil || depth > maxDepth || v.IsCompound && !wholeDER(v.Bytes, depth+1) {
			return false
		}
		der = rest
	}
	return true
}
