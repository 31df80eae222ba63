package main

import (
	"fmt"
	"strings"

	"qoltanba/app/api"
)

// explain is an error for the one who started the program by hand.
func explain(err error) string {
	text := "qoltanba: " + err.Error()
	if code := api.CodeOf(err); code != api.Internal {
		text += "\nhint: " + api.FailureOf(code).Remedy.EN
	}
	return text
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
