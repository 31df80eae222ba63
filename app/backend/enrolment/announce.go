package enrolment

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"slices"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/backend/notify"
	"qoltanba/app/backend/store"
)

// Every issue is announced to all phones and addresses that were ever confirmed
// by the citizen, with a link to a page that says what was issued. Whoever did
// not ask for it suspends it there at once. The link has a random token of 130
// bits, of which the store has a hash; it is good for the certificates of one
// application, suspends them once, and ends with them. An operator, who can
// call back, gives suspended ones back or lets them be revoked, and the
// citizen may revoke them too; the PIN alone gives nothing back, for the PIN is
// the impostor's where there is one.

// ErrNoAlarm says that a link leads to nothing, or to nothing any more.
var ErrNoAlarm = errors.New("the link is not known, was used up, or its certificates have ended")

// alarmHash is what is kept of a token. It is too long to be guessed, so that
// the pepper alone is enough.
func (s *Service) alarmHash(token string) string {
	return hex.EncodeToString(s.Pepper.MAC("alarm/v1", token))
}

// newAlarm draws a token; "" where no page is served.
func (s *Service) newAlarm() (token, hash string) {
	if s.AlarmPage == "" {
		return "", ""
	}
	token = rand.Text()
	return token, s.alarmHash(token)
}

// announce tells all phones and addresses of the citizen of certificates.
func (s *Service) announce(w *work, token string) error {
	phones, addresses, err := s.known(w)
	if err != nil {
		return err
	}
	m := letter{Notice: notify.Issued}
	if token != "" {
		m = letter{Notice: notify.Announced, Link: s.AlarmPage + token}
	}
	for _, phone := range phones {
		if err := s.enqueueSMS(w, phone, m); err != nil {
			return err
		}
	}
	for _, address := range addresses {
		if err := s.enqueueMail(w, address, m); err != nil {
			return err
		}
	}
	return nil
}

// known are the phones and addresses that the citizen confirmed in any
// enrolment, that of w first.
func (s *Service) known(w *work) (phones []api.Phone, addresses []string, err error) {
	others, err := w.tx.EnrolmentsOf(w.Subject, formerLimit)
	if err != nil {
		return nil, nil, err
	}
	note := func(st *State) {
		if st.Confirmed && st.Phone != "" && !slices.Contains(phones, st.Phone) {
			phones = append(phones, st.Phone)
		}
		if a := st.Email.address(); a != "" && !slices.Contains(addresses, a) {
			addresses = append(addresses, a)
		}
	}
	note(&w.State)
	for _, e := range others {
		r, err := readRecord(e)
		if err != nil {
			return nil, nil, err
		}
		note(&r.State)
	}
	return phones, addresses, nil
}

// Alarm is what the page says of certificates that somebody may disown.
type Alarm struct {
	Language api.Language
	Kinds    []api.CertificateKind
	At       time.Time // of the issue
	Good     bool      // there is something to suspend
}

// alarmLimit bounds the certificates of one application.
const alarmLimit = 8

// alarmed finds the certificates of a link, as long as one lasts.
func (s *Service) alarmed(tx store.Tx, token string) ([]store.Certificate, error) {
	if len(token) != len(rand.Text()) {
		return nil, ErrNoAlarm
	}
	found, err := tx.CertificatesAlarmed(s.alarmHash(token), alarmLimit)
	if errors.Is(err, store.ErrText) || err == nil && len(found) == 0 {
		return nil, ErrNoAlarm
	}
	if err != nil {
		return nil, err
	}
	now := s.now()
	if !slices.ContainsFunc(found, func(c store.Certificate) bool { return !now.After(c.NotAfter) }) {
		return nil, ErrNoAlarm
	}
	return found, nil
}

// ReadAlarm tells what a link is about and changes nothing: programs that look
// at links before people do learn no more than the kind and the time. The error
// is ErrNoAlarm.
func (s *Service) ReadAlarm(ctx context.Context, token string) (Alarm, error) {
	var found []store.Certificate
	var alarm Alarm
	err := s.Store.View(ctx, func(tx store.Tx) (err error) {
		if found, err = s.alarmed(tx, token); err != nil {
			return err
		}
		e, err := tx.Enrolment(found[0].Enrolment)
		if err != nil {
			return err
		}
		r, err := readRecord(e)
		if err == nil {
			alarm = Alarm{Language: r.State.Language, At: found[0].NotBefore}
		}
		return err
	})
	if err != nil {
		return Alarm{}, err
	}
	for _, c := range found {
		h, err := s.stand(ctx, c)
		if err != nil {
			return Alarm{}, err
		}
		alarm.Kinds = append(alarm.Kinds, c.Kind)
		alarm.Good = alarm.Good || h.Good(s.now())
	}
	return alarm, nil
}

// RaiseAlarm suspends the certificates of a link at once. What is suspended or
// revoked already stays as it is. The error is ErrNoAlarm.
func (s *Service) RaiseAlarm(ctx context.Context, token string) error {
	var found []store.Certificate
	err := s.Store.Update(ctx, func(tx store.Tx) (err error) {
		if found, err = s.alarmed(tx, token); err != nil {
			return err
		}
		return tx.Record(store.AuditEntry{
			At: s.now(), Actor: citizen, Action: "not-me", Enrolment: found[0].Enrolment, Detail: found[0].Application,
		})
	})
	if err != nil {
		return err
	}
	for _, c := range found {
		serial, err := hex.DecodeString(c.Serial)
		if err != nil {
			return err
		}
		if _, err := s.NCA.Suspend(ctx, serial); err != nil {
			return err
		}
	}
	return nil
}
