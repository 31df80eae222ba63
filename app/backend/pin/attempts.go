package pin

import (
	"fmt"
	"time"
)

// Lockout says how many wrong tries in a row lock the PIN, and for how long.
type Lockout struct {
	Tries int           // 1 to 10
	Lock  time.Duration // 1 s to 24 h
}

// DefaultLockout is five tries, then fifteen minutes.
func DefaultLockout() Lockout { return Lockout{Tries: 5, Lock: 15 * time.Minute} }

// Validate says which bound is out of its range.
func (l Lockout) Validate() error {
	if l.Tries < 1 || l.Tries > 10 {
		return fmt.Errorf("PIN: tries %d must be between 1 and 10", l.Tries)
	}
	if l.Lock < time.Second || l.Lock > 24*time.Hour {
		return fmt.Errorf("PIN: lock %v must be between 1s and 24h", l.Lock)
	}
	return nil
}

// Attempts is the plain value kept beside the hash. The zero value is a fresh
// start. It must be read and written back in one transaction around
// [Hasher.Verify], with the failure written before the answer is given:
// otherwise tries made at the same time would count as one.
type Attempts struct {
	Failed      int
	LockedUntil time.Time
}

// Locked says until when no PIN is looked at, right or wrong.
func (a Attempts) Locked(now time.Time) (until time.Time, locked bool) {
	return a.LockedUntil, now.Before(a.LockedUntil)
}

// Fail counts a wrong PIN; the last try locks and starts the count anew. While
// locked it changes nothing, so that trying on does not prolong the lock.
func (a Attempts) Fail(l Lockout, now time.Time) Attempts {
	if _, locked := a.Locked(now); locked {
		return a
	}
	a.LockedUntil = time.Time{}
	a.Failed++
	if a.Failed >= l.Tries {
		return Attempts{LockedUntil: now.Add(l.Lock)}
	}
	return a
}

// Left is the number of tries before the next lock; none while locked.
func (a Attempts) Left(l Lockout, now time.Time) int {
	if _, locked := a.Locked(now); locked {
		return 0
	}
	return max(l.Tries-a.Failed, 0)
}

// Succeed forgets earlier failures.
func (Attempts) Succeed() Attempts { return Attempts{} }
