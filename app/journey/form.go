package journey

import (
	"errors"
	"io/fs"
	"os"
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

// prepareFolder makes the folder if only its last part is missing, as with the
// one that is offered.
func prepareFolder(folder string) error {
	if !filepath.IsAbs(folder) {
		return keystore.ErrFolderGone
	}
	err := os.Mkdir(folder, 0o700)
	if errors.Is(err, fs.ErrPermission) {
		return keystore.ErrReadOnly
	}
	if info, statErr := os.Stat(folder); statErr != nil || !info.IsDir() {
		return errors.Join(keystore.ErrFolderGone, err)
	}
	return nil
}
