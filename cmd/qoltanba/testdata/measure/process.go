package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// process is a program under measurement.
type process struct {
	command *exec.Cmd
	started time.Time
	lines   chan string
	ended   chan struct{}
}

// open starts a program with an empty folder of its own. The empty window
// ignores the arguments.
func (m *measurement) open(ctx context.Context, program string, args ...string) (*process, error) {
	folder, err := os.MkdirTemp(m.folder, "data")
	if err != nil {
		return nil, err
	}
	for m.screen.colours() > 0 { // what the last one left
		if err := sleep(ctx, 10*time.Millisecond); err != nil {
			return nil, err
		}
	}
	// Nobody listens on port 1: what is measured needs no service.
	args = append([]string{"--backend", "https://127.0.0.1:1", "--data", folder}, args...)
	p := &process{command: exec.CommandContext(ctx, program, args...), lines: make(chan string, 16), ended: make(chan struct{})}
	p.command.Env = append(os.Environ(), "DISPLAY="+m.screen.display, "WAYLAND_DISPLAY=", "LIBGL_ALWAYS_SOFTWARE=1", "FYNE_THEME=light")
	out, err := p.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.started = time.Now()
	if err := p.command.Start(); err != nil {
		return nil, err
	}
	go func() { // ends with the process
		defer close(p.ended)
		for scanner := bufio.NewScanner(out); scanner.Scan(); {
			select {
			case p.lines <- scanner.Text():
			default:
			}
		}
		_ = p.command.Wait()
	}()
	return p, nil
}

func (p *process) end() {
	_ = p.command.Process.Kill()
	<-p.ended
}

// line waits for a line that begins so.
func (p *process) line(ctx context.Context, prefix string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, watched+deadline)
	defer cancel()
	for {
		select {
		case line := <-p.lines:
			if strings.HasPrefix(line, prefix) {
				return line, nil
			}
		case <-p.ended:
			return "", errors.New("the program ended before it said: " + prefix)
		case <-ctx.Done():
			return "", fmt.Errorf("the program did not say %q: %w", prefix, ctx.Err())
		}
	}
}

// wait lets the process run for d; it fails where the process has ended or has
// run longer than the measurement and limit.
func (p *process) wait(ctx context.Context, d, limit time.Duration) error {
	if time.Since(p.started) > watched+limit {
		return fmt.Errorf("not within %v", limit)
	}
	select {
	case <-p.ended:
		return errors.New("the program ended")
	default:
		return sleep(ctx, d)
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(max(0, d))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// kib reads a field of a file of the kernel's about the process, such as
// Rss of smaps_rollup, in KiB.
func (p *process) kib(file, field string) (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", p.command.Process.Pid, file))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if words := strings.Fields(line); len(words) > 1 && words[0] == field+":" {
			return strconv.ParseFloat(words[1], 64)
		}
	}
	return 0, fmt.Errorf("%s names no %s", file, field)
}

// processor is the time that the process has had of all cores (proc(5): utime
// and stime, in ticks of which Linux shows 100 a second).
func (p *process) processor() (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.command.Process.Pid))
	if err != nil {
		return 0, err
	}
	words := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	if len(words) < 13 {
		return 0, errors.New("stat is short")
	}
	user, err := strconv.Atoi(words[11])
	if err != nil {
		return 0, err
	}
	system, err := strconv.Atoi(words[12])
	return time.Duration(user+system) * 10 * time.Millisecond, err
}
