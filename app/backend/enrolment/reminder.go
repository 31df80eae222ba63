package enrolment

import (
	"context"
	"errors"
	"time"

	"qoltanba/app/backend/notify"
	"qoltanba/app/backend/store"
)

// reminder is one message before a certificate ends. Which were sent is kept
// beside the certificate, in the transaction that hands them to the queue: each
// is sent once, whatever happens to processes and clocks.
type reminder struct {
	bit    int64
	before time.Duration
	mail   bool // otherwise by SMS
}

const day = 24 * time.Hour

// reminders are those of a certificate, the last one first.
var reminders = []reminder{
	{bit: 1 << 0, before: 7 * day, mail: true},
	{bit: 1 << 1, before: 10 * day},
	{bit: 1 << 2, before: 14 * day, mail: true},
	{bit: 1 << 3, before: 30 * day, mail: true},
}

const (
	// firstReminder is how long before the end the first one is sent.
	firstReminder = 30 * day
	remindPage    = 200
	remindEvery   = time.Hour
)

// due are the reminders whose time has come and which were not sent. Of several
// of one way, only the last is worth sending; the others count as sent.
func due(c store.Certificate, now time.Time) (send []reminder, reminded int64) {
	reminded = c.Reminded
	var mailed, texted bool
	for _, r := range reminders {
		if now.Before(c.NotAfter.Add(-r.before)) {
			continue
		}
		seen := &texted
		if r.mail {
			seen = &mailed
		}
		if c.Reminded&r.bit == 0 && !*seen {
			send = append(send, r)
		}
		*seen = true
		reminded |= r.bit
	}
	return send, reminded
}

// Remind sends what is due. It is called from time to time; a pair of
// certificates is reminded of by the one for signing.
func (s *Service) Remind(ctx context.Context) error {
	now := s.now()
	for after, serial := now, ""; ; {
		var page []store.Certificate
		err := s.Store.View(ctx, func(tx store.Tx) (err error) {
			page, err = tx.CertificatesEnding(after, serial, now.Add(firstReminder), remindPage)
			return err
		})
		if err != nil {
			return err
		}
		for _, c := range page {
			after, serial = c.NotAfter, c.Serial
			if send, _ := due(c, now); len(send) == 0 || !c.Kind.Signs() {
				continue
			}
			if err := s.remind(ctx, c); err != nil {
				return err
			}
		}
		if len(page) < remindPage {
			return nil
		}
	}
}

// remind sends what is due for one certificate, unless it does not hold or has
// a successor.
func (s *Service) remind(ctx context.Context, c store.Certificate) error {
	all, err := s.holdings(ctx, c.Subject)
	if err != nil {
		return err
	}
	for _, h := range all {
		if h.Serial == c.Serial && (!h.Good(s.now()) || h.renewed(all, s.now())) {
			return nil
		}
	}
	return s.Store.Update(ctx, func(tx store.Tx) error {
		fresh, err := tx.Certificate(c.Serial)
		if err != nil {
			return err
		}
		e, err := tx.Enrolment(fresh.Enrolment)
		if err != nil {
			return err
		}
		r, err := readRecord(e)
		if err != nil {
			return err
		}
		w := &work{record: r, tx: tx, now: s.now(), by: service}
		send, reminded := due(fresh, w.now)
		if len(send) == 0 {
			return nil
		}
		m := letter{Notice: notify.Ending, Date: fresh.NotAfter}
		for _, one := range send {
			if err := s.sendReminder(w, one, m); err != nil {
				return err
			}
		}
		fresh.Reminded = reminded
		return errors.Join(tx.PutCertificate(fresh), w.audit("remind", fresh.Serial))
	})
}

func (s *Service) sendReminder(w *work, r reminder, m letter) error {
	switch {
	case r.mail && w.State.Email.address() != "":
		return s.enqueueMail(w, w.State.Email.address(), m)
	case !r.mail && w.State.Phone != "":
		return s.enqueueSMS(w, w.State.Phone, m)
	}
	return nil
}
