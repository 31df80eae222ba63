// Package nca is the certification authority behind an enrolment, in the place
// of the National Certification Authority (NCA, НУЦ РК, ҰКО).
//
// It is a party of its own, with keys, a database and a judgement of its own.
// It believes nobody but the Digital ID, and that only by its signature.
//
// # Central types
//
// [Authority] holds the issuing keys, one for GOST 34.310-2015 and one for RSA,
// each under a root of its own: a citizen's certificate is signed with the
// algorithm of the citizen's key. [Application] is a citizen's application
// (заявка) for one GOST certificate or a pair of RSA ones. [Store] is the memory
// it needs; package ledger keeps it in SQL. What a certificate contains, package
// issuance says.
//
//	Apply     created                      the assertion and the requests are checked and kept
//	Issue     checking → approved → awaiting-import     the certificates are signed and kept
//	Imported  issued                       the citizen's computer has put them into key files
//	Withdraw  withdrawn                    the keys are lost or given up: what was issued is revoked
//
// A certificate by itself is suspended, given back and revoked by its serial
// number: [Authority.Suspend], [Authority.Release], [Authority.Revoke].
//
// # Invariants
//
//   - A certificate rests on a signed assertion which is stored beside it; the
//     owner comes from the assertion, never from the request.
//   - The bytes to be signed are stored, and linted under a throwaway key,
//     before the real key signs them. RSASSA-PKCS1-v1_5 is deterministic, and
//     the nonce of GOST is drawn from key and content, so a call repeated after
//     a crash signs the same bytes to the same certificate: there is exactly
//     one for each application and kind.
//   - A public key is certified once, an enrolment has one application, an
//     assertion serves one application.
//   - What was stored is read back, and [Authority.Audit] judges all of it anew.
//
// # Norms
//
// RFC 5280 (certificates), RFC 2986 (requests), RFC 7515 (assertions).
package nca

import (
	"context"
	"crypto"
	"errors"
	"io"
	"sync/atomic"
	"time"

	"qoltanba/app/backend/assertion"
	"qoltanba/app/backend/nca/issuance"
	"qoltanba/keystore/keypair"
	"qoltanba/keystore/profile"
)

// Errors on which a caller branches. Those of package assertion
// (ErrInvalid, ErrExpired) come through as they are.
var (
	ErrNotFound     = errors.New("there is no such application: check its number")
	ErrRequest      = errors.New("the certificate request is not acceptable: make new keys and apply again")
	ErrKeySeen      = errors.New("the public key was used in an earlier application: make new keys and apply again")
	ErrOtherKeys    = errors.New("this enrolment has applied with other keys: use those, or enrol anew")
	ErrReplayed     = errors.New("the assertion served another application: ask the Digital ID for a new one")
	ErrAlgorithm    = errors.New("this authority does not certify such keys yet: make its authority for them first")
	ErrEmail        = errors.New("the e-mail address is not valid: correct it or leave it out")
	ErrStorage      = errors.New("this storage is not served for such keys: choose the personal computer")
	ErrRenewal      = errors.New("the certificate that vouches for the citizen does not hold, or is not the citizen's: obtain the certificates anew")
	ErrRejected     = errors.New("the application was rejected: its history tells why")
	ErrWithdrawn    = errors.New("the application was withdrawn: apply anew with other keys")
	ErrNotReady     = errors.New("the application is not that far: see its status")
	ErrFingerprints = errors.New("the fingerprints are not those of the issued certificates: download them again")
	// ErrStamp says that a folder was made for a demo or test, or was not, and
	// is opened the other way.
	ErrStamp = errors.New("the authority in this folder bears another stamp: give the folder that belongs to this mode")
)

// URLs are written into certificates; an empty one is left out.
type URLs = issuance.URLs

// Config is what an authority needs besides its folder. Store, DigitalID,
// Clock and Rand must be given.
type Config struct {
	// Stamp marks the names of the authority's certificates: "" in production,
	// DEMO or TEST otherwise.
	Stamp string
	// KeyBits is the size of the RSA root's and issuing key, used at first
	// start: 2048 to 4096, 0 means 3072.
	KeyBits int
	// URLs are those of each algorithm's issuing authority.
	URLs map[keypair.Algorithm]URLs
	// RootURLs are those of what the roots publish, written at first start into
	// the issuing authorities' certificates: the root's certificate, its list of
	// revoked authorities, and OCSP.
	RootURLs map[keypair.Algorithm]URLs
	// Profiles are what certificates contain; nil is [issuance.Standard].
	Profiles issuance.Profiles
	// Vaults keep the issuing keys of these algorithms; the others lie sealed in
	// the authority's folder, as all roots do.
	Vaults map[keypair.Algorithm]Vault

	Store     Store
	DigitalID *assertion.Verifier
	Clock     func() time.Time
	Rand      io.Reader // for application numbers: crypto/rand.Reader
}

// Vault keeps an issuing key elsewhere than in the authority's folder, such as in
// a PKCS #11 token, and signs with it. A signature that fails because the vault
// is not at hand leaves the application to a later call.
type Vault interface {
	// Generate makes the key pair at the ceremony, of a size in bits where the
	// algorithm has several. It fails where the vault has that key already.
	Generate(bits int) (crypto.Signer, error)
	// Signer finds the key with this public half.
	Signer(public crypto.PublicKey) (crypto.Signer, error)
}

// Authority issues certificates. It is safe for concurrent use, by several
// processes over the same store too.
type Authority struct {
	config  Config
	issuers map[keypair.Algorithm]*issuer
	revoked atomic.Uint64 // revocations by this process
}

// Algorithms lists those of the keys that are certified here, GOST first.
func (a *Authority) Algorithms() []keypair.Algorithm {
	var list []keypair.Algorithm
	for _, l := range lines {
		if a.issuers[l.algorithm] != nil {
			list = append(list, l.algorithm)
		}
	}
	return list
}

// Chain returns the issuing and the root certificate in DER, in this order, for
// keys of an algorithm; nil where the authority has none for it.
func (a *Authority) Chain(algorithm keypair.Algorithm) [][]byte {
	i := a.issuers[algorithm]
	if i == nil {
		return nil
	}
	return [][]byte{i.cert.Raw, i.root.Raw}
}

// now returns the time to the second, as certificates have it.
func (a *Authority) now() time.Time { return a.config.Clock().UTC().Truncate(time.Second) }

// Application returns the application with this number, or ErrNotFound.
func (a *Authority) Application(ctx context.Context, number string) (Application, error) {
	if CheckNumber(number) != nil {
		return Application{}, ErrNotFound
	}
	var app Application
	err := a.config.Store.Update(ctx, func(tx Tx) (err error) {
		app, err = tx.Application(number)
		return err
	})
	return app, err
}

// Certificates returns what was issued to an application, in the order of its
// requests: the GOST one, or that for signing in and then that for signing
// documents. The error is
// ErrNotFound, ErrRejected, ErrWithdrawn, or ErrNotReady before issuance has
// ended.
func (a *Authority) Certificates(ctx context.Context, number string) ([]Certificate, error) {
	if CheckNumber(number) != nil {
		return nil, ErrNotFound
	}
	var issued []Certificate
	err := a.config.Store.Update(ctx, func(tx Tx) error {
		app, err := tx.Application(number)
		if err != nil {
			return err
		}
		switch app.Status() {
		case Rejected:
			return ErrRejected
		case Withdrawn:
			return ErrWithdrawn
		case AwaitingImport, Issued:
		default:
			return ErrNotReady
		}
		issued, err = certificates(tx, app)
		return err
	})
	if err != nil {
		return nil, err
	}
	return issued, nil
}

func certificates(tx Tx, app Application) ([]Certificate, error) {
	issued := make([]Certificate, 0, len(app.Requests))
	for _, r := range app.Requests {
		c, err := tx.Certificate(app.Number, r.Kind)
		if err != nil {
			return nil, err
		}
		issued = append(issued, c)
	}
	return issued, nil
}

// Certificate is an issued certificate.
type Certificate struct {
	Number string // of its application
	Kind   profile.Kind
	DER    []byte
	At     time.Time
}
