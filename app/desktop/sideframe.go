package desktop

import (
	"bytes"
	"image"
	"image/jpeg"

	"golang.org/x/image/draw"
)

// frameJPEG encodes a frame of a film, small enough for a slow line.
func frameJPEG(img image.Image) ([]byte, error) {
	if b := img.Bounds(); b.Dx() > frameWidth {
		small := image.NewRGBA(image.Rect(0, 0, frameWidth, max(b.Dy()*frameWidth/b.Dx(), 1)))
		draw.ApproxBiLinear.Scale(small, small.Rect, img, b, draw.Src, nil)
		img = small
	}
	var out bytes.Buffer
	for quality := frameGrade; ; quality -= 15 {
		out.Reset()
		if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: quality}); err != nil || out.Len() <= mostFrame || quality <= 30 {
			return out.Bytes(), err
		}
	}
}
