package liveness

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"qoltanba/capture/face"
)

// person is a head on numbers: what a tracker would say of it.
type person struct {
	rng   *rand.Rand
	guide *Guide
	at    time.Duration
	bias  face.Angles
	width float64
	open  float64
	noise float64
}

func newPerson(seed uint64) *person {
	rng := rand.New(rand.NewPCG(seed, 3))
	return &person{
		rng: rng, guide: NewGuide(), bias: face.Angles{Yaw: rng.Float64()*16 - 8, Pitch: rng.Float64()*20 - 10},
		width: 90 + rng.Float64()*150, open: 0.2 + rng.Float64()*0.2, noise: 1,
	}
}

// pose is one moment: angles from neutral, distance as a factor, lids 0 open to 1 shut.
type pose struct{ yaw, pitch, near, shut float64 }

func (p *person) observation(q pose) face.Observation {
	n := func(sigma float64) float64 { return p.rng.NormFloat64() * sigma * p.noise }
	open := p.open * (1 - 0.4*q.shut) * (1 + 0.3*math.Abs(math.Sin(q.yaw*math.Pi/180)))
	return face.Observation{
		Pose:  face.Angles{Yaw: p.bias.Yaw + q.yaw + n(0.5), Pitch: p.bias.Pitch + q.pitch + n(0.7), Roll: n(0.5)},
		Width: p.width * (1 + q.near) * (1 - 0.05*math.Abs(q.yaw)/20) * (1 + n(0.005)),
		Eyes:  face.Eyes{Left: open * (1 + n(0.01)), Right: open * (1 + n(0.01))},
	}
}

// hold shows a pose for a while and returns the last progress.
func (p *person) hold(q pose, length time.Duration) (out Progress) {
	const step = 100 * time.Millisecond
	for end := p.at + length; p.at < end; p.at += step {
		o := p.observation(q)
		out = p.guide.Observe(&o, 1, p.at)
	}
	return out
}

// move goes to a pose and back and returns the progress at the far end and after it.
func (p *person) move(q pose) (far, end Progress) {
	for _, part := range []float64{0.3, 0.6, 0.9} {
		p.hold(pose{q.yaw * part, q.pitch * part, q.near * part, q.shut * part}, 100*time.Millisecond)
	}
	far = p.hold(q, 300*time.Millisecond)
	p.hold(pose{q.yaw / 2, q.pitch / 2, q.near / 2, q.shut / 2}, 100*time.Millisecond)
	return far, p.hold(pose{}, 600*time.Millisecond)
}

var made = map[Prompt]pose{
	TurnLeft: {yaw: 20}, TurnRight: {yaw: -20}, LookUp: {pitch: -17}, LookDown: {pitch: 17}, Blink: {shut: 1}, ComeCloser: {near: 0.35},
}

func TestGuideFollowsEveryMovement(t *testing.T) {
	for seed := range uint64(30) {
		for kind, q := range made {
			p := newPerson(seed)
			if got := p.hold(pose{}, 1200*time.Millisecond); !got.Neutral || !got.Straight {
				t.Fatalf("person %d: no neutral look after 1.2 s: %+v", seed, got)
			}
			p.guide.Ask(kind)
			if got := p.hold(pose{}, 500*time.Millisecond); got.Reached || got.Fraction > 0.5 {
				t.Errorf("person %d, %s: before the movement %+v", seed, kind, got)
			}
			far, end := p.move(q)
			if !far.Reached || far.Fraction != 1 || far.Done || !end.Done || end.Other != "" {
				t.Errorf("person %d, %s: far %+v, end %+v", seed, kind, far, end)
			}
		}
	}
}

func TestGuideTellsAnotherMovement(t *testing.T) {
	for asked, other := range map[Prompt]Prompt{TurnLeft: TurnRight, LookUp: LookDown, Blink: TurnLeft, LookDown: TurnRight, ComeCloser: TurnLeft} {
		p := newPerson(1)
		p.hold(pose{}, 1200*time.Millisecond)
		p.guide.Ask(asked)
		p.hold(pose{}, 300*time.Millisecond)
		if _, end := p.move(made[other]); end.Reached || end.Other != other {
			t.Errorf("asked %s, made %s: %+v", asked, other, end)
		}
	}
}

func TestGuideWaitsForTheMiddle(t *testing.T) {
	p := newPerson(2)
	p.hold(pose{}, 1200*time.Millisecond)
	p.hold(pose{yaw: 20}, 300*time.Millisecond)
	p.guide.Ask(TurnLeft)
	if got := p.hold(pose{yaw: 20}, time.Second); got.Reached || got.Straight {
		t.Errorf("a head turned beforehand: %+v", got)
	}
	p.hold(pose{}, 500*time.Millisecond)
	if _, end := p.move(made[TurnLeft]); !end.Done {
		t.Errorf("after coming back: %+v", end)
	}
}

func TestGuideNeedsOneFaceAndNumbers(t *testing.T) {
	g := NewGuide()
	p := newPerson(3)
	for i := range 30 {
		at := time.Duration(i) * 100 * time.Millisecond
		o := p.observation(pose{})
		if got := g.Observe(&o, 2*(i%2), at); got.Neutral {
			t.Fatal("a neutral look of no face, or of two")
		}
		o.Pose.Yaw = math.NaN()
		if got := g.Observe(&o, 1, at); got.Neutral {
			t.Fatal("a neutral look that is not a number")
		}
	}
}

func TestGuideAllocatesNothing(t *testing.T) {
	p := newPerson(4)
	o := p.observation(pose{})
	at := time.Duration(0)
	if n := testing.AllocsPerRun(100, func() {
		at += 30 * time.Millisecond
		p.guide.Observe(&o, 1, at)
	}); n != 0 {
		t.Errorf("%v allocations a picture", n)
	}
}

// TestTheJudgeAgreesWithTheGuide holds a guide that has watched for long against a follower that sees every second picture, from later on.
func TestTheJudgeAgreesWithTheGuide(t *testing.T) {
	done, disagreed := 0, 0
	for seed := range uint64(200) {
		p := newPerson(seed)
		p.hold(pose{}, 1500*time.Millisecond)
		var judge follower
		kind := headMovements[seed%uint64(len(headMovements))]
		q := made[kind]
		effort := 0.6 + 0.6*p.rng.Float64() // some fall short, some just reach it
		q.yaw, q.pitch, q.near = q.yaw*effort, q.pitch*effort, q.near*effort
		var live Progress
		for i := range 40 {
			way := 0.0
			if i >= 20 {
				way = math.Sin(math.Pi * math.Min(float64(i-20)/13, 1))
			}
			o := p.observation(pose{q.yaw * way, q.pitch * way, q.near * way, 0})
			if i == 16 {
				p.guide.Ask(kind)
				judge.ask(0, kind, uint32(p.at.Milliseconds()))
			}
			live = p.guide.Observe(&o, 1, p.at)
			if s, ok := sampleOf(&o, uint32(p.at.Milliseconds())); ok && i%2 == 0 {
				judge.add(s)
			}
			p.at += 67 * time.Millisecond
		}
		if live.Done {
			done++
			if !judge.now.done {
				disagreed++
				t.Logf("person %d, %s: the judge has %.2f", seed, kind, judge.now.most)
			}
		}
	}
	if done < 50 || disagreed > done/50 {
		t.Errorf("of %d movements done the judge denies %d", done, disagreed)
	}
}
