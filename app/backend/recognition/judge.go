package recognition

import (
	"bytes"
	"cmp"
	"image"
	"image/jpeg"
	"slices"

	"golang.org/x/image/draw"

	"qoltanba/app/api"
	"qoltanba/capture/document"
	"qoltanba/capture/document/check"
	"qoltanba/capture/document/field"
	"qoltanba/capture/document/mrz"
)

// judge makes a reading of a card whose print was read, if it could be.
func (d *Desk) judge(iin api.IIN, c check.Card, findings []check.Finding) Reading {
	r := Reading{Crops: map[string][]byte{}}
	var all field.Sheet
	if c.Back != nil && c.Back.Seen.Zone != nil && len(c.Back.Seen.Zone.Failed()) == 0 {
		all = field.FromZone(*c.Back.Seen.Zone, d.now())
		r.citizenship(*c.Back.Seen.Zone)
	}
	for _, s := range []*check.Side{c.Front, c.Back} {
		if s != nil {
			all = append(all, s.Print...)
		}
	}
	findings = append(findings, c.Findings(d.knowledge())...)
	if f, ok := otherBearer(iin, all); ok {
		findings = append(findings, f)
	}
	if d.reader == nil {
		findings = append(findings, check.Finding{What: check.PrintUnread, Weight: check.Look})
	}
	r.take(all)
	r.cut(c)
	r.Swapped = slices.ContainsFunc(findings, func(f check.Finding) bool { return f.What == check.Swapped })
	r.Findings = findings
	r.Verdict = check.Judge(findings)
	if r.Verdict == check.Again {
		r.Again = again(findings)
	}
	return r
}

// passport reads the zone of a data page; the rest of it an operator compares.
func (d *Desk) passport(iin api.IIN, page *document.Examination) Reading {
	r := Reading{Verdict: check.Operator, Crops: map[string][]byte{}, Findings: []check.Finding{{What: check.Passport, Weight: check.Look}}}
	switch {
	case page == nil:
		r.Findings = []check.Finding{{What: check.NoCard, Side: document.Page, Weight: check.Retake}}
		r.Verdict, r.Again = check.Again, &Again{api.DataPage, api.DocumentUnseen}
		return r
	case page.Zone == nil:
		r.Findings = append(r.Findings, check.Finding{What: document.ZoneUnread, Side: document.Page, Weight: check.Look})
		return r
	}
	for _, what := range page.Findings(d.knowledge().Knowledge) {
		r.Findings = append(r.Findings, check.Finding{What: what, Side: document.Page, Weight: check.Look})
	}
	if len(page.Zone.Failed()) > 0 {
		return r
	}
	read := field.FromZone(*page.Zone, d.now())
	if f, ok := otherBearer(iin, read); ok {
		r.Findings = append(r.Findings, f)
	}
	r.citizenship(*page.Zone)
	r.take(read)
	return r
}

// otherBearer holds the IIN of the card against that of the citizen.
func otherBearer(iin api.IIN, all field.Sheet) (check.Finding, bool) {
	f, ok := all.Best(field.IIN)
	other := ok && !f.Uncertain() && f.Value != string(iin)
	return check.Finding{What: check.OtherBearer, Field: field.IIN, Weight: check.Look}, other
}

// names of fields, as the contract has them, in the order in which they are shown.
var names = []struct {
	contract string
	card     field.Name
}{
	{"iin", field.IIN},
	{"surname", field.Surname},
	{"name", field.Given},
	{"patronymic", field.Patronymic},
	{"sex", field.Sex},
	{"birth_date", field.Birth},
	{"birth_place", field.BirthPlace},
	{"nationality", field.Nationality},
	{"citizenship", field.Citizenship},
	{"document_number", field.Number},
	{"issue_date", field.Issued},
	{"expiry_date", field.Expires},
	{"issuer", field.Issuer},
}

// Contract is the name of a field in the contract; "" for one that is not of it.
func Contract(n field.Name) string {
	for _, pair := range names {
		if pair.card == n {
			return pair.contract
		}
	}
	return ""
}

// Card is a field of the contract as the card names it; "" for one that is not on it.
func Card(contract string) field.Name {
	for _, pair := range names {
		if pair.contract == contract {
			return pair.card
		}
	}
	return ""
}

// citizenship is not printed on cards of before 2024; the zone of all has it.
func (r *Reading) citizenship(z mrz.Reading) {
	if z.Nationality == "KAZ" {
		r.Fields = append(r.Fields, Field{Name: "citizenship", Value: "ҚАЗАҚСТАН", Russian: "КАЗАХСТАН", Source: field.Zone, Certainty: field.Sure, Doubtful: !z.Certain()})
	}
}

// take chooses the surest value of each field.
func (r *Reading) take(all field.Sheet) {
	for _, pair := range names {
		f, ok := all.Best(pair.card)
		if !ok {
			continue
		}
		if _, known := r.Field(pair.contract); known && f.Uncertain() {
			continue
		}
		made := Field{
			Name: pair.contract, Value: f.Value, Russian: f.Russian, Source: f.Source, Certainty: f.Confidence, Doubtful: f.Uncertain(),
		}
		if pair.card == field.Sex {
			made.Value = map[string]string{"M": string(api.Male), "F": string(api.Female)}[f.Value]
		}
		r.Fields = slices.DeleteFunc(r.Fields, func(f Field) bool { return f.Name == pair.contract })
		r.Fields = append(r.Fields, made)
	}
	order := func(f Field) int {
		return slices.IndexFunc(names, func(pair struct {
			contract string
			card     field.Name
		},
		) bool {
			return pair.contract == f.Name
		})
	}
	slices.SortStableFunc(r.Fields, func(a, b Field) int { return cmp.Compare(order(a), order(b)) })
}

// cut keeps a picture of the place where each field stands: of the print, or of the zone where it is nowhere else.
func (r *Reading) cut(c check.Card) {
	for _, f := range r.Fields {
		var from *image.Gray
		box := document.ZoneBox
		for _, s := range []*check.Side{c.Front, c.Back} {
			if s == nil || s.Seen.Upright == nil {
				continue
			}
			if place, ok := field.Box(s.Seen.Side, Card(f.Name)); ok && slices.ContainsFunc(s.Print, func(p field.Field) bool { return p.Name == Card(f.Name) }) {
				from, box = s.Seen.Upright, place
			} else if from == nil && s.Seen.Side == document.Back && f.Source == field.Zone {
				from = s.Seen.Upright
			}
		}
		if from == nil {
			continue
		}
		if crop := encode(field.Crop(from, box)); crop != nil {
			r.Crops[f.Name] = crop
		}
	}
}

// encode makes a small JPEG of a crop; nil of an empty one.
func encode(crop *image.Gray) []byte {
	b := crop.Bounds()
	if b.Empty() {
		return nil
	}
	if b.Dx() > cropWidth {
		small := image.NewGray(image.Rect(0, 0, cropWidth, max(b.Dy()*cropWidth/b.Dx(), 1)))
		draw.ApproxBiLinear.Scale(small, small.Rect, crop, b, draw.Src, nil)
		crop = small
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, crop, &jpeg.Options{Quality: cropGrade}); err != nil {
		return nil // memory takes all; a size that JPEG has not was excluded
	}
	return out.Bytes()
}

// reasons word findings that another picture may mend, the one to be told first in front.
var reasons = []struct {
	what   document.Finding
	reason api.Code
}{
	{check.NoCard, api.DocumentUnseen},
	{check.SameSide, api.DocumentSameSide},
	{document.CutOff, api.DocumentCut},
	{document.TooSmall, api.DocumentFar},
	{document.Blurred, api.DocumentBlurred},
	{document.ZoneUnread, api.DocumentBlurred},
	{document.Shines, api.DocumentGlare},
	{document.PrintBlurred, api.DocumentBlurred},
	{document.SmallPrint, api.DocumentFar},
}

// again says which picture to take anew, and why.
func again(findings []check.Finding) *Again {
	for _, r := range reasons {
		for _, f := range findings {
			if f.What != r.what || f.Weight != check.Retake {
				continue
			}
			side := map[document.Side]api.Side{document.Front: api.Front, document.Back: api.Back}[f.Side]
			if f.What == check.SameSide {
				side = other(side) // the one that is missing
			}
			return &Again{side, r.reason}
		}
	}
	return &Again{api.Back, api.DocumentBlurred}
}

func other(s api.Side) api.Side {
	if s == api.Front {
		return api.Back
	}
	return api.Front
}
