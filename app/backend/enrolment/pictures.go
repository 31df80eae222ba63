package enrolment

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"qoltanba/app/api"
	"qoltanba/app/backend/evidence"
	"qoltanba/capture/picture"
)

// cleanings is how many pictures are decoded at once: one of 40 megapixels
// takes some 300 MB while it is.
const cleanings = 2

// SendSelfie takes the selfie, or replaces it after a rejection.
func (s *Service) SendSelfie(ctx context.Context, c Call, in api.Picture) (api.Enrolment, error) {
	may := takes(api.StepSelfie)
	kept, err := s.keepPicture(ctx, c, may, "selfie", in)
	if err != nil {
		return api.Enrolment{}, err
	}
	return s.step(ctx, c, may, func(w *work) error {
		kept.At = w.now
		first := w.State.Selfie == nil && w.State.Recording == nil && w.State.Unrecorded == "" && w.State.Verdict == nil
		w.State.Selfie = kept
		if first {
			if err := s.meetFormers(w); err != nil {
				return err
			}
		}
		if err := s.handOver(w); err != nil {
			return err
		}
		return w.audit("selfie", kept.SHA256)
	})
}

// SendCard takes one side of the identity card, or the data page of the
// passport, as a picture, as a side that was filmed, or as a PDF, which may hold
// both sides. A side may be sent again until all are there; with a side of the
// other document the citizen has changed to that.
func (s *Service) SendCard(ctx context.Context, c Call, side api.Side, in api.Picture) (api.Enrolment, error) {
	if !slices.Contains(side.Document().Sides(), side) {
		return api.Enrolment{}, api.Fail(api.BadRequest, "side")
	}
	may := takes(api.StepCard)
	kept, sums, err := s.keepSides(ctx, c, may, side, in)
	if err != nil {
		return api.Enrolment{}, err
	}
	return s.step(ctx, c, may, func(w *work) error {
		if w.State.Card == nil || w.State.document() != side.Document() {
			w.State.Card = map[api.Side]piece{}
		}
		for of, p := range kept {
			p.At = w.now
			w.State.Card[of] = p
		}
		if err := s.askReading(w); err != nil {
			return err
		}
		return w.audit("card-"+string(side), sums)
	})
}

// keepPicture checks the call, cleans the picture and puts it into the
// evidence. Its name there ends in a part of its hash: a picture that is taken
// again stands beside the first and replaces nothing.
func (s *Service) keepPicture(ctx context.Context, c Call, may rule, what string, in api.Picture) (*piece, error) {
	r, err := s.ready(ctx, c, may)
	if err != nil {
		return nil, err
	}
	clean, err := s.cleanPicture(ctx, in.Data, picture.Upload)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(clean.JPEG)
	name := strings.ToLower(what) + "-" + hex.EncodeToString(sum[:6]) + ".jpg"
	if err := s.reserve(ctx, c, may, name, len(clean.JPEG)); err != nil {
		return nil, err
	}
	if err := s.keepEvidence(ctx, r.ID, name, clean.JPEG, maxClean); err != nil {
		return nil, err
	}
	return &piece{Name: name, SHA256: hex.EncodeToString(sum[:])}, nil
}

// reserve counts an object of the evidence before it is kept. What is sent again
// stands beside the first, and nobody shall fill the disk so; the same again,
// which could not be kept before, counts once.
func (s *Service) reserve(ctx context.Context, c Call, may rule, name string, size int) error {
	c.half = true
	_, err := s.step(ctx, c, may, func(w *work) error {
		if w.State.Reserved == name {
			return nil
		}
		if w.State.Evidence += int64(size); w.State.Evidence > s.rules.Evidence {
			return api.Fail(api.TooMany, "evidence for one enrolment")
		}
		w.State.Reserved = name
		return nil
	})
	return err
}

// keepEvidence puts an object into the evidence, and words what repeating the
// call or beginning anew can mend.
func (s *Service) keepEvidence(ctx context.Context, caseID, name string, content []byte, most int64) error {
	_, err := s.Evidence.Put(ctx, caseID, name, bytes.NewReader(content), most)
	switch {
	case errors.Is(err, evidence.ErrBusy):
		return api.Fail(api.Overloaded, "an earlier call is just keeping the same").WithCause(err)
	case errors.Is(err, evidence.ErrDestroyed):
		return api.Fail(api.EnrolmentEnded, "begin again").WithCause(err)
	case err != nil:
		return fmt.Errorf("keep evidence: %w", err)
	}
	return nil
}

// maxClean bounds a cleaned picture: at most 9 megapixels of good quality.
const maxClean = 32 << 20

// oneAtATime waits until a picture may be decoded; free lets the next one.
func (s *Service) oneAtATime(ctx context.Context) (free func(), err error) {
	select {
	case s.cleaning <- struct{}{}:
		return func() { <-s.cleaning }, nil
	case <-ctx.Done():
		return nil, api.Fail(api.Overloaded, "too many pictures at once").WithCause(ctx.Err())
	}
}

func (s *Service) cleanPicture(ctx context.Context, content []byte, limits picture.Limits) (picture.Picture, error) {
	free, err := s.oneAtATime(ctx)
	if err != nil {
		return picture.Picture{}, err
	}
	defer free()
	clean, err := picture.Clean(content, limits)
	if err != nil {
		return picture.Picture{}, pictureProblem(err)
	}
	return clean, nil
}
