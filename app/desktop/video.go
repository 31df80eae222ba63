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
	m := screen.VideoIntroModel{MovementOnly: w.typed.movementOnly, Muted: w.muted()}
	m.Reason, m.Remedy = w.again(words)
	return screen.NewVideoIntro(words, m, screen.VideoIntroActions{
		MovementOnly: func(on bool) { w.typed.movementOnly = on },
		Sound:        w.soundSwitch(),
		Cannot:       func() { w.cannot(true) },
		Start:        w.record, Back: w.back(),
	})
}

func (w *Window) cannot(on bool) {
	w.typed.cannot = on
	w.show(false)
}

// record runs the video identification until it is over, was cancelled, or failed.
func (w *Window) record() {
	ctx, cancel := context.WithCancel(w.ctx)
	w.stopRecording = cancel
	source, stop := w.feed.record()
	wish := api.ChallengeRequest{MovementOnly: w.typed.movementOnly}
	w.do("record", func(context.Context) error {
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
	return m
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

const mutedKey = "muted"

// muted says that the citizen wants to hear nothing.
func (w *Window) muted() bool { return w.app.Preferences().Bool(mutedKey) }

// soundSwitch turns sounds on and off; nil where there is nothing to hear.
func (w *Window) soundSwitch() func(on bool) {
	if w.cfg.Sounds == nil {
		return nil
	}
	return func(on bool) { w.app.Preferences().SetBool(mutedKey, !on) }
}
