// Package companion is the local signing service that web portals talk to: a
// WebSocket server on this computer's own addresses that speaks the protocol of
// NCALayer, so that the code portals have works unchanged.
//
// # Central types
//
// A [Server] listens, and answers each request of a page in order. What it may
// do is decided by a person, through a [Consenter]: the window, or a terminal.
// A [Store] has the keys, a [Caller] is who asks.
//
// # Invariants
//
//   - Only this computer and this user are served, and only under the names of
//     this computer (against DNS rebinding).
//   - No caller learns anything of keys before the person allowed it. A program
//     that is no browser is called by its path, whatever Origin it claims.
//   - Nothing is signed that was not shown just before; an answer that was
//     given goes for that proposal alone.
//   - One dialog stands at a time; others wait in line. A page that goes away
//     takes its dialog along.
//   - One answer for each request, and no text without one, but the greeting.
//   - Frames, nesting, documents, requests and connections are bounded.
//   - The log tells who asked for what and how it ended, never the contents.
//
// # Norms
//
// RFC 6455 (WebSocket). The protocol has none: it is what NCALayer 1.4 does, as
// clients of it record, among them ncalayer-js-client 1.5.6.
package companion

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"net/netip"
	"time"

	"qoltanba/app/companion/peer"
	"qoltanba/keystore/timestamp"
)

// Port is where portals look for the service.
const Port = 13579

// Bounds on what callers send.
const (
	// MaxFrame is the longest request in bytes: documents of 24 MB, as they
	// come in base64.
	MaxFrame = 32 << 20
	// MaxDocuments is how many may be signed by one request.
	MaxDocuments   = 500
	maxDepth       = 16  // of JSON
	maxConnections = 256 // at once
	maxWaiting     = 64  // requests that wait on one connection
	smallFrame     = 64 << 10
	maxLarge       = 4 // frames over smallFrame that are held at once
)

// Times.
const (
	frameTime = time.Minute      // for a frame to arrive in whole
	writeTime = 30 * time.Second // for an answer to be taken
	stampTime = 20 * time.Second // for a time stamp
)

// Config is what a server works with.
type Config struct {
	// Port is Port but in tests, where 0 lets the system choose.
	Port uint16
	// Certificate is the server's, asked for with each connection.
	Certificate func() (*tls.Certificate, error)
	Consenter   Consenter
	Origins     *Origins
	// Stores have keys, under the names that portals have for storages, such as
	// PKCS12.
	Stores map[string]Store
	// Authorities are those whose certificates portals ask for; without any,
	// every certificate will do.
	Authorities []*x509.Certificate
	// Stamps asks for time stamps; nil where no authority is known.
	Stamps *timestamp.Client
	// Standing tells whether a certificate is revoked; nil where nobody is asked.
	Standing func(context.Context, *x509.Certificate) Standing
	// Peer tells who is at the other end of a connection: [peer.Of] but in tests.
	Peer func(local, remote netip.AddrPort) (peer.Process, error)
	Log  *slog.Logger
	// Activity is the log that the citizen can read; nil where none is kept.
	Activity *Activity
	Now      func() time.Time
}

// Caller is who asks: a page in a browser, or a program.
type Caller struct {
	// ID is under what the consent is kept: the origin of a page, or the path
	// of a program; "" for a program that cannot be told, whose consent is not kept.
	ID string
	// Origin is what was claimed. It counts only where Browser.
	Origin string
	// Program is the path of the program's file, "" where it is not known.
	Program string
	Browser bool
}
