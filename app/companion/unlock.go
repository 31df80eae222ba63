package companion

import (
	"sync"
	"time"
)

// UnlockTime is how long a key stays unlocked for a caller where the person
// chose so. It saves the password, never the look at what is signed.
const UnlockTime = 15 * time.Minute

// unlocks has the passwords of keys that stay unlocked. Each is for one caller
// and one key, and is forgotten with its time; a password and not the key is
// kept, so that a memory stick that was pulled out locks it too.
type unlocks struct {
	now  func() time.Time
	mu   sync.Mutex
	kept map[lock]unlocking
}

type lock struct{ caller, store, id string }

type unlocking struct {
	password Password
	until    time.Time
}

func (u *unlocks) keep(l lock, password Password) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.sweep()
	if u.kept == nil {
		u.kept = map[lock]unlocking{}
	}
	u.kept[l] = unlocking{password, u.now().Add(UnlockTime)}
}

// of returns the password of a key that is unlocked for the caller.
func (u *unlocks) of(l lock) (Password, bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.sweep()
	k, there := u.kept[l]
	return k.password, there
}

func (u *unlocks) sweep() {
	for l, k := range u.kept {
		if !u.now().Before(k.until) {
			delete(u.kept, l)
		}
	}
}

// forget locks the keys of a caller, of all where it is "".
func (u *unlocks) forget(caller string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for l := range u.kept {
		if caller == "" || l.caller == caller {
			delete(u.kept, l)
		}
	}
}

// Lock forgets every password that was kept for the time that a person chose.
func (s *Server) Lock() { s.unlocked.forget("") }
