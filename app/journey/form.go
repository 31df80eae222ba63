package journey

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"qoltanba/app/api"
	"qoltanba/keystore"
)

// checkForm refuses what could not be submitted or written later, and returns
// the form with the place itself where the folder is a link.
func (j *Journey) checkForm(form Form) (Form, error) {
	if err := api.ValidateEmail(form.Email); err != nil {
		return Form{}, err
	}
	inToken := form.Storage == api.StorageToken && j.cfg.Tokens != nil
	if form.Storage != api.StoragePC && !inToken {
		return Form{}, api.Fail(api.BadRequest, "the storage is not served")
	}
	if inToken {
		form.Keys = api.KeyAlgorithm(tokenKeys.Name())
	}
	if form.Keys == "" {
		form.Keys = api.KeyAlgorithm(j.cfg.Keys.Name())
	}
	offer := api.KeyOffer{Keys: form.Keys, Storage: form.Storage}
	if offers := j.State().Enrolment.Offers; form.Keys.Requests() == 0 || len(offers) > 0 && !slices.Contains(offers, offer) {
		return Form{}, api.Fail(api.KeysUnserved, "keys %q", form.Keys)
	}
	if inToken {
		form.Folder = ""
		return form, nil
	}
	form.Token = TokenRef{}
	var err error
	form.Folder, err = prepareFolder(form.Folder)
	return form, err
}

// prepareFolder makes a folder that is missing, as the one that is offered may
// be, refuses one in which key files cannot be written, and returns the place
// to write to: a link could lead elsewhere tomorrow, so it is followed now.
func prepareFolder(folder string) (string, error) {
	if !filepath.IsAbs(folder) {
		return "", keystore.ErrFolderGone
	}
	report := keystore.InspectFolder(folder)
	if report.Has(keystore.FolderMissing) {
		if err := keystore.CreateFolder(folder); errors.Is(err, keystore.ErrDenied) {
			return "", fmt.Errorf("%w: %w", keystore.ErrFolderGone, err) // where a stick was, only the system makes folders
		} else if err != nil {
			return "", err
		}
		report = keystore.InspectFolder(folder)
	}
	if report.Has(keystore.FolderLink) {
		return report.Resolved, report.Err()
	}
	return report.Path, report.Err()
}
