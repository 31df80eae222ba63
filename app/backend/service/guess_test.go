//go:build demo

package service

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/backend/enrolment"
	"qoltanba/app/backend/limit"
)

// wrongs are codes or PINs that are not the right one.
func wrongs(right api.Secret, n int) []api.Secret {
	var list []api.Secret
	for i := 0; len(list) < n; i++ {
		if guess := api.Secret(fmt.Sprintf("%06d", 271_828+i)); guess != right {
			list = append(list, guess)
		}
	}
	return list
}

// atOnce makes guesses at the same time and counts the answers by their code.
func atOnce[In any](c *citizen, op api.Operation[In, api.Enrolment], guesses []In) map[api.Code]int {
	c.Helper()
	var group sync.WaitGroup
	answers := make([]api.Code, len(guesses))
	for i, guess := range guesses {
		group.Go(func() {
			_, err := api.Call(c.Context(), c.a.client, op, api.Request[In]{Session: c.session, Nonce: c.e.Nonce, Key: rand.Text(), Body: guess})
			answers[i] = api.CodeOf(err)
		})
	}
	group.Wait()
	counted := map[api.Code]int{}
	for _, code := range answers {
		counted[code]++
	}
	return counted
}

// Fifty guesses at once are worth as many as one after the other: three at a
// code, five at a PIN.
func TestGuessingAtOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, on func(*Plan)) {
		a := open(t, on)
		c := a.citizen(t, "aigul")
		c.start()
		right := c.code(0)
		var codes []api.CodeRequest
		for _, guess := range wrongs(right, 50) {
			codes = append(codes, api.CodeRequest{Code: guess})
		}
		got := atOnce(c, api.CheckCode, codes)
		if got[api.CodeWrong] != 2 || got[api.CodeExhausted] != 48 {
			t.Errorf("fifty wrong codes are answered %v", got)
		}
		if trail := c.trail(); strings.Count(trail, "code-wrong") != 2 || strings.Count(trail, "code-locked") != 1 {
			t.Errorf("the trail of fifty wrong codes is\n%s", trail)
		}
		refused(c, api.CodeExhausted, api.CheckCode, api.CodeRequest{Code: right})
		a.clock.advance(6 * time.Minute)
		had := c.messages()
		do(c, api.SendCode, api.None{})
		do(c, api.CheckCode, api.CodeRequest{Code: c.code(had)})
		had = c.messages()
		do(c, api.SignIn, api.SignInRequest{Phone: c.who.Phone})
		do(c, api.CheckCode, api.CodeRequest{Code: c.code(had)})

		c.accept(api.TextBiometrics, api.ConsentBiometrics)
		c.selfie()
		c.record()
		do(c, api.SetPIN, api.SetPINRequest{PIN: goodPIN})
		var pins []api.PINRequest
		for _, guess := range wrongs(goodPIN, 50) {
			pins = append(pins, api.PINRequest{PIN: guess})
		}
		got = atOnce(c, api.CheckPIN, pins)
		if looked := strings.Count(c.trail(), "pin-wrong"); looked != 5 || got[api.PINWrong]+got[api.PINLocked] != 50 {
			t.Errorf("of fifty wrong PINs %d were looked at: %v", looked, got)
		}
		refused(c, api.PINLocked, api.CheckPIN, api.PINRequest{PIN: goodPIN})
	})
}

// However somebody goes about it, with new codes, new devices, new enrolments
// and from other addresses, no more codes are tried for one citizen than the
// rule allows, known or not; then the right one is refused as well, and another
// citizen is not concerned.
func TestGuessingIsBounded(t *testing.T) {
	t.Parallel()
	const most = 10
	onBoth(t, func(t *testing.T, on func(*Plan)) {
		a := open(t, func(p *Plan) {
			on(p)
			p.Rules.WrongCodesPerIIN = limit.Policy{Max: most, Per: 24 * time.Hour}
			p.Config.TrustedProxies = []string{"127.0.0.0/8"}
		})
		known, nobody := a.citizen(t, "aigul"), a.citizen(t, "aigul")
		nobody.who.IIN = "061211600012"
		var fate [2][]api.Code
		for n, person := range []*citizen{known, nobody} {
			tried := 0
			for round := 0; tried < most; round++ {
				if round > most {
					t.Fatalf("%d tries in %d enrolments and no end", tried, round)
				}
				guesser := a.from(t, person, fmt.Sprintf("203.0.113.%d", round+1))
				guesser.start()
				a.quiet(t)
				for tried < most {
					_, err := ask(guesser, api.CheckCode, api.CodeRequest{Code: "271828"})
					fate[n] = append(fate[n], api.CodeOf(err))
					tried++
					if api.CodeOf(err) != api.CodeWrong {
						break
					}
				}
				a.clock.advance(20 * time.Minute)
			}
			last := a.from(t, person, "203.0.113.99")
			had := last.messages()
			last.start()
			right := api.Secret("314159")
			if person == known {
				right = last.code(had)
			}
			before := a.kept(t)
			p := refused(last, api.TooMany, api.CheckCode, api.CodeRequest{Code: right})
			if p.Until == nil || !p.Until.After(a.clock.now()) {
				t.Errorf("it is not said until when: %v", p)
			}
			before.same(t, "a try too many", a.kept(t))
		}
		if !slices.Equal(fate[0], fate[1]) {
			t.Errorf("guesses at a known IIN end %v, at nobody's %v", fate[0], fate[1])
		}
		a.citizen(t, "sergey").confirm()
		a.clock.advance(25 * time.Hour)
		a.citizen(t, "aigul").confirm()
	})
}

// from is the citizen at a new device behind another address.
func (a *agency) from(t *testing.T, c *citizen, address string) *citizen {
	t.Helper()
	other := &citizen{T: t, who: c.who, session: api.Session{Key: newKey(t)}}
	elsewhere, client := *a, *a.client
	carrier := api.NewHTTPClient()
	carrier.Transport = forwarded{carrier.Transport, address}
	t.Cleanup(carrier.CloseIdleConnections)
	client.HTTP = carrier
	elsewhere.client = &client
	other.a = &elsewhere
	return other
}

// forwarded says what a proxy would say of a caller.
type forwarded struct {
	http.RoundTripper
	address string
}

func (f forwarded) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("X-Forwarded-For", f.address)
	return f.RoundTripper.RoundTrip(r)
}

// CloseIdleConnections lets the client close those of the carrier.
func (f forwarded) CloseIdleConnections() {
	if c, ok := f.RoundTripper.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// A PIN is tried five times in a quarter of an hour, whichever call carries it.
func TestGuessingPINs(t *testing.T) {
	t.Parallel()
	a := open(t, nil)
	c := a.citizen(t, "timur")
	c.confirm()
	c.identify()
	c.decide(enrolment.Verdict{Approve: true})
	hash := c.e.Passed.Hash()
	for quarter := range 3 {
		looked := strings.Count(c.trail(), "pin-wrong")
		for n, guess := range wrongs(goodPIN, 8) {
			if n%2 == 0 {
				_, _ = ask(c, api.CheckPIN, api.PINRequest{PIN: guess})
			} else {
				_, _ = ask(c, api.GrantData, api.GrantRequest{DataSHA256: hash, PIN: guess})
			}
		}
		if now := strings.Count(c.trail(), "pin-wrong"); now-looked != 5 {
			t.Errorf("%d PINs were looked at in quarter %d", now-looked, quarter)
		}
		refused(c, api.PINLocked, api.GrantData, api.GrantRequest{DataSHA256: hash, PIN: goodPIN})
		a.clock.advance(15*time.Minute + time.Second)
	}
	c.grant()
}
