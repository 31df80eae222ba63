package api

import "time"

// Storage says where the keys will live.
type Storage string

// The storages: a folder on the citizen's computer, and a cryptographic token
// that is plugged into it, for RSA keys and where the agency serves tokens.
const (
	StoragePC    Storage = "personal-computer"
	StorageToken Storage = "token"
)

// ApplicationStatus is how far the certification authority is.
type ApplicationStatus string

// The statuses of an application, in order. Rejected ends it, and the enrolment
// with it: nothing follows but [CancelEnrolment] and a new one.
const (
	ApplicationCreated  ApplicationStatus = "created"
	ApplicationChecking ApplicationStatus = "checking"
	ApplicationApproved ApplicationStatus = "approved"
	ApplicationRejected ApplicationStatus = "rejected"
	ApplicationAwaiting ApplicationStatus = "awaiting-import"
	ApplicationIssued   ApplicationStatus = "issued"
)

// StatusChange is a status with the time it was reached.
type StatusChange struct {
	Status ApplicationStatus `json:"status" enum:"created,checking,approved,rejected,awaiting-import,issued"`
	At     time.Time         `json:"at"`
	Reason string            `json:"reason,omitempty" doc:"Why it was rejected, in the authority's words"`
}

// Application is the request for certificates as the authority keeps it.
type Application struct {
	Number  string            `json:"number"`
	Status  ApplicationStatus `json:"status" enum:"created,checking,approved,rejected,awaiting-import,issued"`
	History []StatusChange    `json:"history"`
	Email   string            `json:"email,omitempty"`
	Storage Storage           `json:"storage" enum:"personal-computer,token"`
}

// KeyAlgorithm is the kind of all key pairs of one application.
type KeyAlgorithm string

// The kinds of key pairs.
const (
	KeysGOST512 KeyAlgorithm = "gost512" // GOST 34.310-2015, 512 bits: one for signing in and for signing
	KeysRSA2048 KeyAlgorithm = "rsa2048" // RSA, 2048 bits: one for signing in, one for signing
)

// Requests is how many certificate requests an application with such keys
// has; 0 for a kind that is not known.
func (a KeyAlgorithm) Requests() int {
	switch a {
	case KeysGOST512:
		return 1
	case KeysRSA2048:
		return 2
	}
	return 0
}

// ApplyRequest asks for certificates for key pairs that were made on the
// citizen's computer. The requests are PKCS#10 (RFC 2986) in DER, all on keys of
// the kind that Keys names: one with GOST; with RSA one for authentication, then
// one for signing. The JSON has them in base64.
type ApplyRequest struct {
	Email    string       `json:"email,omitempty" maxLength:"254" doc:"The confirmed address; one whose code was not given is left out"`
	Storage  Storage      `json:"storage" enum:"personal-computer,token"`
	Keys     KeyAlgorithm `json:"keys" enum:"gost512,rsa2048" doc:"Kind of the key pairs in the requests"`
	Requests [][]byte     `json:"requests" minItems:"1" maxItems:"2"`
	// RevokeOld is the citizen's answer to a question: all earlier good
	// certificates, see [ListHeld], are revoked as superseded as soon as the new
	// ones are confirmed to lie in key files.
	RevokeOld bool `json:"revoke_old,omitempty" doc:"Whether the citizen wants earlier certificates revoked once the new ones lie in key files"`
}

// CertificateKind tells what a certificate is for.
type CertificateKind string

// The kinds of certificate.
const (
	CertificateAuth CertificateKind = "rsa-auth"
	CertificateSign CertificateKind = "rsa-sign"
	CertificateGOST CertificateKind = "gost512" // for both
)

// Signs tells whether documents are signed with the certificate's key.
func (k CertificateKind) Signs() bool { return k == CertificateSign || k == CertificateGOST }

// Certificate is an issued certificate in DER.
type Certificate struct {
	Kind CertificateKind `json:"kind" enum:"rsa-auth,rsa-sign,gost512"`
	DER  []byte          `json:"der"`
}

// Certificates is what was issued, with the authority's own certificates from
// the issuing one to the root.
type Certificates struct {
	Certificates []Certificate `json:"certificates"`
	Chain        [][]byte      `json:"chain"`
}

// ImportRequest confirms that the certificates lie in key files: the SHA-256 of
// each one's DER, in hex.
type ImportRequest struct {
	Fingerprints []string `json:"fingerprints" minItems:"1" maxItems:"2"`
}
