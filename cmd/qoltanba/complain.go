package main

import "qoltanba/app/api"

// explain is an error for the one who started the program by hand.
func explain(err error) string {
	text := "qoltanba: " + err.Error()
	if code := api.CodeOf(err); code != api.Internal {
		text += "\nhint: " + api.FailureOf(code).Remedy.EN
	}
	return text
}
