//go:build !ci && !linux

package sound

// present leaves the answer to the system.
func present() bool { return true }
