// Command release makes what is shipped. `release models` fetches the published networks that see faces, converts them, and writes
// assets/models anew; `release faces` measures how well they tell people apart; `release glyphs` trains the network that
// reads machine-readable zones and writes assets/glyphs anew.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

var commands = map[string]func(ctx context.Context, args []string) error{
	"models": models,
	"faces":  faces,
	"glyphs": glyphs,
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return
	}
	fmt.Fprintln(os.Stderr, "release:", err)
	os.Exit(1)
}

func run(ctx context.Context, args []string) error {
	if len(args) > 0 {
		if command, ok := commands[args[0]]; ok {
			return command(ctx, args[1:])
		}
	}
	return errors.New("say what to do: release models, release faces [-gallery folder], or release glyphs")
}
