package enrolment

import (
	"context"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"slices"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/backend/nca"
	"qoltanba/app/backend/store"
)

// What a citizen holds is told, ended and renewed in any enrolment of the same
// person who was identified in it, for as long as that one lives: one that is
// done lives as long as its certificates do. What the store remembers of a
// certificate is whose it is and how it was obtained; whether it holds is always
// asked of the authority.

// heldLimit bounds the certificates of one citizen.
const heldLimit = 500

// identified are the steps at which it is known who the citizen is.
var identified = []api.Step{api.StepGrant, api.StepAgreement, api.StepApplication, api.StepIssue, api.StepImport, api.StepDone}

// held is one certificate as both sides know it.
type held struct {
	store.Certificate
	nca.Standing
}

// ListHeld lists the certificates of the citizen, over all enrolments.
func (s *Service) ListHeld(ctx context.Context, c Call) (api.HeldCertificates, error) {
	r, err := s.ready(ctx, c, during(identified...))
	if err != nil {
		return api.HeldCertificates{}, err
	}
	all, err := s.holdings(ctx, r.Subject)
	if err != nil {
		return api.HeldCertificates{}, err
	}
	list := api.HeldCertificates{Certificates: []api.HeldCertificate{}}
	for _, h := range all {
		list.Certificates = append(list.Certificates, s.renderHeld(r, h, all))
	}
	return list, nil
}

// holdings are all certificates of a citizen, the newest first.
func (s *Service) holdings(ctx context.Context, subject string) ([]held, error) {
	var known []store.Certificate
	err := s.Store.View(ctx, func(tx store.Tx) (err error) {
		known, err = tx.CertificatesOf(subject, heldLimit)
		return err
	})
	if err != nil {
		return nil, err
	}
	all := make([]held, len(known))
	for i, k := range known {
		if all[i], err = s.stand(ctx, k); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// stand asks the authority how a certificate stands.
func (s *Service) stand(ctx context.Context, known store.Certificate) (held, error) {
	serial, err := hex.DecodeString(known.Serial)
	if err != nil {
		return held{}, err
	}
	standing, err := s.NCA.Standing(ctx, serial)
	return held{known, standing}, err
}

// heldBy finds one certificate of the citizen. One that is nobody's and one of
// somebody else are refused alike.
func (s *Service) heldBy(ctx context.Context, r *record, serial string) (held, []held, error) {
	all, err := s.holdings(ctx, r.Subject)
	if err != nil {
		return held{}, nil, err
	}
	i := slices.IndexFunc(all, func(h held) bool { return h.Serial == serial })
	if i < 0 {
		return held{}, nil, api.Fail(api.CertificateUnknown, "no certificate of the citizen has this serial number")
	}
	return all[i], all, nil
}

func (s *Service) renderHeld(r *record, h held, all []held) api.HeldCertificate {
	now := s.now()
	told := api.HeldCertificate{
		Serial: h.Serial, Kind: h.Certificate.Kind, Storage: api.Storage(h.Storage), NotBefore: h.NotBefore, NotAfter: h.NotAfter,
		State: h.state(now), Obtained: h.Obtained, Application: h.Application,
		Here: h.Enrolment == r.ID, Imported: h.Imported, Renewed: h.renewed(all, now),
	}
	if h.Revocation != nil {
		told.Reason, told.EndedAt = reasonOf(h.Revocation.Reason), &h.Revocation.At
	}
	if from, ok := s.renewFrom(h, now); ok {
		told.RenewFrom = &from
	}
	return told
}

func (h held) state(now time.Time) api.HeldState {
	switch {
	case h.Revocation != nil && h.Revocation.Reason == nca.CertificateHold:
		return api.HeldSuspended
	case h.Revocation != nil:
		return api.HeldRevoked
	case now.After(h.NotAfter):
		return api.HeldExpired
	}
	return api.HeldGood
}

// renewed says whether a good certificate of the same kind lasts longer.
func (h held) renewed(all []held, now time.Time) bool {
	return slices.ContainsFunc(all, func(o held) bool {
		return o.Certificate.Kind == h.Certificate.Kind && o.NotAfter.After(h.NotAfter) && o.Good(now)
	})
}

// renewFrom is when the certificate's own key may renew it; not ok where it never may.
func (s *Service) renewFrom(h held, now time.Time) (time.Time, bool) {
	from := h.NotAfter.Add(-s.rules.RenewWithin)
	if from.Before(h.NotBefore) {
		from = h.NotBefore
	}
	fresh := h.IdentifiedAt.Add(s.rules.IdentificationAge).After(later(now, from))
	return from, h.Certificate.Kind.Signs() && h.Good(now) && fresh
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// reasons are what the contract calls the authority's reasons.
var reasons = map[api.RevocationReason]nca.RevocationReason{
	api.KeyCompromise: nca.KeyCompromise, api.Superseded: nca.Superseded, api.NotNeeded: nca.CessationOfOperation,
	api.OnHold: nca.CertificateHold,
}

func reasonOf(r nca.RevocationReason) api.RevocationReason {
	for told, reason := range reasons {
		if reason == r {
			return told
		}
	}
	return api.Withheld
}

// remember notes the certificates that were issued to an enrolment, with the
// hash of the token of the page that suspends them.
func (s *Service) remember(w *work, issued []nca.Certificate, alarm string) error {
	st := &w.State
	known := store.Certificate{Enrolment: w.ID, Subject: w.Subject, Application: st.Application.Application.Number, Alarm: alarm}
	switch {
	case st.Renewal != nil:
		known.Obtained, known.IdentifiedAt = api.ObtainedByRenewal, st.Renewal.IdentifiedAt
	case st.Decider == machine:
		known.Obtained, known.IdentifiedAt = api.ObtainedByMachine, *st.Decision.At
	default:
		known.Obtained, known.IdentifiedAt = api.ObtainedByOperator, *st.Decision.At
	}
	for _, one := range issued {
		cert, err := x509.ParseCertificate(one.DER)
		if err != nil {
			return err
		}
		known.Serial, known.Kind = hex.EncodeToString(cert.SerialNumber.Bytes()), api.CertificateKind(one.Kind.Name())
		known.NotBefore, known.NotAfter = cert.NotBefore.UTC(), cert.NotAfter.UTC()
		if err := w.tx.AddCertificate(known); err != nil && !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
	return nil
}

// imported notes that the certificates of an application lie in key files. The
// enrolment lives on as long as they do, and what the citizen wanted revoked in
// their favour is left to jobs.
func (s *Service) imported(w *work, number string) error {
	mine, err := w.tx.CertificatesOf(w.Subject, heldLimit)
	if err != nil {
		return err
	}
	for _, c := range mine {
		if c.Application != number {
			continue
		}
		c.Imported = true
		w.ExpiresAt = later(w.ExpiresAt, c.NotAfter)
		if err := w.tx.PutCertificate(c); err != nil {
			return err
		}
	}
	for _, c := range mine {
		if !w.State.replaces(c) || c.Application == number {
			continue
		}
		if err := w.enqueue(jobEnd, endArgs{Enrolment: w.ID, Serial: c.Serial, Reason: api.Superseded}); err != nil {
			return err
		}
		if err := w.audit("superseded", c.Serial); err != nil {
			return err
		}
	}
	return nil
}

// replaces says whether the citizen wanted c revoked in favour of what the
// enrolment obtained.
func (s *State) replaces(c store.Certificate) bool {
	if !s.Application.RevokeOld {
		return false
	}
	return s.Renewal == nil || c.Application == s.Renewal.Application
}
