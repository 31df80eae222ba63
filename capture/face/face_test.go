//go:build cgo

package face

import (
	"bytes"
	"image"
	_ "image/jpeg" // the portrait
	"os"
	"sync"
	"testing"

	"qoltanba/assets/models/embedders"
)

// shared is the engine of the tests, opened once.
var shared *Engine

func TestMain(m *testing.M) {
	var err error
	if shared, err = OpenMatcher("", Embedders{Mobile: embedders.MobileFaceNet, ResNet: embedders.ResNet}); err != nil {
		println("the tests need ONNX Runtime, which make setup fetches:", err.Error())
		os.Exit(1)
	}
	code := m.Run()
	if err := shared.Close(); err != nil {
		println(err.Error())
		code = 1
	}
	os.Exit(code)
}

// portrait is a woman who looks at the camera: 360×270 pixels, her face 93 pixels wide.
func portrait(t testing.TB) image.Image {
	t.Helper()
	img, err := decoded()
	if err != nil {
		t.Fatal(err)
	}
	return img
}

var decoded = sync.OnceValues(func() (image.Image, error) {
	data, err := os.ReadFile("../../assets/portraits/astronaut.jpg")
	if err != nil {
		return nil, err
	}
	img, _, err := image.Decode(bytes.NewReader(data))
	return img, err
})

func observe(t testing.TB, img image.Image) (Observation, int) {
	t.Helper()
	var o Observation
	faces, err := shared.NewTracker().Observe(img, &o)
	if err != nil {
		t.Fatal(err)
	}
	return o, faces
}

func TestPortraitIsSeen(t *testing.T) {
	t.Parallel()
	o, faces := observe(t, portrait(t))
	if faces != 1 || o.Score < 0.99 {
		t.Fatalf("%d faces, score %v", faces, o.Score)
	}
	if o.Width < 85 || o.Width > 100 {
		t.Errorf("the face is %v pixels wide", o.Width)
	}
	if nose := o.Mesh[NoseTip]; nose.X < 165 || nose.X > 190 || nose.Y < 120 || nose.Y > 145 {
		t.Errorf("the nose is at %v", nose)
	}
	if o.Mesh[EyeLeftOuter].X > o.Mesh[EyeRightOut].X || o.Mesh[NoseTip].Z > o.Mesh[CheekLeft].Z {
		t.Error("left and right, or before and behind, are exchanged")
	}
	if o.Eyes.Left < 0.2 || o.Eyes.Left > 0.45 || o.Eyes.Right < 0.2 || o.Eyes.Right > 0.45 {
		t.Errorf("open eyes are %v", o.Eyes)
	}
}

func TestObserveAllocatesNothing(t *testing.T) {
	img, tracker := portrait(t), shared.NewTracker()
	var o Observation
	for range 2 * lookAround {
		if _, err := tracker.Observe(img, &o); err != nil {
			t.Fatal(err)
		}
	}
	n := testing.AllocsPerRun(3*lookAround, func() {
		if _, err := tracker.Observe(img, &o); err != nil {
			t.Error(err)
		}
		Assess(img, &o)
	})
	if n != 0 {
		t.Errorf("%v allocations a picture", n)
	}
}

func TestPrintOfOnePersonIsTheSame(t *testing.T) {
	t.Parallel()
	img := portrait(t)
	o, _ := observe(t, img)
	a, err := shared.Print(img, &o.Mesh)
	if err != nil {
		t.Fatal(err)
	}
	if l := Compare(&a, &a); l.Cosine < 0.9999 || l.Distance != 0 || l.Verdict() != Same {
		t.Errorf("%+v with itself: %v", l, l.Verdict())
	}
}
