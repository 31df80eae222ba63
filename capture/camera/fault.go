package camera

import "errors"

// Fault is what is wrong with a camera. The values are stable and may be put into reports.
type Fault string

// The faults.
const (
	Busy      Fault = "busy"      // another program holds it
	Denied    Fault = "denied"    // the system does not let this program use it
	NoDevice  Fault = "no_device" // there is none, or none by this id
	Unplugged Fault = "unplugged" // it went away while it was in use
	Stalled   Fault = "stalled"   // it sends nothing
	BadFrame  Fault = "bad_frame" // one frame is broken; the next may be whole
	Unusable  Fault = "unusable"  // it offers no format that can be read, or fails in a way not listed here
)

// Error makes a fault an error of its own, so that errors.Is(err, camera.Busy) holds.
func (f Fault) Error() string { return "camera: " + string(f) }

// Error is a fault with its cause. It names no device, since names of cameras may hold names of people.
type Error struct {
	Fault Fault
	Cause error // may be nil
}

func (e *Error) Error() string {
	if e.Cause == nil {
		return e.Fault.Error()
	}
	return e.Fault.Error() + ": " + e.Cause.Error()
}

// Unwrap gives both the fault and its cause to errors.Is and errors.As.
func (e *Error) Unwrap() []error {
	if e.Cause == nil {
		return []error{e.Fault}
	}
	return []error{e.Fault, e.Cause}
}

// Kind returns the fault in err's chain: "" for nil and for the end of a context, [Unusable] for what no camera of this package made.
func Kind(err error) Fault {
	if err == nil || isContextEnd(err) {
		return ""
	}
	var f Fault
	if errors.As(err, &f) {
		return f
	}
	return Unusable
}
