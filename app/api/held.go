package api

import (
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// The life of certificates after issue. What a citizen holds is told over all
// enrolments of the same person ([ListHeld]), to an enrolment whose citizen was
// identified. A certificate is ended ([RevokeCertificate]) by the PIN or by a
// signature; it is renewed ([RenewCertificates]) by a signature alone, without a
// camera. What has to be signed is asked for first ([AskSignature]): the bytes
// of the text go into an attached CMS signature (RFC 5652, DER) as they are.

// HeldState tells whether relying parties accept a certificate now.
type HeldState string

// The states of a certificate.
const (
	HeldGood      HeldState = "good"
	HeldSuspended HeldState = "suspended" // by "not me": an operator gives it back, or it is revoked
	HeldRevoked   HeldState = "revoked"
	HeldExpired   HeldState = "expired"
)

// RevocationReason says why a certificate was ended (RFC 5280, 5.3.1).
type RevocationReason string

// The reasons. A citizen may give the first three.
const (
	KeyCompromise RevocationReason = "key-compromise" // somebody else may have the key or its password
	Superseded    RevocationReason = "superseded"     // there is a new one in its place
	NotNeeded     RevocationReason = "cessation"      // it is not needed any more
	OnHold        RevocationReason = "hold"           // "not me"
	Withheld      RevocationReason = "unspecified"    // ended by the authority
)

// Obtained says on what a certificate rests.
type Obtained string

// The ways of obtaining a certificate.
const (
	ObtainedByMachine  Obtained = "remote-machine"  // remotely, a machine's verdict
	ObtainedByOperator Obtained = "remote-operator" // remotely, an operator's decision
	ObtainedByRenewal  Obtained = "renewal"         // by a signature with the key before it
)

// HeldCertificate is a certificate of the citizen. Serial numbers are
// hexadecimal digits in lower case, as in the certificate and without leading
// zeros, two for each octet.
type HeldCertificate struct {
	Serial      string          `json:"serial"`
	Kind        CertificateKind `json:"kind" enum:"rsa-auth,rsa-sign,gost512"`
	Storage     Storage         `json:"storage" enum:"personal-computer,token"`
	NotBefore   time.Time       `json:"not_before"`
	NotAfter    time.Time       `json:"not_after"`
	State       HeldState       `json:"state" enum:"good,suspended,revoked,expired"`
	Obtained    Obtained        `json:"obtained" enum:"remote-machine,remote-operator,renewal"`
	Application string          `json:"application" doc:"Number of its application; certificates of one application were made together"`
	Here        bool            `json:"here" doc:"Whether it was obtained in this enrolment"`
	Imported    bool            `json:"imported" doc:"Whether it was confirmed to lie in a key file"`

	Reason  RevocationReason `json:"reason,omitempty" enum:"key-compromise,superseded,cessation,hold,unspecified" doc:"Why it was suspended or revoked"`
	EndedAt *time.Time       `json:"ended_at,omitempty" doc:"When it was suspended or revoked"`

	RenewFrom *time.Time `json:"renew_from,omitempty" doc:"From when on its key can renew it; absent where only the full way leads to a new one, or where the key does not sign"`
	Renewed   bool       `json:"renewed" doc:"Whether a later good one of the same kind is there"`
}

// HeldCertificates is what a citizen holds, the newest first.
type HeldCertificates struct {
	Certificates []HeldCertificate `json:"certificates"`
}

// SignaturePurpose says what a signature authorises.
type SignaturePurpose string

// The purposes.
const (
	SignToRevoke SignaturePurpose = "revoke"
	SignToRenew  SignaturePurpose = "renew"
)

// SignatureRequest asks for the text to sign. Serial is the certificate that is
// to be revoked, or the one whose key renews. Reason comes with revoke,
// Requests, see [RequestsHash], with renew.
type SignatureRequest struct {
	Purpose  SignaturePurpose `json:"purpose" enum:"revoke,renew"`
	Serial   string           `json:"serial" pattern:"^[0-9a-f]{2,40}$"`
	Reason   RevocationReason `json:"reason,omitempty" enum:"key-compromise,superseded,cessation"`
	Requests string           `json:"requests,omitempty" pattern:"^[0-9a-f]{64}$" doc:"SHA-256 over the SHA-256 of each certificate request, in order"`
}

// SignatureTask is a text that serves once, until it expires.
type SignatureTask struct {
	Text      string    `json:"text" doc:"What has to be signed, byte for byte: attached CMS, DER"`
	ExpiresAt time.Time `json:"expires_at"`
}

// RequestsHash is the hash by which a text to be signed names the certificate
// requests of a renewal (PKCS#10 in DER): SHA-256 over the SHA-256 of each, in
// their order, in hexadecimal digits.
func RequestsHash(requests [][]byte) string {
	whole := sha256.New()
	for _, der := range requests {
		one := sha256.Sum256(der)
		whole.Write(one[:])
	}
	return hex.EncodeToString(whole.Sum(nil))
}

// RevocationRequest ends a certificate, by the PIN of the enrolment or by a
// signature over the text that [AskSignature] gave for it: one of both. The
// signature is made with the certificate's own key, or with the one for signing
// of the same application.
type RevocationRequest struct {
	Serial    string           `json:"serial" pattern:"^[0-9a-f]{2,40}$"`
	Reason    RevocationReason `json:"reason" enum:"key-compromise,superseded,cessation"`
	PIN       Secret           `json:"pin,omitempty" minLength:"6" maxLength:"6" pattern:"^[0-9]{6}$"`
	Signature []byte           `json:"signature,omitempty" maxLength:"22000" doc:"Attached CMS, DER"`
}

// RenewalRequest asks for certificates for new keys, by a signature with the
// present key. Keys, Storage and Requests are as in [ApplyRequest]; the new ones
// may be of another kind.
type RenewalRequest struct {
	Serial    string       `json:"serial" pattern:"^[0-9a-f]{2,40}$" doc:"The certificate whose key signed: good, and for signing"`
	Email     string       `json:"email,omitempty" maxLength:"254" doc:"The confirmed address; one whose code was not given is left out"`
	Storage   Storage      `json:"storage" enum:"personal-computer,token"`
	Keys      KeyAlgorithm `json:"keys" enum:"gost512,rsa2048"`
	Requests  [][]byte     `json:"requests" minItems:"1" maxItems:"2"`
	Signature []byte       `json:"signature" maxLength:"22000" doc:"Attached CMS, DER, over the text that was asked for these requests"`
	// RevokeOld is the citizen's answer to a question, never a habit of the
	// program: the certificates of the old application are revoked as superseded
	// as soon as the new ones are confirmed to lie in key files.
	RevokeOld bool `json:"revoke_old" doc:"Whether the citizen wants the old certificates revoked once the new ones lie in key files"`
}

// Validate checks the number of requests for keys of their kind.
func (r RenewalRequest) Validate() error {
	return ApplyRequest{Email: r.Email, Storage: r.Storage, Keys: r.Keys, Requests: r.Requests}.Validate()
}

// EmailRequest gives the address to which a code is sent.
type EmailRequest struct {
	Email string `json:"email" minLength:"3" maxLength:"254"`
}

// EmailAddress is the address for the certificates and for reminders, and
// whether its code was given.
type EmailAddress struct {
	Address   string    `json:"address"`
	Confirmed bool      `json:"confirmed"`
	Code      *CodeSent `json:"code,omitempty" doc:"The code that was sent to it, while it is awaited"`
	Lock      *Lock     `json:"lock,omitempty" doc:"Set while no code is taken"`
}
