package screen_test

import (
	"image/color"
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"

	"qoltanba/app/desktop/part"
	"qoltanba/app/desktop/screen"
)

func TestAMovementThatIsReachedIsToldInOtherWords(t *testing.T) {
	w := words(t)
	m := screen.VideoModel{Prompt: screen.PromptLeft, Done: 1, Total: 4, Upload: -1}
	v := screen.NewVideo(w, m, screen.VideoActions{})
	window := test.NewTempWindow(t, v.Body)
	says := func(key string) bool { return strings.Contains(shown(window.Content()), w.T(key)) }
	if !says("prompt.left") || says("prompt.back") {
		t.Error("a prompt is not told")
	}
	m.Reached, m.Live.Share = true, 1
	if v.Update(m); says("prompt.left") || !says("prompt.back") {
		t.Error("a movement that is reached is still asked for")
	}
	m.Reached, m.Prompt, m.Done, m.Live.Share, m.Hint = false, screen.PromptUp, 2, 0, screen.HintNoFace
	if v.Update(m); !says("prompt.up") || !says("hint.noface") {
		t.Error("the next prompt or its hint is not told")
	}
	m.Hint, m.Done, m.Upload = screen.HintNone, 4, 0.2
	if v.Update(m); !says("video.done") || !says("video.wait") || says("hint.noface") {
		t.Error("nobody says that the recording is sent")
	}
}

func TestBeforeARecordingNoMovementsAreCounted(t *testing.T) {
	w := words(t)
	v := screen.NewVideo(w, screen.VideoModel{Prompt: screen.PromptAhead, Upload: -1}, screen.VideoActions{})
	window := test.NewTempWindow(t, v.Body)
	if text := shown(window.Content()); strings.Contains(text, "0") || !strings.Contains(text, w.T("prompt.ahead")) {
		t.Errorf("says %q", text)
	}
}

func TestSelfieCountsDownAndSaysHoldStill(t *testing.T) {
	w := words(t)
	s := screen.NewSelfie(w, screen.ShotModel{}, screen.ShotActions{})
	window := test.NewTempWindow(t, s.Body)
	says := func(key string) bool { return strings.Contains(shown(window.Content()), w.T(key)) }
	if says("selfie.auto") || !says("selfie.lead") || !says("selfie.hint") {
		t.Error("without eyes the button alone is spoken of")
	}
	if s.Update(screen.ShotModel{Auto: true, Hint: screen.HintCloser}); !says("selfie.auto") || !says("hint.closer") {
		t.Error("with eyes the picture takes itself, and the hint stands")
	}
	if s.Update(screen.ShotModel{Auto: true, Hint: screen.HintGood, Live: screen.Live{Count: 2}}); !says("hint.hold") {
		t.Error("in the countdown one holds still")
	}
}

func TestSoundSwitchSaysHowItStands(t *testing.T) {
	w := words(t)
	turned := []bool{}
	v := screen.NewVideoIntro(w, screen.VideoIntroModel{Muted: true}, screen.VideoIntroActions{Sound: func(on bool) { turned = append(turned, on) }})
	b := find[*part.Button](t, v, "sound")
	if b.Text() != w.T("sound.off") {
		t.Errorf("muted, it says %q", b.Text())
	}
	test.Tap(b)
	if b.Text() != w.T("sound.on") || len(turned) != 1 || !turned[0] {
		t.Errorf("pressed, it says %q and tells %v", b.Text(), turned)
	}
}

func TestMovementOnlyIsATickThatTheKeyboardReaches(t *testing.T) {
	w := words(t)
	only := false
	v := screen.NewVideoIntro(w, screen.VideoIntroModel{}, screen.VideoIntroActions{MovementOnly: func(on bool) { only = on }})
	test.NewTempWindow(t, v.Body).Canvas().Focus(find[*part.Choice](t, v, "videointro.movement"))
	if test.Tap(find[*part.Choice](t, v, "videointro.movement")); !only {
		t.Error("the tick was not told")
	}
}

func TestTheLightCanBeStopped(t *testing.T) {
	w := words(t)
	stopped := 0
	l := screen.NewLight(w, color.White, func() { stopped++ })
	if l.Back == nil || !l.Bare {
		t.Fatal("Escape does not stop the light, or something else stands in the window")
	}
	test.Tap(find[*part.Button](t, l.View, "light.stop"))
	if stopped != 1 {
		t.Errorf("stopped %d times", stopped)
	}
}
