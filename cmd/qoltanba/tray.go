package main

import (
	"bytes"
	"context"
	"encoding/pem"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"time"

	"qoltanba/app/autostart"
	"qoltanba/app/companion"
	"qoltanba/app/companion/prompt"
	"qoltanba/app/desktop"
	"qoltanba/app/desktop/tray"
	"qoltanba/app/desktop/wording"
	"qoltanba/app/instance"
	"qoltanba/app/journey"
	"qoltanba/assets/icons"
	"qoltanba/keystore"
	"qoltanba/keystore/revocation"
)

// companionID names what starts with the session.
const companionID = "kz.qoltanba.companion"

// Names of what runs once for a user.
const (
	companionInstance = "companion"
	windowInstance    = "window"
	raise             = "raise"
	lockKeys          = "lock"
)

// runTray is the signing service as a process of its own: an icon, and a window
// only while something is asked. A second one ends at once.
func runTray(ctx context.Context, o *options, config companion.Config) error {
	data, err := o.folder()
	if err != nil {
		return err
	}
	path, err := instance.Path(filepath.Join(data, "companion"), companionInstance)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var lock atomic.Pointer[companion.Server]
	one, err := instance.Take(ctx, path, func(word string) {
		if s := lock.Load(); s != nil && word == lockKeys {
			s.Lock()
		}
	})
	if errors.Is(err, instance.ErrTaken) {
		return nil
	}
	if err != nil {
		return err
	}
	defer one.Close() //nolint:errcheck // the process ends
	consenter := &prompt.Consenter{Start: func() (prompt.Window, error) { return startAsking(o.language) }}
	defer consenter.Close() //nolint:errcheck // the process ends
	config.Consenter = consenter
	menu := trayMenu(o)
	server, err := companion.Listen(ctx, config)
	var taken *companion.PortTakenError
	if errors.As(err, &taken) {
		menu.Taken = true
		tray.Run(ctx, menu)
		return nil
	}
	if err != nil {
		return err
	}
	menu.Lock = server.Lock
	lock.Store(server)
	served := make(chan error, 1)
	go func() {
		served <- server.Serve(ctx)
		cancel()
	}()
	tray.Run(ctx, menu)
	cancel()
	return <-served
}

func trayMenu(o *options) tray.Options {
	m := tray.Options{Icon: icons.AppPNG, Language: wording.Language(o.language), Open: func() { openWindow(o) }}
	if entry, err := startEntry(o); err == nil {
		m.Starts, m.SetStarts = entry.Enabled, func(on bool) error { return setStart(entry, on) }
	}
	return m
}

func setStart(entry autostart.Entry, on bool) error {
	if on {
		return entry.Enable()
	}
	return entry.Disable()
}

// startEntry is the signing service in the list of what starts with the session.
func startEntry(o *options) (autostart.Entry, error) {
	self, err := os.Executable()
	return autostart.Entry{ID: companionID, Name: "Qoltanba", Program: self, Args: o.again("companion", "--tray", "--language", o.language)}, err
}

// again are the arguments of another start over the same files.
func (o *options) again(args ...string) []string {
	if o.data != "" {
		args = append(args, "--data", o.data)
	}
	return args
}

// openWindow starts the program's window, which comes forward where it is open.
func openWindow(o *options) {
	self, err := os.Executable()
	if err != nil {
		return
	}
	args := o.again()
	if backend := os.Getenv("QOLTANBA_BACKEND"); backend != "" {
		args = append(args, "--backend", backend)
	}
	startAlone(self, args...)
}

// startAlone starts a process that outlives this one.
func startAlone(program string, args ...string) {
	cmd := exec.Command(program, args...) //nolint:gosec,noctx // this very program
	apart(cmd)
	if cmd.Start() == nil {
		go func() { _ = cmd.Wait() }()
	}
}

// startCompanion has the signing service run beside the window, and on after it
// was closed. Over a folder that was named by hand nothing is started: that is a
// trial, or the service is run by hand too.
func startCompanion(o *options) {
	if o.data != "" || demoBuild {
		return
	}
	if self, err := os.Executable(); err == nil {
		startAlone(self, "companion", "--tray", "--language", o.language)
	}
}

// single makes this the one window over its files, which a second start brings
// forward. Taken says that there is one already, and that it was.
func single(ctx context.Context, o *options, forward func()) (end func(), taken bool) {
	nothing := func() {}
	data, err := o.folder()
	if err != nil {
		return nothing, false // told by what opens the files
	}
	path, err := instance.Path(filepath.Join(data, "companion"), windowInstance)
	if err != nil {
		return nothing, false
	}
	if instance.Tell(ctx, path, raise) == nil {
		return nothing, true
	}
	one, err := instance.Take(ctx, path, func(word string) {
		if word == raise {
			forward()
		}
	})
	if err != nil {
		return nothing, errors.Is(err, instance.ErrTaken)
	}
	return func() { _ = one.Close() }, false
}

// forwarding brings a window forward that may not be there yet.
type forwarding struct {
	window atomic.Pointer[desktop.Window]
}

func (f *forwarding) of(w *desktop.Window) { f.window.Store(w) }

func (f *forwarding) bring() {
	if w := f.window.Load(); w != nil {
		w.Raise()
	}
}

// companionFiles is what the window shows of the signing service. What cannot be
// read is told where the service itself is started.
func (o *options) companionFiles() desktop.Companion {
	data, err := o.folder()
	if err != nil {
		return desktop.Companion{}
	}
	dir := filepath.Join(data, "companion")
	c := desktop.Companion{Activity: companion.OpenActivity(filepath.Join(dir, activityName), time.Now), Standing: new(revocation.Client).Ask}
	if origins, err := companion.OpenOrigins(filepath.Join(dir, originsName)); err == nil {
		c.Origins = origins
	}
	if path, err := instance.Path(dir, companionInstance); err == nil {
		c.Lock = func() error { return instance.Tell(context.Background(), path, lockKeys) }
	}
	if entry, err := startEntry(o); err == nil && o.data == "" {
		c.Starts, c.SetStarts = entry.Enabled, func(on bool) error { return setStart(entry, on) }
	}
	return c
}

// keepAuthorities writes down who issued the citizen's keys, for the signing
// service to ask whether they hold. Without it that stays unknown.
func (o *options) keepAuthorities(j *journey.Journey) {
	data, err := o.folder()
	chain := j.Authorities()
	if err != nil || len(chain) == 0 {
		return
	}
	var text []byte
	for _, cert := range chain {
		text = append(text, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})...)
	}
	path := filepath.Join(data, "companion", authoritiesName)
	if former, err := os.ReadFile(path); err == nil && bytes.Equal(former, text) {
		return
	}
	if os.MkdirAll(filepath.Dir(path), 0o700) != nil || os.WriteFile(path+".new", text, 0o600) != nil {
		return
	}
	_ = keystore.ReplaceFile(path+".new", path)
}
