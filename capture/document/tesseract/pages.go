package tesseract

import (
	"encoding/binary"
	"image"
)

// Tags of TIFF 6.0, section 3 and 4, and types of their values.
const (
	tagWidth, tagHeight, tagBits, tagCompression, tagPhotometric = 256, 257, 258, 259, 262
	tagOffset, tagRows, tagBytes                                 = 273, 278, 279
	typeLong                                                     = 4
)

// encodePages writes grey pictures as pages of one TIFF, not compressed.
func encodePages(crops []*image.Gray) []byte {
	const tags, header = 8, 8
	const directory = 2 + 12*tags + 4
	out := []byte("II*\x00")
	out = binary.LittleEndian.AppendUint32(out, header)
	for i, c := range crops {
		w, h := c.Rect.Dx(), c.Rect.Dy()
		samples := len(out) + directory
		next := samples + w*h + w*h%2
		if i == len(crops)-1 {
			next = 0
		}
		out = binary.LittleEndian.AppendUint16(out, tags)
		for _, t := range [tags][2]int{
			{tagWidth, w}, {tagHeight, h}, {tagBits, 8}, {tagCompression, 1}, {tagPhotometric, 1}, {tagOffset, samples}, {tagRows, h}, {tagBytes, w * h},
		} {
			out = binary.LittleEndian.AppendUint16(out, uint16(t[0])) //nolint:gosec // G115: of the list
			out = binary.LittleEndian.AppendUint16(out, typeLong)
			out = binary.LittleEndian.AppendUint32(out, 1)
			out = binary.LittleEndian.AppendUint32(out, uint32(t[1])) //nolint:gosec // G115: below MostSize
		}
		out = binary.LittleEndian.AppendUint32(out, uint32(next))
		for y := range h {
			out = append(out, c.Pix[y*c.Stride:][:w]...)
		}
		if w*h%2 == 1 {
			out = append(out, 0)
		}
	}
	return out
}
