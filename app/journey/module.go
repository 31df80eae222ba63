package journey

import (
	"context"
	"crypto"
	"errors"

	"qoltanba/keystore/keypair"
	"qoltanba/keystore/token"
)

// TokensOf are the tokens that a PKCS #11 library reaches, by its path; nil for
// "". The library is opened anew for every use, so that a token which was drawn
// out and put back is seen.
func TokensOf(path string) Tokens {
	if path == "" {
		return nil
	}
	return module(path)
}

type module string

// Tokens implements [Tokens].
func (m module) Tokens(ctx context.Context) ([]token.Info, error) {
	opened, err := token.Open(string(m))
	if err != nil {
		return nil, err
	}
	all, err := opened.Tokens(ctx)
	return all, errors.Join(err, opened.Close())
}

// Login implements [Tokens].
func (m module) Login(ctx context.Context, serial string, pin token.PIN) (TokenSession, error) {
	opened, err := token.Open(string(m))
	if err != nil {
		return nil, err
	}
	all, err := opened.Tokens(ctx)
	if err == nil {
		err = token.ErrNoToken
	}
	for _, t := range all {
		if t.Serial != serial {
			continue
		}
		session, failed := opened.Login(ctx, t.Slot, pin)
		if err = failed; err == nil {
			return moduleSession{session, opened}, nil
		}
		break
	}
	return nil, errors.Join(err, opened.Close())
}

type moduleSession struct {
	*token.Session
	module *token.Module
}

// Labelled implements [TokenSession].
func (s moduleSession) Labelled(ctx context.Context, label string) (crypto.Signer, error) {
	keys, err := s.Keys(ctx)
	if err != nil {
		return nil, err
	}
	for _, k := range keys {
		if k.Label() == label {
			return k, nil
		}
	}
	return nil, token.ErrNoKey
}

// Generate implements [TokenSession].
func (s moduleSession) Generate(ctx context.Context, a keypair.Algorithm, label string) (crypto.Signer, error) {
	return s.Session.Generate(ctx, a, 0, label)
}

// Close implements [TokenSession]. What a token that is gone says of it is no news.
func (s moduleSession) Close(ctx context.Context) error {
	err := errors.Join(s.Session.Close(ctx), s.module.Close())
	if errors.Is(err, token.ErrGone) {
		return nil
	}
	return err
}
