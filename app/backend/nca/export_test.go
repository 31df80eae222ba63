package nca

// With is an authority with the same keys under another configuration: unsealing them takes most of a test's time.
func (a *Authority) With(config Config) (*Authority, error) {
	err := config.check() // fills in what is left out
	return &Authority{config: config, issuers: a.issuers}, err
}
