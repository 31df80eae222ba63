// Package server puts the service on the wire: HTTP, as the operations of
// package api say, and nothing of its own.
//
// Every operation is registered once, by [register]; the route, the limits and
// the OpenAPI document come out of that same value. A call passes these gates
// in order, each of which may end it with a problem (RFC 9457):
//
//	headers and size         before a byte of the body is read
//	proof of possession      RFC 9449; its id is used up
//	form of the body         by the schema that the document shows
//	idempotency              a repeated call is answered as the first was
//	the service              package enrolment
//
// The answer to a call that changed something is kept, sealed, in the
// transaction that made the change. A crash between the two cannot happen; a
// crash after it means that the repeated call finds its answer.
//
// The log has operation, status, code and time of a call, and nothing of its
// caller.
package server
