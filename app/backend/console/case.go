package console

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/backend/enrolment"
	"qoltanba/capture/liveness"
)

// Errors of forms.
var (
	errForm     = errors.New("the form cannot be read: reload the page")
	errOtherIIN = errors.New("the IIN that was told is not that of this citizen")
)

// late is when a case has waited too long for a working day.
const late = 8 * time.Hour

// queued is a line of the queue.
type queued struct {
	ID, Name, Since, Waits string
	Late                   bool
}

func (c *Console) showQueue(v *visit) error {
	waiting, err := c.service.Waiting(v.r.Context())
	if err != nil {
		return err
	}
	var lines []queued
	for _, w := range waiting {
		waits := c.now().Sub(w.Since)
		lines = append(lines, queued{
			ID: w.ID, Name: caseName(w.ID), Since: moment(w.Since), Waits: waits.Round(time.Minute).String(), Late: waits > late,
		})
	}
	c.show(v, http.StatusOK, "queue", page{Title: v.words.T("queue"), Refresh: 15, Data: lines})
	return nil
}

// caseName is the short name that operators say to each other.
func caseName(id string) string { return id[:min(8, len(id))] }

func moment(t time.Time) string { return t.In(almaty).Format("02.01.2006 15:04:05") }

// almaty is the time of the whole country since 1 March 2024: UTC+5.
var almaty = time.FixedZone("UTC+5", 5*60*60)

// shownCase is a case as the page shows it.
type shownCase struct {
	ID, Name      string
	Version       int64
	Open          bool
	RegisterKnown bool
	Prompts       string
	Fields        []shownField
	Reasons       []choice
	Trail         []shownEntry
}

type shownField struct {
	Name, Typed, Register string
	Same                  bool
}

type shownEntry struct{ At, Actor, Action string }

type choice struct{ Value, Text string }

func (c *Console) showCase(v *visit) error {
	seen, err := c.service.Case(v.r.Context(), v.operator.Login, v.r.PathValue("id"))
	if err != nil {
		return err
	}
	shown := shownCase{
		ID: seen.ID, Name: caseName(seen.ID), Version: seen.Version, RegisterKnown: seen.Register != nil,
		Open:   seen.Step == api.StepDecision && seen.Decision != nil && seen.Decision.State == api.DecisionWaiting,
		Fields: v.words.fields(seen),
	}
	if shown.Prompts, err = v.words.prompts(seen.Recording.Prompts); err != nil {
		return err
	}
	for _, reason := range api.RejectReasons() {
		shown.Reasons = append(shown.Reasons, choice{string(reason), v.words.T("reason." + string(reason))})
	}
	for _, e := range seen.Trail {
		shown.Trail = append(shown.Trail, shownEntry{moment(e.At), e.Actor, e.Action})
	}
	c.show(v, http.StatusOK, "case", page{Title: v.words.T("case.title") + " " + shown.Name, Data: shown})
	return nil
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
	t, r := *seen.Fields, register
	rows := []struct{ name, typed, register string }{
		{"surname", t.Surname, r.Surname},
		{"name", t.Name, r.Name},
		{"patronymic", t.Patronymic, r.Patronymic},
		{"sex", w.T("sex." + string(t.Sex)), w.T("sex." + string(r.Sex))},
		{"birth_date", string(t.BirthDate), string(r.BirthDate)},
		{"birth_place", t.BirthPlace, r.BirthPlace},
		{"nationality", t.Nationality, r.Nationality},
		{"citizenship", t.Citizenship, r.Citizenship},
		{"document_number", t.DocumentNumber, r.DocumentNumber},
		{"issuer", t.Issuer, r.Issuer},
		{"issue_date", string(t.IssueDate), string(r.IssueDate)},
		{"expiry_date", string(t.ExpiryDate), string(r.ExpiryDate)},
	}
	shown := []shownField{{Name: w.T("field.iin"), Typed: string(seen.IIN), Register: "", Same: true}}
	if seen.Register != nil {
		shown[0].Register = string(seen.IIN)
	}
	for _, row := range rows {
		same := seen.Register != nil && !slices.Contains(seen.Differs, row.name)
		shown = append(shown, shownField{Name: w.T("field." + row.name), Typed: row.typed, Register: row.register, Same: same})
	}
	return shown
}

// prompts tells the player which movement was due from when on.
func (w words) prompts(list []enrolment.Prompt) (string, error) {
	type due struct {
		MS   int64  `json:"ms"`
		Text string `json:"text"`
	}
	all := []due{}
	for _, p := range list {
		all = append(all, due{p.From.Milliseconds(), w.T("prompt." + string(p.Kind))})
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
	http.Redirect(v.w, v.r, Path, http.StatusSeeOther)
	return nil
}

// serveEvidence shows one picture of a case. The case names its objects; the path only says which.
func (c *Console) serveEvidence(v *visit) error {
	seen, err := c.service.Case(v.r.Context(), v.operator.Login, v.r.PathValue("id"))
	if err != nil {
		return err
	}
	name := map[string]string{
		"selfie": seen.Selfie.Name, "card-front": seen.Card[api.Front].Name, "card-back": seen.Card[api.Back].Name,
	}[v.r.PathValue("what")]
	object, err := c.service.OpenEvidence(v.r.Context(), seen.ID, name)
	if err != nil {
		return err
	}
	defer object.Close()
	picture, err := io.ReadAll(io.LimitReader(object, api.MaxPicture))
	if err != nil {
		return fmt.Errorf("read evidence: %w", err)
	}
	v.w.Header().Set("Content-Type", "image/jpeg") // evidence is cleaned to JPEG when it is taken
	_, _ = v.w.Write(picture)
	return nil
}

// serveRecording gives all frames in one piece: for each, milliseconds and length as 32-bit big-endian numbers, and the JPEG.
func (c *Console) serveRecording(v *visit) error {
	seen, err := c.service.Case(v.r.Context(), v.operator.Login, v.r.PathValue("id"))
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "application/octet-stream")
	for _, name := range seen.Recording.Batches {
		frames, err := c.batch(v, seen.ID, name)
		if err != nil {
			return err
		}
		for i := range frames {
			var head [8]byte
			binary.BigEndian.PutUint32(head[:], frames[i].Millis)
			binary.BigEndian.PutUint32(head[4:], uint32(len(frames[i].JPEG))) //nolint:gosec // a frame is far below 4 GB
			if _, err := v.w.Write(append(head[:], frames[i].JPEG...)); err != nil {
				return nil //nolint:nilerr // the operator has gone
			}
		}
	}
	return nil
}

func (c *Console) batch(v *visit, id, name string) ([]liveness.Frame, error) {
	object, err := c.service.OpenEvidence(v.r.Context(), id, name)
	if err != nil {
		return nil, err
	}
	defer object.Close()
	content, err := io.ReadAll(io.LimitReader(object, api.MaxFrames))
	if err != nil {
		return nil, fmt.Errorf("read the recording: %w", err)
	}
	return liveness.ParseBatch(content)
}
