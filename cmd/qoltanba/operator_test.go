//go:build demo

package main

import (
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// operator works the console's real pages by its forms: what is decided here,
// a person could have decided in a browser.
type operator struct {
	base     string
	client   *http.Client
	password string
	verdicts []string // "approve" or a reason to reject, one for each case in turn
	iin      string   // told by the citizen who is called back; "" refuses no call and answers none
}

var (
	caseLink = regexp.MustCompile(`/console/case/([A-Za-z0-9_-]+)"`)
	callForm = regexp.MustCompile(`action="/console/calls/([A-Za-z0-9_-]+)"`)
	csrf     = regexp.MustCompile(`name="csrf" value="([^"]*)"`)
	revision = regexp.MustCompile(`name="version" value="([^"]*)"`)
)

// work logs in and decides what waits until ctx ends or every verdict is given.
// What fails is tried again: another operator, or a busy computer, may be the
// cause. The error is the last.
func (o *operator) work(ctx context.Context) error {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return err
	}
	o.client = &http.Client{Jar: jar, Timeout: 10 * time.Second}
	defer o.client.CloseIdleConnections()
	if _, err := o.post(ctx, "/console/login", url.Values{"login": {"op"}, "password": {o.password}}); err != nil {
		return err
	}
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for len(o.verdicts) > 0 || o.iin != "" {
		err = errors.Join(o.decide(ctx), o.call(ctx))
		select {
		case <-ctx.Done():
			return err
		case <-tick.C:
		}
	}
	return nil
}

func (o *operator) decide(ctx context.Context) error {
	queue, err := o.get(ctx, "/console/")
	if err != nil {
		return err
	}
	found := caseLink.FindStringSubmatch(queue)
	if found == nil || len(o.verdicts) == 0 {
		return nil
	}
	page, err := o.get(ctx, "/console/case/"+found[1])
	if err != nil {
		return err
	}
	form := url.Values{"csrf": {value(csrf, page)}, "version": {value(revision, page)}, "decision": {"approve"}}
	if o.verdicts[0] != "approve" {
		form.Set("decision", "reject")
		form.Set("reason", o.verdicts[0])
	}
	if _, err := o.post(ctx, "/console/case/"+found[1], form); err != nil {
		return err
	}
	o.verdicts = o.verdicts[1:]
	return nil
}

// call registers the phone of a citizen who asked to be called.
func (o *operator) call(ctx context.Context) error {
	if o.iin == "" {
		return nil
	}
	page, err := o.get(ctx, "/console/calls")
	if err != nil {
		return err
	}
	found := callForm.FindStringSubmatch(page)
	if found == nil {
		return nil
	}
	form := url.Values{"csrf": {value(csrf, page)}, "iin": {o.iin}, "outcome": {"registered"}}
	if _, err = o.post(ctx, "/console/calls/"+found[1], form); err == nil {
		o.iin = ""
	}
	return err
}

func value(pattern *regexp.Regexp, page string) string {
	if found := pattern.FindStringSubmatch(page); found != nil {
		return html.UnescapeString(found[1])
	}
	return ""
}

func (o *operator) get(ctx context.Context, path string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, o.base+path, nil)
	if err != nil {
		return "", err
	}
	return o.do(request)
}

func (o *operator) post(ctx context.Context, path string, form url.Values) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, o.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return o.do(request)
}

func (o *operator) do(request *http.Request) (string, error) {
	request.Header.Set("Origin", o.base)
	response, err := o.client.Do(request)
	if err != nil {
		return "", err
	}
	defer func() { _ = response.Body.Close() }()
	page, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		return "", err
	}
	if response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s %s: status %d", request.Method, request.URL.Path, response.StatusCode)
	}
	return string(page), nil
}
