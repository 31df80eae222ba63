//go:build demo

package synthetic

import (
	"sync"
	"testing"
	"time"

	"qoltanba/capture/camera"
	"qoltanba/capture/camera/synthetic/puppet"
	"qoltanba/capture/liveness"
	"qoltanba/capture/picture"
)

// TestARecordingOfThePersonVerifies walks the whole way of a picture: camera, preview, shutter, recorder, batches, verifier.
func TestARecordingOfThePersonVerifies(t *testing.T) {
	seed := []byte("0123456789abcdef")
	// A busy machine films slowly; what counts as live is tested elsewhere.
	rules := liveness.Rules{MinFrames: 8, MaxGap: time.Hour, MaxSilent: time.Hour, MaxLag: time.Hour, MaxAhead: time.Second}
	person := newPerson(t, 5)
	sys := NewSystem(NewDevice("sample", "Sample camera", person))

	started := time.Now()
	recorder, err := liveness.NewRecorder(seed, started)
	if err != nil {
		t.Fatal(err)
	}
	var (
		mu    sync.Mutex
		heads []liveness.Announced
		once  sync.Once
		done  = make(chan struct{})
	)
	film := func(f *camera.Frame) {
		img, err := f.Decode()
		if err != nil {
			t.Error(err)
			return
		}
		if _, err := recorder.Offer(img, f.At); err != nil {
			t.Error(err)
		}
		mu.Lock()
		defer mu.Unlock()
		n, head := recorder.Head()
		heads = append(heads, liveness.Announced{Frames: n, Head: head, At: time.Now()})
		if n >= rules.MinFrames {
			once.Do(func() { close(done) })
		}
	}
	preview := camera.NewPreview(sys, camera.Events{Frame: film, Failed: func(err error) { t.Error(err) }})
	preview.Open(t.Context(), "sample", camera.Format{})
	person.Do(puppet.TurnLeft)
	select {
	case <-done:
	case <-time.After(30 * time.Second):
		t.Error("the recording does not grow")
	}
	shot, err := preview.Shot()
	preview.Close()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := picture.Clean(shot, picture.Upload); err != nil {
		t.Errorf("the shot is refused as a selfie: %v", err)
	}
	upload(t, recorder, seed, started, heads, rules)
}

func upload(t *testing.T, r *liveness.Recorder, seed []byte, started time.Time, heads []liveness.Announced, rules liveness.Rules) {
	t.Helper()
	v, err := liveness.NewVerifier(seed, started, heads, rules)
	if err != nil {
		t.Fatal(err)
	}
	for r.Waiting() > 0 {
		batch, n := r.Batch(nil)
		frames, err := liveness.ParseBatch(batch)
		if err != nil || len(frames) != n {
			t.Fatalf("%d frames of %d: %v", len(frames), n, err)
		}
		for i := range frames {
			if err := v.Add(&frames[i]); err != nil {
				t.Fatal(err)
			}
		}
		r.Received(frames[n-1].Index+1, len(batch), time.Second)
	}
	if err := v.Finish(); err != nil {
		t.Error(err)
	}
}
