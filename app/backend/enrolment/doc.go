// Package enrolment is the service itself: one citizen's way from the IIN to
// the certificates, as rules over a store, without a word of HTTP.
//
// [Service] has a method for each call of the contract (package api) and those
// of the operator's console. A way is a record of package store whose [State]
// is JSON of this package; which [api.Step] it waits for follows from what the
// state has and lacks ([State.Next]), so that a step that has to be repeated is
// simply one whose result was taken away.
//
// # Invariants
//
//   - Every change is one transaction: check of the caller, check of step and
//     nonce, the change, a new nonce, the audit entry, the jobs that follow, and
//     the answer kept for a repetition of the call ([Memory]).
//   - A refused call changes nothing but counters of tries.
//   - Until a code was given, nothing that is answered, and no work that is done
//     before the answer, depends on whether the IIN is known. The registers are
//     asked and messages are sent by jobs.
//   - The person comes from the state register, never from what was typed.
//   - Slow work (Argon2id, evidence, the authority) is done outside of
//     transactions, and its result enters the state only if that is still where
//     it was.
//
// The audit trail and the log hold pseudonyms only.
package enrolment
