package doctor

import (
	"archive/zip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"time"

	"qoltanba/app/api"
)

// Report is what is printed, and sent to support staff.
type Report struct {
	Version  string    `json:"version"`
	System   string    `json:"system"` // such as linux/amd64
	Desktop  string    `json:"desktop,omitempty"`
	At       time.Time `json:"at"`
	Language string    `json:"language"`
	Findings []Entry   `json:"findings"`
}

// Entry is a finding in words.
type Entry struct {
	Code    Code   `json:"code"`
	Level   Level  `json:"level"`
	Subject string `json:"subject,omitempty"`
	Cause   string `json:"cause"`
	Remedy  string `json:"remedy,omitempty"`
	Fixable bool   `json:"fixable,omitempty"` // by the program, when it is told to
	Detail  string `json:"detail,omitempty"`
}

// NewReport puts findings into words. The name of the person's own folder, which
// tells who they are, is written ~ wherever it appears.
func NewReport(findings []Finding, version, home string, l api.Language, at time.Time) Report {
	r := Report{
		Version: version, System: runtime.GOOS + "/" + runtime.GOARCH, At: at.UTC().Truncate(time.Second), Language: string(l), Findings: []Entry{},
		Desktop: strings.Trim(os.Getenv("XDG_CURRENT_DESKTOP")+" "+os.Getenv("XDG_SESSION_TYPE"), " "),
	}
	hide := func(s string) string {
		if len(home) < 2 {
			return s
		}
		return strings.ReplaceAll(s, home, "~")
	}
	for _, f := range findings {
		r.Findings = append(r.Findings, Entry{
			f.Code, f.Level, hide(f.Subject), hide(f.Cause(l)), f.Remedy(l), f.Fix != nil, hide(f.Detail),
		})
	}
	return r
}

// marks are what stands before a line.
var marks = map[Level]string{OK: "✓", Note: "·", Warning: "!", Failure: "✗"}

// Text is the report for reading.
func (r Report) Text() string {
	var b strings.Builder
	for _, e := range r.Findings {
		_, _ = fmt.Fprintf(&b, "%s %s\n", marks[e.Level], e.Cause)
		if e.Remedy != "" {
			_, _ = fmt.Fprintf(&b, "    → %s\n", e.Remedy)
		}
		if e.Detail != "" && e.Level != OK {
			_, _ = fmt.Fprintf(&b, "      (%s)\n", e.Detail)
		}
	}
	return b.String()
}

// WriteBundle writes a ZIP file with the report as values and for reading, and
// nothing else: no keys, no certificates, no log.
func WriteBundle(w io.Writer, r Report) error {
	z := zip.NewWriter(w)
	value, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	for _, file := range []struct {
		name    string
		content []byte
	}{{"doctor.json", value}, {"doctor.txt", []byte(r.Text())}} {
		out, err := z.CreateHeader(&zip.FileHeader{Name: file.name, Method: zip.Deflate, Modified: r.At})
		if err != nil {
			return err
		}
		if _, err := out.Write(file.content); err != nil {
			return err
		}
	}
	return z.Close()
}
