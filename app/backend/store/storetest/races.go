package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"qoltanba/app/api"
	"qoltanba/app/backend/store"
)

const racers = 20

// race runs a function in many goroutines that start together, and returns
// their errors.
func race(work func(i int) error) []error {
	results := make([]error, racers)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range racers {
		wg.Go(func() {
			<-start
			results[i] = work(i)
		})
	}
	close(start)
	wg.Wait()
	return results
}

// won counts the nils and fails on any error but the one expected.
func won(t *testing.T, results []error, expected error) int {
	t.Helper()
	n := 0
	for _, err := range results {
		switch {
		case err == nil:
			n++
		case expected == nil || !errors.Is(err, expected):
			t.Errorf("a racer ended with %v", err)
		}
	}
	return n
}

func testUseOnceRace(t *testing.T, s Store) {
	results := race(func(int) error {
		return s.Update(t.Context(), func(tx store.Tx) error { return tx.UseOnce("nonce", "n", now) })
	})
	same(t, "winners", won(t, results, store.ErrUsed), 1)
}

// Of many first keys one is kept, and a destruction is the last word whenever it
// comes.
func testCaseKeyRace(t *testing.T, s Store) {
	add := func(enrolment string) []error {
		return race(func(i int) error {
			return s.Update(t.Context(), func(tx store.Tx) error {
				if i == racers/2 && enrolment == "destroyed" {
					return tx.DestroyCaseKey(enrolment)
				}
				return tx.AddCaseKey(store.CaseKey{Enrolment: enrolment, Wrapped: []byte(strconv.Itoa(i))})
			})
		})
	}
	results := add("kept")
	same(t, "winners", won(t, results, store.ErrConflict), 1)
	k := read(t, s, func(tx store.Tx) (store.CaseKey, error) { return tx.CaseKey("kept") })
	if winner, err := strconv.Atoi(string(k.Wrapped)); err != nil || results[winner] != nil {
		t.Errorf("the key of %d is kept, who was told %v (%v)", winner, results[winner], err)
	}
	won(t, add("destroyed"), store.ErrConflict)
	k = read(t, s, func(tx store.Tx) (store.CaseKey, error) { return tx.CaseKey("destroyed") })
	same(t, "content after the destruction", len(k.Wrapped), 0)
}

// All racers are told the one value that is kept.
func testClaimRace(t *testing.T, s Store) {
	told := make([]string, racers)
	results := race(func(i int) error {
		return s.Update(t.Context(), func(tx store.Tx) (err error) {
			told[i], err = tx.Claim("name", strconv.Itoa(i))
			return err
		})
	})
	same(t, "winners", won(t, results, nil), racers)
	for _, value := range told {
		same(t, "value", value, told[0])
	}
}

func testLostUpdate(t *testing.T, s Store) {
	update(t, s, func(tx store.Tx) error {
		_, err := tx.PutEnrolment(Enrolment("e"))
		if err != nil {
			return err
		}
		return tx.PutOperator(store.Operator{Login: "op"})
	})
	results := race(func(int) error {
		return s.Update(t.Context(), func(tx store.Tx) error {
			e, err := tx.Enrolment("e")
			if err != nil {
				return err
			}
			n, _ := strconv.Atoi(string(e.State))
			e.State = json.RawMessage(strconv.Itoa(n + 1))
			if _, err := tx.PutEnrolment(e); err != nil {
				return err
			}
			o, err := tx.Operator("op")
			if err != nil {
				return err
			}
			o.Failures++
			return tx.PutOperator(o)
		})
	})
	same(t, "updates", won(t, results, nil), racers)
	e := read(t, s, func(tx store.Tx) (store.Enrolment, error) { return tx.Enrolment("e") })
	same(t, "state", string(e.State), strconv.Itoa(racers))
	same(t, "version", e.Version, racers+1)
	o := read(t, s, func(tx store.Tx) (store.Operator, error) { return tx.Operator("op") })
	same(t, "operator", o.Failures, racers)
}

// testVersionRace writes from one reading: the version lets one pass.
func testVersionRace(t *testing.T, s Store) {
	put(t, s, Enrolment("e"))
	e := read(t, s, func(tx store.Tx) (store.Enrolment, error) { return tx.Enrolment("e") })
	results := race(func(int) error {
		return s.Update(t.Context(), func(tx store.Tx) error { _, err := tx.PutEnrolment(e); return err })
	})
	same(t, "winners", won(t, results, store.ErrConflict), 1)
}

// testWriteSkew lets each racer write a row of its own if there are fewer than
// three: only a serialisable database stops at three.
func testWriteSkew(t *testing.T, s Store) {
	full := errors.New("full")
	results := race(func(i int) error {
		return s.Update(t.Context(), func(tx store.Tx) error {
			list, err := tx.EnrolmentsAt(api.StepCode, racers)
			if err != nil {
				return err
			}
			if len(list) >= 3 {
				return full
			}
			_, err = tx.PutEnrolment(Enrolment(fmt.Sprint("e", i)))
			return err
		})
	})
	same(t, "winners", won(t, results, full), 3)
}

func testTrailRace(t *testing.T, s Store) {
	results := race(func(i int) error {
		return s.Update(t.Context(), func(tx store.Tx) error {
			return tx.Record(store.AuditEntry{At: now, Action: strconv.Itoa(i), Enrolment: "e"})
		})
	})
	same(t, "recorded", won(t, results, nil), racers)
	trail := read(t, s, func(tx store.Tx) ([]store.AuditEntry, error) { return tx.Trail("e") })
	same(t, "entries", len(trail), racers)
}

func testViewRefusesWrites(t *testing.T, s Store) {
	for name, work := range map[string]func(store.Tx) error{
		"enrolment": func(tx store.Tx) error { _, err := tx.PutEnrolment(Enrolment("e")); return err },
		"use":       func(tx store.Tx) error { return tx.UseOnce("a", "b", now) },
		"record":    func(tx store.Tx) error { return tx.Record(store.AuditEntry{}) },
		"enqueue":   func(tx store.Tx) error { return tx.Enqueue(store.Job{Kind: "kind"}) },
		"purge":     func(tx store.Tx) error { _, err := tx.Purge(now); return err },
		"delete":    func(tx store.Tx) error { return tx.DeleteSession("h") },
	} {
		t.Run(name, func(t *testing.T) { wants(t, store.ErrReadOnly, s.View, work) })
	}
}

func testViewIsASnapshot(t *testing.T, s Store) {
	put(t, s, Enrolment("e1"))
	view(t, s, func(tx store.Tx) error {
		before, err := tx.EnrolmentsAt(api.StepCode, 9)
		if err != nil {
			return err
		}
		put(t, s, Enrolment("e2"))
		after, err := tx.EnrolmentsAt(api.StepCode, 9)
		same(t, "seen later", len(after), len(before))
		return err
	})
}

// everything writes one of each and returns the error given.
func everything(tx store.Tx, end error) error {
	_, err := tx.PutEnrolment(Enrolment("e"))
	return errors.Join(err, tx.UseOnce("n", "v", now), tx.Record(store.AuditEntry{Enrolment: "e"}),
		tx.PutOperator(store.Operator{Login: "op"}), tx.Enqueue(store.Job{Kind: "forgotten"}), end)
}

// nothing fails if any of everything was kept.
func nothing(t *testing.T, s Store) {
	t.Helper()
	wants(t, store.ErrNotFound, s.View, func(tx store.Tx) error { _, err := tx.Enrolment("e"); return err })
	wants(t, store.ErrNotFound, s.View, func(tx store.Tx) error { _, err := tx.Operator("op"); return err })
	same(t, "trail", len(read(t, s, func(tx store.Tx) ([]store.AuditEntry, error) { return tx.Trail("e") })), 0)
	update(t, s, func(tx store.Tx) error { return tx.UseOnce("n", "v", now) })
	noJob(t, s, "forgotten")
}

func testRollback(t *testing.T, s Store) {
	end := errors.New("changed my mind")
	err := s.Update(t.Context(), func(tx store.Tx) error {
		if err := everything(tx, nil); err != nil {
			t.Error(err)
		}
		return end
	})
	if err != end { //nolint:errorlint // as it is
		t.Errorf("error %v, want it as it is", err)
	}
	nothing(t, s)
}

func testPanic(t *testing.T, s Store) {
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		_ = s.Update(t.Context(), func(tx store.Tx) error { panic(everything(tx, errors.New("panic"))) })
	}()
	nothing(t, s)
}

func testCancelled(t *testing.T, s Store) {
	ctx, cancel := context.WithCancel(t.Context())
	err := s.Update(ctx, func(tx store.Tx) error {
		err := everything(tx, nil)
		cancel()
		return err
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	nothing(t, s)
}

func testClosed(t *testing.T, s Store) {
	var ended atomic.Bool
	inside, proceed, done := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		done <- s.Update(t.Context(), func(tx store.Tx) error {
			close(inside)
			<-proceed
			_, err := tx.PutEnrolment(Enrolment("e"))
			ended.Store(true)
			return err
		})
	}()
	<-inside
	closed := make(chan error)
	go func() { closed <- s.Close() }()
	// Close has begun, or will: once transactions are refused it waits.
	for s.View(t.Context(), func(store.Tx) error { return nil }) == nil {
		continue
	}
	close(proceed)
	if err := <-done; err != nil {
		t.Error(err)
	}
	if err := <-closed; err != nil || !ended.Load() {
		t.Errorf("closed before the transaction ended, or with %v", err)
	}
	if s.Update(t.Context(), func(store.Tx) error { return nil }) == nil {
		t.Error("a closed store works on")
	}
}
