// Package keystore makes the citizen's keys and never loses them: key pairs,
// certificate requests, key files (.p12) and the vault in which private keys
// wait between the submission of an application and the download of its
// certificates.
//
// # The way of a key
//
// A [keypair.Algorithm] makes one key pair for each of its kinds of certificate.
// [NewRequest] forms the PKCS#10 request that goes to the authority; [Vault.Put] locks the
// private keys away before anything is sent. When the certificates are there,
// [Vault.Get] brings the keys back, [WriteKeyFile] puts each of them with its
// certificate into the folder that the citizen chose, and only after that does
// the caller end the waiting with [Vault.Delete].
//
// # Invariants
//
//   - A private key never leaves the computer, and lies on the disk only
//     encrypted.
//   - A file is written aside, synced, read back and opened before it gets its
//     name, and it never takes the place of another. A crash at any instant
//     leaves the former state or the whole file.
//   - Types that hold keys or the owner's name show nothing of them when
//     printed or logged, and errors tell no password.
//
// # Errors
//
// The sentinel errors are those on which a caller does something different:
// choosing another folder, asking for the password again, beginning anew.
//
// # Norms
//
// RFC 2986 (PKCS#10), RFC 5958 (PKCS#8), RFC 7292 (PKCS#12); names, order and
// object identifiers are those of package profile.
package keystore
