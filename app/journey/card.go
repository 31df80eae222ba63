package journey

import (
	"context"

	"qoltanba/app/api"
	"qoltanba/capture/liveness"
)

// ChooseCard says which document is given, and how. Stage: card-choice.
func (j *Journey) ChooseCard(ctx context.Context, choice CardChoice) error {
	return j.act(ctx, "choose card", []Stage{StageCardChoice}, func(context.Context) error {
		j.change(func(s *State) { s.Card = choice })
		return j.open("")
	})
}

// SendCard sends one side of the document. The side sent before may be sent
// again. Stages: card-front, card-back; passport for its page.
func (j *Journey) SendCard(ctx context.Context, side api.Side, picture api.Picture) error {
	at := []Stage{StageCardFront, StageCardBack}
	if side.Document() == api.Passport {
		at = []Stage{StagePassport}
	}
	return j.act(ctx, "send card", at, func(ctx context.Context) error {
		return step(ctx, j, api.SendCard, picture, map[string]string{"side": string(side)})
	})
}

// SendFilmed sends a side as the camera took it: the best picture, a JPEG, and
// the frames around it. Without a frame that can be sent it is SendCard.
func (j *Journey) SendFilmed(ctx context.Context, side api.Side, picture []byte, frames []Frame) error {
	sent := api.Picture{Type: api.TypeJPEG, Data: picture}
	var film []liveness.Frame
	for _, f := range frames {
		film = append(film, liveness.Frame{Millis: uint32(f.At.Sub(frames[0].At).Milliseconds()), JPEG: f.JPEG}) //nolint:gosec // G115: seconds
	}
	if body, err := liveness.EncodeSide(picture, film); err == nil {
		sent = api.Picture{Type: api.TypeFilmed, Data: body}
	}
	return j.SendCard(ctx, side, sent)
}

// reading says that a machine reads the document, which the citizen may wait for.
func (s State) reading() bool {
	r := s.Enrolment.Reading
	return s.Stage == StageFields && r != nil && r.State == api.ReadingUnderWay
}

// loadRecognised reads what was made out of the document, once, where the stage
// shows it.
func (j *Journey) loadRecognised(ctx context.Context) error {
	s := j.State()
	r := s.Enrolment.Reading
	if s.Stage != StageFields || r == nil || r.State != api.ReadingDone {
		if s.Recognised != nil {
			j.change(func(s *State) { s.Recognised = nil })
		}
		return nil
	}
	if s.Recognised != nil {
		return nil
	}
	made, err := ask(ctx, j, api.ReadRecognised)
	if err != nil {
		return err
	}
	j.change(func(s *State) { s.Recognised = &made })
	return nil
}

// ConfirmFields hands the fields and all evidence over for the decision; the
// citizen has ticked that the data are true. Stage: fields.
func (j *Journey) ConfirmFields(ctx context.Context, fields api.CardFields) error {
	return j.act(ctx, "confirm fields", []Stage{StageFields}, func(ctx context.Context) error {
		return step(ctx, j, api.ConfirmFields, api.FieldsRequest{Fields: fields, Confirmed: true}, nil)
	})
}

// Repeat goes back to what the operator wants done again. Stage: rejected,
// where State.CanRepeat.
func (j *Journey) Repeat(ctx context.Context) error {
	return j.act(ctx, "repeat", []Stage{StageRejected}, func(ctx context.Context) error {
		if !j.State().CanRepeat {
			return &StageError{"repeat", StageRejected}
		}
		return step(ctx, j, api.RepeatRejected, api.None{}, nil)
	})
}

// OpenDocuments reads and shows the cabinet's list. Stages: cabinet, documents.
func (j *Journey) OpenDocuments(ctx context.Context) error {
	return j.act(ctx, "open documents", []Stage{StageCabinet, StageDocuments}, func(ctx context.Context) error {
		list, err := ask(ctx, j, api.ReadDocuments)
		if err != nil {
			return err
		}
		j.change(func(s *State) { s.Documents = list.Documents })
		return j.open(StageDocuments)
	})
}
