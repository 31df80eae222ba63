//go:build demo

package demooperator

import (
	"strings"

	"golang.org/x/net/html"
)

// all lists the elements beneath a node that are as wanted, in the order of the page.
func all(n *html.Node, wanted func(*html.Node) bool) []*html.Node {
	var found []*html.Node
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && wanted(d) {
			found = append(found, d)
		}
	}
	return found
}

// form finds the form with an action.
func form(page *html.Node, action string) *html.Node {
	for _, f := range all(page, func(n *html.Node) bool { return n.Data == "form" && attr(n, "action") == action }) {
		return f
	}
	return nil
}

// links lists where the page's links lead, beneath a path.
func links(page *html.Node, beneath string) []string {
	var paths []string
	for _, a := range all(page, func(n *html.Node) bool { return n.Data == "a" && strings.HasPrefix(attr(n, "href"), beneath) }) {
		paths = append(paths, attr(a, "href"))
	}
	return paths
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

// text is what stands beneath a node.
func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.TrimSpace(b.String())
}
