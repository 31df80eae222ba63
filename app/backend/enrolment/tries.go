package enrolment

import (
	"time"

	"qoltanba/app/api"
	"qoltanba/app/backend/limit"
	"qoltanba/app/backend/pin"
)

// A citizen's failures are counted over all enrolments, in the store's counters
// under pseudonyms: who begins anew begins with no more tries.
const (
	countRecordings      = "recordings"      // failed challenges in a row, and the lock after them
	countLapses          = "lapses"          // recordings that a lost line ended
	countIdentifications = "identifications" // that a machine judged and did not pass
)

// How long a count is remembered after its last event.
const (
	rememberRecordings      = 24 * time.Hour
	rememberIdentifications = 30 * 24 * time.Hour
)

func (s *Service) count(w *work, what string) (limit.Window, error) {
	return w.tx.Window(s.limits.Key(what, limit.ByIIN, w.Subject))
}

func (s *Service) putCount(w *work, what string, c limit.Window, remember time.Duration) error {
	return w.tx.PutWindow(s.limits.Key(what, limit.ByIIN, w.Subject), c, w.now.Add(remember))
}

// meetRecordings reads the citizen's failed challenges into the state, which
// shows them as they were seen last.
func (s *Service) meetRecordings(w *work) error {
	c, err := s.count(w, countRecordings)
	w.State.Recordings = pin.Attempts{Failed: c.Count, LockedUntil: c.Start}
	return err
}

func (s *Service) putRecordings(w *work, a pin.Attempts) error {
	w.State.Recordings = a
	return s.putCount(w, countRecordings, limit.Window{Count: a.Failed, Start: a.LockedUntil}, rememberRecordings)
}

// recordingGood forgets earlier failures.
func (s *Service) recordingGood(w *work) error {
	return s.putRecordings(w, w.State.Recordings.Succeed())
}

// recordingFailed counts a failed challenge and takes it away; one that a lost
// line ended costs nothing, for the first few.
func (s *Service) recordingFailed(w *work, lapsed bool) error {
	w.State.Challenge = nil
	if lapsed {
		c, err := s.count(w, countLapses)
		if err != nil {
			return err
		}
		if c.Count < freeLapses {
			c.Count++
			return s.putCount(w, countLapses, c, rememberRecordings)
		}
	}
	if err := s.meetRecordings(w); err != nil {
		return err
	}
	return s.putRecordings(w, w.State.Recordings.Fail(s.rules.Recordings, w.now))
}

// identificationFailed counts an identification that a machine did not pass, and
// says whether an operator is to decide from now on.
func (s *Service) identificationFailed(w *work) (exhausted bool, err error) {
	c, err := s.count(w, countIdentifications)
	if err != nil {
		return false, err
	}
	c.Count++
	return c.Count >= s.rules.Identifications, s.putCount(w, countIdentifications, c, rememberIdentifications)
}

// exhausted says that the machine has failed this citizen too often to be asked
// again.
func (s *Service) exhausted(w *work) (bool, error) {
	c, err := s.count(w, countIdentifications)
	return c.Count >= s.rules.Identifications, err
}

// lockedOut is the refusal of a citizen who has to wait, nil where there is none.
func (s *Service) lockedOut(w *work, detail string) *api.Problem {
	until, locked := w.State.Recordings.Locked(w.now)
	if !locked {
		return nil
	}
	return api.Fail(api.RecordingLocked, "%s", detail).WithUntil(until).WithTries(0)
}
