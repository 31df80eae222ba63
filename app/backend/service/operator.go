//go:build demo

package service

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/backend/console"
	"qoltanba/app/backend/console/demooperator"
	"qoltanba/app/backend/pin"
	"qoltanba/app/backend/store"
)

// The accounts of a demonstration; their passwords are drawn anew at each start.
const (
	personsLogin = "operator"
	robotsLogin  = "robot"
)

// demoOperator declares the flags of the demo operator and returns what starts
// it: an account for people, told on standard error, and the robot.
func demoOperator(flags *flag.FlagSet) func(ctx context.Context, b *Backend, base string) (stop func(), err error) {
	kind := flags.String("operator", string(demooperator.Forms), "who decides cases: forms, chromium, or none for you alone")
	first := flags.String("operator-first", "", "`reason` for which each citizen's first case is rejected, once")
	pictures := flags.String("pictures", "", "`folder` for pictures of the operators' pages (with --operator chromium)")
	return func(ctx context.Context, b *Backend, base string) (stop func(), err error) {
		cfg := demooperator.Config{
			Kind: demooperator.Kind(*kind), First: api.RejectReason(*first), Pictures: *pictures,
			Login: robotsLogin, Log: slog.New(slog.NewTextHandler(os.Stderr, nil)),
		}
		if cfg.Base, err = url.Parse(base); err != nil {
			return nil, err
		}
		if err := cfg.Validate(); err != nil {
			return nil, err
		}
		password, err := demoAccount(ctx, b, personsLogin, "Оператор")
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(os.Stderr, "operator %s %s at %s%s\n", personsLogin, string(password), base, console.Path)
		if cfg.Password, err = demoAccount(ctx, b, robotsLogin, "Робот"); err != nil {
			return nil, err
		}
		return startRobot(ctx, cfg), nil
	}
}

func startRobot(ctx context.Context, cfg demooperator.Config) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := demooperator.Run(ctx, cfg); err != nil {
			cfg.Log.Error("the demo operator went away", "error", err)
		}
	}()
	return func() {
		cancel()
		<-ended
	}
}

// demoAccount makes the account or gives it a fresh password.
func demoAccount(ctx context.Context, b *Backend, login, name string) (api.Secret, error) {
	password := pin.NewPassword()
	hash, err := b.Passwords.HashPassword(ctx, password, login)
	if err != nil {
		return "", err
	}
	return password, b.Store.Update(ctx, func(tx store.Tx) error {
		return tx.PutOperator(store.Operator{
			Login: login, Name: name, Password: hash, Roles: []string{console.Moderator, console.Registrar}, CreatedAt: time.Now().UTC(),
		})
	})
}
