//go:build cgo

package journey

import (
	"errors"
	"testing"

	"qoltanba/app/api"
	"qoltanba/keystore/token"
	"qoltanba/keystore/token/tokentest"
)

// TestKeysInARealToken walks with SoftHSM, by way of the real library. It is not
// parallel: SoftHSM has one state for the whole process.
func TestKeysInARealToken(t *testing.T) {
	hsm := tokentest.SoftHSM(t, "aigul")
	c, p := atToken(t, TokensOf(hsm.Module))
	ctx := t.Context()
	if err := p.UseToken(ctx, "000000"); api.CodeOf(err) != api.TokenPINWrong {
		t.Fatalf("a wrong PIN: %v", err)
	}
	if err := p.UseToken(ctx, "1"); api.CodeOf(err) != api.TokenPINWrong {
		t.Fatalf("a PIN that is too short: %v", err)
	}
	hsm.TakeAway(t)
	if err := p.UseToken(ctx, tokentest.PIN); api.CodeOf(err) != api.TokenGone {
		t.Fatalf("a token that is away: %v", err)
	}
	hsm.PutBack(t)
	if err := c.walk(ctx, p.Journey, StageDone); err != nil {
		t.Fatal(err)
	}
	checkInToken(t, p)
	p.stop()

	m, err := token.Open(hsm.Module)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = m.Close() }()
	info, err := m.Find(ctx, "aigul")
	if err != nil {
		t.Fatal(err)
	}
	s, err := m.Login(ctx, info.Slot, tokentest.PIN)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := s.Keys(ctx)
	certs, failed := s.Certificates(ctx)
	if err = errors.Join(err, failed, s.Close(ctx)); err != nil || len(keys) != 2 || len(certs) != 2 {
		t.Errorf("%d keys and %d certificates in the token: %v", len(keys), len(certs), err)
	}
}
