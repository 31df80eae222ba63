//go:build !windows

package journey

import "syscall"

const connectionRefused = syscall.ECONNREFUSED
