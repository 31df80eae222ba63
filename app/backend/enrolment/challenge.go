package enrolment

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"io"
	"math/big"
	"time"

	"qoltanba/app/api"
	"qoltanba/capture/liveness"
)

// challenge is a video identification: the prompts with the times at which
// they were shown, the chain's heads as they were heard, and the frames kept.
type challenge struct {
	ID       string
	Seed     []byte
	Started  time.Time
	FramesBy time.Time
	Prompts  []shown
	Over     bool
	Heads    []heard `json:",omitempty"`
	Batches  []batch `json:",omitempty"` // without gaps, in order
}

// shown is a prompt; the times are zero until it was revealed.
type shown struct {
	Kind    liveness.Prompt
	Colours []liveness.Colour `json:",omitempty"` // of the screen's light
	From    time.Time         `json:",omitzero"`
	Until   time.Time         `json:",omitzero"`
}

// lasts is how long the prompt is due.
func (p *shown) lasts(each time.Duration) time.Duration {
	if p.Kind == liveness.ScreenLight {
		return liveness.LightMillis * time.Millisecond
	}
	return each
}

// heard is a chain head with the time of its receipt.
type heard struct {
	Frames int
	Head   string
	At     time.Time
}

// batch is a run of frames in the evidence.
type batch struct {
	Name   string
	First  int
	Frames int
}

// received is how many frames were kept, from the first on.
func (c *challenge) received() int {
	if len(c.Batches) == 0 {
		return 0
	}
	last := c.Batches[len(c.Batches)-1]
	return last.First + last.Frames
}

// lastHead is how many frames the last head stands for.
func (c *challenge) lastHead() int {
	if len(c.Heads) == 0 {
		return 0
	}
	return c.Heads[len(c.Heads)-1].Frames
}

// revealed is how many prompts were shown.
func (c *challenge) revealed() int {
	n := 0
	for n < len(c.Prompts) && !c.Prompts[n].From.IsZero() {
		n++
	}
	return n
}

// straight is how long the citizen looks straight ahead before the first prompt:
// every movement is held against that look.
const straight = 1500 * time.Millisecond

// reveal shows the prompt that is due at a head's receipt: the first some time
// after the first head, each other once the one before has had its time. A line
// that stalls thus prolongs the recording and skips nothing.
func (c *challenge) reveal(now time.Time, each time.Duration) {
	n := c.revealed()
	switch {
	case len(c.Heads) == 0 || now.Before(c.Heads[0].At.Add(straight)):
	case c.Over || n > 0 && now.Before(c.Prompts[n-1].Until):
	case n == len(c.Prompts):
		c.Over = true
	default:
		p := &c.Prompts[n]
		p.From, p.Until = now, now.Add(p.lasts(each))
	}
}

const seedSize = 32

// draw returns a uniform number below k. The first error of the source of
// randomness stays in failed.
func (s *Service) draw(failed *error) func(k int) int {
	return func(k int) int {
		n, err := rand.Int(s.Random, big.NewInt(int64(k)))
		if err != nil {
			*failed = errors.Join(*failed, err)
			return 0
		}
		return int(n.Int64())
	}
}

func (s *Service) newChallenge(now time.Time, in api.ChallengeRequest) (*challenge, error) {
	seed := make([]byte, seedSize)
	if _, err := io.ReadFull(s.Random, seed); err != nil {
		return nil, err
	}
	var failed error
	pick := s.draw(&failed)
	series, err := liveness.NewSeries(s.rules.Prompts, pick)
	if err != nil {
		return nil, err
	}
	c := &challenge{ID: newID(), Seed: seed, Started: now, FramesBy: now.Add(s.rules.FramesIn)}
	for _, kind := range series {
		c.Prompts = append(c.Prompts, shown{Kind: kind})
	}
	if !in.MovementOnly {
		c.Prompts = append(c.Prompts, shown{Kind: liveness.ScreenLight, Colours: liveness.NewColours(pick)})
	}
	return c, failed
}

const (
	// silence is after how long without a head a line is taken for lost.
	silence = 30 * time.Second
	// freeLapses is how many of a citizen's recordings a lost line may end in a
	// day without counting as failed; it is also how many series more may be drawn by falling silent.
	freeLapses = 3
)

// lapsed says that the line was lost while the prompts were shown, or before
// all frames had come.
func (c *challenge) lapsed(now time.Time) bool {
	if c.Over {
		return !now.Before(c.FramesBy) && c.received() < c.lastHead()
	}
	last := c.Started
	if n := len(c.Heads); n > 0 {
		last = c.Heads[n-1].At
	}
	return now.Sub(last) >= silence
}

// StartChallenge begins the video identification. One that was under way and
// had shown a prompt counts as failed: else prompts could be drawn until they
// suit a film made before.
func (s *Service) StartChallenge(ctx context.Context, c Call, in api.ChallengeRequest) (api.Enrolment, error) {
	return s.step(ctx, c, takes(api.StepRecording), func(w *work) error {
		st := &w.State
		if st.Challenge != nil && st.Challenge.revealed() > 0 {
			if err := s.recordingFailed(w, st.Challenge.lapsed(w.now)); err != nil {
				return err
			}
		}
		if err := s.meetRecordings(w); err != nil {
			return err
		}
		if p := s.lockedOut(w, "failed too often"); p != nil {
			return keep(p)
		}
		fresh, err := s.newChallenge(w.now, in)
		if err != nil {
			return err
		}
		st.Challenge = fresh
		return w.audit("challenge", fresh.ID)
	})
}

// AskOperator takes the way past the video identification for a citizen who
// cannot do what it asks: an operator decides. It costs no try.
func (s *Service) AskOperator(ctx context.Context, c Call) (api.Enrolment, error) {
	return s.step(ctx, c, takes(api.StepRecording), func(w *work) error {
		w.State.Challenge, w.State.Verdict, w.State.Unrecorded = nil, nil, unable
		if err := s.handOver(w); err != nil {
			return err
		}
		return w.audit("ask-operator", string(unable))
	})
}

// liveFor bounds the part of a recording in which heads are heard.
const liveFor = liveness.MaxMillis * time.Millisecond

// SendHead notes the recording's chain head with the time of its receipt and
// answers with the prompt that is due.
func (s *Service) SendHead(ctx context.Context, c Call, in api.HeadRequest) (api.Challenge, error) {
	if _, err := liveness.ParseHead(in.Head); err != nil || in.Frames < 0 || in.Frames > liveness.MaxFrames {
		return api.Challenge{}, api.Fail(api.BadRequest, "head, frames")
	}
	return change(ctx, s, c, during(api.StepRecording), func(w *work) error {
		ch := w.State.Challenge
		if ch == nil || !w.now.Before(ch.Started.Add(liveFor)) {
			return api.Fail(api.ChallengeExpired, "start another challenge")
		}
		if ch.Over {
			// What is filmed after the last prompt is no part of the answer,
			// but a head that ends the recording is welcome.
			return ch.hear(in, w.now, s.rules.HeadEvery)
		}
		if err := ch.hear(in, w.now, s.rules.HeadEvery); err != nil {
			return err
		}
		ch.reveal(w.now, s.rules.PromptTime)
		return nil
	}, (*Service).renderChallenge)
}

// hear notes a head. One that comes too soon or says less than the last is
// passed over: the line may have turned two around.
func (c *challenge) hear(in api.HeadRequest, now time.Time, every time.Duration) error {
	if n := len(c.Heads); n > 0 {
		last := c.Heads[n-1]
		switch {
		case in.Frames == last.Frames && in.Head != last.Head:
			return api.Fail(api.RecordingBroken, "two heads for %d frames", in.Frames)
		case in.Frames < last.Frames, in.Frames == last.Frames && now.Sub(last.At) < every/2:
			return nil
		case now.Sub(last.At) < every/4:
			return nil
		}
	}
	c.Heads = append(c.Heads, heard{Frames: in.Frames, Head: in.Head, At: now})
	return nil
}

// renderChallenge is the challenge as the citizen sees it: one prompt at most.
func (s *Service) renderChallenge(r *record) api.Challenge {
	c := r.State.Challenge
	told := api.Challenge{
		ID: c.ID, Seed: base64.RawURLEncoding.EncodeToString(c.Seed), Prompts: len(c.Prompts),
		NextHead: int(s.rules.HeadEvery.Milliseconds()), Over: c.Over, FramesBy: c.FramesBy, Received: c.received(),
		TriesLeft: r.State.Recordings.Left(s.rules.Recordings, s.now()),
	}
	if n := c.revealed(); n > 0 && !c.Over {
		p := c.Prompts[n-1]
		told.Prompt = &api.Prompt{Index: n - 1, Kind: api.PromptKind(p.Kind), Until: p.Until}
		for _, colour := range p.Colours {
			told.Prompt.Colours = append(told.Prompt.Colours, api.Colour(colour))
			told.Prompt.Lead, told.Prompt.Slot = liveness.LeadMillis, liveness.SlotMillis
		}
	}
	return told
}
