package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/zalando/go-keyring"

	"qoltanba/app/companion/trust"
)

func TestCompanionRefusesBadSettings(t *testing.T) {
	keyring.MockInit()
	t.Parallel()
	none := filepath.Join(t.TempDir(), "none.pem")
	if err := os.WriteFile(none, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	for wrong, args := range map[string][]string{
		"language":        {"-language", "fr"},
		"up to 65535":     {"-port", "70000"},
		"no certificates": {"-authorities", none},
	} {
		args = append([]string{"companion", "-data", t.TempDir(), "-keys", t.TempDir()}, args...)
		if err := run(t.Context(), args, new(bytes.Buffer)); err == nil || !strings.Contains(err.Error(), wrong) {
			t.Errorf("%v: %v", args, err)
		}
	}
}

func TestCompanionReadsAuthorities(t *testing.T) {
	t.Parallel()
	a, err := trust.NewAuthority("test", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "roots.pem")
	if err := os.WriteFile(file, append(a.PEM(), a.PEM()...), 0o600); err != nil {
		t.Fatal(err)
	}
	all, err := readAuthorities(file)
	if err != nil || len(all) != 2 || !all[0].Equal(a.Certificate) {
		t.Errorf("%d: %v", len(all), err)
	}
}

// The service runs until it is told to end.
func TestCompanionServesUntilTheEnd(t *testing.T) {
	keyring.MockInit()
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	out := announced{make(chan string, 1)}
	ended := make(chan error, 1)
	go func() {
		ended <- run(ctx, []string{"companion", "-data", t.TempDir(), "-keys", t.TempDir(), "-port", "0"}, out)
	}()
	select {
	case line := <-out.lines:
		if !strings.HasPrefix(line, "https://127.0.0.1:") {
			t.Errorf("said %q", line)
		}
	case err := <-ended:
		t.Fatal(err)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// announced passes on what is written.
type announced struct{ lines chan string }

func (a announced) Write(p []byte) (int, error) {
	select {
	case a.lines <- string(p):
	default:
	}
	return len(p), nil
}
