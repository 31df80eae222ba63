// Package prompt lets the person be asked by another process: the service runs
// small and without a window, and a window is started when there is something to
// decide.
//
// A [Consenter] is the service's side; [Serve] is the window's, where another
// [companion.Consenter] shows what is asked. Both speak over a pipe, a JSON value
// for each question and answer, as in the example of net/rpc: one question stands
// at a time.
//
// # Invariants
//
//   - The pipe is the child's own standard input and output: nobody else can
//     speak there. It has a password now and then, which is why it is no socket.
//   - When the caller goes away, the service says so, and the window closes the
//     dialog; when the window ends in any way, the answer is no.
//   - The window outlives its answer for a moment, so that a wrong password is
//     told in the same window.
package prompt

import (
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"time"

	"qoltanba/app/companion"
	"qoltanba/keystore"
)

// Questions and what else is said on the way there.
const (
	askAllow  = "allow"
	askDecide = "decide"
	askFile   = "file"
	sayGone   = "gone" // the caller of the question that stands went away
)

// question is a line from the service. N tells answers apart.
type question struct {
	N        int                    `json:"n"`
	What     string                 `json:"what"`
	Caller   companion.Caller       `json:"caller"`
	Language companion.Language     `json:"language,omitempty"`
	Proposal *proposal              `json:"proposal,omitempty"`
	File     *companion.FileRequest `json:"file,omitempty"`
}

// answer is a line from the window.
type answer struct {
	N          int                  `json:"n"`
	Permission companion.Permission `json:"permission,omitempty"`
	Store      string               `json:"store,omitempty"`
	ID         string               `json:"id,omitempty"`
	Password   string               `json:"password,omitempty"`
	Keep       bool                 `json:"keep,omitempty"`
	Path       string               `json:"path,omitempty"`
	Cancelled  bool                 `json:"cancelled,omitempty"`
	Failed     string               `json:"failed,omitempty"`
}

// proposal is a companion.Proposal as it crosses the pipe.
type proposal struct {
	Purpose   companion.Purpose    `json:"purpose"`
	Documents []companion.Document `json:"documents,omitempty"`
	Keys      []offer              `json:"keys,omitempty"`
	Attached  bool                 `json:"attached,omitempty"`
	Stamped   bool                 `json:"stamped,omitempty"`
	Logo      []byte               `json:"logo,omitempty"`
	Problem   string               `json:"problem,omitempty"`
}

type offer struct {
	Store       string             `json:"store"`
	ID          string             `json:"id"`
	Path        string             `json:"path,omitempty"`
	Certificate []byte             `json:"certificate,omitempty"`
	LastUsed    time.Time          `json:"lastUsed,omitzero"`
	Standing    companion.Standing `json:"standing,omitempty"`
	Against     []companion.Reason `json:"against,omitempty"`
	Unlocked    bool               `json:"unlocked,omitempty"`
}

// problems are those on which the window branches; others are only named.
var problems = map[string]error{
	"password": companion.ErrPassword, "unfit": companion.ErrUnfit, "format": keystore.ErrNoKeyFile,
}

const otherProblem = "other"

var errOther = errors.New("the key cannot be opened")

func problemName(err error) string {
	if err == nil {
		return ""
	}
	for name, known := range problems {
		if errors.Is(err, known) {
			return name
		}
	}
	return otherProblem
}

func problemNamed(name string) error {
	if name == "" {
		return nil
	}
	if known, ok := problems[name]; ok {
		return known
	}
	return errOther
}

func packed(p companion.Proposal) *proposal {
	out := &proposal{Purpose: p.Purpose, Documents: p.Documents, Attached: p.Attached, Stamped: p.Stamped, Logo: p.Logo, Problem: problemName(p.Problem)}
	for _, k := range p.Keys {
		o := offer{Store: k.Store, ID: k.ID, Path: k.Path, LastUsed: k.LastUsed, Standing: k.Standing, Against: k.Against, Unlocked: k.Unlocked}
		if k.Certificate != nil {
			o.Certificate = k.Certificate.Raw
		}
		out.Keys = append(out.Keys, o)
	}
	return out
}

func (q question) unpacked() companion.Proposal {
	if q.Proposal == nil {
		return companion.Proposal{Caller: q.Caller, Language: q.Language}
	}
	p := q.Proposal
	out := companion.Proposal{
		Caller: q.Caller, Purpose: p.Purpose, Documents: p.Documents, Attached: p.Attached, Stamped: p.Stamped,
		Language: q.Language, Logo: p.Logo, Problem: problemNamed(p.Problem),
	}
	for _, o := range p.Keys {
		k := companion.Offer{
			Key:      companion.Key{Store: o.Store, ID: o.ID, Path: o.Path, LastUsed: o.LastUsed},
			Standing: o.Standing, Against: o.Against, Unlocked: o.Unlocked,
		}
		k.Certificate, _ = x509.ParseCertificate(o.Certificate) // nil where there is none
		out.Keys = append(out.Keys, k)
	}
	return out
}

// lines writes values one at a time.
type lines struct{ *json.Encoder }

func newLines(w io.Writer) lines { return lines{json.NewEncoder(w)} }
