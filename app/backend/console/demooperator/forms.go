//go:build demo

package demooperator

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

// formsBrowser is a browser without scripts: it reads forms and posts them.
type formsBrowser struct {
	base   *url.URL
	client *http.Client
	here   *html.Node
}

const maxPage = 16 << 20

func newForms(base *url.URL) *formsBrowser {
	jar, _ := cookiejar.New(nil) // it fails for no options
	transport := http.DefaultTransport.(*http.Transport).Clone()
	return &formsBrowser{base: base, client: &http.Client{Jar: jar, Transport: transport}}
}

func (b *formsBrowser) open(ctx context.Context, path string) (*html.Node, error) {
	return b.fetch(ctx, http.MethodGet, path, nil)
}

func (b *formsBrowser) press(ctx context.Context, p press) (*html.Node, error) {
	for _, f := range all(b.here, func(n *html.Node) bool { return n.Data == "form" && attr(n, "action") == p.action }) {
		if values, ok := fill(f, p); ok {
			return b.fetch(ctx, http.MethodPost, p.action, values)
		}
	}
	return nil, errors.New("the page has no such form, or its button cannot be pressed")
}

// fill gives what a form sends when a button is pressed, if it has that button.
func fill(f *html.Node, p press) (url.Values, bool) {
	values, pressed, filled := url.Values{}, false, 0
	for _, n := range all(f, func(n *html.Node) bool { return n.Data == "input" || n.Data == "select" || n.Data == "button" }) {
		name := attr(n, "name")
		if n.Data == "button" {
			if !pressed && attr(n, "value") == p.value && !has(n, "disabled") {
				pressed = true
				if name != "" {
					values.Set(name, p.value)
				}
			}
			continue
		}
		value, given := p.fields[name]
		if given {
			filled++
		} else {
			value = attr(n, "value")
		}
		if value == "" && has(n, "required") {
			return nil, false
		}
		values.Set(name, value)
	}
	return values, pressed && filled == len(p.fields)
}

func (b *formsBrowser) fetch(ctx context.Context, method, path string, values url.Values) (*html.Node, error) {
	response, err := b.send(ctx, method, path, values)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	page, err := html.Parse(io.LimitReader(response.Body, maxPage))
	if err != nil {
		return nil, fmt.Errorf("read a page of the console: %w", err)
	}
	b.here = page
	return page, nil
}

func (b *formsBrowser) send(ctx context.Context, method, path string, values url.Values) (*http.Response, error) {
	target, err := b.base.Parse(path)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, method, target.String(), strings.NewReader(values.Encode()))
	if err != nil {
		return nil, err
	}
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	response, err := b.client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("reach the console: %w", err)
	}
	return response, nil
}

// watch fetches the pictures and the recording, as a browser shows them.
func (b *formsBrowser) watch(ctx context.Context, page *html.Node) error {
	for _, n := range all(page, func(n *html.Node) bool { return attr(n, "src") != "" || attr(n, "data-recording") != "" }) {
		response, err := b.send(ctx, http.MethodGet, attr(n, "src")+attr(n, "data-recording"), nil)
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, response.Body)
		if err = errors.Join(err, response.Body.Close()); err != nil {
			return err
		}
		if response.StatusCode != http.StatusOK {
			return fmt.Errorf("evidence is answered with status %d", response.StatusCode)
		}
	}
	return nil
}

func (*formsBrowser) picture(context.Context, string) error { return nil }

func (b *formsBrowser) close() error {
	b.client.CloseIdleConnections()
	return nil
}
