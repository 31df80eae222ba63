package journey

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math"
	"net/http"
	"sync"
	"testing"

	"qoltanba/app/api"
)

var errKilled = errors.New("the process was killed")

// killer lets a process do so many things and then nothing any more: calls
// fail, and nothing gets onto the disk.
type killer struct {
	disk disk
	http http.RoundTripper

	mu   sync.Mutex
	left int  // things that are still done
	late bool // the last call is handled, and its answer lost
	dead bool
}

func (k *killer) spend() (alive bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.left--
	k.dead = k.dead || k.left < 0
	return !k.dead
}

func (k *killer) RoundTrip(r *http.Request) (*http.Response, error) {
	k.mu.Lock()
	was := k.dead
	k.mu.Unlock()
	if k.spend() {
		return k.http.RoundTrip(r)
	}
	if k.late && !was {
		response, err := k.http.RoundTrip(r)
		if err == nil {
			_ = response.Body.Close()
		}
	}
	return nil, errKilled
}

func (k *killer) Write(path string, content []byte) error {
	if !k.spend() {
		_ = k.disk.Write(path, content[:len(content)/2]) // what a crash leaves of it
		return errKilled
	}
	return k.disk.Write(path, content)
}

func (k *killer) Read(path string, limit int64) ([]byte, error) {
	if !k.spend() {
		return nil, errKilled
	}
	return k.disk.Read(path, limit)
}

func (k *killer) Rename(from, to string) error {
	if !k.spend() {
		return errKilled
	}
	return k.disk.Rename(from, to)
}

func (k *killer) Remove(path string) error {
	if !k.spend() {
		return errKilled
	}
	return k.disk.Remove(path)
}

func (k *killer) SyncFolder(path string) error {
	if !k.spend() {
		return errKilled
	}
	return k.disk.SyncFolder(path)
}

// live runs a process until it is killed or the way is done.
func (c *citizen) live(ctx context.Context, k *killer, until Stage) error {
	k.http, k.disk = c.model, osDisk{}
	p := c.start(k)
	defer p.stop()
	p.file.disk = k
	return c.walk(ctx, p.Journey, until)
}

// everyKill is given by make test-kill: without it a sample of the instants
// has its turn.
var everyKill = flag.Bool("full", false, "kill the program at every instant, not at some")

// sampledKills is how many instants of a stretch have their turn in a sample.
const sampledKills = 5

// TestKilledAtEveryInstant kills the program at each call and each touch of the
// journal, before and after the backend handled the call, and lets a second
// process finish the way: no key is lost, no certificate doubled, and no
// enrolment opened twice.
func TestKilledAtEveryInstant(t *testing.T) {
	t.Parallel()
	stretches := []struct {
		from, until Stage
		with        api.DocumentKind
	}{{StageWelcome, StageForm, api.IdentityCard}, {StageForm, StageDone, api.IdentityCard}, {StageCardChoice, StageChecking, api.Passport}}
	for _, stretch := range stretches {
		for _, late := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s late=%v", stretch.until, late), func(t *testing.T) {
				t.Parallel()
				killThroughout(t, stretch.from, stretch.until, stretch.with, late)
			})
		}
	}
}

func killThroughout(t *testing.T, from, until Stage, with api.DocumentKind, late bool) {
	unharmed := &killer{left: math.MaxInt}
	if err := citizenAt(t, from, with).live(t.Context(), unharmed, until); err != nil {
		t.Fatal(err)
	}
	instants := math.MaxInt - unharmed.left
	step := 1
	if !*everyKill {
		step = max(instants/sampledKills, 1)
	}
	kills := 0
	for n := step - 1; n < instants; n += step {
		killOnce(t, from, until, with, &killer{left: n, late: late})
		kills++
	}
	t.Logf("%d kills at %d instants", kills, instants)
}

// killOnce kills a process and lets a second one finish.
func killOnce(t *testing.T, from, until Stage, with api.DocumentKind, k *killer) {
	t.Helper()
	c, n := citizenAt(t, from, with), k.left
	err := c.live(t.Context(), k, until)
	survived := c.start(c.model)
	defer survived.stop()
	switch again := c.walk(t.Context(), survived.Journey, until); {
	case again != nil:
		t.Fatalf("killed after %d (%v), and then %v", n, err, again)
	case until == StageDone:
		c.checkDone(survived)
	case c.model.started != 1:
		t.Errorf("%d enrolments", c.model.started)
	}
	if t.Failed() {
		t.Fatalf("killed after %d (%v)", n, err)
	}
}

// citizenAt is a new citizen with a document whose program was closed at a stage.
func citizenAt(t *testing.T, stage Stage, with api.DocumentKind) *citizen {
	t.Helper()
	c := newCitizen(t)
	c.with = with
	p := c.start(c.model)
	defer p.stop()
	if err := c.walk(t.Context(), p.Journey, stage); err != nil {
		t.Fatal(err)
	}
	return c
}

// TestARenewalKilledAtEveryInstant does the same to a renewal, from the keys that
// are held to the new key files.
func TestARenewalKilledAtEveryInstant(t *testing.T) {
	t.Parallel()
	for _, late := range []bool{false, true} {
		t.Run(fmt.Sprintf("late=%v", late), func(t *testing.T) {
			t.Parallel()
			unharmed := &killer{left: math.MaxInt, late: late}
			if err := renewer(t).liveRenewing(t.Context(), unharmed); err != nil {
				t.Fatal(err)
			}
			instants := math.MaxInt - unharmed.left
			step := 1
			if !*everyKill {
				step = max(instants/sampledKills, 1)
			}
			for n := step - 1; n < instants; n += step {
				killRenewal(t, &killer{left: n, late: late})
			}
			t.Logf("%d instants", instants)
		})
	}
}

// killRenewal kills a process that renews and lets a second one finish.
func killRenewal(t *testing.T, k *killer) {
	t.Helper()
	c, n := renewer(t), k.left
	err := c.liveRenewing(t.Context(), k)
	survived := c.start(c.model)
	defer survived.stop()
	if again := c.renew(t.Context(), survived.Journey); again != nil {
		t.Fatalf("killed after %d (%v), and then %v", n, err, again)
	}
	if c.checkRenewed(survived); t.Failed() {
		t.Fatalf("killed after %d (%v)", n, err)
	}
}

// liveRenewing runs a process that renews until it is killed or that is done.
func (c *citizen) liveRenewing(ctx context.Context, k *killer) error {
	k.http, k.disk = c.model, osDisk{}
	p := c.start(k)
	defer p.stop()
	p.file.disk = k
	return c.renew(ctx, p.Journey)
}

// dropper loses the first answer to every call that changes something.
type dropper struct {
	http http.RoundTripper
	mu   sync.Mutex
	seen map[string]bool
}

func (d *dropper) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := d.http.RoundTrip(r)
	key := r.Header.Get(api.HeaderIdempotency)
	d.mu.Lock()
	defer d.mu.Unlock()
	if key == "" || d.seen[key] || err != nil {
		return response, err
	}
	d.seen[key] = true
	_ = response.Body.Close()
	return nil, errors.New("the answer got lost")
}

func TestEveryAnswerIsLostOnce(t *testing.T) {
	c := newCitizen(t)
	p := c.start(&dropper{http: c.model, seen: map[string]bool{}})
	defer p.stop()
	if err := c.walk(t.Context(), p.Journey, StageDone); err != nil {
		t.Fatal(err)
	}
	c.checkDone(p)
}

// TestALateRepetitionMovesOn lets the citizen press again after all attempts of
// a call were lost although the backend had handled it.
func TestALateRepetitionMovesOn(t *testing.T) {
	c := newCitizen(t)
	line := &switchable{http: c.model}
	p := c.start(line)
	defer p.stop()
	if err := c.walk(t.Context(), p.Journey, StageCode); err != nil {
		t.Fatal(err)
	}
	line.down = true
	if err := p.GiveCode(t.Context(), modelCode); api.CodeOf(err) != api.Offline || p.State().Stage != StageCode {
		t.Fatalf("got %v at %s", err, p.State().Stage)
	}
	line.down = false
	if err := p.GiveCode(t.Context(), modelCode); err != nil || p.State().Stage != StageCompanion {
		t.Fatalf("got %v at %s", err, p.State().Stage)
	}
}

// TestWhatHappenedElsewhereIsFound uses up the nonce behind the journey's back.
func TestWhatHappenedElsewhereIsFound(t *testing.T) {
	c := newCitizen(t)
	p := c.start(c.model)
	defer p.stop()
	if err := c.walk(t.Context(), p.Journey, StageSelfie); err != nil {
		t.Fatal(err)
	}
	c.model.e.Nonce = "used up"
	picture := api.Picture{Type: "image/jpeg", Data: noise(1)}
	if err := p.SendSelfie(t.Context(), picture); api.CodeOf(err) != api.NonceUsed {
		t.Fatalf("got %v", err)
	}
	if err := p.SendSelfie(t.Context(), picture); err != nil {
		t.Fatalf("with the nonce that was read anew: %v", err)
	}
	c.model.e.Step = api.StepPIN
	if err := p.Record(t.Context(), api.ChallengeRequest{}, frames(c.now)); err != nil || p.State().Stage != StagePIN {
		t.Fatalf("a step taken elsewhere: %v at %s", err, p.State().Stage)
	}
}

// switchable is a line on which answers get lost while it is down.
type switchable struct {
	http http.RoundTripper
	down bool
}

func (s *switchable) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := s.http.RoundTrip(r)
	if s.down && err == nil {
		_ = response.Body.Close()
		return nil, errors.New("the line is down")
	}
	return response, err
}
