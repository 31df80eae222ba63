//go:build demo

package main

import (
	"qoltanba/assets/models/embedders"
	"qoltanba/capture/face"
)

// openMatcher gives support staff the networks that tell faces apart.
func openMatcher(library string) (*face.Engine, error) {
	return face.OpenMatcher(library, face.Embedders{Mobile: embedders.MobileFaceNet, ResNet: embedders.ResNet})
}
