//go:build demo && cgo

package desktop

import (
	"context"
	"image"
	"slices"
	"sync"
	"testing"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/desktop/screen"
	"qoltanba/app/journey"
	"qoltanba/capture/camera"
	"qoltanba/capture/camera/synthetic"
	"qoltanba/capture/camera/synthetic/puppet"
	"qoltanba/capture/face"
)

// stage is a camera before a sitter whose film the test changes.
type stage struct {
	mu   sync.Mutex
	film [][]byte
	at   int // the last picture stands
}

func (s *stage) JPEG(uint64, camera.Format) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	picture := s.film[s.at]
	if s.at++; s.at == len(s.film) {
		s.at--
	}
	return picture, nil
}

func (s *stage) play(film [][]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.film, s.at = film, 0
}

// voice writes down what is said.
type voice struct {
	mu   sync.Mutex
	said []string
}

func (v *voice) Play(language string, names ...string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, n := range names {
		v.said = append(v.said, language+" "+n)
	}
}

func (v *voice) has(what string) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Contains(v.said, what)
}

// act films a sitter who does as asked.
func act(t *testing.T, lasts time.Duration, moves ...puppet.Asked) [][]byte {
	t.Helper()
	frames, err := puppet.Film(t.Context(), puppet.Script{Length: lasts, Asked: moves}, puppet.Honest, puppet.Conditions{Seed: 1, Rate: 15})
	if err != nil {
		t.Fatal(err)
	}
	film := make([][]byte, len(frames))
	for i := range frames {
		film[i] = frames[i].JPEG
	}
	return film
}

// atFace takes a window before the sitter of s, with the real eyes, to a stage of the way. The stage alone: the way there is the journey's.
func atFace(t *testing.T, s *stage, at journey.Stage, eyes func() (Eyes, error)) (*desk, *voice) {
	t.Helper()
	v := &voice{}
	device := synthetic.NewDevice("usb", "USB Camera", s)
	c := newComputer(t)
	d := show(t, Config{Open: c.open, Cameras: synthetic.NewSystem(device), Eyes: eyes, Sounds: v})
	d.untilScreen("welcome")
	d.press("welcome.main")
	d.until("the picture", d.live)
	d.state.Stage = at
	d.show(true)
	return d, v
}

func TestSelfieTakesItself(t *testing.T) {
	s := &stage{film: act(t, time.Second)}
	d, v := atFace(t, s, journey.StageSelfie, OpenEyes)
	d.until("the countdown", func() bool { return d.seen.count.Left > 0 })
	if d.seen.outline == nil || !d.says(d.frame.Words().T("selfie.auto")) {
		t.Error("the face has no outline, or nobody says that the picture is taken by itself")
	}
	d.until("the picture to be looked at", func() bool { return d.frame.Find("shot.again") != nil || d.typed.picture != nil })
	if !v.has("kk tick") || !v.has("kk shutter") {
		t.Errorf("heard %q", v.said)
	}
	if d.seen.purpose != watchNothing {
		t.Error("the face is watched while a picture is looked at")
	}
}

func TestSelfieIsNotTakenUnderHelp(t *testing.T) {
	s := &stage{film: act(t, time.Second)}
	d, v := atFace(t, s, journey.StageSelfie, OpenEyes)
	d.until("the countdown", func() bool { return d.seen.count.Left > 0 })
	d.press("help")
	turn := d.Window.watch.turn.Load()
	d.until("the shutter to be held back", func() bool { return d.Window.watch.turn.Load() != turn })
	if d.typed.picture != nil || v.has("kk shutter") {
		t.Error("a picture was taken of somebody who reads Help")
	}
}

func TestMovementIsToldByBellAndWord(t *testing.T) {
	s := &stage{film: act(t, 2*time.Second)}
	d, v := atFace(t, s, journey.StageRecordingIntro, OpenEyes)
	d.press("videointro.main")
	if d.screen() != "video" || !v.has("kk ahead") {
		t.Fatalf("at %s, heard %q", d.screen(), v.said)
	}
	d.until("the straight look", func() bool { return d.seen.progress.Neutral })
	film := d.feed.recording.Load()
	for range 3 {
		d.settle()
	}
	if d.settling.ended && d.feed.recording.Load() != film {
		t.Error("the recording is begun again and again")
	}
	d.until("the recording to be tried", func() bool { return d.settling.ended || !d.settling.on })
	s.play(act(t, 3*time.Second, puppet.Asked{Move: puppet.TurnLeft, From: time.Second, Until: 5 * time.Second}))
	d.apply(journey.State{Stage: journey.StageRecording, Recording: journey.Recording{
		Prompts: 4, Prompt: &api.Prompt{Index: 1, Kind: api.TurnLeft},
	}})
	d.until("the bell", func() bool { return v.has("kk done") && v.has("kk screen") })
	if !v.has("kk left") {
		t.Errorf("heard %q", v.said)
	}
	if m := d.videoModel(); !m.Reached || m.Prompt != screen.PromptLeft || m.Done != 1 || m.Live.Share != 1 {
		t.Errorf("the screen shows %+v", m)
	}
}

func TestLightTakesTheWindowAndGivesItBack(t *testing.T) {
	s := &stage{film: act(t, time.Second)}
	d, v := atFace(t, s, journey.StageRecordingIntro, nil)
	light := &api.Prompt{Index: 3, Kind: api.Light, Colours: []api.Colour{api.Red, api.Green}, Slot: 530}
	d.apply(journey.State{Stage: journey.StageRecording, Recording: journey.Recording{Prompts: 4, Prompt: light}})
	if d.screen() != "light" || !v.has("kk still") {
		t.Fatalf("at %s, heard %q", d.screen(), v.said)
	}
	d.until("the end of the light", func() bool { _, over := d.light.At(time.Now()); return over })
	d.apply(journey.State{Stage: journey.StageRecording, Recording: journey.Recording{Prompts: 4, Over: true, Frames: 10, Sent: 4}})
	if d.screen() != "video" || d.videoModel().Upload != 0.4 {
		t.Errorf("after the light at %s, sent %v", d.screen(), d.videoModel().Upload)
	}
}

func TestWithoutEyesTheWindowWorksAsEver(t *testing.T) {
	s := &stage{film: act(t, time.Second)}
	d, _ := atFace(t, s, journey.StageSelfie, func() (Eyes, error) { return nil, face.ErrNoRuntime })
	d.until("the eyes to be missed", func() bool { return d.Window.watch.sight.Load() == blind })
	d.runLine()
	if !d.says(d.frame.Words().T("selfie.lead")) || !d.says(d.frame.Words().T("selfie.hint")) || d.frame.Find("failure.close") != nil {
		t.Errorf("the window says %q", d.words())
	}
	d.press("selfie.main")
	if d.typed.picture == nil {
		t.Error("the button takes no picture")
	}
	d.state.Stage, d.typed.picture = journey.StageRecordingIntro, nil
	d.show(true)
	d.press("videointro.main")
	if d.settling.on && !d.settling.ended {
		t.Error("a recording without eyes waits for a look that nobody sees")
	}
}

func TestSoundsCanBeSwitchedOff(t *testing.T) {
	s := &stage{film: act(t, time.Second)}
	d, v := atFace(t, s, journey.StageRecordingIntro, nil)
	d.press("sound")
	d.hear("left")
	if len(v.said) != 0 {
		t.Errorf("heard %q after sounds were switched off", v.said)
	}
	d.press("sound")
	if !v.has("kk good") {
		t.Error("nothing is heard when sounds come back")
	}
}

func TestWhoCannotMoveGoesToAnOperator(t *testing.T) {
	s := &stage{film: act(t, time.Second)}
	d, _ := atFace(t, s, journey.StageRecordingIntro, nil)
	d.press("videointro.cannot")
	if d.screen() != "cannot" {
		t.Fatalf("at %s", d.screen())
	}
	d.press("back")
	if d.screen() != "videointro" {
		t.Fatalf("back at %s", d.screen())
	}
}

func TestARecordingToBeRepeatedSaysWhyAndNothingElse(t *testing.T) {
	s := &stage{film: act(t, time.Second)}
	d, _ := atFace(t, s, journey.StageRecordingIntro, nil)
	since := time.Now()
	expected := since.Add(time.Hour)
	judged := func(at journey.Stage, i api.Identification, p *api.Problem) {
		d.apply(journey.State{Stage: at, Enrolment: api.Enrolment{ID: "e", Identification: &i}, Problem: p})
	}
	judged(journey.StageJudging, api.Identification{State: api.IdentificationJudging, Since: since, Expected: &expected}, nil)
	if m := d.judgingModel(); d.screen() != "judging" || m.Share <= 0 || m.Share > 0.1 {
		t.Errorf("at %s, %v of the wait is over", d.screen(), m.Share)
	}
	verdict := api.Identification{State: api.IdentificationAgain, Reason: api.FaceDark, Since: since, TriesLeft: 2}
	judged(journey.StageRecordingIntro, verdict, api.Fail(api.FaceDark, "judged"))
	f := api.FailureOf(api.FaceDark)
	if d.screen() != "videointro" || !d.says(f.Sentence.KK) || !d.says(f.Remedy.KK) || d.frame.Find("failure.close") != nil {
		t.Errorf("at %s the window says %q", d.screen(), d.words())
	}
	if judged(journey.StageSelfie, verdict, api.Fail(api.FaceDark, "judged")); d.screen() != "selfie" || !d.says(f.Sentence.KK) {
		t.Errorf("at %s the window says %q", d.screen(), d.words())
	}
}

// The watcher drops what comes while it looks; it never queues, and it ends with its window.
func TestWatcherTakesTheNewestFrameOnly(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	sees, told := &slowEyes{make(chan struct{}), make(chan struct{}, 100)}, make(chan struct{}, 100)
	w := newWatcher(func() (Eyes, error) { return sees, nil }, func(*seen) { told <- struct{}{} })
	w.attend(watchSelfie, nil)
	done := make(chan struct{})
	go func() { defer close(done); w.run(ctx) }()
	picture, began := act(t, 200*time.Millisecond)[0], time.Now()
	offer := func(second int) {
		f, err := camera.FromJPEG(picture, nil)
		if err != nil {
			t.Fatal(err)
		}
		f.At = began.Add(time.Duration(second) * time.Second)
		w.offer(&f)
	}
	offer(0)
	<-sees.looks
	for n := range 20 {
		offer(n + 1)
	}
	close(sees.gate)
	<-told
	offer(30)
	<-told
	cancel()
	<-done
	if n := 1 + len(sees.looks); n != 2 {
		t.Errorf("looked at %d frames, want the first and the newest", n)
	}
}

// slowEyes look until the gate opens, and see nobody.
type slowEyes struct{ gate, looks chan struct{} }

func (e *slowEyes) Observe(image.Image, *face.Observation) (int, error) {
	e.looks <- struct{}{}
	<-e.gate
	return 0, nil
}

func (e *slowEyes) Reset()       {}
func (e *slowEyes) Close() error { return nil }

func TestLooksComeLessOftenWhereTheyTakeLong(t *testing.T) {
	for look, want := range map[time.Duration]time.Duration{
		0: watchEvery * 9 / 10, 10 * time.Millisecond: watchEvery * 9 / 10, 30 * time.Millisecond: 81 * time.Millisecond,
		time.Second: watchLeast * 9 / 10,
	} {
		if got := rhythm(look); got != want {
			t.Errorf("after a look of %v the next comes after %v, not %v", look, got, want)
		}
	}
}
