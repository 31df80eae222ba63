package pgtest

import (
	"database/sql"
	"os"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"
)

func TestMain(m *testing.M) {
	code := Run(m)
	if code == 0 && home != "" {
		if _, err := os.Stat(home); !os.IsNotExist(err) {
			println("pgtest: Run left", home, "behind")
			code = 1
		}
	}
	os.Exit(code)
}

// home is the folder of the cluster that the tests used.
var home string

func TestDatabasesAreFreshAndApart(t *testing.T) {
	for range 2 {
		db, err := sql.Open("pgx", DSN(t))
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if _, err := db.ExecContext(t.Context(), "CREATE TABLE t (name TEXT PRIMARY KEY)"); err != nil {
			t.Fatal(err)
		}
		if _, err := db.ExecContext(t.Context(), "INSERT INTO t VALUES ($1), ($2), ($3)", "Я", "І", "z"); err != nil {
			t.Fatal(err)
		}
		var first string
		if err := db.QueryRowContext(t.Context(), "SELECT name FROM t ORDER BY name").Scan(&first); err != nil {
			t.Fatal(err)
		}
		if first != "z" {
			t.Errorf("first of z, І, Я is %q: the cluster does not sort by bytes", first)
		}
	}
	home = shared.cluster.dir
}
