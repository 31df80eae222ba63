//go:build demo

package headless

import (
	"context"
	"errors"

	"qoltanba/app/api"
	"qoltanba/app/journey"
	"qoltanba/app/support/sample"
	"qoltanba/capture/camera"
)

// settleFrames is how many frames a camera is given before the shutter.
const settleFrames = 4

// shotQuality is that of a JPEG which a camera did not make itself.
const shotQuality = 90

// shot presses the shutter on what the sitter holds into the camera.
func (w *walker) shot(ctx context.Context, hold func(*sample.Sitter)) (picture api.Picture, err error) {
	sitter, err := w.seat()
	if err != nil {
		return api.Picture{}, err
	}
	hold(sitter)
	stream, err := sitter.Cameras().Open(ctx, "", camera.Format{Width: 1280, Height: 720, Rate: 15})
	if err != nil {
		return api.Picture{}, err
	}
	defer func() { err = errors.Join(err, stream.Close()) }()
	for n := 0; ; n++ {
		frame, err := stream.Next(ctx)
		if err != nil {
			return api.Picture{}, err
		}
		if n >= settleFrames {
			data, err := frame.Encode(shotQuality)
			return api.Picture{Type: "image/jpeg", Data: data}, err
		}
	}
}

func (w *walker) selfie(ctx context.Context) error {
	picture, err := w.shot(ctx, func(s *sample.Sitter) { s.Face(nil) })
	if err != nil {
		return err
	}
	return w.j.SendSelfie(ctx, picture)
}

func (w *walker) card(ctx context.Context, side api.Side) error {
	picture, err := w.shot(ctx, func(s *sample.Sitter) { s.Card(side) })
	if err != nil {
		return err
	}
	return w.j.SendCard(ctx, side, picture)
}

// recordings is how often a recording that came out too short, as on a computer
// that is busy, is made at most.
const recordings = 5

func (w *walker) recordPatiently(ctx context.Context) error {
	for n := 1; ; n++ {
		err := w.record(ctx)
		if n == recordings || api.CodeOf(err) != api.RecordingBroken {
			return err
		}
		w.line("%-16s %v, once more", journey.StageRecordingIntro, err)
	}
}

// record sits before the camera and does what the prompts ask.
func (w *walker) record(ctx context.Context) (err error) {
	sitter, err := w.seat()
	if err != nil {
		return err
	}
	sitter.Face(nil)
	stream, err := sitter.Cameras().Open(ctx, "", camera.Format{Rate: 15}) // a recording takes no more
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stream.Close()) }()
	stop := w.j.Subscribe(func(now journey.State) { sitter.Face(now.Recording.Prompt) })
	defer stop()
	return w.j.Record(ctx, api.ChallengeRequest{}, func(ctx context.Context) (journey.Frame, error) {
		frame, err := stream.Next(ctx)
		if err != nil {
			return journey.Frame{}, err
		}
		data, err := frame.Encode(shotQuality)
		return journey.Frame{JPEG: data, At: frame.At}, err
	})
}
