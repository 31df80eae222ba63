package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"qoltanba/app/backend/jobs"
	"qoltanba/app/backend/store"
)

// patience bounds the wait for jobs.
const patience = 2 * time.Minute

// awkward is text that one encoding or another has to escape.
const awkward = Kazakh + ` "{a,b}" \\ \n NULL, 'x' <&>` + "\n\t\u2028"

// start works a store's queue until the test ends.
func start(t *testing.T, s Store, handlers map[string]jobs.Handler) *jobs.Queue {
	t.Helper()
	q := jobs.New(s.Jobs(), jobs.Config{Workers: 4, Log: slog.New(slog.DiscardHandler)})
	for kind, handle := range handlers {
		q.Register(kind, handle)
	}
	if err := q.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, q) })
	return q
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

// noJob fails if a job of a kind is in the queue. A job put after it, which
// runs by then, proves that the queue was worked.
func noJob(t *testing.T, s Store, kind string) {
	t.Helper()
	var ran atomic.Bool
	later := make(chan struct{})
	update(t, s, func(tx store.Tx) error { return tx.Enqueue(store.Job{Kind: "later"}) })
	q := start(t, s, map[string]jobs.Handler{
		kind:    func(context.Context, json.RawMessage) error { ran.Store(true); return nil },
		"later": func(context.Context, json.RawMessage) error { close(later); return nil },
	})
	await(t, later, "the later job")
	stop(t, q)
	if ran.Load() {
		t.Errorf("the job %s was kept", kind)
	}
}

func testJobsFollow(t *testing.T, s Store) {
	type letter struct{ To string }
	got := make(chan string, 8)
	done := make(chan struct{})
	start(t, s, map[string]jobs.Handler{
		"letter": func(ctx context.Context, args json.RawMessage) error {
			var l letter
			if err := json.Unmarshal(args, &l); err != nil {
				return err
			}
			got <- l.To
			return s.View(ctx, func(tx store.Tx) error { _, err := tx.Enrolment("e"); return err })
		},
		"end": func(_ context.Context, args json.RawMessage) error {
			if string(args) != "null" {
				got <- "not null: " + string(args)
			}
			close(done)
			return nil
		},
	})
	// The letter is invisible until the enrolment is there too.
	update(t, s, func(tx store.Tx) error {
		args, err := json.Marshal(letter{awkward})
		if err != nil {
			return err
		}
		if err := tx.Enqueue(store.Job{Kind: "letter", Args: args}); err != nil {
			return err
		}
		_, err = tx.PutEnrolment(Enrolment("e"))
		return err
	})
	same(t, "letter", <-got, awkward)
	update(t, s, func(tx store.Tx) error { return tx.Enqueue(store.Job{Kind: "end", At: time.Now().Add(time.Second)}) })
	await(t, done, "the job for later")
	same(t, "other calls", len(got), 0)
}

// testUpdatesBesideWorkers writes enrolments with a job each from several
// goroutines while the jobs, which write too, are worked on the same database.
func testUpdatesBesideWorkers(t *testing.T, s Store) {
	const writers, each = 4, 50
	var mu sync.Mutex
	ran := map[string]bool{}
	done := make(chan struct{})
	start(t, s, map[string]jobs.Handler{"touch": func(ctx context.Context, args json.RawMessage) error {
		var id string
		if err := json.Unmarshal(args, &id); err != nil {
			return err
		}
		err := s.Update(ctx, func(tx store.Tx) error {
			if err := tx.UseOnce("touch", id, now); err != nil {
				return err
			}
			return tx.Record(store.AuditEntry{At: now, Actor: "service", Action: "touch", Enrolment: id})
		})
		if err != nil && !errors.Is(err, store.ErrUsed) {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		if ran[id] = true; len(ran) == writers*each {
			close(done)
		}
		return nil
	}})
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				id := fmt.Sprint("e", w, "-", i)
				err := s.Update(t.Context(), func(tx store.Tx) error {
					if _, err := tx.PutEnrolment(Enrolment(id)); err != nil {
						return err
					}
					return tx.Enqueue(store.Job{Kind: "touch", Args: json.RawMessage(strconv.Quote(id))})
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	await(t, done, "the last of 200 jobs")
}
