package nca

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"qoltanba/app/backend/nca/issuance"
	"qoltanba/app/backend/nca/ocsp"
	"qoltanba/app/backend/sealed"
	"qoltanba/keystore/keypair"
	"qoltanba/keystore/profile"
)

// issuer is an issuing authority under a root of its own: there is one for
// each algorithm of citizens' keys, and it signs with the same.
type issuer struct {
	algorithm keypair.Algorithm
	root      *x509.Certificate
	cert      *x509.Certificate
	key       crypto.Signer
	throwaway crypto.Signer // signs drafts, which are never given out
	urls      URLs
	named     *ocsp.Issuer
	says      *rootSays // of cert; nil where the root never said anything
	tsa       *tsa      // nil: stamps no time
}

// prove opens one of the keys that are sealed in the folder, so that a wrong
// secret is found; false if all lie elsewhere.
func (i *issuer) prove() (proved bool, _ error) {
	keys := []crypto.Signer{i.key}
	if i.tsa != nil {
		keys = append(keys, i.tsa.key)
	}
	for _, k := range keys {
		if key, ok := k.(*sealed.Key); ok {
			return true, key.Open()
		}
	}
	return false, nil
}

// draft composes a certificate, signs it with the throwaway key and lints it.
// It returns what is to be signed.
func (i *issuer) draft(order issuance.Order) ([]byte, error) {
	order.URLs = &i.urls
	tbs, err := order.TBS()
	if err != nil {
		return nil, err
	}
	return tbs, i.rehearse(tbs, order)
}

// rehearse lints what is to be signed, under the throwaway key: by the profile
// and by the norms.
func (i *issuer) rehearse(tbs []byte, order issuance.Order) error {
	der, err := keypair.SignTBS(nil, i.throwaway, tbs)
	if err != nil {
		return err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return err
	}
	return errors.Join(order.Lint(cert), issuance.Conform(der))
}

// sign signs with the issuing key, deterministically: equal content gives
// equal certificates. What comes out is read again and verified.
func (i *issuer) sign(tbs []byte) ([]byte, error) {
	der, err := keypair.SignTBS(nil, i.key, tbs)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(cert.RawTBSCertificate, tbs) {
		return nil, errors.New("the certificate is not what was intended")
	}
	return der, keypair.CheckIssued(cert, i.cert)
}

// check drafts a certificate of each kind, so that a profile by which none could
// be issued is found at the start and not at the first citizen.
func (i *issuer) check(profiles issuance.Profiles, now time.Time) error {
	spki, err := keypair.MarshalPublicKey(i.throwaway.Public())
	if err != nil {
		return err
	}
	for _, kind := range profile.Kinds(i.algorithm) {
		for _, storage := range []issuance.Storage{issuance.StoragePC, issuance.StorageToken} {
			if storage != issuance.StoragePC && !profiles.Serve(kind, storage) {
				continue // files are served always
			}
			p, err := profiles.At(kind, storage, now)
			if err != nil {
				return err
			}
			order := issuance.Order{
				Profile: p, Issuer: i.cert, SPKI: spki, Subject: nobody, Email: "nobody@example.kz",
				NotBefore: now, NotEarlier: now,
			}
			if _, err := i.draft(order); err != nil {
				return fmt.Errorf("the profile of %s certificates in a %s: %w", kind, storage, err)
			}
		}
	}
	return nil
}

// nobody is the owner of drafts.
var nobody = func() []byte {
	raw, err := profile.Subject{Surname: "Ешкім", Name: "Ешкім", IIN: "061211600012"}.Raw()
	if err != nil {
		panic("nca: the owner of drafts: " + err.Error())
	}
	return raw
}()
