// Package icons embeds the pictures of the interface as SVG files, drawn for this project.
//
// Four colours in a file are places that the theme fills (see PROVENANCE.md), so that one drawing serves the light and the dark look.
package icons

import (
	"embed"
	"fmt"
)

//go:embed *.svg
var files embed.FS

// AppPNG is the application's icon, 512 × 512 pixels.
//
//go:embed app.png
var AppPNG []byte

// SVG returns the drawing called name (the file's name without its extension).
// An unknown name is a mistake in the program and panics.
func SVG(name string) []byte {
	data, err := files.ReadFile(name + ".svg")
	if err != nil {
		panic(fmt.Sprintf("icons: no drawing %q", name))
	}
	return data
}
