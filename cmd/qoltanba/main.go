// Command qoltanba is the desktop program with which a citizen obtains the keys
// of an electronic signature.
package main

import (
	"context"
	"errors"
	"flag"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"qoltanba/app/api"
	"qoltanba/app/desktop"
	"qoltanba/app/desktop/sound"
	"qoltanba/capture/camera"
	"qoltanba/keystore"
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
	complain(err)
	os.Exit(status(err))
}

// status is the program's exit status after an error: 1, or what the error says
// to scripts.
func status(err error) int {
	var open *openError
	if errors.As(err, &open) {
		return 2
	}
	return 1
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
	voice := sound.New(slog.New(slog.DiscardHandler))
	defer voice.Close()
	front := desktop.Config{Cameras: camera.Default(), Eyes: desktop.OpenEyes, Scout: desktop.OpenScout, Sounds: voice, Demo: demoBuild}
	show := demoOptions(flags, o, &front)
	if err := flags.Parse(args); err != nil {
		return err
	}
	open, closeSession := o.opener()
	front.Open, front.Language, front.Folder = open, api.Language(o.language), keyFolder()
	if err := show.prepare(ctx, o.backend); err != nil {
		return err
	}
	forward := new(forwarding)
	end, taken := single(ctx, o, forward.bring)
	if taken {
		return nil
	}
	defer end()
	front.Started = forward.of
	front.Companion = o.companionFiles()
	startCompanion(o)
	return errors.Join(desktop.Run(ctx, front), show.result(), closeSession())
}

// keyFolder is offered for the key files; "" where the system names no place for documents.
func keyFolder() string {
	folder, err := keystore.DefaultFolder()
	if err != nil {
		return ""
	}
	return folder
}
