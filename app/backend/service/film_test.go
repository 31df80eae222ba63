//go:build demo

package service

import (
	"image"
	"time"

	"qoltanba/app/api"
	"qoltanba/capture/liveness"
)

// record films and sends the video identification; the frames are sent at the
// end, as on a slow line.
func (c *citizen) record() []byte {
	c.Helper()
	do(c, api.StartChallenge, api.ChallengeRequest{})
	ch := c.film()
	return c.sendFrames(ch)
}

func (c *citizen) film() *liveness.Recorder {
	c.Helper()
	rec, err := liveness.NewRecorder(c.seed(), c.a.clock.now())
	if err != nil {
		c.Fatal(err)
	}
	seen := map[api.PromptKind]bool{}
	for n, over := 0, false; !over; n++ {
		for range 5 {
			c.a.clock.advance(100 * time.Millisecond)
			img := image.NewGray(image.Rect(0, 0, 64, 48))
			for i := range img.Pix {
				img.Pix[i] = byte(i*(n+3) + c.a.clock.now().Nanosecond()/1e6)
			}
			if _, err := rec.Offer(img, c.a.clock.now()); err != nil {
				c.Fatal(err)
			}
		}
		frames, head := rec.Head()
		told, err := ask(c, api.SendHead, api.HeadRequest{Frames: frames, Head: head.String()})
		if err != nil {
			c.Fatal(err)
		}
		if told.Prompt != nil {
			seen[told.Prompt.Kind] = true
			if c.onPrompt != nil {
				c.onPrompt(*told.Prompt)
			}
		}
		over = told.Over
	}
	if len(seen) != c.e.Challenge.Prompts || len(seen) < 3 {
		c.Fatalf("saw prompts %v of %d", seen, c.e.Challenge.Prompts)
	}
	return rec
}

func (c *citizen) sendFrames(rec *liveness.Recorder) (last []byte) {
	c.Helper()
	for {
		batch, n := rec.Batch(nil)
		if n == 0 {
			break
		}
		last = batch
		told, err := ask(c, api.SendFrames, api.Frames(batch))
		if err != nil {
			c.Fatal(err)
		}
		rec.Received(told.Received, len(batch), time.Second)
	}
	do(c, api.FinishRecording, api.None{})
	return last
}
