package sqlstore

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"qoltanba/app/backend/store"
	"qoltanba/app/backend/store/storetest"
)

// The environment of the process that is to be killed.
const (
	victimAddress = "QOLTANBA_TEST_VICTIM_ADDRESS"
	victimName    = "QOLTANBA_TEST_VICTIM_NAME"
)

// victim writes enrolments for ever and says the name of each that is kept.
func victim(address, name string) int {
	db, err := Open(context.Background(), address)
	for i := 0; err == nil; i++ {
		id := fmt.Sprint(name, "-", i)
		err = db.Update(context.Background(), func(tx store.Tx) error {
			if _, err := tx.PutEnrolment(storetest.Enrolment(id)); err != nil {
				return err
			}
			if err := tx.Record(store.AuditEntry{Action: "made", Enrolment: id}); err != nil {
				return err
			}
			return tx.Enqueue(store.Job{Kind: "made"})
		})
		if err == nil {
			_, err = fmt.Println(id)
		}
	}
	fmt.Fprintln(os.Stderr, err)
	return 1
}

// TestKilled kills a writing process at some moment and finds every
// acknowledged record, whole, in what it left.
func TestKilled(t *testing.T) {
	rounds := 8
	if testing.Short() {
		rounds = 3
	}
	each(t, func(t *testing.T, address string) {
		var kept []string
		for round := range rounds {
			kept = append(kept, killed(t, address, fmt.Sprint(round), 1+7*round)...)
			db := open(t, address)
			err := db.View(t.Context(), func(tx store.Tx) error {
				for _, id := range kept {
					if _, err := tx.Enrolment(id); err != nil {
						return fmt.Errorf("%s: %w", id, err)
					}
					if trail, err := tx.Trail(id); err != nil || len(trail) != 1 {
						return fmt.Errorf("%s has %d audit entries: %w", id, len(trail), err)
					}
				}
				return nil
			})
			if err != nil {
				t.Fatalf("round %d: %v", round, err)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// killed runs a victim, kills it after some acknowledgements and returns all of them.
func killed(t *testing.T, address, name string, after int) (ids []string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), victimAddress+"="+address, victimName+"="+name)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if ids = append(ids, lines.Text()); len(ids) == after {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = cmd.Wait() // it was killed
	if len(ids) < after {
		t.Fatalf("the victim ended by itself after %d records", len(ids))
	}
	return ids
}
