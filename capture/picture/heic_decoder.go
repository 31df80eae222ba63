//go:build nodynamic

package picture

import "github.com/gen2brain/heic"

// Without the tag the package would load libheif of the system, outside of any sandbox; with it the decoder is WebAssembly.
func init() { decodeHEIC = heic.Decode }
