package api

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"qoltanba/app/api/dpop"
)

// maxAnswer bounds what is read of an answer.
const maxAnswer = 4 << 20

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

// repeat makes the call until it is answered, refused, or given up.
func (a attempt) repeat(ctx context.Context) ([]byte, error) {
	patience := a.client.patience()
	pause := firstPause
	for n := 1; ; n++ {
		answer, err := a.once(ctx)
		problem, failed := err.(*Problem) //nolint:errorlint // once returns it as it is
		switch {
		case err == nil:
			patience.Through()
			return answer, nil
		case !failed:
			return nil, err
		case ctx.Err() != nil:
			return nil, problem
		case OfTheLine(problem.Code):
			problem = a.client.explain(ctx, problem)
		default:
			patience.Through()
		}
		if problem.Code == ProofRefused && n == 1 {
			continue // the transport sends a call again, proof and all, when an idle connection breaks under it
		}
		if !worthRepeating(problem, a.client.now()) {
			return nil, problem
		}
		next := Attempt{Number: n, Problem: problem, Pause: a.client.pause(pause, problem)}
		if patience.Wait(ctx, next) != nil {
			return nil, problem
		}
		pause = min(2*pause, longPause)
	}
}

// once makes the call. The deadline begins anew with every piece of the body
// that goes out: a slow line is let, a dead one is not.
func (a attempt) once(ctx context.Context) ([]byte, error) {
	flow := newFlow(ctx, a.deadline, a.body, a.sent())
	defer flow.end()
	request, err := a.request(flow)
	if err != nil {
		return nil, err
	}
	response, err := a.client.carrier().Do(request)
	if err != nil {
		return nil, a.client.networkProblem(flow.cause(err))
	}
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return nil, a.client.networkProblem(flow.cause(err))
	}
	if problem := readProblem(response, content, a.client.now()); problem != nil {
		return nil, problem
	}
	return content, nil
}

// sent tells of bodies that take their time; nobody waits for the others.
func (a attempt) sent() func(sent, of int64) {
	if len(a.body) <= MaxJSON {
		return nil
	}
	return a.client.Sent
}

func (a attempt) request(f *flow) (*http.Request, error) {
	request, err := http.NewRequestWithContext(f.ctx, a.method, a.address, f.body())
	if err != nil {
		return nil, Fail(BadRequest, "prepare the call").WithCause(err)
	}
	request.ContentLength = int64(len(a.body))
	request.GetBody = func() (io.ReadCloser, error) { return f.body(), nil }
	if len(a.body) == 0 {
		request.Body, request.GetBody = http.NoBody, nil
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

// flow is the going out of one body, watched: when nothing has moved for a
// while its context ends.
type flow struct {
	ctx     context.Context
	cancel  context.CancelCauseFunc
	watch   *time.Timer
	patient time.Duration
	content []byte
	told    func(sent, of int64)
}

func newFlow(ctx context.Context, patient time.Duration, content []byte, told func(sent, of int64)) *flow {
	ctx, cancel := context.WithCancelCause(ctx)
	f := &flow{ctx: ctx, cancel: cancel, patient: patient, content: content, told: told}
	f.watch = time.AfterFunc(patient, func() { cancel(context.DeadlineExceeded) })
	return f
}

func (f *flow) end() {
	f.watch.Stop()
	f.cancel(nil)
}

// cause is why a call ended: what the watch said, or else the error itself.
func (f *flow) cause(err error) error {
	if cause := context.Cause(f.ctx); cause != nil {
		return cause
	}
	return err
}

func (f *flow) body() io.ReadCloser { return &outgoing{flow: f, left: bytes.NewReader(f.content)} }

// piece is how much goes out at once; small, so that a slow line is seen to
// move.
const piece = 16 << 10

// outgoing is a body on its way.
type outgoing struct {
	flow *flow
	left *bytes.Reader
}

// Read implements io.Reader.
func (o *outgoing) Read(p []byte) (int, error) {
	n, err := o.left.Read(p[:min(len(p), piece)])
	if o.flow.ctx.Err() == nil {
		o.flow.watch.Reset(o.flow.patient)
		if o.flow.told != nil {
			o.flow.told(o.left.Size()-int64(o.left.Len()), o.left.Size())
		}
	}
	return n, err
}

// Close implements io.Closer.
func (o *outgoing) Close() error { return nil }
