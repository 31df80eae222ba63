package service

import (
	"cmp"
	"context"
	"crypto"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"qoltanba/app/backend/assertion"
	"qoltanba/app/backend/config"
	"qoltanba/app/backend/digitalid"
	"qoltanba/app/backend/nca"
	"qoltanba/app/backend/nca/ledger"
	"qoltanba/app/backend/nca/publish"
	"qoltanba/app/backend/sealed"
	"qoltanba/keystore/keypair"
	"qoltanba/keystore/token"
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
	vaults, err := b.openVaults(ctx, plan.Config.Authority.PKCS11)
	if err != nil {
		return nca.Config{}, err
	}
	return nca.Config{
		Stamp: plan.Stamp, KeyBits: plan.KeyBits, Store: book, DigitalID: verifier, Clock: plan.Now, Rand: rand.Reader,
		URLs: plan.authorityURLs(), RootURLs: plan.rootURLs(), Profiles: profiles, Vaults: vaults,
	}, nil
}

// openVaults opens the token of the RSA issuing key, if there is one.
func (b *Backend) openVaults(ctx context.Context, named *config.Token) (map[keypair.Algorithm]nca.Vault, error) {
	if named == nil {
		return nil, nil
	}
	place, err := named.Place()
	if err != nil {
		return nil, fmt.Errorf("authority: pkcs11: %w", err)
	}
	holder, err := token.Hold(ctx, place)
	if err != nil {
		return nil, fmt.Errorf("the token of the issuing key: %w", err)
	}
	b.closes(holder)
	return map[keypair.Algorithm]nca.Vault{keypair.RSA: issuingToken{holder, named.Key}}, nil
}

// issuingToken keeps the RSA issuing key under a label.
type issuingToken struct {
	holder *token.Holder
	label  string
}

// ceremonyTime is how long a token may take to make or find a key: a smart card
// needs a minute for one of 4096 bits.
const ceremonyTime = 5 * time.Minute

// Generate makes the key inside the token.
func (t issuingToken) Generate(bits int) (crypto.Signer, error) {
	ctx, cancel := context.WithTimeout(context.Background(), ceremonyTime)
	defer cancel()
	return t.holder.Generate(ctx, keypair.RSA, bits, t.label)
}

// Signer finds the key in the token.
func (t issuingToken) Signer(public crypto.PublicKey) (crypto.Signer, error) {
	ctx, cancel := context.WithTimeout(context.Background(), ceremonyTime)
	defer cancel()
	return t.holder.Signer(ctx, public)
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

// rootURLs are the addresses in the issuing authorities' own certificates.
func (p Plan) rootURLs() map[keypair.Algorithm]nca.URLs {
	base := p.Config.PublicURL
	if p.Public != nil {
		base = p.Public.String()
	}
	if base == "" {
		return nil
	}
	return publish.RootURLs(base)
}

// publish answers those who rely on certificates, and signs answers ahead until
// the backend is closed.
func (b *Backend) publish(ctx context.Context, plan Plan) {
	publisher := publish.New(b.Enrolments.NCA, plan.Now)
	b.Server.Mount(publish.Path, publisher.Handler())
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		publisher.Run(running)
	}()
	b.closing = append(b.closing, func() error {
		stop()
		<-ended
		return nil
	})
}

// authorityCommand is how the authority's folder is worked on; the service must
// not run meanwhile: it would not know of it. It answers what was made.
type authorityCommand func(dir string, secret sealed.Secret, config nca.Config) (made []string, err error)

// makeAuthority holds the ceremony before the first start. Of an authority that
// is there it says so, and that its keys can be had.
func makeAuthority(dir string, secret sealed.Secret, config nca.Config) ([]string, error) {
	_, err := os.Stat(dir)
	fresh := errors.Is(err, os.ErrNotExist)
	authority, err := nca.Open(dir, secret, config)
	if err != nil || !fresh {
		return nil, err
	}
	var made []string
	for _, algorithm := range authority.Algorithms() {
		where := "sealed in the folder"
		if config.Vaults[algorithm] != nil {
			where = "in the token"
		}
		made = append(made, fmt.Sprintf("authority for %s, its key %s", algorithm, where))
	}
	return made, nil
}

// onAuthority runs a command on the authority's folder and says what it made.
func onAuthority(ctx context.Context, name string, command authorityCommand, args []string, out io.Writer) (err error) {
	flags := flag.NewFlagSet("authority "+name, flag.ContinueOnError)
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
	made, err := command(authorityFolder(plan.Data), own.authority, config)
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
