package registry

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"qoltanba/app/api"
)

// The headers of a question: of whom, and which portrait.
const (
	subjectHeader  = "Subject-IIN"
	portraitHeader = "Portrait"
)

// question is what is asked of whom.
type question struct {
	path     string
	iin      api.IIN
	portrait string // reference, of a portrait
	accept   string
	most     int64 // bytes of the answer
}

func facts(path string, iin api.IIN) question {
	return question{path: path, iin: iin, accept: "application/json", most: maxAnswer}
}

// Endpoint is where a register answers and how we identify ourselves there. At
// least one of Certificate and Bearer is needed.
type Endpoint struct {
	URL         string           // https, without query
	Roots       *x509.CertPool   // authorities of the server; nil: the system's
	Certificate *tls.Certificate // ours, for mutual TLS
	Bearer      string           // our token
	Timeout     time.Duration    // of one try; 0: 5 s
	Tries       int              // of a GET, 1 to 5; 0: 3
	Pause       time.Duration    // before the second try, doubled before each next; 0: 200 ms
}

// Client implements [MobileBase] and [PopulationRegister] over HTTPS.
type Client struct {
	base   *url.URL
	bearer string
	tries  int
	pause  time.Duration
	http   *http.Client
}

// NewClient checks the endpoint and makes a client; it does not connect yet.
func NewClient(e Endpoint) (*Client, error) {
	base, err := url.Parse(e.URL)
	switch {
	case err != nil || base.Scheme != "https" || base.Host == "" || base.RawQuery != "" || base.User != nil:
		return nil, errors.New("a register's address must be https://host[:port][/path] and nothing more")
	case e.Certificate == nil && e.Bearer == "":
		return nil, errors.New("a register needs a client certificate or a bearer token: configure one")
	case e.Tries < 0 || e.Tries > 5 || e.Timeout < 0 || e.Timeout > time.Minute || e.Pause < 0 || e.Pause > 10*time.Second:
		return nil, errors.New("a register takes 1 to 5 tries of at most 1m each, with a pause of at most 10s")
	}
	security := &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: e.Roots}
	if e.Certificate != nil {
		security.Certificates = []tls.Certificate{*e.Certificate}
	}
	return &Client{
		base:   base,
		bearer: e.Bearer,
		tries:  orDefault(e.Tries, 3),
		pause:  orDefault(e.Pause, 200*time.Millisecond),
		http: &http.Client{
			Timeout: orDefault(e.Timeout, 5*time.Second),
			Transport: &http.Transport{
				Proxy:               http.ProxyFromEnvironment,
				TLSClientConfig:     security,
				ForceAttemptHTTP2:   true,
				TLSHandshakeTimeout: 5 * time.Second,
				MaxIdleConnsPerHost: 16,
				IdleConnTimeout:     time.Minute,
			},
			// A redirect would take the IIN and the token elsewhere.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}, nil
}

func orDefault[T comparable](value, preset T) T {
	var zero T
	if value == zero {
		return preset
	}
	return value
}

// Close drops idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Phone implements [MobileBase].
func (c *Client) Phone(ctx context.Context, iin api.IIN) (api.Phone, error) {
	body, err := c.get(ctx, facts("v1/phone", iin))
	if err != nil {
		return "", fmt.Errorf("look up the phone: %w", err)
	}
	return parsePhone(body, iin)
}

// Person implements [PopulationRegister].
func (c *Client) Person(ctx context.Context, iin api.IIN) (Person, error) {
	body, err := c.get(ctx, facts("v1/person", iin))
	if err != nil {
		return Person{}, fmt.Errorf("look up the person: %w", err)
	}
	return parsePerson(body, iin)
}

// Portrait implements [PopulationRegister].
func (c *Client) Portrait(ctx context.Context, p Person) ([]byte, error) {
	if p.Portrait == "" {
		return nil, ErrUnknown
	}
	body, err := c.get(ctx, question{path: "v1/portrait", iin: p.IIN, portrait: p.Portrait, accept: "image/jpeg, image/png", most: maxPortrait})
	if err != nil {
		return nil, fmt.Errorf("fetch the portrait: %w", err)
	}
	return body, nil
}

// Register implements [MobileBase]. It is tried once: the caller, who can ask
// [Client.Phone] what became of it, repeats it if need be.
func (c *Client) Register(ctx context.Context, iin api.IIN, phone api.Phone) error {
	body, err := json.Marshal(map[string]string{"phone": string(phone)})
	if err != nil {
		return fmt.Errorf("register the phone: %w", err)
	}
	if _, _, err = c.once(ctx, http.MethodPut, facts("v1/phone", iin), body); err != nil {
		return fmt.Errorf("register the phone: %w", err)
	}
	return nil
}

// get repeats a GET, which changes nothing, while that may help.
func (c *Client) get(ctx context.Context, q question) ([]byte, error) {
	pause := c.pause
	for try := 1; ; try++ {
		body, again, err := c.once(ctx, http.MethodGet, q, nil)
		if err == nil || !again || try == c.tries {
			return body, err
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
			pause *= 2
		case <-ctx.Done():
			timer.Stop()
			return nil, errors.Join(err, ctx.Err())
		}
	}
}

// once makes one call; again says whether repeating it may help.
func (c *Client) once(ctx context.Context, method string, q question, body []byte) (answer []byte, again bool, err error) {
	req, err := http.NewRequestWithContext(ctx, method, c.base.JoinPath(q.path).String(), bytes.NewReader(body))
	if err != nil {
		return nil, false, fmt.Errorf("make the request: %w", err)
	}
	req.Header.Set(subjectHeader, string(q.iin))
	req.Header.Set("Accept", q.accept)
	if q.portrait != "" {
		req.Header.Set(portraitHeader, q.portrait)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.bearer != "" {
		req.Header.Set("Authorization", "Bearer "+c.bearer)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		// The error names method and address, which hold nothing personal.
		return nil, ctx.Err() == nil, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	defer func() { _ = resp.Body.Close() }()
	if again, err := statusError(resp.StatusCode); err != nil {
		return nil, again, err
	}
	answer, err = io.ReadAll(io.LimitReader(resp.Body, q.most+1))
	switch {
	case err != nil:
		return nil, ctx.Err() == nil, fmt.Errorf("%w: %w", ErrUnavailable, err)
	case int64(len(answer)) > q.most:
		return nil, false, badAnswer(fmt.Sprintf("longer than %d bytes", q.most))
	}
	return answer, false, nil
}

func statusError(status int) (again bool, err error) {
	switch {
	case status == http.StatusOK || status == http.StatusNoContent:
		return false, nil
	case status == http.StatusNotFound:
		return false, ErrUnknown
	case status == http.StatusTooManyRequests || status >= 500:
		return true, fmt.Errorf("%w: status %d", ErrUnavailable, status)
	case status >= 400:
		return false, fmt.Errorf("%w: status %d", ErrRefused, status)
	default:
		return false, fmt.Errorf("%w: status %d", ErrUnavailable, status)
	}
}
