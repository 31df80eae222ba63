package nca

import "crypto"

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
