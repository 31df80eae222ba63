package api

import (
	"errors"
	"fmt"
	"net/http"
	"time"
)

// Code is the stable name of a failure. Programs branch on it, people quote it
// to the hotline, metrics count it.
type Code string

// Wording is one text in the three languages.
type Wording struct{ KK, RU, EN string }

// In gives the text in a language; anything unknown is read as Russian.
func (w Wording) In(l Language) string {
	switch l {
	case Kazakh:
		return w.KK
	case English:
		return w.EN
	default:
		return w.RU
	}
}

// Failure is a row of the table: what happened, in a sentence, and what to do.
type Failure struct {
	Code Code
	// Status is the HTTP status the backend answers with; 0 where the failure
	// arises on the citizen's computer.
	Status int
	// Again says that the same call may succeed later without a change.
	Again    bool
	Sentence Wording
	Remedy   Wording
}

// FailureOf finds a code's row. An unknown code, as a newer backend may send,
// is given the row of [Internal].
func FailureOf(code Code) Failure {
	if f, ok := failures[code]; ok {
		return f
	}
	return failures[Internal]
}

// Failures lists the whole table, for documents, metrics and tests.
func Failures() map[Code]Failure {
	all := make(map[Code]Failure, len(failures))
	for code, f := range failures {
		all[code] = f
	}
	return all
}

// Problem is an error with a code of the table. On the wire it is
// problem+json (RFC 9457); in the program it is an ordinary error.
type Problem struct {
	Type      string     `json:"type" doc:"urn:qoltanba:failure: and the code"`
	Title     string     `json:"title" doc:"The failure's sentence in English"`
	Status    int        `json:"status"`
	Code      Code       `json:"code"`
	Detail    string     `json:"detail,omitempty" doc:"For developers; holds nothing the citizen typed"`
	Until     *time.Time `json:"until,omitempty" doc:"When it is worth trying again"`
	TriesLeft *int       `json:"tries_left,omitempty"`
	// Party is who stands between, as they call themselves in the certificate
	// they showed; it arises here and does not travel.
	Party string `json:"-"`

	cause error
}

// Fail makes a problem of a code. The detail is for developers and must not
// hold what a citizen typed.
func Fail(code Code, detail string, args ...any) *Problem {
	f := FailureOf(code)
	return &Problem{
		Type: "urn:qoltanba:failure:" + string(code), Title: f.Sentence.EN,
		Status: f.Status, Code: code, Detail: fmt.Sprintf(detail, args...),
	}
}

// WithUntil tells when to try again.
func (p *Problem) WithUntil(t time.Time) *Problem { p.Until = &t; return p }

// WithTries tells how many tries are left.
func (p *Problem) WithTries(left int) *Problem { p.TriesLeft = &left; return p }

// WithCause keeps the error that led here, for errors.Is and the log; it does
// not travel.
func (p *Problem) WithCause(err error) *Problem { p.cause = err; return p }

func (p *Problem) Error() string {
	text := string(p.Code)
	if p.Detail != "" {
		text += ": " + p.Detail
	}
	if p.cause != nil {
		text += ": " + p.cause.Error()
	}
	return text
}

// Unwrap gives the error that led here.
func (p *Problem) Unwrap() error { return p.cause }

// GetStatus is the HTTP status; the backend's router asks for it.
func (p *Problem) GetStatus() int {
	if p.Status == 0 {
		return http.StatusInternalServerError
	}
	return p.Status
}

// CodeOf names the failure behind an error: the code of the first [Problem] in
// its chain, [Internal] where there is none, "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var p *Problem
	if errors.As(err, &p) {
		return p.Code
	}
	return Internal
}
