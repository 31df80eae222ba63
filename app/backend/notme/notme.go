// Package notme is the page behind the link of every announcement: what was
// issued in the citizen's name, when, and a button for whoever did not ask for
// it, which suspends the certificates at once.
//
// Looking at the page changes nothing, for programs follow links before people
// do; only the page's own form suspends. The link's token is all that is asked
// for, so that somebody in a hurry needs no password; what it can do is undone
// by an operator. The page loads nothing from elsewhere, runs no script, and
// tells no other site where the visitor came from.
//
// [Page] is the handler; [Service] is what it asks of the enrolments.
package notme

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed" // for the page
	"encoding/base64"
	"errors"
	"html/template"
	"log/slog"
	"net/http"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/backend/enrolment"
)

// Path is where the page is mounted; the token follows it.
const Path = "/not-me/"

// Service is what the page asks; *enrolment.Service is one.
type Service interface {
	ReadAlarm(ctx context.Context, token string) (enrolment.Alarm, error)
	RaiseAlarm(ctx context.Context, token string) error
}

// Page is a handler for everything beneath [Path].
type Page struct {
	service Service
	log     *slog.Logger
	origin  *http.CrossOriginProtection
	mux     *http.ServeMux
}

// New makes the page.
func New(service Service, log *slog.Logger) *Page {
	p := &Page{service: service, log: log, origin: http.NewCrossOriginProtection(), mux: http.NewServeMux()}
	p.mux.HandleFunc("GET "+Path+"{token}", p.show)
	p.mux.HandleFunc("POST "+Path+"{token}", p.suspend)
	return p
}

var (
	//go:embed page.html
	pageText string
	//go:embed page.css
	style string

	page   = template.Must(template.New("page").Parse(pageText))
	policy = "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; style-src 'sha256-" + styleHash() + "'"
)

func styleHash() string {
	sum := sha256.Sum256([]byte(style))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// maxForm bounds what is posted: one field.
const maxForm = 1 << 10

// ServeHTTP implements [http.Handler].
func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Robots-Tag", "noindex, nofollow")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	if p.origin.Check(r) != nil {
		http.Error(w, "this form is of another site", http.StatusForbidden)
		return
	}
	p.mux.ServeHTTP(w, r)
}

// shown is what the template gets.
type shown struct {
	Words    Words
	Lang     api.Language
	Style    template.CSS
	Kinds    []string
	At       string
	Found    bool
	Good     bool // there is a button
	Language []choice
}

type choice struct{ Tag, Name string }

var choices = []choice{{string(api.Kazakh), "Қазақша"}, {string(api.Russian), "Русский"}, {string(api.English), "English"}}

// almaty is the time of the whole country since 1 March 2024: UTC+5.
var almaty = time.FixedZone("UTC+5", 5*60*60)

func (p *Page) show(w http.ResponseWriter, r *http.Request) {
	alarm, err := p.service.ReadAlarm(r.Context(), r.PathValue("token"))
	p.answer(w, r, alarm, err)
}

// suspend takes the form. One without its field was not sent by the button.
func (p *Page) suspend(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if r.ParseForm() != nil || r.PostForm.Get("suspend") != "yes" {
		http.Error(w, "the form is not whole", http.StatusBadRequest)
		return
	}
	token := r.PathValue("token")
	if err := p.service.RaiseAlarm(r.Context(), token); err != nil {
		p.answer(w, r, enrolment.Alarm{}, err)
		return
	}
	alarm, err := p.service.ReadAlarm(r.Context(), token)
	p.answer(w, r, alarm, err)
}

func (p *Page) answer(w http.ResponseWriter, r *http.Request, alarm enrolment.Alarm, err error) {
	status := http.StatusOK
	switch {
	case errors.Is(err, enrolment.ErrNoAlarm):
		status = http.StatusNotFound
	case err != nil:
		p.log.ErrorContext(r.Context(), "not me", "error", err)
		http.Error(w, "the service does not answer: try again in a few minutes, or call 1414", http.StatusServiceUnavailable)
		return
	}
	language := spoken(r, alarm.Language)
	view := shown{
		Words: words[language], Lang: language, Style: template.CSS(style), // #nosec G203 -- embedded in the program
		Found: err == nil, Good: alarm.Good, At: alarm.At.In(almaty).Format("02.01.2006 15:04"), Language: choices,
	}
	for _, kind := range alarm.Kinds {
		view.Kinds = append(view.Kinds, view.Words.Kinds[kind])
	}
	var html bytes.Buffer
	if err := page.Execute(&html, view); err != nil {
		http.Error(w, "the page could not be drawn", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = html.WriteTo(w) // the visitor may have gone
}

// spoken is the language asked for, or else the citizen's, or else Kazakh.
func spoken(r *http.Request, own api.Language) api.Language {
	for _, l := range []api.Language{api.Language(r.URL.Query().Get("lang")), own} {
		if _, ok := words[l]; ok {
			return l
		}
	}
	return api.Kazakh
}
