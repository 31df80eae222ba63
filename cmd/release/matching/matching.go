// Package matching measures how well prints tell people apart: detection error trade-off over all pairs of a gallery, with what it cannot say.
//
// A [Gallery] holds pictures of people. [Measure] draws the print of each, and of poorer copies of it as an identity card would bear them
// ([Degradations]), and compares every clean picture with every other. The report gives, for thresholds of each embedder and for both together,
//
//   - the false match rate: of two people, how often the same; where none of n was, it is at most 3/n with 95 % confidence (rule of three,
//     Jovanovic and Levy, The American Statistician 51, 1997), were the pairs independent, which they are not quite;
//   - the false non-match rate: of one person in two recordings, how often not the same, with a 95 % interval from a bootstrap that draws people,
//     not pairs (Bolle, Ratha and Pankanti, Error analysis of pattern recognition systems: the subsets bootstrap, CVIU 93, 2004).
//
// Pairs of one recording are too easy and count nowhere; pairs of which nobody knows whether they are one person count nowhere either.
package matching

import (
	"errors"
	"fmt"
	"image"
	"slices"

	"qoltanba/capture/face"
)

// Picture is a picture of one person.
type Picture struct {
	Name    string
	Person  string
	Session string // pictures of one recording share it; "" is a recording of its own
	Crowd   string // of people whose names are unknown: whether two of one crowd are the same person is unknown, unless one Session shows both
	Image   image.Image
}

// Gallery is the pictures to compare.
type Gallery []Picture

// kind says what two pictures are to each other.
type kind int

const (
	unknown kind = iota
	genuine
	impostor
)

func relation(a, b *Picture) kind {
	switch {
	case a.Person == b.Person && a.Session != "" && a.Session == b.Session:
		return unknown
	case a.Person == b.Person:
		return genuine
	case a.Crowd != "" && a.Crowd == b.Crowd && (a.Session == "" || a.Session != b.Session):
		return unknown
	}
	return impostor
}

// Pair is two people and how alike their pictures are.
type Pair struct {
	A, B     int // people, by their number
	Genuine  bool
	Likeness face.Likeness
	Names    [2]string
}

// Result is what one degradation gave.
type Result struct {
	Degradation string
	Pairs       []Pair
	Lost        []string // pictures in which no face was found any more
}

// Measure compares, for each degradation, every poor picture with every clean one.
func Measure(e *face.Engine, g Gallery, progress func(string)) (people []string, results []Result, err error) {
	clean, portraits, lost, err := look(e, g)
	if err != nil {
		return nil, nil, err
	}
	number := map[string]int{}
	for i := range g {
		if _, ok := number[g[i].Person]; !ok && clean[i] != nil {
			number[g[i].Person] = len(people)
			people = append(people, g[i].Person)
		}
	}
	if len(people) < 2 {
		return nil, nil, errors.New("the gallery needs at least two people: folder/person/picture.jpg")
	}
	results = append(results, Result{"as it is", pairs(g, number, clean, clean, true), lost})
	progress(fmt.Sprintf("as it is: %d pairs", len(results[0].Pairs)))
	for _, d := range Degradations {
		poor, lost, err := worsen(e, g, portraits, d)
		if err != nil {
			return nil, nil, err
		}
		r := Result{d.Name, pairs(g, number, clean, poor, false), lost}
		progress(fmt.Sprintf("%s: %d pairs", d.Name, len(r.Pairs)))
		results = append(results, r)
	}
	return people, results, nil
}

// look draws the print of each picture, and cuts the portrait that a card would bear out of it; nil where no face was found.
func look(e *face.Engine, g Gallery) (prints []*face.Print, portraits []image.Image, lost []string, err error) {
	for i := range g {
		p, o, err := draw(e, g[i].Image)
		if err != nil {
			return nil, nil, nil, fmt.Errorf("%s: %w", g[i].Name, err)
		}
		var portrait image.Image
		if p == nil {
			lost = append(lost, g[i].Name)
		} else {
			portrait = headAndShoulders(g[i].Image, o)
		}
		prints, portraits = append(prints, p), append(portraits, portrait)
	}
	return prints, portraits, lost, nil
}

// worsen draws the prints of poorer portraits.
func worsen(e *face.Engine, g Gallery, portraits []image.Image, d Degradation) (prints []*face.Print, lost []string, err error) {
	for i, portrait := range portraits {
		if portrait == nil {
			prints = append(prints, nil)
			continue
		}
		p, _, err := draw(e, d.Apply(portrait))
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", g[i].Name, err)
		}
		if p == nil {
			lost = append(lost, g[i].Name)
		}
		prints = append(prints, p)
	}
	return prints, lost, nil
}

// draw finds the largest face and draws its print; nil where there is none.
func draw(e *face.Engine, img image.Image) (*face.Print, *face.Observation, error) {
	var o face.Observation
	faces, err := e.Find(img, &o)
	if err != nil || faces == 0 {
		return nil, nil, err
	}
	p, err := e.Print(img, &o.Mesh)
	if err != nil {
		return nil, nil, err
	}
	return &p, &o, nil
}

// pairs holds every picture against every other; a symmetric comparison once.
func pairs(g Gallery, number map[string]int, a, b []*face.Print, symmetric bool) []Pair {
	var all []Pair
	for i := range g {
		for j := range g {
			if i == j || symmetric && j < i || a[i] == nil || b[j] == nil {
				continue
			}
			k := relation(&g[i], &g[j])
			if k == unknown {
				continue
			}
			all = append(all, Pair{
				A: number[g[i].Person], B: number[g[j].Person], Genuine: k == genuine,
				Likeness: face.Compare(a[i], b[j]), Names: [2]string{g[i].Name, g[j].Name},
			})
		}
	}
	return all
}

// Extremes are the pairs that decide the thresholds: the most alike of two people, and the least alike of one.
func Extremes(pairs []Pair, n int) (impostors, genuines []Pair) {
	for _, p := range pairs {
		if p.Genuine {
			genuines = append(genuines, p)
		} else {
			impostors = append(impostors, p)
		}
	}
	slices.SortFunc(impostors, func(a, b Pair) int { return compare(b.Likeness.Cosine, a.Likeness.Cosine) })
	slices.SortFunc(genuines, func(a, b Pair) int { return compare(a.Likeness.Cosine, b.Likeness.Cosine) })
	return impostors[:min(n, len(impostors))], genuines[:min(n, len(genuines))]
}

func compare(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
