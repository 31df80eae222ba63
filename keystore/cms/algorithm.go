package cms

import (
	"bytes"
	"encoding/asn1"

	"qoltanba/keystore/keypair"
)

// identifier is an AlgorithmIdentifier.
type identifier struct {
	oid        asn1.ObjectIdentifier
	parameters []byte // DER; nil where absent
}

// plain says that the identifier has oid and no parameters to heed. NULL is
// written, as the NCA's client does; absent parameters will do (RFC 5754, 2).
func (i identifier) plain(oid asn1.ObjectIdentifier) bool {
	return i.oid.Equal(oid) && (len(i.parameters) == 0 || bytes.Equal(i.parameters, asn1.NullBytes))
}

// oidRSA, rsaEncryption, is what others name the signature by (RFC 5754, 3.2).
var oidRSA = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}

// algorithmNamed finds the algorithm that a signer's two identifiers name; 0 if
// none is known.
func algorithmNamed(digest, signature identifier) keypair.Algorithm {
	a, err := keypair.Identified(signature.oid)
	if signature.oid.Equal(oidRSA) {
		a, err = keypair.RSA, nil
	}
	if err != nil || !signature.plain(signature.oid) || !digest.plain(a.DigestOID()) {
		return 0
	}
	return a
}
