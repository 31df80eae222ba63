package nca

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"

	"qoltanba/app/backend/assertion"
	"qoltanba/keystore/keypair"
	"qoltanba/keystore/profile"
)

const auditPage = 100

// Finding is something that should not be.
type Finding struct {
	Number  string // of the application
	Kind    profile.Kind
	Problem error
}

// Report is what [Authority.Audit] saw.
type Report struct {
	Applications int
	Certificates int
	Revoked      int // of the certificates, suspended ones among them
	// Unfinished counts intents without a certificate in applications whose
	// issuance has not ended; Issue completes them.
	Unfinished int
	Findings   []Finding
}

// Audit reads all applications again and judges each certificate by the
// evidence beside it: signature, profile, serial number, intent, and that no
// key was certified twice. It changes nothing.
func (a *Authority) Audit(ctx context.Context) (Report, error) {
	var report Report
	keys := make(map[assertion.Hash]bool)
	for after := ""; ; {
		var numbers []string
		err := a.config.Store.Update(ctx, func(tx Tx) (err error) {
			numbers, err = tx.Numbers(after, auditPage)
			return err
		})
		if err != nil {
			return report, err
		}
		for _, number := range numbers {
			if err := a.auditOne(ctx, number, keys, &report); err != nil {
				return report, err
			}
			after = number
		}
		if len(numbers) < auditPage {
			return report, nil
		}
	}
}

// record is all that is stored about one kind of one application.
type record struct {
	request     Request
	intent      *Intent
	certificate *Certificate
	revocation  *Revocation
}

func (a *Authority) auditOne(ctx context.Context, number string, keys map[assertion.Hash]bool, report *Report) error {
	var app Application
	var records []record
	err := a.config.Store.Update(ctx, func(tx Tx) (err error) {
		if app, err = tx.Application(number); err != nil {
			return err
		}
		records, err = readRecords(tx, app)
		return err
	})
	if err != nil {
		return err
	}
	report.Applications++
	wanted, evidence := a.expect(app)
	ended := app.Status() == AwaitingImport || app.Status() == Issued
	for i, r := range records {
		if r.certificate == nil {
			if r.intent != nil && !ended && app.Status() != Withdrawn {
				report.Unfinished++
			}
			if ended {
				report.Findings = append(report.Findings, Finding{number, r.request.Kind, errors.New("the certificate is missing")})
			}
			continue
		}
		report.Certificates++
		if r.revocation != nil {
			report.Revoked++
		}
		err := evidence
		if err == nil {
			err = a.judge(app, r, wanted[i], keys)
		}
		if err != nil {
			report.Findings = append(report.Findings, Finding{number, r.request.Kind, err})
		}
	}
	return nil
}

func readRecords(tx Tx, app Application) ([]record, error) {
	records := make([]record, len(app.Requests))
	for i, r := range app.Requests {
		records[i].request = r
		var errs [3]error
		records[i].intent, errs[0] = ifThere(tx.Intent(app.Number, r.Kind))
		records[i].certificate, errs[1] = ifThere(tx.Certificate(app.Number, r.Kind))
		records[i].revocation, errs[2] = ifThere(tx.Revocation(app.Number, r.Kind))
		if err := errors.Join(errs[:]...); err != nil {
			return nil, err
		}
	}
	return records, nil
}

// ifThere is nil for what was not found.
func ifThere[T any](found T, err error) (*T, error) {
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	return &found, err
}

func (a *Authority) judge(app Application, r record, w want, keys map[assertion.Hash]bool) error {
	if r.intent == nil {
		return errors.New("there is no intent for the certificate")
	}
	cert, err := x509.ParseCertificate(r.certificate.DER)
	if err != nil {
		return fmt.Errorf("the certificate does not parse: %w", err)
	}
	order, err := a.at(w, r.intent.At)
	if err != nil {
		return err
	}
	var wrong []error
	if !bytes.Equal(cert.RawTBSCertificate, r.intent.TBS) {
		wrong = append(wrong, errors.New("the certificate is not what was intended"))
	}
	if !bytes.Equal(cert.SerialNumber.Bytes(), r.intent.Serial) {
		wrong = append(wrong, errors.New("the certificate would not be found by its serial number"))
	}
	if !slices.ContainsFunc(app.History, func(c StatusChange) bool { return c.Status == Approved }) {
		wrong = append(wrong, errors.New("the application was never approved"))
	}
	if app.Status() == Withdrawn && (r.revocation == nil || r.revocation.Reason == CertificateHold) {
		wrong = append(wrong, errors.New("the application was withdrawn and its certificate was not revoked"))
	}
	key := assertion.HashKey(cert.RawSubjectPublicKeyInfo)
	if keys[key] {
		wrong = append(wrong, errors.New("the key was certified before"))
	}
	keys[key] = true
	return errors.Join(append(wrong, keypair.CheckIssued(cert, w.issuer.cert), order.Lint(cert))...)
}
