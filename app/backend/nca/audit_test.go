package nca_test

import (
	"database/sql"
	"path/filepath"
	"testing"

	"qoltanba/app/backend/nca/ledger"
)

func TestAuditFindsWhatWasTamperedWith(t *testing.T) {
	for name, statement := range map[string]string{
		"swapped certificates": `UPDATE nca_certificate SET kind = CASE kind WHEN 'rsa-auth' THEN 'x' ELSE 'rsa-auth' END;
			UPDATE nca_certificate SET kind = 'rsa-sign' WHERE kind = 'x'`,
		"flipped bit":      `UPDATE nca_certificate SET der = CAST(substr(der, 1, length(der) - 1) || x'00' AS BLOB) WHERE kind = 'rsa-sign'`,
		"other intent":     `UPDATE nca_intent SET tbs = x'3000' WHERE kind = 'rsa-sign'`,
		"lost certificate": `DELETE FROM nca_certificate WHERE kind = 'rsa-sign'`,
		"lost intent":      `DELETE FROM nca_intent WHERE kind = 'rsa-sign'`,
		"other assertion":  `UPDATE nca_application SET assertion = 'e30.e30.e30'`,
		"other e-mail":     `UPDATE nca_application SET email = 'thief@example.kz'`,
		"earlier decision": `UPDATE nca_intent SET at = at - 86400000`,
		"never approved":   `DELETE FROM nca_status WHERE status = 'approved'`,
		"suspended only": `INSERT INTO nca_status SELECT number, 9, 'withdrawn', at, '' FROM nca_status WHERE status = 'created';
			INSERT INTO nca_revocation SELECT number, kind, 0, 6, at FROM nca_certificate`,
		"not revoked":       `INSERT INTO nca_status SELECT number, 9, 'withdrawn', at, '' FROM nca_status WHERE status = 'created'`,
		"foreign signature": `UPDATE nca_certificate SET der = (SELECT der FROM nca_request LIMIT 1)`,
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "nca.db")
			l, err := ledger.SQLite(t.Context(), path)
			a := authority(t, closing(t, l, err))
			issue(t, a, submit(t, "enrolment-1", 0, 1))
			audited(t, a, 1, 2)
			db := must(sql.Open("sqlite", path)) // with foreign keys off, as a thief would have it
			defer db.Close()
			if _, err := db.ExecContext(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
			report, err := a.Audit(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if len(report.Findings) == 0 {
				t.Error("the audit found nothing")
			}
		})
	}
}
