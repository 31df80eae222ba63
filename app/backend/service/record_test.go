//go:build demo

package service

import (
	"database/sql"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"qoltanba/app/backend/store/pgtest"
)

// onBoth runs a test against a service on SQLite and one on PostgreSQL.
func onBoth(t *testing.T, test func(t *testing.T, on func(*Plan))) {
	t.Helper()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		test(t, func(*Plan) {})
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		test(t, func(p *Plan) {
			p.Config.Store, p.Config.Keys, p.Config.Ledger = pgtest.DSN(t), pgtest.DSN(t), pgtest.DSN(t)
		})
	})
}

// rows reads the agency's database past the service.
func rows(t *testing.T, a *agency, query string) [][]string {
	t.Helper()
	return readDatabase(t, a, a.config.Store, "qoltanba.db", query)
}

// readDatabase reads the database of an address, or the file where there is none.
func readDatabase(t *testing.T, a *agency, address, file, query string) (list [][]string) {
	t.Helper()
	driver := "pgx"
	if address == "" {
		driver, address = "sqlite", filepath.Join(a.data, file)
	}
	db, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	found, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer found.Close()
	names, err := found.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for found.Next() {
		row := make([]string, len(names))
		columns := make([]any, len(names))
		for i := range row {
			columns[i] = &row[i]
		}
		if err := found.Scan(columns...); err != nil {
			t.Fatal(err)
		}
		list = append(list, row)
	}
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}

// record is everything that the service keeps and that a refused call must
// leave as it is: all tables but proofs that were used up and answers that are
// kept for a repetition, the case keys, the authority's ledger and the evidence.
type record map[string]string

// kept reads the record once no job is under way.
func (a *agency) kept(t *testing.T) record {
	t.Helper()
	a.quiet(t)
	r := record{}
	table := func(name string, found [][]string) {
		var lines []string
		for _, row := range found {
			lines = append(lines, strings.Join(row, "|"))
		}
		r[name] = strings.Join(lines, "\n")
	}
	for name, query := range map[string]string{
		"enrolments":   "SELECT id, CAST(version AS TEXT), step, CAST(expires_at AS TEXT), CAST(state AS TEXT) FROM enrolments ORDER BY id",
		"trail":        "SELECT enrolment, CAST(position AS TEXT), actor, action, detail FROM audit_trail ORDER BY enrolment, position",
		"call-backs":   "SELECT id, state, CAST(answered_at AS TEXT), operator FROM call_backs ORDER BY id",
		"counters":     "SELECT name, CAST(events AS TEXT), CAST(opened_at AS TEXT) FROM windows ORDER BY name",
		"operators":    "SELECT login, password, CAST(failures AS TEXT), CAST(locked_to AS TEXT) FROM operators ORDER BY login",
		"jobs":         "SELECT kind, CAST(args AS TEXT) FROM river_job WHERE kind NOT IN ('store.purge', 'enrolment.remind') ORDER BY id",
		"certificates": "SELECT serial, alarm, CAST(reminded AS TEXT), CAST(imported AS TEXT) FROM certificates ORDER BY serial",
	} {
		table(name, rows(t, a, query))
	}
	table("case keys", readDatabase(t, a, a.config.Keys, "keys.db", "SELECT enrolment, CAST(wrapped AS TEXT) FROM case_keys ORDER BY enrolment"))
	for _, name := range []string{"nca_application", "nca_status", "nca_assertion", "nca_request", "nca_certificate", "nca_revocation"} {
		table(name, readDatabase(t, a, a.config.Ledger, "ledger.db", "SELECT CAST(COUNT(*) AS TEXT) FROM "+name))
	}
	var evidence []string
	err := fs.WalkDir(os.DirFS(filepath.Join(a.data, "evidence")), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		evidence = append(evidence, fmt.Sprint(path, " ", info.Size()))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	r["evidence"] = strings.Join(evidence, "\n")
	return r
}

// quiet waits until no job is under way or about to be.
func (a *agency) quiet(t *testing.T) {
	t.Helper()
	c := &citizen{T: t, a: a}
	c.until("end of all jobs", func() bool {
		return rows(t, a, "SELECT CAST(COUNT(*) AS TEXT) FROM river_job WHERE state IN ('available', 'running', 'retryable', 'pending')"+
			" OR state = 'scheduled' AND kind NOT IN ('enrolment.lapse', 'enrolment.erase', 'enrolment.remind', 'store.purge')")[0][0] == "0"
	})
}

// same fails the test where the record differs from what it was.
func (r record) same(t *testing.T, what string, now record, but ...string) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(r)) {
		if !slices.Contains(but, name) && r[name] != now[name] {
			t.Errorf("%s changed the %s:\n%s\nbecame\n%s", what, name, without(r[name], now[name]), without(now[name], r[name]))
		}
	}
}

// without are the lines that the other text has not.
func without(text, other string) string {
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		if !slices.Contains(strings.Split(other, "\n"), line) {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}
