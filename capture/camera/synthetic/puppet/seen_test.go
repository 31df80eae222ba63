//go:build demo && cgo

package puppet

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"image/jpeg"
	"math"
	"os"
	"strings"
	"sync"
	"testing"

	"qoltanba/assets/portraits"
	"qoltanba/capture/face"
)

var update = flag.Bool("update", false, "write the landmarks of the portraits anew")

// engine is that of all tests. It is opened once and goes with the process.
var engine = sync.OnceValues(func() (*face.Engine, error) { return face.Open("") })

func newTracker(t testing.TB) *face.Tracker {
	t.Helper()
	e, err := engine()
	if err != nil {
		t.Fatalf("the tests need ONNX Runtime, which make setup fetches: %v", err)
	}
	return e.NewTracker()
}

const landmarkFile = "../../../../assets/portraits/landmarks.json"

// TestLandmarksAreTheTrackers holds the landmarks that lie beside the portraits against those that the tracker finds.
func TestLandmarksAreTheTrackers(t *testing.T) {
	found := map[string]*face.Mesh{}
	for _, p := range portraits.All() {
		img, err := jpeg.Decode(bytes.NewReader(p.JPEG))
		if err != nil {
			t.Fatal(err)
		}
		var o face.Observation
		tracker := newTracker(t)
		for range 8 { // each mesh says better where the next is to be laid
			if faces, err := tracker.Observe(img, &o); faces != 1 || err != nil {
				t.Fatalf("%s: %d faces, %v", p.Name, faces, err)
			}
		}
		found[p.Name] = &o.Mesh
		if *update {
			continue
		}
		var off float64
		for i, q := range o.Mesh {
			off += math.Hypot(float64(q.X)-p.Mesh[i][0], float64(q.Y)-p.Mesh[i][1]) / portraits.Landmarks
		}
		if off > 0.01*o.Width {
			t.Errorf("%s: the landmarks are %.2f pixels off, the face is %.0f wide: go test -update", p.Name, off, o.Width)
		}
	}
	if *update {
		write(t, found)
	}
}

func write(t *testing.T, found map[string]*face.Mesh) {
	t.Helper()
	rounded := map[string][][3]json.Number{}
	number := func(v float32) json.Number { return json.Number(fmt.Sprintf("%.2f", v)) }
	for name, mesh := range found {
		for _, q := range mesh {
			rounded[name] = append(rounded[name], [3]json.Number{number(q.X), number(q.Y), number(q.Z)})
		}
	}
	data, err := json.Marshal(rounded)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.NewReplacer("]],", "]\n],\n", ":[[", ":[\n[", "],[", "],\n[").Replace(string(data))
	if err := os.WriteFile(landmarkFile, []byte(lines+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestTheTrackerSeesWhatIsCommanded: the measured angle is not the commanded one, since the depth of a face is a belief. What counts is that the
// head goes the right way and far enough to be taken for a turn.
func TestTheTrackerSeesWhatIsCommanded(t *testing.T) {
	for i, portrait := range portraits.All() {
		s := newStage(t, i)
		observe := func(p Pose) (o face.Observation) {
			tracker := newTracker(t)
			for range 3 {
				if faces, err := tracker.Observe(drawn(s, p), &o); faces != 1 || err != nil {
					t.Fatalf("%s, %+v: %d faces, %v", portrait.Name, p, faces, err)
				}
			}
			return o
		}
		rest := observe(Pose{})
		for _, c := range []struct {
			pose Pose
			ok   func(turn face.Angles, o face.Observation) bool
		}{
			{Pose{Yaw: 18}, func(a face.Angles, _ face.Observation) bool { return a.Yaw > 15 && math.Abs(a.Pitch) < 8 }},
			{Pose{Yaw: -18}, func(a face.Angles, _ face.Observation) bool { return a.Yaw < -15 && math.Abs(a.Pitch) < 8 }},
			{Pose{Pitch: 14}, func(a face.Angles, _ face.Observation) bool { return a.Pitch > 15 && math.Abs(a.Yaw) < 8 }},
			{Pose{Pitch: -14}, func(a face.Angles, _ face.Observation) bool { return a.Pitch < -15 && math.Abs(a.Yaw) < 8 }},
			{Pose{Roll: 12}, func(a face.Angles, _ face.Observation) bool { return math.Abs(a.Roll-12) < 3 }},
			{Pose{Near: 0.33}, func(_ face.Angles, o face.Observation) bool { return o.Width > 1.35*rest.Width }},
			{Pose{Near: -0.4}, func(_ face.Angles, o face.Observation) bool { return o.Width < 0.8*rest.Width }},
			{Pose{Blink: 1}, func(_ face.Angles, o face.Observation) bool {
				return o.Eyes.Mean() < 0.85*rest.Eyes.Mean() || portrait.Glasses // behind which the network sees no lids
			}},
		} {
			o := observe(c.pose)
			turn := o.Pose.Sub(rest.Pose)
			if !c.ok(turn, o) || o.Score < 0.9 {
				t.Errorf("%s, %+v: turned by %+v, eyes %.2f, width %.2f, score %.2f", portrait.Name, c.pose, turn,
					o.Eyes.Mean()/rest.Eyes.Mean(), o.Width/rest.Width, o.Score)
			}
			if testing.Verbose() {
				t.Logf("%-9s %+v: yaw %.1f pitch %.1f roll %.1f eyes %.2f width %.2f", portrait.Name, c.pose, turn.Yaw, turn.Pitch, turn.Roll,
					o.Eyes.Mean()/rest.Eyes.Mean(), o.Width/rest.Width)
			}
		}
	}
}
