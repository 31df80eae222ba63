// Package console is the operators' page: who waits, the evidence side by side, and a verdict that can be explained later.
//
// It is plain HTML; scripts only play the recording and enlarge pictures. An operator logs in with a password; a session lives in a cookie that
// no script reads, every form carries the session's token, and the policy of the page lets nothing load from elsewhere. A page that reloads by
// itself does not prolong a session. Every look at a case and every
// verdict is in the audit trail under the operator's name. A verdict names the version of the case that was looked at, so that nobody
// decides on what has changed meanwhile.
package console

import (
	"bytes"
	"context"
	"crypto/rand"
	"embed"
	"errors"
	"html/template"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/backend/enrolment"
	"qoltanba/app/backend/store"
)

// Path is where the console is mounted.
const Path = "/console/"

// Service is what the console asks of the enrolments; *enrolment.Service is one.
type Service interface {
	Waiting(ctx context.Context) ([]enrolment.Waiting, error)
	Case(ctx context.Context, operator, id string) (enrolment.Case, error)
	OpenEvidence(ctx context.Context, id, name string) (io.ReadCloser, error)
	Decide(ctx context.Context, operator, id string, v enrolment.Verdict) error
	CallBacks(ctx context.Context) ([]store.CallBack, error)
	Holdings(ctx context.Context, operator string, iin api.IIN) ([]enrolment.Holding, error)
	ReleaseCertificate(ctx context.Context, operator string, iin api.IIN, serial string) error
	EndCertificate(ctx context.Context, operator string, iin api.IIN, serial string) error
	AnswerCallBack(ctx context.Context, operator, id string, outcome api.CallState) error
}

// Config is what a console needs.
type Config struct {
	Service   Service
	Store     store.Store
	Passwords Passwords
	Log       *slog.Logger
	Now       func() time.Time // nil: the system's clock
	// Secure keeps the cookie to TLS; a demo on loopback has none.
	Secure bool
}

// Console is a handler for everything beneath [Path].
type Console struct {
	service   Service
	store     store.Store
	passwords Passwords
	log       *slog.Logger
	now       func() time.Time
	secure    bool
	nobody    string // the hash that is verified when there is no such operator
	origin    *http.CrossOriginProtection
	mux       *http.ServeMux
}

//go:embed pages/*.html
var pageFiles embed.FS

//go:embed static
var staticFiles embed.FS

var pages = template.Must(template.ParseFS(pageFiles, "pages/*.html"))

// The roles of operators: a moderator decides cases, a registrar answers calls.
const (
	Moderator = "moderator"
	Registrar = "registrar"
)

// New makes a console.
func New(ctx context.Context, cfg Config) (*Console, error) {
	c := &Console{
		service: cfg.Service, store: cfg.Store, passwords: cfg.Passwords, log: cfg.Log, now: cfg.Now, secure: cfg.Secure,
		origin: http.NewCrossOriginProtection(), mux: http.NewServeMux(),
	}
	if c.now == nil {
		c.now = time.Now
	}
	var err error
	if c.nobody, err = c.passwords.HashPassword(ctx, api.Secret(rand.Text()), "nobody"); err != nil {
		return nil, err
	}
	static, err := fs.Sub(staticFiles, "static")
	if err != nil {
		return nil, err
	}
	c.mux.Handle("GET /console/static/", http.StripPrefix("/console/static/", http.FileServerFS(static)))
	c.mux.HandleFunc("GET /console/login", c.showLogin)
	c.mux.HandleFunc("POST /console/login", c.takeLogin)
	c.mux.HandleFunc("POST /console/language", c.takeLanguage)
	for _, route := range []struct {
		pattern, role string
		handle        func(*visit) error
	}{
		{"GET /console/{$}", Moderator, c.showQueue},
		{"GET /console/case/{id}", Moderator, c.showCase},
		{"POST /console/case/{id}", Moderator, c.takeVerdict},
		{"GET /console/case/{id}/evidence/{what}", Moderator, c.serveEvidence},
		{"GET /console/case/{id}/crop/{field}", Moderator, c.serveCrop},
		{"GET /console/case/{id}/recording", Moderator, c.serveRecording},
		{"GET /console/calls", Registrar, c.showCalls},
		{"POST /console/calls/{id}", Registrar, c.takeCall},
		{"GET /console/certificates", Registrar, c.showCertificates},
		{"POST /console/certificates", Registrar, c.takeCertificates},
		{"POST /console/logout", "", c.takeLogout},
	} {
		c.mux.Handle(route.pattern, c.guarded(route.role, route.handle))
	}
	return c, nil
}

// ServeHTTP implements [http.Handler].
func (c *Console) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "+
		"form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	// A form that another site posts is refused before anything looks at it, at the login too, where there is no token yet.
	if c.origin.Check(r) != nil {
		http.Error(w, wordsOf(r).T("error.form"), http.StatusForbidden)
		return
	}
	c.mux.ServeHTTP(w, r)
}

// visit is one request, of an operator who is logged in but at the login itself.
type visit struct {
	w        http.ResponseWriter
	r        *http.Request
	session  store.Session
	operator store.Operator
	words    words
}

var errRole = errors.New("this operator has not the role for that")

const maxForm = 16 << 10

// guarded lets in who has a session and the role, and takes a form only with the session's token.
func (c *Console) guarded(role string, handle func(*visit) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		session, operator, err := c.session(r)
		if errors.Is(err, store.ErrNotFound) {
			http.Redirect(w, r, "/console/login", http.StatusSeeOther)
			return
		}
		v := &visit{w: w, r: r, session: session, operator: operator, words: wordsOf(r)}
		if err == nil && r.Method == http.MethodPost {
			r.Body = http.MaxBytesReader(w, r.Body, maxForm)
			if r.ParseForm() != nil || !sameToken(session, r.PostForm.Get("csrf")) {
				c.show(v, http.StatusForbidden, "message", page{Title: v.words.T("error"), Note: v.words.T("error.form"), Wrong: true})
				return
			}
		}
		if err == nil && role != "" && !slices.Contains(operator.Roles, role) {
			err = errRole
		}
		if err == nil {
			err = handle(v)
		}
		if err != nil {
			c.refuse(v, err)
		}
	})
}

// refuse tells an operator what went wrong, in words where there are any.
func (c *Console) refuse(v *visit, err error) {
	status, key := http.StatusInternalServerError, "error.internal"
	for known, answer := range refusals {
		if errors.Is(err, known) {
			status, key = answer.status, answer.key
		}
	}
	p := page{Title: v.words.T("error"), Note: v.words.T(key), Wrong: true}
	if status == http.StatusInternalServerError {
		c.log.ErrorContext(v.r.Context(), "console", "pattern", v.r.Pattern, "error", err)
	}
	if status == http.StatusConflict && v.r.Pattern == "POST /console/case/{id}" {
		p.Again = v.r.URL.EscapedPath()
	}
	c.show(v, status, "message", p)
}

var refusals = map[error]struct {
	status int
	key    string
}{
	store.ErrNotFound:       {http.StatusNotFound, "error.gone"},
	store.ErrText:           {http.StatusNotFound, "error.gone"}, // no id has such letters
	enrolment.ErrNoEvidence: {http.StatusNotFound, "error.gone"},
	enrolment.ErrNotWaiting: {http.StatusConflict, "error.moved"},
	enrolment.ErrNoRegister: {http.StatusConflict, "error.register"},
	enrolment.ErrReason:     {http.StatusBadRequest, "error.reason"},
	enrolment.ErrAnswered:   {http.StatusConflict, "error.answered"},
	enrolment.ErrOutcome:    {http.StatusBadRequest, "error.form"},
	enrolment.ErrNobody:     {http.StatusConflict, "error.nobody"},
	enrolment.ErrNotHeld:    {http.StatusConflict, "error.held"},
	errWrongIIN:             {http.StatusBadRequest, "error.wrongiin"},
	errOtherIIN:             {http.StatusConflict, "error.iin"},
	errForm:                 {http.StatusBadRequest, "error.form"},
	errRole:                 {http.StatusForbidden, "error.role"},
}

// page is what every template gets.
type page struct {
	words
	Title    string
	Here     string // path to come back to after a change of language
	Operator string
	Decides  bool // a moderator
	Answers  bool // a registrar
	CSRF     string
	Note     string
	Wrong    bool
	Again    string // path to a case to be opened again
	Refresh  int    // seconds
	Data     any
}

func (c *Console) show(v *visit, status int, name string, p page) {
	p.words, p.Here = v.words, Path
	if v.r.Method == http.MethodGet {
		p.Here = v.r.URL.EscapedPath()
	}
	if v.session.Hash != "" {
		p.Operator, p.CSRF = v.operator.Name, v.session.CSRF
		p.Decides, p.Answers = slices.Contains(v.operator.Roles, Moderator), slices.Contains(v.operator.Roles, Registrar)
	}
	var text bytes.Buffer
	if err := pages.ExecuteTemplate(&text, name, p); err != nil {
		c.log.ErrorContext(v.r.Context(), "console page", "name", name, "error", err)
		http.Error(v.w, "the page could not be drawn", http.StatusInternalServerError)
		return
	}
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.w.WriteHeader(status)
	_, _ = text.WriteTo(v.w) // the operator may have gone
}
