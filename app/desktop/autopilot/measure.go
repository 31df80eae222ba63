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
// How late the answers come is what a citizen feels who presses a button meanwhile. It closes the window at the end.
func Measure(ctx context.Context, w *desktop.Window, length time.Duration, out io.Writer) error {
	p := &Pilot{window: w}
	defer w.Stop()
	if err := p.press(ctx, "welcome.main"); err != nil {
		return err
	}
	if _, err := p.find(ctx, "camera.main"); err != nil { // can be pressed once the picture lives
		return err
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

// latencies are the times the interface took to answer; at least one.
func latencies(ctx context.Context, length time.Duration) (late []time.Duration, err error) {
	tick := time.NewTicker(askEvery)
	defer tick.Stop()
	for end := time.Now().Add(length); len(late) == 0 || time.Now().Before(end); {
		asked := time.Now()
		fyne.DoAndWait(func() {})
		late = append(late, time.Since(asked))
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return late, nil
}
