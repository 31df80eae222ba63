package liveness

import (
	"errors"
	"slices"
)

// Prompt is one movement that a citizen is asked to make. The values go over the wire.
type Prompt string

// The prompts. Left and right are the citizen's own.
const (
	TurnLeft   Prompt = "turn-left"
	TurnRight  Prompt = "turn-right"
	LookUp     Prompt = "look-up"
	LookDown   Prompt = "look-down"
	Blink      Prompt = "blink"
	ComeCloser Prompt = "come-closer"

	// ScreenLight is the last prompt, and no movement: to hold still and look at the screen while it shows a series of colours. It is left
	// out where the citizen chose movement only.
	ScreenLight Prompt = "light"
)

// Movements returns the prompts that are movements.
func Movements() []Prompt {
	return []Prompt{TurnLeft, TurnRight, LookUp, LookDown, Blink, ComeCloser}
}

// A series has between three head movements with a blink, and every prompt once.
const (
	MinPrompts = 4
	MaxPrompts = 6
)

// NewSeries chooses n prompts without repetition, in random order: always both turns, which show that a head is solid, one look up or
// down, and a blink, which no mask makes; then any others. pick(k) returns a uniform number below k and must be unpredictable: use crypto/rand.
func NewSeries(n int, pick func(k int) int) ([]Prompt, error) {
	if n < MinPrompts || n > MaxPrompts {
		return nil, errors.New("a series has 4 to 6 prompts")
	}
	series := []Prompt{TurnLeft, TurnRight, Blink}
	looks := []Prompt{LookUp, LookDown}
	i := pick(len(looks))
	series = append(series, looks[i])
	rest := append(slices.Delete(looks, i, i+1), ComeCloser)
	for len(series) < n {
		i := pick(len(rest))
		series = append(series, rest[i])
		rest = slices.Delete(rest, i, i+1)
	}
	shuffle(series, pick)
	return series, nil
}
