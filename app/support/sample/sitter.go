//go:build demo

// Package sample is a citizen of the sample population as the demo sees them: the person before a synthetic camera, and the phone in their
// hand. The headless walk and the window's autopilot both use it.
package sample

import (
	"fmt"

	"qoltanba/app/api"
	"qoltanba/assets/citizens"
	"qoltanba/assets/fonts"
	"qoltanba/assets/portraits"
	"qoltanba/capture/camera"
	"qoltanba/capture/camera/synthetic"
)

// Sitter is the sample citizen before a synthetic camera.
type Sitter struct {
	person   *synthetic.Person
	document api.DocumentKind
	cameras  camera.System
}

// NewSitter seats a citizen. Equal seeds make equal pictures.
func NewSitter(c citizens.Citizen, seed uint64) (*Sitter, error) {
	kind, specimen := api.IdentityCard, synthetic.NewCard
	if c.Document == api.Passport {
		kind, specimen = api.Passport, synthetic.NewPassport
	}
	document, err := specimen(cardOf(c), portraits.Astronaut, fonts.Regular)
	if err != nil {
		return nil, fmt.Errorf("draw the sample document: %w", err)
	}
	person, err := synthetic.NewPerson(portraits.Astronaut, document, seed)
	if err != nil {
		return nil, fmt.Errorf("draw the sample citizen: %w", err)
	}
	return &Sitter{person, kind, synthetic.NewSystem(synthetic.NewDevice("sample", "Sample camera", person))}, nil
}

// Cameras has the one camera before which the citizen sits.
func (s *Sitter) Cameras() camera.System { return s.cameras }

// Filmed has a camera whose two seconds of pictures were made beforehand, so that they cost nothing while they are shown: for measurements.
func (s *Sitter) Filmed() (camera.System, error) {
	film, err := synthetic.Film(s.person, 2*camera.DefaultFormat.Rate, camera.DefaultFormat)
	if err != nil {
		return nil, err
	}
	return synthetic.NewSystem(synthetic.NewDevice("filmed", "Filmed camera", film)), nil
}

// Face looks into the camera and does what a prompt asks; nil is straight ahead.
func (s *Sitter) Face(p *api.Prompt) {
	s.person.SetScene(synthetic.SceneFace)
	s.person.SetPose(poseFor(p))
}

// Card holds a side of the document into the camera; with a side of a document that the citizen has not, the hands stay empty.
func (s *Sitter) Card(side api.Side) {
	scene := synthetic.SceneFace
	if side.Document() == s.document {
		scene = map[api.Side]synthetic.Scene{
			api.Front: synthetic.SceneCardFront, api.Back: synthetic.SceneCardBack, api.DataPage: synthetic.ScenePassport,
		}[side]
	}
	s.person.SetScene(scene)
	s.person.SetPose(synthetic.Neutral)
}

func cardOf(c citizens.Citizen) synthetic.CardData {
	f := c.Card
	return synthetic.CardData{
		Surname: f.Surname, Name: f.Name, Patronymic: f.Patronymic,
		Sex:       map[api.Sex]string{api.Male: "ЕР / М", api.Female: "ӘЙЕЛ / Ж"}[f.Sex],
		BirthDate: f.BirthDate.Written(), BirthPlace: f.BirthPlace, Nationality: f.Nationality,
		IIN: string(c.IIN), Number: f.DocumentNumber, Issuer: f.Issuer,
		IssueDate: f.IssueDate.Written(), ExpiryDay: f.ExpiryDate.Written(),
	}
}

func poseFor(p *api.Prompt) synthetic.Pose {
	pose := synthetic.Neutral
	if p == nil {
		return pose
	}
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
