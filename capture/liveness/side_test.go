package liveness

import (
	"bytes"
	"errors"
	"image"
	"image/jpeg"
	"testing"
)

// tilted are frames of a side.
func tilted(t testing.TB, n int) []Frame {
	t.Helper()
	var frames []Frame
	for i := range n {
		var out bytes.Buffer
		if err := jpeg.Encode(&out, image.NewGray(image.Rect(0, 0, 64+i, 48)), nil); err != nil {
			t.Fatal(err)
		}
		frames = append(frames, Frame{Index: 40 + i, Millis: uint32(330 * i), JPEG: out.Bytes()})
	}
	return frames
}

func TestFilmedSidesComeBack(t *testing.T) {
	t.Parallel()
	frames := tilted(t, MaxSideFrames+3)
	body, err := EncodeSide([]byte("best"), frames)
	if err != nil {
		t.Fatal(err)
	}
	picture, batch, got, err := ParseSide(body)
	if err != nil || string(picture) != "best" || len(got) != MaxSideFrames {
		t.Fatalf("%q, %d frames, %v", picture, len(got), err)
	}
	for i, f := range got {
		if f.Index != i || f.Millis != frames[i].Millis || !bytes.Equal(f.JPEG, frames[i].JPEG) {
			t.Errorf("frame %d came back as %v", i, f)
		}
	}
	if again, err := ParseBatch(batch); err != nil || len(again) != len(got) {
		t.Errorf("the batch alone: %d frames, %v", len(again), err)
	}
}

func TestTheHeadOfASideIsOfItsNonce(t *testing.T) {
	t.Parallel()
	frames := tilted(t, 2)
	frames[0].Index, frames[1].Index = 0, 1
	one, err := SideHead("a nonce", frames)
	if err != nil {
		t.Fatal(err)
	}
	if other, err := SideHead("another", frames); err != nil || one == other {
		t.Errorf("another nonce gives the same head, %v", err)
	}
	if less, err := SideHead("a nonce", frames[:1]); err != nil || one == less {
		t.Errorf("less frames give the same head, %v", err)
	}
}

func TestSidesThatAreNone(t *testing.T) {
	t.Parallel()
	whole, err := EncodeSide([]byte("best"), tilted(t, 2))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := EncodeSide([]byte("best"), nil); !errors.Is(err, ErrLimit) {
		t.Errorf("without frames: %v", err)
	}
	long := bytes.Clone(whole)
	long[8] = 200
	for name, b := range map[string][]byte{"nothing": nil, "cut off": whole[:len(whole)-1], "a picture": tilted(t, 1)[0].JPEG, "too long a picture": long} {
		if _, _, _, err := ParseSide(b); err == nil {
			t.Errorf("%s passes", name)
		}
	}
}

func FuzzParseSide(f *testing.F) {
	whole, err := EncodeSide([]byte("best"), tilted(f, 2))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(whole[:12])
	f.Fuzz(func(t *testing.T, b []byte) {
		_, _, frames, err := ParseSide(b)
		if err == nil && (len(frames) == 0 || len(frames) > MaxSideFrames) {
			t.Errorf("%d frames", len(frames))
		}
	})
}
