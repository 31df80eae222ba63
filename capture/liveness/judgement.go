package liveness

import (
	"fmt"
	"log/slog"
)

// Case is all that a [Judge] needs to know: what was asked when, and what came.
type Case struct {
	Prompts []Asked // the movements, in the order in which they were asked for; [ScreenLight] is not among them
	Light   *Light  // nil when the citizen chose movement only
	Frames  []Frame // whole and verified: see [Verifier]
	Selfie  []byte  // JPEG, as package picture cleans it
}

// Asked is a movement that was asked for, with its window in milliseconds of the recording.
//
// The backend hears of the recording by heads only. From is the time of the last frame that a head stood for when the prompt was told in answer
// to it: whatever was filmed up to then was filmed without knowing the prompt. Until is the same for the head that was answered with the
// next prompt, or that ended the recording.
type Asked struct {
	Kind        Prompt
	From, Until uint32
}

// Light is the series of colours that the screen showed, with its window in milliseconds of the recording, as in [Asked]. The first colour is
// looked for at any time from From on that leaves room for the whole series before Until: the backend cannot know when the screen obeyed.
type Light struct {
	Colours     []Colour // every colour once
	Slot        uint32   // how long each was shown, ms: [SlotMillis]
	From, Until uint32
}

// Verdict is what becomes of a recording.
type Verdict string

// The verdicts. Their values are stable.
const (
	Pass     Verdict = "pass"     // it answers the challenge
	Again    Verdict = "again"    // it does not, and the citizen can do something about it: see [Reason]
	Operator Verdict = "operator" // it does, but the machine cannot settle whether it may count
)

// Reason is the one thing that stood in the way. The values are stable: they are the keys of sentences in three languages.
type Reason string

// Reasons to try again. Each is something that the person before the camera can do better.
const (
	Faltered     Reason = "faltered"      // too few frames, or far apart: the camera or the computer could not keep up
	FaceLost     Reason = "face-lost"     // the face left the picture
	MoreFaces    Reason = "more-faces"    // somebody else was in the picture
	TooFar       Reason = "too-far"       // the face is too small to be measured
	TooDark      Reason = "too-dark"      // so is its light
	TooBright    Reason = "too-bright"    // or it is burnt out
	NotStraight  Reason = "not-straight"  // the recording did not begin with the face turned to the camera and still
	NotDone      Reason = "not-done"      // a movement was not made, or not far enough; Judgement.Prompt says which
	OtherDone    Reason = "other-done"    // another movement was made than the one asked for
	NotBack      Reason = "not-back"      // the head did not come back to the middle after a movement
	TurnSlower   Reason = "turn-slower"   // the turns were made, but no picture of them was sharp enough to look at
	Jumped       Reason = "jumped"        // the picture jumped: the camera was moved, or the light went on
	LightUnclear Reason = "light-unclear" // the screen's light cannot be made out on the face: a darker room helps, movement only is the other way
)

// Reasons for an operator. A citizen is told only that somebody will look at it: none of them is proof of anything. The last two say
// only what a machine's pass lacks.
const (
	OtherPerson   Reason = "other-person"   // not, or not surely, the person of the selfie
	PersonChanged Reason = "person-changed" // not, or not surely, the same person from beginning to end
	NotSolid      Reason = "not-solid"      // the pictures of the turned head lack the parallax of a head
	LightDiffers  Reason = "light-differs"  // the face shows a clear series of colours, and another one than the screen's
	ClockTooEven  Reason = "clock-too-even" // the frames came more evenly than cameras and computers send them
	FramesRepeat  Reason = "frames-repeat"  // pictures come again
	BlinkUnseen   Reason = "blink-unseen"   // nothing speaks against it, but the eyes were not seen to close: glasses hide it, and so does a mask
	LightLeftOut  Reason = "light-left-out" // nor here, but without the screen's light a film cut to the prompts cannot be told from a person
)

// Judgement is what a [Judge] finds.
type Judgement struct {
	Verdict  Verdict
	Reason   Reason // "" with Pass
	Prompt   int    // index into Case.Prompts of the movement that the reason is about, -1 where it is about none
	Findings []Finding
}

// Finding is one measurement, kept for the operator and for those who set the thresholds.
type Finding struct {
	Check  Check
	Prompt int     // index into Case.Prompts, -1 where it is about none
	Value  float64 // measured; finite
	Limit  float64 // of thresholds.json
	OK     bool
	Soft   bool // alone it refuses nobody: without it a person may have to look
}

// Check names a measurement. The values are stable; package documentation and thresholds.json tell what they mean.
type Check string

// The checks, with the unit of their value. Hold against the limit: least means that the value must reach it, most that it must not pass it.
const (
	CheckFrames      Check = "frames"       // frames a second, least
	CheckGap         Check = "gap"          // longest time between two frames, ms, most
	CheckClock       Check = "clock"        // largest deviation of the intervals from an even clock, ms, least
	CheckRepeat      Check = "repeat"       // frames that are like an earlier one, most
	CheckJump        Check = "jump"         // largest step of the face between two frames, in face widths, most
	CheckFace        Check = "face"         // share of frames with a face, least
	CheckMoreFaces   Check = "more-faces"   // frames with more than one face, most
	CheckWidth       Check = "width"        // of the face at the beginning, pixels, least
	CheckDark        Check = "dark"         // brightness of the face, 0 to 1, least
	CheckGlare       Check = "glare"        // share of the face that is burnt out, most
	CheckNeutral     Check = "neutral"      // ms until the face was straight and still, most
	CheckMovement    Check = "movement"     // how far a prompt's movement went, in units of what is asked, least
	CheckOther       Check = "other"        // how far another movement went in a prompt's window, in the same units, most
	CheckBack        Check = "back"         // what was left of the movement at its window's end, in the same units, most
	CheckBlink       Check = "blink"        // deepest dip of both lids' distance when asked to blink, share of what is usual in that pose, most; soft
	CheckEyesClosed  Check = "eyes-closed"  // least of both eyes' usual pattern of pixels that was left in a blink anywhere, share, most; soft
	CheckTurnFrames  Check = "turn-frames"  // frames to each side by which a turn can be looked at, least
	CheckParallax    Check = "parallax"     // of the turned head: 1 is an ideal head, 0 a sheet; least
	CheckDepth       Check = "depth"        // correlation of that parallax with the depth of a face, least
	CheckNodParallax Check = "nod-parallax" // parallax of the head looking up or down, least; soft
	CheckSelfie      Check = "selfie"       // likeness to the selfie, cosine of the first network; the verdict is that of both
	CheckSamePerson  Check = "same-person"  // least likeness between near-frontal frames and the first of them, the same
	CheckContinuity  Check = "continuity"   // least likeness of any frame looked at, turned ones among them, least
	CheckLightSignal Check = "light-signal" // strength of the colour series over its noise, least; soft
	CheckLightOrder  Check = "light-order"  // correlation with the order that was shown, -1 to 1, least; soft
)

// String tells what was found without a word about the person.
func (f Finding) String() string {
	mark := "ok"
	switch {
	case !f.OK && f.Soft:
		mark = "soft"
	case !f.OK:
		mark = "not ok"
	}
	if f.Prompt >= 0 {
		return fmt.Sprintf("%s[%d] %.3g (%.3g) %s", f.Check, f.Prompt, f.Value, f.Limit, mark)
	}
	return fmt.Sprintf("%s %.3g (%.3g) %s", f.Check, f.Value, f.Limit, mark)
}

// LogValue is the verdict and its reason: measurements of a face are no matter for a log.
func (j Judgement) LogValue() slog.Value {
	return slog.StringValue(fmt.Sprintf("%s %s", j.Verdict, j.Reason))
}

// String redacts the selfie and the frames.
func (c Case) String() string { return fmt.Sprintf("case of %d frames", len(c.Frames)) }

// GoString is String.
func (c Case) GoString() string { return c.String() }

// Format is String for every verb.
func (c Case) Format(s fmt.State, _ rune) { _, _ = fmt.Fprint(s, c.String()) }

// LogValue is String.
func (c Case) LogValue() slog.Value { return slog.StringValue(c.String()) }
