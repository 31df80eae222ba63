// Package tray is what is seen of the program without a window: an icon in the
// system's notification area with its state and a short menu.
//
// It draws nothing itself and opens no display: the system shows icon and menu,
// which keeps the process that waits for portals small.
package tray

import (
	"context"
	"sync"

	"fyne.io/systray"

	"qoltanba/app/desktop/wording"
)

// Options are what the menu does. All but Open may be nil, which leaves the line out.
type Options struct {
	Icon     []byte // PNG; on Windows ICO
	Language wording.Language
	// Taken says that another program holds the place to which portals connect.
	Taken bool
	Open  func() // the program's window
	Lock  func() // forgets passwords that were kept for a while
	// Starts tells whether the program starts with the session, SetStarts changes it.
	Starts    func() bool
	SetStarts func(bool) error
}

// Run shows the icon until the context ends or the person quits. It is called on
// the process's first goroutine, as macOS wants it, and once.
func Run(ctx context.Context, o Options) {
	ctx, cancel := context.WithCancel(ctx)
	var work sync.WaitGroup
	stop := context.AfterFunc(ctx, systray.Quit)
	systray.Run(func() {
		m := newMenu(o)
		work.Go(func() { m.serve(ctx, cancel, o) })
	}, cancel)
	stop()
	cancel()
	work.Wait()
}

// menu is what stands in it; lines that are left out never click.
type menu struct {
	open, lock, starts, quit *systray.MenuItem
}

func newMenu(o Options) *menu {
	w := wording.New(o.Language)
	systray.SetIcon(o.Icon)
	state := w.T("tray.runs")
	if o.Taken {
		state = w.T("tray.taken")
	}
	systray.SetTitle("Qoltanba")
	systray.SetTooltip("Qoltanba. " + state)
	systray.AddMenuItem(state, "").Disable()
	systray.AddSeparator()
	m := &menu{open: systray.AddMenuItem(w.T("tray.open"), "")}
	if o.Lock != nil {
		m.lock = systray.AddMenuItem(w.T("tray.lock"), "")
	}
	if o.Starts != nil {
		m.starts = systray.AddMenuItemCheckbox(w.T("tray.starts"), "", o.Starts())
	}
	systray.AddSeparator()
	m.quit = systray.AddMenuItem(w.T("tray.quit"), "")
	return m
}

func clicks(item *systray.MenuItem) <-chan struct{} {
	if item == nil {
		return nil
	}
	return item.ClickedCh
}

func (m *menu) serve(ctx context.Context, quit func(), o Options) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-clicks(m.open):
			o.Open()
		case <-clicks(m.lock):
			o.Lock()
		case <-clicks(m.starts):
			if o.SetStarts(!o.Starts()) == nil && o.Starts() {
				m.starts.Check()
			} else {
				m.starts.Uncheck()
			}
		case <-clicks(m.quit):
			quit()
		}
	}
}
