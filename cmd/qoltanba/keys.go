package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"qoltanba/keystore/census"
)

func init() { commands["keys"] = keys }

// maxPasswords bounds the file of passwords.
const maxPasswords = 4 << 10

// keys prints which key files lie in each folder. Passwords come from a file or from standard input and never from the command line, which
// other users of the computer can read.
func keys(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("qoltanba keys", flag.ContinueOnError)
	asJSON := flags.Bool("json", false, "print one JSON value a folder")
	from := flags.String("passwords", "", "`file` with passwords to try, one a line; - for standard input")
	limit := flags.Duration("timeout", time.Minute, "how long to look, all folders together")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() == 0 {
		return errors.New("name a folder: qoltanba keys FOLDER")
	}
	passwords, err := readPasswords(*from)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, *limit)
	defer cancel()
	for _, folder := range flags.Args() {
		found, err := census.Take(ctx, folder, census.Options{Passwords: passwords})
		if err != nil && len(found.Files) == 0 {
			return err
		}
		report := reportKeys(folder, found, time.Now())
		if *asJSON {
			err = errors.Join(err, json.NewEncoder(out).Encode(report))
		} else {
			_, writeErr := io.WriteString(out, report.text())
			err = errors.Join(err, writeErr)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func readPasswords(from string) ([]string, error) {
	if from == "" {
		return nil, nil
	}
	in := io.Reader(os.Stdin)
	if from != "-" {
		f, err := os.Open(from)
		if err != nil {
			return nil, err
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	content, err := io.ReadAll(io.LimitReader(in, maxPasswords+1))
	if err != nil {
		return nil, err
	}
	if len(content) > maxPasswords {
		return nil, fmt.Errorf("the file of passwords is larger than %d bytes: give those that may fit", maxPasswords)
	}
	var passwords []string
	for line := range bytes.Lines(content) {
		if line = bytes.TrimRight(line, "\r\n"); len(line) > 0 {
			passwords = append(passwords, string(line))
		}
	}
	return passwords, nil
}

// keysReport is what is printed of one folder. It goes to whoever holds the folder; the IIN is masked all the same, as such lists are sent on.
type keysReport struct {
	Folder string       `json:"folder"`
	Files  []fileReport `json:"files"`
	Links  int          `json:"links_not_followed,omitempty"`
	Cut    bool         `json:"cut,omitempty"`
}

type fileReport struct {
	Path      string           `json:"path"`
	Size      int64            `json:"size"`
	Condition census.Condition `json:"condition"`
	Leftover  bool             `json:"leftover,omitempty"`
	Keys      []keyReport      `json:"keys"`
	Error     string           `json:"error,omitempty"`
}

type keyReport struct {
	ID       string          `json:"id,omitempty"`
	Kind     string          `json:"kind,omitempty"`
	Owner    string          `json:"owner,omitempty"`
	IIN      string          `json:"iin,omitempty"`
	Until    string          `json:"until,omitempty"`
	Expired  bool            `json:"expired,omitempty"`
	Standing census.Standing `json:"standing"`
	Orphan   bool            `json:"orphan,omitempty"`
	TwinOf   string          `json:"twin_of,omitempty"`
}

func reportKeys(folder string, found census.Report, now time.Time) keysReport {
	r := keysReport{Folder: folder, Files: []fileReport{}, Links: found.Links, Cut: found.Cut}
	for _, f := range found.Files {
		file := fileReport{Path: f.Path, Size: f.Size, Condition: f.Condition, Leftover: f.Leftover, Keys: []keyReport{}}
		if f.Err != nil {
			file.Error = f.Err.Error()
		}
		for _, k := range f.Keys {
			key := keyReport{ID: k.ID, Kind: k.Kind.Name(), Standing: k.Standing, Orphan: k.Orphan, TwinOf: k.TwinOf}
			if k.Certificate != nil {
				key.Owner, key.IIN = strings.TrimSpace(k.Owner.CommonName()+" "+k.Owner.Patronymic), maskedIIN(k.Owner.IIN)
				key.Until, key.Expired = k.Until.Format(time.DateOnly), now.After(k.Until)
			}
			file.Keys = append(file.Keys, key)
		}
		r.Files = append(r.Files, file)
	}
	return r
}

// maskedIIN leaves the last three digits.
func maskedIIN(iin string) string {
	if len(iin) != 12 {
		return ""
	}
	return "•••••••••" + iin[9:]
}

// text is the report for reading.
func (r keysReport) text() string {
	var b strings.Builder
	line := func(format string, a ...any) { _, _ = fmt.Fprintf(&b, format+"\n", a...) }
	line("%s: %d key files", r.Folder, len(r.Files))
	for _, f := range r.Files {
		condition := string(f.Condition)
		if f.Leftover {
			condition += ", left by an interrupted writing"
		}
		if f.Error != "" {
			condition += ": " + f.Error
		}
		line("  %s (%s)", f.Path, condition)
		for _, k := range f.Keys {
			line("    %s", k.text())
		}
	}
	if r.Links > 0 {
		line("  %d links were not followed", r.Links)
	}
	if r.Cut {
		line("  not everything was looked at")
	}
	return b.String()
}

func (k keyReport) text() string {
	kind := k.Kind
	if kind == "" {
		kind = "kind not known"
	}
	words := []string{kind}
	for _, fact := range []struct {
		is   bool
		text string
	}{
		{k.Owner != "", k.Owner},
		{k.IIN != "", "IIN " + k.IIN},
		{k.Until != "", "valid until " + k.Until},
		{k.Expired, "EXPIRED"},
		{k.Until != "", "revocation: " + string(k.Standing)},
		{k.Orphan, "key without certificate"},
		{k.TwinOf != "", "the same key as in " + k.TwinOf},
		{k.Until == "" && k.ID != "", "key " + k.ID},
	} {
		if fact.is {
			words = append(words, fact.text)
		}
	}
	return strings.Join(words, "; ")
}
