package camera

import (
	"image"
	"image/color"
	"testing"
)

// paint fills a raw frame of a format with a picture whose every sample tells its place.
func paint(f rawFormat) []byte {
	luma := func(x, y int) byte { return byte(17*x + 31*y) }
	blue := func(x, y int) byte { return byte(5*x + 3*y + 1) }
	red := func(x, y int) byte { return byte(7*x + 11*y + 2) }
	var out []byte
	plane := func(rows, stride, row int, at func(i, y int) byte) {
		for y := range rows {
			line := make([]byte, stride)
			for i := range row {
				line[i] = at(i, y)
			}
			out = append(out, line...)
		}
	}
	switch f.pixel {
	case pixelYUYV, pixelUYVY:
		flip := 0
		if f.pixel == pixelUYVY {
			flip = 1
		}
		plane(f.height, f.stride, 2*f.width, func(i, y int) byte {
			switch (i ^ flip) % 4 {
			case 1:
				return blue(i/4, y)
			case 3:
				return red(i/4, y)
			}
			return luma((i^flip)/2, y)
		})
	case pixelNV12:
		plane(f.height, f.stride, f.width, luma)
		plane(f.height/2, f.stride, f.width, func(i, y int) byte {
			if i%2 == 0 {
				return blue(i/2, y)
			}
			return red(i/2, y)
		})
	case pixelYU12:
		plane(f.height, f.stride, f.width, luma)
		plane(f.height/2, f.stride/2, f.width/2, blue)
		plane(f.height/2, f.stride/2, f.width/2, red)
	}
	return out
}

func TestRawFormatsUnpack(t *testing.T) {
	for name, f := range map[string]rawFormat{
		"yuyv":              {pixelYUYV, 6, 4, 12},
		"yuyv, padded rows": {pixelYUYV, 6, 3, 20},
		"uyvy":              {pixelUYVY, 6, 4, 14},
		"nv12":              {pixelNV12, 6, 4, 6},
		"nv12, padded rows": {pixelNV12, 6, 4, 10},
		"yu12":              {pixelYU12, 6, 4, 6},
		"yu12, padded rows": {pixelYU12, 6, 4, 12},
	} {
		t.Run(name, func(t *testing.T) {
			data := paint(f)
			img, err := f.unpack(nil, data)
			if err != nil {
				t.Fatal(err)
			}
			if img.Rect != image.Rect(0, 0, f.width, f.height) {
				t.Fatalf("the picture is %v", img.Rect)
			}
			for y := range f.height {
				for x := range f.width {
					row := y
					if !f.packed() {
						row = y / 2
					}
					want := color.YCbCr{Y: byte(17*x + 31*y), Cb: byte(5*(x/2) + 3*row + 1), Cr: byte(7*(x/2) + 11*row + 2)}
					if got := img.YCbCrAt(x, y); got != want {
						t.Fatalf("pixel %d,%d is %v, not %v", x, y, got, want)
					}
				}
			}
			if again, err := f.unpack(img, data); err != nil || again != img {
				t.Error("the picture's memory was not reused")
			}
			short := data[:f.size()-1]
			if _, err := f.unpack(nil, short); Kind(err) != BadFrame {
				t.Errorf("a short frame gave %v", err)
			}
		})
	}
}

func TestOddSizesLoseTheirEdge(t *testing.T) {
	for _, c := range []struct {
		f    rawFormat
		w, h int
	}{
		{rawFormat{pixelYUYV, 7, 5, 16}, 6, 5},
		{rawFormat{pixelNV12, 7, 5, 8}, 6, 4},
		{rawFormat{pixelYU12, 7, 5, 8}, 6, 4},
	} {
		img, err := c.f.unpack(nil, make([]byte, c.f.size()))
		if err != nil || img.Rect != image.Rect(0, 0, c.w, c.h) {
			t.Errorf("%v: %v, %v", c.f, img, err)
		}
	}
}
