// Command measure says what the window costs beside an empty window of the
// same toolkit: the time from the start of the process to the picture, the
// memory, the pictures a second of the camera, and how soon the interface
// answers. The two take turns, so that whatever else runs on the computer
// weighs on both alike; medians are told.
//
// It needs Linux and Xvfb, whose screen is read from the file it is kept in:
// what counts is what a person would see, not what the program says of itself.
// The start is that of the program as it is shipped; for the camera's picture
// the demo build has a camera of thirty pictures a second that is the same
// everywhere; they are made beforehand, as a real camera's cost nothing.
//
//	measure [--rounds 5] QOLTANBA QOLTANBA-DEMO EMPTY
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"time"
)

const (
	deadline = 20 * time.Second // for a picture to come
	settled  = 3 * time.Second  // after the start, memory is looked at
	watched  = 10 * time.Second // the camera's picture
)

// The colours a picture has at the least: an empty window is of one, a screen
// with words of many.
const (
	emptyColours  = 1
	screenColours = 12
)

func main() {
	rounds := flag.Int("rounds", 5, "how often each program is started")
	flag.Parse()
	if flag.NArg() != 3 || *rounds < 1 {
		fmt.Fprintln(os.Stderr, "usage: measure [--rounds n] QOLTANBA QOLTANBA-DEMO EMPTY")
		os.Exit(2)
	}
	if err := run(context.Background(), flag.Arg(0), flag.Arg(1), flag.Arg(2), *rounds); err != nil {
		fmt.Fprintln(os.Stderr, "measure:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, shipped, demo, empty string, rounds int) (err error) {
	folder, err := os.MkdirTemp("", "measure")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	s, err := openScreen(ctx, folder)
	if err != nil {
		return err
	}
	defer s.close()
	m := &measurement{screen: s, folder: folder, figures: map[string][]float64{}}
	for range rounds {
		if err := errors.Join(m.start(ctx, "empty", emptyColours, empty), m.start(ctx, "welcome", screenColours, shipped), m.camera(ctx, "camera", 0, demo),
			m.camera(ctx, "guided", belowOval, demo, "--guided")); err != nil {
			return err
		}
	}
	m.tell(rounds)
	return nil
}

// measurement gathers figures by name, one of each a round.
type measurement struct {
	screen  *screen
	folder  string
	figures map[string][]float64
}

func (m *measurement) add(name string, value float64) {
	m.figures[name] = append(m.figures[name], value)
}

func (m *measurement) median(name string) float64 {
	sorted := slices.Sorted(slices.Values(m.figures[name]))
	if len(sorted) == 0 {
		return 0
	}
	return sorted[len(sorted)/2]
}

// start measures the first picture and the memory of a program's first screen.
func (m *measurement) start(ctx context.Context, name string, colours int, program string) error {
	p, err := m.open(ctx, program)
	if err != nil {
		return err
	}
	defer p.end()
	for m.screen.colours() < colours {
		if err := p.wait(ctx, 2*time.Millisecond, deadline); err != nil {
			return fmt.Errorf("%s shows no picture: %w", name, err)
		}
	}
	m.add(name+" first picture, s", time.Since(p.started).Seconds())
	if used, err := p.processor(); err == nil {
		m.add(name+" processor until then, s", used.Seconds())
	}
	if err := p.wait(ctx, settled-time.Since(p.started), deadline); err != nil {
		return err
	}
	return m.memory(name, p)
}

func (m *measurement) memory(name string, p *process) error {
	for what, where := range map[string][2]string{"Rss": {"smaps_rollup", "RSS"}, "Pss": {"smaps_rollup", "PSS"}, "VmHWM": {"status", "peak RSS"}} {
		kib, err := p.kib(where[0], what)
		if err != nil {
			return err
		}
		m.add(name+" "+where[1]+", MiB", kib/1024)
	}
	return nil
}

// belowOval is where the guided picture changes with the camera's pictures
// alone: what is drawn round the face comes at a pace of its own.
const belowOval = 215

// camera measures a screen with the live picture, by a line below its middle.
func (m *measurement) camera(ctx context.Context, name string, below int64, program string, args ...string) error {
	p, err := m.open(ctx, program, append(args, "--measure", watched.String())...)
	if err != nil {
		return err
	}
	defer p.end()
	if _, err := p.line(ctx, "the camera is live"); err != nil {
		return err
	}
	began, before := time.Now(), m.screen.mark(below)
	read := before
	usedBefore, err := p.processor()
	if err != nil {
		return err
	}
	shown, last, gap := 0, began, time.Duration(0)
	var late []time.Duration // how much longer than asked for this program sleeps: what the computer does to everybody
	for time.Since(began) < watched-time.Second {
		const nap = 2 * time.Millisecond
		asleep := time.Now()
		if err := p.wait(ctx, nap, deadline); err != nil {
			return err
		}
		late = append(late, time.Since(asleep)-nap)
		now := m.screen.mark(below)
		whole := now == read // read twice alike: not a picture that is being painted over another
		read = now
		if whole && now != before {
			before, gap = now, max(gap, time.Since(last))
			last = time.Now()
			shown++
		}
	}
	used, err := p.processor()
	if err != nil {
		return err
	}
	length := time.Since(began).Seconds()
	m.add(name+" pictures a second", float64(shown)/length)
	m.add(name+" longest still, ms", float64(gap.Milliseconds()))
	slices.Sort(late)
	m.add("computer answers late, p99, ms", late[len(late)*99/100].Seconds()*1000)
	m.add("computer answers late, longest, ms", late[len(late)-1].Seconds()*1000)
	m.add(name+" processor, share of one core", (used-usedBefore).Seconds()/length)
	if err := m.memory(name, p); err != nil {
		return err
	}
	return m.answers(ctx, name, p)
}

// answers takes how soon the interface answered from what the program said.
func (m *measurement) answers(ctx context.Context, of string, p *process) error {
	said, err := p.line(ctx, "measured")
	if err != nil {
		return err
	}
	var count int
	var median, p99, longest string
	if _, err := fmt.Sscanf(said, "measured answers %d median %s p99 %s longest %s", &count, &median, &p99, &longest); err != nil {
		return fmt.Errorf("understand %q: %w", said, err)
	}
	for name, text := range map[string]string{"median": median, "p99": p99, "longest": longest} {
		d, err := time.ParseDuration(text)
		if err != nil {
			return err
		}
		m.add(of+" interface answers, "+name+", ms", d.Seconds()*1000)
	}
	return nil
}

// tell prints the medians, and the ratio where the empty window has the same.
func (m *measurement) tell(rounds int) {
	fmt.Printf("medians of %d rounds\n", rounds)
	names := make([]string, 0, len(m.figures))
	for name := range m.figures {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		values := m.figures[name]
		fmt.Printf("%-44s %9.2f   (%.2f to %.2f)\n", name, m.median(name), slices.Min(values), slices.Max(values))
	}
	for _, what := range []string{"first picture, s", "processor until then, s", "RSS, MiB", "PSS, MiB"} {
		if base := m.median("empty " + what); base > 0 {
			fmt.Printf("ratio to the empty window: %-17s %9.2f\n", what, m.median("welcome "+what)/base)
		}
	}
}
