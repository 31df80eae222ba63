package keystore

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

func inspectVolume(path string) (volume, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(path, &s); err != nil {
		return volume{}, err
	}
	kind := unix.ByteSliceToString(s.Fstypename[:])
	return volume{
		free:    int64(s.Bavail) * int64(s.Bsize), //nolint:gosec // no disk has 2^63 bytes
		fat:     slices.Contains([]string{"msdos", "exfat"}, kind),
		network: slices.Contains([]string{"smbfs", "nfs", "afpfs", "webdav"}, kind),
		// Everything but the system's disk is mounted there.
		removable: strings.HasPrefix(unix.ByteSliceToString(s.Mntonname[:]), "/Volumes/"),
	}, nil
}

func documentsFolder() (string, error) {
	home, err := os.UserHomeDir()
	return filepath.Join(home, "Documents"), err
}

// pulled has nothing to find: macOS takes the volume of a pulled disk away.
func pulled(string) bool { return false }
