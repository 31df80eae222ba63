package server

import (
	"bytes"
	"log/slog"
	"strings"
)

// logLines is a log to look into.
type logLines struct{ text bytes.Buffer }

func (l *logLines) logger() *slog.Logger { return slog.New(slog.NewTextHandler(&l.text, nil)) }

func (l *logLines) has(s string) bool { return strings.Contains(l.text.String(), s) }
