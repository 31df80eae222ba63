//go:build unix

package gost

import (
	"syscall"
	"testing"
	"time"
)

// processorTime is what this process has used: under load it is fairer than the clock on the wall.
func processorTime(tb testing.TB) time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
