package console

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"

	"qoltanba/app/api"
	"qoltanba/app/backend/enrolment"
)

// Errors of forms.
var (
	errForm     = errors.New("the form cannot be read: reload the page")
	errOtherIIN = errors.New("the IIN that was told is not that of this citizen")
)

// shownCase is a case as the page shows it.
type shownCase struct {
	ID, Name, Phone string
	Version         int64
	Open            bool
	Waits           string
	Late            bool
	Decided         string // the verdict, when there is one
	Register        string // "known", "nobody", or "waiting" for the answer
	Differs         int
	Selfie          bool
	Document        api.DocumentKind
	Sides           []shownSide
	Recording       bool
	Prompts         string // JSON for the player
	Fields          []shownField
	Reading         *shownReading // of the document, by the machine
	Reasons         []choice
	Unable          bool           // the citizen cannot do the video identification
	Findings        *shownFindings // of the machine
	Others          []string       // other operators who look at it now
	Trail           []shownEntry
}

// shownSide is a side of the document, and whether its picture is there.
type shownSide struct {
	What, Name string
	There      bool
}

type shownField struct {
	Key, Name, Typed, Register string
	Same, Differs, Uncompared  bool
	Read, Source               string // by the machine, and where: the zone or the print
	Doubtful, Crop             bool
}

type choice struct{ Value, Text string }

func (c *Console) showCase(v *visit) error {
	seen, err := c.service.Case(v.r.Context(), v.operator.Login, v.r.PathValue("id"))
	if err != nil {
		return err
	}
	shown := shownCase{
		ID: seen.ID, Name: caseName(seen.ID), Version: seen.Version, Phone: seen.Phone, Register: "waiting",
		Selfie: seen.Selfie.Name != "", Document: seen.Document, Sides: v.words.sides(seen),
		Recording: len(seen.Recording.Batches) > 0, Differs: len(seen.Differs),
		Unable: seen.Unable, Findings: v.words.findings(seen), Reading: v.words.reading(seen),
		Fields: v.words.fields(seen), Trail: v.words.trail(seen.Trail), Others: v.words.others(seen.Trail, v.operator.Login, c.now()),
	}
	switch {
	case seen.Register != nil:
		shown.Register = "known"
	case !seen.Compared.IsZero():
		shown.Register = "nobody"
	}
	if d := seen.Decision; d != nil && d.State == api.DecisionWaiting {
		waits := c.now().Sub(d.Since)
		shown.Open, shown.Waits, shown.Late = seen.Step == api.StepDecision, v.words.lasting(waits), waits > late
	} else if d != nil {
		shown.Decided = v.words.T("done." + string(d.State))
		if d.Reason != "" {
			shown.Decided += ": " + v.words.T("reason."+string(d.Reason))
		}
	}
	if shown.Prompts, err = v.words.prompts(seen.Recording.Prompts); err != nil {
		return err
	}
	for _, reason := range api.RejectReasons() {
		shown.Reasons = append(shown.Reasons, choice{string(reason), v.words.T("reason." + string(reason))})
	}
	p := page{Title: v.words.T("case.title") + " " + shown.Name, Data: shown}
	if shown.Open && shown.Register == "waiting" {
		p.Refresh = 5
	}
	c.show(v, http.StatusOK, "case", p)
	return nil
}

func (w words) sides(seen enrolment.Case) []shownSide {
	var list []shownSide
	for _, side := range seen.Document.Sides() {
		list = append(list, shownSide{"card-" + string(side), w.T("case." + string(side)), seen.Card[side].Name != ""})
	}
	return list
}

// fields sets what the citizen typed beside what the register has.
func (w words) fields(seen enrolment.Case) []shownField {
	if seen.Fields == nil {
		return nil
	}
	var register api.CardFields
	if seen.Register != nil {
		register = *seen.Register
	}
	known := seen.Register != nil
	iin := shownField{Key: "iin", Name: w.T("field.iin"), Typed: string(seen.IIN), Same: known}
	if known {
		iin.Register = string(seen.IIN) // it was asked for by the IIN
	}
	w.read(&iin, seen)
	shown := []shownField{iin}
	there := register.List()
	for i, f := range seen.Fields.List() {
		row := shownField{Key: f.Name, Name: w.T("field." + f.Name), Typed: w.value(f), Uncompared: slices.Contains(seen.Uncompared, f.Name)}
		if !row.Uncompared {
			row.Register, row.Differs = w.value(there[i]), known && slices.Contains(seen.Differs, f.Name)
			row.Same = known && !row.Differs
		}
		w.read(&row, seen)
		shown = append(shown, row)
	}
	return shown
}

// value is a field's value as an operator reads it.
func (w words) value(f api.Field) string {
	switch f.Kind {
	case api.FieldDate:
		return api.Date(f.Value).Written()
	case api.FieldSex:
		return w.T("sex." + f.Value)
	default:
		return f.Value
	}
}

// prompts tells the player which movement was due when.
func (w words) prompts(list []enrolment.Prompt) (string, error) {
	type due struct {
		From  int64  `json:"from"`  // milliseconds
		Until int64  `json:"until"` // milliseconds
		Text  string `json:"text"`
	}
	all := []due{}
	for _, p := range list {
		all = append(all, due{p.From.Milliseconds(), p.Until.Milliseconds(), w.T("prompt." + string(p.Kind))})
	}
	text, err := json.Marshal(all)
	return string(text), err
}

func (c *Console) takeVerdict(v *visit) error {
	version, err := strconv.ParseInt(v.r.PostForm.Get("version"), 10, 64)
	if err != nil {
		return errForm
	}
	verdict := enrolment.Verdict{Version: version}
	switch v.r.PostForm.Get("decision") {
	case "approve":
		verdict.Approve = true
	case "reject":
		verdict.Reason = api.RejectReason(v.r.PostForm.Get("reason"))
	default:
		return errForm
	}
	if err := c.service.Decide(v.r.Context(), v.operator.Login, v.r.PathValue("id"), verdict); err != nil {
		return err
	}
	done := "approved"
	if !verdict.Approve {
		done = "rejected"
	}
	http.Redirect(v.w, v.r, Path+"?"+done+"="+caseName(v.r.PathValue("id")), http.StatusSeeOther)
	return nil
}
