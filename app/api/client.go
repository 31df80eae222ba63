package api

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"qoltanba/app/api/dpop"
)

// Names of the headers of the contract.
const (
	HeaderIdempotency = "Idempotency-Key"
	HeaderVersion     = "Qoltanba-Version" // of the program that calls
)

// ProblemType is the media type of a failure (RFC 9457).
const ProblemType = "application/problem+json"

// Client calls the backend. Its zero value but for Base is ready to use; it is
// safe for concurrent use.
type Client struct {
	// Base is the address of the backend, without a path.
	Base *url.URL
	// HTTP carries the calls. It must not follow redirects: the contract has
	// none, so one means that somebody stands between. Nil is such a client.
	HTTP *http.Client
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Wait sleeps between attempts; nil waits for real.
	Wait func(context.Context, time.Duration) error
	// Attempts is how often a call is made at most; 0 is 4.
	Attempts int
	// Version is told to the backend.
	Version string
}

// Session is what a call on an enrolment needs beside its body.
type Session struct {
	Enrolment string
	Token     Secret
	Key       crypto.Signer // of the device; ECDSA on P-256
}

// Request is one call of an [Operation].
type Request[In any] struct {
	Session Session
	// Nonce of the step, for operations of [AccessStep].
	Nonce string
	// Params are the further parameters of the path, by name.
	Params map[string]string
	// Key is the idempotency key; "" draws a new one. A caller that may be
	// killed between the call and its answer keeps the key and gives it again.
	Key  string
	Body In
}

// Call makes a call. It repeats an attempt that got no answer, or the answer
// that the service is overloaded, after growing pauses: every call is safe to
// repeat by its idempotency key. Errors are [*Problem]; what arises between
// here and the backend has the codes [Offline], [TimedOut], [Intercepted] and
// [CaptivePortal].
func Call[In, Out any](ctx context.Context, c *Client, op Operation[In, Out], r Request[In]) (Out, error) {
	var out Out
	if v, ok := any(r.Body).(interface{ Validate() error }); ok {
		if err := v.Validate(); err != nil {
			return out, err
		}
	}
	body, contentType, err := encodeBody(r.Body)
	if err != nil {
		return out, Fail(BadRequest, "encode the request").WithCause(err)
	}
	if op.MaxBody > 0 && int64(len(body)) > op.MaxBody {
		return out, Fail(TooLarge, "%d bytes, at most %d are taken", len(body), op.MaxBody)
	}
	if r.Key == "" && op.Method != http.MethodGet {
		r.Key = rand.Text()
	}
	a := attempt{
		client: c, method: op.Method, access: op.Access, deadline: op.Deadline, address: c.address(op.Path, r.Session.Enrolment, r.Params),
		session: r.Session, nonce: r.Nonce, key: r.Key, body: body, contentType: contentType,
	}
	answer, err := a.repeat(ctx)
	if err != nil {
		return out, err
	}
	if err := json.Unmarshal(answer, &out); err != nil {
		return out, Fail(CaptivePortal, "the answer is not of this contract").WithCause(err)
	}
	return out, nil
}

func encodeBody(body any) (content []byte, contentType string, err error) {
	switch b := body.(type) {
	case None:
		return nil, "", nil
	case Picture:
		return b.Data, b.Type, nil
	case Frames:
		return b, "application/octet-stream", nil
	default:
		content, err = json.Marshal(body)
		return content, "application/json", err
	}
}

func (c *Client) address(path, enrolment string, params map[string]string) string {
	pairs := []string{"{enrolment}", url.PathEscape(enrolment)}
	for name, value := range params {
		pairs = append(pairs, "{"+name+"}", url.PathEscape(value))
	}
	return strings.TrimSuffix(c.Base.String(), "/") + strings.NewReplacer(pairs...).Replace(path)
}

func (c *Client) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}

func (c *Client) wait(ctx context.Context, d time.Duration) error {
	if c.Wait != nil {
		return c.Wait(ctx, d)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// NewHTTPClient gives a client as [Client] wants it: no redirects, bounded
// waits for connection and headers.
func NewHTTPClient() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSHandshakeTimeout = 10 * time.Second
	transport.MaxIdleConnsPerHost = 4
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

var defaultHTTP = NewHTTPClient()

// attempt is one call, made as often as it takes.
type attempt struct {
	client      *Client
	method      string
	address     string
	access      Access
	deadline    time.Duration
	session     Session
	nonce       string
	key         string
	body        []byte
	contentType string
}

const (
	firstPause = 500 * time.Millisecond
	longPause  = 8 * time.Second
	maxAnswer  = 4 << 20
)

func (a attempt) repeat(ctx context.Context) ([]byte, error) {
	attempts := a.client.Attempts
	if attempts == 0 {
		attempts = 4
	}
	pause := firstPause
	for n := 1; ; n++ {
		answer, err := a.once(ctx)
		if err == nil || n == attempts || !worthRepeating(err) {
			return answer, err
		}
		if a.client.wait(ctx, pause) != nil {
			return nil, err
		}
		pause = min(2*pause, longPause)
	}
}

func worthRepeating(err error) bool {
	switch CodeOf(err) {
	case Offline, TimedOut, Overloaded:
		return true
	default:
		return false
	}
}

func (a attempt) once(ctx context.Context) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, a.deadline)
	defer cancel()
	request, err := a.request(ctx)
	if err != nil {
		return nil, err
	}
	carrier := a.client.HTTP
	if carrier == nil {
		carrier = defaultHTTP
	}
	response, err := carrier.Do(request)
	if err != nil {
		return nil, networkProblem(err)
	}
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return nil, networkProblem(err)
	}
	if response.StatusCode/100 != 2 {
		return nil, answeredProblem(response, content)
	}
	return content, nil
}

func (a attempt) request(ctx context.Context) (*http.Request, error) {
	request, err := http.NewRequestWithContext(ctx, a.method, a.address, bytes.NewReader(a.body))
	if err != nil {
		return nil, Fail(BadRequest, "prepare the call").WithCause(err)
	}
	request.Header.Set("Accept", "application/json")
	if a.contentType != "" {
		request.Header.Set("Content-Type", a.contentType)
	}
	if a.key != "" {
		request.Header.Set(HeaderIdempotency, a.key)
	}
	if a.client.Version != "" {
		request.Header.Set(HeaderVersion, a.client.Version)
	}
	if a.access == AccessOpen {
		return request, nil
	}
	proof := dpop.Proof{Method: a.method, URL: a.address, IssuedAt: a.client.now(), Body: a.body}
	if a.access >= AccessToken {
		proof.Token = string(a.session.Token)
		request.Header.Set("Authorization", "DPoP "+proof.Token)
	}
	if a.access == AccessStep {
		proof.Nonce = a.nonce
	}
	signed, err := dpop.Sign(a.session.Key, proof)
	if err != nil {
		return nil, fmt.Errorf("prove possession of the device's key: %w", err)
	}
	request.Header.Set(dpop.Header, signed)
	return request, nil
}
