// Package api is the contract between the desktop program and the backend.
//
// It holds the types that travel ([Enrolment] is the central one: everything
// the backend tells about one citizen's way), the table of calls
// ([Operation]), the table of failures ([Failure]) with a sentence and a remedy
// in three languages, the proof of possession that goes with every call
// (package dpop beneath) and the typed [Client]. The OpenAPI document is
// generated from the same types, so that it cannot say anything else.
//
// # How a way is walked
//
// [StartEnrolment] answers every well-formed IIN alike and gives a token that
// is worth nothing without the device's key (RFC 9449). Each [Enrolment] names
// the [Step] it waits for and a nonce; the call that takes the step carries the
// nonce in its proof and uses it up. What is out of order, replayed, or of
// another device is refused and changes nothing.
//
// # Repeating a call
//
// Every call that changes something carries an idempotency key: the same key
// with the same content is answered with the first answer, so that the client
// may repeat whatever got lost on the way. The same key with other content is
// refused.
package api
