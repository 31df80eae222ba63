//go:build demo

package desktop

import (
	"qoltanba/app/api"
	"qoltanba/app/journey"
)

// Rehearse shows the video identification without the way to it, at a prompt that stays: for measurements.
func (w *Window) Rehearse() {
	s := w.state
	s.Stage = journey.StageRecording
	s.Recording = journey.Recording{Prompts: 5, Prompt: &api.Prompt{Index: 1, Kind: api.TurnLeft}}
	w.apply(s)
}

// Guided says that a face is watched and was found.
func (w *Window) Guided() bool { return w.seen.outline != nil }
