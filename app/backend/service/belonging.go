package service

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"

	"qoltanba/app/backend/digitalid"
	"qoltanba/app/backend/nca"
	"qoltanba/app/backend/store"
	"qoltanba/keystore/keypair"
)

// belonging is what all processes over one store must have in common, as
// fingerprints by name. One that had secrets or keys of its own would make
// itself an authority of its own, and could read neither codes, PINs nor
// evidence of the others.
type belonging map[string]string

// fingerprint gives nothing of a secret away: it is a hash of 256 random bits.
func fingerprint(label string, content []byte) string {
	sum := sha256.Sum256(append([]byte("qoltanba/identity/v1/"+label+"\x00"), content...))
	return hex.EncodeToString(sum[:])
}

// claim holds what a process belongs to against that of the one which came first.
func (b belonging) claim(ctx context.Context, s store.Store) error {
	return s.Update(ctx, func(tx store.Tx) error {
		for name, own := range b {
			kept, err := tx.Claim(name, own)
			if err != nil {
				return err
			}
			if kept != own {
				return fmt.Errorf("this store belongs to a service with another %s: "+
					"give this process the secrets and the data folder of that service, or restore them from its backup", name)
			}
		}
		return nil
	})
}

// parties is what Digital ID and authority add.
func parties(word *digitalid.Party, authority *nca.Authority) (belonging, error) {
	key, err := x509.MarshalPKIXPublicKey(word.PublicKey())
	if err != nil {
		return nil, err
	}
	b := belonging{"Digital ID": fingerprint("digitalid", key)}
	for _, algorithm := range authority.Algorithms() {
		name := "certification authority"
		if algorithm != keypair.RSA {
			name += " for " + algorithm.Name()
		}
		chain := authority.Chain(algorithm)
		b[name] = fingerprint("authority", chain[len(chain)-1])
	}
	return b, nil
}
