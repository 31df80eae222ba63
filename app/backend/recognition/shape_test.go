package recognition

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"strings"
	"testing"
	"time"

	"qoltanba/app/api"
	"qoltanba/capture/document/check"
)

// photo is a picture of nothing.
func photo(t *testing.T, size image.Rectangle) []byte {
	t.Helper()
	img := image.NewGray(size)
	for i := range img.Pix {
		img.Pix[i] = color.Gray{Y: byte(100 + i%7)}.Y
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A picture that cannot be decoded is a fault, and one too large is not decoded.
func TestDamagedPictures(t *testing.T) {
	t.Parallel()
	d := &Desk{now: time.Now}
	good := photo(t, image.Rect(0, 0, 320, 240))
	for name, data := range map[string][]byte{"no picture": []byte("text"), "half of one": good[:len(good)/2], "one too large": photo(t, image.Rect(0, 0, 4100, 3000))} {
		if _, err := d.Read(t.Context(), "", Pictures{api.Front: {data}, api.Back: {good}}); !errors.Is(err, ErrPicture) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A reading shows nothing of the citizen.
func TestReadingsRedact(t *testing.T) {
	t.Parallel()
	r := Reading{Verdict: check.Match, Fields: []Field{{Name: "surname", Value: "САПАРОВА"}}}
	for _, text := range []string{fmt.Sprintf("%v %+v %#v %s", r, r, r, r), fmt.Sprintf("%v %+v %#v", r.Fields, r.Fields[0], r.Fields[0])} {
		if strings.Contains(text, "САПАРОВА") {
			t.Error("a reading shows the citizen's data")
		}
	}
}
