package revocation

import (
	"bytes"
	"crypto/x509"
	"fmt"
	"time"

	"qoltanba/keystore/keypair"
)

// ReadList judges a certificate by a revocation list of its issuer, in DER, of at
// most 48 MiB. The errors are ErrInvalid and ErrOld; the answer is unknown with
// either.
func ReadList(der []byte, cert, issuer *x509.Certificate, now time.Time) (Answer, error) {
	if len(der) > maxList {
		return Answer{}, fmt.Errorf("%w: the list is too large", ErrInvalid)
	}
	signed, err := keypair.ParseSigned(der)
	if err != nil {
		return Answer{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	if !by(signed, issuer) {
		return Answer{}, fmt.Errorf("%w: the list is signed by somebody else", ErrInvalid)
	}
	list, err := x509.ParseRevocationList(der)
	if err != nil {
		return Answer{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	if !bytes.Equal(list.RawIssuer, cert.RawIssuer) {
		return Answer{}, fmt.Errorf("%w: the list is of another authority", ErrInvalid)
	}
	for _, e := range list.Extensions {
		if e.Critical { // a part of the list, changes to another one, or what nobody here knows
			return Answer{}, fmt.Errorf("%w: the list is of a kind that is not read", ErrInvalid)
		}
	}
	answer := Answer{Standing: Good, At: list.ThisUpdate, Until: list.NextUpdate, List: true}
	if err := answer.current(now); err != nil {
		return Answer{}, err
	}
	for _, entry := range list.RevokedCertificateEntries {
		if entry.SerialNumber.Cmp(cert.SerialNumber) == 0 {
			answer.revoked(entry.RevocationTime, entry.ReasonCode)
		}
	}
	return answer, nil
}
