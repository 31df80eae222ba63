package desktop

import (
	"context"
	"image/color"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/desktop/guide"
	"qoltanba/app/desktop/screen"
	"qoltanba/app/desktop/wording"
	"qoltanba/capture/liveness"
)

func (w *Window) recordingIntro(words *wording.Words) screen.Screen {
	if w.typed.cannot {
		return screen.NewCannot(words, screen.CannotActions{
			Next: func() { w.do("ask operator", w.journey.AskOperator) },
			Back: func() { w.cannot(false) },
		})
	}
	if w.settling.on {
		return screen.NewVideo(words, w.videoModel(), screen.VideoActions{Stop: w.stopSettling, Sound: w.soundSwitch()})
	}
	m := screen.VideoIntroModel{MovementOnly: w.typed.movementOnly, Muted: w.muted()}
	m.Reason, m.Remedy = w.again(words)
	return screen.NewVideoIntro(words, m, screen.VideoIntroActions{
		MovementOnly: func(on bool) { w.typed.movementOnly = on },
		Sound:        w.soundSwitch(),
		Cannot:       func() { w.cannot(true) },
		Start:        w.beginSettling, Back: w.back(),
	})
}

func (w *Window) cannot(on bool) {
	w.typed.cannot = on
	w.show(false)
}

// settling is the time before the recording in which the citizen's own straight look is found, by which movements are measured.
type settling struct {
	on    bool
	since time.Time
	ended bool // the recording begins
}

// settleTime is how long a straight look is waited for; then the recording begins all the same, as the backend may find it.
const settleTime = 12 * time.Second

func (w *Window) beginSettling() {
	w.settling = settling{on: true, since: time.Now()}
	w.hear("ahead")
	w.settle()
	w.show(false)
}

func (w *Window) stopSettling() {
	if w.settling.on {
		w.endRecording()
		w.settling = settling{}
		w.show(false)
	}
}

// settle begins the recording once the straight look is known, or nobody is there to find it.
func (w *Window) settle() {
	if !w.settling.on || w.settling.ended || w.state.Busy {
		return
	}
	found := w.seen.purpose == watchVideo && w.seen.progress.Neutral
	if found || w.watch.sight.Load() == blind || time.Since(w.settling.since) > settleTime {
		w.settling.ended = true
		w.record()
	}
}

// record runs the video identification until it is over, was cancelled, or failed.
func (w *Window) record() {
	ctx, cancel := context.WithCancel(w.ctx)
	w.stopRecording = cancel
	source, stop := w.feed.record()
	wish := api.ChallengeRequest{MovementOnly: w.typed.movementOnly}
	w.do("record", func(context.Context) error {
		defer w.ui(w.stopSettling) // also where the recording did not even begin
		defer cancel()
		defer stop()
		return w.journey.Record(ctx, wish, source)
	})
}

func (w *Window) endRecording() {
	if w.stopRecording != nil {
		w.stopRecording()
	}
}

func (w *Window) recording(words *wording.Words) screen.Screen {
	if w.lit() {
		now, _ := w.light.At(time.Now())
		return screen.NewLight(words, now, w.endRecording)
	}
	return screen.NewVideo(words, w.videoModel(), screen.VideoActions{Stop: w.endRecording, Sound: w.soundSwitch()})
}

func (w *Window) videoModel() screen.VideoModel {
	r := w.state.Recording
	m := screen.VideoModel{Prompt: screen.PromptAhead, Total: r.Prompts, Upload: -1, Muted: w.muted()}
	switch {
	case r.Over:
		m.Done, m.Upload = r.Prompts, 0
		if r.Frames > 0 {
			m.Upload = float32(r.Sent) / float32(r.Frames)
		}
	case r.Prompt != nil:
		m.Prompt, m.Done = prompts[r.Prompt.Kind], r.Prompt.Index
	}
	if w.seen.purpose == watchVideo {
		w.guideVideo(&m)
	}
	return m
}

// guideVideo adds what is seen of the face.
func (w *Window) guideVideo(m *screen.VideoModel) {
	m.Live.Outline = w.seen.outline
	hint := screen.Hint(w.seen.remark)
	if p := w.state.Recording.Prompt; p != nil && w.seen.prompt == p.Index {
		m.Live.Share, m.Reached = float32(w.seen.progress.Fraction), w.seen.progress.Reached
		if hint != screen.HintNoFace && hint != screen.HintOneFace { // a head that moves is not to be told of light
			hint = screen.HintNone
			if w.seen.progress.Other != "" && !m.Reached {
				hint = screen.HintOther
			}
		}
	}
	m.Hint = hint
}

var prompts = map[api.PromptKind]screen.Prompt{
	api.TurnLeft: screen.PromptLeft, api.TurnRight: screen.PromptRight, api.LookUp: screen.PromptUp,
	api.LookDown: screen.PromptDown, api.Blink: screen.PromptBlink, api.ComeCloser: screen.PromptCloser,
}

// lit says that the prompt that is due asks for the light of the screen.
func (w *Window) lit() bool {
	p := w.state.Recording.Prompt
	return p != nil && p.Kind == api.Light && !w.state.Recording.Over
}

// prompted prepares what a new prompt needs, before its screen is built.
func (w *Window) prompted(before *api.Prompt) {
	p := w.state.Recording.Prompt
	if p == nil || before != nil && before.Index == p.Index {
		return
	}
	w.hear(asked[p.Kind]...)
	if w.lit() {
		w.light = guide.Glow{Began: time.Now(), Slot: time.Duration(p.Slot) * time.Millisecond}
		for _, c := range p.Colours {
			r, g, b := liveness.Colour(c).RGB()
			w.light.Colours = append(w.light.Colours, color.NRGBA{R: uint8(255 * r), G: uint8(255 * g), B: uint8(255 * b), A: 255})
		}
		w.work.Go(w.shine)
	}
}

// shine keeps the light going until its prompt is over.
func (w *Window) shine() {
	tick := time.NewTicker(time.Second / 30)
	defer tick.Stop()
	for on := true; on; {
		select {
		case <-w.ctx.Done():
			return
		case <-tick.C:
		}
		goes := make(chan bool, 1)
		w.ui(func() {
			shown, ok := w.shown.(*screen.Light)
			colour, over := w.light.At(time.Now())
			if ok {
				shown.Shine(colour)
			}
			goes <- ok && !over
		})
		select {
		case on = <-goes:
		case <-w.ctx.Done():
			return
		}
	}
}

func (w *Window) judging(words *wording.Words) screen.Screen {
	return screen.NewJudging(words, w.judgingModel())
}

// judgingModel says how far the wait is by the backend's own guess.
func (w *Window) judgingModel() screen.JudgingModel {
	i := w.state.Enrolment.Identification
	if i == nil || i.Expected == nil || !i.Expected.After(i.Since) {
		return screen.JudgingModel{Share: -1}
	}
	over := time.Since(i.Since).Seconds() / i.Expected.Sub(i.Since).Seconds()
	return screen.JudgingModel{Share: float32(min(max(over, 0.02), 0.95))}
}
