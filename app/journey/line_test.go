package journey

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"qoltanba/app/api"
)

// cable is a line that can be pulled out: before a call arrives, or after it was
// handled.
type cable struct {
	http http.RoundTripper
	out  atomic.Bool
	late atomic.Bool
}

func (c *cable) RoundTrip(r *http.Request) (*http.Response, error) {
	if c.out.Load() && !c.late.Load() {
		return nil, errors.New("the line is down")
	}
	response, err := c.http.RoundTrip(r)
	if c.out.Load() && err == nil {
		_ = response.Body.Close()
		return nil, errors.New("the answer got lost")
	}
	return response, err
}

// wait waits as long as it is let while the cable is out: only TryNow and GiveUp
// go on.
func (c *cable) wait(ctx context.Context, d time.Duration) error {
	if !c.out.Load() {
		return shortWait(ctx, d)
	}
	<-ctx.Done()
	return ctx.Err()
}

// patient starts a process that waits for the line.
func (c *citizen) patient(line *cable) *process {
	c.t.Helper()
	p := c.start(line)
	p.cfg.Patient, p.cfg.Wait = true, line.wait
	client := *p.cfg.Client
	client.Patience, client.Sent = patience{p.Journey}, p.sent
	p.cfg.Client = &client
	return p
}

// until waits for a state.
func until(t *testing.T, p *process, what string, holds func(State) bool) State {
	t.Helper()
	seen := make(chan State, 1)
	defer p.Subscribe(func(s State) {
		if holds(s) {
			select {
			case seen <- s:
			default:
			}
		}
	})()
	if s := p.State(); holds(s) {
		return s
	}
	select {
	case s := <-seen:
		return s
	case <-time.After(20 * time.Second):
		t.Fatalf("waited in vain for %s at %+v", what, p.State())
		return State{}
	}
}

func waiting(s State) bool { return s.Line != nil && !s.Line.Next.IsZero() }

func TestALineThatIsDownIsToldAndTheActGoesOnWithIt(t *testing.T) {
	t.Parallel()
	for _, late := range []bool{false, true} {
		c := newCitizen(t)
		line := &cable{http: c.model}
		line.late.Store(late)
		p := c.patient(line)
		if err := c.walk(t.Context(), p.Journey, StageCode); err != nil {
			t.Fatal(err)
		}
		line.out.Store(true)
		ended := make(chan error, 1)
		go func() { ended <- p.GiveCode(t.Context(), modelCode) }()
		first := until(t, p, "the line to be told down", waiting)
		if first.Line.Problem.Code != api.Offline || !first.Busy || first.Problem != nil || first.Line.Next.Before(first.Line.Since) {
			t.Fatalf("told as %+v", first.Line)
		}
		p.TryNow()
		again := until(t, p, "another try", func(s State) bool { return waiting(s) && s.Line.Next != first.Line.Next })
		if again.Line.Since != first.Line.Since {
			t.Error("the line is down since another time")
		}
		line.out.Store(false)
		p.TryNow()
		if err := <-ended; err != nil || p.State().Stage != StageCompanion || p.State().Line != nil {
			t.Fatalf("%v at %+v", err, p.State())
		}
		p.stop()
	}
}

func TestGivingUpLosesNothing(t *testing.T) {
	t.Parallel()
	c := newCitizen(t)
	line := &cable{http: c.model}
	line.late.Store(true)
	p := c.patient(line)
	defer p.stop()
	if err := c.walk(t.Context(), p.Journey, StageFields); err != nil {
		t.Fatal(err)
	}
	p.GiveUp() // nothing waits
	line.out.Store(true)
	ended := make(chan error, 1)
	go func() { ended <- p.ConfirmFields(t.Context(), sampleFields) }()
	until(t, p, "the line to be told down", waiting)
	p.GiveUp()
	err := <-ended
	if s := p.State(); api.CodeOf(err) != api.Offline || s.Stage != StageFields || s.Busy || s.Line != nil || s.Problem == nil {
		t.Fatalf("%v at %+v", err, s)
	}
	line.out.Store(false)
	if err := p.ConfirmFields(t.Context(), sampleFields); err != nil || p.State().Stage != StageChecking {
		t.Fatalf("%v at %+v", err, p.State())
	}
	handled := 0
	for _, id := range c.model.calls {
		if id == api.ConfirmFields.ID {
			handled++
		}
	}
	if handled != 1 {
		t.Errorf("the fields were taken %d times", handled)
	}
}

func TestWhoClosesTheWindowIsToldNothing(t *testing.T) {
	t.Parallel()
	c := newCitizen(t)
	ctx, cancel := context.WithCancel(t.Context())
	p := c.patient(&cable{http: c.model})
	defer p.stop()
	if err := c.walk(ctx, p.Journey, StageCode); err != nil {
		t.Fatal(err)
	}
	p.cfg.Client.HTTP = &http.Client{Transport: closing(cancel)}
	if err := p.Refresh(ctx); !errors.Is(err, context.Canceled) || p.State().Problem != nil || p.State().Busy {
		t.Errorf("%v, %v", err, p.State().Problem)
	}
}

// closing is a window that closes while a call is under way.
type closing context.CancelFunc

func (c closing) RoundTrip(r *http.Request) (*http.Response, error) {
	c()
	return nil, r.Context().Err()
}

func TestWhatRefreshesByItselfTellsOfTheLineToo(t *testing.T) {
	t.Parallel()
	c := newCitizen(t)
	line := &cable{http: c.model}
	p := c.patient(line)
	defer p.stop()
	if err := c.walk(t.Context(), p.Journey, StageChecking); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var watch sync.WaitGroup
	watch.Go(func() { p.Watch(ctx) })
	defer watch.Wait()
	defer cancel()
	line.out.Store(true)
	rouse := time.NewTicker(5 * time.Millisecond) // the watch may not have come to its pause
	defer rouse.Stop()
	tell := func(what string, holds func(State) bool) {
		for deadline := time.After(20 * time.Second); !holds(p.State()); {
			select {
			case <-rouse.C:
				p.TryNow()
			case <-deadline:
				t.Fatalf("waited in vain for %s at %+v", what, p.State())
			}
		}
	}
	tell("the line to be told down", func(s State) bool { return waiting(s) && !s.Busy && s.Problem == nil })
	line.out.Store(false)
	c.model.approve()
	tell("the decision", func(s State) bool { return s.Stage == StageCabinet && s.Line == nil })
}

func TestACodeThatRanOutIsReplaced(t *testing.T) {
	t.Parallel()
	for name, sending := range map[string]*api.Problem{"sent": nil, "sent just before": api.Fail(api.CodeTooSoon, ""), "locked": api.Fail(api.CodeExhausted, "")} {
		c := newCitizen(t)
		p := c.patient(&cable{http: c.model})
		if err := c.walk(t.Context(), p.Journey, StageCode); err != nil {
			t.Fatal(err)
		}
		c.model.refusals[api.CheckCode.ID] = []*api.Problem{api.Fail(api.CodeExpired, "too late")}
		want := api.CodeExpired
		if sending != nil {
			c.model.refusals[api.SendCode.ID] = []*api.Problem{sending}
			if sending.Code != api.CodeTooSoon {
				want = sending.Code
			}
		}
		if err := p.GiveCode(t.Context(), modelCode); api.CodeOf(err) != want || p.State().Problem == nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := p.GiveCode(t.Context(), modelCode); err != nil || p.State().Stage != StageCompanion {
			t.Errorf("%s: %v at %s", name, err, p.State().Stage)
		}
		p.stop()
	}
}

func TestProgressOfAPictureIsToldAsItIsSeen(t *testing.T) {
	t.Parallel()
	c := newCitizen(t)
	p := c.patient(&cable{http: c.model})
	defer p.stop()
	told := 0
	defer p.Subscribe(func(s State) {
		if s.Upload.Of > 0 {
			told++
		}
	})()
	for sent := int64(0); sent <= 1<<20; sent += 1 << 10 {
		p.sent(sent, 1<<20)
	}
	if told < 40 || told > 60 || p.State().Upload.Sent != 1<<20 {
		t.Errorf("told %d times, last %v", told, p.State().Upload)
	}
	p.sent(0, 1<<20)
	if p.State().Upload.Sent != 0 {
		t.Error("a new attempt does not begin anew")
	}
}
