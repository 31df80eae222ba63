package nca

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"fmt"

	"qoltanba/keystore/profile"
)

// Issue checks an application and issues its certificates. It may be repeated
// after any failure, and at the same time: the certificates are the same. The
// errors are ErrNotFound, ErrRejected and ErrWithdrawn; any other leaves the application
// where it is, to be issued by a later call.
func (a *Authority) Issue(ctx context.Context, number string) (Application, error) {
	app, err := a.Application(ctx, number)
	if err != nil {
		return Application{}, err
	}
	switch app.Status() {
	case Rejected:
		return app, ErrRejected
	case Withdrawn:
		return app, ErrWithdrawn
	case AwaitingImport, Issued:
		return app, nil
	}
	wanted, err := a.expect(app)
	if err != nil {
		return app, err
	}
	intents, err := a.intend(ctx, app, wanted)
	if err != nil {
		return app, err
	}
	signed := make([]Certificate, len(intents))
	for i, intent := range intents {
		if signed[i], err = a.sign(app, intent, wanted[i]); err != nil {
			return app, err
		}
	}
	if app, err = a.keep(ctx, app.Number, signed); err != nil {
		return app, err
	}
	kept, err := a.Certificates(ctx, number)
	if err != nil {
		return app, err
	}
	for i, c := range kept {
		if !bytes.Equal(c.DER, signed[i].DER) {
			return app, fmt.Errorf("%v: the %s certificate reads back changed: check the database", app, c.Kind)
		}
	}
	return app, nil
}

// draft composes what is wanted and lints it under the throwaway key.
func (a *Authority) draft(app Application, want expectation) (Intent, error) {
	want.notBefore = a.now()
	fail := func(err error) (Intent, error) {
		return Intent{}, fmt.Errorf("%v: compose the %s certificate: %w", app, want.kind, err)
	}
	der, err := a.compose(want)
	if err != nil {
		return fail(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return fail(err)
	}
	if err := a.lint(cert, want); err != nil {
		return fail(err)
	}
	return Intent{Number: app.Number, Kind: want.kind, TBS: cert.RawTBSCertificate, At: want.notBefore}, nil
}

// intend approves the application and stores what will be signed, or finds
// what an earlier call intended.
func (a *Authority) intend(ctx context.Context, app Application, wanted []expectation) ([]Intent, error) {
	drafts := make([]Intent, len(wanted))
	for i, want := range wanted {
		var err error
		if drafts[i], err = a.draft(app, want); err != nil {
			return nil, err
		}
	}
	var intents []Intent
	err := a.config.Store.Update(ctx, func(tx Tx) error {
		intents = make([]Intent, len(drafts))
		current, err := tx.Application(app.Number)
		if err != nil {
			return err
		}
		if _, err := walk(tx, current, StatusChange{Status: Approved, At: a.now()}); err != nil {
			return err
		}
		for i, draft := range drafts {
			intents[i], err = tx.Intent(draft.Number, draft.Kind)
			if errors.Is(err, ErrNotFound) {
				intents[i], err = draft, tx.AddIntent(draft)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	return intents, err
}

// sign lints a stored intent, which may be an earlier call's, and signs it.
func (a *Authority) sign(app Application, intent Intent, want expectation) (Certificate, error) {
	fail := func(err error) (Certificate, error) {
		return Certificate{}, fmt.Errorf("%v: sign the %s certificate: %w", app, intent.Kind, err)
	}
	want.notBefore = intent.At
	trial, err := signTBS(a.throwaway, intent.TBS)
	if err != nil {
		return fail(err)
	}
	cert, err := x509.ParseCertificate(trial)
	if err != nil {
		return fail(err)
	}
	if err := a.lint(cert, want); err != nil {
		return fail(err)
	}
	der, err := signTBS(a.key, intent.TBS)
	if err != nil {
		return fail(err)
	}
	if cert, err = x509.ParseCertificate(der); err != nil {
		return fail(err)
	}
	if err := cert.CheckSignatureFrom(a.issuing); err != nil {
		return fail(err)
	}
	return Certificate{Number: app.Number, Kind: intent.Kind, DER: der, At: a.now()}, nil
}

// keep stores the certificates and the status, unless an earlier or parallel
// call did, or the application was withdrawn meanwhile.
func (a *Authority) keep(ctx context.Context, number string, signed []Certificate) (Application, error) {
	var app Application
	err := a.config.Store.Update(ctx, func(tx Tx) (err error) {
		if app, err = tx.Application(number); err != nil {
			return err
		}
		if app.Status() == Withdrawn {
			return ErrWithdrawn
		}
		for _, c := range signed {
			_, err := tx.Certificate(c.Number, c.Kind)
			if errors.Is(err, ErrNotFound) {
				err = tx.AddCertificate(c)
			}
			if err != nil {
				return err
			}
		}
		app, err = walk(tx, app, StatusChange{Status: AwaitingImport, At: a.now()})
		return err
	})
	return app, err
}

// expect derives from the stored evidence alone what the certificates must
// say, in the order of the requests: the assertion's signature and the
// requests are checked once more.
func (a *Authority) expect(app Application) ([]expectation, error) {
	word, err := a.config.DigitalID.Evidence(app.Assertion)
	if err != nil {
		return nil, fmt.Errorf("%v: %w", app, err)
	}
	subject, err := word.Subject.Raw()
	if err != nil {
		return nil, fmt.Errorf("%v: %w", app, err)
	}
	ders := make([][]byte, len(app.Requests))
	for i, r := range app.Requests {
		ders[i] = r.DER
	}
	accepted, parsed, err := checkRequests(ders, word.Keys)
	if err != nil {
		return nil, fmt.Errorf("%v: %w", app, err)
	}
	wanted := make([]expectation, len(accepted))
	for i, r := range accepted {
		ski, err := profile.SKI(parsed[i].PublicKey)
		if err != nil {
			return nil, fmt.Errorf("%v: %w", app, err)
		}
		wanted[i] = expectation{
			kind: r.Kind, key: parsed[i].PublicKey, spki: parsed[i].RawSubjectPublicKeyInfo, ski: ski,
			subject: subject, email: app.Email, applied: app.History[0].At,
		}
	}
	return wanted, nil
}

// compose returns the certificate signed under the throwaway key; only its
// TBSCertificate matters.
func (a *Authority) compose(want expectation) ([]byte, error) {
	urls := a.config.URLs
	policy, err := want.kind.PolicyExtension(urls.CPS)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: profile.Serial(want.ski), RawSubject: want.subject, SubjectKeyId: want.ski[:],
		NotBefore: want.notBefore, NotAfter: want.kind.NotAfter(want.notBefore),
		KeyUsage: want.kind.KeyUsage(), SignatureAlgorithm: x509.SHA256WithRSA,
		OCSPServer: list(urls.OCSP), IssuingCertificateURL: list(urls.Issuer), CRLDistributionPoints: list(urls.CRL),
		EmailAddresses:  list(want.email),
		ExtraExtensions: []pkix.Extension{policy, profile.KeyStoreExtension()},
	}
	template.ExtKeyUsage, template.UnknownExtKeyUsage = want.kind.ExtKeyUsages()
	if urls.DeltaCRL != "" {
		delta, err := freshestCRL(urls.DeltaCRL)
		if err != nil {
			return nil, err
		}
		template.ExtraExtensions = append(template.ExtraExtensions, delta)
	}
	parent := *a.issuing
	parent.PublicKey = a.throwaway.Public()
	return x509.CreateCertificate(rand.Reader, template, &parent, want.key, a.throwaway)
}

func list(value string) []string {
	if value == "" {
		return nil
	}
	return []string{value}
}

var oidFreshestCRL = asn1.ObjectIdentifier{2, 5, 29, 46}

// freshestCRL encodes RFC 5280, 4.2.1.15, which crypto/x509 does not write.
func freshestCRL(url string) (pkix.Extension, error) {
	type name struct {
		FullName []asn1.RawValue `asn1:"optional,tag:0"`
	}
	type point struct {
		Name name `asn1:"optional,tag:0"`
	}
	uri := asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: 6, Bytes: []byte(url)}
	value, err := asn1.Marshal([]point{{Name: name{FullName: []asn1.RawValue{uri}}}})
	return pkix.Extension{Id: oidFreshestCRL, Value: value}, err
}

// signTBS puts a TBSCertificate and its signature together (RFC 5280, 4.1.1).
// The signature is deterministic: equal bytes give equal certificates.
func signTBS(key *rsa.PrivateKey, tbs []byte) ([]byte, error) {
	digest := sha256.Sum256(tbs)
	signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest[:])
	if err != nil {
		return nil, err
	}
	return asn1.Marshal(struct {
		TBS       asn1.RawValue
		Algorithm pkix.AlgorithmIdentifier
		Signature asn1.BitString
	}{
		asn1.RawValue{FullBytes: tbs},
		pkix.AlgorithmIdentifier{Algorithm: oidSHA256WithRSA, Parameters: asn1.NullRawValue},
		asn1.BitString{Bytes: signature, BitLength: 8 * len(signature)},
	})
}

var oidSHA256WithRSA = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11}

// Fingerprint returns the SHA-256 of the certificate in lower-case hex.
func (c Certificate) Fingerprint() string {
	sum := sha256.Sum256(c.DER)
	return hex.EncodeToString(sum[:])
}
