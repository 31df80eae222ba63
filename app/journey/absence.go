package journey

import "time"

// Absence is after how long without the citizen one who has set a PIN is asked
// for it, be it that the program was closed or that it stood open.
const Absence = 15 * time.Minute

// now is the time without its monotonic reading, which stands still while the
// computer sleeps.
func (j *Journey) now() time.Time { return j.cfg.Now().Round(0) }

func (j *Journey) touch() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.touched = j.now()
}

// Touch says that the citizen did something with the window, such as moving the
// mouse; actions say so by themselves.
func (j *Journey) Touch() {
	if j.absent() {
		j.CheckAbsence()
		return
	}
	j.touch()
}

// absent says that there is a PIN to ask for, and that it is time to.
func (j *Journey) absent() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	away := j.now().Sub(j.touched)
	return j.record.PINSet && j.record.Enrolment != "" && (away > Absence || away < -time.Minute)
}

// CheckAbsence asks for the PIN where nobody was there for so long, and says
// whether it is asked for. A front calls it every now and then. While something
// is under way, such as the recording, nobody is disturbed.
func (j *Journey) CheckAbsence() bool {
	if !j.absent() {
		return false
	}
	switch s := j.State(); {
	case s.Stage == StageResume:
		return true
	case s.Busy, s.Stage == StageWelcome, s.Stage == StageLocked, s.Stage == StageEnded:
		return false
	}
	j.change(func(s *State) {
		if !s.Busy {
			j.overlay, s.Problem = StageResume, nil
			j.settleStage(s)
		}
	})
	return true
}
