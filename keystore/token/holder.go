package token

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"io"

	"qoltanba/keystore/keypair"
)

// Place is where a service finds its token.
type Place struct {
	Module string // path of the library
	Label  string // of the token
	PIN    PIN
}

// Holder keeps a token open for a service. A token that was taken away is looked
// for again at every call, the library loaded anew, until it is back. A PIN that
// was refused once is not tried again: the tries are the person's who comes to
// mend it. It is safe for concurrent use.
type Holder struct {
	place Place
	turn  chan struct{} // holds one value when nobody uses what is below

	module  *Module
	session *Session
	refused error // the PIN was
	closed  bool
}

// Hold opens the token. The errors are those of [Open], [Module.Find] and
// [Module.Login].
func Hold(ctx context.Context, place Place) (*Holder, error) {
	h := &Holder{place: place, turn: make(chan struct{}, 1)}
	h.turn <- struct{}{}
	err := h.with(ctx, func(*Session) error { return nil })
	if err != nil {
		return nil, err
	}
	return h, nil
}

// with has a use made of the token, which is opened if it is not, and a second
// time, the token opened anew, if it was taken away and may be back. A key that
// is missed may be a token that was: SoftHSM says no more of one that vanished.
func (h *Holder) with(ctx context.Context, use func(*Session) error) error {
	select {
	case <-h.turn:
	case <-ctx.Done():
		return fmt.Errorf("the token is busy: %w", ctx.Err())
	}
	defer func() { h.turn <- struct{}{} }()
	held := h.session != nil
	err := h.once(ctx, use)
	if !held || !errors.Is(err, ErrGone) && !errors.Is(err, ErrNoKey) {
		return err
	}
	_ = h.drop() // what it says of a token that is gone is no news
	return h.once(ctx, use)
}

func (h *Holder) once(ctx context.Context, use func(*Session) error) error {
	if h.closed {
		return ErrClosed
	}
	if h.session == nil {
		if err := h.open(ctx); err != nil {
			return errors.Join(err, h.drop())
		}
	}
	err := use(h.session)
	if errors.Is(err, ErrGone) {
		err = errors.Join(err, h.drop())
	}
	return err
}

func (h *Holder) open(ctx context.Context) (err error) {
	if h.refused != nil {
		return h.refused
	}
	if h.module, err = Open(h.place.Module); err != nil {
		return err
	}
	i, err := h.module.Find(ctx, h.place.Label)
	if err != nil {
		return err
	}
	h.session, err = h.module.Login(ctx, i.Slot, h.place.PIN)
	if errors.Is(err, ErrWrongPIN) || errors.Is(err, ErrLocked) {
		h.refused = err
	}
	return err
}

// drop lets go of the library; what it says when its token is gone is no news.
func (h *Holder) drop() error {
	module := h.module
	h.module, h.session = nil, nil
	if module == nil {
		return nil
	}
	if err := module.Close(); errors.Is(err, ErrGone) {
		return err
	}
	return nil
}

// Close lets the token go.
func (h *Holder) Close() error {
	<-h.turn
	defer func() { h.turn <- struct{}{} }()
	h.closed = true
	return h.drop()
}

// Generate is [Session.Generate].
func (h *Holder) Generate(ctx context.Context, a keypair.Algorithm, bits int, label string) (crypto.Signer, error) {
	var public crypto.PublicKey
	err := h.with(ctx, func(s *Session) error {
		key, err := s.Generate(ctx, a, bits, label)
		if err == nil {
			public = key.Public()
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return &held{h, public}, nil
}

// Signer returns the key with this public half, or ErrNoKey. It goes on signing
// after the token was away.
func (h *Holder) Signer(ctx context.Context, public crypto.PublicKey) (crypto.Signer, error) {
	err := h.with(ctx, func(s *Session) error {
		_, err := s.Key(ctx, public)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &held{h, public}, nil
}

// held is a key of a holder's token.
type held struct {
	holder *Holder
	public crypto.PublicKey
}

// Public returns the public half.
func (k *held) Public() crypto.PublicKey { return k.public }

// Sign has the token sign, within half a minute.
func (k *held) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) (signature []byte, _ error) {
	ctx, cancel := context.WithTimeout(context.Background(), signTime)
	defer cancel()
	err := k.holder.with(ctx, func(s *Session) error {
		key, err := s.known(ctx, k.public)
		if err == nil {
			signature, err = key.SignContext(ctx, digest, opts)
		}
		return err
	})
	return signature, err
}
