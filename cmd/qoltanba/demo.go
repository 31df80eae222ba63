//go:build demo

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"qoltanba/app/support/headless"
)

const demoBuild = true

func init() { commands["enroll"] = enroll }

// demoPhrase protects the unfinished keys of invented citizens, so that the
// headless way needs no keyring.
const demoPhrase = "demo\n"

// enroll walks the way without a window.
func enroll(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("qoltanba-demo enroll", flag.ContinueOnError)
	o := commonOptions(flags)
	script := flags.String("script", "", "`file` that says who walks and what happens")
	folder := flags.String("out", "", "`folder` for the key files (keys) and the program's own files (data)")
	seed := flags.Uint64("seed", 1, "of the synthetic camera's pictures")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *script == "" || *folder == "" {
		return errors.New("give --script and --out")
	}
	text, err := os.ReadFile(*script)
	if err != nil {
		return fmt.Errorf("read the script: %w", err)
	}
	parsed, err := headless.Parse(text)
	if err != nil {
		return fmt.Errorf("script %s: %w", filepath.Base(*script), err)
	}
	if *folder, err = filepath.Abs(*folder); err != nil {
		return err
	}
	if err := o.forDemo(*folder); err != nil {
		return err
	}
	s, err := o.open(ctx, "")
	if err != nil {
		return err
	}
	walked := headless.Walk(ctx, headless.Config{Journey: s.journey, Backend: s.backend, Out: *folder, Lines: out, Seed: *seed}, parsed)
	return errors.Join(walked, s.Close())
}

// forDemo puts the program's own files beneath the folder.
func (o *options) forDemo(folder string) error {
	if o.data == "" {
		o.data = filepath.Join(folder, "data")
	}
	if o.passphrase != "" {
		return nil
	}
	o.passphrase = filepath.Join(o.data, "passphrase")
	if err := os.MkdirAll(o.data, 0o700); err != nil {
		return fmt.Errorf("make the folder for the program's files: %w", err)
	}
	return os.WriteFile(o.passphrase, []byte(demoPhrase), 0o600)
}
