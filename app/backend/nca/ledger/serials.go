package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/big"

	"github.com/pressly/goose/v3"
	"golang.org/x/crypto/cryptobyte"
	tags "golang.org/x/crypto/cryptobyte/asn1"
)

// serials is the third migration: the serial number of what is to be signed
// gets a column, by which a certificate is found, and which no two may share.
// Of what was intended before it is read out of the content.
var serials = goose.NewGoMigration(3, &goose.GoFunc{RunTx: addSerials}, &goose.GoFunc{RunTx: dropSerials})

func addSerials(ctx context.Context, t *sql.Tx) error {
	if _, err := t.ExecContext(ctx, "ALTER TABLE nca_intent ADD COLUMN serial BYTEA"); err != nil {
		return err
	}
	type intent struct {
		number, kind string
		tbs          []byte
	}
	intents, err := rows(tx{ctx, t}, func(r *sql.Rows) (i intent, err error) {
		err = r.Scan(&i.number, &i.kind, &i.tbs)
		return i, err
	}, "SELECT number, kind, tbs FROM nca_intent")
	if err != nil {
		return err
	}
	for _, i := range intents {
		serial, err := serialOf(i.tbs)
		if err != nil {
			return fmt.Errorf("application %s, %s: %w", i.number, i.kind, err)
		}
		_, err = t.ExecContext(ctx, "UPDATE nca_intent SET serial = $1 WHERE number = $2 AND kind = $3", serial, i.number, i.kind)
		if err != nil {
			return err
		}
	}
	_, err = t.ExecContext(ctx, "CREATE UNIQUE INDEX nca_intent_serial ON nca_intent (serial)")
	return err
}

func dropSerials(ctx context.Context, t *sql.Tx) error {
	if _, err := t.ExecContext(ctx, "DROP INDEX nca_intent_serial"); err != nil {
		return err
	}
	_, err := t.ExecContext(ctx, "ALTER TABLE nca_intent DROP COLUMN serial")
	return err
}

// serialOf reads the serial number of a TBSCertificate (RFC 5280, 4.1.2.2).
func serialOf(tbs []byte) ([]byte, error) {
	in := cryptobyte.String(tbs)
	var content cryptobyte.String
	serial := new(big.Int)
	if !in.ReadASN1(&content, tags.SEQUENCE) || !content.SkipOptionalASN1(tags.Tag(0).ContextSpecific().Constructed()) ||
		!content.ReadASN1Integer(serial) || serial.Sign() <= 0 {
		return nil, errors.New("what was to be signed has no serial number: restore the ledger")
	}
	return serial.Bytes(), nil
}
