package nca_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"qoltanba/app/backend/nca"
	"qoltanba/app/backend/nca/ledger"
)

func TestWithdrawnIsRevokedAndNeverIssued(t *testing.T) {
	onEachStore(t, func(t *testing.T, fresh func(testing.TB) *ledger.Ledger) {
		a := authority(t, fresh(t))
		issued := issue(t, a, submit(t, "issued", 0, 1))
		early, err := apply(t.Context(), a, submit(t, "early", 2, 3))
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			for _, number := range []string{issued.Number, early.Number} {
				app, err := a.Withdraw(t.Context(), number, nca.CessationOfOperation)
				if err != nil || app.Status() != nca.Withdrawn {
					t.Fatalf("%v: %v", app.Status(), err)
				}
			}
		}
		for _, number := range []string{issued.Number, early.Number} {
			_, issueErr := a.Issue(t.Context(), number)
			_, readErr := a.Certificates(t.Context(), number)
			_, importErr := a.Imported(t.Context(), number, nil)
			for _, err := range []error{issueErr, readErr, importErr} {
				if !errors.Is(err, nca.ErrWithdrawn) {
					t.Errorf("after the withdrawal: %v", err)
				}
			}
		}
		issue(t, a, submit(t, "anew", 4, 5))
		audited(t, a, 3, 4)
		if report, err := a.Audit(t.Context()); err != nil || report.Revoked != 2 {
			t.Errorf("%d certificates are revoked: %v", report.Revoked, err)
		}
		if _, err := a.Withdraw(t.Context(), "000000000000", nca.CessationOfOperation); !errors.Is(err, nca.ErrNotFound) {
			t.Errorf("unknown: %v", err)
		}
	})
}

func TestARejectedApplicationCannotBeWithdrawn(t *testing.T) {
	a := authority(t, sqlite(t))
	app, err := apply(t.Context(), a, submit(t, "rejected", 0, 1))
	if err == nil {
		_, err = a.Reject(t.Context(), app.Number, "reason")
	}
	if err == nil {
		app, err = a.Withdraw(t.Context(), app.Number, nca.CessationOfOperation)
	}
	if err != nil || app.Status() != nca.Rejected {
		t.Errorf("%s: %v", app.Status(), err)
	}
}

// Whichever comes first, nothing that holds is left of a withdrawn application.
func TestIssuedWhileWithdrawn(t *testing.T) {
	onEachStore(t, func(t *testing.T, fresh func(testing.TB) *ledger.Ledger) {
		a := authority(t, fresh(t))
		app, err := apply(t.Context(), a, submit(t, "raced", 0, 1))
		if err != nil {
			t.Fatal(err)
		}
		var group sync.WaitGroup
		for range 3 {
			group.Go(func() {
				if _, err := a.Issue(context.WithoutCancel(t.Context()), app.Number); err != nil && !errors.Is(err, nca.ErrWithdrawn) {
					t.Error(err)
				}
			})
			group.Go(func() {
				if _, err := a.Withdraw(context.WithoutCancel(t.Context()), app.Number, nca.CessationOfOperation); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		report, err := a.Audit(t.Context())
		if err != nil || len(report.Findings) != 0 || report.Revoked != report.Certificates {
			t.Errorf("%+v: %v", report, err)
		}
	})
}
