//go:build !linux

package main

// hideTyping does nothing: on this system the password is seen while it is typed.
func hideTyping() func() { return func() {} }
