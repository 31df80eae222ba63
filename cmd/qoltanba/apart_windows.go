package main

import (
	"os/exec"
	"syscall"

	"golang.org/x/sys/windows"
)

// apart has a process live on when this one ends, without a console.
func apart(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP | windows.DETACHED_PROCESS}
}
