//go:build linux

// Package soak tells whether a process that does the same thing again and again
// keeps anything of it: memory, goroutines, descriptors. Tests take a [Row] now
// and then and [Report] at the end whether they are [Flat].
package soak

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
	"time"
)

// Row is what this process holds at one moment.
type Row struct {
	At          time.Duration // since the beginning
	Done        int64         // how often the thing was done
	RSS         float64       // MiB
	Heap        float64       // MiB, after a collection
	Goroutines  int
	Descriptors int
}

// Take collects the garbage and looks.
func Take(at time.Duration, done int64) (Row, error) {
	statm, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return Row{}, fmt.Errorf("look at the memory of this process: %w", err)
	}
	var size, pages int
	if _, err := fmt.Sscan(string(statm), &size, &pages); err != nil {
		return Row{}, fmt.Errorf("read the memory of this process: %w", err)
	}
	descriptors, err := filepath.Glob("/proc/self/fd/*")
	if err != nil {
		return Row{}, fmt.Errorf("count descriptors: %w", err)
	}
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	const mib = 1 << 20
	return Row{at, done, float64(pages*os.Getpagesize()) / mib, float64(m.HeapAlloc) / mib, runtime.NumGoroutine(), len(descriptors)}, nil
}

// Report logs the rows as a table beneath a title, writes it to the file at
// path unless that is empty, and fails the test when they are not [Flat]; done
// names what was counted.
func Report(t testing.TB, title, done, path string, rows []Row) {
	t.Helper()
	table := title + Table(done, rows)
	t.Log("\n" + table)
	if path != "" {
		if err := os.WriteFile(path, []byte(table), 0o644); err != nil { //nolint:gosec // a table for everybody
			t.Error(err)
		}
	}
	if err := Flat(rows); err != nil {
		t.Error(err)
	}
}

// Table writes the rows, and above them what they are; done names what was counted.
func Table(done string, rows []Row) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	_, _ = fmt.Fprintf(w, "time\t%s\tRSS, MiB\theap, MiB\tgoroutines\tdescriptors\t\n", done)
	for _, r := range rows {
		_, _ = fmt.Fprintf(w, "%v\t%d\t%.1f\t%.1f\t%d\t%d\t\n", r.At.Round(time.Second), r.Done, r.RSS, r.Heap, r.Goroutines, r.Descriptors)
	}
	_ = w.Flush()
	return b.String()
}

// Flat tells by an error what grew: goroutines or descriptors from the first
// row to the last by more than two; and, when there are rows enough to speak of
// memory (eight), the median of the last quarter over that of the second, the
// first being warm-up: the heap by more than 1 MiB, RSS by more than 4 MiB and 5 %.
func Flat(rows []Row) error {
	if len(rows) < 2 || rows[len(rows)-1].Done <= rows[0].Done {
		return fmt.Errorf("nothing was done between the %d rows", len(rows))
	}
	first, last := rows[0], rows[len(rows)-1]
	if last.Goroutines > first.Goroutines+2 || last.Descriptors > first.Descriptors+2 {
		return fmt.Errorf("goroutines %d, then %d; descriptors %d, then %d", first.Goroutines, last.Goroutines, first.Descriptors, last.Descriptors)
	}
	if len(rows) < 8 {
		return nil
	}
	quarter := len(rows) / 4
	early, late := rows[quarter:2*quarter], rows[len(rows)-quarter:]
	heap, resident := func(r Row) float64 { return r.Heap }, func(r Row) float64 { return r.RSS }
	if was, is := middle(early, heap), middle(late, heap); is > was+1 {
		return fmt.Errorf("the heap grows: %.1f MiB, then %.1f", was, is)
	}
	if was, is := middle(early, resident), middle(late, resident); is > was*1.05+4 {
		return fmt.Errorf("RSS grows: %.1f MiB, then %.1f", was, is)
	}
	return nil
}

func middle(rows []Row, of func(Row) float64) float64 {
	values := make([]float64, len(rows))
	for i, r := range rows {
		values[i] = of(r)
	}
	slices.SortFunc(values, cmp.Compare[float64])
	return values[len(values)/2]
}
