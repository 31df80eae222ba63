package jobs

import (
	"testing"
	"time"
)

// A job is tried often at first and at least every ten minutes for a week.
func TestPauses(t *testing.T) {
	t.Parallel()
	var total, last time.Duration
	for n := 1; n < maxAttempts; n++ {
		pause := pauseAfter(n)
		if pause < last || pause > longPause {
			t.Fatalf("pause %v after %v", pause, last)
		}
		last = pause
		total += pause
	}
	if pauseAfter(1) != time.Second || total < 6*24*time.Hour || total > 8*24*time.Hour {
		t.Errorf("first %v, all %v", pauseAfter(1), total)
	}
}
