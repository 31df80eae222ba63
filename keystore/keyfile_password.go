package keystore

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"qoltanba/keystore/pfx"
)

// ChangePassword puts the key file at path under another password, keeping all
// keys, certificates and names in it. The file with the new password is written
// aside, synced, read back and opened before it takes the former one's place in
// one step, so that at any instant one of the two is there, whole.
//
// The errors are ErrPassword and ErrPasswordRules, of the former and the new
// password, ErrNoKeyFile, ErrMismatch and those of the disk; all of them leave
// the file as it was, but for one of the folder's sync.
func ChangePassword(path, former, password string, encoding Encoding) error {
	return changePassword(osDisk{}, path, former, password, encoding)
}

func changePassword(d disk, path, former, password string, encoding Encoding) error {
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return fmt.Errorf("change password: %w", err)
	}
	data, err := d.read(path, maxKeyFile)
	if errors.Is(err, errTooLarge) {
		return ErrNoKeyFile
	}
	if err != nil {
		return fmt.Errorf("change password: %w", err)
	}
	kf, err := DecodeKeyFile(data, former)
	if err != nil {
		return err
	}
	if !PasswordKept(password) {
		return ErrPasswordRules
	}
	contents, err := pfx.Decode(data, former)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNoKeyFile, err)
	}
	changed, err := pfx.Encode(contents, password, encoding.protection(), Iterations)
	if err != nil {
		return fmt.Errorf("change password: %w", err)
	}
	opens := func(content []byte) error { return kf.equals(DecodeKeyFile(content, password)) }
	if err := writeOver(d, path, changed, opens); err != nil {
		return fmt.Errorf("change password: %w", err)
	}
	return nil
}

// writeOver is [writeNew] for a name that is there and keeps its rights: the new
// file takes its place once it has passed verify.
func writeOver(d disk, path string, data []byte, verify func([]byte) error) error {
	folder, name := filepath.Split(path)
	if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() {
		return diskErrorIn(folder, errors.Join(err, fs.ErrInvalid))
	}
	clearLeftovers(d, folder, name)
	temp := filepath.Join(folder, tempName(name))
	err := writeTemp(d, temp, data)
	if err == nil {
		err = readBack(d, temp, data, verify)
	}
	if err == nil {
		err = d.replace(temp, path)
	}
	if err != nil {
		_ = d.remove(temp)
		return diskErrorIn(folder, err)
	}
	return diskErrorIn(folder, d.syncFolder(folder))
}
