package xmldsig

import (
	"bytes"
	"cmp"
	"maps"
	"slices"
	"strings"
)

// canonical writes the document in Canonical XML 1.0, without comments and
// without one element, which may be nil (the enveloped signature).
func (d *document) canonical(without *node) []byte {
	c := canon{without: without}
	for _, n := range d.before {
		c.instruction(n)
		c.out.WriteByte('\n')
	}
	c.element(d.root, nil, nil)
	for _, n := range d.after {
		c.out.WriteByte('\n')
		c.instruction(n)
	}
	return c.out.Bytes()
}

// canonicalSubtree writes an element and all in it as a document subset: what it
// inherits of namespaces and of attributes beginning with xml: is written at
// its beginning (Canonical XML 1.0, 2.4).
func canonicalSubtree(n *node) []byte {
	inherited := map[string]string{}
	var attributes []attribute
	for a := n.parent; a != nil; a = a.parent {
		for prefix, space := range a.declared {
			if _, nearer := inherited[prefix]; !nearer {
				inherited[prefix] = space
			}
		}
		for _, x := range a.attributes {
			same := func(y attribute) bool { return y.space == xmlNamespace && y.name == x.name }
			if x.space == xmlNamespace && !slices.ContainsFunc(attributes, same) && !slices.ContainsFunc(n.attributes, same) {
				attributes = append(attributes, x)
			}
		}
	}
	c := canon{}
	c.element(n, inherited, attributes)
	return c.out.Bytes()
}

type canon struct {
	out     bytes.Buffer
	without *node
}

// element writes one; at the beginning of a subset, with the namespaces and
// attributes it inherits.
func (c *canon) element(n *node, spaces map[string]string, more []attribute) {
	name := n.name
	if n.prefix != "" {
		name = n.prefix + ":" + name
	}
	c.out.WriteString("<" + name)
	all := maps.Clone(spaces)
	if all == nil {
		all = map[string]string{}
	}
	for prefix, space := range n.declared {
		// What the parent has is written there already.
		if inherited, _ := n.parent.space(prefix); spaces != nil || inherited != space || n.parent == nil {
			all[prefix] = space
		} else {
			delete(all, prefix)
		}
	}
	c.namespaces(n, all, spaces != nil)
	c.attributes(slices.Concat(n.attributes, more))
	c.out.WriteByte('>')
	for _, child := range n.children {
		switch {
		case child == c.without:
		case child.kind == isElement:
			c.element(child, nil, nil)
		case child.kind == isText:
			escapeText(&c.out, child.text)
		default:
			c.instruction(child)
		}
	}
	c.out.WriteString("</" + name + ">")
}

// namespaces writes declarations, the default one first.
func (c *canon) namespaces(n *node, all map[string]string, apex bool) {
	for _, prefix := range slices.Sorted(maps.Keys(all)) {
		space := all[prefix]
		if prefix == "xml" || prefix == "" && space == "" && (apex || n.parent == nil) {
			continue
		}
		c.out.WriteString(" xmlns")
		if prefix != "" {
			c.out.WriteString(":" + prefix)
		}
		c.out.WriteString(`="`)
		escapeValue(&c.out, space)
		c.out.WriteByte('"')
	}
}

func (c *canon) attributes(all []attribute) {
	slices.SortFunc(all, func(a, b attribute) int {
		return cmp.Or(strings.Compare(a.space, b.space), strings.Compare(a.name, b.name))
	})
	for _, a := range all {
		c.out.WriteByte(' ')
		if a.prefix != "" {
			c.out.WriteString(a.prefix + ":")
		}
		c.out.WriteString(a.name + `="`)
		escapeValue(&c.out, a.value)
		c.out.WriteByte('"')
	}
}

func (c *canon) instruction(n *node) {
	c.out.WriteString("<?" + n.name)
	if n.text != "" {
		c.out.WriteString(" " + strings.ReplaceAll(n.text, "\r", "&#xD;"))
	}
	c.out.WriteString("?>")
}

var (
	inText  = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\r", "&#xD;")
	inValue = strings.NewReplacer("&", "&amp;", "<", "&lt;", `"`, "&quot;", "\t", "&#x9;", "\n", "&#xA;", "\r", "&#xD;")
)

func escapeText(out *bytes.Buffer, s string)  { _, _ = inText.WriteString(out, s) }
func escapeValue(out *bytes.Buffer, s string) { _, _ = inValue.WriteString(out, s) }
