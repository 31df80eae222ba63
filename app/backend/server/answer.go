package server

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"qoltanba/app/api"
	"qoltanba/app/backend/space"
)

func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		// Every type of the contract encodes; a test holds them to it.
		panic(err)
	}
	writeBody(w, status, "application/json", body)
}

func writeBody(w http.ResponseWriter, status int, kind string, body []byte) {
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	// Whoever went away needs no answer.
	_, _ = w.Write(body)
}

// fail answers an error. What is no problem of the table is ours to see in the
// log and the caller's to know as an internal one.
func (s *Server) fail(ctx context.Context, w http.ResponseWriter, err error) {
	var p *api.Problem
	if !errors.As(err, &p) {
		p = s.internal(ctx, err)
	}
	note(w, p.Code)
	writeProblem(w, p)
}

func (s *Server) internal(ctx context.Context, err error) *api.Problem {
	switch {
	case errors.Is(err, context.Canceled):
		return api.Fail(api.Overloaded, "the call was given up")
	case errors.Is(err, context.DeadlineExceeded):
		return api.Fail(api.Overloaded, "the call took too long")
	case space.Lacking(err):
		s.Log.ErrorContext(ctx, "no room to keep what a call brought: make some", "error", err)
		return api.Fail(api.ServiceFull, "nothing was kept")
	default:
		s.Log.ErrorContext(ctx, "a call failed", "error", err)
		return api.Fail(api.Internal, "see the service's log")
	}
}

func writeProblem(w http.ResponseWriter, p *api.Problem) {
	body, err := json.Marshal(p)
	if err != nil {
		panic(err) // strings, numbers and a time always encode
	}
	if p.Until != nil {
		w.Header().Set("Retry-After", p.Until.UTC().Format(http.TimeFormat))
	}
	writeBody(w, p.GetStatus(), api.ProblemType, body)
}
