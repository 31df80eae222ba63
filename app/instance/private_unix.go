//go:build unix

package instance

import (
	"os"
	"syscall"
)

// private tells whether nobody but this user may enter a folder.
func private(info os.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Getuid() && info.Mode().Perm()&0o077 == 0
}
