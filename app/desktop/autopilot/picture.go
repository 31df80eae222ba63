//go:build demo

package autopilot

import (
	"context"
	"errors"
	"fmt"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver"
	"fyne.io/fyne/v2/driver/software"
)

// picture keeps what the window shows. On X11 that is a photograph of the screen, by ImageMagick; elsewhere the same content is drawn by
// the software renderer. (The toolkit's own Capture reads a buffer that has been given away, and is black on llvmpipe.)
func (p *Pilot) picture(ctx context.Context, name string) error {
	path := filepath.Join(p.Pictures, name+".png")
	id, err := p.windowID()
	if err == nil {
		ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
		defer cancel()
		var said []byte
		if said, err = exec.CommandContext(ctx, "import", "-silent", "-window", id, path).CombinedOutput(); err == nil { //nolint:gosec // id is a number
			return nil
		}
		p.Log.Warn("no photograph of the window", "error", err, "import", string(said))
	}
	return p.draw(path)
}

var errNoWindow = errors.New("the window is not one of X11")

func (p *Pilot) windowID() (id string, err error) {
	err = errNoWindow
	fyne.DoAndWait(func() {
		native, ok := p.window.Native().(driver.NativeWindow)
		if !ok {
			return
		}
		native.RunNative(func(context any) {
			if x, ok := context.(driver.X11WindowContext); ok && x.WindowHandle != 0 {
				id, err = fmt.Sprintf("0x%x", x.WindowHandle), nil
			}
		})
	})
	return id, err
}

func (p *Pilot) draw(path string) (err error) {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	var failed error
	fyne.DoAndWait(func() {
		failed = png.Encode(file, software.RenderCanvas(p.window.Native().Canvas(), fyne.CurrentApp().Settings().Theme()))
	})
	return failed
}
