//go:build !windows

package desktop

import (
	"net/url"

	"fyne.io/fyne/v2"
)

// openPath shows a file or a folder (which ends in a separator) in the program
// that the system has for it.
func openPath(a fyne.App, path string) error { return a.OpenURL(&url.URL{Scheme: "file", Path: path}) }
