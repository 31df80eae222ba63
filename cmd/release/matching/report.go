package matching

import (
	"fmt"
	"io"
	"strings"

	"qoltanba/capture/face"
)

// Thresholds of the tables.
var (
	cosines   = []float64{0.25, 0.30, 0.35, 0.40, 0.45, 0.50, 0.55, 0.60}
	distances = []float64{0.65, 0.60, 0.575, 0.55, 0.525, 0.50, 0.475, 0.45}
)

// Report writes the tables.
func Report(to io.Writer, people []string, results []Result) error {
	out := new(strings.Builder)
	first := results[0]
	genuines := FalseNonMatches(first.Pairs, len(people), func(face.Likeness) bool { return true })
	impostors := FalseMatches(first.Pairs, len(people), func(face.Likeness) bool { return false })
	fmt.Fprintf(out, "%d people, %d of them in two recordings or more; %d pairs of one person, %d of two.\n", len(people), genuines.People, genuines.Pairs, impostors.Pairs)
	for _, r := range results {
		fmt.Fprintf(out, "\n## Portrait %s\n\n", r.Degradation)
		if len(r.Lost) > 0 {
			fmt.Fprintf(out, "No face was found in %d pictures: %v\n\n", len(r.Lost), r.Lost)
		}
		table(out, r.Pairs, len(people))
	}
	impostor, genuine := Extremes(first.Pairs, 5)
	fmt.Fprint(out, "\n## The pairs that decide\n\n| | cosine | distance | pictures |\n|---|---|---|---|\n")
	for _, p := range impostor {
		fmt.Fprintf(out, "| two people, most alike | %.3f | %.3f | %s, %s |\n", p.Likeness.Cosine, p.Likeness.Distance, p.Names[0], p.Names[1])
	}
	for _, p := range genuine {
		fmt.Fprintf(out, "| one person, least alike | %.3f | %.3f | %s, %s |\n", p.Likeness.Cosine, p.Likeness.Distance, p.Names[0], p.Names[1])
	}
	_, err := io.WriteString(to, out.String())
	return err
}

func table(out *strings.Builder, pairs []Pair, people int) {
	fmt.Fprint(out, "| same, where | two people the same | one person not the same |\n|---|---|---|\n")
	row := func(name string, same Rule) {
		fmt.Fprintf(out, "| %s | %v | %v |\n", name, FalseMatches(pairs, people, same), FalseNonMatches(pairs, people, same))
	}
	for _, c := range cosines {
		row(fmt.Sprintf("MobileFaceNet: cosine ≥ %.2f", c), func(l face.Likeness) bool { return l.Cosine >= c })
	}
	for _, d := range distances {
		row(fmt.Sprintf("ResNet: distance ≤ %.3f", d), func(l face.Likeness) bool { return l.Distance <= d })
	}
	for i, c := range cosines {
		d := distances[i]
		row(fmt.Sprintf("both: cosine ≥ %.2f and distance ≤ %.3f", c, d), func(l face.Likeness) bool { return l.Cosine >= c && l.Distance <= d })
	}
	row("the program's Same", func(l face.Likeness) bool { return l.Verdict() == face.Same })
	row("the program's Different does not hold", func(l face.Likeness) bool { return l.Verdict() != face.Different })
}
