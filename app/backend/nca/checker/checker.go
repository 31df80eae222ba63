// Package checker reads again all that a certification authority issued, and
// says what is wrong with it.
//
// It is the second pair of eyes: it opens the ledger's tables itself, has no
// key of the authority, and shares no code with package issuance or with the
// ledger. What it knows of a certificate, it knows from the norm and from the
// profile of the National Certification Authority, spelled out in rules of its
// own. Only the parsing of DER and the arithmetic of signatures are those of
// the rest of the program.
//
// # Central types
//
// [Check] reads a database within one snapshot and returns a [Report]: what was
// counted, and a [Finding] for each thing that should not be. [Trust] is the
// authorities' certificates that it believes, [Published] what a running
// service tells the world, which is held against the ledger.
//
// # Norms
//
// RFC 5280 (certificates and lists), RFC 6960 (OCSP).
package checker

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"
)

// unsignedFor is how long an intent may wait for its signature: a job that
// failed is repeated long before.
const unsignedFor = 24 * time.Hour

// Finding is something that should not be.
type Finding struct {
	Application string // number, or ""
	Kind        string // of certificate, or ""
	Problem     string
}

// Report is what was seen.
type Report struct {
	Applications int
	Intents      int
	Certificates map[string]int // by kind
	Revoked      int            // of the certificates
	// Unsigned counts intents that wait for their signature: an interrupted
	// issuance, which its repetition ends.
	Unsigned int
	Lists    int // revocation lists that were held against the ledger
	Answers  int // OCSP answers that were
	Findings []Finding
}

// Total counts the certificates of all kinds.
func (r Report) Total() (n int) {
	for _, of := range r.Certificates {
		n += of
	}
	return n
}

// Check reads the ledger again. It writes nothing. Published is nil where no
// service is asked. The error says that the check could not be made; whatever is
// wrong with the certificates is a finding.
func Check(ctx context.Context, book *Book, trust Trust, published *Published, now time.Time) (Report, error) {
	c := check{
		trust: trust, now: now, report: Report{Certificates: make(map[string]int)},
		serials: make(map[string]string), keys: make(map[[sha256.Size]byte]string), live: make(map[string]*item),
	}
	c.trustItself()
	if err := c.read(ctx, book); err != nil {
		return c.report, fmt.Errorf("read the ledger: %w", err)
	}
	var err error
	if published != nil {
		err = c.compare(ctx, *published)
	}
	slices.SortStableFunc(c.report.Findings, func(a, b Finding) int {
		return slices.Compare([]string{a.Application, a.Kind}, []string{b.Application, b.Kind})
	})
	return c.report, err
}

// read goes over all rows within one snapshot.
func (c *check) read(ctx context.Context, book *Book) error {
	tx, err := book.db.BeginTx(ctx, book.options)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // nothing was written
	r := reader{ctx, tx}
	if c.statuses, err = r.statuses(); err != nil {
		return err
	}
	c.report.Applications = len(c.statuses)
	if err := r.strays(c.found); err != nil {
		return err
	}
	return r.items(c.look)
}

// check is a check on its way.
type check struct {
	trust    Trust
	now      time.Time
	statuses map[string][]status // by application
	report   Report

	serials map[string]string            // who has a serial number
	keys    map[[sha256.Size]byte]string // who has a public key
	live    map[string]*item             // by serial number, for what is published
}

func (c *check) found(f Finding) { c.report.Findings = append(c.report.Findings, f) }

// look judges one certificate, or what stands in its place.
func (c *check) look(i *item) {
	wrong := func(format string, args ...any) {
		c.found(Finding{i.number, i.kind, fmt.Sprintf(format, args...)})
	}
	history := c.statuses[i.number]
	if i.tbs != nil {
		c.report.Intents++
	}
	if i.der == nil {
		c.missing(i, history, wrong)
		return
	}
	c.report.Certificates[i.kind]++
	if i.revoked != nil {
		c.report.Revoked++
	}
	if err := i.parse(c.trust); err != nil {
		wrong("%v", err)
		return
	}
	for _, r := range rules {
		if broken := r(i); broken != "" {
			wrong("%s", broken)
		}
	}
	c.history(i, history, wrong)
	c.once(i, wrong)
	c.live[string(i.cert.SerialNumber.Bytes())] = i
}

// missing judges a request without a certificate.
func (c *check) missing(i *item, history []status, wrong func(string, ...any)) {
	if reached(history, "awaiting-import") {
		wrong("the certificate is missing, though issuance has ended")
	}
	if i.tbs == nil || reached(history, "awaiting-import") || reached(history, "withdrawn") {
		return
	}
	c.report.Unsigned++
	if c.now.Sub(*i.intended) > unsignedFor {
		wrong("an intent stands without a certificate since %s", i.intended.Format(time.DateTime))
	}
}

func (c *check) history(i *item, history []status, wrong func(string, ...any)) {
	if !reached(history, "approved") {
		wrong("the application was never approved")
	}
	if reached(history, "rejected") {
		wrong("the application was rejected")
	}
	if reached(history, "withdrawn") && i.revoked == nil {
		wrong("the application was withdrawn and the certificate holds")
	}
	if len(history) > 0 && i.cert.NotBefore.Before(history[0].at.Truncate(time.Second)) {
		wrong("the certificate is older than the application")
	}
}

// once finds what was given twice.
func (c *check) once(i *item, wrong func(string, ...any)) {
	name := i.number + " " + i.kind
	serial, key := i.cert.SerialNumber.Text(16), sha256.Sum256(i.cert.RawSubjectPublicKeyInfo)
	if other, twice := c.serials[serial]; twice {
		wrong("serial number %s is that of %s too", serial, other)
	}
	if other, twice := c.keys[key]; twice {
		wrong("the public key, and with it the key identifier, was certified for %s too", other)
	}
	c.serials[serial], c.keys[key] = name, name
}

// Print writes the report as a table, and the findings beneath it.
func (r Report) Print(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	row := func(what string, n int) { _, _ = fmt.Fprintf(w, "%s\t%d\n", what, n) }
	row("applications", r.Applications)
	row("intents", r.Intents)
	row("  waiting for their signature", r.Unsigned)
	row("certificates", r.Total())
	kinds := make([]string, 0, len(r.Certificates))
	for kind := range r.Certificates {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	for _, kind := range kinds {
		row("  "+kind, r.Certificates[kind])
	}
	row("  revoked", r.Revoked)
	row("lists compared", r.Lists)
	row("OCSP answers compared", r.Answers)
	row("findings", len(r.Findings))
	if err := w.Flush(); err != nil {
		return err
	}
	for _, f := range r.Findings {
		if _, err := fmt.Fprintf(out, "%s %s: %s\n", orDash(f.Application), orDash(f.Kind), f.Problem); err != nil {
			return err
		}
	}
	return nil
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}
