//go:build demo

// Package demophone is the citizens' phones of the demo build: it keeps the SMS
// that would have been sent in memory and shows them on a page that looks like
// a phone, and as JSON for the autopilot.
package demophone

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed" // for the page
	"encoding/base64"
	"encoding/json"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/backend/notify"
)

// keep is how many messages are kept; the oldest go first.
const keep = 200

// Received is one message on a phone.
type Received struct {
	To   api.Phone `json:"to"`
	Text string    `json:"text"`
	At   time.Time `json:"at"`
}

// Phone is a [notify.SMS] that delivers to the screen.
type Phone struct {
	now      func() time.Time
	mu       sync.Mutex
	received []Received // newest last
}

// New returns a phone without messages. A nil now means the system's clock.
func New(now func() time.Time) *Phone {
	if now == nil {
		now = time.Now
	}
	return &Phone{now: now}
}

// Send implements [notify.SMS].
func (p *Phone) Send(_ context.Context, to api.Phone, m notify.Message) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.received) == keep {
		p.received = slices.Delete(p.received, 0, 1)
	}
	p.received = append(p.received, Received{To: to, Text: m.Reveal(), At: p.now()})
	return nil
}

// Mailbox is the citizens' e-mail: letters arrive beside the messages.
type Mailbox struct{ phone *Phone }

// Mailbox returns the mailbox that the phone shows.
func (p *Phone) Mailbox() Mailbox { return Mailbox{p} }

// Send delivers a letter, as [notify.Mail] would.
func (m Mailbox) Send(ctx context.Context, to string, letter notify.Message) error {
	return m.phone.Send(ctx, api.Phone(to), letter)
}

// Messages returns those sent to the phone, newest first; an empty phone means all.
func (p *Phone) Messages(to api.Phone) []Received {
	p.mu.Lock()
	defer p.mu.Unlock()
	found := []Received{}
	for _, m := range slices.Backward(p.received) {
		if to == "" || m.To == to {
			found = append(found, m)
		}
	}
	return found
}

// Handler serves /demo/phone (a page) and /demo/phone.json (the same as
// {"messages":[{"to","text","at"}…]}), newest first; ?to=+77… chooses one phone,
// or one address.
func (p *Phone) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /demo/phone", p.servePage)
	mux.HandleFunc("GET /demo/phone.json", p.serveJSON)
	return mux
}

var (
	//go:embed phone.css
	style string
	//go:embed phone.html
	pageText string

	page = template.Must(template.New("phone").Parse(pageText))
	// policy allows the page its one style sheet, by hash, and nothing else.
	policy = "default-src 'none'; frame-ancestors 'none'; style-src 'sha256-" + styleHash() + "'"
)

func styleHash() string {
	sum := sha256.Sum256([]byte(style))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// recipient reads ?to=, in which a + that was not escaped arrives as a blank.
func recipient(r *http.Request) (api.Phone, error) {
	to := r.URL.Query().Get("to")
	if to == "" || strings.Contains(to, "@") {
		return api.Phone(to), nil
	}
	return api.ParsePhone(to)
}

func (p *Phone) servePage(w http.ResponseWriter, r *http.Request) {
	to, err := recipient(r)
	if err != nil {
		http.Error(w, "to: "+err.Error(), http.StatusBadRequest)
		return
	}
	type line struct{ To, At, Text string }
	view := struct {
		Style    template.CSS
		Messages []line
	}{Style: template.CSS(style)} // #nosec G203 -- embedded in the program
	for _, m := range p.Messages(to) {
		view.Messages = append(view.Messages, line{To: string(m.To), At: m.At.Format(time.TimeOnly), Text: m.Text})
	}
	var html bytes.Buffer
	if err := page.Execute(&html, view); err != nil {
		http.Error(w, "the page cannot be shown", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", policy)
	answer(w, html.Bytes())
}

func (p *Phone) serveJSON(w http.ResponseWriter, r *http.Request) {
	to, err := recipient(r)
	if err != nil {
		http.Error(w, "to: "+err.Error(), http.StatusBadRequest)
		return
	}
	text, err := json.Marshal(map[string][]Received{"messages": p.Messages(to)})
	if err != nil {
		http.Error(w, "the messages cannot be written", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	answer(w, text)
}

func answer(w http.ResponseWriter, body []byte) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	// Whoever went away needs no answer.
	_, _ = w.Write(body)
}
