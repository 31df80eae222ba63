//go:build !demo

package main

import (
	"flag"

	"qoltanba/app/desktop"
)

const demoBuild = false

// demoOptions adds nothing to a release.
func demoOptions(*flag.FlagSet, *desktop.Config) (prepare func() error) {
	return func() error { return nil }
}
