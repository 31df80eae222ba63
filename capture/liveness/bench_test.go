//go:build demo && cgo && linux

package liveness_test

import (
	"math/rand/v2"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"qoltanba/capture/camera/synthetic/puppet"
	"qoltanba/capture/liveness"
)

// tenSeconds is a recording of 150 frames in ten seconds, of movements only: everything is looked at, but for the light.
func tenSeconds(b *testing.B) *liveness.Case {
	rng := rand.New(rand.NewPCG(11, 4))
	c, s := challenge(rng, 4, 2300, false)
	s.Length = millis(10_000)
	film(b, c, s, puppet.Honest, puppet.Conditions{Rate: 15, Size: 0.28})
	return c
}

// BenchmarkJudge judges ten seconds of 150 frames. Run it with -cpu 1 to see what one processor takes.
func BenchmarkJudge(b *testing.B) {
	j, c := judge(b), tenSeconds(b)
	before, spent := fromHere(b), processor(b)
	for b.Loop() {
		answers(b, j, c)
	}
	b.ReportMetric((processor(b)-spent)/float64(b.N), "cpu-s/op")
	b.ReportMetric((resident("VmHWM:")-before)/1e6, "MB-most")
}

// BenchmarkJudges judges eight recordings at once, over and over: the memory must not grow with the number judged.
func BenchmarkJudges(b *testing.B) {
	j, c := judge(b), tenSeconds(b)
	before := fromHere(b)
	for b.Loop() {
		var group sync.WaitGroup
		for range 8 {
			group.Go(func() { answers(b, j, c) })
		}
		group.Wait()
	}
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.HeapAlloc)/1e6, "MB-heap-after")
	b.ReportMetric((resident("VmHWM:")-before)/1e6, "MB-most")
}

func answers(b *testing.B, j *liveness.Judge, c *liveness.Case) {
	got, err := j.Judge(b.Context(), c)
	if err != nil || got.Reason != liveness.LightLeftOut {
		b.Errorf("%v %v %v", got, got.Findings, err)
	}
}

// fromHere lets the most memory be counted anew, and returns what is held now: the films and the networks.
func fromHere(b *testing.B) float64 {
	debug.FreeOSMemory()
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil {
		b.Logf("the most memory counts from the program's start: %v", err)
	}
	return resident("VmRSS:")
}

// resident reads a figure of /proc/self/status, bytes.
func resident(name string) float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, after, _ := strings.Cut(string(status), name)
	line, _, _ := strings.Cut(after, "kB")
	kb, _ := strconv.ParseFloat(strings.TrimSpace(line), 64)
	return 1024 * kb
}

// processor is the time that the process has had on processors, seconds.
func processor(b *testing.B) float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}
