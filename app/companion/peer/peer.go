// Package peer tells which program is at the other end of a connection within
// this computer, and who runs it, by asking the operating system for the owner
// of the socket. What a program says of itself, such as the Origin header, it
// may make up; the path of its file and its user it cannot.
//
// [Of] answers for a connection, [Listening] and [ListeningAt] for a port that
// somebody holds. Where a system cannot be asked, [ErrUnknown] says so and nothing is
// guessed.
package peer

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"path"
	"strings"
	"time"
)

// ErrUnknown says that the system does not tell whose the socket is.
var ErrUnknown = errors.New("the system does not tell which program that is")

// ErrNobody says that nobody waits for connections.
var ErrNobody = errors.New("nobody listens there")

// ListeningAt returns who waits for connections at one of this computer's own
// addresses. The error is ErrNobody where a connection is refused, and
// ErrUnknown where somebody is there, and the system does not tell who.
func ListeningAt(ctx context.Context, at netip.AddrPort) (Process, error) {
	if p, err := listeningAt(at); err == nil {
		return p, nil
	}
	conn, err := (&net.Dialer{Timeout: knockTime}).DialContext(ctx, "tcp", at.String())
	if err != nil {
		return Process{}, ErrNobody
	}
	_ = conn.Close()
	return Process{}, ErrUnknown
}

const knockTime = 2 * time.Second

// Process is who has a socket.
type Process struct {
	PID     int    // 0 where only the user is known
	User    int    // number of the user
	Program string // path of the program's file; "" where it is not known
}

// browsers are the names of the files of programs that tell the truth about the
// pages they show.
var browsers = map[string]bool{
	"firefox": true, "firefox-bin": true, "firefox-esr": true, "librewolf": true, "waterfox": true, "floorp": true,
	"chrome": true, "chromium": true, "chromium-browser": true, "brave": true, "msedge": true, "opera": true, "vivaldi-bin": true,
	"yandex_browser": true, "epiphany": true, "webkitnetworkprocess": true, "konqueror": true, "falkon": true,
	"safari": true, "com.apple.webkit.networking": true, "google chrome helper": true, "chromium helper": true,
}

// Browser tells whether the program is a web browser, by the name of its file.
func (p Process) Browser() bool {
	name := strings.ToLower(path.Base(strings.ReplaceAll(p.Program, `\`, "/")))
	return browsers[strings.TrimSuffix(name, ".exe")]
}
