package service

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"qoltanba/app/backend/assertion"
	"qoltanba/app/backend/digitalid"
	"qoltanba/app/backend/nca"
	"qoltanba/app/backend/nca/ledger"
	"qoltanba/app/backend/nca/publish"
	"qoltanba/keystore/keypair"
)

// openParties opens Digital ID and the authority, each in a folder of its own.
func (b *Backend) openParties(ctx context.Context, plan Plan, own secrets) (*digitalid.Party, *nca.Authority, error) {
	word, err := digitalid.Open(filepath.Join(plan.Data, "digitalid"), own.digitalID, plan.Now, rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	config, err := b.authorityConfig(ctx, plan, word)
	if err != nil {
		return nil, nil, err
	}
	authority, err := nca.Open(authorityFolder(plan.Data), own.authority, config)
	if err != nil {
		return nil, nil, err
	}
	both, err := parties(word, authority)
	if err != nil {
		return nil, nil, err
	}
	return word, authority, both.claim(ctx, b.Store)
}

func authorityFolder(data string) string { return filepath.Join(data, "authority") }

// authorityConfig opens what the authority rests on.
func (b *Backend) authorityConfig(ctx context.Context, plan Plan, word *digitalid.Party) (nca.Config, error) {
	verifier, err := assertion.NewVerifier(word.PublicKey())
	if err != nil {
		return nca.Config{}, err
	}
	profiles, err := plan.Config.Authority.OpenProfiles()
	if err != nil {
		return nca.Config{}, err
	}
	var book *ledger.Ledger
	if plan.Config.Ledger != "" {
		book, err = ledger.Postgres(ctx, plan.Config.Ledger)
	} else {
		book, err = ledger.SQLite(ctx, filepath.Join(plan.Data, "ledger.db"))
	}
	if err != nil {
		return nca.Config{}, err
	}
	b.closes(book)
	return nca.Config{
		Stamp: plan.Stamp, KeyBits: plan.KeyBits, Store: book, DigitalID: verifier, Clock: plan.Now, Rand: rand.Reader,
		URLs: plan.authorityURLs(), Profiles: profiles,
	}, nil
}

// authorityURLs are the addresses in certificates: those of the configuration,
// or those under which this service itself answers.
func (p Plan) authorityURLs() map[keypair.Algorithm]nca.URLs {
	urls := p.Config.Authority.URLs()
	if p.Public == nil {
		return urls
	}
	for algorithm, own := range publish.URLs(p.Public.String()) {
		given := urls[algorithm]
		urls[algorithm] = nca.URLs{
			OCSP: cmp.Or(given.OCSP, own.OCSP), CPS: cmp.Or(given.CPS, own.CPS), Issuer: cmp.Or(given.Issuer, own.Issuer),
			CRL: cmp.Or(given.CRL, own.CRL), DeltaCRL: cmp.Or(given.DeltaCRL, own.DeltaCRL),
		}
	}
	return urls
}

// completeAuthority makes what an authority of an earlier version lacks. The
// service must not run meanwhile: it would not know of it.
func completeAuthority(ctx context.Context, args []string, out io.Writer) (err error) {
	flags := flag.NewFlagSet("authority complete", flag.ContinueOnError)
	where := folders(flags)
	if err := flags.Parse(args); err != nil {
		return err
	}
	c, err := where.open()
	if err != nil {
		return err
	}
	demo, err := stamped(where.data)
	if err != nil {
		return err
	}
	plan := Plan{Data: where.data, Config: c, Now: time.Now}
	if demo {
		plan.Stamp = stampFile
	}
	own, err := readSecrets(where.data, c.Secrets)
	if err != nil {
		return err
	}
	b := &Backend{}
	defer func() { err = errors.Join(err, b.Close(context.WithoutCancel(ctx))) }()
	word, err := digitalid.Open(filepath.Join(plan.Data, "digitalid"), own.digitalID, plan.Now, rand.Reader)
	if err != nil {
		return err
	}
	config, err := b.authorityConfig(ctx, plan, word)
	if err != nil {
		return err
	}
	made, err := nca.Complete(authorityFolder(plan.Data), own.authority, config)
	if err != nil {
		return err
	}
	told := "the authority is complete: nothing was made"
	if len(made) > 0 {
		told = "made: " + strings.Join(made, ", ")
	}
	_, err = fmt.Fprintln(out, told)
	return err
}
