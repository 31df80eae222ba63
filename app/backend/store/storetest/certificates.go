package storetest

import (
	"strings"
	"testing"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/backend/store"
)

func testCertificate(t *testing.T, s Store) {
	get := func(tx store.Tx) (store.Certificate, error) { return tx.Certificate("a1") }
	wants(t, store.ErrNotFound, s.View, func(tx store.Tx) error { _, err := get(tx); return err })
	c := store.Certificate{
		Serial: "a1", Enrolment: "e1", Subject: "subject", Application: "100000000001", Kind: api.CertificateSign,
		Obtained: api.ObtainedByRenewal, NotBefore: kept, NotAfter: kept.Add(time.Hour), IdentifiedAt: kept.Add(-time.Hour), Alarm: "hash",
	}
	add := func(c store.Certificate) { update(t, s, func(tx store.Tx) error { return tx.AddCertificate(c) }) }
	wants(t, store.ErrConflict, s.Update, func(tx store.Tx) error { return tx.PutCertificate(c) })
	add(c)
	same(t, "added", read(t, s, get), c)
	wants(t, store.ErrConflict, s.Update, func(tx store.Tx) error { return tx.AddCertificate(c) })
	c.Reminded, c.Imported, c.Alarm = 5, true, ""
	update(t, s, func(tx store.Tx) error { return tx.PutCertificate(c) })
	same(t, "put", read(t, s, get), c)

	twin := c
	twin.Serial, twin.Alarm = "a2", "hash"
	add(twin)
	later, others := twin, twin
	later.Serial, later.NotBefore, later.NotAfter = "b1", kept.Add(time.Minute), kept.Add(2*time.Hour)
	add(later)
	others.Serial, others.Subject, others.Alarm = "c1", "other", ""
	add(others)
	serials := func(list []store.Certificate, err error) (string, error) {
		var names []string
		for _, c := range list {
			names = append(names, c.Serial)
		}
		return strings.Join(names, " "), err
	}
	ending := func(after time.Time, serial string, until time.Time, limit int) string {
		return read(t, s, func(tx store.Tx) (string, error) { return serials(tx.CertificatesEnding(after, serial, until, limit)) })
	}
	same(t, "of a citizen", read(t, s, func(tx store.Tx) (string, error) { return serials(tx.CertificatesOf("subject", 9)) }), "b1 a2 a1")
	same(t, "alarmed", read(t, s, func(tx store.Tx) (string, error) { return serials(tx.CertificatesAlarmed("hash", 9)) }), "a2 b1")
	same(t, "alarmed by none", read(t, s, func(tx store.Tx) (string, error) { return serials(tx.CertificatesAlarmed("", 9)) }), "")
	same(t, "ending", ending(kept, "", kept.Add(2*time.Hour), 9), "a1 a2 c1 b1")
	same(t, "ending before", ending(kept, "", kept.Add(time.Hour), 9), "a1 a2 c1")
	same(t, "the next page", ending(kept.Add(time.Hour), "a2", kept.Add(2*time.Hour), 1), "c1")
	same(t, "ended", ending(kept.Add(2*time.Hour), "b1", kept.Add(9*time.Hour), 9), "")
}
