package server

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"qoltanba/app/api"
	"qoltanba/app/api/dpop"
	"qoltanba/app/backend/enrolment"
	"qoltanba/app/backend/store"
)

// handler answers one operation.
type handler[In, Out any] func(ctx context.Context, c *call, in In) (Out, error)

// call is one request on its way through the gates.
type call struct {
	server  *Server
	request *http.Request
	conn    *http.ResponseController
	body    []byte
	caller  enrolment.Call
}

func (c *call) param(name string) string { return c.request.PathValue(name) }

// register documents an operation and serves it.
func register[In, Out any](s *Server, op api.Operation[In, Out], do handler[In, Out]) {
	described := describe(s.api, op)
	s.operations = append(s.operations, served{described, op.Failures})
	form := bodySchema[In](s.api)
	s.adapter.Handle(described, func(h huma.Context) {
		r, w := humago.Unwrap(h)
		c := &call{server: s, request: r, conn: http.NewResponseController(w)}
		name(w, op.ID)
		ctx := r.Context()
		out, err := run(ctx, c, op, form, do)
		if a := (*answered)(nil); errors.As(err, &a) {
			a.write(w)
			return
		}
		if err != nil {
			s.fail(ctx, w, err)
			return
		}
		writeJSON(w, http.StatusOK, out)
	})
}

// run takes a call through the gates.
func run[In, Out any](ctx context.Context, c *call, op api.Operation[In, Out], form *huma.Schema, do handler[In, Out]) (out Out, err error) {
	if err := c.read(op.MaxBody, op.Deadline); err != nil {
		return out, err
	}
	ctx, cancel := context.WithTimeout(ctx, op.Deadline)
	defer cancel()
	if err := c.prove(ctx, op.Access, op.Method); err != nil {
		return out, err
	}
	in, err := decode[In](c, form)
	if err != nil {
		return out, err
	}
	if op.Method == http.MethodGet {
		return do(ctx, c, in)
	}
	m, err := c.memory()
	if err != nil {
		return out, err
	}
	c.caller.Memory = m
	return do(ctx, c, in)
}

// read takes the body, of at most so many bytes and no slower than [steady]
// lets it; what says to be larger is refused unread.
func (c *call) read(most int64, lag time.Duration) error {
	r := c.request
	if r.ContentLength > most {
		return api.Fail(api.TooLarge, "at most %d bytes are taken", most)
	}
	body, err := io.ReadAll(&steady{from: io.LimitReader(r.Body, most+1), conn: c.conn, lag: lag, began: time.Now()})
	switch {
	case err != nil:
		return api.Fail(api.BadRequest, "the body broke off").WithCause(err)
	case int64(len(body)) > most:
		return api.Fail(api.TooLarge, "at most %d bytes are taken", most)
	}
	c.body = body
	// The time to answer begins once there is something to answer. Where a
	// connection's deadlines cannot be set, the listener's own hold.
	_ = c.conn.SetReadDeadline(time.Time{})
	_ = c.conn.SetWriteDeadline(time.Now().Add(answerTime))
	return nil
}

const (
	// slowest is what a line must carry to be waited for: 64 kbit/s.
	slowest    = 8 << 10
	answerTime = 2 * time.Minute
)

// steady reads a body as long as it keeps coming: a slow line may take its time
// for a picture, and nobody holds a connection with a byte now and then.
// Reading heeds the connection's deadline and no context.
type steady struct {
	from  io.Reader
	conn  *http.ResponseController
	lag   time.Duration // how far behind the slowest line it may be
	began time.Time
	read  int64
}

// Read implements io.Reader.
func (s *steady) Read(p []byte) (int, error) {
	allowed := s.lag + time.Duration(s.read)*time.Second/slowest
	_ = s.conn.SetReadDeadline(s.began.Add(allowed))
	n, err := s.from.Read(p)
	s.read += int64(n)
	return n, err
}

// prove checks what the operation asks for, and uses the proof up.
func (c *call) prove(ctx context.Context, access api.Access, method string) error {
	s, r := c.server, c.request
	c.caller.Address = s.address(r)
	if access == api.AccessOpen {
		return nil
	}
	if access >= api.AccessToken {
		scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		if !strings.EqualFold(scheme, "DPoP") || token == "" {
			return api.Fail(api.Unauthorised, "no enrolment for this token and key")
		}
		c.caller.Token, c.caller.Enrolment = api.Secret(token), c.param("enrolment")
	}
	if len(r.Header.Values(dpop.Header)) > 1 { // RFC 9449, 4.3
		return api.Fail(api.ProofRefused, "one proof is enough")
	}
	id, nonce, device, err := dpop.Verify(r.Header.Get(dpop.Header), dpop.Proof{
		Method: method, URL: s.publicURL(r), IssuedAt: s.Now(), Token: string(c.caller.Token), Body: c.body,
	})
	switch {
	case errors.Is(err, dpop.ErrClock):
		return api.Fail(api.ClockWrong, "the proof's time is more than %v off", dpop.Skew)
	case errors.Is(err, dpop.ErrAddress):
		return api.Fail(api.ProofRefused, "the proof names another address: call this service as %s", s.Public).WithCause(err)
	case err != nil:
		return api.Fail(api.ProofRefused, "the proof of possession does not hold").WithCause(err)
	}
	c.caller.Device = device
	if access == api.AccessStep {
		c.caller.Nonce = nonce
	}
	return c.useProof(ctx, device, id)
}

// useProof refuses a proof that was seen before. It is kept as long as its time
// could still pass, with the clock off either way.
func (c *call) useProof(ctx context.Context, device, id string) error {
	until := c.server.Now().Add(2*dpop.Skew + time.Minute)
	err := c.server.Store.Update(ctx, func(tx store.Tx) error { return tx.UseOnce("dpop/"+device, id, until) })
	if errors.Is(err, store.ErrUsed) {
		return api.Fail(api.ProofRefused, "the proof was used before")
	}
	return err
}

// publicURL is the address a proof must name.
func (s *Server) publicURL(r *http.Request) string {
	return strings.TrimSuffix(s.Public.String(), "/") + r.URL.EscapedPath()
}

// decode reads the body into the operation's type by its schema.
func decode[In any](c *call, form *huma.Schema) (in In, err error) {
	kind, _, _ := mime.ParseMediaType(c.request.Header.Get("Content-Type"))
	switch any(in).(type) {
	case api.None:
		if len(c.body) > 0 {
			return in, api.Fail(api.BadRequest, "this call has no body")
		}
		return in, nil
	case api.Picture:
		if !slices.Contains(api.DocumentTypes(), kind) {
			return in, api.Fail(api.PictureWrongType, "the body is one of %s", strings.Join(api.DocumentTypes(), ", "))
		}
		return any(api.Picture{Type: kind, Data: c.body}).(In), nil
	case api.Frames:
		if kind != "application/octet-stream" {
			return in, api.Fail(api.BadRequest, "the body is application/octet-stream")
		}
		return any(api.Frames(c.body)).(In), nil
	}
	if kind != "application/json" {
		return in, api.Fail(api.BadRequest, "the body is application/json")
	}
	if err := c.server.validate(form, c.body); err != nil {
		return in, err
	}
	decoder := json.NewDecoder(bytes.NewReader(c.body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&in); err != nil {
		return in, api.Fail(api.BadRequest, "the body is not of this contract")
	}
	return in, nil
}

// memory makes the memory of a changing call, which must have a key.
func (c *call) memory() (*memory, error) {
	key := c.request.Header.Get(api.HeaderIdempotency)
	if len(key) < 16 || len(key) > 128 || strings.Trim(key, keyLetters) != "" {
		return nil, api.Fail(api.BadRequest, "%s: 16 to 128 letters, digits, - or _", api.HeaderIdempotency)
	}
	body := sha256.Sum256(c.body)
	request := c.server.Pepper.MAC("request/v1", c.request.Method, c.request.URL.EscapedPath(), string(body[:]))
	return &memory{
		server: c.server, owner: c.caller.Device, key: key, request: hex.EncodeToString(request),
		until: c.server.Now().Add(keepAnswers),
	}, nil
}

const keyLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"

// keepAnswers is how long a call may be repeated with its key.
const keepAnswers = 48 * time.Hour
