//go:build demo

// Package sample is a citizen of the sample population as the demo sees them: the person before a synthetic camera, and the phone in their
// hand. The headless walk and the window's autopilot both use it.
package sample

import (
	"fmt"
	"image/color"
	"sync"
	"time"

	"qoltanba/app/api"
	"qoltanba/assets/citizens"
	"qoltanba/assets/fonts"
	"qoltanba/assets/portraits"
	"qoltanba/capture/camera"
	"qoltanba/capture/camera/synthetic"
	"qoltanba/capture/camera/synthetic/puppet"
	"qoltanba/capture/liveness"
)

// Sitter is the sample citizen before a synthetic camera.
type Sitter struct {
	person   *synthetic.Person
	document api.DocumentKind
	cameras  camera.System

	mu     sync.Mutex
	prompt int // the index of the last one followed, or none
}

const none = -1

// NewSitter seats a citizen. Equal seeds make equal pictures.
func NewSitter(c citizens.Citizen, seed uint64) (*Sitter, error) {
	kind, specimen := api.IdentityCard, synthetic.NewCard
	if c.Document == api.Passport {
		kind, specimen = api.Passport, synthetic.NewPassport
	}
	portrait, err := portraits.Find(c.Portrait)
	if err != nil {
		return nil, err
	}
	document, err := specimen(cardOf(c), portrait, fonts.Regular)
	if err != nil {
		return nil, fmt.Errorf("draw the sample document: %w", err)
	}
	person, err := synthetic.NewPerson(portrait, document, seed)
	if err != nil {
		return nil, fmt.Errorf("draw the sample citizen: %w", err)
	}
	cameras := synthetic.NewSystem(synthetic.NewDevice("sample", "Sample camera", person))
	return &Sitter{person: person, document: kind, cameras: cameras, prompt: none}, nil
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

// Face looks into the camera and does what a prompt asks, once for each prompt; nil is straight ahead.
func (s *Sitter) Face(p *api.Prompt) {
	s.person.SetScene(synthetic.SceneFace)
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case p == nil:
		s.prompt = none
		s.person.Do("")
	case p.Index != s.prompt:
		s.prompt = p.Index
		s.person.Do(puppet.Move(p.Kind))
		if p.Kind == api.Light {
			s.person.Watch(shown(p.Colours), liveness.LeadMillis*time.Millisecond, time.Duration(p.Slot)*time.Millisecond)
		}
	}
}

// shown are a prompt's colours as a screen shows them.
func shown(colours []api.Colour) []color.RGBA {
	list := make([]color.RGBA, len(colours))
	for i, c := range colours {
		list[i] = map[api.Colour]color.RGBA{
			api.Red: {255, 0, 0, 255}, api.Yellow: {255, 255, 0, 255}, api.Green: {0, 255, 0, 255},
			api.Cyan: {0, 255, 255, 255}, api.Blue: {0, 0, 255, 255}, api.Magenta: {255, 0, 255, 255},
		}[c]
	}
	return list
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
	s.person.Do("")
}

func cardOf(c citizens.Citizen) synthetic.CardData {
	f := c.Card
	return synthetic.CardData{
		Surname: f.Surname, Name: f.Name, Patronymic: f.Patronymic,
		Sex:       map[api.Sex]string{api.Male: "ЕР / М", api.Female: "ӘЙЕЛ / Ж"}[f.Sex],
		BirthDate: f.BirthDate.Written(), BirthPlace: f.BirthPlace, Nationality: f.Nationality,
		IIN: string(c.IIN), Number: f.DocumentNumber, Issuer: f.Issuer,
		IssueDate: f.IssueDate.Written(), ExpiryDay: f.ExpiryDate.Written(), ZoneExpiry: c.ZoneExpiry.Written(),
	}
}
