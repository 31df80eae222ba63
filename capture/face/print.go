package face

import (
	"fmt"
	"image"
	"log/slog"
)

// Print is what tells a face from another: the numbers of two networks that were trained apart. It is biometric: it prints as [redacted].
type Print struct {
	Mobile [192]float32 // MobileFaceNet, of length 1
	ResNet [128]float32 // dlib's ResNet, as it comes: its length says something too
}

// Print draws the numbers of the face that lies under the mesh. Use near-frontal pictures: beyond 20 degrees people become unlike themselves.
// The error is [ErrNoFace] where the mesh is none, [ErrNoEmbedders] where the engine was opened without the networks.
func (e *Engine) Print(img image.Image, m *Mesh) (Print, error) { return Print{}, ErrNoRuntime }

// Likeness is how alike two prints are.
type Likeness struct {
	Cosine   float64 // of MobileFaceNet's vectors, -1 to 1: higher is more alike
	Distance float64 // of the ResNet's vectors, Euclidean, 0 and more: lower is more alike
}

// Verdict is what a likeness says.
type Verdict int

// Verdicts. The zero value is the one that decides nothing.
const (
	Unsure Verdict = iota // a person has to look
	Same
	Different
)

// String names the verdict.
func (v Verdict) String() string { return [...]string{"unsure", "same", "different"}[v] }

// Compare holds two prints side by side.
func Compare(a, b *Print) Likeness { return Likeness{} }

// Verdict is Same where both networks say so, Different where both say so, and else Unsure.
func (l Likeness) Verdict() Verdict { return Unsure }

const redacted = "[redacted]"

// String tells nothing.
func (Print) String() string { return redacted }

// GoString tells nothing.
func (Print) GoString() string { return redacted }

// Format tells nothing, whatever the verb.
func (Print) Format(s fmt.State, _ rune) { _, _ = fmt.Fprint(s, redacted) }

// LogValue tells nothing.
func (Print) LogValue() slog.Value { return slog.StringValue(redacted) }
