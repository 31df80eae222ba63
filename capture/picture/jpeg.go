package picture

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// JPEG markers of ITU-T T.81, table B.1.
const (
	markerSOF2 = 0xC2
	markerSOI  = 0xD8
	markerEOI  = 0xD9
	markerSOS  = 0xDA
	markerDHT  = 0xC4
	markerAPP1 = 0xE1
)

// ErrNotJPEG is returned by [ParseJPEG] for bytes that do not begin as a JPEG or whose segments break off before the picture.
var ErrNotJPEG = errors.New("not a whole jpeg header")

// JPEGHeader is what can be known of a JPEG without decoding it.
type JPEGHeader struct {
	Width, Height int  // pixels as stored, before any rotation
	Components    int  // 1 grey, 3 colour, 4 CMYK
	Progressive   bool // decoded in several passes
	HasHuffman    bool // false in the abbreviated streams of some cameras, which leave the tables of annex K out
	ScanOffset    int  // where the first start-of-scan marker stands
	Orientation   int  // EXIF orientation, 1 to 8; 1 when there is none
}

// ParseJPEG reads the segments up to the first scan. It allocates nothing for pixels and never reads beyond b.
func ParseJPEG(b []byte) (JPEGHeader, error) {
	h := JPEGHeader{Orientation: 1}
	if len(b) < 2 || b[0] != 0xFF || b[1] != markerSOI {
		return h, ErrNotJPEG
	}
	for at := 2; ; {
		start, marker, segment, err := nextSegment(b, at)
		if err != nil {
			return h, err
		}
		if marker == markerSOS {
			h.ScanOffset = start
			if h.Width == 0 || h.Height == 0 {
				return h, fmt.Errorf("%w: no size before the picture", ErrNotJPEG)
			}
			return h, nil
		}
		if err := h.read(marker, segment); err != nil {
			return h, err
		}
		at = start + 4 + len(segment)
	}
}

// nextSegment finds the segment at or, behind fill bytes (B.1.1.2), soon after an offset.
func nextSegment(b []byte, at int) (start int, marker byte, segment []byte, err error) {
	for at+1 < len(b) && b[at] == 0xFF && b[at+1] == 0xFF {
		at++
	}
	if at+4 > len(b) || b[at] != 0xFF {
		return 0, 0, nil, ErrNotJPEG
	}
	marker = b[at+1]
	length := int(binary.BigEndian.Uint16(b[at+2:]))
	if length < 2 || at+2+length > len(b) {
		return 0, 0, nil, fmt.Errorf("%w: segment %#02x is cut off", ErrNotJPEG, marker)
	}
	return at, marker, b[at+4 : at+2+length], nil
}

// read takes what a segment says into the header.
func (h *JPEGHeader) read(marker byte, segment []byte) error {
	switch {
	case marker == markerDHT:
		h.HasHuffman = true
	case marker == markerAPP1:
		if o := exifOrientation(segment); o != 0 {
			h.Orientation = o
		}
	case isFrameHeader(marker):
		if len(segment) < 6 {
			return fmt.Errorf("%w: its frame header is cut off", ErrNotJPEG)
		}
		h.Height = int(binary.BigEndian.Uint16(segment[1:]))
		h.Width = int(binary.BigEndian.Uint16(segment[3:]))
		h.Components = int(segment[5])
		h.Progressive = marker == markerSOF2
	}
	return nil
}

// EndOfJPEG returns the offset behind the last end-of-image marker, or 0 when the JPEG is cut off. Cameras pad their frames, so
// bytes may follow the marker.
func EndOfJPEG(b []byte) int {
	for i := len(b) - 2; i >= 2; i-- {
		if b[i] == 0xFF && b[i+1] == markerEOI {
			return i + 2
		}
	}
	return 0
}

// isFrameHeader tells start-of-frame markers (C0 to CF) from the three others in their range.
func isFrameHeader(m byte) bool {
	return m >= 0xC0 && m <= 0xCF && m != markerDHT && m != 0xC8 && m != 0xCC
}

// exifOrientation finds tag 0x0112 in the first directory of an APP1 segment (CIPA DC-008, 4.6.4). It returns 0 when there is none.
func exifOrientation(seg []byte) int {
	const head = "Exif\x00\x00"
	if len(seg) < len(head)+8 || string(seg[:len(head)]) != head {
		return 0
	}
	tiff := seg[len(head):]
	var order binary.ByteOrder
	switch string(tiff[:2]) {
	case "II":
		order = binary.LittleEndian
	case "MM":
		order = binary.BigEndian
	default:
		return 0
	}
	at := uint64(order.Uint32(tiff[4:]))
	if order.Uint16(tiff[2:]) != 42 || at+2 > uint64(len(tiff)) {
		return 0
	}
	entries := int(order.Uint16(tiff[at:]))
	for entry := tiff[at+2:]; entries > 0 && len(entry) >= 12; entries, entry = entries-1, entry[12:] {
		if order.Uint16(entry) != 0x0112 {
			continue
		}
		if v := int(order.Uint16(entry[8:])); v >= 1 && v <= 8 {
			return v
		}
		return 0
	}
	return 0
}
