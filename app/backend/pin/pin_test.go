package pin

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/backend/pepper"
)

// cheap keeps the tests quick; the costs are measured by the benchmark.
var cheap = Params{Memory: 8 << 10, Time: 1, Threads: 1}

const iin = api.IIN("061211600012")

func newHasher(t testing.TB, params Params, parallel int) *Hasher {
	t.Helper()
	p, err := pepper.New(bytes.Repeat([]byte{1}, pepper.Size))
	if err != nil {
		t.Fatal(err)
	}
	h, err := NewHasher(params, parallel, p, nil)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func chosen(t testing.TB, digits api.Secret) PIN {
	t.Helper()
	p, err := Choose(digits, iin)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestChoose(t *testing.T) {
	t.Parallel()
	for typed, want := range map[api.Secret]error{
		"000000": ErrTrivial, "123456": ErrTrivial, "654321": ErrTrivial, "890123": ErrTrivial, "109876": ErrTrivial,
		"121212": ErrTrivial, "123123": ErrTrivial,
		"061211": ErrPersonal, "111206": ErrPersonal, "121106": ErrPersonal, "600012": ErrPersonal,
		"": ErrMalformed, "12345": ErrMalformed, "1234567": ErrMalformed, "12345a": ErrMalformed, "１２": ErrMalformed,
		"135790": nil, "280419": nil, "112211": nil,
	} {
		if _, err := Choose(typed, iin); !errors.Is(err, want) {
			t.Errorf("Choose(%s) = %v, want %v", string(typed), err, want)
		}
	}
	if _, err := Parse("123456"); err != nil {
		t.Errorf("a trivial PIN that was set before the rule must still parse: %v", err)
	}
}

func TestHashVerifies(t *testing.T) {
	t.Parallel()
	h := newHasher(t, cheap, 2)
	stored, err := h.Hash(t.Context(), chosen(t, "280419"), "identity-1")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, subject string
		pin           PIN
		want          bool
	}{
		{"right", "identity-1", chosen(t, "280419"), true},
		{"wrong PIN", "identity-1", chosen(t, "280418"), false},
		{"another's row", "identity-2", chosen(t, "280419"), false},
		{"no PIN", "identity-1", PIN{}, false},
	} {
		ok, stale, err := h.Verify(t.Context(), c.pin, c.subject, stored)
		if err != nil || ok != c.want || stale {
			t.Errorf("%s: ok %v, stale %v, err %v", c.name, ok, stale, err)
		}
	}
	again, err := h.Hash(t.Context(), chosen(t, "280419"), "identity-1")
	if err != nil || again == stored {
		t.Errorf("two hashes of one PIN are alike (%v)", err)
	}
}

func TestPepperIsNeeded(t *testing.T) {
	t.Parallel()
	h := newHasher(t, cheap, 1)
	stored, err := h.Hash(t.Context(), chosen(t, "280419"), "identity-1")
	if err != nil {
		t.Fatal(err)
	}
	other, err := pepper.New(bytes.Repeat([]byte{2}, pepper.Size))
	if err != nil {
		t.Fatal(err)
	}
	h.pepper = other
	if ok, _, err := h.Verify(t.Context(), chosen(t, "280419"), "identity-1", stored); ok || err != nil {
		t.Errorf("ok %v, err %v under another pepper", ok, err)
	}
}

func TestStaleHash(t *testing.T) {
	t.Parallel()
	stored, err := newHasher(t, cheap, 1).Hash(t.Context(), chosen(t, "280419"), "identity-1")
	if err != nil {
		t.Fatal(err)
	}
	stronger := newHasher(t, Params{Memory: 16 << 10, Time: 1, Threads: 1}, 1)
	ok, stale, err := stronger.Verify(t.Context(), chosen(t, "280419"), "identity-1", stored)
	if err != nil || !ok || !stale {
		t.Errorf("right PIN: ok %v, stale %v, err %v", ok, stale, err)
	}
	_, stale, err = stronger.Verify(t.Context(), chosen(t, "280418"), "identity-1", stored)
	if err != nil || stale {
		t.Errorf("a wrong PIN must not ask for a new hash: stale %v, err %v", stale, err)
	}
}

func TestParallelismIsBounded(t *testing.T) {
	t.Parallel()
	h := newHasher(t, cheap, 1)
	h.slots <- struct{}{} // someone else is hashing
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := h.Hash(ctx, chosen(t, "280419"), "identity-1"); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("Hash with no free slot: %v", err)
	}
	<-h.slots
	if _, err := h.Hash(t.Context(), chosen(t, "280419"), "identity-1"); err != nil {
		t.Fatalf("Hash with a free slot: %v", err)
	}
	if len(h.slots) != 0 {
		t.Error("a slot was not given back")
	}
}

func TestAttemptsLockAndUnlock(t *testing.T) {
	t.Parallel()
	l := DefaultLockout()
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	var a Attempts
	for left := 4; left >= 1; left-- {
		a = a.Fail(l, now)
		if _, locked := a.Locked(now); locked || a.Left(l, now) != left {
			t.Fatalf("%d tries left, want %d", a.Left(l, now), left)
		}
	}
	a = a.Fail(l, now)
	until, locked := a.Locked(now)
	if !locked || !until.Equal(now.Add(15*time.Minute)) || a.Left(l, now) != 0 {
		t.Fatalf("after five: locked %v until %v", locked, until)
	}
	if a.Fail(l, now.Add(time.Minute)) != a {
		t.Error("a try during the lock changed it")
	}
	if _, locked := a.Locked(until); locked || a.Left(l, until) != 5 {
		t.Error("the lock did not end")
	}
	if a = a.Fail(l, until); a.Failed != 1 || !a.LockedUntil.IsZero() {
		t.Errorf("after the lock: %+v", a)
	}
	if a.Succeed() != (Attempts{}) {
		t.Error("success did not forget the failures")
	}
}

func TestBoundsAreValidated(t *testing.T) {
	t.Parallel()
	for _, p := range []Params{{}, {Memory: 1, Time: 1, Threads: 1}, {Memory: 2 << 20, Time: 1, Threads: 1}, {Memory: 8 << 10, Threads: 1}, {Memory: 8 << 10, Time: 1}} {
		if _, err := NewHasher(p, 1, pepper.Pepper{}, nil); err == nil {
			t.Errorf("%+v was accepted", p)
		}
	}
	if _, err := NewHasher(cheap, 0, pepper.Pepper{}, nil); err == nil {
		t.Error("no parallelism was accepted")
	}
	for _, l := range []Lockout{{}, {Tries: 11, Lock: time.Hour}, {Tries: 5, Lock: time.Millisecond}} {
		if l.Validate() == nil {
			t.Errorf("%+v was accepted", l)
		}
	}
}

func TestPINRedactsItself(t *testing.T) {
	t.Parallel()
	p := chosen(t, "280419")
	if got := fmt.Sprintf("%v %#v %s %x %+v", p, p, p, p, struct{ P PIN }{p}); strings.Contains(got, "280419") || strings.Contains(got, "3238") {
		t.Errorf("the PIN shows: %s", got)
	}
	if _, err := json.Marshal(p); err == nil {
		t.Error("the PIN was written as JSON")
	}
}

func FuzzParseRecord(f *testing.F) {
	good := record{Params: cheap, salt: make([]byte, saltSize), key: make([]byte, keySize)}.String()
	for _, seed := range []string{
		good, good + " ", strings.Replace(good, "m=8192", "m=4294967295", 1), strings.Replace(good, "argon2id", "argon2i", 1),
		strings.Replace(good, "p=1", "p=1junk", 1), "$argon2id$v=19$$$", "",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := parseRecord(s)
		if err != nil {
			if !errors.Is(err, ErrHash) {
				t.Fatal(err)
			}
			return
		}
		if r.String() != s || r.Validate() != nil {
			t.Fatalf("%q was read as %q", s, r)
		}
	})
}

func BenchmarkHash(b *testing.B) {
	h := newHasher(b, DefaultParams(), 1)
	p := chosen(b, "280419")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := h.Hash(b.Context(), p, "identity-1"); err != nil {
			b.Fatal(err)
		}
	}
}
