package autostart

import (
	"bytes"
	"encoding/xml"
	"errors"
	"os"
	"path/filepath"
)

func (e Entry) file() (string, error) {
	home, err := os.UserHomeDir()
	return filepath.Join(home, "Library", "LaunchAgents", e.ID+".plist"), err
}

// Enabled tells whether the program starts with the session.
func (e Entry) Enabled() bool {
	path, err := e.file()
	if err == nil {
		_, err = os.Stat(path)
	}
	return err == nil
}

// Enable writes the launch agent (launchd.plist(5)), which counts from the next session on.
func (e Entry) Enable() error {
	path, err := e.file()
	if err != nil {
		return err
	}
	var words bytes.Buffer
	for _, word := range append([]string{e.ID, e.Program}, e.Args...) {
		words.WriteString("<string>")
		if err := xml.EscapeText(&words, []byte(word)); err != nil {
			return ErrQuote
		}
		words.WriteString("</string>")
	}
	all := words.String()
	label := all[:bytes.Index(words.Bytes(), []byte("</string>"))+len("</string>")]
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(`<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">`+
		`<plist version="1.0"><dict><key>Label</key>`+label+`<key>ProgramArguments</key><array>`+all[len(label):]+`</array>`+
		`<key>RunAtLoad</key><true/><key>ProcessType</key><string>Interactive</string></dict></plist>`), 0o600)
}

// Disable removes the launch agent.
func (e Entry) Disable() error {
	path, err := e.file()
	if err != nil {
		return err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
