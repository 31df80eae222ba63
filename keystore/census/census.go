// Package census finds the key files in a folder and says what is to be known
// about each: whose it is, of which kind, until when it is valid, whether it was
// revoked, and what lies there without a use.
//
// # What is found
//
// [Take] looks at every PKCS #12 file (.p12, .pfx) of whatever program, in the
// folder and a few levels beneath it, and at what a crash left of this program's
// own writing. A [File] has one [Key] for each private key in it.
//
// Without a password a file shows at most the names of its keys; what is told of
// a closed file is what it says of itself, and proven by nothing. With a password
// that opens it, keys are paired with their certificates.
//
// # Invariants
//
//   - Nothing is written, moved or deleted.
//   - No link is followed, and nothing outside the folder is ever opened.
//   - Counts, depth and sizes are bounded before anything is read; the context
//     is asked before each file.
//   - A certificate of which nobody said that it is good counts as unknown.
//   - Files, keys and owners show nothing of themselves when printed or logged.
package census

import (
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"qoltanba/keystore/pfx"
	"qoltanba/keystore/profile"
)

// Condition is what can be said of a file.
type Condition string

// The conditions.
const (
	Opened     Condition = "opened"     // one of the passwords opened it
	Closed     Condition = "closed"     // whole in form; none of the passwords opens it
	Damaged    Condition = "damaged"    // no PKCS #12 file, or cut off
	Foreign    Condition = "foreign"    // protected in a way that is not known here
	Unreadable Condition = "unreadable" // the system does not let it be read, or it is too large; see File.Err
)

// Standing says whether a certificate was revoked.
type Standing string

// The standings. Unknown is never to be shown as good.
const (
	StandingUnknown Standing = "unknown"
	StandingGood    Standing = "good"
	StandingRevoked Standing = "revoked"
)

// Key is a private key in a file.
type Key struct {
	// ID is the key's identifier in hexadecimal digits: of an opened file
	// computed from the key, of another one as the file or its name has it; "" if
	// nothing tells.
	ID string
	// Kind is that of the certificate, or else what the file's name says; 0 if
	// neither is known.
	Kind profile.Kind
	// Certificate belongs to the key; nil where none was seen.
	Certificate *x509.Certificate
	// Owner is whom the certificate names; the zero Subject where none is named.
	Owner profile.Subject
	// Until is when the certificate ends, zero where none was seen.
	Until    time.Time
	Standing Standing
	// Orphan says that the opened file has no certificate for the key.
	Orphan bool
	// TwinOf is the path of the file, listed before, that has the same key.
	TwinOf string
}

// Format hides the owner whatever the verb.
func (k Key) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "[key %s]", k.Kind) }

// LogValue hides the owner.
func (k Key) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(k)) }

// File is a file of the census.
type File struct {
	Path      string
	Size      int64
	Modified  time.Time
	Condition Condition
	// Leftover says that this program had begun to write the file when it was
	// stopped. It may hold the only copy of a key.
	Leftover bool
	// SHA256 is that of the file, by which it is known again; zero where it could
	// not be read.
	SHA256 [sha256.Size]byte
	Keys   []Key
	Err    error // with Unreadable
}

// Format hides path and owner whatever the verb.
func (f File) Format(s fmt.State, _ rune) { _, _ = fmt.Fprintf(s, "[key file, %s]", f.Condition) }

// LogValue hides path and owner.
func (f File) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(f)) }

// Report is what was found. Files are in the order of their paths, leftovers last.
type Report struct {
	Files []File
	Links int  // links that were not followed
	Cut   bool // a limit or the context ended the census before its end
}

// Options of a census. The zero Options are those of a folder of which no
// password is known.
type Options struct {
	// Passwords are tried on each file, in their order.
	Passwords []string
	// Standing says whether a certificate was revoked; an error, like a nil
	// Standing, means that it is unknown.
	Standing func(context.Context, *x509.Certificate) (Standing, error)
	Limits   Limits
}

// Limits of a census; 0 stands for the value named.
type Limits struct {
	Entries int // of all folders together: 20,000
	Files   int // that are opened: 200
	Depth   int // of folders, the first counted: 4
}

func (l Limits) withDefaults() Limits {
	return Limits{cmp.Or(l.Entries, 20_000), cmp.Or(l.Files, 200), cmp.Or(l.Depth, 4)}
}

// Take looks through a folder. Where the context ends, what was found until then
// comes with its error; any other error says that the folder itself cannot be
// read. A folder on a network that has gone keeps it waiting as long as the
// system does, so it is not for the thread that draws.
func Take(ctx context.Context, folder string, o Options) (Report, error) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return Report{}, fmt.Errorf("look through the folder: %w", err)
	}
	defer func() { _ = root.Close() }()
	w := &walk{root: root, limits: o.Limits.withDefaults()}
	err = w.folder(ctx, ".", w.limits.Depth)
	report := Report{Links: w.links, Cut: w.cut}
	for _, name := range w.found {
		if err != nil {
			break
		}
		if err = ctx.Err(); err == nil {
			report.Files = append(report.Files, look(ctx, root, folder, name, o))
		}
	}
	report.Cut = report.Cut || err != nil
	slices.SortFunc(report.Files, func(a, b File) int {
		if a.Leftover != b.Leftover {
			return map[bool]int{true: 1, false: -1}[a.Leftover]
		}
		return cmp.Compare(a.Path, b.Path)
	})
	report.findTwins()
	return report, err
}

// findTwins marks keys that a file listed before has.
func (r *Report) findTwins() {
	first := map[string]string{}
	for _, f := range r.Files {
		for i := range f.Keys {
			k := &f.Keys[i]
			if before, ok := first[k.ID]; ok {
				k.TwinOf = before
			} else if k.ID != "" {
				first[k.ID] = f.Path
			}
		}
	}
}

// look reads one file and says what it is.
func look(ctx context.Context, root *os.Root, folder, name string, o Options) File {
	f := File{Path: filepath.Join(folder, name), Leftover: leftover(name)}
	data, info, err := read(root, name)
	if info != nil {
		f.Size, f.Modified = info.Size(), info.ModTime()
	}
	if err != nil {
		f.Condition, f.Err = Unreadable, err
		return f
	}
	f.SHA256 = sha256.Sum256(data)
	f.Condition, f.Keys = open(data, filepath.Base(name), o.Passwords)
	for i := range f.Keys {
		k := &f.Keys[i]
		k.Standing = StandingUnknown
		if k.Certificate == nil || o.Standing == nil {
			continue
		}
		if s, err := o.Standing(ctx, k.Certificate); err == nil && (s == StandingGood || s == StandingRevoked) {
			k.Standing = s
		}
	}
	return f
}

// open says what a file holds, by the first of the passwords that opens it.
func open(data []byte, name string, passwords []string) (Condition, []Key) {
	outline, err := pfx.Inspect(data)
	switch {
	case errors.Is(err, pfx.ErrUnsupported):
		return Foreign, named(name)
	case err != nil:
		return Damaged, named(name)
	}
	for _, password := range passwords {
		contents, err := pfx.Decode(data, password)
		if errors.Is(err, pfx.ErrPassword) {
			continue
		}
		if errors.Is(err, pfx.ErrUnsupported) {
			return Foreign, closedKeys(outline, name)
		}
		if err != nil {
			return Damaged, closedKeys(outline, name)
		}
		return Opened, openedKeys(contents)
	}
	return Closed, closedKeys(outline, name)
}

// errTooLarge says that a file is larger than any key file.
var errTooLarge = errors.New("the file is too large for a key file")

// errIrregular says that a name has become something other than a file.
var errIrregular = fmt.Errorf("%w: not a regular file", fs.ErrInvalid)
