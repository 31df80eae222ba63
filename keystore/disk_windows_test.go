package keystore

import "golang.org/x/sys/windows"

// What this system says of a full and a protected disk and of a taken name.
const (
	errFull      = windows.ERROR_DISK_FULL
	errProtected = windows.ERROR_WRITE_PROTECT
	errTaken     = windows.ERROR_ALREADY_EXISTS
)
