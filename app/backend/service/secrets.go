package service

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"qoltanba/app/backend/config"
	"qoltanba/app/backend/evidence"
	"qoltanba/app/backend/pepper"
	"qoltanba/app/backend/sealed"
)

// secrets are the server's own, each of 32 bytes or more.
type secrets struct {
	pepper    pepper.Pepper
	evidence  evidence.Master
	digitalID sealed.Secret
	authority sealed.Secret
	belonging belonging // of those that no key is sealed under
}

// readSecrets reads the files that the configuration names, or those of the
// data folder, which are made at first start.
func readSecrets(data string, named config.Secrets) (s secrets, err error) {
	dir := filepath.Join(data, "secrets")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return s, fmt.Errorf("make the folder of secrets: %w", err)
	}
	read := func(name, own string) []byte {
		if err != nil {
			return nil
		}
		var secret []byte
		if name != "" {
			secret, err = readSecret(name)
		} else {
			secret, err = makeSecret(filepath.Join(dir, own))
		}
		return secret
	}
	peppered, master := read(named.Pepper, "pepper"), read(named.Evidence, "evidence")
	digital, authority := read(named.DigitalID, "digitalid"), read(named.Authority, "authority")
	if err != nil {
		return s, err
	}
	s.belonging = belonging{"pepper": fingerprint("pepper", peppered), "master key of the evidence": fingerprint("evidence", master)}
	var errs [4]error
	s.pepper, errs[0] = pepper.New(peppered)
	s.evidence, errs[1] = evidence.NewMaster(master)
	s.digitalID, errs[2] = sealed.NewSecret(digital)
	s.authority, errs[3] = sealed.NewSecret(authority)
	return s, errors.Join(errs[:]...)
}

// makeSecret reads the file or, at first start, makes it. Of two processes that
// start at once the file of one stands.
func makeSecret(path string) ([]byte, error) {
	if secret, err := readSecret(path); !errors.Is(err, fs.ErrNotExist) {
		return secret, err
	}
	var fresh [32]byte
	// crypto/rand never fails: it ends the program instead.
	_, _ = rand.Read(fresh[:])
	temp, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return nil, err
	}
	name := temp.Name()
	_, err = temp.WriteString(hex.EncodeToString(fresh[:]) + "\n")
	if err == nil {
		err = temp.Sync()
	}
	if err = errors.Join(err, temp.Close()); err == nil {
		// A link never replaces what another process has put there.
		if err = os.Link(name, path); errors.Is(err, fs.ErrExist) {
			err = nil
		}
	}
	if err = errors.Join(err, os.Remove(name)); err != nil {
		return nil, fmt.Errorf("make a secret: %w", err)
	}
	return readSecret(path)
}

// readSecret reads bytes in hex.
func readSecret(path string) ([]byte, error) {
	text, err := sealed.Read(path)
	if err != nil {
		return nil, err
	}
	secret, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(secret) < 32 {
		return nil, fmt.Errorf("%s: a secret is 64 hexadecimal digits (openssl rand -hex 32)", path)
	}
	return secret, nil
}
