package keystore

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"qoltanba/keystore/profile"
)

// FolderCode is a stable code of something that is to be said about a folder.
type FolderCode string

// What InspectFolder finds. The first three forbid writing, with an error that
// [FolderReport.Err] gives; the others are worth knowing.
const (
	FolderMissing   FolderCode = "missing"   // it is not there; CreateFolder may be able to make it
	FolderUnfit     FolderCode = "unfit"     // it cannot be written to, or is no folder
	FolderFull      FolderCode = "full"      // less than 1 MiB is free
	FolderLink      FolderCode = "link"      // it is a link; Resolved is the place itself
	FolderRemovable FolderCode = "removable" // a memory stick or card
	FolderNetwork   FolderCode = "network"   // on another computer
	FolderTemporary FolderCode = "temporary" // emptied when the computer is turned off
	FolderFAT       FolderCode = "fat"       // everyone on this computer can read it
	FolderSynced    FolderCode = "synced"    // copied to a cloud; see Service
)

// leastFree is what key files, temporary twins and the file system's own
// records never exceed.
const leastFree = 1 << 20

// FolderReport says what is to be known about a folder before keys go there.
type FolderReport struct {
	Path     string // as given, cleaned
	Resolved string // with every link followed, if it leads to a folder
	Codes    []FolderCode
	Service  string // name of the cloud service, with FolderSynced
	Free     int64  // bytes, -1 if not known
	err      error
}

// Has tells whether code was found.
func (r FolderReport) Has(code FolderCode) bool { return slices.Contains(r.Codes, code) }

// Err tells why key files cannot be written there now, as an error of the disk;
// nil where they can.
func (r FolderReport) Err() error { return r.err }

// forbid notes why nothing can be written; the first reason stands.
func (r *FolderReport) forbid(code FolderCode, err error) {
	if r.err == nil {
		r.Codes, r.err = append(r.Codes, code), err
	}
}

// volume is what the operating system tells about the disk under a folder.
type volume struct {
	free                               int64
	fat, network, removable, temporary bool
}

// InspectFolder looks at a folder and tries to write in it, leaving nothing
// there. On a network that has gone it may take as long as the system lets it,
// so it is not for the thread that draws.
func InspectFolder(dir string) FolderReport {
	r := FolderReport{Path: filepath.Clean(dir), Free: -1}
	place := nearestFolder(r.Path)
	resolved, err := filepath.EvalSymlinks(place)
	if err != nil {
		resolved = place // some file systems of Windows cannot tell
	}
	if place == r.Path {
		r.Resolved = resolved
	}
	place = resolved
	info, err := os.Lstat(r.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		r.forbid(FolderMissing, ErrFolderGone)
	case err != nil:
		r.forbid(FolderUnfit, diskErrorIn(place, err))
	case r.Resolved == "" || isLink(info) && r.Resolved == r.Path: // a file, or a link that leads to no folder
		r.forbid(FolderUnfit, ErrNotFolder)
	default:
		if isLink(info) {
			r.Codes = append(r.Codes, FolderLink)
		}
		if err := tryWrite(r.Resolved); err != nil {
			r.forbid(FolderUnfit, diskErrorIn(place, err))
		}
	}
	r.addVolume(place)
	for _, path := range []string{r.Path, place} {
		if r.Service == "" {
			r.Service = syncService(path)
		}
	}
	if r.Service != "" {
		r.Codes = append(r.Codes, FolderSynced)
	}
	return r
}

func (r *FolderReport) addVolume(place string) {
	v, err := inspectVolume(place)
	if err != nil {
		return
	}
	r.Free = v.free
	if v.free < leastFree {
		r.forbid(FolderFull, ErrNoSpace)
	}
	for _, found := range []struct {
		is   bool
		code FolderCode
	}{
		{v.removable, FolderRemovable},
		{v.network, FolderNetwork},
		{v.temporary, FolderTemporary},
		{v.fat, FolderFAT},
	} {
		if found.is {
			r.Codes = append(r.Codes, found.code)
		}
	}
}

// tryName is as long as the longest name of a key file, so that a folder whose
// path leaves too little room is found out before the keys are there.
var tryName = "qoltanba-tries-to-write" + strings.Repeat("-", len("AUTH_RSA256_")+2*len(profile.KeyID{})+len(".p12")-len("qoltanba-tries-to-write"))

func tryWrite(dir string) error {
	clearLeftovers(osDisk{}, dir, tryName)
	path := filepath.Join(dir, tempName(tryName))
	f, err := osDisk{}.create(path)
	if err != nil {
		return err
	}
	err = fill(f, []byte{0})
	if removeErr := os.Remove(path); err == nil && !errors.Is(removeErr, fs.ErrNotExist) {
		err = removeErr
	}
	return err
}

// nearestFolder returns path or the first of its parents that is a folder.
func nearestFolder(path string) string {
	for {
		if info, err := os.Stat(path); err == nil && info.IsDir() || filepath.Dir(path) == path {
			return path
		}
		path = filepath.Dir(path)
	}
}

// belowFile says whether what should be a folder of the path is a file.
func belowFile(path string) bool {
	for {
		if info, err := os.Stat(path); err == nil {
			return !info.IsDir()
		}
		if filepath.Dir(path) == path {
			return false
		}
		path = filepath.Dir(path)
	}
}

// syncMarkers are parts of paths by which the folders of cloud services are
// known, in lower case; the first part may be followed by an account's name.
var syncMarkers = []struct{ service, marker string }{
	{"OneDrive", "onedrive"},
	{"Dropbox", "dropbox"},
	{"Google Drive", "googledrive"},
	{"Google Drive", "google drive"},
	{"Google Drive", "google диск"},
	{"iCloud Drive", "icloud"},
	{"iCloud Drive", "com~apple~clouddocs"},
	{"iCloud Drive", "mobile documents"},
	{"Yandex.Disk", "yandex.disk"},
	{"Yandex.Disk", "yandexdisk"},
	{"Yandex.Disk", "яндекс.диск"},
	{"Mail.ru Cloud", "облако mail"},
}

// syncService names the cloud service into whose folder a path leads, or "".
func syncService(path string) string {
	for part := range strings.FieldsFuncSeq(strings.ToLower(path), func(r rune) bool { return r == '/' || r == '\\' }) {
		for _, m := range syncMarkers {
			if strings.HasPrefix(part, m.marker) {
				return m.service
			}
		}
	}
	return ""
}

// DefaultFolder returns the folder offered for key files: ЭЦҚ in the citizen's
// documents. It need not be there yet.
func DefaultFolder() (string, error) {
	documents, err := documentsFolder()
	if err != nil {
		return "", err
	}
	return filepath.Join(documents, "ЭЦҚ"), nil
}

// CreateFolder makes a folder and its parents, readable by the owner alone; one
// that is there already stays as it is. On Windows the folder inherits its
// rights: a memory stick is read on another computer too, where the owner has
// another name. The errors are those of writing.
func CreateFolder(dir string) error {
	if err := os.MkdirAll(dir, privateFolder); err != nil {
		if belowFile(dir) { // Windows says of it what it says of a folder that is gone
			return fmt.Errorf("%w: %w", ErrNotFolder, err)
		}
		return DiskError(err)
	}
	if err := SyncFolder(filepath.Dir(filepath.Clean(dir))); err != nil {
		return DiskError(err)
	}
	return nil
}
