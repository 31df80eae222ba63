//go:build demo

package service

import (
	"encoding/base64"
	"encoding/binary"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/backend/identity"
	"qoltanba/capture/liveness"
)

// Recordings that no program of ours sends end in a clear refusal, cost the
// service next to nothing and change nothing: too many frames, too few, huge
// ones, and times that are none.
func TestAbuseRecordings(t *testing.T) {
	t.Parallel()
	a := open(t, judged(&prompter{}, identity.Accept))
	c := a.citizen(t, "aigul")
	c.before()
	do(c, api.StartChallenge, api.ChallengeRequest{})
	zeros := strings.Repeat("0", 64)
	before := a.kept(t)
	for name, text := range map[string]string{
		"100,000 frames":    `{"frames":100000,"head":"` + zeros + `"}`,
		"601 frames":        `{"frames":601,"head":"` + zeros + `"}`,
		"fewer than none":   `{"frames":-1,"head":"` + zeros + `"}`,
		"half a frame":      `{"frames":1.5,"head":"` + zeros + `"}`,
		"NaN frames":        `{"frames":NaN,"head":"` + zeros + `"}`,
		"infinitely many":   `{"frames":1e999,"head":"` + zeros + `"}`,
		"a head of nothing": `{"frames":1,"head":""}`,
	} {
		_, p, _ := c.forge(forgery{method: http.MethodPost, path: c.path("/challenge/heads"), kind: "application/json", body: []byte(text)})
		if p.Code != api.BadRequest {
			t.Errorf("a head of %s: %s", name, p.Code)
		}
	}
	good, err := oneBatch()
	if err != nil {
		t.Fatal(err)
	}
	const index, millis, length = 7, 11, 15 // of the first frame, from the batch's beginning
	changed := func(at int, value uint32) []byte {
		b := slices.Clone(good)
		binary.BigEndian.PutUint32(b[at:], value)
		return b
	}
	counted := slices.Clone(good)
	binary.BigEndian.PutUint16(counted[5:], 65_535)
	for name, batch := range map[string][]byte{
		"frame 100,000":               changed(index, 100_000),
		"a time of NaN":               changed(millis, 0x7FC00000),
		"a time of infinity":          changed(millis, 0x7F800000),
		"a time past the end":         changed(millis, liveness.MaxMillis+1),
		"a frame of 4 GB":             changed(length, 0xFFFFFFFF),
		"65,535 frames in a batch":    counted,
		"a frame of 10,000 × 10,000":  batchOf(t, inflated(t, 10_000)),
		"a frame of 65,535 × 65,535":  batchOf(t, inflated(t, 65_535)),
		"a frame larger than allowed": batchOf(t, append(slices.Clone(onePhoto()), make([]byte, liveness.MaxFrameBytes)...)),
		"a frame that is no picture":  batchOf(t, []byte("GIF89a")),
	} {
		if _, p, _ := c.forge(forgery{method: http.MethodPost, path: c.path("/challenge/frames"), kind: "application/octet-stream", body: batch}); p.Code != api.RecordingBroken {
			t.Errorf("%s: %s", name, p.Code)
		}
	}
	before.same(t, "a bad recording", a.kept(t))
	c.shortFilm()
}

// batchOf is a batch of one frame, whatever that is.
func batchOf(t *testing.T, frame []byte) []byte {
	t.Helper()
	b := liveness.NewBatch(nil)
	binary.BigEndian.PutUint16(b[5:], 1)
	b = binary.BigEndian.AppendUint32(b, 0)
	b = binary.BigEndian.AppendUint32(b, 100)
	b = binary.BigEndian.AppendUint32(b, uint32(len(frame)))
	return append(b, frame...)
}

func (c *citizen) seed() []byte {
	c.Helper()
	seed, err := base64.RawURLEncoding.DecodeString(c.e.Challenge.Seed)
	if err != nil {
		c.Fatal(err)
	}
	return seed
}

// shortFilm answers the whole challenge with one frame, and is refused.
func (c *citizen) shortFilm() {
	c.Helper()
	chain, err := liveness.NewChain(c.seed())
	if err != nil {
		c.Fatal(err)
	}
	batch, err := oneBatch()
	if err != nil {
		c.Fatal(err)
	}
	frames, err := liveness.ParseBatch(batch)
	if err != nil {
		c.Fatal(err)
	}
	if err := chain.Append(&frames[0]); err != nil {
		c.Fatal(err)
	}
	_, head := chain.Head()
	for over := false; !over; {
		c.a.clock.advance(500 * time.Millisecond)
		told, err := ask(c, api.SendHead, api.HeadRequest{Frames: 1, Head: head.String()})
		if err != nil {
			c.Fatal(err)
		}
		over = told.Over
	}
	if _, err := ask(c, api.SendFrames, api.Frames(batch)); err != nil {
		c.Fatal(err)
	}
	if p := refused(c, api.RecordingBroken, api.FinishRecording, api.None{}); p.TriesLeft == nil || *p.TriesLeft != 3 && *p.TriesLeft != 2 {
		c.Errorf("a recording of one frame: %v", p)
	}
	c.read()
	c.at(api.StepRecording)
}
