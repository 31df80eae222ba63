// Package picture takes in pictures that strangers send: a selfie, a side of an identity card.
//
// [Clean] is the one way in. It looks at the type and the size that the header states before a single pixel is decoded, refuses
// what is too large, too small, of another type or cut off, turns the picture upright as its EXIF orientation says, and encodes
// it anew, so that no metadata (place, device, thumbnail) and no hidden trailer goes further. What it refuses it refuses with a
// [Reason], which is stable and can be shown to a person through a table of sentences.
//
// [ParseJPEG] reads a JPEG header without decoding; the camera and the recording of a challenge use it as well.
//
// Both halves of the service use the package with the same [Limits]: the desktop to tell the citizen at once, the backend because
// it trusts nothing that the desktop claims. The package is pure Go.
package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"log/slog"

	"golang.org/x/image/draw"
)

// Reason says why a picture was refused. The values are stable and may be sent over a wire.
type Reason string

// The reasons.
const (
	TooLarge  Reason = "too_large"  // bytes or pixels above the limits
	TooSmall  Reason = "too_small"  // a side shorter than the limits ask
	WrongType Reason = "wrong_type" // of a type that is not taken
	Damaged   Reason = "damaged"    // cut off or not decodable
	Locked    Reason = "locked"     // a PDF that wants a password
	ManyPages Reason = "many_pages" // a PDF of too many pages
)

// Error makes a reason an error of its own, so that errors.Is(err, picture.TooLarge) holds.
func (r Reason) Error() string { return "picture refused: " + string(r) }

// ReasonOf returns the reason in err's chain, or "" if there is none.
func ReasonOf(err error) Reason {
	var r Reason
	if errors.As(err, &r) {
		return r
	}
	return ""
}

// Limits bound what comes in and what goes on.
type Limits struct {
	Bytes   int  // largest encoded size
	Pixels  int  // largest product of width and height
	MinSide int  // shortest side, pixels
	MaxSide int  // longest side of the result, pixels; what is longer is scaled down
	Quality int  // of the resulting JPEG, 1 to 100
	HEIC    bool // taken too, where the program was built with its decoder
}

// Upload holds the limits for a selfie or a side of a card: 10 MB, 40 megapixels, at least 320 pixels on the short side.
var Upload = Limits{Bytes: 10 << 20, Pixels: 40_000_000, MinSide: 320, MaxSide: 3000, Quality: 92}

// Document holds the limits for a side of an identity document: those of Upload, and HEIC as telephones make it.
var Document = Limits{Bytes: 10 << 20, Pixels: 40_000_000, MinSide: 320, MaxSide: 3000, Quality: 92, HEIC: true}

// Decoding needs more memory for some forms than for a plain JPEG, so they are allowed fewer pixels.
const (
	progressiveCost = 4   // the coefficients of the whole picture, 32 bits each
	deepCost        = 2   // 16 bits a sample
	maxScans        = 100 // each scan of a progressive JPEG costs a walk over the whole picture; encoders make about ten
)

// Picture is a clean picture: upright, without metadata.
type Picture struct {
	JPEG          []byte
	Width, Height int // pixels
}

// String names the picture without showing it.
func (p Picture) String() string { return fmt.Sprintf("picture of %dx%d", p.Width, p.Height) }

// GoString is String, so that %#v shows no pixel.
func (p Picture) GoString() string { return p.String() }

// Format is String for every verb.
func (p Picture) Format(s fmt.State, _ rune) { _, _ = fmt.Fprint(s, p.String()) }

// LogValue is String.
func (p Picture) LogValue() slog.Value { return slog.StringValue(p.String()) }

// Info is what a header says.
type Info struct {
	Type          string // "image/jpeg" or "image/png"
	Width, Height int    // pixels as they will be seen, orientation applied
	orientation   int
}

// Inspect holds a picture to the limits by its header alone: it decodes nothing and allocates nothing for pixels. Every error has a
// [Reason].
func Inspect(b []byte, lim Limits) (Info, error) {
	if len(b) > lim.Bytes {
		return Info{}, fmt.Errorf("%w: more than %d bytes", TooLarge, lim.Bytes)
	}
	var (
		info Info
		cost int
		err  error
	)
	switch {
	case bytes.HasPrefix(b, []byte{0xFF, markerSOI, 0xFF}):
		info, cost, err = inspectJPEG(b)
	case bytes.HasPrefix(b, []byte(pngMagic)):
		info, cost, err = inspectPNG(b)
	case lim.HEIC && decodeHEIC != nil && isHEIC(b):
		info, cost, err = inspectHEIC(b)
	default:
		return Info{}, fmt.Errorf("%w: send a JPEG or a PNG", WrongType)
	}
	switch {
	case err != nil:
		return Info{}, err
	case int64(info.Width)*int64(info.Height)*int64(cost) > int64(lim.Pixels):
		return Info{}, fmt.Errorf("%w: %dx%d pixels", TooLarge, info.Width, info.Height)
	case min(info.Width, info.Height) < lim.MinSide:
		return Info{}, fmt.Errorf("%w: %dx%d pixels, the shorter side needs %d", TooSmall, info.Width, info.Height, lim.MinSide)
	}
	return info, nil
}

func inspectJPEG(b []byte) (Info, int, error) {
	h, err := ParseJPEG(b)
	if err != nil {
		return Info{}, 0, fmt.Errorf("%w: %w", Damaged, err)
	}
	scan := b[h.ScanOffset:]
	if EndOfJPEG(scan) == 0 {
		return Info{}, 0, fmt.Errorf("%w: the JPEG is cut off", Damaged)
	}
	if bytes.Count(scan, []byte{0xFF, markerSOS}) > maxScans {
		return Info{}, 0, fmt.Errorf("%w: the JPEG has too many scans", TooLarge)
	}
	cost := 1
	if h.Progressive {
		cost = progressiveCost
	}
	if h.Orientation >= 5 {
		h.Width, h.Height = h.Height, h.Width
	}
	return Info{"image/jpeg", h.Width, h.Height, h.Orientation}, cost, nil
}

const pngMagic = "\x89PNG\r\n\x1a\n"

// IsPDF says whether the bytes begin as a PDF does. Some writers put a few bytes before (ISO 32000-1, annex H, 3.4.1). Package pdf makes
// pictures of one.
func IsPDF(b []byte) bool { return bytes.Contains(b[:min(len(b), 1024)], []byte("%PDF-")) }

// inspectPNG reads IHDR, which comes first (ISO/IEC 15948, 11.2.2).
func inspectPNG(b []byte) (Info, int, error) {
	const header = len(pngMagic) + 8 + 13
	if len(b) < header || string(b[12:16]) != "IHDR" {
		return Info{}, 0, fmt.Errorf("%w: the PNG has no header", Damaged)
	}
	w, h := binary.BigEndian.Uint32(b[16:]), binary.BigEndian.Uint32(b[20:])
	if w == 0 || h == 0 || w > 1<<30 || h > 1<<30 {
		return Info{}, 0, fmt.Errorf("%w: the PNG has an impossible size", Damaged)
	}
	cost := 1
	if depth := b[24]; depth == 16 {
		cost = deepCost
	}
	return Info{"image/png", int(w), int(h), 1}, cost, nil
}

// Clean takes a picture in: checks it, turns it upright, drops metadata, scales it to the longest side allowed. Every error has a
// [Reason], and b is never changed.
func Clean(b []byte, lim Limits) (Picture, error) {
	info, err := Inspect(b, lim)
	if err != nil {
		return Picture{}, err
	}
	decode := jpeg.Decode
	switch info.Type {
	case "image/png":
		decode = png.Decode
	case "image/heic":
		decode = decodeHEIC
	}
	img, err := decode(bytes.NewReader(b))
	if err != nil {
		return Picture{}, fmt.Errorf("%w: %w", Damaged, err)
	}
	upright := orient(flatten(img, lim.MaxSide), info.orientation)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, upright, &jpeg.Options{Quality: lim.Quality}); err != nil {
		return Picture{}, fmt.Errorf("%w: %w", Damaged, err)
	}
	return Picture{out.Bytes(), upright.Rect.Dx(), upright.Rect.Dy()}, nil
}

// flatten draws img on white, scaled down if a side is longer than allowed: by interpolation, since a filter over the whole neighbourhood
// would need hundreds of megabytes for a phone's photo.
func flatten(img image.Image, maxSide int) *image.RGBA {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	if longest := max(w, h); maxSide > 0 && longest > maxSide {
		w, h = max(w*maxSide/longest, 1), max(h*maxSide/longest, 1)
	}
	dst := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(dst, dst.Rect, image.White, image.Point{}, draw.Src)
	if w == b.Dx() && h == b.Dy() {
		draw.Draw(dst, dst.Rect, img, b.Min, draw.Over)
	} else {
		draw.ApproxBiLinear.Scale(dst, dst.Rect, img, b, draw.Over, nil)
	}
	return dst
}

// orient turns a picture as an EXIF orientation asks (CIPA DC-008, 4.6.4 A): 2 to 4 mirror or turn by half, 5 to 8 swap the sides.
func orient(src *image.RGBA, orientation int) *image.RGBA {
	if orientation <= 1 || orientation > 8 {
		return src
	}
	w, h := src.Rect.Dx(), src.Rect.Dy()
	dw, dh := w, h
	if orientation >= 5 {
		dw, dh = h, w
	}
	dst := image.NewRGBA(image.Rect(0, 0, dw, dh))
	for y := range dh {
		for x := range dw {
			sx, sy := x, y
			if orientation >= 5 {
				sx, sy = y, x
			}
			if orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8 {
				sx = w - 1 - sx
			}
			if orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7 {
				sy = h - 1 - sy
			}
			copy(dst.Pix[y*dst.Stride+4*x:][:4], src.Pix[sy*src.Stride+4*sx:])
		}
	}
	return dst
}
