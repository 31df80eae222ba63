package profile

import (
	"crypto"
	"crypto/sha1" //nolint:gosec // an identifier, not a signature: RFC 5280, 4.2.1.2
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"

	"qoltanba/keystore/keypair"
)

// KeyID is a subject key identifier: the SHA-1 of the content of the public
// key's BIT STRING.
type KeyID = [sha1.Size]byte

// SKI returns the subject key identifier of pub, which is a key that
// [keypair.MarshalPublicKey] knows.
func SKI(pub crypto.PublicKey) (KeyID, error) {
	der, err := keypair.MarshalPublicKey(pub)
	if err != nil {
		return KeyID{}, fmt.Errorf("key identifier: %w", err)
	}
	return SKIOfInfo(der)
}

// SKIOfInfo returns the identifier of the key in a DER SubjectPublicKeyInfo,
// whatever its algorithm.
func SKIOfInfo(spki []byte) (KeyID, error) {
	var info struct {
		Algorithm asn1.RawValue
		Key       asn1.BitString
	}
	if rest, err := asn1.Unmarshal(spki, &info); err != nil || len(rest) > 0 {
		return KeyID{}, errors.New("malformed public key: no SubjectPublicKeyInfo")
	}
	return sha1.Sum(info.Key.Bytes), nil //nolint:gosec // see the import
}

// Serial returns the serial number that belongs to a key: its identifier with
// the top bit cleared, so that it is positive in 20 octets (RFC 5280, 4.1.2.2).
func Serial(ski KeyID) *big.Int {
	ski[0] &^= 0x80
	return new(big.Int).SetBytes(ski[:])
}

// FileName returns the name under which the NCA's client writes a key file,
// for example RSA256_<40 hex digits>.p12.
func FileName(k Kind, ski KeyID) string {
	return k.FilePrefix() + hex.EncodeToString(ski[:]) + ".p12"
}
