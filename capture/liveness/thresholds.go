package liveness

import (
	_ "embed"
	"encoding/json"
	"fmt"
)

//go:embed thresholds.json
var thresholdsFile []byte

// Threshold is an entry of thresholds.json: a number, what it rests on, and how to measure it anew.
type Threshold struct {
	Value    float64 `json:"value"`
	Unit     string  `json:"unit"`
	For      string  `json:"for"`      // what it decides
	Measured string  `json:"measured"` // the measurement behind it, or that there is none
	Repeat   string  `json:"repeat"`   // the command that measures it again, or the norm
}

// Thresholds returns the numbers by which a [Judge] decides, by name.
func Thresholds() (map[string]Threshold, error) {
	all := map[string]Threshold{}
	if err := json.Unmarshal(thresholdsFile, &all); err != nil {
		return nil, fmt.Errorf("read thresholds.json: %w", err)
	}
	return all, nil
}

// limits are the thresholds as the code uses them.
type limits struct {
	turn, look, closer, blink, blinkTremor, back, other              float64
	stillDegrees, stillWidth, straightYaw, straightPitch             float64
	straightRoll, drift, driftWidth                                  float64
	stillMillis, lidMillis, backMillis, straightMillis, lateMillis   uint32
	rate, gap, evenClock, repeatDiff, repeats, jump, faceShare       float64
	width, dark, glare, moreFaces                                    float64
	solidLeast, solidMost, turnFrames, parallax, depth               float64
	frontal, continuity, lightSignal, lightOrder                     float64
	lightOtherSignal, lightOtherOrder, lightOtherMost, lightSettling float64
	lidShut, lidOpen, lidRest, lidStrength                           float64
	lidMost                                                          uint32
}

var limit = readLimits()

// readLimits panics on a name that is missing: the file is part of the program.
func readLimits() limits {
	all, err := Thresholds()
	if err != nil {
		panic(err)
	}
	v := func(name string) float64 {
		t, ok := all[name]
		if !ok {
			panic("thresholds.json has no " + name)
		}
		return t.Value
	}
	ms := func(name string) uint32 { return uint32(v(name)) }
	return limits{
		turn: v("turn"), look: v("look"), closer: v("closer"), blink: v("blink"), blinkTremor: v("blink_tremor"), back: v("back"), other: v("other"),
		stillDegrees: v("still_degrees"), stillWidth: v("still_width"), straightYaw: v("straight_yaw"), straightPitch: v("straight_pitch"),
		straightRoll: v("straight_roll"), drift: v("drift"), driftWidth: v("drift_width"),
		stillMillis: ms("still_time"), lidMillis: ms("lid_time"), backMillis: ms("back_time"), straightMillis: ms("straight_time"), lateMillis: ms("late_time"),
		rate: v("rate"), gap: v("gap"), evenClock: v("even_clock"), repeatDiff: v("repeat_difference"), repeats: v("repeats"), jump: v("jump"),
		faceShare: v("face_share"), width: v("width"), dark: v("dark"), glare: v("glare"), moreFaces: v("more_faces"),
		solidLeast: v("solid_least"), solidMost: v("solid_most"), turnFrames: v("turn_frames"), parallax: v("parallax"), depth: v("depth"),
		frontal: v("frontal"), continuity: v("continuity"), lightSignal: v("light_signal"), lightOrder: v("light_order"),
		lightOtherSignal: v("light_other_signal"), lightOtherOrder: v("light_other_order"), lightOtherMost: v("light_other_most"),
		lightSettling: v("light_settling"),
		lidShut:       v("lid_shut"), lidOpen: v("lid_open"), lidRest: v("lid_rest"), lidStrength: v("lid_strength"), lidMost: ms("lid_most"),
	}
}
