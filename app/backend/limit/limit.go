// Package limit bounds how often something may be done for one IIN, one phone
// or one network address.
//
// A [Window] is the plain value the store keeps under a key made by a [Keyer];
// [Allow] is pure and returns the changed window, which the caller writes back
// in the transaction that read it. Keys are HMACs under the server's pepper, so
// that the table holds pseudonyms and no IIN, phone or address.
//
// A window is fixed and opens with its first event. Thus in any span of
// [Policy].Per at most 2·Max events pass (Max at the end of one window and Max
// at the start of the next), and at most Max in the long run per Per.
package limit

import (
	"encoding/base64"
	"fmt"
	"time"

	"qoltanba/app/backend/pepper"
)

// Policy lets Max events through in each window of length Per.
type Policy struct {
	Max int
	Per time.Duration
}

// Validate says what is out of range: Max from 1 to 1,000,000, Per from 1 s to 31 days.
func (p Policy) Validate() error {
	if p.Max < 1 || p.Max > 1_000_000 {
		return fmt.Errorf("limit: max %d must be between 1 and 1000000", p.Max)
	}
	if p.Per < time.Second || p.Per > 31*24*time.Hour {
		return fmt.Errorf("limit: window %v must be between 1s and 744h", p.Per)
	}
	return nil
}

// Window counts the events since Start. The zero Window has seen none.
type Window struct {
	Count int
	Start time.Time
}

// Allow counts one event at now. When ok is false the window is full and
// unchanged, and retryAfter is the time until it closes.
//
// A clock that was set back neither resets a window nor prolongs it: a Start
// in the future is moved to now and keeps its count.
func Allow(w Window, p Policy, now time.Time) (next Window, retryAfter time.Duration, ok bool) {
	switch {
	case w.Count <= 0 || !now.Before(w.Start.Add(p.Per)):
		w = Window{Start: now}
	case now.Before(w.Start):
		w.Start = now
	}
	if w.Count >= p.Max {
		return w, w.Start.Add(p.Per).Sub(now), false
	}
	w.Count++
	return w, 0, true
}

// Stale says that the window no longer bounds anything and its row may be deleted.
func (w Window) Stale(p Policy, now time.Time) bool {
	return w.Count <= 0 || !now.Before(w.Start.Add(p.Per))
}

// Kind is what a limit is counted by.
type Kind string

// The kinds of key. Their values are part of the key and must not change.
const (
	ByIIN     Kind = "iin"
	ByPhone   Kind = "phone"
	ByAddress Kind = "address"
)

// Keyer makes the keys under which windows are stored.
type Keyer struct{ pepper pepper.Pepper }

// NewKeyer returns a keyer under the server's pepper.
func NewKeyer(p pepper.Pepper) Keyer { return Keyer{pepper: p} }

// Key returns a pseudonym of value for the named action (for example
// "otp-send"): 43 characters of URL-safe base64.
func (k Keyer) Key(action string, kind Kind, value string) string {
	return base64.RawURLEncoding.EncodeToString(k.pepper.MAC("limit/v1", action, string(kind), value))
}
