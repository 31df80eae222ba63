package camera

import "testing"

func discrete(w, h int) sizeRange { return sizeRange{w, w, 0, h, h, 0} }

func TestNearestSize(t *testing.T) {
	for _, c := range []struct {
		name         string
		sizes        []sizeRange
		w, h         int
		wantW, wantH int
	}{
		{"exact", []sizeRange{discrete(1280, 720), discrete(640, 480), discrete(320, 240)}, 640, 480, 640, 480},
		{"smallest that covers", []sizeRange{discrete(1920, 1080), discrete(1280, 720), discrete(320, 240)}, 640, 480, 1280, 720},
		{"largest when none covers", []sizeRange{discrete(160, 120), discrete(320, 240)}, 640, 480, 320, 240},
		{"stepwise", []sizeRange{{16, 1920, 16, 16, 1080, 8}}, 700, 500, 704, 504},
		{"continuous ranges are empty", []sizeRange{{}}, 640, 480, 640, 480},
		{"nothing said", nil, 640, 480, 640, 480},
	} {
		if w, h := nearestSize(c.sizes, c.w, c.h); w != c.wantW || h != c.wantH {
			t.Errorf("%s: got %dx%d, want %dx%d", c.name, w, h, c.wantW, c.wantH)
		}
	}
}

func TestChooseFormatsPrefersCompressed(t *testing.T) {
	vga := []sizeRange{discrete(640, 480)}
	got := chooseFormats([]offer{{pixelYUYV, vga}, {0x59455247, vga}, {pixelMJPG, vga}}, DefaultFormat)
	if len(got) != 2 || got[0].pixel != pixelMJPG || got[1].pixel != pixelYUYV {
		t.Errorf("got %x", got)
	}
	if got := chooseFormats([]offer{{0x59455247, vga}}, DefaultFormat); len(got) != 0 {
		t.Errorf("an infrared camera was taken: %x", got)
	}
}

func TestFormatOrDefault(t *testing.T) {
	if got := (Format{}).OrDefault(); got != DefaultFormat {
		t.Errorf("got %v", got)
	}
	if got := (Format{1280, 720, 30}).OrDefault(); got != (Format{1280, 720, 30}) {
		t.Errorf("got %v", got)
	}
}
