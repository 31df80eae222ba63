//go:build demo && !windows

package autopilot

import (
	"context"
	"fmt"
	"os/exec"
	"time"

	"fyne.io/fyne/v2/driver"
)

// photograph lets ImageMagick take a picture of a window of X11.
func (p *Pilot) photograph(ctx context.Context, path string) error {
	window, ok := p.native().(driver.X11WindowContext)
	if !ok || window.WindowHandle == 0 {
		return errNoPhotographer
	}
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	id := fmt.Sprintf("0x%x", window.WindowHandle)
	if said, err := exec.CommandContext(ctx, "import", "-silent", "-window", id, path).CombinedOutput(); err != nil { //nolint:gosec // id is a number
		return fmt.Errorf("import: %w %s", err, said)
	}
	return nil
}
