package enrolment

import (
	"context"
	"fmt"

	"qoltanba/app/api"
	"qoltanba/app/backend/nca"
	"qoltanba/app/backend/store"
)

// withdrawArgs names the application too: the enrolment may have another by
// the time that the job runs.
type withdrawArgs struct{ Enrolment, Number string }

// WithdrawApplication gives up, by PIN, an application whose keys are lost, and
// goes back to the consent to pass the data: the evidence and its verdict stay.
func (s *Service) WithdrawApplication(ctx context.Context, c Call, in api.PINRequest) (api.Enrolment, error) {
	return s.withPIN(ctx, c, takes(api.StepIssue, api.StepImport), in.PIN, func(w *work) error {
		if err := w.withdraw(); err != nil {
			return err
		}
		w.State.forgetApplication()
		s.extend(w)
		return nil
	})
}

// withdraw leaves it to a job to end the application at the authority, if there
// is one that certificates may come of.
func (w *work) withdraw() error {
	a := w.State.Application
	if a == nil || a.Application.Status == api.ApplicationRejected {
		return nil
	}
	args := withdrawArgs{Enrolment: w.ID, Number: a.Application.Number}
	if err := w.enqueue(jobWithdraw, args); err != nil {
		return err
	}
	return w.audit("withdraw", args.Number)
}

// applicant is the name under which the authority knows this way: one for each
// application, since it takes only one from each.
func (r *record) applicant() string {
	if r.State.Withdrawn == 0 {
		return r.ID
	}
	return fmt.Sprintf("%s-%d", r.ID, r.State.Withdrawn+1)
}

// revoke is the job that ends an application and revokes what came of it.
func (s *Service) revoke(ctx context.Context, args withdrawArgs) error {
	if _, err := s.NCA.Withdraw(ctx, args.Number, nca.CessationOfOperation); err != nil {
		return err
	}
	return s.Store.Update(ctx, func(tx store.Tx) error {
		return tx.Record(store.AuditEntry{At: s.now(), Actor: service, Action: "revoke", Enrolment: args.Enrolment, Detail: args.Number})
	})
}
