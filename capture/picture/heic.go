package picture

import (
	"encoding/binary"
	"fmt"
	"image"
	"io"
	"slices"
)

// decodeHEIC decodes a HEIC, turned upright as it says; nil where the program was built without a decoder that runs in a sandbox.
var decodeHEIC func(io.Reader) (image.Image, error)

// TakesHEIC says that HEIC can be decoded.
func TakesHEIC() bool { return decodeHEIC != nil }

// heicCost is what a pixel costs by one of a JPEG; it leaves pictures of 20 million, a telephone's of 12 or 16 among them.
const heicCost = 2

// brands of files whose pictures are HEVC (ISO/IEC 23008-12, annex B).
var brands = []string{"heic", "heix", "heim", "heis", "mif1", "msf1"}

func isHEIC(b []byte) bool {
	return len(b) >= 16 && string(b[4:8]) == "ftyp" && slices.Contains(brands, string(b[8:12]))
}

// inspectHEIC takes the largest size that the properties name (ISO/IEC 23008-12, 6.5.3): the picture, its tiles and its thumbnail have one each. Rotation
// is a property too, and the decoder applies it.
func inspectHEIC(b []byte) (Info, int, error) {
	broken := fmt.Errorf("%w: the HEIC has no size", Damaged)
	meta := find(b, "meta")
	if len(meta) < 4 {
		return Info{}, 0, broken
	}
	info := Info{Type: "image/heic", orientation: 1}
	rest := find(find(meta[4:], "iprp"), "ipco")
	for len(rest) > 0 {
		kind, content, next, ok := box(rest)
		if !ok {
			return Info{}, 0, broken
		}
		rest = next
		if kind != "ispe" || len(content) < 12 {
			continue
		}
		w, h := binary.BigEndian.Uint32(content[4:]), binary.BigEndian.Uint32(content[8:])
		if w == 0 || h == 0 || w > 1<<16 || h > 1<<16 {
			return Info{}, 0, fmt.Errorf("%w: the HEIC has an impossible size", TooLarge)
		}
		if int64(w)*int64(h) > int64(info.Width)*int64(info.Height) {
			info.Width, info.Height = int(w), int(h)
		}
	}
	if info.Width == 0 {
		return Info{}, 0, broken
	}
	return info, heicCost, nil
}

// find gives the content of the first box of a kind, or nothing.
func find(b []byte, want string) []byte {
	for len(b) > 0 {
		kind, content, next, ok := box(b)
		if !ok {
			return nil
		}
		if kind == want {
			return content
		}
		b = next
	}
	return nil
}

// box reads the box at the beginning (ISO/IEC 14496-12, 4.2); one of size 0 reaches to the end.
func box(b []byte) (kind string, content, rest []byte, ok bool) {
	if len(b) < 8 {
		return "", nil, nil, false
	}
	size, head := uint64(binary.BigEndian.Uint32(b)), uint64(8)
	switch {
	case size == 0:
		size = uint64(len(b))
	case size == 1 && len(b) >= 16:
		size, head = binary.BigEndian.Uint64(b[8:]), 16
	}
	if size < head || size > uint64(len(b)) {
		return "", nil, nil, false
	}
	return string(b[4:8]), b[head:size], b[size:], true
}
