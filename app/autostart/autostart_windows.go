package autostart

import (
	"errors"
	"strings"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

const run = `Software\Microsoft\Windows\CurrentVersion\Run`

// Enabled tells whether the program starts with the session.
func (e Entry) Enabled() bool {
	key, err := registry.OpenKey(registry.CURRENT_USER, run, registry.QUERY_VALUE)
	if err != nil {
		return false
	}
	defer key.Close() //nolint:errcheck // only read
	_, _, err = key.GetStringValue(e.ID)
	return err == nil
}

// Enable writes the entry.
func (e Entry) Enable() error {
	command := windows.EscapeArg(e.Program)
	for _, word := range e.Args {
		command += " " + windows.EscapeArg(word)
	}
	if strings.ContainsRune(command, 0) {
		return ErrQuote
	}
	key, _, err := registry.CreateKey(registry.CURRENT_USER, run, registry.SET_VALUE)
	if err != nil {
		return err
	}
	return errors.Join(key.SetStringValue(e.ID, command), key.Close())
}

// Disable removes the entry.
func (e Entry) Disable() error {
	key, err := registry.OpenKey(registry.CURRENT_USER, run, registry.SET_VALUE)
	if errors.Is(err, registry.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err = key.DeleteValue(e.ID); errors.Is(err, registry.ErrNotExist) {
		err = nil
	}
	return errors.Join(err, key.Close())
}
