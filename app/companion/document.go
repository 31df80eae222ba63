package companion

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"unicode/utf8"

	"qoltanba/keystore/ber"
	"qoltanba/keystore/cms"
)

// Kind is how a document is shown.
type Kind uint8

// The kinds, told by the content alone.
const (
	Other Kind = iota // shown by size and hash
	Text
	XML
	JSON
	PDF
	Picture
	// Signature has signers already; another joins them.
	Signature
	// Digest is the hash of a document that the caller keeps to itself: nobody
	// here can tell what is signed.
	Digest
)

// Document is what is to be signed.
type Document struct {
	Kind    Kind
	Path    string // of a file of this computer, "" for what the caller sent
	Content []byte
}

// Format hides the content whatever the verb.
func (Document) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("[document]")) }

// LogValue hides the content.
func (Document) LogValue() slog.Value { return slog.StringValue("[document]") }

// magic are the first bytes of what is shown as it is.
var magic = []struct {
	first string
	kind  Kind
}{
	{"%PDF-", PDF},
	{"\x89PNG\r\n\x1a\n", Picture},
	{"\xff\xd8\xff", Picture},
	{"GIF8", Picture},
}

// documentOf makes a document of what a caller sent. A signature in BER, as Java
// programs write it, is taken in DER: shown and signed are the same bytes.
func documentOf(content []byte) Document {
	kind := KindOf(content)
	if kind == Other && len(content) > 0 && content[0] == 0x30 {
		if der, err := ber.Normalise(content, cms.MaxSize); err == nil && KindOf(der) == Signature {
			return Document{Kind: Signature, Content: der}
		}
	}
	return Document{Kind: kind, Content: content}
}

// KindOf tells how to show content.
func KindOf(content []byte) Kind {
	for _, m := range magic {
		if bytes.HasPrefix(content, []byte(m.first)) {
			return m.kind
		}
	}
	if len(content) > 0 && content[0] == 0x30 {
		if _, err := cms.Parse(content); err == nil {
			return Signature
		}
	}
	if len(content) > maxReadable || !readable(content) {
		return Other
	}
	trimmed := bytes.TrimSpace(bytes.TrimPrefix(content, []byte("\xef\xbb\xbf")))
	switch {
	case bytes.HasPrefix(trimmed, []byte("<")):
		return XML
	case len(trimmed) > 0 && (trimmed[0] == '{' || trimmed[0] == '[') && json.Valid(trimmed):
		return JSON
	}
	return Text
}

// maxReadable is how many bytes are shown as text: nobody reads more.
const maxReadable = 8 << 20

// readable tells whether content is text without control characters, by which
// a terminal or a reader could be misled.
func readable(content []byte) bool {
	if !utf8.Valid(content) {
		return false
	}
	for _, r := range string(content) {
		if r < ' ' && r != '\n' && r != '\r' && r != '\t' || r == 0x7f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return false
		}
	}
	return true
}
