package jobs_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"qoltanba/app/backend/jobs"
	"qoltanba/app/backend/store"
	"qoltanba/app/backend/store/pgtest"
	"qoltanba/app/backend/store/sqlstore"
)

// patience bounds every wait.
const patience = 2 * time.Minute

// secret stands for what a failed handler must not bring into a log or a table.
const secret = "+77010000001"

// suite ends PostgreSQL before goroutines are counted.
type suite struct{ m *testing.M }

func (s suite) Run() int { return pgtest.Run(s.m) }

func TestMain(m *testing.M) { goleak.VerifyTestMain(suite{m}) }

// each runs a test on both databases.
func each(t *testing.T, test func(t *testing.T, db *sqlstore.DB)) {
	t.Parallel()
	for name, address := range map[string]func() string{
		"SQLite":     func() string { return "sqlite://" + filepath.ToSlash(t.TempDir()) + "/store.db" },
		"PostgreSQL": func() string { return pgtest.DSN(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, err := sqlstore.Open(t.Context(), address())
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := db.Close(); err != nil {
					t.Error(err)
				}
			})
			test(t, db)
		})
	}
}

func enqueue(t *testing.T, db *sqlstore.DB, all ...store.Job) {
	t.Helper()
	err := db.Update(t.Context(), func(tx store.Tx) error {
		for _, job := range all {
			if err := tx.Enqueue(job); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func start(t *testing.T, q *jobs.Queue) {
	t.Helper()
	if err := q.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, q) })
}

func stop(t *testing.T, q *jobs.Queue) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := q.Stop(ctx); err != nil {
		t.Error(err)
	}
}

func await(t *testing.T, done <-chan struct{}, what string) {
	t.Helper()
	select {
	case <-done:
	case <-time.After(patience):
		t.Fatalf("no sign of %s", what)
	}
}

// log is a log that many goroutines write.
type log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func logger(w io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

func TestFailuresAreRepeated(t *testing.T) {
	each(t, func(t *testing.T, db *sqlstore.DB) {
		var l log
		q := jobs.New(db.Jobs(), jobs.Config{Log: logger(&l)})
		done := make(chan struct{}, 3)
		var calls, panics, refusals atomic.Int32
		q.Register("fails", func(context.Context, json.RawMessage) error {
			if calls.Add(1) == 1 {
				return fmt.Errorf("call %s: %w", secret, io.ErrUnexpectedEOF)
			}
			done <- struct{}{}
			return nil
		})
		q.Register("panics", func(context.Context, json.RawMessage) error {
			if panics.Add(1) == 1 {
				panic(secret)
			}
			done <- struct{}{}
			return nil
		})
		q.Register("gives-up", func(context.Context, json.RawMessage) error {
			refusals.Add(1)
			done <- struct{}{}
			return fmt.Errorf("%s: %w", secret, jobs.ErrGiveUp)
		})
		start(t, q)
		args := json.RawMessage(`"` + secret + `"`)
		enqueue(t, db, store.Job{Kind: "fails", Args: args}, store.Job{Kind: "panics", Args: args}, store.Job{Kind: "gives-up", Args: args})
		for range 3 {
			await(t, done, "the end of three jobs")
		}
		stop(t, q)
		if calls.Load() != 2 || panics.Load() != 2 || refusals.Load() != 1 {
			t.Errorf("called %d, %d and %d times, want 2, 2 and 1", calls.Load(), panics.Load(), refusals.Load())
		}
		text := l.String()
		if strings.Contains(text, secret) {
			t.Errorf("the log tells what failed:\n%s", text)
		}
		for _, want := range []string{"kind=fails", "kind=panics", `"a job was cancelled" kind=gives-up job=`} {
			if !strings.Contains(text, want) {
				t.Errorf("the log lacks %s:\n%s", want, text)
			}
		}
	})
}

func TestDeadline(t *testing.T) {
	each(t, func(t *testing.T, db *sqlstore.DB) {
		q := jobs.New(db.Jobs(), jobs.Config{Timeout: time.Millisecond, Log: slog.New(slog.DiscardHandler)})
		done := make(chan struct{})
		var calls atomic.Int32
		q.Register("hangs", func(ctx context.Context, _ json.RawMessage) error {
			<-ctx.Done()
			if calls.Add(1) == 1 {
				close(done)
			}
			return ctx.Err()
		})
		start(t, q)
		enqueue(t, db, store.Job{Kind: "hangs"})
		await(t, done, "the deadline")
	})
}

func TestStopWaits(t *testing.T) {
	each(t, func(t *testing.T, db *sqlstore.DB) {
		q := jobs.New(db.Jobs(), jobs.Config{Log: slog.New(slog.DiscardHandler)})
		begun, proceed := make(chan struct{}), make(chan struct{})
		var ended atomic.Bool
		q.Register("slow", func(ctx context.Context, _ json.RawMessage) error {
			close(begun)
			<-proceed
			ended.Store(ctx.Err() == nil)
			return nil
		})
		start(t, q)
		enqueue(t, db, store.Job{Kind: "slow"})
		await(t, begun, "the slow job")
		stopped := make(chan struct{})
		go func() {
			defer close(stopped)
			stop(t, q)
		}()
		close(proceed)
		await(t, stopped, "the stop")
		if !ended.Load() {
			t.Error("the queue stopped before its job, or cancelled it")
		}
	})
}

func TestStopCancelsAndTheJobRunsAgain(t *testing.T) {
	each(t, func(t *testing.T, db *sqlstore.DB) {
		first := jobs.New(db.Jobs(), jobs.Config{Log: slog.New(slog.DiscardHandler)})
		begun := make(chan struct{})
		first.Register("long", func(ctx context.Context, _ json.RawMessage) error {
			close(begun)
			<-ctx.Done()
			return ctx.Err()
		})
		start(t, first)
		enqueue(t, db, store.Job{Kind: "long"})
		await(t, begun, "the long job")
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := first.Stop(ctx); err != nil {
			t.Fatal(err)
		}

		second := jobs.New(db.Jobs(), jobs.Config{Log: slog.New(slog.DiscardHandler)})
		again := make(chan struct{})
		second.Register("long", func(context.Context, json.RawMessage) error { close(again); return nil })
		start(t, second)
		await(t, again, "the second attempt")
	})
}

// Heavy jobs that fill their places keep no other job waiting, and only so many
// run at once as there are processors.
func TestHeavyJobsRunApart(t *testing.T) {
	each(t, func(t *testing.T, db *sqlstore.DB) {
		q := jobs.New(db.Jobs(), jobs.Config{Timeout: time.Millisecond, Workers: 1, Log: slog.New(slog.DiscardHandler)})
		light, proceed := make(chan struct{}), make(chan struct{})
		places := runtime.GOMAXPROCS(0)
		var running, most atomic.Int32
		ended := make(chan struct{}, places+1)
		q.Register("judges", func(ctx context.Context, _ json.RawMessage) error {
			if n := running.Add(1); n > most.Load() {
				most.Store(n)
			}
			<-proceed
			running.Add(-1)
			ended <- struct{}{}
			return ctx.Err() // whose deadline is not that of other jobs
		})
		q.Register("tells", func(context.Context, json.RawMessage) error { close(light); return nil })
		heavy := store.Job{Kind: "judges", Heavy: true}
		for range places + 1 {
			enqueue(t, db, heavy)
		}
		enqueue(t, db, store.Job{Kind: "tells"})
		start(t, q)
		await(t, light, "the light job")
		close(proceed)
		for range places + 1 {
			await(t, ended, "the heavy jobs")
		}
		stop(t, q)
		if int(most.Load()) > places {
			t.Errorf("%d heavy jobs ran at once", most.Load())
		}
	})
}

func TestPurgeHourly(t *testing.T) {
	each(t, func(t *testing.T, db *sqlstore.DB) {
		now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
		use := func() error {
			return db.Update(t.Context(), func(tx store.Tx) error { return tx.UseOnce("nonce", "n", now.Add(-1e6)) })
		}
		if err := use(); err != nil {
			t.Fatal(err)
		}
		q := jobs.New(db.Jobs(), jobs.Config{Log: slog.New(slog.DiscardHandler)})
		asked := make(chan struct{}, 100)
		q.PurgeHourly(db, func() time.Time { asked <- struct{}{}; return now })
		start(t, q)
		await(t, asked, "the first purge")
		stop(t, q)
		if err := use(); err != nil {
			t.Errorf("the value was not forgotten: %v", err)
		}
	})
}

func TestOneOfTwoQueuesRunsAJob(t *testing.T) {
	const n = 60
	each(t, func(t *testing.T, db *sqlstore.DB) {
		var mu sync.Mutex
		ran, done := map[string]int{}, make(chan struct{})
		for range 2 {
			q := jobs.New(db.Jobs(), jobs.Config{Log: slog.New(slog.DiscardHandler)})
			q.Register("count", func(_ context.Context, args json.RawMessage) error {
				mu.Lock()
				defer mu.Unlock()
				if ran[string(args)]++; len(ran) == n && ran[string(args)] == 1 {
					close(done)
				}
				return nil
			})
			start(t, q)
		}
		for i := range n {
			enqueue(t, db, store.Job{Kind: "count", Args: json.RawMessage(fmt.Sprint(i))})
		}
		await(t, done, "all jobs")
		mu.Lock()
		defer mu.Unlock()
		for args, times := range ran {
			if times != 1 {
				t.Errorf("job %s ran %d times", args, times)
			}
		}
	})
}

func TestMisuse(t *testing.T) {
	each(t, func(t *testing.T, db *sqlstore.DB) {
		handle := func(context.Context, json.RawMessage) error { return nil }
		q := jobs.New(db.Jobs(), jobs.Config{})
		q.Register("kind", handle)
		for _, kind := range []string{"kind", "", "a", "Kind", "two words", strings.Repeat("k", 65)} {
			func() {
				defer func() {
					if recover() == nil {
						t.Errorf("kind %q was registered", kind)
					}
				}()
				q.Register(kind, handle)
			}()
		}
		for _, config := range []jobs.Config{{Workers: -1}, {Workers: 1001}, {Timeout: -1}} {
			q := jobs.New(db.Jobs(), config)
			q.Register("kind", handle)
			if q.Start(t.Context()) == nil {
				t.Errorf("%+v was accepted", config)
			}
		}
		if err := jobs.New(db.Jobs(), jobs.Config{}).Stop(t.Context()); err != nil {
			t.Errorf("stop what never began: %v", err)
		}
		start(t, q)
		if q.Start(t.Context()) == nil {
			t.Error("a queue was started twice")
		}
	})
}
