//go:build demo

// Package consoletest is an agency for tests of the operators' console: the whole backend over SQLite behind a real listener, operators who
// may log in, and sample citizens who walk their way to the operators' desk by the real client.
package consoletest

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/backend/console"
	"qoltanba/app/backend/enrolment"
	"qoltanba/app/backend/notify/demophone"
	"qoltanba/app/backend/pin"
	"qoltanba/app/backend/registry/sample"
	"qoltanba/app/backend/service"
	"qoltanba/app/backend/store"
	"qoltanba/app/journey"
	"qoltanba/app/support/headless"
	"qoltanba/keystore"
)

// Password is every operator's.
const Password = api.Secret("a sentence that is easy to remember")

// Agency is a running backend. Its clock is the system's, put forward by Advance.
type Agency struct {
	*service.Backend
	Base *url.URL
	Log  *Log

	mu    sync.Mutex
	ahead time.Duration
}

// Log gathers what the backend logs.
type Log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements [io.Writer].
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// String is the log so far.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// Open opens an agency that ends with the test.
func Open(t *testing.T) *Agency {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	a := &Agency{Base: &url.URL{Scheme: "http", Host: server.Listener.Addr().String()}, Log: &Log{}}
	phone, people := demophone.New(a.Now), sample.New()
	rules := enrolment.DefaultRules()
	// Long enough for the frames that are needed to come of a computer that is busy with other tests.
	rules.Prompts, rules.PromptTime = 4, 1900*time.Millisecond
	var err error
	a.Backend, err = service.Open(t.Context(), service.Plan{
		Data: t.TempDir(), Public: a.Base, Rules: rules, Stamp: "TEST", KeyBits: 2048, Now: a.Now,
		PIN: pin.Params{Memory: 8 << 10, Time: 1, Threads: 1}, Log: slog.New(slog.NewTextHandler(a.Log, nil)),
		World: service.World{
			SMS: phone, MobileBase: people, Register: people, Pages: map[string]http.Handler{"/demo/": phone.Handler()},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	server.Config.Handler = a.Server
	server.Start()
	t.Cleanup(func() {
		server.Close()
		if err := a.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return a
}

// Now is the agency's clock.
func (a *Agency) Now() time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	return time.Now().Add(a.ahead)
}

// Advance puts the clock forward.
func (a *Agency) Advance(d time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ahead += d
}

// Employ makes an operator with the roles, or with all when none are given.
func (a *Agency) Employ(t *testing.T, login string, roles ...string) {
	t.Helper()
	if len(roles) == 0 {
		roles = []string{console.Moderator, console.Registrar}
	}
	hash, err := a.Passwords.HashPassword(t.Context(), Password, login)
	if err != nil {
		t.Fatal(err)
	}
	err = a.Store.Update(t.Context(), func(tx store.Tx) error {
		return tx.PutOperator(store.Operator{Login: login, Name: login, Password: hash, Roles: roles, CreatedAt: a.Now()})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Walk lets a sample citizen walk as the script of package headless says.
func (a *Agency) Walk(t *testing.T, script string) {
	t.Helper()
	parsed, err := headless.Parse([]byte(script))
	if err != nil {
		t.Fatal(err)
	}
	data := t.TempDir()
	source := keystore.PassphraseSource(filepath.Join(data, "vault"), "a phrase of the test")
	vault, err := keystore.OpenVault(filepath.Join(data, "vault"), source)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := vault.Close(); err != nil {
			t.Error(err)
		}
	}()
	key, _, err := keystore.DeviceKey(t.Context(), source)
	if err != nil {
		t.Fatal(err)
	}
	carrier := api.NewHTTPClient()
	defer carrier.CloseIdleConnections()
	way, err := journey.New(journey.Config{
		Client: &api.Client{Base: a.Base, HTTP: carrier, Now: a.Now}, Key: key, Vault: vault, Data: data, Language: api.Kazakh,
		Probe: func(context.Context) journey.Companion { return journey.Companion{} },
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := headless.Walk(t.Context(), headless.Config{Journey: way, Backend: a.Base, Out: t.TempDir(), Lines: io.Discard, Seed: 1}, parsed); err != nil {
		t.Fatalf("%v\n%s", err, a.Log)
	}
}

// Case lets a citizen walk to the operators' desk and gives the case's id, once the register has answered.
func (a *Agency) Case(t *testing.T, citizen string) string {
	t.Helper()
	a.Walk(t, "citizen "+citizen+"\nend checking\n")
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		waiting, err := a.Enrolments.Waiting(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range waiting {
			if w.Compared {
				return w.ID
			}
		}
		select {
		case <-tick.C:
		case <-t.Context().Done():
			t.Fatal("no case came to the desk")
		}
	}
}
