package camera

// Media Foundation calls its 4:2:2 by other codes than V4L2 does.
const (
	pixelYUY2 uint32 = 'Y' | 'U'<<8 | 'Y'<<16 | '2'<<24
	pixelI420 uint32 = 'I' | '4'<<8 | '2'<<16 | '0'<<24
	pixelIYUV uint32 = 'I' | 'Y'<<8 | 'U'<<16 | 'V'<<24
)

// pixelOfSubtype is the code that this package knows for the first word of a video subtype.
func pixelOfSubtype(code uint32) uint32 {
	switch code {
	case pixelYUY2:
		return pixelYUYV
	case pixelI420, pixelIYUV:
		return pixelYU12
	}
	return code
}

// tightFormat is the layout of a frame whose rows follow each other without a gap.
func tightFormat(pixel uint32, width, height int) rawFormat {
	f := rawFormat{pixel: pixel, width: width, height: height, stride: width}
	if f.packed() {
		f.stride *= 2
	}
	return f
}

// hresult is what Windows says of a failure.
type hresult uint32

// faultOfResult maps what Media Foundation says (winerror.h, mferror.h).
func faultOfResult(r hresult) Fault {
	switch r {
	case 0x80070005: // E_ACCESSDENIED: the privacy settings
		return Denied
	case 0xC00D3704, // MF_E_HW_MFT_FAILED_START_STREAMING
		0xC00D3EA3, // MF_E_VIDEO_RECORDING_DEVICE_PREEMPTED
		0x80070020, // ERROR_SHARING_VIOLATION
		0x800700AA: // ERROR_BUSY
		return Busy
	case 0xC00D3EA2, // MF_E_VIDEO_RECORDING_DEVICE_INVALIDATED
		0xC00D3E85, // MF_E_SHUTDOWN
		0x8007048F, // ERROR_DEVICE_NOT_CONNECTED
		0x8007001F: // ERROR_GEN_FAILURE
		return Unplugged
	case 0x80070490, // ERROR_NOT_FOUND
		0xC00DABE0: // MF_E_NO_CAPTURE_DEVICES_AVAILABLE
		return NoDevice
	}
	return Unusable
}
