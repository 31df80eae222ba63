package enrolment

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/backend/recognition"
	"qoltanba/capture/document/check"
	"qoltanba/capture/liveness"
)

// Recogniser reads documents; [recognition.Desk] does. An error is a fault of the
// machine or the end of ctx, never the citizen's.
type Recogniser interface {
	Read(ctx context.Context, iin api.IIN, p recognition.Pictures) (recognition.Reading, error)
	// Prints says that printed text is read too, without which a card always goes to an operator.
	Prints() bool
}

// reading is the machine's of the document.
type reading struct {
	State    api.ReadingState
	Since    time.Time
	Pictures string               // which it is about
	Begun    int                  `json:",omitempty"` // times that it began
	Retakes  int                  `json:",omitempty"` // sides that were asked for again so far
	Side     api.Side             `json:",omitempty"` // of again
	Reason   api.Code             `json:",omitempty"` // of again
	Said     *recognition.Reading `json:",omitempty"` // nil: nothing yet, or nothing ever
	Crops    string               `json:",omitempty"` // evidence: pictures of the fields' places
}

// maxRetakes bounds how often the machine asks for a side again; after that an
// operator makes of the pictures what can be made of them.
const maxRetakes = 3

type readArgs struct{ Enrolment, Pictures string }

// underWay says that a machine reads.
func (r *reading) underWay() bool { return r != nil && r.State == api.ReadingUnderWay }

// askReading hands the pictures to the machine once all sides are there.
func (s *Service) askReading(w *work) error {
	st := &w.State
	if s.Recogniser == nil || len(st.sides()) < len(st.document().Sides()) {
		return nil
	}
	next := &reading{State: api.ReadingUnderWay, Since: w.now, Pictures: st.pictured()}
	if st.Reading != nil {
		next.Retakes = st.Reading.Retakes
	}
	st.Reading = next
	return w.enqueueHeavy(jobRead, readArgs{Enrolment: w.ID, Pictures: next.Pictures})
}

// pictured names the pictures of the document as they are now.
func (s *State) pictured() string {
	sum := sha256.New()
	for _, side := range s.sides() {
		sum.Write([]byte(s.Card[side].Name + " " + s.Card[side].Frames + "\n"))
	}
	return hex.EncodeToString(sum.Sum(nil)[:16])
}

func (s *State) awaitsReading(pictures string) bool {
	return s.Reading.underWay() && s.Reading.Pictures == pictures
}

// readDocument is the job that reads a document. Its result is stored once:
// pictures that were read, or taken again, are left alone.
func (s *Service) readDocument(ctx context.Context, args readArgs) error {
	var due *record
	err := s.update(ctx, args.Enrolment, func(w *work) error {
		due = nil
		if !w.State.awaitsReading(args.Pictures) {
			return nil
		}
		if w.State.Reading.Begun++; w.State.Reading.Begun > maxBegun {
			return s.takeReading(w, nil, "")
		}
		due = w.record
		return nil
	})
	if err != nil || due == nil {
		return err
	}
	said, err := s.recognise(ctx, due)
	if err != nil && (ctx.Err() != nil || due.State.Reading.Begun < maxFaults) {
		return err
	}
	read, crops := &said, ""
	if err != nil {
		read = nil
	} else if crops, err = s.keepCrops(ctx, due.ID, said.Crops); err != nil {
		return err
	}
	return s.update(ctx, args.Enrolment, func(w *work) error {
		if !w.State.awaitsReading(args.Pictures) {
			return nil
		}
		return s.takeReading(w, read, crops)
	})
}

// recognise reads the pictures out of the evidence.
func (s *Service) recognise(ctx context.Context, r *record) (recognition.Reading, error) {
	pictures := recognition.Pictures{}
	for side, p := range r.State.Card {
		content, err := s.readEvidence(ctx, r.ID, p.Name, maxClean)
		if err != nil {
			return recognition.Reading{}, err
		}
		pictures[side] = append(pictures[side], content)
		if p.Frames == "" {
			continue
		}
		batch, err := s.readEvidence(ctx, r.ID, p.Frames, api.MaxFrames)
		if err != nil {
			return recognition.Reading{}, err
		}
		frames, err := liveness.ParseBatch(batch)
		if err != nil {
			return recognition.Reading{}, err
		}
		for i := range frames {
			pictures[side] = append(pictures[side], frames[i].JPEG)
		}
	}
	return s.Recogniser.Read(ctx, r.State.IIN, pictures)
}

// maxCrops bounds the crops of a document, which are a few kilobytes each.
const maxCrops = 1 << 20

// keepCrops puts the crops into the evidence; "" where there are none.
func (s *Service) keepCrops(ctx context.Context, caseID string, crops map[string][]byte) (string, error) {
	if len(crops) == 0 {
		return "", nil
	}
	text, err := json.Marshal(crops)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(text)
	name := "crops-" + hex.EncodeToString(sum[:6]) + ".json"
	return name, s.keepEvidence(ctx, caseID, name, text, maxCrops)
}

// ParseCrops reads the object that [Case.Crops] names: a JPEG for each field.
func ParseCrops(text []byte) (map[string][]byte, error) {
	var crops map[string][]byte
	if len(text) > maxCrops {
		return nil, errors.New("more crops than a document has")
	}
	if err := json.Unmarshal(text, &crops); err != nil {
		return nil, fmt.Errorf("read the crops: %w", err)
	}
	return crops, nil
}

// takeReading stores what was read, nil where the machine failed, and takes the
// way on: back to a side that should be photographed again, if the citizen has not
// gone on and was not asked too often, or to the decision that waited for it.
func (s *Service) takeReading(w *work, said *recognition.Reading, crops string) error {
	st, r := &w.State, w.State.Reading
	r.Said, r.Crops, r.Since, r.State = said, crops, w.now, api.ReadingFailed
	detail := "failed"
	if said != nil {
		detail = string(said.Verdict) + findingCodes(said.Findings)
		if len(said.Fields) > 0 {
			r.State = api.ReadingDone
		}
		if said.Swapped {
			st.Card[api.Front], st.Card[api.Back] = st.Card[api.Back], st.Card[api.Front]
		}
	}
	if err := w.audit("read", detail); err != nil {
		return err
	}
	if said != nil && said.Again != nil && !st.Sure && r.Retakes < maxRetakes {
		r.State, r.Side, r.Reason = api.ReadingAgain, said.Again.Side, said.Again.Reason
		r.Retakes++
		delete(st.Card, r.Side)
	}
	if st.Next() == api.StepDecision {
		return s.decideByMachine(w)
	}
	return nil
}

// findingCodes are the findings for the audit trail: codes alone.
func findingCodes(all []check.Finding) string {
	var b strings.Builder
	for _, f := range all {
		if f.Weight != check.Remark {
			b.WriteString(" " + string(f.What))
		}
	}
	return b.String()
}

// matter are the fields without which a machine does not take a card for read.
var matter = []string{"surname", "name", "birth_date", "document_number", "expiry_date"}

// documentAgrees says that the card agrees with itself and with what the citizen
// confirmed, and that all that matters was made out.
func (s *State) documentAgrees() bool {
	if s.Reading == nil || s.Reading.Said == nil || s.Fields == nil {
		return false
	}
	said := s.Reading.Said
	if said.Verdict != check.Match || len(s.corrected()) > 0 {
		return false
	}
	if iin, ok := said.Field("iin"); !ok || iin.Value != string(s.IIN) {
		return false
	}
	for _, typed := range s.Fields.List() {
		if read, ok := said.Field(typed.Name); slices.Contains(matter, typed.Name) && (!ok || !alike(read, typed.Value)) {
			return false
		}
	}
	return true
}

// corrected finds what the machine was sure of and the citizen wrote otherwise.
func (s *State) corrected() []check.Finding {
	if s.Reading == nil || s.Reading.Said == nil || s.Fields == nil {
		return nil
	}
	var all []check.Finding
	for _, typed := range s.Fields.List() {
		read, ok := s.Reading.Said.Field(typed.Name)
		if ok && !read.Doubtful && !alike(read, typed.Value) {
			all = append(all, check.Finding{What: check.Corrected, Field: recognition.Card(typed.Name), Weight: check.Look})
		}
	}
	return all
}

// alike compares as registers are compared; the same in Russian is the same.
func alike(read recognition.Field, typed string) bool {
	return plain(read.Value) == plain(typed) || read.Russian != "" && plain(read.Russian) == plain(typed)
}

// renderReading is the reading as the citizen sees it.
func (s *State) renderReading() *api.Reading {
	r := s.Reading
	if r == nil {
		return nil
	}
	return &api.Reading{State: r.State, Side: r.Side, Reason: r.Reason, Since: r.Since}
}

// Recognised gives the citizen the fields that were made out, with the pictures
// they come from; nothing while there is nothing.
func (s *Service) Recognised(ctx context.Context, c Call) (api.Recognised, error) {
	told := api.Recognised{Fields: []api.RecognisedField{}}
	r, err := s.view(ctx, c)
	if err != nil {
		return told, err
	}
	read := r.State.Reading
	if read == nil || read.Said == nil || r.State.Erased {
		return told, nil
	}
	var crops map[string][]byte
	if read.Crops != "" {
		text, err := s.readEvidence(ctx, r.ID, read.Crops, maxCrops)
		if err != nil {
			return told, err
		}
		if crops, err = ParseCrops(text); err != nil {
			return told, err
		}
	}
	for _, f := range read.Said.Fields {
		told.Fields = append(told.Fields, api.RecognisedField{
			Name: f.Name, Value: f.Value, Source: api.FieldSource(f.Source), Uncertain: f.Doubtful, Crop: crops[f.Name],
		})
	}
	return told, nil
}
