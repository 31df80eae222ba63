package nca

import (
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"

	"qoltanba/app/backend/assertion"
	"qoltanba/app/backend/nca/issuance"
	"qoltanba/keystore/gost"
	"qoltanba/keystore/keypair"
	"qoltanba/keystore/profile"
)

const maxRequest = 8 << 10

// checked is a request that was found good, with its SubjectPublicKeyInfo.
type checked struct {
	Request
	spki []byte
}

// checkRequests judges the requests one by one and together, and that they are
// for the keys that the assertion names. The first one's key tells of which
// algorithm they are; a storage that they name must be the one applied for.
func checkRequests(requests [][]byte, keys []assertion.Hash, storage issuance.Storage) ([]checked, error) {
	var accepted []checked
	var kinds []profile.Kind
	for i, der := range requests {
		spki, algorithm, err := parseRequest(der, storage)
		if err != nil {
			return nil, fmt.Errorf("%w (request %d: %w)", ErrRequest, i+1, err)
		}
		if i == 0 {
			kinds = profile.Kinds(algorithm)
		}
		if len(requests) != len(kinds) || kinds[i].Algorithm() != algorithm {
			return nil, fmt.Errorf("%w (%d requests, of which number %d is for a key of %s)", ErrRequest, len(requests), i+1, algorithm)
		}
		key := assertion.HashKey(spki)
		if slices.ContainsFunc(accepted, func(c checked) bool { return c.Key == key }) {
			return nil, fmt.Errorf("%w (one key for both)", ErrRequest)
		}
		accepted = append(accepted, checked{Request{Kind: kinds[i], Key: key, DER: der}, spki})
	}
	if len(accepted) == 0 || !slices.EqualFunc(accepted, keys, func(c checked, key assertion.Hash) bool { return c.Key == key }) {
		return nil, fmt.Errorf("%w (the assertion is for other keys)", ErrRequest)
	}
	return accepted, nil
}

// parseRequest reads a request and checks its signature, which proves that
// the applicant holds the private key, and its key.
func parseRequest(der []byte, applied issuance.Storage) (spki []byte, _ keypair.Algorithm, _ error) {
	if len(der) > maxRequest {
		return nil, 0, fmt.Errorf("%d bytes are over the limit of %d", len(der), maxRequest)
	}
	request, err := x509.ParseCertificateRequest(der)
	if err != nil {
		return nil, 0, errors.New("malformed PKCS#10")
	}
	public, err := keypair.ParsePublicKey(request.RawSubjectPublicKeyInfo)
	if err != nil {
		return nil, 0, err
	}
	switch key := public.(type) {
	case *rsa.PublicKey:
		err = checkRSA(request, key)
	case *gost.PublicKey:
		err = checkGOST(request, key)
	}
	if err != nil {
		return nil, 0, err
	}
	algorithm, err := keypair.Of(public)
	if err != nil {
		return nil, 0, err
	}
	storage, err := profile.ParseKeyStore(request.Extensions)
	if err != nil && !errors.Is(err, profile.ErrNoKeyStore) {
		return nil, 0, err
	}
	if err == nil && storage.Equal(profile.OIDKeyStorePKCS12) != (applied == issuance.StoragePC) {
		return nil, 0, errors.New("it names another storage than was applied for")
	}
	return request.RawSubjectPublicKeyInfo, algorithm, nil
}

var errOwnSignature = errors.New("its signature is not by its own key")

func checkRSA(request *x509.CertificateRequest, key *rsa.PublicKey) error {
	switch request.SignatureAlgorithm {
	case x509.SHA256WithRSA, x509.SHA384WithRSA, x509.SHA512WithRSA:
	default:
		return errors.New("not signed with RSA and SHA-2")
	}
	if err := checkKey(key); err != nil {
		return err
	}
	if request.CheckSignature() != nil {
		return errOwnSignature
	}
	return nil
}

func checkGOST(request *x509.CertificateRequest, key *gost.PublicKey) error {
	signed, err := keypair.ParseSigned(request.Raw)
	if err != nil {
		return err
	}
	if signed.Check(key) != nil {
		return errOwnSignature
	}
	return nil
}
