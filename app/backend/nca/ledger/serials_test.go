package ledger_test

import (
	"bytes"
	"database/sql"
	"path/filepath"
	"testing"

	"qoltanba/app/backend/nca"
	"qoltanba/app/backend/nca/ledger"
	"qoltanba/keystore/profile"
)

// What a former version intended gets the serial number that it was given.
func TestSerialsOfAFormerVersion(t *testing.T) {
	path := filepath.Join(t.TempDir(), "nca.db")
	open := func() (*ledger.Ledger, error) { return ledger.SQLite(t.Context(), path) }
	app := application(1)
	tbs := []byte{0x30, 9, 0xa0, 3, 2, 1, 2, 2, 2, 0, 0xff} // version 3, serial number 255
	first, err := open()
	if err != nil {
		t.Fatal(err)
	}
	err = first.Update(t.Context(), func(tx nca.Tx) error {
		if err := tx.AddApplication(app); err != nil {
			return err
		}
		return tx.AddIntent(nca.Intent{Number: app.Number, Kind: profile.RSASign, TBS: tbs, Serial: []byte{9}, At: at})
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	_, err = db.ExecContext(t.Context(), `DROP INDEX nca_intent_serial; ALTER TABLE nca_intent DROP COLUMN serial;
		DROP TABLE nca_list; DELETE FROM nca_goose_version WHERE version_id >= 3`)
	if err != nil {
		t.Fatal(err)
	}
	err = opened(t, open).Update(t.Context(), func(tx nca.Tx) error {
		i, err := tx.Intent(app.Number, profile.RSASign)
		if err == nil && !bytes.Equal(i.Serial, []byte{255}) {
			t.Errorf("serial number %x", i.Serial)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
