// Package pfx reads and writes PKCS #12 key files (RFC 7292) whatever kind of
// private key is in them: keys go in and come out as PKCS #8, certificates as
// DER, for the caller to make sense of.
//
// [Decode] opens what the citizens of Kazakhstan have: files of this program,
// of OpenSSL and Java, and those of NCALayer's library, which writes BER with
// indefinite lengths and encrypts certificates by 40 bits of RC2. [Encode]
// writes DER, either in the form that every reader in the country knows or with
// AES-256.
//
// The integrity of a file is checked by its password before anything in it is
// decrypted; a file without an integrity code is refused. Sizes, nesting and
// counts of rounds are bounded before any work is done.
package pfx

import (
	"encoding/asn1"
	"errors"
)

// Errors of reading.
var (
	// ErrPassword: the integrity code does not fit the password; the file may be damaged too.
	ErrPassword = errors.New("the password does not open the key file, or the file is damaged")
	// ErrFormat: the bytes are no PKCS #12 file.
	ErrFormat = errors.New("the file is no PKCS #12 key file")
	// ErrUnsupported: it is one, protected in a way that is not known here.
	ErrUnsupported = errors.New("the key file is protected in a way that this program does not know")
)

// Bounds of what is read.
const (
	MaxSize       = 256 << 10
	MaxIterations = 2_000_000
	maxBags       = 64
)

// maxIterations is what [Decode] grants; fuzzing grants less, to try more.
var maxIterations = MaxIterations

// Contents are what a key file holds, in the order of the file.
type Contents struct {
	Keys         []Item // PKCS #8, not encrypted
	Certificates []Item // X.509
}

// Item is a key or a certificate with what was written beside it. A key and
// its certificate have the same LocalKeyID.
type Item struct {
	DER          []byte
	FriendlyName string
	LocalKeyID   []byte
}

// Encoding is how a file is encrypted.
type Encoding uint8

// The encodings that are written.
const (
	// TripleDES is pbeWithSHA1And3-KeyTripleDES-CBC with an HMAC of SHA-1, which all programs read.
	TripleDES Encoding = iota
	// AES256 is PBES2 with PBKDF2-HMAC-SHA-256 and AES-256-CBC, and an HMAC of SHA-256.
	AES256
)

var (
	oidData          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	oidEncryptedData = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 6}

	oidKeyBag         = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 1}
	oidShroudedKeyBag = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 2}
	oidCertBag        = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 3}
	oidX509           = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 22, 1}
	oidFriendlyName   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 20}
	oidLocalKeyID     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 21}

	oidSHA1   = asn1.ObjectIdentifier{1, 3, 14, 3, 2, 26}
	oidSHA256 = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}
	oidSHA512 = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 3}

	oidPBE3DES    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 1, 3}
	oidPBERC2     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 1, 6}
	oidPBES2      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 13}
	oidPBKDF2     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 12}
	oidHMACSHA1   = asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 7}
	oidHMACSHA256 = asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 9}
	oidHMACSHA512 = asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 11}
	oidAES128CBC  = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 2}
	oidAES256CBC  = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 42}
	oidDESEDE3CBC = asn1.ObjectIdentifier{1, 2, 840, 113549, 3, 7}
)
