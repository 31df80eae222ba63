//go:build demo

package service

import (
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"qoltanba/app/backend/identity"
	"qoltanba/app/backend/limit"
	"qoltanba/app/backend/notify/demophone"
	"qoltanba/app/backend/pin"
	"qoltanba/app/backend/registry/sample"
)

// extras is what the demo build adds to serve: its operator, and what is done
// with those whom the machine passes.
type extras struct {
	start func(ctx context.Context, b *Backend, base string) (stop func(), err error)
	pass  *string
}

func demoFlags(flags *flag.FlagSet) extras {
	return extras{
		start: demoOperator(flags),
		pass:  flags.String("machine-pass", identity.ByOperator.String(), "what is done with a citizen whom the machine passes: accept, \"sample N%\" or operator"),
	}
}

// checkStamp stamps a new folder and refuses one with real data.
func checkStamp(data string) error {
	if demo, err := stamped(data); demo || err != nil {
		return err
	}
	entries, err := os.ReadDir(data)
	if err != nil {
		return err
	}
	if len(entries) > 0 {
		return fmt.Errorf("%s holds data that are not of a demonstration: give another folder", data)
	}
	return os.WriteFile(filepath.Join(data, stampFile), []byte("Data of a demonstration. Nobody in here exists.\n"), 0o600)
}

// prepare puts the sample population in place of the world.
func prepare(plan *Plan, listen string, e extras) (*tls.Certificate, error) {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return nil, err
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, errors.New("a demonstration listens on this computer only: --listen 127.0.0.1:PORT")
	}
	phone, people := demophone.New(nil), sample.New()
	plan.World = World{
		SMS: phone, Mail: phone.Mailbox(), MobileBase: people, Register: people,
		Pages: map[string]http.Handler{"/demo/": phone.Handler()},
	}
	plan.Stamp, plan.KeyBits = stampFile, 2048
	plan.PIN = pin.Params{Memory: 19 << 10, Time: 2, Threads: 1}
	// A demonstration is walked again and again by the same few citizens.
	many := limit.Policy{Max: 10_000, Per: time.Hour}
	plan.Rules.StartsPerIIN, plan.Rules.StartsPerAddress = many, many
	plan.Rules.CodesPerPhone, plan.Rules.WrongCodesPerIIN = many, many
	plan.Rules.Recordings.Tries, plan.Rules.Identifications = 10, 100
	if e.pass != nil {
		plan.Pass, err = identity.ParsePolicy(*e.pass)
	}
	return nil, err
}

func begin(ctx context.Context, b *Backend, base string, e extras) (stop func(), err error) {
	return e.start(ctx, b, base)
}
