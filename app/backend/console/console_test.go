//go:build demo

package console_test

import (
	"context"
	"encoding/binary"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"qoltanba/app/api"
	"qoltanba/app/backend/console"
	"qoltanba/app/support/consoletest"
	"qoltanba/assets/citizens"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m,
		// opencensus, beneath gocloud.dev, never ends its one goroutine.
		goleak.IgnoreAnyFunction("go.opencensus.io/stats/view.(*worker).start"))
}

// browser is an operator's, without scripts.
type browser struct {
	*testing.T
	client *http.Client
	base   string
	token  string // of the last page's forms
}

// desk is a browser before an agency's console.
func desk(t *testing.T, base string) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	carrier := &http.Transport{}
	t.Cleanup(carrier.CloseIdleConnections)
	return &browser{T: t, base: base, client: &http.Client{
		Jar: jar, Transport: carrier,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

type answer struct {
	status int
	header http.Header
	body   string
}

var tokenPattern = regexp.MustCompile(`name="csrf" value="([^"]+)"`)

func (b *browser) send(method, path string, form url.Values, headers ...string) answer {
	b.Helper()
	r, err := http.NewRequestWithContext(b.Context(), method, b.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := b.client.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		b.Fatal(err)
	}
	if m := tokenPattern.FindSubmatch(body); m != nil {
		b.token = string(m[1])
	}
	return answer{response.StatusCode, response.Header, string(body)}
}

func (b *browser) get(path string) answer { b.Helper(); return b.send(http.MethodGet, path, nil) }

// post sends a form with the token of the last page.
func (b *browser) post(path string, pairs ...string) answer {
	b.Helper()
	form := url.Values{"csrf": {b.token}}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return b.send(http.MethodPost, path, form)
}

func (b *browser) login(login string, password api.Secret) answer {
	b.Helper()
	return b.post("/console/login", "login", login, "password", string(password))
}

func (b *browser) enter(login string) {
	b.Helper()
	if a := b.login(login, consoletest.Password); a.status != http.StatusSeeOther || a.header.Get("Location") != console.Path {
		b.Fatalf("%s is not let in: %d", login, a.status)
	}
	b.get(console.Path)
}

func (b *browser) want(what string, a answer, status int, texts ...string) {
	b.Helper()
	if a.status != status {
		b.Errorf("%s: status %d, want %d", what, a.status, status)
	}
	for _, text := range texts {
		if !strings.Contains(a.body, text) {
			b.Errorf("%s: the page does not say %q", what, text)
		}
	}
}

// counting counts how often a password is verified.
type counting struct {
	console.Passwords
	verified atomic.Int32
}

func (c *counting) VerifyPassword(ctx context.Context, password api.Secret, login, stored string) (bool, error) {
	c.verified.Add(1)
	return c.Passwords.VerifyPassword(ctx, password, login, stored)
}

func TestLogin(t *testing.T) {
	t.Parallel()
	a := consoletest.Open(t)
	a.Employ(t, "dana")
	passwords := &counting{Passwords: a.Passwords}
	c, err := console.New(t.Context(), console.Config{
		Service: a.Enrolments, Store: a.Store, Passwords: passwords, Log: slog.New(slog.DiscardHandler), Now: a.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	b := desk(t, server.URL)

	wrong := b.login("dana", "a wrong sentence")
	b.want("a wrong password", wrong, http.StatusUnauthorized)
	for n, login := range []string{"nobody", "", "da\x00na", "\xff", strings.Repeat("x", 5000)} {
		before := passwords.verified.Load()
		if got := b.login(login, "a wrong sentence"); got.status != wrong.status || got.body != wrong.body {
			t.Errorf("unknown name %d is answered otherwise than a wrong password", n)
		}
		if passwords.verified.Load() != before+1 {
			t.Errorf("unknown name %d costs no verification", n)
		}
	}
	for range 4 {
		b.login("dana", "a wrong sentence")
	}
	if got := b.login("dana", consoletest.Password); got.body != wrong.body {
		t.Errorf("after five wrong passwords the right one is answered with %d", got.status)
	}
	a.Advance(15*time.Minute + time.Second)
	b.enter("dana")
}

func TestSessions(t *testing.T) {
	t.Parallel()
	a := consoletest.Open(t)
	a.Employ(t, "dana")
	in := func(b *browser, path string) bool { return b.get(path).status == http.StatusOK }

	b := desk(t, a.Base.String())
	b.enter("dana")
	a.Advance(20 * time.Minute)
	if !in(b, console.Path) {
		t.Error("an operator at work is thrown out")
	}
	a.Advance(20 * time.Minute)
	if !in(b, console.Path+"?auto") {
		t.Error("work did not prolong the session")
	}
	a.Advance(11 * time.Minute)
	if in(b, console.Path) {
		t.Error("a page that reloads by itself prolongs the session")
	}

	b.enter("dana")
	for range 41 {
		a.Advance(15 * time.Minute)
		b.get(console.Path)
	}
	if in(b, console.Path) {
		t.Error("a session outlives ten hours")
	}

	b.enter("dana")
	cookies := b.client.Jar.Cookies(a.Base.JoinPath(console.Path))
	b.want("logout", b.post("/console/logout"), http.StatusSeeOther)
	b.client.Jar.SetCookies(a.Base.JoinPath(console.Path), cookies)
	if in(b, console.Path) {
		t.Error("a session lives on after the logout")
	}
}

func TestForms(t *testing.T) {
	t.Parallel()
	a := consoletest.Open(t)
	a.Employ(t, "dana")
	a.Employ(t, "serik", console.Registrar)
	b := desk(t, a.Base.String())
	for _, path := range []string{"/console/", "/console/case/X", "/console/case/X/evidence/selfie", "/console/case/X/recording", "/console/calls"} {
		if got := b.get(path); got.status != http.StatusSeeOther || got.header.Get("Location") != "/console/login" {
			t.Errorf("%s without a session: %d", path, got.status)
		}
	}
	abroad := b.send(http.MethodPost, "/console/login", url.Values{"login": {"dana"}, "password": {string(consoletest.Password)}}, "Sec-Fetch-Site", "cross-site")
	b.want("a login from another site", abroad, http.StatusForbidden)
	b.enter("dana")
	for _, path := range []string{"/console/case/X", "/console/calls/X", "/console/logout"} {
		for _, token := range []string{"", "guessed"} {
			got := b.send(http.MethodPost, path, url.Values{"csrf": {token}})
			b.want(path+" without the token", got, http.StatusForbidden)
		}
	}
	b.want("a case that is none", b.get("/console/case/X"), http.StatusNotFound)

	registrar := desk(t, a.Base.String())
	registrar.enter("serik")
	registrar.want("the queue for a registrar", registrar.get("/console/"), http.StatusForbidden)
	registrar.want("the calls for a registrar", registrar.get("/console/calls"), http.StatusOK)
}

func TestPagesAreStrict(t *testing.T) {
	t.Parallel()
	a := consoletest.Open(t)
	a.Employ(t, "dana")
	b := desk(t, a.Base.String())
	inline := regexp.MustCompile(`(?i)<script(>|[^>]*[^>]>[^<])|<style|\sstyle=|\son[a-z]+=|javascript:`)
	check := func(path string) {
		got := b.get(path)
		h := got.header
		if got.status != http.StatusOK || h.Get("Cache-Control") != "no-store" || !strings.HasPrefix(h.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s: %d, %v", path, got.status, h)
		}
		if found := inline.FindString(got.body); found != "" && strings.HasPrefix(h.Get("Content-Type"), "text/html") {
			t.Errorf("%s has %q", path, found)
		}
	}
	check("/console/login")
	b.enter("dana")
	check("/console/")
	check("/console/calls")
	check("/console/static/player.js")

	got := b.post("/console/language", "language", "kk", "here", "/console/calls")
	if got.header.Get("Location") != "/console/calls" {
		t.Errorf("the language leads to %s", got.header.Get("Location"))
	}
	b.want("the calls in Kazakh", b.get("/console/calls"), http.StatusOK, `lang="kk"`, "Қоңырау күтіп тұрған ешкім жоқ.")
	b.want("a language that is none", b.post("/console/language", "language", "xx"), http.StatusBadRequest)
}

var versionPattern = regexp.MustCompile(`name="version" value="(\d+)"`)

// TestCase follows one case from the queue to the verdict.
func TestCase(t *testing.T) {
	t.Parallel()
	a := consoletest.Open(t)
	a.Employ(t, "dana")
	a.Employ(t, "serik")
	id := a.Case(t, "dinara")
	path := "/console/case/" + id
	other := desk(t, a.Base.String())
	other.enter("serik")
	other.get(path)

	b := desk(t, a.Base.String())
	b.enter("dana")
	b.want("the queue", b.get("/console/"), http.StatusOK, path, "отличий: ", "меньше минуты")
	page := b.get(path)
	b.want("the case", page, http.StatusOK, `<tr data-field="surname" class="differs">`, `data-register="known"`, "открывал и serik", "Ждёт: ")
	for _, what := range []string{"selfie", "card-front", "card-back"} {
		picture := b.get(path + "/evidence/" + what)
		if picture.status != http.StatusOK || picture.header.Get("Content-Type") != "image/jpeg" || !strings.HasPrefix(picture.body, "\xff\xd8") {
			t.Errorf("%s: %d, %s", what, picture.status, picture.header.Get("Content-Type"))
		}
	}
	b.want("evidence that is none", b.get(path+"/evidence/passport"), http.StatusNotFound)
	checkRecording(t, b.get(path+"/recording"))

	version := versionPattern.FindStringSubmatch(page.body)[1]
	b.want("a stale verdict", b.post(path, "decision", "approve", "version", "0"), http.StatusConflict, "Открыть дело заново")
	b.want("no reason", b.post(path, "decision", "reject", "version", version), http.StatusBadRequest, "Выберите причину отказа.")
	b.want("no verdict", b.post(path, "decision", "burn", "version", version), http.StatusBadRequest)
	if got := b.post(path, "decision", "reject", "reason", "person", "version", version); got.status != http.StatusSeeOther {
		t.Fatalf("the verdict is answered with %d", got.status)
	}
	b.want("the verdict twice", b.post(path, "decision", "approve", "version", version), http.StatusConflict)
	b.want("the case after the verdict", b.get(path), http.StatusOK, "отклонено", "Отклонено: Не совпадает с базой")
	b.want("the queue after it", b.get("/console/"), http.StatusOK, "Никто не ждёт.")

	who, err := citizens.Find("dinara")
	if err != nil {
		t.Fatal(err)
	}
	for _, personal := range []string{string(who.IIN), string(who.Phone), who.Card.Surname, string(consoletest.Password)} {
		if strings.Contains(a.Log.String(), personal) {
			t.Error("the log has something personal")
		}
	}
}

// TestPassportCase shows one picture and says what the register does not know.
func TestPassportCase(t *testing.T) {
	t.Parallel()
	a := consoletest.Open(t)
	a.Employ(t, "dana")
	id := a.Case(t, "saltanat")
	path := "/console/case/" + id
	b := desk(t, a.Base.String())
	b.enter("dana")
	b.want("the queue", b.get("/console/"), http.StatusOK, path, "<td>паспорт</td>", "совпадает")
	page := b.get(path)
	b.want("the case", page, http.StatusOK, `data-document="passport"`, `data-side="card-page"`, "N99999013")
	if n := strings.Count(page.body, "не сверяется"); n != 4 {
		t.Errorf("%d fields are said not to be compared", n)
	}
	if strings.Contains(page.body, `class="differs"`) || strings.Contains(page.body, "099999013") || strings.Contains(page.body, "card-front") {
		t.Error("the passport is set against the identity card")
	}
	b.want("the page", b.get(path+"/evidence/card-page"), http.StatusOK)
	b.want("the front of a card that is none", b.get(path+"/evidence/card-front"), http.StatusNotFound)
	if got := b.post(path, "decision", "approve", "version", versionPattern.FindStringSubmatch(page.body)[1]); got.status != http.StatusSeeOther {
		t.Errorf("the verdict is answered with %d", got.status)
	}
}

// checkRecording reads the frames as the player does.
func checkRecording(t *testing.T, got answer) {
	t.Helper()
	frames, last, rest := 0, uint32(0), []byte(got.body)
	for len(rest) >= 8 {
		ms, size := binary.BigEndian.Uint32(rest), int(binary.BigEndian.Uint32(rest[4:]))
		if len(rest) < 8+size || ms < last || !strings.HasPrefix(string(rest[8:]), "\xff\xd8") {
			t.Fatalf("frame %d is broken", frames)
		}
		last, rest, frames = ms, rest[8+size:], frames+1
	}
	if frames < 10 || len(rest) != 0 || got.header.Get("Frames") == "" {
		t.Errorf("%d frames of %s, %d bytes left", frames, got.header.Get("Frames"), len(rest))
	}
}
