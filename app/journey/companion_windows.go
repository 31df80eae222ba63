package journey

import "golang.org/x/sys/windows"

const connectionRefused = windows.WSAECONNREFUSED
