//go:build !demo

package main

import "qoltanba/capture/face"

// openMatcher leaves out the networks that tell faces apart: eleven megabytes that no citizen needs.
func openMatcher(library string) (*face.Engine, error) { return face.Open(library) }
