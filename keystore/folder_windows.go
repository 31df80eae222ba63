package keystore

import (
	"strings"

	"golang.org/x/sys/windows"
)

func inspectVolume(path string) (volume, error) {
	folder, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return volume{}, err
	}
	var free uint64
	if err := windows.GetDiskFreeSpaceEx(folder, &free, nil, nil); err != nil {
		return volume{}, err
	}
	v := volume{free: int64(min(free, 1<<62))} //nolint:gosec // bounded in the same line
	var rootName [windows.MAX_PATH + 1]uint16
	if err := windows.GetVolumePathName(folder, &rootName[0], uint32(len(rootName))); err != nil {
		return v, nil //nolint:nilerr // the free space alone is worth having
	}
	switch windows.GetDriveType(&rootName[0]) {
	case windows.DRIVE_REMOVABLE, windows.DRIVE_CDROM:
		v.removable = true
	case windows.DRIVE_REMOTE:
		v.network = true
	case windows.DRIVE_RAMDISK:
		v.temporary = true
	}
	var kind [windows.MAX_PATH + 1]uint16
	if windows.GetVolumeInformation(&rootName[0], nil, 0, nil, nil, nil, &kind[0], uint32(len(kind))) == nil {
		v.fat = strings.Contains(windows.UTF16ToString(kind[:]), "FAT")
	}
	return v, nil
}

func documentsFolder() (string, error) {
	return windows.KnownFolderPath(windows.FOLDERID_Documents, windows.KF_FLAG_DONT_VERIFY)
}
