package main

import (
	"fmt"
	"os"

	"golang.org/x/sys/windows"
)

// complain tells why the program ends. A release has no console: it tells the
// citizen in a message of the system.
func complain(err error) {
	fmt.Fprintln(os.Stderr, explain(err))
	if demoBuild {
		return
	}
	text, textErr := windows.UTF16PtrFromString(apologise(err))
	title, titleErr := windows.UTF16PtrFromString("Qoltanba")
	if textErr == nil && titleErr == nil {
		_, _ = windows.MessageBox(0, text, title, windows.MB_OK|windows.MB_ICONERROR|windows.MB_SETFOREGROUND)
	}
}
