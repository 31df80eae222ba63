package api

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
)

// A computer whose keyring was emptied has lost the key by which the backend
// knew it. For that day it keeps a recovery secret outside the keyring, of which
// the backend has the hash. The secret tells the backend which enrolment the
// computer means and nothing more: [RecoverEnrolment] opens an enrolment beside
// it, in which the phone's code and the PIN follow; only then [RebindDevice]
// binds the one whose key was lost to the new key.

// NewRecoverySecret draws a secret of 260 random bits in base32.
func NewRecoverySecret() Secret { return Secret(rand.Text() + rand.Text()) }

// RecoveryHash is what the backend keeps of a recovery secret: its SHA-256 in
// hexadecimal digits. The secret is too long to be guessed, so that no slow
// hash is needed.
func RecoveryHash(secret Secret) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}
