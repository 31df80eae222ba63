package camera

import (
	"encoding/binary"
	"testing"
)

// A raw frame is as long as its size says or is refused, whatever format, size and stride the driver claims.
func FuzzUnpack(f *testing.F) {
	for _, pixel := range []uint32{pixelYUYV, pixelUYVY, pixelNV12, pixelYU12, 0} {
		f.Add(pixel, 6, 4, 12, make([]byte, 96))
		f.Add(pixel, 7, 5, 14, make([]byte, 96))
		f.Add(pixel, 1<<30, 1<<30, 1<<31, []byte{})
		f.Add(pixel, 3, 1, -1, make([]byte, 8))
	}
	f.Fuzz(func(t *testing.T, pixel uint32, width, height, stride int, data []byte) {
		img, err := rawFormat{pixel, width, height, stride}.unpack(nil, data)
		if err != nil {
			if Kind(err) != BadFrame || img != nil {
				t.Fatalf("a broken frame must not end the stream: %v", err)
			}
			return
		}
		if b := img.Rect; b.Dx() != width&^1 || (b.Dy() != height && b.Dy() != height&^1) || len(data) < b.Dx()*b.Dy()*3/2 {
			t.Fatalf("%d bytes made a picture of %v", len(data), b)
		}
	})
}

// What is asked of a driver is among what it offered, whatever it offers.
func FuzzChooseFormats(f *testing.F) {
	f.Add(binary.BigEndian.AppendUint32(nil, pixelMJPG), 640, 480)
	f.Add([]byte("MJPG\x00\x10\x07\x80\x00\x10\x00\x10\x04\x38\x00\x08"), 700, 500)
	f.Fuzz(func(t *testing.T, driver []byte, width, height int) {
		var offers []offer
		for ; len(driver) >= 16; driver = driver[16:] {
			number := func(at int) int { return int(int16(binary.BigEndian.Uint16(driver[at:]))) }
			offers = append(offers, offer{binary.LittleEndian.Uint32(driver), []sizeRange{
				{number(4), number(6), number(8), number(10), number(12), number(14)},
			}})
		}
		for _, c := range chooseFormats(offers, Format{Width: width, Height: height}) {
			offered := false
			for _, o := range offers {
				offered = offered || o.pixel == c.pixel
			}
			if !offered {
				t.Fatalf("%x was never offered", c.pixel)
			}
		}
	})
}
