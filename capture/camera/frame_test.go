package camera

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"log/slog"
	"strings"
	"testing"
	"time"
)

// gradient is a picture whose every row and column differs.
func gradient(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetRGBA(x, y, color.RGBA{uint8(x * 255 / w), uint8(y * 255 / h), 90, 255})
		}
	}
	return img
}

func jpegOf(t testing.TB, w, h int) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := jpeg.Encode(&out, gradient(w, h), nil); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// withoutHuffman cuts the tables out, as cameras with "AVI1" streams do.
func withoutHuffman(t testing.TB, b []byte) []byte {
	t.Helper()
	table := standardHuffman()
	i := bytes.Index(b, table)
	if i < 0 {
		t.Fatal("the encoder has other tables now")
	}
	return append(bytes.Clone(b[:i]), b[i+len(table):]...)
}

func TestFromJPEGPutsMissingTablesIn(t *testing.T) {
	bare := withoutHuffman(t, jpegOf(t, 64, 48))
	if _, err := jpeg.Decode(bytes.NewReader(bare)); err == nil {
		t.Skip("image/jpeg decodes without tables now")
	}
	f, err := FromJPEG(bare, nil)
	if err != nil {
		t.Fatal(err)
	}
	img, err := f.Decode()
	if err != nil {
		t.Fatal(err)
	}
	if img.Bounds().Dx() != 64 || img.Bounds().Dy() != 48 {
		t.Errorf("got %v", img.Bounds())
	}
}

func TestFromJPEGTellsTheRealSizeAndCutsPadding(t *testing.T) {
	whole := jpegOf(t, 80, 60)
	f, err := FromJPEG(append(bytes.Clone(whole), make([]byte, 500)...), nil)
	if err != nil {
		t.Fatal(err)
	}
	if f.Width != 80 || f.Height != 60 || !bytes.Equal(f.JPEG, whole) {
		t.Errorf("got %v with %d bytes, want 80x60 with %d", f, len(f.JPEG), len(whole))
	}
}

func TestFromJPEGRefusesBrokenFrames(t *testing.T) {
	whole := jpegOf(t, 80, 60)
	huge := bytes.Clone(whole)
	i := bytes.Index(huge, []byte{0xFF, 0xC0})
	copy(huge[i+5:], []byte{0xFF, 0xFF, 0xFF, 0xFF})
	for name, b := range map[string][]byte{
		"empty": nil, "cut off": whole[:len(whole)/2], "no jpeg": []byte("hello, world\xFF\xD9"), "huge": huge,
	} {
		if _, err := FromJPEG(b, nil); Kind(err) != BadFrame {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func FuzzFromJPEG(f *testing.F) {
	whole := jpegOf(f, 16, 16)
	f.Add(whole)
	f.Add(withoutHuffman(f, whole))
	f.Add(whole[:40])
	f.Fuzz(func(t *testing.T, b []byte) {
		frame, err := FromJPEG(b, nil)
		if err != nil {
			if Kind(err) != BadFrame {
				t.Fatalf("a broken frame must not end the stream: %v", err)
			}
			return
		}
		if frame.Width < 1 || frame.Height < 1 || frame.Width > MaxWidth || frame.Height > MaxHeight {
			t.Fatalf("accepted %v", frame)
		}
	})
}

func TestCopyOutlivesTheStream(t *testing.T) {
	f, err := FromJPEG(jpegOf(t, 32, 32), nil)
	if err != nil {
		t.Fatal(err)
	}
	var kept Frame
	f.CopyInto(&kept)
	clear(f.JPEG)
	if _, err := kept.Decode(); err != nil {
		t.Errorf("the copy shares memory: %v", err)
	}
	raw := Frame{Width: 4, Height: 2, Picture: image.NewYCbCr(image.Rect(0, 0, 4, 2), image.YCbCrSubsampleRatio422)}
	raw.CopyInto(&kept)
	raw.Picture.Y[0] = 200
	if kept.JPEG != nil || kept.Picture.Y[0] == 200 {
		t.Error("the copy of a raw frame shares memory")
	}
	if b, err := kept.Encode(90); err != nil || len(b) == 0 {
		t.Errorf("a raw frame gives no jpeg: %v", err)
	}
}

func TestFramesPrintNoPixels(t *testing.T) {
	f := Frame{Seq: 3, Width: 2, Height: 1, JPEG: []byte("SECRET"), At: time.Now()}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "frame", f)
	for _, s := range []string{fmt.Sprintf("%v|%+v|%#v|%s|%x|%d", f, f, f, f, f, f), log.String()} {
		if strings.Contains(s, "SECRET") || strings.Contains(s, "83 69") || strings.Contains(s, "534543") {
			t.Errorf("printed %q", s)
		}
	}
}

func TestKind(t *testing.T) {
	cause := errors.New("cause")
	err := fmt.Errorf("open: %w", &Error{Busy, cause})
	if Kind(err) != Busy || !errors.Is(err, Busy) || !errors.Is(err, cause) {
		t.Errorf("%v is %q", err, Kind(err))
	}
	if Kind(nil) != "" || Kind(context.Canceled) != "" || Kind(cause) != Unusable {
		t.Error("nil, the end of a context and foreign errors are mistaken")
	}
}
