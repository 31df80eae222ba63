// Package console is the operators' page: who waits, the evidence side by side, and a verdict that can be explained later.
//
// It is plain HTML with one script, for the recording. An operator logs in with a password; a session lives in a cookie that no script
// reads, every form carries the session's token, and the policy of the page lets nothing load from elsewhere. Every look at a case and every
// verdict is in the audit trail under the operator's name. A verdict names the version of the case that was looked at, so that nobody
// decides on what has changed meanwhile.
package console

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"html/template"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"
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
	mux       *http.ServeMux
}

//go:embed pages/*.html
var pageFiles embed.FS

//go:embed static
var staticFiles embed.FS

var pages = template.Must(template.ParseFS(pageFiles, "pages/*.html"))

// New makes a console.
func New(ctx context.Context, cfg Config) (*Console, error) {
	c := &Console{
		service: cfg.Service, store: cfg.Store, passwords: cfg.Passwords, log: cfg.Log, now: cfg.Now, secure: cfg.Secure,
		mux: http.NewServeMux(),
	}
	if c.now == nil {
		c.now = time.Now
	}
	var err error
	if c.nobody, err = c.passwords.HashPassword(ctx, "nobody has this password", "nobody"); err != nil {
		return nil, err
	}
	static, err := fs.Sub(staticFiles, "static")
	if err != nil {
		return nil, err
	}
	c.mux.Handle("GET /console/static/", http.StripPrefix("/console/static/", http.FileServerFS(static)))
	c.mux.HandleFunc("GET /console/login", c.showLogin)
	c.mux.HandleFunc("POST /console/login", c.takeLogin)
	for pattern, handler := range map[string]func(*visit) error{
		"GET /console/{$}":                       c.showQueue,
		"GET /console/case/{id}":                 c.showCase,
		"POST /console/case/{id}":                c.takeVerdict,
		"GET /console/case/{id}/evidence/{what}": c.serveEvidence,
		"GET /console/case/{id}/recording":       c.serveRecording,
		"GET /console/calls":                     c.showCalls,
		"POST /console/calls/{id}":               c.takeCall,
		"POST /console/language":                 c.takeLanguage,
		"POST /console/logout":                   c.takeLogout,
	} {
		c.mux.Handle(pattern, c.guarded(handler))
	}
	return c, nil
}

// ServeHTTP implements [http.Handler].
func (c *Console) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "+
		"form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	c.mux.ServeHTTP(w, r)
}

// visit is one request of an operator who is logged in.
type visit struct {
	w        http.ResponseWriter
	r        *http.Request
	session  store.Session
	operator store.Operator
	words    words
}

const maxForm = 16 << 10

// guarded lets in who has a session, and takes a form only with the session's token.
func (c *Console) guarded(handle func(*visit) error) http.Handler {
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
				http.Error(w, v.words.T("error.form"), http.StatusForbidden)
				return
			}
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
	for known, answer := range refusals {
		if errors.Is(err, known) {
			c.show(v, answer.status, "message", page{Title: v.words.T("error"), Note: v.words.T(answer.key), Wrong: true})
			return
		}
	}
	c.log.ErrorContext(v.r.Context(), "console", "path", v.r.Pattern, "error", err)
	c.show(v, http.StatusInternalServerError, "message", page{Title: v.words.T("error"), Note: v.words.T("error.internal"), Wrong: true})
}

var refusals = map[error]struct {
	status int
	key    string
}{
	store.ErrNotFound:       {http.StatusNotFound, "error.gone"},
	enrolment.ErrNoEvidence: {http.StatusNotFound, "error.gone"},
	enrolment.ErrNotWaiting: {http.StatusConflict, "error.moved"},
	enrolment.ErrNoRegister: {http.StatusConflict, "error.register"},
	enrolment.ErrReason:     {http.StatusBadRequest, "error.reason"},
	enrolment.ErrAnswered:   {http.StatusConflict, "error.answered"},
	enrolment.ErrOutcome:    {http.StatusBadRequest, "error.form"},
	enrolment.ErrNobody:     {http.StatusConflict, "error.nobody"},
	errOtherIIN:             {http.StatusConflict, "error.iin"},
	errForm:                 {http.StatusBadRequest, "error.form"},
}

// page is what every template gets.
type page struct {
	words
	Title    string
	Operator string
	CSRF     string
	Note     string
	Wrong    bool
	Refresh  int // seconds
	Data     any
}

func (c *Console) show(v *visit, status int, name string, p page) {
	p.words = v.words
	if v.session.Hash != "" {
		p.Operator, p.CSRF = v.operator.Name, v.session.CSRF
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

func (c *Console) showLogin(w http.ResponseWriter, r *http.Request) {
	v := &visit{w: w, r: r, words: wordsOf(r)}
	c.show(v, http.StatusOK, "login", page{Title: v.words.T("login.title")})
}

func (c *Console) takeLogin(w http.ResponseWriter, r *http.Request) {
	v := &visit{w: w, r: r, words: wordsOf(r)}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil || !sameOrigin(r) {
		http.Error(w, v.words.T("error.form"), http.StatusForbidden)
		return
	}
	token, err := c.login(r.Context(), strings.TrimSpace(r.PostForm.Get("login")), api.Secret(r.PostForm.Get("password")))
	switch {
	case errors.Is(err, errLogin):
		c.show(v, http.StatusUnauthorized, "login", page{Title: v.words.T("login.title"), Note: v.words.T("login.wrong"), Wrong: true})
	case err != nil:
		c.refuse(v, err)
	default:
		http.SetCookie(w, c.cookie(token, sessionMost))
		http.Redirect(w, r, Path, http.StatusSeeOther)
	}
}

// sameOrigin refuses a login form that another site posts.
func sameOrigin(r *http.Request) bool {
	site := r.Header.Get("Sec-Fetch-Site")
	return site == "" || site == "same-origin" || site == "none"
}

func (c *Console) takeLogout(v *visit) error {
	if err := c.logout(v.r.Context(), v.session); err != nil {
		return err
	}
	http.SetCookie(v.w, c.cookie("", -time.Second))
	http.Redirect(v.w, v.r, "/console/login", http.StatusSeeOther)
	return nil
}

func (c *Console) takeLanguage(v *visit) error {
	language := api.Language(v.r.PostForm.Get("language"))
	if _, ok := texts[language]; !ok {
		return errForm
	}
	http.SetCookie(v.w, &http.Cookie{
		Name: languageCookie, Value: string(language), Path: Path, MaxAge: 365 * 24 * 3600,
		HttpOnly: true, Secure: c.secure, SameSite: http.SameSiteStrictMode,
	})
	http.Redirect(v.w, v.r, Path, http.StatusSeeOther)
	return nil
}
