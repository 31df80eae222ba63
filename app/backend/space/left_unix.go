//go:build unix

package space

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// Left is how many bytes the service's user may still write beneath a folder.
func Left(folder string) (uint64, error) {
	var disk unix.Statfs_t
	if err := unix.Statfs(folder, &disk); err != nil {
		return 0, fmt.Errorf("look at the room in %s: %w", folder, err)
	}
	return uint64(disk.Bavail) * uint64(disk.Bsize), nil //nolint:gosec,unconvert // neither is negative; types differ by system
}
