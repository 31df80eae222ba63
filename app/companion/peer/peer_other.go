//go:build !linux

package peer

import "net/netip"

// Of returns ErrUnknown: this system is not asked yet.
func Of(_, _ netip.AddrPort) (Process, error) { return Process{}, ErrUnknown }

// Listening returns ErrUnknown: this system is not asked yet.
func Listening(uint16) (Process, error) { return Process{}, ErrUnknown }

func listeningAt(netip.AddrPort) (Process, error) { return Process{}, ErrUnknown }
