//go:build demo

package puppet

import (
	"math/rand/v2"
	"slices"
	"time"

	"qoltanba/assets/portraits"
)

// role says who stands before the camera at a time, and how.
type role func(at time.Duration) (*Stage, Pose)

// solo is a stage for one body in a puppet's room.
func solo(p *Puppet, b *body, c Conditions) (*Stage, error) {
	s, err := p.stage(c.Width, c.Height, c.Size, c.Room)
	if err != nil {
		return nil, err
	}
	s.add(figure{body: b})
	return s, nil
}

// actor follows a script.
type actor struct {
	Script
	mover   *Mover
	reflect float64
	effort  float64
	shape   func(Pose) Pose // what becomes of the pose; nil: nothing
	last    time.Duration
}

// pose is how the actor holds the head. Times do not go back.
func (a *actor) pose(at time.Duration) Pose {
	for a.last < at { // a prompt that came and went between two pictures was seen all the same
		a.last = min(a.last+20*time.Millisecond, at)
		a.mover.Ask(a.asked(a.last), a.last)
		a.mover.At(a.last)
	}
	p := a.mover.At(at)
	p.Yaw, p.Pitch, p.Near = p.Yaw*a.effort, p.Pitch*a.effort, p.Near*a.effort
	if a.shape != nil {
		p = a.shape(p)
	}
	const latency = 100 * time.Millisecond // of screen and camera together
	p.Light = LightOf(a.colour(at-latency), a.reflect)
	return p
}

// play makes a role of a stage and a script.
func play(stage *Stage, a *actor) role {
	return func(at time.Duration) (*Stage, Pose) { return stage, a.pose(at) }
}

// cast finds who plays a kind.
func cast(s Script, k Kind, c Conditions) (role, error) {
	if k < Honest || k > MaskEyes {
		return nil, ErrUnknownKind
	}
	sitter, err := New(&portraits.All()[c.Sitter])
	if err != nil {
		return nil, err
	}
	other, err := New(&portraits.All()[c.Other])
	if err != nil {
		return nil, err
	}
	a := &actor{Script: s, mover: NewMover(c.Seed), reflect: c.Reflect, effort: c.Effort}
	rng := random(c.Seed)
	switch k {
	case Injected:
		a.mover.sway, a.mover.lean = [4]float64{}, Pose{}
	case Replay:
		a.Script = s.earlier(rng)
	case WrongOrder:
		a.Script = s.rotated()
	case Swap:
		return swap(sitter, other, a, c)
	case Retimed:
		return retimed(sitter, a, c, rng)
	case Stranger:
		return alone(other, other.body, a, c)
	case PhotoStill, PhotoMoved, PhotoBent, PhotoFold, PhotoEyes, Drawing:
		return sheet(k, sitter, other, a, c, rng)
	case Mask, MaskEyes:
		return masked(sitter, other, a, c, k == MaskEyes)
	case TwoFaces:
		return beside(sitter, other, a, c)
	}
	return alone(sitter, sitter.body, a, c)
}

// random is what an impostor leaves to chance.
func random(seed uint64) *rand.Rand {
	return rand.New(rand.NewPCG(seed, 3)) //nolint:gosec // to be repeatable
}

func alone(p *Puppet, b *body, a *actor, c Conditions) (role, error) {
	stage, err := solo(p, b, c)
	return play(stage, a), err
}

// swap lets another person go on where nothing is asked, near the middle.
func swap(first, second *Puppet, a *actor, c Conditions) (role, error) {
	one, err := solo(first, first.body, c)
	if err != nil {
		return nil, err
	}
	two, err := solo(second, second.body, c)
	cut := a.Length / 2
	for _, m := range a.Asked {
		if m.From > a.Length/3 {
			cut = m.From
			break
		}
	}
	return func(at time.Duration) (*Stage, Pose) {
		if at < cut {
			return one, a.pose(at)
		}
		return two, a.pose(at)
	}, err
}

// Moves are all that can be asked for, but for the light.
func Moves() []Move { return []Move{TurnLeft, TurnRight, LookUp, LookDown, Blink, ComeCloser} }

// earlier is the script of a recording of another day: another move in every place, and other colours.
func (s *Script) earlier(rng *rand.Rand) Script {
	old := *s
	old.Asked, old.Colours = slices.Clone(s.Asked), slices.Clone(s.Colours)
	places, moves := s.heads(), Moves()
	own := func(i int) bool { return s.Asked[places[i]].Move == moves[i%len(moves)] }
	const patience = 200 // a script of one move alone has no other order
	for tries, again := 0, true; again && tries < patience; tries++ {
		rng.Shuffle(len(moves), func(i, j int) { moves[i], moves[j] = moves[j], moves[i] })
		again = false
		for i := range places {
			again = again || own(i)
		}
	}
	for i, place := range places {
		old.Asked[place].Move = moves[i%len(moves)]
	}
	before := slices.Clone(old.Colours)
	for tries := 0; tries < 20 && slices.Equal(before, old.Colours); tries++ {
		rng.Shuffle(len(old.Colours), func(i, j int) { old.Colours[i], old.Colours[j] = old.Colours[j], old.Colours[i] })
	}
	return old
}

// heads are the indices of what is asked but for the light.
func (s *Script) heads() (at []int) {
	for i, a := range s.Asked {
		if a.Move != FaceLight {
			at = append(at, i)
		}
	}
	return at
}

// rotated asks for the same moves, each one place too late.
func (s *Script) rotated() Script {
	wrong := *s
	wrong.Asked = slices.Clone(s.Asked)
	heads := s.heads()
	for i, at := range heads {
		wrong.Asked[at].Move = s.Asked[heads[(i+1)%len(heads)]].Move
	}
	return wrong
}

// retimed cuts an earlier recording, which has every move, so that what is asked seems to be answered. Its colours are those of the earlier day.
func retimed(p *Puppet, a *actor, c Conditions, rng *rand.Rand) (role, error) {
	stage, err := solo(p, p.body, c)
	if err != nil {
		return nil, err
	}
	const each = 3 * time.Second
	old := a.earlier(rng)
	old.Asked = nil
	moves := Moves()
	rng.Shuffle(len(moves), func(i, j int) { moves[i], moves[j] = moves[j], moves[i] })
	for i, m := range moves {
		from := time.Duration(i+1) * each
		old.Asked = append(old.Asked, Asked{m, from, from + each})
	}
	old.LightFrom = time.Duration(len(moves)+1) * each
	return func(at time.Duration) (*Stage, Pose) {
		then := at % each // somebody who sits still
		for _, asked := range a.Asked {
			i := slices.Index(moves, asked.Move)
			switch since := at - asked.From; {
			case since < 0 || at >= asked.Until:
			case asked.Move == FaceLight:
				then = old.LightFrom + since
			case i >= 0:
				then = time.Duration(i+1)*each + since%each
			}
		}
		past := &actor{Script: old, mover: NewMover(c.Seed), reflect: a.reflect, effort: a.effort}
		return stage, past.pose(then)
	}, nil
}
