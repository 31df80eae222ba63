// Package autostart has a program started with the user's session, and undoes
// that: by a desktop entry (XDG autostart), the Run key of Windows' registry, or
// a launch agent of macOS. Nothing is set for other users.
package autostart

import "errors"

// Entry is a program that starts with the session.
type Entry struct {
	ID      string // of the entry, such as kz.qoltanba.companion
	Name    string // as a person reads it in the system's list
	Program string // path
	Args    []string
}

// ErrQuote says that a path has characters that the system's list cannot hold.
var ErrQuote = errors.New("the program's path has characters with which it cannot start by itself: move it to another folder")
