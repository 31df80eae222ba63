//go:build demo

// Package puppet brings one photograph of a face to life: a mesh that turns, nods, tilts, blinks, comes closer and reflects the light of a
// screen. It is the sample citizen of the demonstration, and it plays the impostors that the judge of a recording has to refuse.
//
// A [Puppet] is the body, a [Stage] draws it in a [Pose], and [Film] plays a whole recording after a [Script], as an honest citizen or as
// one of the impostors named by [Kind].
//
// What is drawn depends on portrait, pose, conditions and seed only, never on the clock: equal arguments give equal bytes.
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
