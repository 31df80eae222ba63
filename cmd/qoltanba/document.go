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
	"qoltanba/capture/document/check"
	"qoltanba/capture/document/field"
	"qoltanba/capture/document/mrz"
	"qoltanba/capture/document/tesseract"
	"qoltanba/keystore/profile"
)

func init() { commands["document"] = documents }

// documents prints what is seen of the identity document in each file. Two files are also held against each other, as the two sides of
// one card.
func documents(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("qoltanba document", flag.ContinueOnError)
	asJSON := flags.Bool("json", false, "print one JSON value a file, and one more of both sides")
	language := flags.String("language", "en", "of the findings: kk, ru or en")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() == 0 {
		return errors.New("name a picture of a card's side: qoltanba document FILE")
	}
	known := func(iin string) bool { return profile.CheckIIN(iin) == nil }
	examiner, err := document.NewExaminer(glyphs.OCRB, mrz.Options{IIN: known})
	if err != nil {
		return err
	}
	d := desk{language: check.Language(*language), examiner: examiner, known: known}
	engine, err := tesseract.Find(ctx, tesseract.Kazakh, tesseract.Russian)
	switch {
	case err == nil:
		d.reader = field.NewReader(engine, known)
	case errors.Is(err, tesseract.ErrNoTesseract):
		d.without = err.Error()
	default:
		return err
	}
	var seen []*document.Examination
	var reports []documentReport
	for _, file := range flags.Args() {
		r, x, err := d.examine(ctx, file)
		if err != nil {
			return err
		}
		seen, reports = append(seen, x), append(reports, r)
	}
	for i := range reports {
		if err := d.read(ctx, &reports[i], seen[i], zoneOf(seen)); err != nil {
			return err
		}
	}
	for _, r := range reports {
		if err := emit(out, *asJSON, r, r.text); err != nil {
			return err
		}
	}
	if len(seen) != 2 {
		return nil
	}
	both := d.compare(seen, reports)
	return emit(out, *asJSON, both, both.text)
}

// emit prints a report as JSON or for reading.
func emit(out io.Writer, asJSON bool, value any, text func() string) error {
	if asJSON {
		return json.NewEncoder(out).Encode(value)
	}
	_, err := io.WriteString(out, text())
	return err
}

// zoneOf is the zone of the one back among the pictures; nil where there are several, or none.
func zoneOf(seen []*document.Examination) *mrz.Reading {
	var zone *mrz.Reading
	for _, x := range seen {
		switch {
		case x == nil || x.Zone == nil:
		case zone != nil:
			return nil
		default:
			zone = x.Zone
		}
	}
	return zone
}

// desk is where files are looked at.
type desk struct {
	examiner *document.Examiner
	reader   *field.Reader // nil: print is not read
	without  string        // why it is not
	known    func(iin string) bool
	language check.Language
}

// documentReport is what is printed of one file. It goes to whoever holds the file, and nowhere else.
type documentReport struct {
	File     string         `json:"file"`
	Width    int            `json:"width"`
	Height   int            `json:"height"`
	Found    bool           `json:"found"`
	Side     document.Side  `json:"side,omitempty"`
	Corners  [][2]float64   `json:"corners,omitempty"` // pixels: upper left, upper right, lower right, lower left of the upright document
	Score    float64        `json:"score,omitempty"`
	Fill     float64        `json:"fill,omitempty"`
	Density  float64        `json:"density,omitempty"` // pixels a millimetre
	Zone     float64        `json:"sharpness_zone,omitempty"`
	Print    float64        `json:"sharpness_print,omitempty"`
	Glare    []document.Box `json:"glare,omitempty"` // millimetres
	MRZ      *zoneReport    `json:"mrz,omitempty"`
	Barcode  string         `json:"barcode,omitempty"` // the IIN
	Fields   field.Sheet    `json:"fields,omitempty"`
	Unread   string         `json:"unread,omitempty"` // why the print was not read
	Findings []told         `json:"findings"`
	Took     string         `json:"took"`
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

// told is a finding with its sentence.
type told struct {
	check.Finding
	Says string `json:"says"`
}

func (d *desk) tell(all []check.Finding) []told {
	list := []told{}
	for _, f := range all {
		list = append(list, told{f, f.Sentence(d.language)})
	}
	return list
}

// examine finds the document in a file; nil where there is none.
func (d *desk) examine(ctx context.Context, file string) (documentReport, *document.Examination, error) {
	if err := ctx.Err(); err != nil {
		return documentReport{}, nil, err
	}
	img, err := load(file)
	if err != nil {
		return documentReport{}, nil, err
	}
	now := time.Now()
	x, found := d.examiner.Examine(img)
	b := img.Bounds()
	r := documentReport{File: filepath.Base(file), Width: b.Dx(), Height: b.Dy(), Found: found, Findings: []told{}}
	r.Took = time.Since(now).Round(time.Millisecond).String()
	if !found {
		return r, nil, nil
	}
	for _, p := range x.Corners {
		r.Corners = append(r.Corners, [2]float64{p.X, p.Y})
	}
	m := x.Measures
	r.Side, r.Score, r.Fill, r.Density, r.Zone, r.Print, r.Glare = x.Side, x.Score, m.Fill, m.Density, m.Zone, m.Print, m.Glare
	if x.Zone != nil {
		r.MRZ = describeZone(*x.Zone, now)
	}
	r.Barcode, _ = d.examiner.Barcode(img, x)
	return r, &x, nil
}

// read reads the print of a side and tells what is to be said of it alone.
func (d *desk) read(ctx context.Context, r *documentReport, x *document.Examination, zone *mrz.Reading) error {
	if x == nil {
		return nil
	}
	if r.Unread = d.without; d.reader != nil {
		read, err := d.reader.Read(ctx, *x, zone)
		if err != nil {
			return err
		}
		r.Fields = read
	}
	side := &check.Side{Seen: *x, Print: r.Fields, Read: d.reader != nil, Barcode: r.Barcode}
	c := check.Card{Front: side}
	if x.Side != document.Front {
		c = check.Card{Back: side}
	}
	r.Findings = d.tell(c.Findings(d.knowledge()))
	return nil
}

func (d *desk) knowledge() check.Knowledge {
	return check.Knowledge{Knowledge: document.Knowledge{Now: time.Now(), Bearer: bearer}, IIN: d.known}
}

// cardReport is what two pictures say together.
type cardReport struct {
	Verdict  check.Verdict `json:"verdict"`
	Findings []told        `json:"findings"`
}

// compare holds the pictures of two sides against each other.
func (d *desk) compare(seen []*document.Examination, reports []documentReport) cardReport {
	c, all := check.Sort(seen[0], seen[1])
	for _, s := range []*check.Side{c.Front, c.Back} {
		for _, r := range reports {
			if s != nil && r.Side == s.Seen.Side {
				s.Print, s.Read, s.Barcode = r.Fields, d.reader != nil, r.Barcode
			}
		}
	}
	all = append(all, c.Findings(d.knowledge())...)
	return cardReport{check.Judge(all), d.tell(all)}
}

// text is the report for reading.
func (r cardReport) text() string {
	var b strings.Builder
	_, _ = fmt.Fprintf(&b, "both sides: %s\n", r.Verdict)
	writeFindings(&b, r.Findings)
	return b.String()
}

func writeFindings(b *strings.Builder, all []told) {
	for _, f := range all {
		_, _ = fmt.Fprintf(b, "  %-10s %s: %s\n", f.Weight, f.What, f.Says)
	}
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
	if r.Barcode != "" {
		line("  barcode    IIN %s", r.Barcode)
	}
	for _, f := range r.Fields {
		mark := ""
		if f.Uncertain() {
			mark = ", uncertain"
		}
		line("  %-12s %s  (%s %.2f%s) %s", f.Name, f.Value, f.Source, f.Confidence, mark, f.Russian)
	}
	if r.Unread != "" {
		line("  print      not read: %s", r.Unread)
	}
	line("  findings   %d", len(r.Findings))
	writeFindings(&b, r.Findings)
	return b.String()
}
