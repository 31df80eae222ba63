//go:build demo

package autopilot

import (
	"context"
	"errors"
	"image/png"
	"os"
	"path/filepath"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver"
	"fyne.io/fyne/v2/driver/software"
)

// errNoPhotographer says that the window is of a system where nobody can take its photograph.
var errNoPhotographer = errors.New("the window cannot be photographed here")

// picture keeps what the window shows. On X11 and Windows that is a photograph of the screen; elsewhere the same content is drawn by the
// software renderer. (The toolkit's own Capture reads a buffer that has been given away, and is black on llvmpipe.)
func (p *Pilot) picture(ctx context.Context, name string) error {
	path := filepath.Join(p.Pictures, name+".png")
	err := p.photograph(ctx, path)
	if err == nil {
		return nil
	}
	if !errors.Is(err, errNoPhotographer) {
		p.Log.Warn("no photograph of the window", "error", err)
	}
	return p.draw(path)
}

// native gives what the system calls the window, a value of package driver; nil where there is none.
func (p *Pilot) native() (context any) {
	fyne.DoAndWait(func() {
		if w, ok := p.window.Native().(driver.NativeWindow); ok {
			w.RunNative(func(c any) { context = c })
		}
	})
	return context
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
