package sqlstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"

	"qoltanba/app/backend/store"
	"qoltanba/app/backend/store/pgtest"
	"qoltanba/app/backend/store/storetest"
)

// suite ends PostgreSQL before goroutines are counted.
type suite struct{ m *testing.M }

func (s suite) Run() int { return pgtest.Run(s.m) }

func TestMain(m *testing.M) {
	if address := os.Getenv(victimAddress); address != "" {
		os.Exit(victim(address, os.Getenv(victimName)))
	}
	goleak.VerifyTestMain(suite{m})
}

// databases are what every test here runs on.
var databases = map[string]func(testing.TB) string{
	"SQLite":     func(tb testing.TB) string { return "sqlite://" + filepath.ToSlash(tb.TempDir()) + "/store.db" },
	"PostgreSQL": pgtest.DSN,
}

func open(tb testing.TB, address string) *DB {
	tb.Helper()
	db, err := Open(tb.Context(), address)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
	})
	return db
}

// each runs a test on both databases.
func each(t *testing.T, test func(t *testing.T, address string)) {
	t.Parallel()
	for name, address := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, address(t))
		})
	}
}

func TestConformance(t *testing.T) {
	t.Parallel()
	for name, address := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.Run(t, func(t *testing.T) storetest.Store { return open(t, address(t)) })
		})
	}
}

func TestOpenTogether(t *testing.T) {
	each(t, func(t *testing.T, address string) {
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() {
				db, err := Open(t.Context(), address)
				if err != nil {
					t.Error(err)
					return
				}
				if err := db.Close(); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	})
}

func TestReopen(t *testing.T) {
	each(t, func(t *testing.T, address string) {
		db := open(t, address)
		put(t, db, "e")
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		err := open(t, address).View(t.Context(), func(tx store.Tx) error { _, err := tx.Enrolment("e"); return err })
		if err != nil {
			t.Error(err)
		}
	})
}

func TestTwoProcessesWrite(t *testing.T) {
	each(t, func(t *testing.T, address string) {
		one, two := open(t, address), open(t, address)
		put(t, one, "e")
		var wg sync.WaitGroup
		for _, db := range []*DB{one, two, one, two} {
			wg.Go(func() {
				for range 10 {
					err := db.Update(t.Context(), func(tx store.Tx) error {
						e, err := tx.Enrolment("e")
						if err != nil {
							return err
						}
						_, err = tx.PutEnrolment(e)
						return err
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		_ = two.View(t.Context(), func(tx store.Tx) error {
			if e, err := tx.Enrolment("e"); err != nil || e.Version != 41 {
				t.Errorf("version %d after 40 updates, %v", e.Version, err)
			}
			return nil
		})
	})
}

func TestTrailIsAppendOnly(t *testing.T) {
	each(t, func(t *testing.T, address string) {
		db := open(t, address)
		record(t, db, 3)
		statements := []string{
			`UPDATE audit_trail SET actor = 'other'`, `DELETE FROM audit_trail`, `DELETE FROM audit_trail WHERE position = 3`,
		}
		if db.dialect.name == "postgres" {
			statements = append(statements, `TRUNCATE audit_trail`)
		}
		for _, statement := range statements {
			_, err := db.writer.ExecContext(t.Context(), statement)
			if err == nil || !strings.Contains(err.Error(), "append-only") {
				t.Errorf("%s: %v", statement, err)
			}
		}
	})
}

func TestTrailShowsTampering(t *testing.T) {
	for name, change := range map[string]string{
		"changed":   `UPDATE audit_trail SET detail = 'x' WHERE position = 2`,
		"moved":     `UPDATE audit_trail SET at = at + 1 WHERE position = 3`,
		"taken out": `DELETE FROM audit_trail WHERE position = 2`,
		"beheaded":  `DELETE FROM audit_trail WHERE position = 1`,
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, address string) {
				db := open(t, address)
				record(t, db, 3)
				drop := []string{`DROP TRIGGER audit_trail_keeps`, `DROP TRIGGER audit_trail_stays`}
				if db.dialect.name == "postgres" {
					drop = []string{`DROP TRIGGER audit_trail_keeps ON audit_trail`}
				}
				for _, statement := range append(drop, change) {
					if _, err := db.writer.ExecContext(t.Context(), statement); err != nil {
						t.Fatal(err)
					}
				}
				err := db.View(t.Context(), func(tx store.Tx) error { _, err := tx.Trail("e"); return err })
				if !errors.Is(err, store.ErrTampered) {
					t.Errorf("error %v", err)
				}
			})
		})
	}
}

func TestFailedStatementDoomsTheTransaction(t *testing.T) {
	each(t, func(t *testing.T, address string) {
		db := open(t, address)
		err := db.Update(t.Context(), func(s store.Tx) error {
			if _, err := s.PutEnrolment(storetest.Enrolment("e")); err != nil {
				return err
			}
			_, _ = s.(*tx).exec(`INSERT INTO nowhere VALUES (1)`)
			return nil
		})
		if err == nil {
			t.Error("the transaction was kept")
		}
		err = db.View(t.Context(), func(tx store.Tx) error { _, err := tx.Enrolment("e"); return err })
		if !errors.Is(err, store.ErrNotFound) {
			t.Errorf("error %v", err)
		}
	})
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	folder := filepath.ToSlash(t.TempDir())
	garbage := filepath.Join(folder, "garbage.db")
	if err := os.WriteFile(garbage, []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{
		"", "store.db", "mysql://localhost/x", "sqlite://", "sqlite://relative.db", "sqlite:///", "sqlite:store.db",
		"sqlite://" + folder + "/missing/store.db", "sqlite://" + filepath.ToSlash(garbage),
		"postgres://user:secret@/%zz", "postgres://user:secret@host:port/x", "postgres:///x?host=" + folder + "&password=secret",
	} {
		db, err := Open(t.Context(), address)
		if err == nil {
			t.Errorf("%q was opened", address)
			_ = db.Close()
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("the error repeats the password: %v", err)
		}
	}
}

func TestSQLiteFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "Қолтаңба 100% #1?.db")
	db := open(t, "sqlite://"+strings.NewReplacer("%", "%25", "#", "%23", "?", "%3F").Replace(filepath.ToSlash(path)))
	put(t, db, "e")
	for _, suffix := range []string{"", "-wal", "-shm"} {
		info, err := os.Stat(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("others may open %q: %v", suffix, info.Mode())
		}
	}
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "secure_delete": "1"} {
		var got string
		if err := db.writer.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %q, want %q (%v)", pragma, got, want, err)
		}
	}
	if _, err := db.reader.ExecContext(t.Context(), `DELETE FROM enrolments`); err == nil {
		t.Error("the reading connections write")
	}
}

func put(tb testing.TB, db *DB, id string) {
	tb.Helper()
	err := db.Update(tb.Context(), func(tx store.Tx) error {
		_, err := tx.PutEnrolment(storetest.Enrolment(id))
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
}

func record(t *testing.T, db *DB, n int) {
	t.Helper()
	err := db.Update(t.Context(), func(tx store.Tx) error {
		for i := range n {
			if err := tx.Record(store.AuditEntry{Actor: "citizen", Action: fmt.Sprint(i), Enrolment: "e"}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func benchmark(b *testing.B, work func(ctx context.Context, db *DB, id string) error) {
	for name, address := range databases {
		b.Run(name, func(b *testing.B) {
			db := open(b, address(b))
			put(b, db, "e")
			n := 0
			for b.Loop() {
				n++
				if err := work(b.Context(), db, fmt.Sprint("e", n)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkUpdate(b *testing.B) {
	benchmark(b, func(ctx context.Context, db *DB, id string) error {
		return db.Update(ctx, func(tx store.Tx) error {
			if _, err := tx.PutEnrolment(storetest.Enrolment(id)); err != nil {
				return err
			}
			return tx.Enqueue(store.Job{Kind: "touch", Args: json.RawMessage(`{"id":"e"}`)})
		})
	})
}

func BenchmarkUpdateParallel(b *testing.B) {
	for name, address := range databases {
		b.Run(name, func(b *testing.B) {
			db := open(b, address(b))
			var n atomic.Int64
			b.SetParallelism(4)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					id := fmt.Sprint("e", n.Add(1))
					err := db.Update(b.Context(), func(tx store.Tx) error {
						if _, err := tx.PutEnrolment(storetest.Enrolment(id)); err != nil {
							return err
						}
						return tx.Record(store.AuditEntry{Action: "made", Enrolment: id})
					})
					if err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}

func BenchmarkView(b *testing.B) {
	benchmark(b, func(ctx context.Context, db *DB, _ string) error {
		return db.View(ctx, func(tx store.Tx) error { _, err := tx.Enrolment("e"); return err })
	})
}
