package keystore

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"

	"qoltanba/keystore/keypair"
)

const deviceKeyName = "device-key"

// DeviceKey returns the key by which the backend knows this computer (ECDSA
// P-256, for DPoP proofs of RFC 9449), making it on first use; created tells
// which. It lies in the source as PKCS#8. The errors are those of the source.
//
// Two processes that call it for the first time at the same instant may get
// different keys, of which the last one stays: hold the vault open meanwhile.
func DeviceKey(ctx context.Context, source KeySource) (key crypto.Signer, created bool, err error) {
	der, err := source.load(ctx, deviceKeyName)
	if errors.Is(err, errNoSecret) {
		created = true
		der, err = createSecret(ctx, source, deviceKeyName, newDeviceKey)
	}
	if err != nil {
		return nil, false, fmt.Errorf("device key: %w", err)
	}
	defer clear(der)
	key, err = keypair.ParsePKCS8(der)
	if err != nil {
		return nil, false, fmt.Errorf("device key: %w", err)
	}
	if ec, ok := key.(*ecdsa.PrivateKey); !ok || ec.Curve != elliptic.P256() {
		return nil, false, errors.New("device key: the stored key is not ECDSA P-256")
	}
	return key, created, nil
}

func newDeviceKey() ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	return keypair.MarshalPKCS8(key)
}
