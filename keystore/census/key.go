package census

import (
	"crypto/x509"
	"encoding/hex"
	"path/filepath"
	"strings"

	"qoltanba/keystore/keypair"
	"qoltanba/keystore/pfx"
	"qoltanba/keystore/profile"
)

// openedKeys pairs the keys of an opened file with their certificates, and wipes
// the keys.
func openedKeys(contents *pfx.Contents) []Key {
	certs := make([]*x509.Certificate, len(contents.Certificates))
	for i, c := range contents.Certificates {
		certs[i], _ = x509.ParseCertificate(c.DER) // one that does not parse belongs to no key
	}
	keys := make([]Key, 0, len(contents.Keys))
	for _, item := range contents.Keys {
		key := Key{ID: hex.EncodeToString(item.LocalKeyID)}
		signer, err := keypair.ParsePKCS8(item.DER)
		clear(item.DER)
		var cert *x509.Certificate
		for i, c := range certs {
			switch {
			case c == nil:
			case err == nil:
				if public, certErr := keypair.PublicKeyOf(c); certErr == nil && keypair.Same(public, signer.Public()) {
					cert = c
				}
			case len(item.LocalKeyID) > 0 && string(item.LocalKeyID) == string(contents.Certificates[i].LocalKeyID):
				cert = c // a kind of key that is not known here
			}
		}
		if err == nil {
			if ski, err := profile.SKI(signer.Public()); err == nil {
				key.ID = hex.EncodeToString(ski[:])
			}
		}
		key.Orphan = cert == nil
		key.certify(cert)
		keys = append(keys, key)
	}
	return keys
}

// closedKeys are the keys of a file that was not opened, by what it shows.
func closedKeys(o *pfx.Outline, name string) []Key {
	if len(o.Keys) == 0 {
		return named(name)
	}
	keys := make([]Key, 0, len(o.Keys))
	for _, item := range o.Keys {
		key := Key{ID: hex.EncodeToString(item.LocalKeyID)}
		for _, c := range o.Certificates {
			if len(item.LocalKeyID) == 0 || string(c.LocalKeyID) != string(item.LocalKeyID) {
				continue
			}
			if cert, err := x509.ParseCertificate(c.DER); err == nil {
				key.certify(cert)
			}
		}
		keys = append(keys, key)
	}
	if by := named(name); len(keys) == 1 && len(by) == 1 {
		if keys[0].Kind == 0 {
			keys[0].Kind = by[0].Kind
		}
		if keys[0].ID == "" {
			keys[0].ID = by[0].ID
		}
	}
	return keys
}

// certify takes over what a certificate says.
func (k *Key) certify(cert *x509.Certificate) {
	if cert == nil {
		return
	}
	k.Certificate, k.Until = cert, cert.NotAfter
	k.Kind, _ = profile.ParseKind(cert) // 0 of another
	if owner, err := profile.ParseSubject(cert.RawSubject); err == nil {
		k.Owner = owner
	}
	if k.ID == "" {
		if ski, err := profile.SKIOfInfo(cert.RawSubjectPublicKeyInfo); err == nil {
			k.ID = hex.EncodeToString(ski[:])
		}
	}
}

// named is the key that a file's name tells of, in the NCA's manner: the kind,
// an underscore, and the key's identifier. Nothing where it tells of none.
func named(name string) []Key {
	for _, kind := range []profile.Kind{profile.RSASign, profile.RSAAuth, profile.GOST512} {
		rest, ok := strings.CutPrefix(name, kind.FilePrefix())
		if !ok {
			continue
		}
		id := strings.ToLower(strings.TrimSuffix(rest, filepath.Ext(rest)))
		if raw, err := hex.DecodeString(id); err != nil || len(raw) != len(profile.KeyID{}) {
			id = ""
		}
		return []Key{{ID: id, Kind: kind}}
	}
	return nil
}
