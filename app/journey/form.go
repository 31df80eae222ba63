package journey

import (
	"path/filepath"

	"qoltanba/app/api"
	"qoltanba/keystore"
)

// checkForm refuses what could not be submitted or written later.
func checkForm(form Form) error {
	if err := api.ValidateEmail(form.Email); err != nil {
		return err
	}
	if form.Storage != api.StoragePC {
		return api.Fail(api.BadRequest, "the storage is not served")
	}
	return prepareFolder(form.Folder)
}

// prepareFolder makes a folder that is missing, as the one that is offered may
// be, and refuses one in which key files cannot be written.
func prepareFolder(folder string) error {
	if !filepath.IsAbs(folder) {
		return keystore.ErrFolderGone
	}
	report := keystore.InspectFolder(folder)
	if report.Has(keystore.FolderMissing) {
		if err := keystore.CreateFolder(folder); err != nil {
			return err
		}
		report = keystore.InspectFolder(folder)
	}
	switch {
	case report.Writable():
		return nil
	case report.Has(keystore.FolderFull):
		return keystore.ErrNoSpace
	case report.Has(keystore.FolderLink):
		return keystore.ErrSymlink
	case report.Has(keystore.FolderReadOnly):
		return keystore.ErrReadOnly
	default:
		return keystore.ErrFolderGone
	}
}
