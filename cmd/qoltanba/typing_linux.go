package main

import (
	"os"

	"golang.org/x/sys/unix"
)

// hideTyping turns the terminal's echo off and returns what turns it on again.
func hideTyping() func() {
	descriptor := int(os.Stdin.Fd())
	former, err := unix.IoctlGetTermios(descriptor, unix.TCGETS)
	if err != nil {
		return func() {} // no terminal: a file or a pipe echoes nothing
	}
	silent := *former
	silent.Lflag &^= unix.ECHO
	if unix.IoctlSetTermios(descriptor, unix.TCSETS, &silent) != nil {
		return func() {}
	}
	return func() { _ = unix.IoctlSetTermios(descriptor, unix.TCSETS, former) }
}
