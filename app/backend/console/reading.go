package console

import (
	"encoding/json"
	"errors"
	"slices"

	"qoltanba/app/api"
	"qoltanba/app/backend/enrolment"
	"qoltanba/app/backend/recognition"
	"qoltanba/capture/document/check"
)

// maxCrops bounds the crops of one document.
const maxCrops = 1 << 20

// shownReading is what the machine says of the document, for an operator to look at beside the pictures.
type shownReading struct {
	Said     string
	OK       bool
	Findings []shownRemark
}

// shownRemark is one finding in words.
type shownRemark struct {
	What, Says string
	Heavy      bool // an operator has to look
}

// reading words what was made out of the document; nil where nothing was.
func (w words) reading(seen enrolment.Case) *shownReading {
	if seen.Reading == nil {
		return nil
	}
	verdict := seen.Reading.Verdict
	if len(seen.Corrected) > 0 && verdict == check.Match {
		verdict = check.Operator
	}
	shown := &shownReading{Said: w.T("reading." + string(verdict)), OK: verdict == check.Match}
	for _, f := range slices.Concat(seen.Corrected, seen.Reading.Findings) {
		says := f.Sentence(check.Language(w.language))
		if side := check.SideName(f.Side, check.Language(w.language)); side != "" {
			says += " (" + side + ")"
		}
		shown.Findings = append(shown.Findings, shownRemark{string(f.What), says, f.Weight != check.Remark})
	}
	return shown
}

// read puts what the machine made out beside a field.
func (w words) read(row *shownField, seen enrolment.Case) {
	if seen.Reading == nil {
		return
	}
	i := slices.IndexFunc(seen.Reading.Fields, func(f recognition.Field) bool { return f.Name == row.Key })
	if i < 0 {
		return
	}
	f := seen.Reading.Fields[i]
	row.Read, row.Source, row.Doubtful, row.Crop = w.made(f), w.T("source."+string(f.Source)), f.Doubtful, seen.Crops != ""
}

// made is what was made out, as an operator reads it.
func (w words) made(f recognition.Field) string {
	for _, kind := range (api.CardFields{}).List() {
		if kind.Name == f.Name {
			kind.Value = f.Value
			return w.value(kind)
		}
	}
	return f.Value
}

// serveCrop shows the picture of the place of one field.
func (c *Console) serveCrop(v *visit) error {
	seen, err := c.service.Case(v.r.Context(), v.operator.Login, v.r.PathValue("id"))
	if err != nil {
		return err
	}
	text, err := c.read(v, seen.ID, seen.Crops, maxCrops)
	if err != nil {
		return err
	}
	var crops map[string][]byte
	if err := json.Unmarshal(text, &crops); err != nil {
		return errors.New("the crops of the evidence cannot be read")
	}
	crop, ok := crops[v.r.PathValue("field")]
	if !ok {
		return enrolment.ErrNoEvidence
	}
	v.w.Header().Set("Content-Type", "image/jpeg") // made by the service
	_, _ = v.w.Write(crop)                         // the operator may have gone
	return nil
}
