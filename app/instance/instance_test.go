package instance

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func path(t *testing.T) string {
	t.Helper()
	p, err := Path(filepath.Join(t.TempDir(), strings.Repeat("deep/", 30)), "window")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(filepath.Dir(p)) })
	return p
}

func TestASecondStartIsHeardByTheFirst(t *testing.T) {
	t.Parallel()
	p := path(t)
	if err := Tell(t.Context(), p, "raise"); !errors.Is(err, ErrAbsent) {
		t.Errorf("nobody there: %v", err)
	}
	words := make(chan string, 1)
	first, err := Take(t.Context(), p, func(w string) { words <- w })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Take(t.Context(), p, nil); !errors.Is(err, ErrTaken) {
		t.Errorf("a second one: %v", err)
	}
	if err := Tell(t.Context(), p, "raise"); err != nil || <-words != "raise" {
		t.Errorf("%v", err)
	}
	if info, err := os.Stat(p); err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("others may talk: %v, %v", info.Mode(), err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Take(t.Context(), p, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestWhatAKilledOneLeftIsNoHindrance(t *testing.T) {
	t.Parallel()
	p := path(t)
	if err := os.WriteFile(p, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	i, err := Take(context.Background(), p, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	if err := i.Close(); err != nil {
		t.Fatal(err)
	}
}
