//go:build demo

package demooperator_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"qoltanba/app/api"
	"qoltanba/app/backend/console/demooperator"
	"qoltanba/app/support/consoletest"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m,
		// opencensus, beneath gocloud.dev, never ends its one goroutine.
		goleak.IgnoreAnyFunction("go.opencensus.io/stats/view.(*worker).start"))
}

// employ starts a robot that ends with the test.
func employ(t *testing.T, a *consoletest.Agency, cfg demooperator.Config) (stop func()) {
	t.Helper()
	a.Employ(t, "robot")
	cfg.Base, cfg.Login, cfg.Password, cfg.Log = a.Base, "robot", consoletest.Password, slog.New(slog.NewTextHandler(a.Log, nil))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- demooperator.Run(ctx, cfg) }()
	return func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if log := a.Log.String(); strings.Contains(log, "msg=\"demo operator\"") {
			t.Errorf("a round failed:\n%s", log)
		}
	}
}

// A card is rejected once, photographed again and then approved.
func TestRejectsOnceThenApproves(t *testing.T) {
	t.Parallel()
	a := consoletest.Open(t)
	stop := employ(t, a, demooperator.Config{Kind: demooperator.Forms, First: api.RejectCard})
	defer stop()
	a.Walk(t, "citizen aigul\nrepeat 1\nexpect rejected\nend cabinet\n")
}

// Somebody who is not in the mobile base is called back, and the code comes.
func TestRegistersThePhone(t *testing.T) {
	t.Parallel()
	a := consoletest.Open(t)
	stop := employ(t, a, demooperator.Config{Kind: demooperator.Forms})
	defer stop()
	a.Walk(t, "citizen zhanna\ncall-back\nend summary\n")
}

// The same robot presses the real buttons in Chromium, plays the recording and leaves pictures.
func TestChromium(t *testing.T) {
	t.Parallel()
	a := consoletest.Open(t)
	pictures := filepath.Join(t.TempDir(), "console")
	stop := employ(t, a, demooperator.Config{Kind: demooperator.Chromium, Pictures: pictures})
	a.Walk(t, "citizen gauhar\nend cabinet\n")
	stop()
	for _, name := range []string{"login", "queue", "case-kk", "case-ru", "case-en", "calls-empty"} {
		content, err := os.ReadFile(filepath.Join(pictures, name+".png"))
		if err != nil || !strings.HasPrefix(string(content), "\x89PNG") {
			t.Errorf("picture %s: %v", name, err)
		}
	}
}

func TestConfigIsChecked(t *testing.T) {
	t.Parallel()
	for name, cfg := range map[string]demooperator.Config{
		"no kind": {}, "a kind that is none": {Kind: "human"}, "a reason that is none": {Kind: demooperator.Forms, First: "mood"},
	} {
		if demooperator.Run(t.Context(), cfg) == nil {
			t.Errorf("%s is accepted", name)
		}
	}
	if err := demooperator.Run(t.Context(), demooperator.Config{Kind: demooperator.None}); err != nil {
		t.Error(err)
	}
}
