package main

import (
	"context"
	"crypto/x509"
	"errors"
	"flag"
	"io"
	"os"
	"os/user"
	"path/filepath"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/companion/trust"
	"qoltanba/app/desktop"
	"qoltanba/app/doctor"
	"qoltanba/keystore"
)

// companionCommands are those of "qoltanba companion".
var companionCommands = map[string]func(ctx context.Context, args []string, out io.Writer) error{
	"trust":  trustCompanion,
	"remove": removeCompanion,
}

var errPlaces = errors.New("not every place could be changed: see above")

// companionFolder is where the companion keeps its own files.
func (o *options) companionFolder() (string, error) {
	data, err := o.folder()
	return filepath.Join(data, "companion"), err
}

// openAuthority opens the authority by which browsers believe the companion, or
// makes it. Its key lies in the keyring where there is one.
func openAuthority(ctx context.Context, dir string) (*trust.Trust, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	owner := "?"
	if u, err := user.Current(); err == nil {
		owner = u.Username
	}
	return trust.Open(ctx, keystore.KeyringSource(desktop.AppID), dir, owner, time.Now)
}

func forgetAuthority(ctx context.Context, dir string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	return trust.Remove(ctx, keystore.KeyringSource(desktop.AppID), dir)
}

// userStores are the places of trust of whoever runs the program.
func userStores() (*trust.Stores, error) {
	home, err := os.UserHomeDir()
	return &trust.Stores{Home: home}, err
}

// trustFlags are what both commands take.
func trustFlags(name string, args []string) (o *options, system bool, err error) {
	flags := flag.NewFlagSet("qoltanba companion "+name, flag.ContinueOnError)
	o = &options{}
	flags.StringVar(&o.data, "data", "", "`folder` of the program's files")
	flags.StringVar(&o.language, "language", "kk", "kk, ru or en")
	flags.BoolVar(&system, "system", true, "with the store of the whole computer, where you may change it; browsers do without")
	return o, system, flags.Parse(args)
}

// trustCompanion makes the browsers of this user believe the companion.
func trustCompanion(ctx context.Context, args []string, out io.Writer) error {
	o, system, err := trustFlags("trust", args)
	if err != nil {
		return err
	}
	dir, err := o.companionFolder()
	if err != nil {
		return err
	}
	authority, err := openAuthority(ctx, dir)
	if err != nil {
		return err
	}
	return o.everywhere(ctx, out, system, authority.Authority.Certificate, trust.Place.Install)
}

// removeCompanion takes the companion's authority out of every place of this
// user, and then forgets it with its key.
func removeCompanion(ctx context.Context, args []string, out io.Writer) error {
	o, system, err := trustFlags("remove", args)
	if err != nil {
		return err
	}
	dir, err := o.companionFolder()
	if err != nil {
		return err
	}
	cert, err := trust.Certificate(dir)
	if err != nil && !errors.Is(err, trust.ErrNone) && !errors.Is(err, trust.ErrDamaged) {
		return err
	}
	if err := o.everywhere(ctx, out, system, cert, trust.Place.Remove); err != nil {
		return err
	}
	return forgetAuthority(ctx, dir)
}

// everywhere does the same at each place and prints what became of it.
func (o *options) everywhere(ctx context.Context, out io.Writer, system bool, cert *x509.Certificate, do func(trust.Place, context.Context, *x509.Certificate) trust.Outcome) error {
	stores, err := userStores()
	if err != nil {
		return err
	}
	var told []doctor.Finding
	for _, place := range stores.Places() {
		if place.Kind != trust.System || system {
			told = append(told, doctor.Told(do(place, ctx, cert)))
		}
	}
	report := doctor.NewReport(told, version(), stores.Home, api.Language(o.language), time.Now())
	if _, err := io.WriteString(out, report.Text()); err != nil {
		return err
	}
	if doctor.Worst(told) == doctor.Failure {
		return errPlaces
	}
	return nil
}
