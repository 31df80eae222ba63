// Command qoltanba is the desktop program with which a citizen obtains the keys
// of an electronic signature.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"qoltanba/app/api"
	"qoltanba/app/desktop"
	"qoltanba/capture/camera"
)

// commands are the subcommands beside the window; the demo build adds one.
var commands = map[string]func(ctx context.Context, args []string, out io.Writer) error{}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return
	}
	fmt.Fprintln(os.Stderr, "qoltanba:", err)
	if code := api.CodeOf(err); code != api.Internal {
		fmt.Fprintln(os.Stderr, "hint:", api.FailureOf(code).Remedy.EN)
	}
	os.Exit(1)
}

func run(ctx context.Context, args []string, out io.Writer) error {
	if len(args) > 0 {
		if command, ok := commands[args[0]]; ok {
			return command(ctx, args[1:], out)
		}
	}
	return window(ctx, args)
}

// window runs the program's window.
func window(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("qoltanba", flag.ContinueOnError)
	o := commonOptions(flags)
	front := desktop.Config{Cameras: camera.Default(), Demo: demoBuild}
	prepare := demoOptions(flags, &front)
	if err := flags.Parse(args); err != nil {
		return err
	}
	s, err := o.open(ctx)
	if err != nil {
		return err
	}
	front.Journey, front.Folder = s.journey, keyFolder()
	if err := prepare(); err != nil {
		return errors.Join(err, s.Close())
	}
	return errors.Join(desktop.Run(ctx, front), s.Close())
}

// keyFolder is offered for the key files.
func keyFolder() string {
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(home, "Documents", "ЭЦҚ")
}
