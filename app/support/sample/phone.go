//go:build demo

package sample

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

// Phone is the demo phone in the sample citizen's hand, which the demo backend
// shows at /demo/phone.json. It gets the citizen's letters too.
type Phone struct {
	Base *url.URL  // of the backend
	To   string    // number or e-mail address whose messages are read
	seen time.Time // of the last message whose code was used
}

// ErrNoCode says that patience ended before a message came.
var ErrNoCode = errors.New("no code came to the demo phone")

var codePattern = regexp.MustCompile(`\b\d{6}\b`)

const (
	lookEvery  = 200 * time.Millisecond
	maxMessage = 1 << 20
)

// Code waits for a message that is newer than the last and has a code.
func (p *Phone) Code(ctx context.Context, patience time.Duration) (api.Secret, error) {
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
			return "", errors.Join(ErrNoCode, err)
		case <-tick.C:
		}
	}
}

func (p *Phone) look(ctx context.Context) (api.Secret, error) {
	address := strings.TrimSuffix(p.Base.String(), "/") + "/demo/phone.json?to=" + url.QueryEscape(p.To)
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
