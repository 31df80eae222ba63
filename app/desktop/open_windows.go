package desktop

import (
	"fyne.io/fyne/v2"
	"golang.org/x/sys/windows"
)

// openPath shows a file or a folder (which ends in a separator) in the program
// that the system has for it. The shell gets the path itself: of a URL it would
// read Kazakh and Russian names by the old code page, and not find them.
func openPath(_ fyne.App, path string) error {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return err
	}
	return windows.ShellExecute(0, nil, name, nil, nil, windows.SW_SHOWNORMAL)
}
