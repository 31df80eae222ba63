//go:build demo

// Package demooperator is the operator of a demonstration: a robot that logs in to the console's real login page, reads its real pages and
// presses the buttons on them, so that the demonstration needs nobody at a second screen and proves the console on the way.
//
// [Run] works until its context ends. What the robot decides is one policy over a browser of either [Kind]: forms sends the pages' forms as a
// browser without scripts would; chromium presses the buttons in Chromium and leaves pictures.
package demooperator

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"time"

	"golang.org/x/net/html"

	"qoltanba/app/api"
)

// Kind is how the robot sees the pages.
type Kind string

// The kinds.
const (
	Forms    Kind = "forms"
	Chromium Kind = "chromium"
	None     Kind = "none" // there is no robot
)

// Kinds lists them.
func Kinds() []Kind { return []Kind{Forms, Chromium, None} }

// Config is what a robot works with.
type Config struct {
	Kind     Kind
	Base     *url.URL // of the backend
	Login    string
	Password api.Secret
	// First is the reason for which each citizen's first case is rejected, once; "" rejects none.
	First api.RejectReason
	// Pictures is the folder for pictures of the pages; "" leaves none. Only Chromium takes any.
	Pictures string
	Log      *slog.Logger
}

// Validate says what is wrong with a configuration.
func (c Config) Validate() error {
	switch {
	case !slices.Contains(Kinds(), c.Kind):
		return fmt.Errorf("the operator is one of %v", Kinds())
	case c.First != "" && !slices.Contains(api.RejectReasons(), c.First):
		return fmt.Errorf("the first case is rejected for one of %v", api.RejectReasons())
	}
	return nil
}

// press is a press of a button in a form of the page that is open.
type press struct {
	action string            // the form's
	fields map[string]string // to be filled in, by name
	value  string            // the button's; "" for a form with one button
}

// browser shows the console's pages. A method waits until the page is there.
type browser interface {
	open(ctx context.Context, path string) (*html.Node, error)
	press(ctx context.Context, p press) (*html.Node, error)
	// watch looks at the evidence of the case that is open.
	watch(ctx context.Context, page *html.Node) error
	// picture leaves a picture of the page, where the browser takes any.
	picture(ctx context.Context, name string) error
	close() error
}

const (
	lookEvery = time.Second
	patience  = time.Minute // for one round through the pages
)

// Run works until the context ends, which is no error. A round that fails is logged and tried again.
func Run(ctx context.Context, cfg Config) error {
	if err := cfg.Validate(); err != nil || cfg.Kind == None {
		return err
	}
	var b browser = newForms(cfg.Base)
	if cfg.Kind == Chromium {
		var err error
		if b, err = newChromium(ctx, cfg.Base, cfg.Pictures); err != nil {
			return err
		}
	}
	r := &robot{Config: cfg, browser: b, rejected: map[string]bool{}, pictured: map[string]bool{}}
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		round, cancel := context.WithTimeout(ctx, patience)
		err := r.round(round)
		cancel()
		if err != nil && ctx.Err() == nil {
			cfg.Log.WarnContext(ctx, "demo operator", "error", err)
		}
		select {
		case <-ctx.Done():
			return b.close()
		case <-tick.C:
		}
	}
}

var errLogin = errors.New("the console did not let the demo operator in")
