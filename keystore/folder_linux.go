package keystore

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// Magic numbers of statfs(2) that x/sys does not name.
const (
	exfatMagic = 0x2011BAB0
	cifsMagic  = 0xFF534D42
)

func inspectVolume(path string) (volume, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(path, &s); err != nil {
		return volume{}, err
	}
	kind := int64(s.Type) & 0xFFFFFFFF //nolint:unconvert // the width differs between processors
	is := func(magics ...int64) bool { return slices.Contains(magics, kind) }
	return volume{
		free:      int64(s.Bavail) * int64(s.Bsize), //nolint:gosec,unconvert // no disk has 2^63 bytes; the width differs
		fat:       is(unix.MSDOS_SUPER_MAGIC, exfatMagic),
		network:   is(unix.NFS_SUPER_MAGIC, unix.SMB_SUPER_MAGIC, unix.SMB2_SUPER_MAGIC, cifsMagic),
		temporary: is(unix.TMPFS_MAGIC, unix.RAMFS_MAGIC),
		removable: removableDevice(path),
	}, nil
}

// removableDevice asks sysfs about the disk, since a stick may be mounted
// anywhere. The flag stands at the whole disk, one level above a partition.
func removableDevice(path string) bool {
	var s unix.Stat_t
	if unix.Stat(path, &s) != nil {
		return false
	}
	device := fmt.Sprintf("/sys/dev/block/%d:%d", unix.Major(s.Dev), unix.Minor(s.Dev))
	device, err := filepath.EvalSymlinks(device)
	if err != nil {
		return false
	}
	for _, d := range []string{device, filepath.Dir(device)} {
		if flag, err := os.ReadFile(filepath.Join(d, "removable")); err == nil {
			return strings.TrimSpace(string(flag)) == "1"
		}
	}
	return false
}

// pulled tells whether the disk under a folder is no longer connected: sysfs
// forgets it, and calls it offline just before. Its file system may say that it
// is protected, or even full. Numbers with major 0 belong to no device.
func pulled(folder string) bool {
	var s unix.Stat_t
	if unix.Stat(folder, &s) != nil || unix.Major(s.Dev) == 0 {
		return false
	}
	const devices = "/sys/dev/block"
	_, sysErr := os.Stat(devices)
	device := fmt.Sprintf("%s/%d:%d", devices, unix.Major(s.Dev), unix.Minor(s.Dev))
	_, err := os.Stat(device)
	if state, readErr := os.ReadFile(device + "/device/state"); readErr == nil {
		return slices.Contains([]string{"offline", "transport-offline", "cancel", "deleted"}, strings.TrimSpace(string(state)))
	}
	return sysErr == nil && errors.Is(err, os.ErrNotExist)
}

// documentsFolder reads XDG_DOCUMENTS_DIR as xdg-user-dirs(1) keeps it.
func documentsFolder() (string, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		return "", err
	}
	config, err := os.UserConfigDir()
	if err != nil {
		return "", err
	}
	if dir := xdgDocuments(filepath.Join(config, "user-dirs.dirs"), home); dir != "" {
		return dir, nil
	}
	return filepath.Join(home, "Documents"), nil
}

func xdgDocuments(file, home string) string {
	f, err := os.Open(file)
	if err != nil {
		return ""
	}
	defer func() { _ = f.Close() }()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		value, ok := strings.CutPrefix(strings.TrimSpace(lines.Text()), "XDG_DOCUMENTS_DIR=")
		if !ok {
			continue
		}
		value = strings.Trim(value, `"`)
		if inHome, ok := strings.CutPrefix(value, "$HOME"); ok {
			value = home + inHome
		}
		// The home folder itself means that there is none for documents.
		if value = filepath.Clean(value); filepath.IsAbs(value) && value != filepath.Clean(home) {
			return value
		}
	}
	return ""
}
