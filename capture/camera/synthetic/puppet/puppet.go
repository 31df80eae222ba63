//go:build demo

// Package puppet brings one photograph of a face to life: a mesh that turns, nods, tilts, blinks, comes closer and reflects the light of a
// screen. It is the sample citizen of the demonstration, and it plays the impostors that the judge of a recording has to refuse.
//
// A [Puppet] is the body, a [Stage] draws it in a [Pose], and [Film] plays a whole recording after a [Script], as an honest citizen or as
// one of the impostors named by [Kind].
//
// What is drawn depends on portrait, pose, conditions and seed only, never on the clock: equal arguments give equal bytes.
//
// # How it is made
//
// The landmarks of the portrait are the vertices of the face, with the depth that FaceMesh reads out of it. Around it lies a membrane of rings:
// the head falls back and turns with the face, neck and shoulders follow less and less, and the rest stays. Nothing is cut out of the picture,
// so no seam shows; behind it lies the same picture, out of focus and without the head. Lids close over eyeballs that stay where they are,
// with skin from beneath the eye and a dark line of lashes. Light is what a matt surface makes of it, as a ratio to the portrait's own.
//
// To look at it: go test -tags demo ./capture/camera/synthetic/puppet -run Look -pictures FOLDER.
//
// # What it costs
//
// Processor time for a picture of 640x480, on one of two busy cores (go test -tags demo -bench . ./capture/camera/synthetic/...; the wall clock said
// nothing there, so it was taken from getrusage, 60 pictures, median of three): drawing 14 ms, grain and colours 3.5 ms. The flat relief which it
// replaced took 30 ms in the same minutes, as it encoded JPEG, which the reader then had to decode. Nothing is allocated.
//
// # What it cannot show
//
// Its depth is what FaceMesh reads out of a photograph, thus it fits that network better than heads do. No threshold of a judge may be chosen
// by it.
package puppet

// Pose is how a head is held and lit. Angles are degrees in the picture as taken, which is not mirrored. The zero value is the portrait itself.
type Pose struct {
	Yaw   float64 // -30 to 30; positive turns to the picture's right, the person's own left
	Pitch float64 // -22 to 22; positive looks down
	Roll  float64 // -30 to 30; positive tilts clockwise in the picture
	Blink float64 // 0 open to 1 closed
	Near  float64 // -0.4 (farther) to 0.5 (closer): the distance is 1-Near of the usual one
	TX    float64 // face widths to the picture's right
	TY    float64 // face widths down
	Light RGB     // that a screen adds to the skin, as a share of the skin's own light
}

// RGB is linear light in three channels.
type RGB [3]float64
