package main

import (
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/windows"

	"qoltanba/app/api"
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

// apologise is an error for the citizen, in the three languages, as nothing
// more is known of them yet.
func apologise(err error) string {
	code := api.CodeOf(err)
	if code == api.Internal {
		return err.Error()
	}
	var text strings.Builder
	for _, language := range api.Languages() {
		f := api.FailureOf(code)
		fmt.Fprintf(&text, "%s %s\n\n", f.Sentence.In(language), f.Remedy.In(language))
	}
	return text.String() + string(code)
}
