package nca_test

import (
	"crypto/x509"
	"database/sql"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"

	"qoltanba/app/backend/nca"
	"qoltanba/app/backend/nca/checker"
	"qoltanba/app/backend/nca/ledger"
	"qoltanba/app/backend/nca/publish"
	"qoltanba/app/backend/store/pgtest"
)

// looked is what the checker says of a ledger.
func looked(t *testing.T, book *checker.Book, err error, published *checker.Published, now time.Time) checker.Report {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = book.Close() }()
	report, err := checker.Check(t.Context(), book, must(checker.ReadTrust(filepath.Join(home, "nca"))), published, now)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// What somebody changed in the ledger by hand, the checker finds; a ledger that
// nobody changed it passes, also on PostgreSQL.
func TestCheckerFindsWhatWasTamperedWith(t *testing.T) {
	for name, c := range map[string]struct{ statement, want string }{
		"nothing":                 {"", ""},
		"flipped bit":             {`UPDATE nca_certificate SET der = CAST(substr(der, 1, length(der) - 1) || x'00' AS BLOB) WHERE kind = 'rsa-sign'`, "signature"},
		"other intent":            {`UPDATE nca_intent SET tbs = x'3000' WHERE kind = 'rsa-sign'`, "not what was intended"},
		"lost certificate":        {`DELETE FROM nca_certificate WHERE kind = 'rsa-sign'`, "missing"},
		"lost intent":             {`DELETE FROM nca_intent WHERE kind = 'rsa-sign'`, "no intent"},
		"lost request":            {`DELETE FROM nca_request WHERE kind = 'rsa-sign'`, "without a request"},
		"lost application":        {`DELETE FROM nca_application`, "without an application"},
		"lost assertion":          {`DELETE FROM nca_assertion`, "without an assertion"},
		"earlier decision":        {`UPDATE nca_intent SET at = at - 86400000`, "does not begin at the decision"},
		"never approved":          {`DELETE FROM nca_status WHERE status = 'approved'`, "never approved"},
		"withdrawn, not revoked":  {`INSERT INTO nca_status SELECT number, 9, 'withdrawn', at, '' FROM nca_status WHERE status = 'created'`, "holds"},
		"rejected":                {`INSERT INTO nca_status SELECT number, 9, 'rejected', at, '' FROM nca_status WHERE status = 'created'`, "rejected"},
		"revoked of nothing":      {`INSERT INTO nca_revocation (number, kind, position, reason, at) SELECT number, 'gost512', 0, 1, at FROM nca_certificate WHERE kind = 'rsa-sign'`, "without a certificate"},
		"unknown reason":          {`INSERT INTO nca_revocation (number, kind, position, reason, at) SELECT number, kind, 0, 7, at FROM nca_certificate`, "reason"},
		"one certificate twice":   {`UPDATE nca_certificate SET der = (SELECT der FROM nca_certificate WHERE kind = 'rsa-sign')`, "is that of"},
		"an intent left standing": {`DELETE FROM nca_certificate; DELETE FROM nca_status WHERE status = 'awaiting-import'`, "without a certificate since"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "nca.db")
			l, err := ledger.SQLite(t.Context(), path)
			a := authority(t, closing(t, l, err))
			issue(t, a, submit(t, "enrolment-1", 0, 1))
			db := must(sql.Open("sqlite", path)) // with foreign keys off
			defer db.Close()
			if _, err := db.ExecContext(t.Context(), c.statement); err != nil {
				t.Fatal(err)
			}
			book, err := checker.SQLite(path)
			report := looked(t, book, err, nil, start.Add(48*time.Hour))
			var found strings.Builder
			if err := report.Print(&found); err != nil {
				t.Fatal(err)
			}
			if (c.want == "") != (len(report.Findings) == 0) || !strings.Contains(found.String(), c.want) {
				t.Errorf("the checker printed\n%s", found.String())
			}
			if strings.Contains(found.String(), citizen.IIN) {
				t.Error("the report tells an IIN")
			}
		})
	}
	t.Run("PostgreSQL", func(t *testing.T) {
		dsn := pgtest.DSN(t)
		l, err := ledger.Postgres(t.Context(), dsn)
		issue(t, authority(t, closing(t, l, err)), submitGOST(t, "enrolment-1"))
		book, err := checker.Postgres(dsn)
		if report := looked(t, book, err, nil, start); len(report.Findings) != 0 || report.Total() != 1 {
			t.Errorf("%d certificates, %v", report.Total(), report.Findings)
		}
	})
}

// What is published is held against the ledger: answers that are not its own,
// and a revocation that it has and nobody tells.
func TestCheckerComparesWhatIsPublished(t *testing.T) {
	path := filepath.Join(t.TempDir(), "nca.db")
	l, err := ledger.SQLite(t.Context(), path)
	a := authority(t, closing(t, l, err))
	issue(t, a, submit(t, "enrolment-1", 0, 1))
	gone := issue(t, a, submitGOST(t, "enrolment-2"))
	handler := publish.New(a, func() time.Time { return start }).Handler()
	question := must(ocsp.CreateRequest(must(x509.ParseCertificate(must(a.Certificates(t.Context(), gone.Number))[0].DER)),
		must(x509.ParseCertificate(a.Chain(a.Algorithms()[0])[0])), nil))
	_, good := recorded(t, handler, question)
	if _, err := a.Withdraw(t.Context(), gone.Number, nca.CessationOfOperation); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		serve http.HandlerFunc
		want  string
	}{
		"as it is":        {handler.ServeHTTP, ""},
		"an old answer":   {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(good) }, "otherwise than the ledger"},
		"nothing at all":  {http.NotFound, "status 404"},
		"no answer, once": {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte{0x30, 3, 0x0a, 1, 3}) }, "refuses"},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(c.serve)
			defer server.Close()
			book, err := checker.SQLite(path)
			later := start.Add(2 * time.Minute) // the revocation has settled
			report := looked(t, book, err, &checker.Published{URL: server.URL + publish.Path, Client: server.Client()}, later)
			var found strings.Builder
			if err := report.Print(&found); err != nil {
				t.Fatal(err)
			}
			if (c.want == "") != (len(report.Findings) == 0) || !strings.Contains(found.String(), c.want) {
				t.Errorf("the checker printed\n%s", found.String())
			}
		})
	}
}

// recorded asks a handler about a certificate, without a network.
func recorded(t testing.TB, handler http.Handler, question []byte) (status int, answer []byte) {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, publish.Path+"ocsp", strings.NewReader(string(question)))
	r.Header.Set("Content-Type", "application/ocsp-request")
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w.Code, w.Body.Bytes()
}
