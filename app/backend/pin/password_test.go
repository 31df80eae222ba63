package pin

import (
	"errors"
	"strings"
	"testing"

	"qoltanba/app/api"
	"qoltanba/app/backend/pepper"
)

func TestPassword(t *testing.T) {
	p, err := pepper.New(make([]byte, pepper.Size))
	if err != nil {
		t.Fatal(err)
	}
	h, err := NewHasher(Params{Memory: 8 << 10, Time: 1, Threads: 1}, 1, p, nil)
	if err != nil {
		t.Fatal(err)
	}
	right := NewPassword()
	stored, err := h.HashPassword(t.Context(), right, "dana")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		password api.Secret
		login    string
		ok       bool
	}{
		"right":          {right, "dana", true},
		"wrong":          {right + "x", "dana", false},
		"other operator": {right, "serik", false},
		"huge":           {api.Secret(strings.Repeat("a", MaxPassword+1)), "dana", false},
	} {
		if ok, err := h.VerifyPassword(t.Context(), c.password, c.login, stored); ok != c.ok || err != nil {
			t.Errorf("%s: %v, %v", name, ok, err)
		}
	}
	for _, bad := range []api.Secret{"short", api.Secret(strings.Repeat("a", MaxPassword+1))} {
		if _, err := h.HashPassword(t.Context(), bad, "dana"); !errors.Is(err, ErrPassword) {
			t.Errorf("a password of %d: %v", len(bad), err)
		}
	}
}
