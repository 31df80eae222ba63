//go:build demo

package autopilot

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"fyne.io/fyne/v2"

	"qoltanba/app/desktop"
)

// Lines by which [Measure] tells where it is, for those who look at the process meanwhile.
const (
	MeasureBegins = "the camera is live"
	MeasureEnds   = "measured"
)

// askEvery is how often the interface is asked for an answer: more often than the screen is drawn.
const askEvery = 10 * time.Millisecond

// Measure goes to the screen with the camera's live picture and asks the interface for an answer, again and again, as long as length says.
// How late the answers come is what a citizen feels who presses a button meanwhile. It closes the window at the end. Guided goes on to the video
// identification, where the face is watched as well.
func Measure(ctx context.Context, w *desktop.Window, length time.Duration, guided bool, out io.Writer) error {
	p := &Pilot{window: w}
	defer w.Stop()
	if err := p.press(ctx, "welcome.main"); err != nil {
		return err
	}
	if _, err := p.find(ctx, "camera.main"); err != nil { // can be pressed once the picture lives
		return err
	}
	if guided {
		fyne.DoAndWait(w.Rehearse)
		if err := p.until(ctx, func() (bool, error) { return w.Guided(), nil }); err != nil {
			return fmt.Errorf("nobody watches the face: %w", err)
		}
	}
	if err := pause(ctx, settle); err != nil {
		return err
	}
	if _, err := fmt.Fprintln(out, MeasureBegins); err != nil {
		return err
	}
	late, err := latencies(ctx, length)
	if err != nil {
		return err
	}
	slices.Sort(late)
	_, err = fmt.Fprintf(out, "%s answers %d median %v p99 %v longest %v\n", MeasureEnds, len(late), late[len(late)/2], late[len(late)*99/100], late[len(late)-1])
	return err
}

// latencies are the times the interface took to answer; at least one. Questions fall due by the clock: those that fell due while the
// interface kept another one waiting were late too, by what was left of the wait.
func latencies(ctx context.Context, length time.Duration) (late []time.Duration, err error) {
	due := time.Now()
	for end := due.Add(length); due.Before(end) || len(late) == 0; {
		if err := pause(ctx, time.Until(due)); err != nil {
			return nil, err
		}
		fyne.DoAndWait(func() {})
		for answered := time.Now(); !due.After(answered); due = due.Add(askEvery) {
			late = append(late, answered.Sub(due))
		}
	}
	return late, nil
}
