package service

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"qoltanba/app/backend/store"
)

func command(t *testing.T, in string, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := Run(t.Context(), args, strings.NewReader(in), &out)
	return out.String(), err
}

// The first operator is added from the command line; a password that is not
// given is drawn and shown once.
func TestOperatorAdd(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	out, err := command(t, "", "operator", "add", "dana", "--name", "Дана", "--data", data)
	if err != nil || !strings.Contains(out, "password, shown this once: ") {
		t.Fatalf("%q, %v", out, err)
	}
	if out, err = command(t, "a sentence of one's own\n", "operator", "add", "serik", "--name", "Серік", "--data", data, "--password-stdin"); err != nil || strings.Contains(out, "sentence") {
		t.Fatalf("%q, %v", out, err)
	}
	for name, args := range map[string][]string{
		"a second of the name": {"operator", "add", "dana", "--name", "Дана", "--data", data},
		"nobody":               {"operator", "add", "--name", "Дана", "--data", data},
		"no name":              {"operator", "add", "olga", "--data", data},
		"no folder":            {"operator", "add", "olga", "--name", "Ольга"},
		"a short password":     {"operator", "add", "olga", "--name", "Ольга", "--data", data, "--password-stdin"},
	} {
		if _, err := command(t, "short\n", args...); err == nil {
			t.Errorf("%s passes", name)
		}
	}
	b := &Backend{}
	db, err := b.openStore(t.Context(), "", data, "qoltanba.db")
	if err != nil {
		t.Fatal(err)
	}
	var list []store.Operator
	err = errors.Join(db.View(t.Context(), func(tx store.Tx) (err error) {
		list, err = tx.Operators()
		return err
	}), b.Close(t.Context()))
	if err != nil || len(list) != 2 {
		t.Errorf("%d operators: %v", len(list), err)
	}
}

func TestConfigCheck(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(file, []byte(`{"public_url":"https://example.kz"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := command(t, "", "config", "check", "--config", file)
	if err == nil || strings.Contains(err.Error(), "public_url") || !strings.Contains(err.Error(), "sms") {
		t.Errorf("%v", err)
	}
	if out, err := command(t, ""); !errors.Is(err, flag.ErrHelp) || !strings.Contains(out, "serve") {
		t.Errorf("no command: %q, %v", out, err)
	}
}

// Secrets are made once and for this user only.
func TestSecrets(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "pepper")
	first, err := makeSecret(path)
	if err != nil || len(first) != 32 {
		t.Fatalf("%d bytes, %v", len(first), err)
	}
	again, err := makeSecret(path)
	if err != nil || !bytes.Equal(first, again) {
		t.Errorf("the second start has another secret: %v", err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if err := os.WriteFile(path, []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := makeSecret(path); err == nil {
		t.Error("a damaged secret passes")
	}
}

// Who is being answered when the service ends gets the answer.
func TestAnswerEndsGently(t *testing.T) {
	t.Parallel()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	entered, release := make(chan struct{}), make(chan struct{})
	srv := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(entered)
		<-release
		w.WriteHeader(http.StatusNoContent)
	})}
	ctx, stop := context.WithCancel(t.Context())
	ended, answered := make(chan error, 1), make(chan error, 1)
	go func() { ended <- answer(ctx, srv, listener) }()
	go func() {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+listener.Addr().String(), nil)
		if err != nil {
			answered <- err
			return
		}
		carrier := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		resp, err := carrier.Do(r)
		if err == nil && resp.StatusCode != http.StatusNoContent {
			err = errors.New(resp.Status)
		}
		if err == nil {
			err = resp.Body.Close()
		}
		answered <- err
	}()
	<-entered
	stop()
	select {
	case err := <-ended:
		t.Fatalf("the service did not wait for a running call: %v", err)
	case err := <-answered:
		t.Fatalf("answered before it was: %v", err)
	default:
	}
	close(release)
	if err := errors.Join(<-answered, <-ended); err != nil {
		t.Error(err)
	}
}

// What an authority lacks is made by a command of its own, never by the way.
func TestAuthorityComplete(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	if out, err := command(t, "", "authority", "complete", "--data", data); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("without an authority: %q, %v", out, err)
	}
	if _, err := os.Stat(filepath.Join(data, "authority")); !os.IsNotExist(err) {
		t.Error("an authority was made")
	}
}

// An authority that issued nothing is checked without a finding; what is in no
// ledger is neither checked nor shown.
func TestAuthorityCheck(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	for name, args := range map[string][]string{
		"no folder":        {"authority", "check"},
		"a missing folder": {"authority", "check", "--data", data},
		"nothing named":    {"authority", "show"},
		"a missing file":   {"authority", "show", filepath.Join(data, "no.cer")},
		"no number":        {"authority", "show", "12x", "--data", data},
		"a missing ledger": {"authority", "show", "1234", "--data", data},
		"no certificate":   {"authority", "show", "command_test.go"},
	} {
		if out, err := command(t, "", args...); err == nil {
			t.Errorf("%s: %q", name, out)
		}
	}
	if _, err := os.Stat(data); !os.IsNotExist(err) {
		t.Error("a check made the data folder")
	}
}
