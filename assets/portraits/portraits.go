//go:build demo

// Package portraits holds public-domain portraits for the demonstration. PROVENANCE.md names the source and the rights of each.
package portraits

import _ "embed"

// Astronaut is a JPEG of 360×270 pixels: a woman who looks at the camera, head and shoulders.
//
//go:embed astronaut.jpg
var Astronaut []byte
