package nca

import (
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"path/filepath"
	"slices"
	"time"

	"qoltanba/app/backend/nca/crl"
	"qoltanba/app/backend/nca/ocsp"
	"qoltanba/app/backend/sealed"
	"qoltanba/keystore/keypair"
)

const (
	// rootWord is how long the root's word on what is beneath it is good, and
	// rootDue how long before its end a new one is asked for.
	rootWord, rootDue = 366 * 24 * time.Hour, 60 * 24 * time.Hour

	rootListPattern = "root-*.crl"
)

// rootSays is what a root says of the issuing authority beneath it. The root is
// offline: list and answer are signed beforehand, while its key is at hand.
type rootSays struct {
	list   []byte // revocation list of the authorities, in DER
	until  time.Time
	about  ocsp.CertID // the question that answer is for
	answer []byte
}

// sayOfIssuing signs the root's list and its answer about the issuing authority,
// and writes both into dir, beside those of earlier times.
func sayOfIssuing(dir string, root, issuing *x509.Certificate, key crypto.Signer, now time.Time) error {
	now = now.UTC().Truncate(time.Second)
	list, err := crl.List{Issuer: root, Number: big.NewInt(now.UnixMilli()), This: now, Next: now.Add(rootWord)}.Sign(key)
	if err != nil {
		return err
	}
	named, err := ocsp.NewIssuer(root)
	if err != nil {
		return err
	}
	about, err := named.ID(issuing.SerialNumber)
	if err != nil {
		return err
	}
	answer, err := ocsp.Response{ID: about, Status: ocsp.Good, This: now, Next: now.Add(rootWord)}.Sign(named, key)
	if err != nil {
		return err
	}
	day := "root-" + now.Format("20060102T150405")
	if err := sealed.Write(filepath.Join(dir, day+".ocsp"), answer); err != nil {
		return err
	}
	return sealed.Write(filepath.Join(dir, day+".crl"), list)
}

// readRootSays reads the newest of what the root said; nil where it never did.
func readRootSays(dir string, root, issuing *x509.Certificate) (*rootSays, error) {
	lists, err := filepath.Glob(filepath.Join(dir, rootListPattern))
	if err != nil || len(lists) == 0 {
		return nil, err
	}
	newest := slices.Max(lists)
	var says rootSays
	if says.list, err = sealed.Read(newest); err != nil {
		return nil, fmt.Errorf("the authority's folder: %w", err)
	}
	list, err := x509.ParseRevocationList(says.list)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", newest, err)
	}
	says.until = list.NextUpdate
	if says.answer, err = sealed.Read(newest[:len(newest)-len(".crl")] + ".ocsp"); err != nil {
		return nil, fmt.Errorf("the authority's folder: %w", err)
	}
	named, err := ocsp.NewIssuer(root)
	if err != nil {
		return nil, err
	}
	says.about, err = named.ID(issuing.SerialNumber)
	return &says, err
}

// completeRoot lets the root speak anew where it never did, or where its word
// ends soon. Its key must be in the folder then.
func (l line) completeRoot(dir string, secret sealed.Secret, c Config) (made bool, _ error) {
	i, err := l.open(dir, secret, c)
	if err != nil {
		return false, err
	}
	if i.says != nil && i.says.until.Sub(c.Clock()) > rootDue {
		return false, nil
	}
	file, err := sealed.Read(filepath.Join(dir, rootKeyFile))
	if errors.Is(err, fs.ErrNotExist) {
		return false, fmt.Errorf("the root's list of revoked authorities is due: put %s into %s for as long as this takes", rootKeyFile, dir)
	}
	if err != nil {
		return false, err
	}
	key, err := secret.OpenKey(file)
	if err != nil {
		return false, fmt.Errorf("the root's key: %w", err)
	}
	return true, sayOfIssuing(dir, i.root, i.cert, key, c.Clock())
}

// RootList is the list of revoked authorities by the root above the authority
// for keys of an algorithm, in DER; nil where the root never signed one.
func (a *Authority) RootList(algorithm keypair.Algorithm) []byte {
	if i := a.issuers[algorithm]; i != nil && i.says != nil {
		return i.says.list
	}
	return nil
}

// RootAnswer is the root's OCSP answer about an issuing authority, which it
// signed beforehand; nil where that is not what was asked, or too old.
func (a *Authority) RootAnswer(id ocsp.CertID) []byte {
	for _, i := range a.issuers {
		if i.says != nil && i.says.about.Key() == id.Key() && a.now().Before(i.says.until) {
			return i.says.answer
		}
	}
	return nil
}
