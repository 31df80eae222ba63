package journey

import (
	"context"
	"sync"
	"testing"
	"time"

	"qoltanba/app/api"
)

// A verdict comes by itself: the citizen goes on, or is back before the recording
// and told what to do better.
func TestVerdictComesByItself(t *testing.T) {
	t.Parallel()
	for name, verdict := range map[string]struct {
		say    func(*model)
		stage  Stage
		reason api.Code
	}{
		"passed": {(*model).pass, StagePIN, ""},
		"again":  {func(m *model) { m.again(api.FaceDark) }, StageRecordingIntro, api.FaceDark},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCitizen(t)
			p := c.start(c.model)
			defer p.stop()
			if err := c.walk(t.Context(), p.Journey, StageJudging); err != nil {
				t.Fatal(err)
			}
			if s := p.State(); s.Enrolment.Identification.State != api.IdentificationJudging || s.Group != GroupFace {
				t.Errorf("while it is judged: %+v", s.Enrolment.Identification)
			}
			moved := make(chan State, 100)
			defer p.Subscribe(func(s State) {
				if s.Stage == verdict.stage {
					moved <- s
				}
			})()
			ctx, cancel := context.WithCancel(t.Context())
			var watch sync.WaitGroup
			watch.Go(func() { p.Watch(ctx) })
			defer watch.Wait()
			defer cancel()
			verdict.say(c.model)
			for deadline := time.After(20 * time.Second); ; {
				select {
				case s := <-moved:
					if verdict.reason == "" && s.Problem == nil {
						return
					}
					if s.Problem != nil && s.Problem.Code == verdict.reason && *s.Problem.TriesLeft == 2 {
						return
					}
				case <-deadline:
					t.Fatalf("waited in vain at %s: %v", p.State().Stage, p.State().Problem)
				}
			}
		})
	}
}
