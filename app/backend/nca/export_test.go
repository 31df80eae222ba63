package nca

import (
	"context"
	"crypto"
)

// With is an authority with the same keys under another configuration: unsealing them takes most of a test's time.
func (a *Authority) With(config Config) (*Authority, error) {
	err := config.check() // fills in what is left out
	return &Authority{config: config, issuers: a.issuers}, err
}

// Witness puts something between the authority and its issuing keys.
func (a *Authority) Witness(between func(crypto.Signer) crypto.Signer) {
	for _, i := range a.issuers {
		i.key = between(i.key)
	}
}

// Rehearsal lints the first certificate of an application anew, whenever it is called.
func (a *Authority) Rehearsal(ctx context.Context, number string) (func() error, error) {
	app, err := a.Application(ctx, number)
	if err != nil {
		return nil, err
	}
	wanted, err := a.expect(app)
	if err != nil {
		return nil, err
	}
	intent, err := a.draft(app, wanted[0])
	if err != nil {
		return nil, err
	}
	order, err := a.at(wanted[0], intent.At)
	return func() error { return wanted[0].issuer.rehearse(intent.TBS, order) }, err
}
