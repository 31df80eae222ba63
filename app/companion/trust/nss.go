package trust

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"qoltanba/keystore"
)

// nickname is under what the authority stands in NSS' databases.
const nickname = "Qoltanba companion"

// nss is a database of Mozilla's NSS, cert9.db in a folder. It is read and
// written by NSS' own certutil: the format is SQLite with integrity codes of
// NSS' own.
type nss struct{ dir string }

// maxFormer bounds how many certificates of our name are taken away.
const maxFormer = 10

func (n nss) certutil(ctx context.Context, args ...string) (string, error) {
	tool, err := exec.LookPath("certutil")
	if err != nil {
		return "", ErrNoTool
	}
	out, err := run(ctx, toolTime, tool, append(args, "-d", "sql:"+n.dir)...)
	text := strings.TrimSpace(string(out))
	if err == nil {
		return text, nil
	}
	switch {
	case strings.Contains(text, "SEC_ERROR_BAD_PASSWORD"), strings.Contains(text, "SEC_ERROR_TOKEN_NOT_LOGGED_IN"):
		return text, ErrLocked
	case strings.Contains(text, "SEC_ERROR_READ_ONLY"):
		return text, ErrNotAllowed
	}
	_, cause, _ := strings.Cut(text, ": ")
	return text, fmt.Errorf("certutil: %s (%w)", cause, err)
}

func (n nss) exists() bool {
	_, err := os.Stat(filepath.Join(n.dir, "cert9.db"))
	return err == nil
}

// shown returns the certificates of our name, in PEM; "" where there is none.
func (n nss) shown(ctx context.Context) (string, error) {
	text, err := n.certutil(ctx, "-L", "-n", nickname, "-a")
	if err != nil && (strings.Contains(text, "PR_FILE_NOT_FOUND_ERROR") || strings.Contains(text, "SEC_ERROR_UNRECOGNIZED_OID")) {
		return "", nil
	}
	return text, err
}

func (n nss) trusts(ctx context.Context, cert *x509.Certificate) (bool, error) {
	if !n.exists() {
		return false, nil
	}
	text, err := n.shown(ctx)
	if err != nil || !among([]byte(text), cert) {
		return false, err
	}
	list, err := n.certutil(ctx, "-L")
	return err == nil && flagged(list), err
}

// flagged tells whether the list of a database says that our name stands for an
// authority of servers: "C" among the first of the three groups of flags.
func flagged(list string) bool {
	for line := range strings.Lines(list) {
		flags, ours := strings.CutPrefix(line, nickname)
		servers, _, _ := strings.Cut(strings.TrimSpace(flags), ",")
		if ours && strings.Contains(servers, "C") {
			return true
		}
	}
	return false
}

func (n nss) add(ctx context.Context, cert *x509.Certificate) error {
	if err := n.prepare(ctx); err != nil {
		return err
	}
	if _, err := n.remove(ctx, cert); err != nil {
		return err
	}
	file, err := os.CreateTemp("", "authority*.pem")
	if err != nil {
		return keystore.DiskError(err)
	}
	defer func() { _ = os.Remove(file.Name()) }()
	err = errors.Join(pem.Encode(file, &pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw}), file.Close())
	if err != nil {
		return keystore.DiskError(err)
	}
	_, err = n.certutil(ctx, "-A", "-n", nickname, "-t", "C,,", "-i", file.Name(), "-f", os.DevNull)
	return err
}

// prepare makes the database where the browser has not made it yet.
func (n nss) prepare(ctx context.Context) error {
	if n.exists() {
		return nil
	}
	if err := os.MkdirAll(n.dir, 0o700); err != nil {
		return keystore.DiskError(err)
	}
	_, err := n.certutil(ctx, "-N", "--empty-password")
	return err
}

// remove takes every certificate of our name away.
func (n nss) remove(ctx context.Context, _ *x509.Certificate) (had bool, err error) {
	if !n.exists() {
		return false, nil
	}
	for range maxFormer {
		text, err := n.shown(ctx)
		if err != nil || text == "" {
			return had, err
		}
		had = true
		if _, err := n.certutil(ctx, "-D", "-n", nickname, "-f", os.DevNull); err != nil {
			return had, err
		}
	}
	return had, nil
}
