//go:build demo

package demophone

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/backend/notify"
	"qoltanba/app/backend/otp"
)

var _ notify.SMS = (*Phone)(nil)

func send(t *testing.T, p *Phone, to api.Phone, digits string) {
	t.Helper()
	code, err := otp.ParseCode(digits)
	if err != nil {
		t.Fatal(err)
	}
	m, err := notify.CodeMessage(api.Russian, api.CodeForSignIn, code)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Send(t.Context(), to, m); err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, p *Phone, target string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	p.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, target, nil))
	return w
}

func TestFeed(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	p := New(func() time.Time { return at })
	send(t, p, "+77000000001", "111213")
	send(t, p, "+77000000002", "212223")
	send(t, p, "+77000000001", "313233")
	var feed struct {
		Messages []Received `json:"messages"`
	}
	w := get(t, p, "/demo/phone.json?to="+url.QueryEscape("+77000000001"))
	if err := json.Unmarshal(w.Body.Bytes(), &feed); err != nil {
		t.Fatal(err)
	}
	if len(feed.Messages) != 2 || !strings.Contains(feed.Messages[0].Text, "313233") || !feed.Messages[0].At.Equal(at) {
		t.Errorf("the feed is %s", w.Body)
	}
	if w := get(t, New(nil), "/demo/phone.json"); w.Body.String() != `{"messages":[]}` {
		t.Errorf("an empty feed is %s", w.Body)
	}
	if w := get(t, p, "/demo/phone.json?to=1414"); w.Code != http.StatusBadRequest {
		t.Errorf("a number that is none: status %d", w.Code)
	}
}

func TestPage(t *testing.T) {
	t.Parallel()
	p := New(nil)
	if w := get(t, p, "/demo/phone"); !strings.Contains(w.Body.String(), "Сообщений пока нет") {
		t.Error("the empty page does not say that it is empty")
	}
	send(t, p, "+77000000001", "111213")
	p.received = append(p.received, Received{Text: "<script>alert(1)</script>"})
	w := get(t, p, "/demo/phone")
	body := w.Body.String()
	if !strings.Contains(body, "111213") || strings.Contains(body, "<script>") {
		t.Errorf("the page is %s", body)
	}
	if !strings.Contains(body, "<style>"+style+"</style>") {
		t.Error("the style sheet differs from the one whose hash is allowed")
	}
	if w.Header().Get("Content-Security-Policy") != policy || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("headers %v", w.Header())
	}
}

func TestOldestGoFirst(t *testing.T) {
	t.Parallel()
	p := New(nil)
	for range keep + 5 {
		send(t, p, "+77000000001", "111213")
	}
	send(t, p, "+77000000002", "212223")
	if got := p.Messages(""); len(got) != keep || got[0].To != "+77000000002" {
		t.Errorf("%d messages are kept", len(got))
	}
}
