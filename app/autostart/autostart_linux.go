package autostart

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
)

func (e Entry) file() (string, error) {
	base, err := os.UserConfigDir()
	return filepath.Join(base, "autostart", e.ID+".desktop"), err
}

// Enabled tells whether the program starts with the session. An entry that the
// desktop has switched off does not.
func (e Entry) Enabled() bool {
	path, err := e.file()
	if err != nil {
		return false
	}
	content, err := os.ReadFile(path)
	text := string(content)
	return err == nil && !strings.Contains(text, "Hidden=true") && !strings.Contains(text, "X-GNOME-Autostart-enabled=false")
}

// Enable writes the entry (Desktop Application Autostart Specification 0.5).
func (e Entry) Enable() error {
	path, err := e.file()
	if err != nil {
		return err
	}
	command := make([]string, 0, 1+len(e.Args))
	for _, word := range append([]string{e.Program}, e.Args...) {
		if strings.ContainsAny(word, "\n\r\x00") {
			return ErrQuote
		}
		command = append(command, quote(word))
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return os.WriteFile(path, []byte("[Desktop Entry]\nType=Application\nName="+e.Name+"\nExec="+strings.Join(command, " ")+
		"\nTerminal=false\nNoDisplay=true\nX-GNOME-Autostart-enabled=true\n"), 0o600)
}

// quote writes a word of Exec (Desktop Entry Specification, the Exec key): first
// for the command line, then for a string of the file.
func quote(word string) string {
	word = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "`", "\\`", "$", `\$`, "%", "%%").Replace(word)
	return strings.ReplaceAll(`"`+word+`"`, `\`, `\\`)
}

// Disable removes the entry.
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
