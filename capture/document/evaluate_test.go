//go:build demo

package document_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"image"
	_ "image/jpeg" // pictures of a folder
	_ "image/png"  // pictures of a folder
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"qoltanba/assets/glyphs"
	"qoltanba/capture/document"
	"qoltanba/capture/document/mrz"
	"qoltanba/capture/document/specimen"
)

var (
	specimens = flag.Int("specimens", 0, "evaluate with about so many specimens")
	pictures  = flag.String("pictures", "", "evaluate a folder of pictures with a truth.json instead")
)

// row is a line of the table: shots of one kind.
type row struct {
	name string
	shot specimen.Shot // its level is drawn anew for each specimen

	shots, found, exact     int
	backs, read, certain    int
	passing, certainlyWrong int
	errors                  []float64
	took                    []time.Duration
}

func rows() []*row {
	wide, full := image.Pt(1280, 720), image.Pt(1920, 1080)
	of := func(size image.Point, fill float64, change ...func(*specimen.Shot)) *row {
		s := specimen.Shot{Width: size.X, Height: size.Y, Fill: fill}
		name := fmt.Sprintf("%dp, fill %.0f %%", size.Y, 100*fill)
		for _, c := range change {
			c(&s)
		}
		return &row{name: name, shot: s}
	}
	var all []*row
	for _, fill := range []float64{0.7, 0.45, 0.35} {
		all = append(all, of(wide, fill), of(full, fill))
	}
	special := func(name string, fill float64, change func(*specimen.Shot)) {
		r := of(wide, fill, change)
		r.name += ", " + name
		all = append(all, r)
	}
	special("clutter", 0.7, func(s *specimen.Shot) { s.Ground = specimen.Clutter })
	special("clutter", 0.45, func(s *specimen.Shot) { s.Ground = specimen.Clutter })
	special("fingers", 0.6, func(s *specimen.Shot) { s.Fingers = true })
	special("white on white", 0.6, func(s *specimen.Shot) { s.Ground = specimen.White })
	special("upside down", 0.6, func(s *specimen.Shot) { s.Upside = true })
	special("glare", 0.6, func(s *specimen.Shot) { s.Glare = true })
	return all
}

// TestEvaluate prints the table of MEASURED.md: make eval-document.
func TestEvaluate(t *testing.T) {
	if *pictures != "" {
		evaluateFolder(t, *pictures)
		return
	}
	if *specimens == 0 {
		t.Skip("asked for by -specimens or -pictures")
	}
	all := rows()
	each := max(*specimens/len(all), 1)
	t.Run("rows", func(t *testing.T) {
		for n, r := range all {
			t.Run(r.name, func(t *testing.T) {
				t.Parallel()
				r.fill(t, uint64(1_000_000+10_000*n), each)
			})
		}
	})
	report(t, all)
}

// fill takes so many specimens, from a seed on: levels and sides in turn, half of those on a desk on wood.
func (r *row) fill(t *testing.T, seed uint64, many int) {
	x := newExaminer(t)
	for i := range many {
		shot := r.shot
		shot.Level = specimen.Levels()[i%4]
		if shot.Ground == specimen.Desk && i%8 >= 4 {
			shot.Ground = specimen.Wood
		}
		s := take(t, seed+uint64(i), specimen.Side((i/8+1)%2), shot)
		begin := time.Now()
		seen, ok := x.Examine(s.img)
		r.took = append(r.took, time.Since(begin))
		zone := s.person.Zone()
		before := *r
		r.add(ok, seen, &s.corners, strings.Join(zone[:], "\n"), s.side == specimen.Back)
		if r.exact == before.exact || r.backs > before.backs && r.read == before.read {
			t.Logf("seed %d, %s, %s: found %v, %s, zone %v", seed+uint64(i), s.side, shot.Level.Name, ok, seen.Side, seen.Zone)
		}
	}
	t.Log(r.line())
}

func newExaminer(t testing.TB) *document.Examiner {
	t.Helper()
	x, err := document.NewExaminer(glyphs.OCRB, mrz.Options{IIN: checkIIN})
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// checkIIN is the first row of weights of an IIN's check digit, with which specimens are made.
func checkIIN(iin string) bool {
	if len(iin) != 12 {
		return false
	}
	sum := 0
	for i := range 11 {
		sum += (i + 1) * int(iin[i]-'0')
	}
	return sum%11 == int(iin[11]-'0')
}

// add counts one picture. Without corners or zone they are unknown.
func (r *row) add(ok bool, x document.Examination, corners *document.Quad, zone string, back bool) {
	r.shots++
	if ok {
		r.found++
	}
	if corners != nil && ok {
		e := cornerError(x.Corners, *corners)
		r.errors = append(r.errors, e)
		if e <= 0.01 {
			r.exact++
		}
	}
	if !back {
		return
	}
	r.backs++
	if x.Zone == nil {
		return
	}
	right, holds, certain := strings.Join(x.Zone.Lines(), "\n") == zone, len(x.Zone.Failed()) == 0, x.Zone.Certain()
	switch {
	case right && holds:
		r.read++
		if certain {
			r.certain++
		}
	case holds:
		r.passing++
		if certain {
			r.certainlyWrong++
		}
	}
}

// share is a count as a percentage with its 95 % interval (Wilson).
func share(n, of int) string {
	if of == 0 {
		return "–"
	}
	const z = 1.96
	p, m := float64(n)/float64(of), float64(of)
	middle, half := (p+z*z/(2*m))/(1+z*z/m), z*math.Sqrt(p*(1-p)/m+z*z/(4*m*m))/(1+z*z/m)
	return fmt.Sprintf("%.1f %% (%.0f–%.0f), %d of %d", 100*p, 100*max(middle-half, 0), 100*min(middle+half, 1), n, of)
}

func quantile(v []float64, q float64) float64 {
	if len(v) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(v))
	return sorted[int(q*float64(len(sorted)-1))]
}

func (r *row) line() string {
	return fmt.Sprintf("| %s | %s | %.3f %% | %s | %s | %d | %d |", r.name, share(r.exact, r.shots), 100*quantile(r.errors, 0.5),
		share(r.read, r.backs), share(r.certain, r.backs), r.passing, r.certainlyWrong)
}

const tableHead = `
| | corners within 1 % | median error | zone right, all checks | of these certain | wrong, checks hold | wrong and certain |
|---|---|---|---|---|---|---|
`

func report(t *testing.T, all []*row) {
	t.Helper()
	total := row{name: "all"}
	var took []float64
	lines := tableHead
	for _, r := range all {
		lines += r.line() + "\n"
		total.shots, total.exact, total.errors = total.shots+r.shots, total.exact+r.exact, append(total.errors, r.errors...)
		total.backs, total.read, total.certain = total.backs+r.backs, total.read+r.read, total.certain+r.certain
		total.passing, total.certainlyWrong = total.passing+r.passing, total.certainlyWrong+r.certainlyWrong
		for _, d := range r.took {
			took = append(took, d.Seconds()*1000)
		}
	}
	t.Logf("%s%s\n\nof a picture, whole examination: median %.0f ms, nine of ten below %.0f ms", lines, total.line(), quantile(took, 0.5), quantile(took, 0.9))
}

// truth is an entry of truth.json: what is known of a picture.
type truth struct {
	File    string       `json:"file"`
	Corners [][2]float64 `json:"corners,omitempty"` // pixels, upright: upper left, upper right, lower right, lower left
	Zone    []string     `json:"mrz,omitempty"`     // lines; none for a front
}

// evaluateFolder prints the same line for pictures of others.
func evaluateFolder(t *testing.T, folder string) {
	data, err := os.ReadFile(filepath.Join(folder, "truth.json"))
	if err != nil {
		t.Fatalf("the folder needs a truth.json, a list of {file, corners, mrz}: %v", err)
	}
	var list []truth
	if err := json.Unmarshal(data, &list); err != nil {
		t.Fatal(err)
	}
	x := newExaminer(t)
	r := &row{name: filepath.Base(folder)}
	for _, entry := range list {
		f, err := os.Open(filepath.Join(folder, entry.File))
		if err != nil {
			t.Fatal(err)
		}
		img, _, err := image.Decode(f)
		_ = f.Close()
		if err != nil {
			t.Fatalf("%s: %v", entry.File, err)
		}
		var corners *document.Quad
		if len(entry.Corners) == 4 {
			corners = &document.Quad{}
			for i, p := range entry.Corners {
				corners[i] = document.Point{X: p[0], Y: p[1]}
			}
		}
		begin := time.Now()
		seen, ok := x.Examine(img)
		r.took = append(r.took, time.Since(begin))
		r.add(ok, seen, corners, strings.Join(entry.Zone, "\n"), len(entry.Zone) > 0)
	}
	report(t, []*row{r})
}
