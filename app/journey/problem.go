package journey

import (
	"errors"

	"qoltanba/app/api"
	"qoltanba/capture/camera"
	"qoltanba/keystore"
)

// local names the failures of this computer by the code of the table.
var local = []struct {
	err  error
	code api.Code
}{
	{camera.NoDevice, api.CameraNone},
	{camera.Busy, api.CameraBusy},
	{camera.Denied, api.CameraDenied},
	{camera.Unplugged, api.CameraUnplugged},
	{camera.Stalled, api.CameraStalled},
	{camera.BadFrame, api.CameraBadFrame},
	{camera.Unusable, api.CameraStalled},
	{keystore.ErrFolderGone, api.FolderGone},
	{keystore.ErrNotFolder, api.FolderUnfit},
	{keystore.ErrPathLong, api.FolderPathLong},
	{keystore.ErrDenied, api.FolderDenied},
	{keystore.ErrReadOnly, api.FolderReadOnly},
	{keystore.ErrNoSpace, api.FolderFull},
	{keystore.ErrExists, api.FileExists},
	{keystore.ErrVerify, api.FileUnverified},
	{keystore.ErrSamePlace, api.CopySamePlace},
	{keystore.ErrPasswordRules, api.PasswordWeak},
	{keystore.ErrNoKeyring, api.KeyringMissing},
	{keystore.ErrPassphrase, api.KeyringMissing},
	{keystore.ErrVaultKeyLost, api.KeysLost},
	{keystore.ErrNoEntry, api.KeysLost},
	{keystore.ErrDamaged, api.KeysDamaged},
	{keystore.ErrMismatch, api.FingerprintsWrong},
	{keystore.ErrPassword, api.PasswordWrong},
	{keystore.ErrNoKeyFile, api.KeyFileDamaged},
	{errKeyFileGone, api.KeyFileGone},
	{errForeign, api.DeviceKeyLost},
	{errJournal, api.JournalDamaged},
}

// Problem is any error of a journey, of the key store or of a camera as a
// failure of the table; what is not known there is [api.Internal]. It is nil
// for nil. The original error stays in its chain.
func Problem(err error) *api.Problem {
	if err == nil {
		return nil
	}
	var known *api.Problem
	if errors.As(err, &known) {
		return known
	}
	if errors.Is(err, errOwnFiles) || errors.Is(err, keystore.ErrVaultDisk) {
		return DataProblem(err)
	}
	for _, l := range local {
		if errors.Is(err, l.err) {
			return api.Fail(l.code, "on this computer").WithCause(err)
		}
	}
	return api.Fail(api.Internal, "on this computer").WithCause(err)
}

// DataProblem is an error of the disk under the program's own files, where the
// citizen cannot choose another folder.
func DataProblem(err error) *api.Problem {
	code := api.DataUnusable
	if errors.Is(keystore.DiskError(err), keystore.ErrNoSpace) {
		code = api.DataFull
	}
	return api.Fail(code, "on this computer").WithCause(err)
}
