package enrolment

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"qoltanba/app/backend/store"
)

// Whatever the clock does, no reminder is sent twice, none comes before its
// time, and at one look there is at most one letter and one message.
func TestRemindersAreSentOnce(t *testing.T) {
	t.Parallel()
	end := time.Date(2027, 11, 22, 9, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		c := store.Certificate{NotAfter: end}
		sent := map[int64]bool{}
		for range rapid.IntRange(1, 20).Draw(t, "looks") {
			now := end.Add(-time.Duration(rapid.Int64Range(0, int64(40*day)).Draw(t, "left")))
			send, reminded := due(c, now)
			ways := map[bool]int{}
			for _, r := range send {
				if sent[r.bit] || now.Before(end.Add(-r.before)) {
					t.Fatalf("reminder %d %v before the end, sent before: %v", r.bit, end.Sub(now), sent[r.bit])
				}
				sent[r.bit] = true
				ways[r.mail]++
			}
			if ways[true] > 1 || ways[false] > 1 || reminded&c.Reminded != c.Reminded {
				t.Fatalf("%v at one look, %b after %b", ways, reminded, c.Reminded)
			}
			c.Reminded = reminded
		}
	})
}

func TestEachReminderComesInItsTime(t *testing.T) {
	t.Parallel()
	end := time.Date(2027, 11, 22, 9, 0, 0, 0, time.UTC)
	c := store.Certificate{NotAfter: end}
	var order []time.Duration
	for left := 40 * day; left > 0; left -= time.Hour {
		send, reminded := due(c, end.Add(-left))
		for _, r := range send {
			order = append(order, r.before)
		}
		c.Reminded = reminded
	}
	want := []time.Duration{30 * day, 14 * day, 10 * day, 7 * day}
	if len(order) != len(want) {
		t.Fatalf("reminders %v, want %v", order, want)
	}
	for i := range want {
		if order[i] != want[i] {
			t.Errorf("reminder %d comes %v before the end, want %v", i+1, order[i], want[i])
		}
	}
}
