package xmldsig

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"unicode/utf8"
)

const xmlNamespace = "http://www.w3.org/XML/1998/namespace"

// node is an element, a text or a processing instruction. Comments are not
// kept: what is signed by URI="" has none (XML Signature, 4.4.3.3).
type node struct {
	parent   *node
	children []*node
	// prefix and name are an element's, or an instruction's target.
	prefix, name string
	attributes   []attribute
	declared     map[string]string // namespaces by prefix, declared here
	text         string            // of a text, or an instruction's content
	kind         kind
}

type kind uint8

const (
	isElement kind = iota
	isText
	isInstruction
)

type attribute struct{ prefix, name, space, value string }

// document is one that was parsed.
type document struct {
	source        []byte // with line ends of one kind and without the declaration
	root          *node
	before, after []*node // instructions beside the root
	// end is where the root's end tag begins; within is false where it is an
	// empty-element tag, which end points into, at its slash.
	end    int
	within bool
}

// reading is the state of a parse.
type reading struct {
	decoder *xml.Decoder
	doc     *document
	offset  int // of the source within what came
	top     *node
	depth   int
	nodes   int
}

// parse reads a document; the errors are *SyntaxError and ErrForm.
func parse(raw []byte) (*document, error) {
	if len(raw) > MaxSize {
		return nil, ErrForm
	}
	source := bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	if bytes.IndexByte(source, '\r') >= 0 {
		source = bytes.ReplaceAll(bytes.ReplaceAll(source, []byte("\r\n"), []byte("\n")), []byte("\r"), []byte("\n"))
	}
	rest := undeclared(source)
	r := &reading{doc: &document{source: blankAttributes(rest)}, offset: len(source) - len(rest)}
	if !utf8.Valid(source) {
		return nil, r.fail(0, "Invalid byte in the UTF-8 sequence.")
	}
	r.decoder = xml.NewDecoder(bytes.NewReader(r.doc.source))
	for {
		at := int(r.decoder.InputOffset())
		token, err := r.decoder.RawToken()
		if errors.Is(err, io.EOF) {
			return r.doc, r.finish()
		}
		if err != nil {
			return nil, r.broken(err)
		}
		if err := r.take(token, at); err != nil {
			return nil, err
		}
	}
}

// undeclared cuts the XML declaration off: the text is UTF-8 whatever it says.
func undeclared(source []byte) []byte {
	rest, is := bytes.CutPrefix(source, []byte("<?xml"))
	if !is || len(rest) == 0 || !strings.ContainsRune(" \t\n", rune(rest[0])) {
		return source
	}
	_, after, closed := bytes.Cut(rest, []byte("?>"))
	if !closed {
		return source
	}
	return after
}

// blankAttributes writes a blank for each tab and line end in the value of an
// attribute, as XML wants it (XML 1.0, 3.3.3), but not for references to such.
// Nothing gets longer or shorter.
func blankAttributes(source []byte) []byte {
	out := bytes.Clone(source)
	for i := 0; i < len(out); {
		if out[i] != '<' {
			i++
			continue
		}
		i = skipMarkup(out, i)
	}
	return out
}

// skipMarkup goes past the markup at i and blanks the attributes in it.
func skipMarkup(out []byte, i int) int {
	for _, m := range []struct{ begin, end string }{{"<!--", "-->"}, {"<![CDATA[", "]]>"}, {"<?", "?>"}} {
		if !bytes.HasPrefix(out[i:], []byte(m.begin)) {
			continue
		}
		if n := bytes.Index(out[i+len(m.begin):], []byte(m.end)); n >= 0 {
			return i + len(m.begin) + n + len(m.end)
		}
		return len(out)
	}
	var quote byte
	for i++; i < len(out); i++ {
		switch c := out[i]; {
		case quote == 0 && c == '>':
			return i + 1
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0 && (c == '\n' || c == '\t'):
			out[i] = ' '
		}
	}
	return i
}

// take puts a token that began at an offset into the tree.
func (r *reading) take(token xml.Token, at int) error {
	if r.nodes++; r.nodes > maxNodes {
		return ErrForm
	}
	switch t := token.(type) {
	case xml.StartElement:
		return r.start(t)
	case xml.EndElement:
		return r.finishElement(t, at)
	case xml.CharData:
		if r.top != nil {
			r.add(&node{kind: isText, text: string(t)})
			return nil
		}
		if len(bytes.TrimLeft(t, " \t\n")) > 0 {
			return r.fail(at, misplaced(r.doc.root == nil))
		}
	case xml.ProcInst:
		if strings.EqualFold(t.Target, "xml") {
			return r.fail(at, `The processing instruction target matching "[xX][mM][lL]" is not allowed.`)
		}
		r.add(&node{kind: isInstruction, name: t.Target, text: string(t.Inst)})
	case xml.Directive:
		return r.fail(at, "DOCTYPE is disallowed.")
	}
	return nil
}

func misplaced(prolog bool) string {
	if prolog {
		return "Content is not allowed in prolog."
	}
	return "Content is not allowed in trailing section."
}

func (r *reading) add(n *node) {
	switch n.parent = r.top; {
	case r.top != nil:
		r.top.children = append(r.top.children, n)
	case r.doc.root == nil:
		r.doc.before = append(r.doc.before, n)
	default:
		r.doc.after = append(r.doc.after, n)
	}
}

func (r *reading) start(t xml.StartElement) error {
	at := int(r.decoder.InputOffset())
	if r.top == nil && r.doc.root != nil {
		return r.fail(at, "The markup in the document following the root element must be well-formed.")
	}
	if r.depth++; r.depth > maxDepth {
		return ErrForm
	}
	n := &node{prefix: t.Name.Space, name: t.Name.Local}
	if r.top == nil {
		r.doc.root = n
	} else {
		r.add(n)
	}
	r.top = n
	return r.attributes(n, t.Attr, at)
}

// attributes tells namespaces from the rest, and refuses what is there twice.
func (r *reading) attributes(n *node, all []xml.Attr, at int) error {
	for _, a := range all {
		if r.nodes++; r.nodes > maxNodes {
			return ErrForm
		}
		prefix, isNamespace := "", a.Name.Space == "" && a.Name.Local == "xmlns"
		if a.Name.Space == "xmlns" {
			prefix, isNamespace = a.Name.Local, true
		}
		if !isNamespace {
			n.attributes = append(n.attributes, attribute{prefix: a.Name.Space, name: a.Name.Local, value: a.Value})
			continue
		}
		if n.declared == nil {
			n.declared = map[string]string{}
		}
		_, twice := n.declared[prefix]
		if twice || prefix == "xmlns" || prefix == "xml" && a.Value != xmlNamespace || prefix != "" && a.Value == "" {
			return r.fail(at, "A namespace is declared twice, or may not be declared like this.")
		}
		n.declared[prefix] = a.Value
	}
	if _, bound := n.space(n.prefix); !bound {
		return r.fail(at, `The prefix "`+n.prefix+`" for element "`+n.prefix+":"+n.name+`" is not bound.`)
	}
	seen := make(map[[2]string]bool, len(n.attributes))
	for i := range n.attributes {
		a := &n.attributes[i]
		if a.prefix != "" {
			space, bound := n.space(a.prefix)
			if a.space = space; !bound {
				return r.fail(at, `The prefix "`+a.prefix+`" for attribute "`+a.prefix+":"+a.name+`" is not bound.`)
			}
		}
		key := [2]string{a.space, a.name}
		if seen[key] {
			return r.fail(at, `Attribute "`+a.name+`" was already specified for element "`+n.name+`".`)
		}
		seen[key] = true
	}
	return nil
}

// space returns the namespace of a prefix where n stands.
func (n *node) space(prefix string) (string, bool) {
	if prefix == "xml" {
		return xmlNamespace, true
	}
	for ; n != nil; n = n.parent {
		if space, declared := n.declared[prefix]; declared {
			return space, true
		}
	}
	return "", prefix == ""
}

func (r *reading) finishElement(t xml.EndElement, at int) error {
	if r.top == nil || t.Name.Local != r.top.name || t.Name.Space != r.top.prefix {
		if r.top == nil {
			return r.fail(at, "The markup in the document must be well-formed.")
		}
		name := r.top.name
		if r.top.prefix != "" {
			name = r.top.prefix + ":" + name
		}
		return r.fail(int(r.decoder.InputOffset()), `The element type "`+name+`" must be terminated by the matching end-tag "</`+name+`>".`)
	}
	if r.top == r.doc.root {
		r.doc.end, r.doc.within = at, true
		if at == int(r.decoder.InputOffset()) { // an empty-element tag gives two tokens
			r.doc.end, r.doc.within = at-2, false
		}
	}
	r.depth--
	r.top = r.top.parent
	return nil
}

// finish judges the end of the text.
func (r *reading) finish() error {
	end := len(r.doc.source)
	switch {
	case r.doc.root == nil:
		return r.fail(end, "Premature end of file.")
	case r.top != nil:
		return r.fail(end, unfinished)
	}
	return nil
}

const unfinished = "XML document structures must start and end within the same entity."

// broken puts an error of the tokens into other words.
func (r *reading) broken(err error) error {
	var syntax *xml.SyntaxError
	if errors.As(err, &syntax) && strings.Contains(syntax.Msg, "unexpected EOF") {
		return r.fail(len(r.doc.source), unfinished)
	}
	return r.fail(int(r.decoder.InputOffset()), "The markup is not well-formed.")
}

// fail makes an error at an offset of the source.
func (r *reading) fail(offset int, message string) error {
	// The declaration, which was cut off, stands on the first lines.
	before := r.doc.source[:min(offset, len(r.doc.source))]
	e := &SyntaxError{Line: 1 + bytes.Count(before, []byte("\n")), Message: message}
	if at := bytes.LastIndexByte(before, '\n'); at >= 0 {
		e.Column = utf8.RuneCount(before[at+1:]) + 1
	} else {
		e.Column = r.offset + utf8.RuneCount(before) + 1
	}
	return e
}

// insert puts text before the end of the root.
func (d *document) insert(text string) []byte {
	var out bytes.Buffer
	out.Grow(len(declaration) + len(d.source) + len(text) + len(d.root.name) + 16)
	out.WriteString(declaration)
	source := bytes.TrimLeft(d.source, "\n\t ")
	end := d.end - (len(d.source) - len(source))
	out.Write(source[:end])
	if d.within {
		out.WriteString(text)
		out.Write(source[end:])
		return out.Bytes()
	}
	out.WriteString(">" + text + "</")
	if d.root.prefix != "" {
		out.WriteString(d.root.prefix + ":")
	}
	out.WriteString(d.root.name + ">")
	out.Write(source[end+len("/>"):])
	return out.Bytes()
}

// is tells whether n is an element of XML Signature of that name.
func (n *node) is(name string) bool {
	if n.kind != isElement || n.name != name {
		return false
	}
	space, _ := n.space(n.prefix)
	return space == namespace
}

// last returns the last child of XML Signature of that name, nil if there is none.
func (n *node) last(name string) *node {
	for i := len(n.children) - 1; i >= 0; i-- {
		if n.children[i].is(name) {
			return n.children[i]
		}
	}
	return nil
}

// first returns the first child of XML Signature of that name, nil if there is
// none, also of nil.
func (n *node) first(name string) *node {
	if n == nil {
		return nil
	}
	for _, c := range n.children {
		if c.is(name) {
			return c
		}
	}
	return nil
}
