// Package issuance says what a certificate of the authority contains, and
// judges whether one does.
//
// # Central types
//
// [Profile] is what all certificates of a kind have in common; [Profiles] are
// those of an authority, as configuration: profiles.json beside this file is
// what holds where nothing else is given. [Order] is what one certificate is to
// say. [Order.TBS] encodes it; [Order.Lint] holds a finished certificate
// against it, rule by rule; [Conform] against the norms for all certificates.
//
// # Invariants
//
//   - Encoding and judging share no code: a certificate is written with
//     cryptobyte and read with crypto/x509.
//   - Equal orders are equal bytes. With deterministic signatures a call that is
//     repeated makes the same certificate and no second one.
//   - A profile never changes: a new one begins at a time of its own, and
//     certificates are judged by what held when they were decided on.
//
// # Norms
//
// RFC 5280 for the shapes, in the order and with the object identifiers that
// the National Certification Authority uses; GOST certificates have the
// extensions in the order in which its own have them.
package issuance
