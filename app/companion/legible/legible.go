// Package legible makes a document readable for the person who is to sign it:
// text as it is, XML as an indented tree, JSON in lines, and of everything else
// what it is, how long, and its SHA-256.
//
// [Of] never fails: what cannot be read is described. Its text is bounded in
// lines and width, has no character that could turn text round or steer what
// shows it, and says when it is not all.
package legible

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"unicode"

	"qoltanba/app/companion"
	"qoltanba/keystore/ber"
	"qoltanba/keystore/cms"
)

// Bounds on what is shown.
const (
	maxText  = 96 << 10 // bytes
	maxLines = 1500
	maxWord  = 48 // characters without a blank
	maxDepth = 24 // levels that are indented
)

// Sheet is a document as it is shown.
type Sheet struct {
	Kind   companion.Kind // of what is shown; that of the content for a signature that holds one
	Name   string         // of the file, "" for what the caller sent
	Size   int            // bytes of what is signed
	SHA256 string         // of what is signed, in groups; for Digest the digest itself
	Text   string         // "" where nothing can be read
	Cut    bool           // there is more than is shown
	// Signed says that others have signed already, and how many.
	Signed int
	// Unseen says that nobody here can tell what is signed: a digest, or a
	// signature whose content lies elsewhere.
	Unseen bool
	// Content is what is signed, as it came; nil where it is not here. Of a
	// picture or a PDF it is what to draw: foreign bytes.
	Content []byte
}

// Of reads a document.
func Of(d companion.Document) Sheet {
	s := Sheet{Kind: d.Kind, Size: len(d.Content)}
	if d.Path != "" {
		s.Name = Line(filepath.Base(d.Path))
	}
	sum := sha256.Sum256(d.Content)
	s.SHA256 = groups(sum[:])
	content := d.Content
	switch d.Kind {
	case companion.Digest:
		s.SHA256, s.Unseen = groups(d.Content), true
		return s
	case companion.Signature:
		content = s.open(d.Content)
	default:
	}
	s.Content = content
	switch s.Kind {
	case companion.Text:
		s.fill(string(content))
	case companion.XML:
		s.fill(tree(content))
	case companion.JSON:
		var pretty bytes.Buffer
		if json.Indent(&pretty, bytes.TrimSpace(content), "", "\t") != nil {
			pretty.Write(content)
		}
		s.fill(pretty.String())
	default:
	}
	return s
}

// open looks into a signature that another one joins.
func (s *Sheet) open(der []byte) []byte {
	sd, err := cms.Parse(der)
	if err != nil {
		if plain, berErr := ber.Normalise(der, cms.MaxSize); berErr == nil {
			sd, err = cms.Parse(plain)
		}
	}
	if err != nil {
		return nil
	}
	s.Signed, s.Unseen = sd.Signers(), sd.Detached
	if sd.Detached {
		return nil
	}
	s.Kind = companion.KindOf(sd.Content)
	return sd.Content
}

// fill takes text in, as far as the bounds go.
func (s *Sheet) fill(text string) {
	if len(text) > maxText {
		text, s.Cut = text[:maxText], true
	}
	lines := strings.Split(strings.TrimRight(text, "\r\n\t "), "\n")
	if len(lines) > maxLines {
		lines, s.Cut = lines[:maxLines], true
	}
	for i, line := range lines {
		lines[i] = wrap(Line(strings.TrimRight(line, "\r")))
	}
	s.Text = strings.Join(lines, "\n")
}

// indent is a level of a tree: blanks at which no line breaks.
const indent = "\u00a0\u00a0\u00a0"

// Line makes what could steer or turn text visible as what it is, and indents
// by tabulators.
func Line(text string) string {
	level := len(text) - len(strings.TrimLeft(text, "\t"))
	return strings.Repeat(indent, min(level, maxDepth)) + strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case r == '\u00a0', unicode.IsPrint(r) && !unicode.Is(unicode.Bidi_Control, r):
			return r
		}
		return '\ufffd'
	}, text[level:])
}

// wrap breaks words that no window is wide enough for.
func wrap(line string) string {
	var out strings.Builder
	run := 0
	for _, r := range line {
		if r == ' ' {
			run = 0
		} else if run++; run > maxWord {
			out.WriteByte('\n')
			run = 1
		}
		out.WriteRune(r)
	}
	return out.String()
}

// tree writes XML as an indented tree: what lies within an element stands one
// level deeper. What is no XML is given as it is.
func tree(document []byte) string {
	var out strings.Builder
	read := xml.NewDecoder(bytes.NewReader(document))
	read.CharsetReader = func(string, io.Reader) (io.Reader, error) { return nil, errors.ErrUnsupported }
	for depth := 0; out.Len() <= maxText; {
		token, err := read.RawToken()
		if errors.Is(err, io.EOF) {
			return out.String()
		}
		if err != nil {
			return string(document)
		}
		switch t := token.(type) {
		case xml.StartElement:
			line := name(t.Name)
			for _, a := range t.Attr {
				line += "  " + name(a.Name) + "=\"" + a.Value + "\""
			}
			put(&out, depth, line)
			depth++
		case xml.EndElement:
			depth--
		case xml.CharData:
			put(&out, depth, string(t))
		case xml.Comment:
			put(&out, depth, "<!-- "+string(t)+" -->")
		case xml.ProcInst:
			if t.Target != "xml" {
				put(&out, depth, "<?"+t.Target+" "+string(t.Inst)+"?>")
			}
		case xml.Directive:
			put(&out, depth, "<!"+string(t)+">")
		}
	}
	return out.String()
}

func name(n xml.Name) string {
	if n.Space == "" {
		return n.Local
	}
	return n.Space + ":" + n.Local
}

// put writes each line of a text that is not blank.
func put(out *strings.Builder, depth int, text string) {
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			out.WriteString(strings.Repeat("\t", min(max(depth, 0), maxDepth)) + line + "\n")
		}
	}
}

// groups writes bytes in hexadecimal, in groups of eight digits.
func groups(b []byte) string {
	text := hex.EncodeToString(b)
	var parts []string
	for len(text) > 8 && len(parts) < 16 {
		parts, text = append(parts, text[:8]), text[8:]
	}
	return strings.Join(append(parts, text[:min(8, len(text))]), " ")
}
