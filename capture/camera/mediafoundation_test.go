package camera

import "testing"

func TestFaultOfResult(t *testing.T) {
	for r, want := range map[hresult]Fault{
		0x80070005: Denied, 0xC00D3EA3: Busy, 0xC00D3EA2: Unplugged, 0x80070490: NoDevice, 0x80004005: Unusable,
	} {
		if got := faultOfResult(r); got != want {
			t.Errorf("%#x: got %s, want %s", r, got, want)
		}
	}
}

func TestTightFormatsOfMediaFoundation(t *testing.T) {
	for code, want := range map[string]rawFormat{
		"YUY2": {pixelYUYV, 6, 4, 12}, "UYVY": {pixelUYVY, 6, 4, 12}, "NV12": {pixelNV12, 6, 4, 6},
		"I420": {pixelYU12, 6, 4, 6}, "IYUV": {pixelYU12, 6, 4, 6},
	} {
		pixel := uint32(code[0]) | uint32(code[1])<<8 | uint32(code[2])<<16 | uint32(code[3])<<24
		f := tightFormat(pixelOfSubtype(pixel), 6, 4)
		if f != want {
			t.Errorf("%s: %v", code, f)
		}
		if _, err := f.unpack(nil, paint(f)); err != nil {
			t.Errorf("%s: %v", code, err)
		}
	}
}
