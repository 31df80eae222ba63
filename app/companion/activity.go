package companion

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"qoltanba/keystore"
)

// Deed is what happened, as the citizen's log has it.
type Deed string

// The deeds.
const (
	DeedAllowed     Deed = "allowed"      // to ask, and remembered
	DeedAllowedOnce Deed = "allowed-once" // until the caller goes away
	DeedRefused     Deed = "refused"      // to ask
	DeedBlocked     Deed = "blocked"      // to ask, for good
	DeedSigned      Deed = "signed"
	DeedShown       Deed = "shown" // a certificate
	DeedCancelled   Deed = "cancelled"
	DeedGone        Deed = "gone" // the caller went away before it was decided
	DeedFailed      Deed = "failed"
	DeedRevoked     Deed = "revoked" // a permission, by the citizen
)

// Event is one line of the citizen's log. What was signed is never in it.
type Event struct {
	At        time.Time `json:"at"`
	Caller    string    `json:"caller"` // as in Caller.ID
	Deed      Deed      `json:"deed"`
	Documents int       `json:"documents,omitempty"`
	Bytes     int       `json:"bytes,omitempty"`
	Key       string    `json:"key,omitempty"` // identifier of the key, hexadecimal
}

// Activity is the log that the citizen can read: who asked, and what was
// decided. Its methods may be called from several goroutines; the file may be
// read by another process meanwhile.
type Activity struct {
	path string
	now  func() time.Time
	mu   sync.Mutex
}

const (
	maxActivity = 512 << 10 // bytes, of which the younger half is kept when they are full
	maxEvent    = 4 << 10
)

// OpenActivity names the file of the log, which is made with the first event.
func OpenActivity(path string, now func() time.Time) *Activity {
	return &Activity{path: path, now: now}
}

// Add writes an event down. At is filled in.
func (a *Activity) Add(e Event) error {
	if a == nil {
		return nil
	}
	e.At = a.now().UTC()
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	if len(line) > maxEvent {
		return errors.New("the event is too long for the log")
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.halve(); err != nil {
		return err
	}
	file, err := os.OpenFile(a.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return keystore.DiskError(err)
	}
	_, err = file.Write(append(line, '\n'))
	if err = errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("write the log of requests: %w", keystore.DiskError(err))
	}
	return nil
}

// halve makes room in a log that is full.
func (a *Activity) halve() error {
	info, err := os.Stat(a.path)
	if err != nil || info.Size() < maxActivity {
		return nil //nolint:nilerr // one that is not there is made
	}
	events, err := a.read()
	if err != nil {
		return err
	}
	var kept bytes.Buffer
	for _, e := range events[len(events)/2:] {
		line, err := json.Marshal(e)
		if err != nil {
			return err
		}
		kept.Write(append(line, '\n'))
	}
	aside := a.path + ".new"
	if err := os.Remove(aside); err != nil && !errors.Is(err, os.ErrNotExist) {
		return keystore.DiskError(err)
	}
	if err := keystore.WriteFile(aside, kept.Bytes()); err != nil {
		return err
	}
	return keystore.DiskError(keystore.ReplaceFile(aside, a.path))
}

// List returns the last events, the youngest first.
func (a *Activity) List(most int) ([]Event, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	events, err := a.read()
	slices.Reverse(events)
	return events[:min(most, len(events))], err
}

// read passes over lines that cannot be read, such as one that was cut off.
func (a *Activity) read() (events []Event, err error) {
	file, err := os.Open(a.path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, keystore.DiskError(err)
	}
	defer file.Close() //nolint:errcheck // only read
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 2*maxEvent)
	for lines.Scan() {
		var e Event
		if json.Unmarshal(lines.Bytes(), &e) == nil && e.Deed != "" {
			events = append(events, e)
		}
	}
	if err := lines.Err(); err != nil && !errors.Is(err, bufio.ErrTooLong) {
		return events, keystore.DiskError(err)
	}
	return events, nil
}
