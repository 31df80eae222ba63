package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"qoltanba/assets/glyphs"
	"qoltanba/capture/document"
	"qoltanba/capture/document/mrz"
	"qoltanba/keystore/profile"
)

func init() { commands["document"] = documents }

// documents prints what is seen of the identity document in each file.
func documents(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("qoltanba document", flag.ContinueOnError)
	asJSON := flags.Bool("json", false, "print one JSON value a file")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() == 0 {
		return errors.New("name a picture of a card's side: qoltanba document FILE")
	}
	examiner, err := document.NewExaminer(glyphs.OCRB, mrz.Options{IIN: func(iin string) bool { return profile.CheckIIN(iin) == nil }})
	if err != nil {
		return err
	}
	for _, file := range flags.Args() {
		if err := ctx.Err(); err != nil {
			return err
		}
		r, err := examine(examiner, file)
		if err != nil {
			return err
		}
		if *asJSON {
			err = json.NewEncoder(out).Encode(r)
		} else {
			_, err = io.WriteString(out, r.text())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// documentReport is what is printed of one file. It goes to whoever holds the file, and nowhere else.
type documentReport struct {
	File     string             `json:"file"`
	Width    int                `json:"width"`
	Height   int                `json:"height"`
	Found    bool               `json:"found"`
	Side     document.Side      `json:"side,omitempty"`
	Corners  [][2]float64       `json:"corners,omitempty"` // pixels: upper left, upper right, lower right, lower left of the upright document
	Score    float64            `json:"score,omitempty"`
	Fill     float64            `json:"fill,omitempty"`
	Density  float64            `json:"density,omitempty"` // pixels a millimetre
	Zone     float64            `json:"sharpness_zone,omitempty"`
	Print    float64            `json:"sharpness_print,omitempty"`
	Glare    []document.Box     `json:"glare,omitempty"` // millimetres
	MRZ      *zoneReport        `json:"mrz,omitempty"`
	Findings []document.Finding `json:"findings"`
	Took     string             `json:"took"`
}

type zoneReport struct {
	Lines       []string    `json:"lines"`
	Certain     bool        `json:"certain"`
	Least       float32     `json:"least_confidence"`
	Failed      []mrz.Check `json:"failed_checks"`
	Repaired    []int       `json:"repaired_places"`
	Issuer      string      `json:"issuer"`
	Number      string      `json:"number"`
	IIN         string      `json:"iin,omitempty"`
	Surname     string      `json:"surname"`
	Given       string      `json:"given"`
	Sex         string      `json:"sex"`
	Birth       string      `json:"birth,omitempty"`
	Expiry      string      `json:"expiry,omitempty"`
	Nationality string      `json:"nationality"`
}

func examine(examiner *document.Examiner, file string) (documentReport, error) {
	img, err := load(file)
	if err != nil {
		return documentReport{}, err
	}
	now := time.Now()
	x, found := examiner.Examine(img)
	b := img.Bounds()
	r := documentReport{File: filepath.Base(file), Width: b.Dx(), Height: b.Dy(), Found: found, Findings: []document.Finding{}}
	r.Took = time.Since(now).Round(time.Millisecond).String()
	if !found {
		return r, nil
	}
	for _, p := range x.Corners {
		r.Corners = append(r.Corners, [2]float64{p.X, p.Y})
	}
	m := x.Measures
	r.Side, r.Score, r.Fill, r.Density, r.Zone, r.Print, r.Glare = x.Side, x.Score, m.Fill, m.Density, m.Zone, m.Print, m.Glare
	r.Findings = append(r.Findings, x.Findings(document.Knowledge{Now: now, Bearer: bearer})...)
	if x.Zone != nil {
		r.MRZ = describeZone(*x.Zone, now)
	}
	return r, nil
}

// bearer reads birth and sex out of an IIN.
func bearer(iin string) (time.Time, mrz.Sex, bool) {
	birth, err := profile.IINBirth(iin)
	sex := mrz.Male
	if birth.Sex == profile.Female {
		sex = mrz.Female
	}
	return birth.Date, sex, err == nil
}

func describeZone(z mrz.Reading, now time.Time) *zoneReport {
	r := &zoneReport{
		Lines: z.Lines(), Certain: z.Certain(), Least: 1, Failed: z.Failed(), Repaired: z.Repaired,
		Issuer: z.Issuer, Number: z.Number, IIN: z.IIN(), Surname: z.Surname, Given: z.Given, Sex: string(rune(z.Sex)), Nationality: z.Nationality,
	}
	for _, c := range z.Confidence {
		r.Least = min(r.Least, c)
	}
	if t, err := z.BirthDate(now); err == nil {
		r.Birth = t.Format(time.DateOnly)
	}
	if t, err := z.ExpiryDate(now); err == nil {
		r.Expiry = t.Format(time.DateOnly)
	}
	return r
}

// text is the report for reading.
func (r documentReport) text() string {
	var b strings.Builder
	line := func(format string, a ...any) { _, _ = fmt.Fprintf(&b, format+"\n", a...) }
	if !r.Found {
		line("%s, %d×%d: no document (%s)", r.File, r.Width, r.Height, r.Took)
		return b.String()
	}
	line("%s, %d×%d: %s (%s)", r.File, r.Width, r.Height, r.Side, r.Took)
	line("  corners    %.1f; score %.2f", r.Corners, r.Score)
	line("  picture    fills %.0f %%, %.1f pixels a millimetre, sharpness of the zone %.3f, of the print %.3f", 100*r.Fill, r.Density, r.Zone, r.Print)
	for _, g := range r.Glare {
		line("  glare      from %.0f, %.0f to %.0f, %.0f mm", g.Left, g.Top, g.Right, g.Bottom)
	}
	if z := r.MRZ; z != nil {
		line("  zone       certain %v, least confidence %.2f, failed checks %v, repaired places %v", z.Certain, z.Least, z.Failed, z.Repaired)
		for _, l := range z.Lines {
			line("             %s", l)
		}
		line("  fields     %s | %s | %s | born %s | expires %s | number %s | IIN %s | issued by %s | nationality %s",
			z.Surname, z.Given, z.Sex, z.Birth, z.Expiry, z.Number, z.IIN, z.Issuer, z.Nationality)
	}
	line("  findings   %v", r.Findings)
	return b.String()
}
