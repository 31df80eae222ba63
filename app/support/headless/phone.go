//go:build demo

package headless

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"qoltanba/app/api"
)

// phone is the demo phone in the sample citizen's hand, which the demo backend
// shows at /demo/phone.json.
type phone struct {
	base   *url.URL
	number api.Phone
	seen   time.Time // of the last message whose code was used
}

var (
	codePattern = regexp.MustCompile(`\b\d{6}\b`)
	errNoCode   = errors.New("no code came to the demo phone")
)

const (
	lookEvery  = 200 * time.Millisecond
	maxMessage = 1 << 20
)

// code waits for a message that is newer than the last and has a code.
func (p *phone) code(ctx context.Context, patience time.Duration) (api.Secret, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		code, err := p.look(ctx)
		if err == nil && code != "" {
			return code, nil
		}
		select {
		case <-ctx.Done():
			return "", errors.Join(errNoCode, err)
		case <-tick.C:
		}
	}
}

func (p *phone) look(ctx context.Context) (api.Secret, error) {
	address := strings.TrimSuffix(p.base.String(), "/") + "/demo/phone.json?to=" + url.QueryEscape(string(p.number))
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", errors.New("the demo phone does not answer") // the address holds the number
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("the demo phone answers with status %d", response.StatusCode)
	}
	content, err := io.ReadAll(io.LimitReader(response.Body, maxMessage))
	if err != nil {
		return "", err
	}
	at, code, err := newestCode(content, p.seen)
	if err == nil && code != "" {
		p.seen = at
	}
	return code, err
}

// newestCode finds the newest message after a time that has a code.
func newestCode(content []byte, after time.Time) (at time.Time, code api.Secret, err error) {
	var feed struct {
		Messages []struct {
			Text string    `json:"text"`
			At   time.Time `json:"at"`
		} `json:"messages"`
	}
	if err := json.Unmarshal(content, &feed); err != nil {
		return at, "", errors.New("the demo phone answers in no form known here")
	}
	for _, m := range feed.Messages {
		if found := codePattern.FindString(m.Text); found != "" && m.At.After(after) && m.At.After(at) {
			at, code = m.At, api.Secret(found)
		}
	}
	return at, code, nil
}

// mistyped is a code that differs from the right one; the n-th differs from
// the others.
func mistyped(code api.Secret, n int) api.Secret {
	digits := []byte(code)
	i := n % len(digits)
	digits[i] = '0' + (digits[i]-'0'+byte(1+n/len(digits)))%10 //nolint:gosec // small
	return api.Secret(digits)
}
