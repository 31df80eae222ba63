//go:build demo

package service

import (
	"context"
	"crypto/rand"
	"strings"
	"sync"
	"testing"

	"qoltanba/app/api"
	"qoltanba/app/backend/enrolment"
	"qoltanba/app/backend/limit"
	"qoltanba/app/backend/notify"
)

// emptied is the citizen's computer with its keyring emptied: a new key, and
// what was kept outside of the keyring.
func (c *citizen) emptied() *citizen {
	c.Helper()
	c.a.quiet(c.T) // so that the next message is the code
	return &citizen{T: c.T, a: c.a, who: c.who, e: api.Enrolment{ID: c.e.ID}, spare: c.spare, session: api.Session{Key: newKey(c.T)}, mishaps: c.mishaps, onStep: c.onStep}
}

func (c *citizen) claim() api.RecoveryRequest {
	return api.RecoveryRequest{Enrolment: c.e.ID, Secret: c.spare, Language: c.who.Language}
}

// leadBack opens the way back and returns how many messages there were before.
func (c *citizen) leadBack() (had int) {
	c.Helper()
	had = c.messages()
	opened, err := ask(c, api.RecoverEnrolment, c.claim())
	if err != nil {
		c.Fatal(err)
	}
	c.e, c.session.Token, c.session.Enrolment = opened.Enrolment, opened.Token, opened.Enrolment.ID
	c.at(api.StepCode)
	return had
}

// atRebind goes back as far as the former way's PIN.
func (c *citizen) atRebind() {
	c.Helper()
	had := c.leadBack()
	do(c, api.CheckCode, api.CodeRequest{Code: c.code(had)})
	c.at(api.StepRebind)
}

// rebind gives the PIN and a fresh secret, and is at the former way then.
func (c *citizen) rebind() {
	c.Helper()
	c.spare = api.NewRecoverySecret()
	do(c, api.RebindDevice, api.RebindRequest{PIN: goodPIN, Recovery: api.RecoveryHash(c.spare)})
	c.session.Enrolment = c.e.ID
}

// A keyring that was emptied: secret, code and PIN bind the way to the new key.
// Evidence and verdict stay, what was issued is revoked, the consent follows,
// and the former key is refused.
func TestRecovery(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, on func(*Plan)) {
		a := open(t, on)
		old := a.citizen(t, "aigul")
		old.applied()
		seen, err := a.Enrolments.Case(t.Context(), "dana", old.e.ID)
		if err != nil {
			t.Fatal(err)
		}
		c := old.emptied()
		c.atRebind()
		back := c.session
		if c.e.ID == old.e.ID || c.e.Passed != nil || c.e.Application != nil {
			t.Errorf("before the PIN it is told of %v", c.e)
		}
		if p := refused(c, api.PINWrong, api.RebindDevice, api.RebindRequest{PIN: "000001"}); *p.TriesLeft != 4 {
			t.Errorf("%d tries left", *p.TriesLeft)
		}
		if p := refused(old, api.PINWrong, api.CheckPIN, api.PINRequest{PIN: "000001"}); *p.TriesLeft != 3 {
			t.Errorf("the wrong PIN was not counted where it was set: %d left", *p.TriesLeft)
		}
		c.rebind()
		c.at(api.StepGrant)
		if c.e.ID != old.e.ID || c.e.Application != nil || c.e.Decision.State != api.DecisionApproved || c.e.Passed == nil {
			t.Errorf("what is left: %v", c.e)
		}
		refused(old, api.Unauthorised, api.ReadEnrolment, api.None{})
		refused(old, api.Unauthorised, api.CheckPIN, api.PINRequest{PIN: goodPIN})
		again, err := api.Call(t.Context(), a.client, api.ReadEnrolment, api.Request[api.None]{Session: back})
		if err != nil || again.ID != old.e.ID || again.Nonce != c.e.Nonce {
			t.Errorf("the way that led back is read as %v: %v", again.ID == old.e.ID, err)
		}
		c.ledgered(2, 2)
		now, err := a.Enrolments.Case(t.Context(), "dana", c.e.ID)
		if err != nil || now.Selfie != seen.Selfie || now.Card[api.Front] != seen.Card[api.Front] || now.Decision.State != api.DecisionApproved {
			t.Errorf("the evidence is another: %v", err)
		}
		if trail := c.trail(); !strings.Contains(trail, "citizen rebind") || !strings.Contains(trail, "service revoke") || !c.told(notify.Recovered) {
			t.Errorf("trail\n%s", trail)
		}
		c.grant()
		c.accept(api.TextAgreement, api.AcceptAgreement)
		c.obtain()
		c.ledgered(4, 2)
		refused(c.emptied(), api.RecoveryRefused, api.RecoverEnrolment, c.claim()) // what is in key files is done
	})
}

// The secret serves once; the next one serves after it, also while an operator
// still decides. An emptied keyring in the middle of the way back changes nothing.
func TestRecoveryAgain(t *testing.T) {
	t.Parallel()
	a := open(t, nil)
	first := a.citizen(t, "timur")
	first.confirm()
	first.identify()
	lost := first.emptied()
	lost.leadBack()
	second := first.emptied()
	second.atRebind()
	second.rebind()
	second.at(api.StepDecision)
	refused(first.emptied(), api.RecoveryRefused, api.RecoverEnrolment, first.claim())
	third := second.emptied()
	third.atRebind()
	third.rebind()
	third.decide(enrolment.Verdict{Approve: true})
	third.at(api.StepGrant)
	refused(second, api.Unauthorised, api.ReadEnrolment, api.None{})
	third.ledgered(0, 0)
}

// A copy of what lies on the disk is worth nothing without phone and PIN, the
// phone nothing without the secret and the PIN, the PIN nothing without the others.
func TestRecoveryNeedsSecretCodeAndPIN(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, on func(*Plan)) {
		a := open(t, on)
		victim, other := a.citizen(t, "aigul"), a.citizen(t, "sergey")
		for _, c := range []*citizen{victim, other} {
			c.confirm()
			c.identify()
		}
		before := a.kept(t)
		stranger := victim.emptied()
		refuse := func(name string, claim api.RecoveryRequest) api.Problem {
			t.Helper()
			return *refused(stranger, api.RecoveryRefused, api.RecoverEnrolment, claim)
		}
		claim := stranger.claim()
		claim.Secret = api.NewRecoverySecret()
		wrong := refuse("a wrong secret", claim)
		claim.Secret = other.spare
		anothers := refuse("another citizen's secret", claim)
		claim = stranger.claim()
		claim.Enrolment = strings.Repeat("A", len(claim.Enrolment))
		nobodys := refuse("an enrolment that is none", claim)
		if wrong != anothers || wrong != nobodys {
			t.Errorf("refusals tell the enrolments apart: %v, %v, %v", wrong, anothers, nobodys)
		}
		before.same(t, "who has no secret", a.kept(t), "counters")

		stranger.leadBack() // the secret alone: the code goes to the citizen
		refused(stranger, api.OutOfOrder, api.RebindDevice, api.RebindRequest{PIN: goodPIN})
		refused(stranger, api.CodeWrong, api.CheckCode, api.CodeRequest{Code: "000000"})
		refused(stranger, api.CodeWrong, api.CheckCode, api.CodeRequest{Code: "000001"})
		refused(stranger, api.CodeExhausted, api.CheckCode, api.CodeRequest{Code: "000002"})

		thief := victim.emptied() // the secret and the phone: the PIN locks, for the citizen too
		thief.atRebind()
		for _, guess := range wrongs(goodPIN, 4) {
			refused(thief, api.PINWrong, api.RebindDevice, api.RebindRequest{PIN: guess})
		}
		p := refused(thief, api.PINLocked, api.RebindDevice, api.RebindRequest{PIN: "000001"})
		refused(thief, api.PINLocked, api.RebindDevice, api.RebindRequest{PIN: goodPIN})
		thief.read()
		if thief.e.Lock == nil || !thief.e.Lock.Until.Equal(*p.Until) {
			t.Errorf("the lock is %v, told as %v", thief.e.Lock, p.Until)
		}
		refused(thief, api.OutOfOrder, api.SetPIN, api.SetPINRequest{PIN: "739154"})
		thief.session.Enrolment = victim.e.ID
		refused(thief, api.Unauthorised, api.CheckPIN, api.PINRequest{PIN: goodPIN})
		victim.read()
		victim.at(api.StepDecision)
	})
}

// Before there is a PIN nothing is led back to; what is over is not either.
func TestNothingToRecover(t *testing.T) {
	t.Parallel()
	a := open(t, nil)
	early := a.citizen(t, "sergey")
	early.confirm()
	early.spare = api.NewRecoverySecret()
	refused(early.emptied(), api.RecoveryRefused, api.RecoverEnrolment, early.claim())

	c := a.citizen(t, "gauhar")
	c.confirm()
	c.identify()
	late := c.emptied()
	late.atRebind()
	do(c, api.CancelEnrolment, api.None{})
	refused(c.emptied(), api.RecoveryRefused, api.RecoverEnrolment, c.claim())
	refused(late, api.RecoveryRefused, api.RebindDevice, api.RebindRequest{PIN: goodPIN})
	late.read()
	late.at(api.StepCancelled)
}

// Whoever tries secrets is counted as whoever tries IINs.
func TestRecoveriesAreCounted(t *testing.T) {
	t.Parallel()
	a := open(t, func(p *Plan) {
		p.Rules.StartsPerAddress = limit.Policy{Max: 3, Per: begins.AddDate(0, 0, 1).Sub(begins)}
	})
	c := a.citizen(t, "aigul")
	c.e.ID, c.spare = strings.Repeat("A", 26), api.NewRecoverySecret()
	for range 3 {
		refused(c, api.RecoveryRefused, api.RecoverEnrolment, c.claim())
	}
	refused(c, api.TooMany, api.RecoverEnrolment, c.claim())
}

// Of two who lead back at once, one gets the way and the other nothing; the
// answer to a call that is repeated is the first one.
func TestRecoveriesRace(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, on func(*Plan)) {
		a := open(t, on)
		old := a.citizen(t, "aigul")
		old.applied()
		rivals := []*citizen{old.emptied(), old.emptied()}
		for _, c := range rivals {
			c.atRebind()
			a.quiet(t)
		}
		var group sync.WaitGroup
		codes := make([]api.Code, len(rivals))
		for i, c := range rivals {
			request := api.Request[api.RebindRequest]{
				Session: c.session, Nonce: c.e.Nonce, Key: rand.Text(),
				Body: api.RebindRequest{PIN: goodPIN, Recovery: api.RecoveryHash(api.NewRecoverySecret())},
			}
			group.Go(func() {
				e, err := api.Call(context.WithoutCancel(t.Context()), a.client, api.RebindDevice, request)
				again, repeated := api.Call(context.WithoutCancel(t.Context()), a.client, api.RebindDevice, request)
				if codes[i] = api.CodeOf(err); err == nil && (repeated != nil || again.Nonce != e.Nonce || again.ID != old.e.ID) {
					t.Errorf("repeated, it is answered %v", repeated)
				}
			})
		}
		group.Wait()
		won := 0
		for _, code := range codes {
			switch code {
			case "":
				won++
			case api.RecoveryRefused:
			default:
				t.Errorf("the other one is answered %s", code)
			}
		}
		if won != 1 {
			t.Errorf("%d have the way: %v", won, codes)
		}
		refused(old, api.Unauthorised, api.ReadEnrolment, api.None{})
		old.ledgered(2, 2)
	})
}
