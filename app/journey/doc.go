// Package journey is the citizen's way, from the first screen to the key files
// in a folder, as a state machine that can be left and resumed at any instant.
//
// It knows no window, no camera and no wire: a front (the window, the headless
// way, a replay) observes it by [Journey.State] and [Journey.Subscribe] and
// acts by one method for each thing that a citizen does. The backend decides
// where the citizen is; [Stage] adds the screens that only this computer knows.
//
// # Actions
//
// One action runs at a time. An action that does not belong to the stage is
// refused with [*StageError], one beside another with [ErrBusy]; both change
// nothing. Whatever else goes wrong is an [*api.Problem], returned and shown in
// State.Problem. When the backend refuses a call the journey reads the
// enrolment again and moves to where the backend says it is; so an answer that
// got lost is never a dead end.
//
// # What is kept
//
// After every step the journal is written into the data folder: the
// enrolment's name, the language, what only this computer knows, the folder and
// the key files written so far. The token, the seed of the idempotency keys,
// the e-mail and the requests lie in it sealed under a key derived from the
// device's key, which the keyring has. IIN, phone, code, PIN, password and
// pictures are never written. Of a way that is done it keeps the names of the
// key files and the authority's certificates, by which a trial signature is
// judged.
//
// From the setting of the PIN until the way is done a recovery secret lies beside
// the journal, in the clear and for the owner alone. Where the journal or the
// device's key is lost, [Journey.Recover] leads back by it to the way begun here,
// with the phone's code and the PIN; alone it opens nothing. Each serves once: the
// next one is on the disk before the backend is told of it.
//
// The idempotency key of a call is an HMAC, under the journal's seed, of the
// operation, its nonce and its body: the same act again, even by a process that
// was started after the first was killed, carries the same key and gets the
// first answer; a different act cannot.
//
// # No key lost, no certificate doubled
//
// Effects happen in this order, each on the disk before the next begins:
//
//  1. the key pairs are made and locked into the vault under the enrolment's
//     name, which takes one entry and replaces none;
//  2. the requests made of them are written into the journal;
//  3. the application is sent; sent again it has the same keys, the same
//     requests and the same idempotency key, and is the same application;
//  4. each certificate is put with its key into a key file, which is synced,
//     read back and opened before it has its name, and noted in the journal;
//  5. the import is confirmed;
//  6. the vault's entry is deleted.
//
// With a token the keys are made inside, under labels that bear the enrolment's
// name, and the journal has the token's serial number; 1 and 6 fall away, and 4 is
// the writing of the certificate beside its key.
//
// In a renewal the entry has a name of its own, noted before the keys are made,
// and what is sent is a signature with the former key, noted before it is sent.
//
// A process killed before 3 leaves keys nobody knows, and uses them again; one
// killed after 3 finds at the backend how far it came; one killed before 6 finds
// the keys in the vault still. A second pair of keys for one application is
// refused by the backend.
package journey
