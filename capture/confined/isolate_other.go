//go:build !linux

package confined

import "os/exec"

// isolate does nothing here: the service that reads what strangers send runs on Linux.
func isolate(*exec.Cmd, bool) {}

func limit(int, uint64, uint64) error { return nil }
