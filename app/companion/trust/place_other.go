//go:build !linux && !windows && !darwin

package trust

// Places lists nothing: this system's stores are not known.
func (s *Stores) Places() []Place { return nil }
