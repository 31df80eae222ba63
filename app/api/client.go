package api

import (
	"context"
	"crypto"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Names of the headers of the contract.
const (
	HeaderIdempotency = "Idempotency-Key"
	HeaderVersion     = "Qoltanba-Version"  // of the program that calls
	HeaderContract    = "Qoltanba-Contract" // of every answer: what lacks it came from somebody else
)

// Contract is the value of [HeaderContract].
const Contract = "1"

// ProblemType is the media type of a failure (RFC 9457).
const ProblemType = "application/problem+json"

// Client calls the backend. Its zero value but for Base is ready to use; it is
// safe for concurrent use.
type Client struct {
	// Base is the address of the backend, without a path.
	Base *url.URL
	// Plain is the address, under plain HTTP, at which it is looked whether the
	// network wants a sign-in first; nil is the host of Base. The service's own
	// port there is closed or leads to Base.
	Plain *url.URL
	// HTTP carries the calls. It must not follow redirects: the contract has
	// none, so one means that somebody stands between. Nil is such a client.
	HTTP *http.Client
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Wait sleeps between attempts; nil waits for real.
	Wait func(context.Context, time.Duration) error
	// Attempts is how often a call is made at most; 0 is 4.
	Attempts int
	// Patience decides on it in place of Attempts and Wait, where it is not nil.
	Patience Patience
	// Sent is told how many bytes of a body have gone out, of how many, while
	// pictures and frames are sent; nil where nobody asks. A repeated attempt
	// begins again at 0.
	Sent func(sent, of int64)
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
// that the service is overloaded or in trouble, after growing pauses: every call
// is safe to repeat by its idempotency key. Errors are [*Problem]; for what
// arises between here and the backend see [OfTheLine].
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
		return out, Fail(Internal, "the answer is not of this contract").WithCause(err)
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
