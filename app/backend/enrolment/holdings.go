package enrolment

import (
	"context"
	"encoding/hex"
	"errors"
	"slices"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/backend/store"
)

// Holding is a certificate of a citizen as an operator sees it.
type Holding struct {
	Serial    string
	Kind      api.CertificateKind
	Storage   api.Storage
	State     api.HeldState
	NotBefore time.Time
	NotAfter  time.Time
}

// ErrNotHeld says that a certificate is not of this citizen, or does not stand
// as it would have to: it was given back or revoked meanwhile.
var ErrNotHeld = errors.New("the certificate is not the citizen's, or stands otherwise by now")

// Holdings are the certificates of a citizen who is on the phone, the newest
// first. That an operator looked is on the trail of each enrolment.
func (s *Service) Holdings(ctx context.Context, operator string, iin api.IIN) ([]Holding, error) {
	all, err := s.holdings(ctx, s.subject(iin))
	if err != nil {
		return nil, err
	}
	var list []Holding
	var looked []string // enrolments
	for _, h := range all {
		list = append(list, Holding{
			Serial: h.Serial, Kind: h.Certificate.Kind, Storage: api.Storage(h.Storage), State: h.state(s.now()), NotBefore: h.NotBefore, NotAfter: h.NotAfter,
		})
		if !slices.Contains(looked, h.Enrolment) {
			looked = append(looked, h.Enrolment)
		}
	}
	return list, s.Store.Update(ctx, func(tx store.Tx) error {
		for _, id := range looked {
			if err := tx.Record(store.AuditEntry{At: s.now(), Actor: "operator:" + operator, Action: "look-certificates", Enrolment: id}); err != nil {
				return err
			}
		}
		return nil
	})
}

// ReleaseCertificate gives a suspended certificate of a citizen back on an
// operator's word. Its link is used up by that: whoever has it cannot suspend
// anything again. The error is ErrNotHeld.
func (s *Service) ReleaseCertificate(ctx context.Context, operator string, iin api.IIN, serial string) error {
	raw, err := s.operate(ctx, act{operator, "release-certificate", iin, serial}, []api.HeldState{api.HeldSuspended}, func(c *store.Certificate) { c.Alarm = "" })
	if err != nil {
		return err
	}
	_, err = s.NCA.Release(ctx, raw)
	return err
}

// EndCertificate revokes a certificate of a citizen on an operator's word, for
// good. The error is ErrNotHeld.
func (s *Service) EndCertificate(ctx context.Context, operator string, iin api.IIN, serial string) error {
	may := []api.HeldState{api.HeldGood, api.HeldSuspended}
	if _, err := s.operate(ctx, act{operator, "end-certificate", iin, serial}, may, func(*store.Certificate) {}); err != nil {
		return err
	}
	return s.endCertificate(ctx, endArgs{Serial: serial, Reason: api.KeyCompromise})
}

// act is what an operator does to a certificate of a citizen.
type act struct {
	operator, action string
	iin              api.IIN
	serial           string
}

// operate notes what an operator does to a certificate that stands in one of
// the states, and returns its serial number.
func (s *Service) operate(ctx context.Context, a act, in []api.HeldState, change func(*store.Certificate)) ([]byte, error) {
	all, err := s.holdings(ctx, s.subject(a.iin))
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(all, func(h held) bool { return h.Serial == a.serial })
	if i < 0 || !slices.Contains(in, all[i].state(s.now())) {
		return nil, ErrNotHeld
	}
	raw, err := hex.DecodeString(a.serial)
	if err != nil {
		return nil, err
	}
	return raw, s.Store.Update(ctx, func(tx store.Tx) error {
		c, err := tx.Certificate(a.serial)
		if err != nil {
			return err
		}
		change(&c)
		if err := tx.PutCertificate(c); err != nil {
			return err
		}
		return tx.Record(store.AuditEntry{At: s.now(), Actor: "operator:" + a.operator, Action: a.action, Enrolment: c.Enrolment, Detail: a.serial})
	})
}
