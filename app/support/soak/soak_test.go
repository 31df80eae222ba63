//go:build linux

package soak_test

import (
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"qoltanba/app/support/soak"
)

// rows are of a process of which row n is altered.
func rows(count int, alter func(n int, r *soak.Row)) []soak.Row {
	list := make([]soak.Row, count)
	for n := range list {
		list[n] = soak.Row{At: time.Duration(n) * time.Minute, Done: int64(n), RSS: 100, Heap: 20, Goroutines: 10, Descriptors: 8}
		alter(n, &list[n])
	}
	return list
}

func TestFlat(t *testing.T) {
	for name, c := range map[string]struct {
		rows []soak.Row
		want string
	}{
		"flat":            {rows(12, func(int, *soak.Row) {}), ""},
		"warming up":      {rows(12, func(n int, r *soak.Row) { r.Heap += float64(min(n, 3)) }), ""},
		"nothing done":    {rows(12, func(_ int, r *soak.Row) { r.Done = 7 }), "nothing was done"},
		"goroutines":      {rows(3, func(n int, r *soak.Row) { r.Goroutines += 2 * n }), "goroutines"},
		"descriptors":     {rows(3, func(n int, r *soak.Row) { r.Descriptors += 2 * n }), "descriptors"},
		"heap":            {rows(12, func(n int, r *soak.Row) { r.Heap += float64(n) / 4 }), "the heap grows"},
		"resident":        {rows(12, func(n int, r *soak.Row) { r.RSS += 3 * float64(n) }), "RSS grows"},
		"too few of them": {rows(3, func(n int, r *soak.Row) { r.Heap += 10 * float64(n) }), ""},
	} {
		err := soak.Flat(c.rows)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestTakeSees(t *testing.T) {
	before, err := soak.Take(0, 0)
	if err != nil {
		t.Fatal(err)
	}
	kept := make([]byte, 32<<20)
	for i := range kept {
		kept[i] = 1
	}
	var files []*os.File
	for range 5 {
		f, err := os.Open(os.DevNull)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	end := make(chan struct{})
	for range 5 {
		go func() { <-end }()
	}
	after, err := soak.Take(time.Second, 1)
	if err != nil {
		t.Fatal(err)
	}
	runtime.KeepAlive(kept)
	close(end)
	for _, f := range files {
		_ = f.Close()
	}
	if after.Heap < before.Heap+31 || after.RSS < before.RSS+20 || after.Goroutines < before.Goroutines+5 || after.Descriptors < before.Descriptors+5 {
		t.Errorf("%+v, then %+v", before, after)
	}
}
