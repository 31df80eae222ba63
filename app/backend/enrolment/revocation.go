package enrolment

import (
	"context"
	"encoding/hex"
	"errors"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/backend/store"
)

// endArgs names a certificate that a citizen wants ended.
type endArgs struct {
	Enrolment, Serial string
	Reason            api.RevocationReason
}

// RevokeCertificate ends a certificate of the citizen for good, by the PIN or
// by a signature with its key. What was ended before stays as it is.
func (s *Service) RevokeCertificate(ctx context.Context, c Call, in api.RevocationRequest) (api.Enrolment, error) {
	if (in.PIN == "") == (len(in.Signature) == 0) {
		return api.Enrolment{}, api.Fail(api.BadRequest, "pin or signature: one of both")
	}
	may := during(identified...)
	r, err := s.ready(ctx, c, may)
	if err != nil {
		return api.Enrolment{}, err
	}
	h, all, err := s.heldBy(ctx, r, in.Serial)
	if err != nil {
		return api.Enrolment{}, err
	}
	args := endArgs{Enrolment: r.ID, Serial: h.Serial, Reason: in.Reason}
	// The job sees to it should this process end before the authority has heard.
	ask := func(w *work, by string) error {
		return errors.Join(w.enqueue(jobEnd, args), w.audit("revoke-certificate", by+" "+string(in.Reason)+" "+in.Serial))
	}
	var out api.Enrolment
	if in.PIN != "" {
		out, err = s.withPIN(ctx, c, may, in.PIN, func(w *work) error { return ask(w, "pin") })
	} else {
		out, err = s.revokeSigned(ctx, c, in, h, all, func(w *work) error { return ask(w, "signature") })
	}
	if err != nil {
		return api.Enrolment{}, err
	}
	return out, s.endCertificate(ctx, args)
}

func (s *Service) revokeSigned(ctx context.Context, c Call, in api.RevocationRequest, h held, all []held, ask func(*work) error) (api.Enrolment, error) {
	var allowed []held // its own key, or the one for signing that was made with it
	for _, o := range all {
		if o.Serial == h.Serial || o.Application == h.Application && o.Certificate.Kind.Signs() {
			allowed = append(allowed, o)
		}
	}
	t, err := s.signed(task{purpose: api.SignToRevoke, enrolment: c.Enrolment, serial: in.Serial, detail: string(in.Reason)}, in.Signature, allowed)
	if err != nil {
		return api.Enrolment{}, err
	}
	return s.step(ctx, c, during(identified...), func(w *work) error {
		if err := w.useNonce(t); err != nil {
			return err
		}
		return ask(w)
	})
}

// useNonce sees to it that a signed text serves once.
func (w *work) useNonce(t task) error {
	err := w.tx.UseOnce("signature", t.nonce, t.until.Add(time.Hour))
	if errors.Is(err, store.ErrUsed) {
		return api.Fail(api.SignatureExpired, "the text served before: ask for a new one")
	}
	return err
}

// endCertificate is the job that has the authority end a certificate.
func (s *Service) endCertificate(ctx context.Context, args endArgs) error {
	serial, err := hex.DecodeString(args.Serial)
	if err != nil {
		return err
	}
	_, err = s.NCA.Revoke(ctx, serial, reasons[args.Reason])
	return err
}
