//go:build cgo

package token

import (
	"testing"

	"qoltanba/keystore/token/tokentest"
)

const rightPIN = PIN(tokentest.PIN)

func opened(t *testing.T, h tokentest.HSM) *Module {
	t.Helper()
	m, err := Open(h.Module)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
	return m
}

func loggedIn(t *testing.T, m *Module, label string) *Session {
	t.Helper()
	i, err := m.Find(t.Context(), label)
	if err != nil {
		t.Fatal(err)
	}
	s, err := m.Login(t.Context(), i.Slot, rightPIN)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
