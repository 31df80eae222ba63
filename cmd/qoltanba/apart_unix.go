//go:build unix

package main

import (
	"os/exec"
	"syscall"
)

// apart has a process live on when this one and its terminal end.
func apart(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }
