package limit

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"qoltanba/app/backend/pepper"
)

var start = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

func TestAllowFillsAndReopens(t *testing.T) {
	t.Parallel()
	p := Policy{Max: 3, Per: time.Hour}
	var w Window
	for i := range 3 {
		var ok bool
		if w, _, ok = Allow(w, p, start.Add(time.Duration(i)*time.Minute)); !ok {
			t.Fatalf("event %d was refused", i+1)
		}
	}
	full, wait, ok := Allow(w, p, start.Add(10*time.Minute))
	if ok || wait != 50*time.Minute || full != w {
		t.Fatalf("fourth event: ok %v, wait %v, window %+v", ok, wait, full)
	}
	again, _, ok := Allow(full, p, start.Add(time.Hour))
	if !ok || again.Count != 1 || !again.Start.Equal(start.Add(time.Hour)) {
		t.Fatalf("the window did not reopen: %+v", again)
	}
}

func TestAllowClockSetBack(t *testing.T) {
	t.Parallel()
	p := Policy{Max: 1, Per: time.Hour}
	w, _, _ := Allow(Window{}, p, start)
	back := start.Add(-24 * time.Hour)
	w, wait, ok := Allow(w, p, back)
	if ok || wait != time.Hour || !w.Start.Equal(back) {
		t.Fatalf("ok %v, wait %v, start %v", ok, wait, w.Start)
	}
}

func TestStale(t *testing.T) {
	t.Parallel()
	p := Policy{Max: 1, Per: time.Hour}
	w := Window{Count: 1, Start: start}
	if w.Stale(p, start.Add(time.Hour-1)) || !w.Stale(p, start.Add(time.Hour)) {
		t.Error("a window is stale exactly when it closes")
	}
}

// TestNeverMoreThanTwice checks the bound the package promises on random traffic.
func TestNeverMoreThanTwice(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := Policy{Max: rapid.IntRange(1, 5).Draw(t, "max"), Per: time.Minute}
		var w Window
		var passed []time.Time
		now := start
		for range 60 {
			now = now.Add(time.Duration(rapid.Int64Range(0, int64(20*time.Second)).Draw(t, "gap")))
			next, wait, ok := Allow(w, p, now)
			if ok {
				passed = append(passed, now)
			} else if wait <= 0 || wait > p.Per {
				t.Fatalf("wait %v", wait)
			}
			w = next
		}
		for i, from := range passed {
			n := 0
			for _, at := range passed[i:] {
				if at.Before(from.Add(p.Per)) {
					n++
				}
			}
			if n > 2*p.Max {
				t.Fatalf("%d events in one span, max %d", n, p.Max)
			}
		}
	})
}

func TestPolicyValidate(t *testing.T) {
	t.Parallel()
	for _, p := range []Policy{{}, {Max: 1}, {Per: time.Hour}, {Max: -1, Per: time.Hour}, {Max: 1, Per: 32 * 24 * time.Hour}} {
		if p.Validate() == nil {
			t.Errorf("%+v was accepted", p)
		}
	}
	if err := (Policy{Max: 5, Per: time.Hour}).Validate(); err != nil {
		t.Error(err)
	}
}

func TestKeyIsAPseudonym(t *testing.T) {
	t.Parallel()
	p, err := pepper.New(bytes.Repeat([]byte{1}, pepper.Size))
	if err != nil {
		t.Fatal(err)
	}
	k := NewKeyer(p)
	key := k.Key("otp-send", ByIIN, "061211600012")
	if strings.Contains(key, "0612116") || len(key) != 43 {
		t.Errorf("key %q", key)
	}
	if key == k.Key("otp-send", ByPhone, "061211600012") || key == k.Key("sign-in", ByIIN, "061211600012") {
		t.Error("kind and action do not separate keys")
	}
}

func BenchmarkAllow(b *testing.B) {
	p := Policy{Max: 5, Per: time.Hour}
	w := Window{Count: 2, Start: start}
	for b.Loop() {
		Allow(w, p, start)
	}
}
