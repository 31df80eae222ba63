package enrolment

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/backend/assertion"
	"qoltanba/app/backend/digitalid"
	"qoltanba/app/backend/limit"
	"qoltanba/app/backend/nca"
	"qoltanba/app/backend/store"
	"qoltanba/assets/texts"
	"qoltanba/keystore/profile"
)

// A renewal is an enrolment that begins at the issue of certificates: what goes
// before it is the signature with the present key. It bears the name that the
// text's nonce gave it, so that a text makes one renewal however often it is
// sent, and it belongs to the same device key. Its owner is the old
// certificate's, its PIN that of the enrolment in which the citizen was
// identified, and what tells whose it is goes when that one's evidence goes.

// renewal is what an enrolment of this kind rests on.
type renewal struct {
	Serial       string // of the certificate whose key signed
	Application  string // that one's
	PINOf        string // the enrolment whose PIN holds here
	IdentifiedAt time.Time
}

// renewLimit is the name of the counter of renewals.
const renewLimit = "renew"

// mayRenew says why a certificate's key cannot renew it now.
func (s *Service) mayRenew(h held) error {
	now := s.now()
	from, ok := s.renewFrom(h, now)
	switch {
	case !h.Certificate.Kind.Signs():
		return api.Fail(api.SignatureWrong, "the key is not for signing: take the other of the pair")
	case h.state(now) != api.HeldGood:
		return api.Fail(api.CertificateEnded, "it is %s", h.state(now))
	case !ok:
		return api.Fail(api.IdentificationOld, "identified more than %v ago", s.rules.IdentificationAge)
	case now.Before(from):
		return api.Fail(api.RenewalEarly, "not yet").WithUntil(from)
	}
	return nil
}

// RenewCertificates opens an enrolment for new keys, for which the present key
// signed.
func (s *Service) RenewCertificates(ctx context.Context, c Call, in api.RenewalRequest) (api.Started, error) {
	if err := in.Validate(); err != nil {
		return api.Started{}, err
	}
	keys, err := requestKeys(in.Requests, in.Keys)
	if err != nil {
		return api.Started{}, err
	}
	r, err := s.ready(ctx, c, during(identified...))
	if err != nil {
		return api.Started{}, err
	}
	h, _, err := s.heldBy(ctx, r, in.Serial)
	if err != nil {
		return api.Started{}, err
	}
	if err := s.mayRenew(h); err != nil {
		return api.Started{}, err
	}
	if err := s.mayRenewAgain(ctx, r); err != nil {
		return api.Started{}, err
	}
	in.Email = r.State.Email.confirmed(in.Email)
	t := task{purpose: api.SignToRenew, enrolment: c.Enrolment, serial: in.Serial, detail: api.RequestsHash(in.Requests)}
	if t, err = s.signed(t, in.Signature, []held{h}); err != nil {
		return api.Started{}, err
	}
	submitted, err := s.submitRenewal(ctx, t, h, c.Device, in, keys)
	if err != nil {
		return api.Started{}, err
	}
	return s.openRenewal(ctx, c, t, h, in, keys, submitted)
}

// mayRenewAgain counts nothing yet: what fails after it costs none of the day's
// renewals.
func (s *Service) mayRenewAgain(ctx context.Context, r *record) error {
	var seen limit.Window
	err := s.Store.View(ctx, func(tx store.Tx) (err error) {
		seen, err = tx.Window(s.limits.Key(renewLimit, limit.ByIIN, r.Subject))
		return err
	})
	if err != nil {
		return err
	}
	if _, wait, ok := limit.Allow(seen, s.rules.RenewalsPerIIN, s.now()); !ok {
		return api.Fail(api.TooMany, "renewals").WithUntil(s.now().Add(wait))
	}
	return nil
}

// submitRenewal gives Digital ID's word, which says that a signature vouched
// for the citizen, to the authority. The data passed on are those of the old
// certificate.
func (s *Service) submitRenewal(ctx context.Context, t task, h held, device string, in api.RenewalRequest, keys []assertion.Hash) (nca.Application, error) {
	owner, err := profile.ParseSubject(h.Standing.Certificate.RawSubject)
	if err != nil {
		return nca.Application{}, err
	}
	word, err := s.DigitalID.SignAssertion(digitalid.Statement{
		Enrolment: t.nonce, Subject: owner, Keys: keys, Data: sha256.Sum256(h.Standing.Certificate.RawSubject), Device: device, Renews: t.serial,
	})
	if err != nil {
		return nca.Application{}, err
	}
	return s.apply(ctx, word, api.ApplyRequest{Email: in.Email, Storage: in.Storage, Keys: in.Keys, Requests: in.Requests})
}

// openRenewal makes the record of the renewal.
func (s *Service) openRenewal(ctx context.Context, c Call, t task, h held, in api.RenewalRequest, keys []assertion.Hash, submitted nca.Application) (api.Started, error) {
	var out api.Started
	err := s.Store.Update(ctx, func(tx store.Tx) error {
		from, err := s.admit(tx, c, during(identified...))
		if err != nil {
			return err
		}
		if err := from.useNonce(t); err != nil {
			return err
		}
		if err := s.allow(tx, from.now, renewLimit, limit.ByIIN, from.Subject, s.rules.RenewalsPerIIN); err != nil {
			return err
		}
		token := secret()
		w := s.renewed(from, t, h, token)
		w.State.Application = &application{Keys: hexKeys(keys), RevokeOld: in.RevokeOld}
		w.State.Application.follow(submitted)
		if err := errors.Join(
			w.enqueue(jobIssue, caseArgs{Enrolment: w.ID}),
			w.enqueueAt(later(w.now, h.IdentifiedAt.Add(texts.Retention)), jobErase, caseArgs{Enrolment: w.ID}),
			w.audit("renew", t.serial+" "+submitted.Number), from.audit("renewed-by", w.ID),
		); err != nil {
			return err
		}
		if err := w.save(tx, w.now); err != nil {
			return err
		}
		out = api.Started{Enrolment: s.render(w.record), Token: api.Secret(token)}
		return c.keep(tx, out, nil)
	})
	return out, err
}

// renewed is the record of a renewal that is asked for in another enrolment.
func (s *Service) renewed(from *work, t task, h held, token string) *work {
	hash := sha256.Sum256([]byte(token))
	st := &from.State
	pinOf := from.ID
	if st.Renewal != nil {
		pinOf = st.Renewal.PINOf
	}
	return &work{tx: from.tx, now: from.now, by: from.by, record: &record{
		Enrolment: store.Enrolment{ID: t.nonce, Subject: from.Subject, CreatedAt: from.now, ExpiresAt: from.now.Add(s.rules.Identified)},
		State: State{
			IIN: st.IIN, Language: st.Language, Device: st.Device, Token: hash[:], Nonce: rand.Text() + rand.Text(),
			Phone: st.Phone, Confirmed: true, Passed: st.Passed, Email: st.Email.settled(),
			Renewal: &renewal{Serial: t.serial, Application: h.Application, PINOf: pinOf, IdentifiedAt: h.IdentifiedAt},
		},
	}}
}
