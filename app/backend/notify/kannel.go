package notify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"qoltanba/app/api"
)

// KannelConfig is how to reach the sendsms interface of Kannel's smsbox
// (Kannel user guide, "Using the SMS box").
type KannelConfig struct {
	URL      string // up to and with the path: https://host:13013/cgi-bin/sendsms; http only for a host of one's own
	Username string
	Password string
	From     string        // the sender the citizen sees, for example 1414
	Timeout  time.Duration // of one message; 0: 10 s
}

// Kannel sends SMS through a Kannel gateway. Two-part texts need max-messages
// of 2 or more and concatenation in the gateway's sendsms-user group.
type Kannel struct {
	endpoint url.URL
	config   KannelConfig
	http     *http.Client
}

// maxReply bounds the gateway's one-line answer, in bytes.
const maxReply = 1 << 10

// NewKannel checks the configuration; it does not connect yet.
func NewKannel(c KannelConfig) (*Kannel, error) {
	u, err := url.Parse(c.URL)
	switch {
	case err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || u.RawQuery != "" || u.User != nil:
		// What was given may hold the password: it is not repeated.
		return nil, errors.New("the SMS gateway's address must be http(s)://host:port/cgi-bin/sendsms, without query")
	case c.Username == "" || c.Password == "" || c.From == "":
		return nil, errors.New("the SMS gateway needs username, password and sender")
	case c.Timeout < 0 || c.Timeout > time.Minute:
		return nil, errors.New("the SMS gateway's timeout must be at most 1m")
	case c.Timeout == 0:
		c.Timeout = 10 * time.Second
	}
	return &Kannel{endpoint: *u, config: c, http: &http.Client{
		Timeout:       c.Timeout,
		Transport:     &http.Transport{MaxIdleConnsPerHost: 8, IdleConnTimeout: time.Minute},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// Close drops idle connections.
func (k *Kannel) Close() { k.http.CloseIdleConnections() }

// Send implements [SMS]. The text goes as UCS-2 (coding 2), which has every
// Kazakh letter. It is tried once: a repetition could reach the phone twice.
func (k *Kannel) Send(ctx context.Context, to api.Phone, m Message) error {
	u := k.endpoint
	u.RawQuery = url.Values{
		"username": {k.config.Username},
		"password": {k.config.Password},
		"from":     {k.config.From},
		"to":       {string(to)},
		"text":     {m.text},
		"coding":   {"2"},
		"charset":  {"UTF-8"},
	}.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return fmt.Errorf("%w: the request cannot be made", ErrRefused)
	}
	resp, err := k.http.Do(req)
	if err != nil {
		return fmt.Errorf("send SMS: %w: %w", ErrUnavailable, withoutURL(err))
	}
	defer func() { _ = resp.Body.Close() }()
	reply, err := io.ReadAll(io.LimitReader(resp.Body, maxReply))
	if err != nil {
		return fmt.Errorf("send SMS: %w: %w", ErrUnavailable, withoutURL(err))
	}
	return parseReply(resp.StatusCode, string(reply))
}

// withoutURL takes the address, which holds password, phone and code, out of an
// error of net/http.
func withoutURL(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}

// parseReply judges smsbox's answer: 202 with "0: Accepted for delivery" or
// "3: Queued for later delivery" is a success. The text of a refusal is the
// gateway's own and may quote the request: known ones are named, others dropped.
func parseReply(status int, reply string) error {
	reply = strings.TrimSpace(reply)
	switch {
	case status == http.StatusAccepted && (strings.HasPrefix(reply, "0:") || strings.HasPrefix(reply, "3:")):
		return nil
	case status == http.StatusAccepted:
		return fmt.Errorf("send SMS: %w: status 202 without acceptance", ErrRefused)
	case status == http.StatusTooManyRequests || status >= 500:
		return fmt.Errorf("send SMS: %w: status %d", ErrUnavailable, status)
	}
	for start, meaning := range map[string]string{
		"Authorization failed": "username or password is wrong",
		"Missing receiver":     "it got no recipient",
		"Sender missing":       "it wants a sender",
		"Number(s) has/have":   "its white or black list excludes the recipient",
	} {
		if strings.HasPrefix(reply, start) {
			return fmt.Errorf("send SMS: %w: status %d: %s", ErrRefused, status, meaning)
		}
	}
	return fmt.Errorf("send SMS: %w: status %d", ErrRefused, status)
}
