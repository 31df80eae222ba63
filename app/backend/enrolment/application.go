package enrolment

import (
	"context"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"slices"

	"qoltanba/app/api"
	"qoltanba/app/backend/assertion"
	"qoltanba/app/backend/digitalid"
	"qoltanba/app/backend/nca"
	"qoltanba/app/backend/notify"
	"qoltanba/keystore/keypair"
	"qoltanba/keystore/profile"
)

// GrantData takes the citizen's consent, by PIN, to pass exactly these data to
// the certification authority.
func (s *Service) GrantData(ctx context.Context, c Call, in api.GrantRequest) (api.Enrolment, error) {
	r, err := s.ready(ctx, c, takes(api.StepGrant))
	if err != nil {
		return api.Enrolment{}, err
	}
	if in.DataSHA256 != r.State.Passed.Hash() {
		return api.Enrolment{}, api.Fail(api.BadRequest, "data_sha256: not the data that will be passed")
	}
	return s.withPIN(ctx, c, takes(api.StepGrant), in.PIN, func(w *work) error {
		w.State.Grant = &grant{Data: in.DataSHA256, Device: c.Device, Until: w.now.Add(s.rules.Grant)}
		return w.audit("grant", in.DataSHA256)
	})
}

// Apply submits the requests to the certification authority under Digital ID's
// signed word. The same keys again give the same application.
func (s *Service) Apply(ctx context.Context, c Call, in api.ApplyRequest) (api.Enrolment, error) {
	if err := in.Validate(); err != nil {
		return api.Enrolment{}, err
	}
	keys, err := requestKeys(in.Requests, in.Keys)
	if err != nil {
		return api.Enrolment{}, err
	}
	may := takes(api.StepApplication, api.StepIssue, api.StepImport, api.StepDone)
	r, err := s.ready(ctx, c, may)
	if err != nil {
		return api.Enrolment{}, err
	}
	if r.State.Application != nil {
		return s.applyAgain(ctx, c, may, keys)
	}
	if !s.granted(r, c) {
		return s.step(ctx, c, takes(api.StepApplication), func(w *work) error {
			w.State.Grant = nil
			if err := w.audit("grant-expired", ""); err != nil {
				return err
			}
			return keep(api.Fail(api.GrantExpired, "consent again"))
		})
	}
	in.Email = r.State.Email.confirmed(in.Email)
	submitted, err := s.submit(ctx, r, c.Device, in, keys)
	if err != nil {
		return api.Enrolment{}, err
	}
	return s.step(ctx, c, takes(api.StepApplication), func(w *work) error {
		w.State.Application = &application{Keys: hexKeys(keys), RevokeOld: in.RevokeOld}
		w.State.Application.follow(submitted)
		if err := w.enqueue(jobIssue, caseArgs{Enrolment: w.ID}); err != nil {
			return err
		}
		return w.audit("apply", submitted.Number)
	})
}

// granted says whether the consent still holds, for this device and these data.
func (s *Service) granted(r *record, c Call) bool {
	g := r.State.Grant
	return g != nil && s.now().Before(g.Until) && g.Device == c.Device && g.Data == r.State.Passed.Hash()
}

func (s *Service) applyAgain(ctx context.Context, c Call, may rule, keys []assertion.Hash) (api.Enrolment, error) {
	return s.step(ctx, c, may, func(w *work) error {
		if !slices.Equal(w.State.Application.Keys, hexKeys(keys)) {
			return api.Fail(api.ApplicationOther, "other keys")
		}
		return nil
	})
}

// submit gives Digital ID's word to the authority, which keeps the application
// or finds the one these keys have already.
func (s *Service) submit(ctx context.Context, r *record, device string, in api.ApplyRequest, keys []assertion.Hash) (nca.Application, error) {
	data, err := hex.DecodeString(r.State.Grant.Data)
	if err != nil {
		return nca.Application{}, err
	}
	p := r.State.Passed
	word, err := s.DigitalID.SignAssertion(digitalid.Statement{
		Enrolment: r.applicant(), Keys: keys, Data: assertion.Hash(data), Device: device,
		Subject: profile.Subject{Surname: p.Surname, Name: p.Name, Patronymic: p.Patronymic, IIN: string(p.IIN)},
	})
	if err != nil {
		return nca.Application{}, err
	}
	return s.apply(ctx, word, in)
}

// apply hands an application to the authority under Digital ID's word.
func (s *Service) apply(ctx context.Context, word string, in api.ApplyRequest) (nca.Application, error) {
	submitted, err := s.NCA.Apply(ctx, word, in.Requests, in.Email, string(in.Storage))
	switch {
	case errors.Is(err, nca.ErrOtherKeys):
		return submitted, api.Fail(api.ApplicationOther, "%v", err)
	case errors.Is(err, nca.ErrAlgorithm):
		return submitted, api.Fail(api.KeysUnserved, "keys %q", in.Keys)
	case errors.Is(err, nca.ErrRequest), errors.Is(err, nca.ErrKeySeen):
		return submitted, api.Fail(api.RequestInvalid, "%v", err)
	case errors.Is(err, nca.ErrEmail):
		return submitted, api.Fail(api.EmailInvalid, "%v", err)
	case errors.Is(err, nca.ErrRenewal):
		return submitted, api.Fail(api.CertificateEnded, "%v", err)
	case errors.Is(err, nca.ErrStorage):
		return submitted, api.Fail(api.BadRequest, "storage")
	}
	return submitted, err
}

// requestKeys hashes the public keys of the requests, in order, which must be of
// the kind that was said.
func requestKeys(requests [][]byte, said api.KeyAlgorithm) ([]assertion.Hash, error) {
	keys := make([]assertion.Hash, len(requests))
	for i, der := range requests {
		request, err := x509.ParseCertificateRequest(der)
		if err != nil {
			return nil, api.Fail(api.RequestInvalid, "request %d is no PKCS#10", i+1)
		}
		public, err := keypair.ParsePublicKey(request.RawSubjectPublicKeyInfo)
		if err != nil {
			return nil, api.Fail(api.RequestInvalid, "request %d: %v", i+1, err)
		}
		if algorithm, err := keypair.Of(public); err != nil || algorithm.Name() != string(said) {
			return nil, api.Fail(api.RequestInvalid, "request %d is not on a key %q", i+1, said)
		}
		keys[i] = assertion.HashKey(request.RawSubjectPublicKeyInfo)
	}
	return keys, nil
}

func hexKeys(keys []assertion.Hash) []string {
	text := make([]string, len(keys))
	for i, k := range keys {
		text[i] = hex.EncodeToString(k[:])
	}
	return text
}

// follow takes over how far the authority is.
func (a *application) follow(n nca.Application) {
	told := api.Application{Number: n.Number, Status: api.ApplicationStatus(n.Status()), Email: n.Email, Storage: api.Storage(n.Storage)}
	for _, h := range n.History {
		told.History = append(told.History, api.StatusChange{Status: api.ApplicationStatus(h.Status), At: h.At, Reason: h.Reason})
	}
	a.Application = told
}

// issue is the job that has the certificates issued.
func (s *Service) issue(ctx context.Context, args caseArgs) error {
	r, err := s.caseOf(ctx, args.Enrolment)
	if err != nil || r.State.Application == nil {
		return err
	}
	issued, err := s.NCA.Issue(ctx, r.State.Application.Application.Number)
	if errors.Is(err, nca.ErrWithdrawn) {
		return nil
	}
	if err != nil && !errors.Is(err, nca.ErrRejected) {
		return err
	}
	var certificates []nca.Certificate
	if issued.Status() != nca.Rejected {
		if certificates, err = s.NCA.Certificates(ctx, issued.Number); errors.Is(err, nca.ErrWithdrawn) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return s.update(ctx, args.Enrolment, func(w *work) error {
		if a := w.State.Application; w.State.Next() != api.StepIssue || a.Application.Status == api.ApplicationRejected || a.Application.Number != issued.Number {
			return nil
		}
		w.State.Application.follow(issued)
		if issued.Status() == nca.Rejected {
			if err := s.enqueueSMS(w, w.State.Phone, letter{Notice: notify.Refused}); err != nil {
				return err
			}
			return w.audit("application-rejected", issued.Number)
		}
		token, alarm := s.newAlarm()
		return errors.Join(s.remember(w, certificates, alarm), s.announce(w, token), w.audit("issue", issued.Number))
	})
}

// Certificates gives what was issued, as often as it is asked for.
func (s *Service) Certificates(ctx context.Context, c Call) (api.Certificates, error) {
	r, err := s.view(ctx, c)
	if err != nil {
		return api.Certificates{}, err
	}
	a := r.State.Application
	if a == nil || a.step() == api.StepIssue {
		return api.Certificates{}, api.Fail(api.NotIssued, "wait for step %q", api.StepImport)
	}
	issued, err := s.NCA.Certificates(ctx, a.Application.Number)
	if errors.Is(err, nca.ErrWithdrawn) {
		return api.Certificates{}, api.Fail(api.NotIssued, "withdrawn")
	}
	if err != nil {
		return api.Certificates{}, err
	}
	var out api.Certificates
	for _, cert := range issued {
		out.Certificates = append(out.Certificates, api.Certificate{Kind: api.CertificateKind(cert.Kind.Name()), DER: cert.DER})
		out.Chain = s.NCA.Chain(cert.Kind.Algorithm())
	}
	return out, nil
}

// ConfirmImport notes that the certificates lie in key files, by their hashes.
func (s *Service) ConfirmImport(ctx context.Context, c Call, in api.ImportRequest) (api.Enrolment, error) {
	r, err := s.ready(ctx, c, takes(api.StepImport))
	if err != nil {
		return api.Enrolment{}, err
	}
	ended, err := s.NCA.Imported(ctx, r.State.Application.Application.Number, in.Fingerprints)
	if errors.Is(err, nca.ErrFingerprints) {
		return api.Enrolment{}, api.Fail(api.FingerprintsWrong, "%v", err)
	}
	if errors.Is(err, nca.ErrWithdrawn) {
		return api.Enrolment{}, api.Fail(api.OutOfOrder, "%v", err)
	}
	if err != nil {
		return api.Enrolment{}, err
	}
	return s.step(ctx, c, takes(api.StepImport), func(w *work) error {
		w.State.Application.follow(ended)
		return errors.Join(s.imported(w, ended.Number), w.audit("import", ended.Number))
	})
}
