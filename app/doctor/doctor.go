// Package doctor looks for what stands between a citizen and a signature: who
// holds the port that sites ask, which browser believes the service, whether the
// browser lets sites reach it, clock, keyring, camera, library, the agency's
// service, and the rights of the key folder.
//
// [Examine] returns a [Finding] for each: how grave it is, what it is and what
// can be done, in three languages, and, where the program itself can do that, a
// Fix. Command line and window show the same findings, and [WriteBundle] puts
// them into a file for support staff.
//
// # Invariants
//
//   - Examining changes nothing. Only a Fix does, when a person asks for it.
//   - Every check ends by its deadline; one that does not is a finding itself.
//   - No finding holds a password, an IIN, a name out of a certificate or a
//     content. Sites appear where the browser was told to keep them away.
package doctor

import (
	"context"
	"crypto/x509"
	"net/http"
	"net/url"
	"sync"
	"time"

	"qoltanba/app/companion/trust"
	"qoltanba/capture/camera"
	"qoltanba/keystore"
)

// Level is how grave a finding is.
type Level string

// The levels.
const (
	OK      Level = "ok"
	Note    Level = "note"    // worth knowing, nothing to be done
	Warning Level = "warning" // something does not work, or will not for long
	Failure Level = "failure" // signing does not work
)

// Finding is what was found of one thing.
type Finding struct {
	Code  Code
	Level Level
	// Subject is what it is about, such as a profile or a program, as the words
	// name it; some codes have none.
	Subject string
	// Detail is the cause in the words of the system, for support staff.
	Detail string
	// Fix does what the remedy says, where the program can; nil where it cannot.
	Fix func(context.Context) error
}

// Config says what is examined, and by what. What is nil or zero is left out.
type Config struct {
	// Program is the path of this program's file; it holds the port rightfully.
	Program string
	Port    uint16
	// Stores, Folder and Authority are of the companion: where trust is kept, the
	// folder of its authority, and what opens the authority or makes it.
	Stores    *trust.Stores
	Folder    string
	Authority func(context.Context) (*x509.Certificate, error)
	// Forget removes an authority that is damaged.
	Forget func(context.Context) error
	Source keystore.KeySource
	// Backend is the agency's service, asked by HTTP.
	Backend *url.URL
	HTTP    *http.Client
	Cameras camera.System
	// Library tells whether the networks that see faces can be run.
	Library func() error
	// Keys are the folders of key files.
	Keys  []string
	Now   func() time.Time
	Built time.Time // when this program was made; zero where it is not known
}

// checkTime is how long a check may take; a keyring may ask the person.
const (
	checkTime   = 20 * time.Second
	keyringTime = time.Minute
)

// Examine makes all checks at the same time and returns what they found, always
// in the same order.
func Examine(ctx context.Context, c Config) []Finding {
	checks := []struct {
		limit time.Duration
		run   func(context.Context, Config) []Finding
	}{
		{checkTime, ports},
		{checkTime, places},
		{checkTime, permissions},
		{checkTime, serviceAndClock},
		{keyringTime, secrets},
		{checkTime, cameras},
		{checkTime, library},
		{checkTime, keyFolders},
	}
	found := make([][]Finding, len(checks))
	var all sync.WaitGroup
	for i, check := range checks {
		all.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, check.limit)
			defer cancel()
			found[i] = check.run(ctx, c)
		})
	}
	all.Wait()
	var findings []Finding
	for _, f := range found {
		findings = append(findings, f...)
	}
	return findings
}

// Worst is the gravest level among findings.
func Worst(findings []Finding) Level {
	worst := OK
	rank := map[Level]int{OK: 0, Note: 1, Warning: 2, Failure: 3}
	for _, f := range findings {
		if rank[f.Level] > rank[worst] {
			worst = f.Level
		}
	}
	return worst
}

// Fix does all that has to be done and can be, and returns the errors by the
// findings' order; nil where there was nothing to do or it was done. What is
// worth a note alone is left to who asks for it.
func Fix(ctx context.Context, findings []Finding) []error {
	errs := make([]error, len(findings))
	for i, f := range findings {
		if f.Fix != nil && (f.Level == Failure || f.Level == Warning) {
			errs[i] = f.Fix(ctx)
		}
	}
	return errs
}
