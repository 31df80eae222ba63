package icons_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image/png"
	"io"
	"testing"

	"qoltanba/assets/icons"
)

func TestDrawingsAreWellFormed(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"app", "camera", "chevron-left", "chevron-right", "chevron-up", "chevron-down", "farther", "light", "people", "sound", "mute", "colours", "still", "guide-phone", "guide-face", "guide-card", "guide-check", "guide-key", "left", "right", "up", "down", "ahead", "closer", "blink"} {
		d := xml.NewDecoder(bytes.NewReader(icons.SVG(name)))
		for {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
	}
}

func TestUnknownDrawingPanics(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("an unknown name must not pass in silence")
		}
	}()
	icons.SVG("no-such-drawing")
}

func TestAppIcon(t *testing.T) {
	t.Parallel()
	img, err := png.Decode(bytes.NewReader(icons.AppPNG))
	if err != nil {
		t.Fatal(err)
	}
	if got := img.Bounds().Size(); got.X != 512 || got.Y != 512 {
		t.Errorf("app.png is %v, want 512 × 512", got)
	}
}
