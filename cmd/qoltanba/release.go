//go:build !demo

package main

import (
	"context"
	"flag"

	"qoltanba/app/desktop"
)

const demoBuild = false

// show is what a demonstration adds to the window; a release adds nothing.
type show struct{}

func demoOptions(*flag.FlagSet, *options, *desktop.Config) show { return show{} }

func (show) prepare(context.Context, string) error { return nil }

func (show) result() error { return nil }
