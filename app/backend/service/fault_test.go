//go:build demo

package service

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/backend/enrolment"
	"qoltanba/app/backend/store"
)

var errFault = errors.New("the test broke the connection to the database")

// fault breaks a transaction of a call: the nth of an attempt, before it began
// or after it was kept and nobody heard of it.
type fault struct {
	nth  int
	kept bool
}

// faults are met one after the other by the attempts of one call; two
// transactions are the most that a call makes.
var faults = []fault{{1, false}, {1, true}, {2, false}, {2, true}}

// faultyStore breaks transactions of calls and, if told so, of jobs.
type faultyStore struct {
	store.Store

	mu      sync.Mutex
	next    *fault // for the attempt under way; nil: none
	count   int
	met     bool
	jobless bool
}

// arm prepares a fault for the next attempt.
func (f *faultyStore) arm(next *fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.next, f.count, f.met = next, 0, false
}

func (f *faultyStore) wasMet() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.met
}

// breakJobs has all jobs fail, or no more.
func (f *faultyStore) breakJobs(broken bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.jobless = broken
}

func (f *faultyStore) Update(ctx context.Context, work func(store.Tx) error) error {
	before, after := f.meet(ctx.Value(http.ServerContextKey) != nil)
	if before {
		return errFault
	}
	err := f.Store.Update(ctx, work)
	if err == nil && after {
		return errFault
	}
	return err
}

func (f *faultyStore) View(ctx context.Context, work func(store.Tx) error) error {
	if ctx.Value(http.ServerContextKey) == nil {
		if broken, _ := f.meet(false); broken {
			return errFault
		}
	}
	return f.Store.View(ctx, work)
}

func (f *faultyStore) meet(call bool) (before, after bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !call {
		return f.jobless, false
	}
	f.count++
	if f.next == nil || f.count != f.next.nth {
		return false, false
	}
	f.met = true
	return !f.next.kept, f.next.kept
}

// breakable puts a faulty store beneath the service of the plan.
func breakable(into **faultyStore) func(*Plan) {
	return func(p *Plan) {
		p.faulty = func(s store.Store) store.Store {
			*into = &faultyStore{Store: s}
			return *into
		}
	}
}

// stumbler makes each call of a citizen meet every fault in turn, repeating it
// with its key as a client does, until none is left; and once more after that.
type stumbler struct {
	store *faultyStore
	calls map[string]int // attempts by operation
}

func (s *stumbler) call(c *citizen, id string, attempt func(key string) (any, error)) (any, error) {
	c.Helper()
	key := rand.Text()
	for n := 0; ; n++ {
		s.store.arm(nil)
		if n < len(faults) {
			s.store.arm(&faults[n])
		}
		out, err := attempt(key)
		s.calls[id]++
		if s.store.wasMet() {
			if api.CodeOf(err) != api.Internal {
				c.Fatalf("%s: a broken database is answered %v", id, err)
			}
			continue
		}
		s.store.arm(nil)
		answeredAlike(c, id, out, err, func() (any, error) { return attempt(key) })
		return out, err
	}
}

// answeredAlike repeats a call that was answered.
func answeredAlike(c *citizen, id string, out any, err error, again func() (any, error)) {
	c.Helper()
	repeated, failure := again()
	if one, two := asJSON(c, out, err), asJSON(c, repeated, failure); one != two {
		c.Errorf("%s is answered\n%s and then\n%s", id, one, two)
	}
}

func asJSON(c *citizen, out any, err error) string {
	c.Helper()
	if err != nil {
		return err.Error()
	}
	text, err := json.Marshal(out)
	if err != nil {
		c.Fatal(err)
	}
	return string(text)
}

// A database that fails at any instant between effect and answer leaves nothing
// half done and nothing doubled: the citizen whose every call is broken in every
// way ends with the same trail and messages as one whom nothing befell.
func TestEveryCallSurvives(t *testing.T) {
	t.Parallel()
	var broken *faultyStore
	undisturbed, disturbed := open(t, nil), open(t, breakable(&broken))
	want := undisturbed.citizen(t, "aigul")
	walkAll(want)
	got := disturbed.citizen(t, "aigul")
	stumbles := &stumbler{store: broken, calls: map[string]int{}}
	got.mishaps = stumbles
	walkAll(got)

	sameDone(want, got)
	for _, op := range slices.Concat(operations(), afterIssue()) {
		if op.method != http.MethodGet && stumbles.calls[op.id] <= len(faults)/2 {
			t.Errorf("%s was broken %d times only", op.id, stumbles.calls[op.id])
		}
	}
}

// sameDone fails the test unless the disturbed citizen did, and was promised,
// what the undisturbed one was.
func sameDone(undisturbed, disturbed *citizen) {
	disturbed.Helper()
	if a, b := actions(undisturbed), actions(disturbed); !maps.Equal(a, b) {
		disturbed.Errorf("undisturbed %v\ndisturbed %v", a, b)
	}
	if a, b := promised(undisturbed.a, disturbed.T), promised(disturbed.a, disturbed.T); !maps.Equal(a, b) {
		disturbed.Errorf("jobs undisturbed %v\ndisturbed %v", a, b)
	}
}

// actions counts what the trail of the citizen's last enrolment says was done.
func actions(c *citizen) map[string]int {
	c.Helper()
	done := map[string]int{}
	for line := range strings.Lines(c.trail()) {
		if what := strings.Join(strings.Fields(line)[:2], " "); what != "operator:dana look" {
			done[what]++
		}
	}
	return done
}

// promised counts the jobs that were ever handed to the queue, by kind.
func promised(a *agency, t *testing.T) map[string]int {
	t.Helper()
	jobs := map[string]int{}
	for _, row := range rows(t, a, "SELECT kind FROM river_job WHERE kind NOT IN ('store.purge', 'enrolment.remind')") {
		jobs[row[0]]++
	}
	return jobs
}

// walkAll makes every call of the contract.
func walkAll(c *citizen) {
	c.Helper()
	c.confirm()
	c.accept(api.TextBiometrics, api.ConsentBiometrics)
	c.selfie()
	do(c, api.AskOperator, api.None{})
	do(c, api.CancelEnrolment, api.None{})
	had := c.messages()
	c.start()
	do(c, api.AskCall, api.CallRequest{Phone: c.who.Phone, Language: c.who.Language, Reason: api.CallForHelp})
	c.code(had)
	c.a.clock.advance(2 * time.Minute)
	had = c.messages()
	do(c, api.SendCode, api.None{})
	do(c, api.CheckCode, api.CodeRequest{Code: c.code(had)})
	had = c.messages()
	do(c, api.SignIn, api.SignInRequest{Phone: c.who.Phone})
	do(c, api.CheckCode, api.CodeRequest{Code: c.code(had)})
	c.identify()
	do(c, api.CheckPIN, api.PINRequest{PIN: goodPIN})
	c.decide(enrolment.Verdict{Reason: api.RejectFields})
	do(c, api.RepeatRejected, api.None{})
	c.fields()
	c.decide(enrolment.Verdict{Approve: true})
	c.grant()
	c.accept(api.TextAgreement, api.AcceptAgreement)
	do(c, api.Apply, api.ApplyRequest{Keys: api.KeysRSA2048, Storage: api.StoragePC, Requests: requests(c.T)})
	c.until("certificate", func() bool { c.read(); return c.e.Step == api.StepImport })
	do(c, api.WithdrawApplication, api.PINRequest{PIN: goodPIN})
	lost := c.emptied()
	lost.atRebind()
	lost.rebind()
	lost.at(api.StepGrant)
	*c = *lost
	c.a.quiet(c.T)
	former := *c
	*c = citizen{T: c.T, a: c.a, who: c.who, session: api.Session{Key: newKey(c.T)}, mishaps: c.mishaps}
	c.confirm()
	c.accept(api.TextBiometrics, api.ConsentBiometrics)
	c.selfie()
	do(c, api.TakeOver, api.PINRequest{PIN: goodPIN})
	refused(&former, api.TakenOver, api.ReadEnrolment, api.None{})
	c.toForm()
	c.confirmEmail("a@example.kz")
	own, requests := newPair(c.T)
	do(c, api.Apply, api.ApplyRequest{Email: "a@example.kz", Keys: api.KeysRSA2048, Storage: api.StoragePC, Requests: requests})
	issued := c.collect()
	checkCertificates(c, issued)
	own.take(c.T, issued)
	do(c, api.RevokeCertificate, api.RevocationRequest{Serial: own.serial(0), Reason: api.NotNeeded, PIN: goodPIN})
	c.a.clock.advance(310 * 24 * time.Hour)
	_, requests = newPair(c.T)
	text := signature(c, api.SignatureRequest{Purpose: api.SignToRenew, Serial: own.serial(1), Requests: api.RequestsHash(requests)})
	c.renew(api.RenewalRequest{
		Serial: own.serial(1), Keys: api.KeysRSA2048, Storage: api.StoragePC, Requests: requests, RevokeOld: true, Signature: own.sign(c.T, 1, text),
	})
	c.collect()
	c.a.quiet(c.T)
}
