// Package cms makes and verifies electronic signatures in the form of CMS
// SignedData: who signed what, and when, in one file (.cms, .p7s).
//
// # Making
//
// A [Signer] is a private key with its certificate. [Signer.Attached] puts the
// content into the signature; [Signer.Detached] leaves it out, so that it
// travels beside. What is made is CAdES-BES: the signed attributes state the
// content's type and digest, the time, and which certificate was meant.
//
// # Verifying
//
// [Parse] reads a signature, and [SignedData.Verify] returns one [Finding] for
// each of its signers. A finding keeps three questions apart: is the content
// the one that was signed (Whole), was it signed with the key of that
// certificate (Good), and does the certificate lead to an authority the caller
// trusts (Trust). A forged signature is a finding and no error; errors are for
// what is no signature at all.
//
// # Invariants
//
//   - The algorithm follows from the certificate's key, so callers name none.
//   - What comes from outside is bounded before anything is made of it: size,
//     signers, certificates, attributes. The depth of nesting is that of the
//     syntax, since nothing here is read by recursion.
//   - Only DER is read. The signed attributes are verified as they came.
//   - A signature without signed attributes is refused: its content could be
//     passed off as the attributes of another.
//   - The time is the signer's word. Whether a certificate was revoked is not
//     looked at: no finding speaks of it.
//
// # Norms
//
// RFC 5652 (CMS), RFC 5035 (signingCertificateV2), RFC 5754 (SHA-2 in CMS),
// RFC 5280, 6 (paths), ETSI EN 319 122-1 (CAdES).
package cms

import (
	"crypto/x509"
	"encoding/asn1"
	"errors"
)

// Bounds on what is read.
const (
	MaxSize         = 64 << 20 // of a signature with its content, in bytes
	maxSigners      = 32
	maxCertificates = 64
	maxAttributes   = 32 // of one signer
)

// Errors of reading and of asking for a verification.
var (
	ErrTooLarge  = errors.New("the signature is larger than 64 MiB")
	ErrMalformed = errors.New("this is no signature in the form of CMS SignedData, encoded in DER")
	ErrNoSigner  = errors.New("nobody has signed: the message has no signer")
	ErrDetached  = errors.New("the content is not in the signature: give the file that was signed, too")
	ErrContent   = errors.New("the signature holds another content than the file that was given with it")
)

// Reasons of a [Finding], to be told apart by errors.Is.
var (
	ErrAlgorithm        = errors.New("the signature's algorithm is not known here")
	ErrNoAttributes     = errors.New("the signer signed no attributes")
	ErrContentType      = errors.New("the signer signed content of another type")
	ErrChanged          = errors.New("the content was changed after it was signed")
	ErrNoCertificate    = errors.New("the signer's certificate is not in the signature")
	ErrOtherCertificate = errors.New("the signer meant another certificate")
	ErrSignature        = errors.New("the signature was not made with the certificate's key")
	ErrKeyUsage         = errors.New("the certificate is not for signing")
	ErrUntrusted        = errors.New("the certificate does not lead to a trusted authority")
)

// Errors of making a signature.
var (
	ErrUnsupportedKey = errors.New("no signature can be made with a key of this algorithm")
	ErrKeyMismatch    = errors.New("the certificate does not belong to the private key")
)

var (
	oidData       = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	oidSignedData = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
)

// SignedData is a signature as it was read. Nothing of it is verified.
type SignedData struct {
	// ContentType is 1.2.840.113549.1.7.1, data, unless the content says of
	// itself that it is something else, such as a time stamp.
	ContentType asn1.ObjectIdentifier
	// Content is what was signed; it means nothing where it is detached.
	Content []byte
	// Detached says that the content is not in the signature.
	Detached bool
	// Certificates are those that came along, in no order to rely on. What is
	// no certificate of RFC 5280 is left out.
	Certificates []*x509.Certificate

	signers []signerInfo
}

// Signers is how many have signed, or say so.
func (sd *SignedData) Signers() int { return len(sd.signers) }
