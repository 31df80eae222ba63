package otp

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"pgregory.net/rapid"

	"qoltanba/app/api"
	"qoltanba/app/backend/pepper"
)

var (
	start = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	bound = Binding{Purpose: api.CodeForSignIn, Enrolment: "e-1", To: "+77000000001"}
)

func newIssuer(t testing.TB) *Issuer {
	t.Helper()
	p, err := pepper.New(bytes.Repeat([]byte{1}, pepper.Size))
	if err != nil {
		t.Fatal(err)
	}
	i, err := NewIssuer(DefaultPolicy(), p, nil)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func sent(t testing.TB, i *Issuer) (Challenge, Code) {
	t.Helper()
	c, code, err := i.New(bound, start)
	if err != nil {
		t.Fatal(err)
	}
	return c, code
}

// other returns a well-formed code that is not code.
func other(code Code) Code {
	digits := []byte(code.digits)
	digits[0] = '0' + (digits[0]-'0'+1)%10
	return Code{digits: string(digits)}
}

func TestRightCodeOpensOnce(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	c, code := sent(t, i)
	c, err := i.Check(c, bound, code, start.Add(4*time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := i.Check(c, bound, code, start.Add(4*time.Minute)); !errors.Is(err, ErrExhausted) {
		t.Fatalf("the code opened twice: %v", err)
	}
}

func TestThreeTries(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	c, code := sent(t, i)
	for left := 2; left >= 1; left-- {
		var wrong *WrongError
		var err error
		if c, err = i.Check(c, bound, other(code), start); !errors.As(err, &wrong) || wrong.Left != left {
			t.Fatalf("Check = %v, want %d left", err, left)
		}
	}
	c, err := i.Check(c, bound, other(code), start)
	if !errors.Is(err, ErrExhausted) {
		t.Fatalf("third wrong code: %v", err)
	}
	if _, err := i.Check(c, bound, code, start); !errors.Is(err, ErrExhausted) {
		t.Fatalf("the right code after the last try: %v", err)
	}
}

func TestExpiryIsExact(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	c, code := sent(t, i)
	if _, err := i.Check(c, bound, code, c.Expires.Add(-time.Nanosecond)); err != nil {
		t.Errorf("a nanosecond before expiry: %v", err)
	}
	after, err := i.Check(c, bound, code, c.Expires)
	if !errors.Is(err, ErrExpired) {
		t.Errorf("at expiry: %v", err)
	}
	if after.Left != c.Left {
		t.Error("an expired code cost a try")
	}
}

func TestCodeIsBound(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	c, code := sent(t, i)
	for name, b := range map[string]Binding{
		"purpose":   {api.CodeForEnrolment, bound.Enrolment, bound.To},
		"enrolment": {bound.Purpose, "e-2", bound.To},
		"phone":     {bound.Purpose, bound.Enrolment, "+77000000002"},
	} {
		if _, err := i.Check(c, b, code, start); err == nil {
			t.Errorf("the code opened another %s", name)
		}
	}
	relabelled := c
	relabelled.Purpose = api.CodeForEnrolment
	if _, err := i.Check(relabelled, bound, code, start); err == nil {
		t.Error("a challenge whose purpose was changed in the table still opens")
	}
	if _, err := i.Check(Challenge{Left: 3, Expires: c.Expires, Purpose: api.CodeForSignIn}, bound, Code{}, start); err == nil {
		t.Error("the zero code opened an empty challenge")
	}
}

func TestNoPhoneNoCode(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	nobody := Binding{Purpose: api.CodeForEnrolment, Enrolment: "e-1"}
	c, code, err := i.New(nobody, start)
	if err != nil {
		t.Fatal(err)
	}
	var wrong *WrongError
	if _, err := i.Check(c, nobody, code, start); !errors.As(err, &wrong) {
		t.Fatalf("a code that was sent nowhere: %v, want a wrong code like any other", err)
	}
}

func TestResend(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	c, _ := sent(t, i)
	if wait, ok := i.CanResend(c, start.Add(59*time.Second)); ok || wait != time.Second {
		t.Errorf("after 59 s: wait %v, ok %v", wait, ok)
	}
	if wait, ok := i.CanResend(c, start.Add(time.Minute)); !ok || wait != 0 {
		t.Errorf("after 60 s: wait %v, ok %v", wait, ok)
	}
}

func TestPolicyValidate(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*Policy){
		"short life":   func(p *Policy) { p.Lifetime = time.Second },
		"long life":    func(p *Policy) { p.Lifetime = time.Hour },
		"no tries":     func(p *Policy) { p.Tries = 0 },
		"many tries":   func(p *Policy) { p.Tries = 11 },
		"no wait":      func(p *Policy) { p.Resend = 0 },
		"endless wait": func(p *Policy) { p.Resend = p.Lifetime + 1 },
	} {
		p := DefaultPolicy()
		spoil(&p)
		if _, err := NewIssuer(p, pepper.Pepper{}, nil); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func TestNewFailsWithoutRandomness(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	i.random = iotest.ErrReader(errors.New("no entropy"))
	if _, _, err := i.New(bound, start); err == nil {
		t.Fatal("a code was made without randomness")
	}
}

// TestDigitsAreUniform is a chi-square test of every position over 60,000
// codes: with 9 degrees of freedom, 48 is passed by chance less than once in a
// million, while a modulo bias or a lost leading zero goes far beyond.
func TestDigitsAreUniform(t *testing.T) {
	t.Parallel()
	const n = 60_000
	var counts [Digits][10]float64
	i := newIssuer(t)
	for range n {
		code, err := draw(i.random)
		if err != nil {
			t.Fatal(err)
		}
		for at, d := range []byte(code.digits) {
			counts[at][d-'0']++
		}
	}
	for at, row := range counts {
		chi := 0.0
		for _, seen := range row {
			chi += (seen - n/10) * (seen - n/10) / (n / 10)
		}
		if chi > 48 {
			t.Errorf("position %d: chi-square %.1f", at, chi)
		}
	}
}

func TestTriesNeverGrow(t *testing.T) {
	t.Parallel()
	i := newIssuer(t)
	rapid.Check(t, func(t *rapid.T) {
		c, _, err := i.New(bound, start)
		if err != nil {
			t.Fatal(err)
		}
		for range rapid.IntRange(1, 8).Draw(t, "checks") {
			code, err := ParseCode(rapid.StringMatching(`[0-9]{6}`).Draw(t, "code"))
			if err != nil {
				t.Fatal(err)
			}
			at := start.Add(time.Duration(rapid.Int64Range(0, int64(10*time.Minute)).Draw(t, "at")))
			next, _ := i.Check(c, bound, code, at)
			if next.Left > c.Left || next.Left < 0 || next.Expires != c.Expires {
				t.Fatalf("Check turned %+v into %+v", c, next)
			}
			c = next
		}
	})
}

func TestCodeRedactsItself(t *testing.T) {
	t.Parallel()
	code, err := ParseCode("123 456")
	if err != nil || code.Reveal() != "123456" {
		t.Fatalf("ParseCode = %v", err)
	}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("sent", "code", code)
	wrapped := struct{ Code Code }{code}
	for _, text := range []string{
		log.String(), fmt.Sprint(code), fmt.Sprintf("%#v", code), fmt.Sprintf("%x %q", code, code), fmt.Sprintf("%+v", wrapped),
	} {
		if strings.Contains(text, "123456") || strings.Contains(text, "313233") {
			t.Errorf("the code shows in %q", text)
		}
	}
	if _, err := json.Marshal(wrapped); err == nil {
		t.Error("a code was written as JSON")
	}
}

func FuzzParseCode(f *testing.F) {
	for _, seed := range []string{"123456", "123 456", "12345", "1234567", "１２３４５６", "12345a", "", "-1-2-3-4-5-6"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		code, err := ParseCode(typed)
		if err != nil {
			if !errors.Is(err, ErrMalformed) {
				t.Fatal(err)
			}
			return
		}
		again, err := ParseCode(code.Reveal())
		if err != nil || again != code || len(code.Reveal()) != Digits {
			t.Fatalf("%q parsed to something that does not parse again", typed)
		}
	})
}

func BenchmarkCheck(b *testing.B) {
	i := newIssuer(b)
	c, code := sent(b, i)
	for b.Loop() {
		if _, err := i.Check(c, bound, code, start); err != nil {
			b.Fatal(err)
		}
	}
}
