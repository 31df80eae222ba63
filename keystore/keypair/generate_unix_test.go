//go:build unix

package keypair_test

import (
	"slices"
	"syscall"
	"testing"
	"time"

	"qoltanba/keystore/keypair"
)

// BenchmarkGenerateKey makes one key pair; an application with RSA takes two,
// side by side where there are two cores. "ms/p95" is processor time, so that
// what runs beside does not count.
func BenchmarkGenerateKey(b *testing.B) {
	for _, a := range []keypair.Algorithm{keypair.RSA, keypair.GOST512} {
		b.Run(a.Name(), func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				before := processorTime(b)
				if _, err := a.GenerateKey(); err != nil {
					b.Fatal(err)
				}
				took = append(took, processorTime(b)-before)
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms/median")
			b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "ms/p95")
		})
	}
}

// processorTime is what this process has used.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
