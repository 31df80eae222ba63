package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"sync"
	"testing"
	"time"

	"qoltanba/app/backend/assertion"
	"qoltanba/app/backend/nca"
	"qoltanba/app/backend/nca/ledger"
	"qoltanba/app/backend/store/pgtest"
	"qoltanba/keystore/profile"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m)) }

// opener opens the same database again and again.
type opener func() (*ledger.Ledger, error)

func onEach(t *testing.T, test func(t *testing.T, open opener)) {
	t.Helper()
	t.Run("SQLite", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "Құжат тар 100%20?#&")
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		test(t, func() (*ledger.Ledger, error) { return ledger.SQLite(t.Context(), filepath.Join(dir, "nca.db")) })
		if _, err := os.Stat(filepath.Join(dir, "nca.db")); err != nil {
			t.Errorf("the file is elsewhere: %v", err)
		}
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		dsn := pgtest.DSN(t)
		test(t, func() (*ledger.Ledger, error) { return ledger.Postgres(t.Context(), dsn) })
	})
}

func opened(t *testing.T, open opener) *ledger.Ledger {
	t.Helper()
	l, err := open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

var at = time.Date(2026, 11, 22, 9, 30, 15, 123e6, time.UTC)

func application(i byte) nca.Application {
	return nca.Application{
		Number: fmt.Sprintf("%012d", i), Enrolment: fmt.Sprint("enrolment-", i), Assertion: "a.b.c", Email: "a@b.kz",
		Storage: nca.StoragePC,
		Requests: []nca.Request{
			{Kind: profile.RSAAuth, Key: assertion.Hash{i, 1}, DER: []byte{0, 1}},
			{Kind: profile.RSASign, Key: assertion.Hash{i, 2}, DER: []byte{0xff, 0}},
		},
		History: []nca.StatusChange{{Status: nca.Created, At: at}},
	}
}

func TestWhatWasAddedComesBack(t *testing.T) {
	onEach(t, func(t *testing.T, open opener) {
		app := application(1)
		intent := nca.Intent{Number: app.Number, Kind: profile.RSASign, TBS: []byte{0x30, 0}, Serial: []byte{0xff, 1}, At: at}
		certificate := nca.Certificate{Number: app.Number, Kind: profile.RSASign, DER: []byte{0x30, 1, 0}, At: at}
		revocation := nca.Revocation{Number: app.Number, Kind: profile.RSASign, Reason: nca.CessationOfOperation, At: at}
		rejected := nca.StatusChange{Status: nca.Rejected, At: at.Add(time.Hour), Reason: "себебі"}
		if err := opened(t, open).Update(t.Context(), func(tx nca.Tx) error {
			return errors.Join(tx.AddApplication(app), tx.AddStatus(app.Number, rejected), tx.AddAssertionUse("id", app.Number, at),
				tx.AddIntent(intent), tx.AddCertificate(certificate), tx.AddRevocation(revocation), tx.AddApplication(application(2)))
		}); err != nil {
			t.Fatal(err)
		}
		app.History = append(app.History, rejected)
		if err := opened(t, open).Update(t.Context(), func(tx nca.Tx) error {
			equal(t, app)(tx.Application(app.Number))
			equal(t, app)(tx.ApplicationOf(app.Enrolment))
			equal(t, intent)(tx.Intent(app.Number, profile.RSASign))
			equal(t, certificate)(tx.Certificate(app.Number, profile.RSASign))
			equal(t, revocation)(tx.Revocation(app.Number, profile.RSASign))
			equal(t, certificate)(tx.CertificateWithSerial(intent.Serial))
			_, err := tx.CertificateWithSerial([]byte{1})
			absent(t, err)
			revoked := nca.RevokedCertificate{Serial: intent.Serial, Kind: intent.Kind, Reason: revocation.Reason, At: at}
			equal(t, []nca.RevokedCertificate{revoked})(tx.Revoked(at))
			equal(t, []nca.RevokedCertificate(nil))(tx.Revoked(at.Add(time.Second)))
			equal(t, 1)(tx.CountRevocations())
			equal(t, app.Number)(tx.AssertionUse("id"))
			equal(t, "")(tx.AssertionUse("another"))
			equal(t, true)(tx.KeyUsed(assertion.Hash{1, 2}))
			equal(t, false)(tx.KeyUsed(assertion.Hash{1, 3}))
			equal(t, []string{"000000000001", "000000000002"})(tx.Numbers("", 5))
			equal(t, []string{"000000000002"})(tx.Numbers("000000000001", 5))
			equal(t, []string{"000000000001"})(tx.Numbers("", 1))
			_, err = tx.Application("000000000003")
			absent(t, err)
			_, err = tx.ApplicationOf("enrolment-3")
			absent(t, err)
			_, err = tx.Intent(app.Number, profile.RSAAuth)
			absent(t, err)
			_, err = tx.Certificate(app.Number, profile.RSAAuth)
			absent(t, err)
			_, err = tx.Revocation(app.Number, profile.RSAAuth)
			absent(t, err)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	})
}

func equal[T any](t *testing.T, want T) func(T, error) {
	t.Helper()
	return func(got T, err error) {
		t.Helper()
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("got %#v, %v, want %#v", got, err, want)
		}
	}
}

func absent(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, nca.ErrNotFound) {
		t.Errorf("got %v, want ErrNotFound", err)
	}
}

func TestTheSchemaHoldsTheInvariants(t *testing.T) {
	onEach(t, func(t *testing.T, open opener) {
		l := opened(t, open)
		app := application(1)
		intent := nca.Intent{Number: app.Number, Kind: profile.RSASign, TBS: []byte{1}, At: at}
		certificate := nca.Certificate{Number: app.Number, Kind: profile.RSASign, DER: []byte{2}, At: at}
		if err := l.Update(t.Context(), func(tx nca.Tx) error {
			return errors.Join(tx.AddApplication(app), tx.AddAssertionUse("id", app.Number, at), tx.AddIntent(intent), tx.AddCertificate(certificate))
		}); err != nil {
			t.Fatal(err)
		}
		enrolled, keyed := application(2), application(2)
		enrolled.Enrolment = app.Enrolment
		keyed.Requests[1].Key = app.Requests[0].Key
		for name, add := range map[string]func(nca.Tx) error{
			"number":                     func(tx nca.Tx) error { return tx.AddApplication(app) },
			"enrolment":                  func(tx nca.Tx) error { return tx.AddApplication(enrolled) },
			"key":                        func(tx nca.Tx) error { return tx.AddApplication(keyed) },
			"status":                     func(tx nca.Tx) error { return tx.AddStatus(app.Number, app.History[0]) },
			"assertion":                  func(tx nca.Tx) error { return tx.AddAssertionUse("id", app.Number, at) },
			"intent":                     func(tx nca.Tx) error { return tx.AddIntent(intent) },
			"certificate":                func(tx nca.Tx) error { return tx.AddCertificate(certificate) },
			"certificate with no intent": func(tx nca.Tx) error { c := certificate; c.Kind = profile.RSAAuth; return tx.AddCertificate(c) },
			"revocation of nothing": func(tx nca.Tx) error {
				return tx.AddRevocation(nca.Revocation{Number: "9", Kind: profile.RSAAuth, At: at})
			},
			"intent with no application": func(tx nca.Tx) error { i := intent; i.Number = "9"; return tx.AddIntent(i) },
		} {
			if err := l.Update(t.Context(), add); err == nil {
				t.Errorf("a second %s was added", name)
			}
		}
		equal(t, app)(read(t, l, app.Number))
		_, err := read(t, l, enrolled.Number)
		absent(t, err)
	})
}

func read(t *testing.T, l *ledger.Ledger, number string) (app nca.Application, err error) {
	t.Helper()
	err = l.Update(t.Context(), func(tx nca.Tx) (err error) {
		app, err = tx.Application(number)
		return err
	})
	return app, err
}

func TestAFailedChangeLeavesNothing(t *testing.T) {
	onEach(t, func(t *testing.T, open opener) {
		l := opened(t, open)
		fault := errors.New("changed my mind")
		err := l.Update(t.Context(), func(tx nca.Tx) error {
			return errors.Join(tx.AddApplication(application(1)), fault)
		})
		if !errors.Is(err, fault) {
			t.Errorf("Update: %v", err)
		}
		_, err = read(t, l, application(1).Number)
		absent(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		err = l.Update(ctx, func(tx nca.Tx) error {
			cancel()
			return tx.AddApplication(application(1))
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
		_, err = read(t, l, application(1).Number)
		absent(t, err)
	})
}

// Each writer reads the history and adds the status that it finds missing; if
// two could see the same history, one of them would add it twice or fail.
func TestTransactionsAreAsIfAlone(t *testing.T) {
	onEach(t, func(t *testing.T, open opener) {
		const processes, writers = 3, 4
		ledgers := make([]*ledger.Ledger, processes)
		var starts sync.WaitGroup
		for i := range ledgers {
			if i == 0 {
				ledgers[i] = opened(t, open)
				continue
			}
			starts.Go(func() {
				var err error
				if ledgers[i], err = open(); err != nil {
					t.Error(err)
				}
			})
		}
		starts.Wait()
		if t.Failed() {
			return
		}
		for _, l := range ledgers[1:] {
			defer l.Close()
		}
		app := application(1)
		if err := ledgers[0].Update(t.Context(), func(tx nca.Tx) error { return tx.AddApplication(app) }); err != nil {
			t.Fatal(err)
		}
		var group sync.WaitGroup
		for i := range processes * writers {
			group.Go(func() {
				err := ledgers[i%processes].Update(t.Context(), func(tx nca.Tx) error {
					app, err := tx.Application(app.Number)
					if err != nil {
						return err
					}
					status := nca.Status(fmt.Sprint("step-", len(app.History)))
					return tx.AddStatus(app.Number, nca.StatusChange{Status: status, At: at})
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		got, err := read(t, ledgers[0], app.Number)
		if err != nil || len(got.History) != 1+processes*writers {
			t.Errorf("%d statuses, %v", len(got.History), err)
		}
	})
}

func TestReplicasMigrateTogether(t *testing.T) {
	dsn := pgtest.DSN(t)
	var group sync.WaitGroup
	for range 3 {
		group.Go(func() {
			l, err := ledger.Postgres(t.Context(), dsn)
			if err != nil {
				t.Error(err)
				return
			}
			if err := l.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}
