package api

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"qoltanba/app/api/dpop"
)

func client(t *testing.T, handler http.HandlerFunc) (*Client, Session) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return clientOf(t, server.URL)
}

func clientOf(t *testing.T, address string) (*Client, Session) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	hc := NewHTTPClient()
	t.Cleanup(hc.CloseIdleConnections)
	c := &Client{
		Base: must(url.Parse(address)), HTTP: hc,
		Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	}
	return c, Session{Enrolment: "e1", Token: "token", Key: key}
}

func answer(w http.ResponseWriter, status int, value any) {
	contentType := "application/json"
	if status >= 400 {
		contentType = ProblemType
	}
	w.Header().Set("Content-Type", contentType)
	w.Header().Set(HeaderContract, Contract)
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value)
}

func TestCallProvesWhatItSends(t *testing.T) {
	c, s := client(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, nonce, print, err := dpop.Verify(r.Header.Get(dpop.Header), dpop.Proof{
			Method: r.Method, URL: "http://" + r.Host + r.URL.Path, IssuedAt: time.Now(), Token: "token", Body: body,
		})
		if err != nil {
			answer(w, 401, Fail(ProofRefused, "%v", err))
			return
		}
		if r.URL.Path != "/v1/enrolments/e1/card/front" || nonce != "n1" || print == "" ||
			r.Header.Get("Content-Type") != "image/png" || r.Header.Get(HeaderIdempotency) == "" || string(body) != "picture" {
			answer(w, 422, Fail(BadRequest, "path %s nonce %s", r.URL.Path, nonce))
			return
		}
		answer(w, 200, Enrolment{ID: "e1", Step: StepFields})
	})
	got, err := Call(t.Context(), c, SendCard, Request[Picture]{
		Session: s, Nonce: "n1", Params: map[string]string{"side": string(Front)},
		Body: Picture{Type: "image/png", Data: []byte("picture")},
	})
	if err != nil || got.Step != StepFields {
		t.Fatalf("%+v, %v", got, err)
	}
}

func TestCallRepeatsWithTheSameKey(t *testing.T) {
	var calls atomic.Int32
	keys := make(chan string, 4)
	c, s := client(t, func(w http.ResponseWriter, r *http.Request) {
		keys <- r.Header.Get(HeaderIdempotency)
		switch calls.Add(1) {
		case 1: // the connection breaks after the request was read
			panic(http.ErrAbortHandler)
		case 2:
			answer(w, 503, Fail(Overloaded, "busy"))
		default:
			answer(w, 200, Enrolment{Step: StepPIN})
		}
	})
	if _, err := Call(t.Context(), c, FinishRecording, Request[None]{Session: s, Nonce: "n"}); err != nil {
		t.Fatal(err)
	}
	first := <-keys
	for range 2 {
		if next := <-keys; next != first || next == "" {
			t.Errorf("repeated with another key: %q after %q", next, first)
		}
	}
}

func TestCallDoesNotRepeatARefusal(t *testing.T) {
	var calls atomic.Int32
	c, s := client(t, func(w http.ResponseWriter, _ *http.Request) {
		calls.Add(1)
		answer(w, 422, Fail(CodeWrong, "").WithTries(2))
	})
	_, err := Call(t.Context(), c, CheckCode, Request[CodeRequest]{Session: s, Body: CodeRequest{Code: "123456"}})
	var p *Problem
	if !errors.As(err, &p) || p.Code != CodeWrong || *p.TriesLeft != 2 || calls.Load() != 1 {
		t.Errorf("%v after %d calls", err, calls.Load())
	}
}

func TestWhatStandsBetween(t *testing.T) {
	refused := httptest.NewServer(http.NotFoundHandler())
	refused.Close()
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	secure.Config.ErrorLog = nil
	defer secure.Close()
	portal := func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/login", http.StatusFound) }
	page := func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "<html>Welcome to our Wi-Fi</html>")
	}
	slow := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

	cases := map[string]struct {
		address string
		handler http.HandlerFunc
		want    Code
	}{
		"nobody listens":      {address: refused.URL, want: Offline},
		"unknown certificate": {address: secure.URL, want: Intercepted},
		"redirect":            {handler: portal, want: CaptivePortal},
		"page":                {handler: page, want: CaptivePortal},
		"no answer":           {handler: slow, want: TimedOut},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			var c *Client
			var s Session
			if tc.handler != nil {
				c, s = client(t, tc.handler)
			} else {
				c, s = clientOf(t, tc.address)
			}
			op := ReadEnrolment
			if tc.want == TimedOut {
				op.Deadline = 50 * time.Millisecond
			}
			_, err := Call(t.Context(), c, op, Request[None]{Session: s})
			if CodeOf(err) != tc.want {
				t.Errorf("%v, want %s", err, tc.want)
			}
		})
	}
}

func TestCallChecksBeforeSending(t *testing.T) {
	c, s := client(t, func(http.ResponseWriter, *http.Request) { t.Error("something was sent") })
	if _, err := Call(t.Context(), c, StartEnrolment, Request[StartRequest]{Session: s, Body: StartRequest{IIN: "1"}}); CodeOf(err) != IINInvalid {
		t.Error(err)
	}
	big := Picture{Type: "image/jpeg", Data: make([]byte, MaxPicture+1)}
	if _, err := Call(t.Context(), c, SendSelfie, Request[Picture]{Session: s, Body: big}); CodeOf(err) != TooLarge {
		t.Error(err)
	}
}

func TestCallEndsWithItsContext(t *testing.T) {
	c, s := client(t, func(w http.ResponseWriter, _ *http.Request) { answer(w, 503, Fail(Overloaded, "")) })
	c.Attempts = 1 << 30
	ctx, cancel := context.WithCancel(t.Context())
	c.Wait = func(ctx context.Context, _ time.Duration) error { cancel(); return ctx.Err() }
	if _, err := Call(ctx, c, ReadEnrolment, Request[None]{Session: s}); CodeOf(err) != Overloaded {
		t.Error(err)
	}
}
