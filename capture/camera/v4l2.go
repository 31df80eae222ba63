package camera

import (
	"cmp"
	"slices"
)

// preferredPixels are tried in this order: compressed frames need less of the bus and can be sent on as they are.
var preferredPixels = []uint32{pixelMJPG, pixelJPEG, pixelYUYV, pixelUYVY, pixelNV12, pixelYU12}

// sizeRange is a frame size that a driver offers; for a discrete one both ends are equal and the steps 0.
type sizeRange struct {
	minW, maxW, stepW int
	minH, maxH, stepH int
}

// offer is a pixel format with its sizes.
type offer struct {
	pixel uint32
	sizes []sizeRange
}

// choice is what to ask a driver for.
type choice struct {
	pixel         uint32
	width, height int
}

// chooseFormats orders what to try, best first: preferred pixel format first, and for each the offered size nearest to the wish.
func chooseFormats(offers []offer, want Format) []choice {
	var out []choice
	for _, pixel := range preferredPixels {
		for _, o := range offers {
			if o.pixel != pixel {
				continue
			}
			w, h := nearestSize(o.sizes, want.Width, want.Height)
			out = append(out, choice{pixel, w, h})
		}
	}
	return out
}

// nearestSize picks the smallest size that covers the wish, or else the largest one; with no size offered, the wish itself.
func nearestSize(sizes []sizeRange, w, h int) (int, int) {
	type size struct{ w, h int }
	var all []size
	for _, s := range sizes {
		if s.maxW <= 0 || s.maxH <= 0 {
			continue // a continuous range, which the module leaves empty
		}
		all = append(all, size{clampStep(w, s.minW, s.maxW, s.stepW), clampStep(h, s.minH, s.maxH, s.stepH)})
	}
	if len(all) == 0 {
		return w, h
	}
	best := slices.MinFunc(all, func(a, b size) int {
		coverA, coverB := a.w >= w && a.h >= h, b.w >= w && b.h >= h
		if coverA != coverB {
			if coverA {
				return -1
			}
			return 1
		}
		if coverA {
			return cmp.Compare(a.w*a.h, b.w*b.h)
		}
		return cmp.Compare(b.w*b.h, a.w*a.h)
	})
	return best.w, best.h
}

// clampStep brings v into a range and up to its next step.
func clampStep(v, lo, hi, step int) int {
	v = min(max(v, lo), hi)
	if step > 1 {
		v = min(lo+(v-lo+step-1)/step*step, hi)
	}
	return v
}
