//go:build demo

package headless

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"qoltanba/app/api"
	"qoltanba/app/journey"
	"qoltanba/assets/citizens"
	"qoltanba/assets/fonts"
	"qoltanba/assets/portraits"
	"qoltanba/capture/camera"
	"qoltanba/capture/camera/synthetic"
)

// sitter is the sample citizen before a synthetic camera.
type sitter struct {
	person  *synthetic.Person
	cameras camera.System
}

// settleFrames is how many frames a camera is given before the shutter.
const settleFrames = 8

func newSitter(c citizens.Citizen, seed uint64) (*sitter, error) {
	card, err := synthetic.NewCard(cardOf(c), portraits.Astronaut, fonts.Regular)
	if err != nil {
		return nil, fmt.Errorf("draw the sample card: %w", err)
	}
	person, err := synthetic.NewPerson(portraits.Astronaut, card, seed)
	if err != nil {
		return nil, fmt.Errorf("draw the sample citizen: %w", err)
	}
	return &sitter{person, synthetic.NewSystem(synthetic.NewDevice("sample", "Sample camera", person))}, nil
}

func cardOf(c citizens.Citizen) synthetic.CardData {
	day := func(d api.Date) string {
		p := strings.Split(string(d), "-")
		return p[2] + "." + p[1] + "." + p[0]
	}
	f := c.Card
	return synthetic.CardData{
		Surname: f.Surname, Name: f.Name, Patronymic: f.Patronymic,
		Sex:       map[api.Sex]string{api.Male: "ЕР / М", api.Female: "ӘЙЕЛ / Ж"}[f.Sex],
		BirthDate: day(f.BirthDate), BirthPlace: f.BirthPlace, Nationality: f.Nationality,
		IIN: string(c.IIN), Number: f.DocumentNumber, Issuer: f.Issuer,
		IssueDate: day(f.IssueDate), ExpiryDay: day(f.ExpiryDate),
	}
}

// shot holds a scene into the camera and presses the shutter.
func (s *sitter) shot(ctx context.Context, scene synthetic.Scene) (picture api.Picture, err error) {
	s.person.SetScene(scene)
	s.person.SetPose(synthetic.Neutral)
	stream, err := s.cameras.Open(ctx, "", camera.Format{Width: 1280, Height: 720, Rate: 15})
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
			return api.Picture{Type: "image/jpeg", Data: bytes.Clone(frame.JPEG)}, nil
		}
	}
}

// record sits before the camera and does what the prompts ask.
func (s *sitter) record(ctx context.Context, j *journey.Journey) (err error) {
	s.person.SetScene(synthetic.SceneFace)
	s.person.SetPose(synthetic.Neutral)
	stream, err := s.cameras.Open(ctx, "", camera.DefaultFormat)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stream.Close()) }()
	stop := j.Subscribe(func(now journey.State) { s.person.SetPose(poseFor(now.Recording.Prompt)) })
	defer stop()
	return j.Record(ctx, func(ctx context.Context) (journey.Frame, error) {
		frame, err := stream.Next(ctx)
		return journey.Frame{JPEG: frame.JPEG, At: frame.At}, err
	})
}

func poseFor(p *api.Prompt) synthetic.Pose {
	if p == nil {
		return synthetic.Neutral
	}
	pose := synthetic.Neutral
	switch p.Kind {
	case api.TurnLeft:
		pose.Yaw = 28
	case api.TurnRight:
		pose.Yaw = -28
	case api.LookUp:
		pose.Pitch = 20
	case api.LookDown:
		pose.Pitch = -20
	case api.Blink:
		pose.Blink = 1
	case api.ComeCloser:
		pose.Distance = 0.6
	}
	return pose
}
