//go:build demo

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/desktop"
	"qoltanba/app/desktop/autopilot"
	"qoltanba/app/journey"
	"qoltanba/app/support/sample"
	"qoltanba/assets/citizens"
	"qoltanba/capture/camera"
)

// Secrets of the sample citizens.
const (
	samplePIN      = "482913"
	samplePassword = "Qoltanba2026" //nolint:gosec // G101: nobody's
)

// show is what a demonstration adds to the window: a sample citizen before a
// synthetic camera, and, if wished, the autopilot that walks for them.
type show struct {
	front   *desktop.Config
	citizen *string
	camera  *string
	fly     *bool
	out     *string
	measure *time.Duration
	guided  *bool
	until   *string
	wrong   *int
	unable  *bool
	ended   chan error
}

func demoOptions(flags *flag.FlagSet, o *options, front *desktop.Config) *show {
	flags.DurationVar(&o.away, "away", 0, "begin as if the citizen had been away for so `long`")
	return &show{
		front: front, ended: make(chan error, 1),
		citizen: flags.String("citizen", "aigul", "`name` of the sample citizen"),
		camera:  flags.String("camera", "sample", "sample or own: `which` camera is before the citizen"),
		fly:     flags.Bool("autopilot", false, "let the sample citizen walk by themselves"),
		out:     flags.String("out", "", "`folder` for the autopilot's pictures (screens) and key files (keys)"),
		until:   flags.String("until", "", "`stage` at which the autopilot closes the window"),
		wrong:   flags.Int("wrong-codes", 0, "`number` of codes that the autopilot mistypes first"),
		unable:  flags.Bool("unable", false, "the autopilot cannot do what the video identification asks"),
		measure: flags.Duration("measure", 0, "go to the camera's picture and measure the interface for so `long`"),
		guided:  flags.Bool("guided", false, "with -measure: with the face watched"),
	}
}

func (d *show) prepare(ctx context.Context, backend string) error {
	citizen, err := citizens.Find(*d.citizen)
	if err != nil {
		return fmt.Errorf("--citizen %s: see citizens.json", *d.citizen)
	}
	sitter, err := sample.NewSitter(citizen, 1)
	if err != nil {
		return err
	}
	switch *d.camera {
	case "sample":
		d.front.Cameras = both{sitter.Cameras(), camera.Default()}
		d.front.Opened = func(w *desktop.Window) { follow(w, sitter) }
	case "own":
	default:
		return errors.New("--camera is sample or own")
	}
	if *d.measure > 0 {
		if d.front.Cameras, err = sitter.Filmed(); err != nil {
			return err
		}
		d.launch(func(w *desktop.Window) error { return autopilot.Measure(ctx, w, *d.measure, *d.guided, os.Stdout) })
		return nil
	}
	if !*d.fly {
		return nil
	}
	if *d.out == "" {
		return errors.New("--autopilot needs --out")
	}
	return d.prepareFlight(ctx, backend, citizen, sitter)
}

func (d *show) prepareFlight(ctx context.Context, backend string, citizen citizens.Citizen, sitter *sample.Sitter) error {
	service, err := parseBackend(backend)
	if err != nil {
		return err
	}
	keys, err := filepath.Abs(filepath.Join(*d.out, "keys"))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(keys, 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(*d.out, "password.txt"), []byte(samplePassword+"\n"), 0o600); err != nil {
		return err
	}
	d.front.Cameras, d.front.Folder = sitter.Cameras(), keys
	d.front.Log = slog.New(slog.NewTextHandler(os.Stdout, nil))
	d.launch(func(w *desktop.Window) error {
		return autopilot.Fly(ctx, w, autopilot.Config{
			Citizen: citizen, Sitter: sitter, Backend: service, PIN: samplePIN, Password: samplePassword,
			Pictures: filepath.Join(*d.out, "screens"), Log: d.front.Log,
			Until: journey.Stage(*d.until), WrongCodes: *d.wrong, Unable: *d.unable,
		})
	})
	return nil
}

// launch lets fly work the window once it stands. A flight that fails leaves no window behind.
func (d *show) launch(fly func(*desktop.Window) error) {
	d.front.Opened = func(w *desktop.Window) {
		go func() { // ends with the flight, which closes the window
			err := fly(w)
			d.ended <- err
			if err != nil {
				w.Stop()
			}
		}()
	}
}

// result is how the flight ended; nil where nobody flew.
func (d *show) result() error {
	if !*d.fly && *d.measure <= 0 {
		return nil
	}
	select {
	case err := <-d.ended:
		return err
	default:
		return errors.New("the window was closed before the way was walked")
	}
}

// follow lets the sample citizen do what the window asks, for a person who has no camera.
func follow(w *desktop.Window, sitter *sample.Sitter) {
	w.Follow(func(side api.Side, prompt *api.Prompt) {
		if side != "" {
			sitter.Card(side)
			return
		}
		sitter.Face(prompt)
	})
}

// both are two systems of cameras as one.
type both [2]camera.System

func (b both) List(ctx context.Context) ([]camera.Device, error) {
	first, err := b[0].List(ctx)
	second, other := b[1].List(ctx)
	if err != nil {
		err = other
	}
	return append(first, second...), err
}

func (b both) Open(ctx context.Context, id string, want camera.Format) (camera.Stream, error) {
	devices, err := b[0].List(ctx)
	for _, d := range devices {
		if err == nil && (id == "" || d.ID == id) {
			return b[0].Open(ctx, id, want)
		}
	}
	return b[1].Open(ctx, id, want)
}
