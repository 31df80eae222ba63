package trust

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"os/exec"
	"time"
)

// Kind is of whom a place is.
type Kind string

// The kinds.
const (
	Chromium Kind = "chromium" // the store that Chromium, Chrome, Edge, Brave and others share
	Firefox  Kind = "firefox"  // a profile of Firefox or of one of its kin
	System   Kind = "system"   // the store of the whole computer, or of this user where the system has one
)

// State is how things stand at a place.
type State string

// The states.
const (
	Trusted   State = "trusted"   // the authority is there
	Untrusted State = "untrusted" // it is not
	Missing   State = "missing"   // there is no such program: nothing is to be done
	Installed State = "installed" // it was put there now
	Removed   State = "removed"   // it was taken away now
	Failed    State = "failed"    // see the error
)

// Errors by which a place is left as it is.
var (
	// ErrNoTool says that the program is missing which writes NSS' databases.
	ErrNoTool = errors.New("certutil is not installed: install the package libnss3-tools (Debian, Ubuntu), nss-tools (Fedora) or nss (Arch)")
	// ErrNotAllowed says that only an administrator may change the place.
	ErrNotAllowed = errors.New("only an administrator may change this store")
	// ErrLocked says that the profile is under a primary password.
	ErrLocked = errors.New("the browser's primary password protects this profile: import the certificate in its settings")
	// ErrDeclined says that the person said no to the system's own question.
	ErrDeclined = errors.New("the system asked, and the answer was no")
)

// store is what a place is made of on each system.
type store interface {
	trusts(ctx context.Context, cert *x509.Certificate) (bool, error)
	add(ctx context.Context, cert *x509.Certificate) error
	// remove takes away what is of this program and tells whether anything was.
	// Where cert is nil, nobody knows any more which it was.
	remove(ctx context.Context, cert *x509.Certificate) (had bool, err error)
}

// Place is where somebody looks for authorities. It is got by [Stores.Places].
type Place struct {
	Kind Kind   `json:"kind"`
	Name string `json:"name"` // of the profile; "" where there is but one
	Path string `json:"path"`

	store store // nil where there is no such program
}

// Outcome is what became of a place.
type Outcome struct {
	Place
	State State `json:"state"`
	Err   error `json:"-"`
}

// Check tells whether the authority is trusted at the place.
func (p Place) Check(ctx context.Context, cert *x509.Certificate) Outcome {
	if p.store == nil {
		return Outcome{p, Missing, nil}
	}
	trusted, err := p.store.trusts(ctx, cert)
	switch {
	case err != nil:
		return Outcome{p, Failed, err}
	case trusted:
		return Outcome{p, Trusted, nil}
	}
	return Outcome{p, Untrusted, nil}
}

var errNoEffect = errors.New("it was done, and had no effect")

// Install puts the authority there, in the place of one that was there before,
// and looks whether it is there now. Where it stands already nothing is touched.
func (p Place) Install(ctx context.Context, cert *x509.Certificate) Outcome {
	before := p.Check(ctx, cert)
	if before.State != Untrusted {
		return before
	}
	if err := p.store.add(ctx, cert); err != nil {
		return Outcome{p, Failed, err}
	}
	after := p.Check(ctx, cert)
	switch after.State {
	case Trusted:
		after.State = Installed
	case Untrusted:
		return Outcome{p, Failed, errNoEffect}
	}
	return after
}

// Remove takes the authority away, and any former one of this program. Cert is
// nil where the authority itself is gone: what is known by its name goes then.
func (p Place) Remove(ctx context.Context, cert *x509.Certificate) Outcome {
	if p.store == nil {
		return Outcome{p, Missing, nil}
	}
	had, err := p.store.remove(ctx, cert)
	switch {
	case err != nil:
		return Outcome{p, Failed, err}
	case had:
		return Outcome{p, Removed, nil}
	}
	return Outcome{p, Untrusted, nil}
}

// Stores are this user's places.
type Stores struct {
	// Home is the user's folder.
	Home string
	// Root is "" but in tests: a folder in place of the whole system's.
	Root string
}

// toolTime is how long a program of the system may take; those that ask the
// person something have more.
const (
	toolTime = 30 * time.Second
	askTime  = 5 * time.Minute
)

// run starts a program of the system and returns what it wrote.
func run(ctx context.Context, limit time.Duration, name string, args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...) //nolint:gosec // programs named here
	cmd.WaitDelay = time.Second
	return cmd.CombinedOutput()
}

// among tells whether a certificate is among those in PEM.
func among(text []byte, cert *x509.Certificate) bool {
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			return false
		}
		if bytes.Equal(block.Bytes, cert.Raw) {
			return true
		}
	}
}
