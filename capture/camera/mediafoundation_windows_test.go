//go:build cgo

package camera

import "testing"

func TestHiddenCameraThatIsNotThere(t *testing.T) {
	for label, want := range map[string]Fault{
		directShowPrefix + `\\?\usb#vid_0000&pid_0000#nothing#{65e8773d-8f56-11d0-a3b9-00a0c9223196}\global`: NoDevice,
		"@device:sw:{860BB310-5D01-11D0-BD3B-00A0C911CE86}":                                                  Unusable,
	} {
		if s, err := openHidden(t.Context(), label, DefaultFormat); Kind(err) != want {
			t.Errorf("%s: got %v, %v", label, s, err)
		}
	}
}
