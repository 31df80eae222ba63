package journey

import (
	"fmt"
	"slices"
	"time"

	"qoltanba/app/api"
)

// State is a snapshot of the way. It is a value: what it holds is not changed
// afterwards, and a front may keep and compare it. It shows nothing of itself
// when printed but the stage.
type State struct {
	Stage    Stage
	Group    Group
	Language api.Language
	// Enrolment is what the backend last said; its ID is "" before the IIN.
	Enrolment api.Enrolment

	// Reached is the step at which the way was last seen, also before the
	// backend was asked; "" for none.
	Reached api.Step
	// Unfinished says, at StageWelcome, that there is a way to resume.
	Unfinished bool
	// Begun says that there is a way which is not done; no key is renewed meanwhile.
	Begun     bool
	CanGoBack bool
	CanCancel bool
	CanRepeat bool // at StageRejected: the citizen may do it again
	// Busy says that an action is under way; another one is refused.
	Busy bool
	// Problem is what went wrong last, nil once an action began or succeeded.
	Problem *api.Problem
	// Line tells of a line that is down while something waits for it, nil while
	// all is well. It is replaced, never altered.
	Line *Line
	// Upload is how much of a picture has gone out.
	Upload Upload
	// WaitUntil is when it is worth trying again, zero when nothing is waited
	// for: the end of a lock, or what the last problem said.
	WaitUntil time.Time

	Text      *api.Text // at StageBiometrics and StageAgreement, once it was read
	Companion Companion // what was found on the companion's port
	Card      CardChoice
	Recording Recording
	// Recognised are the fields that the machine made out of the document, at
	// StageFields, once they were read; nil before.
	Recognised *api.Recognised
	Documents  []api.Document // as read last by OpenDocuments
	Form       Form
	Files      []KeyFile // key files written so far
	// TokensServed says that the keys could be made in a token, see [Journey.Tokens].
	TokensServed bool
	Former       []FormerKey // at StageFormer: what becomes of them is asked
	// HasKeys says that keys were obtained on this computer, on this way or an
	// earlier one, so that they can be shown.
	HasKeys bool
	Holding Holding // at StageKeys
}

// Format shows the stage and nothing of the citizen, whatever the verb.
func (s State) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "[journey at %s]", s.Stage) }

// CardChoice is which document the citizen gives, and how. The zero value says
// that it has not been chosen yet.
type CardChoice struct {
	Document api.DocumentKind
	Source   CardSource
}

// CardSource is how the citizen gives the document.
type CardSource string

// The ways to give a document.
const (
	CardByCamera CardSource = "camera"
	CardByFile   CardSource = "file"
)

// Recording is how far the video identification is, while [Journey.Record]
// runs.
type Recording struct {
	Prompt  *api.Prompt // the movement due now; nil before the first and after the last
	Prompts int         // how many there will be
	Over    bool        // all movements were shown; what is left is sending
	Frames  int         // frames recorded
	Sent    int         // frames the backend has
}

// Form is the application form.
type Form struct {
	Email   string // "" where the citizen gives none
	Storage api.Storage
	Keys    api.KeyAlgorithm // "" for [Config.Keys]
	Folder  string           // absolute path, in which the key files will be written; "" with a token
	Token   TokenRef         // with [api.StorageToken], see [Journey.Tokens]
}

// KeyFile is a key file that was written and read back, or a key in a token with
// its certificate.
type KeyFile struct {
	Path       string // absolute; "" where the key is in a token
	Token      string `json:",omitempty"` // label of that
	Kind       api.CertificateKind
	ValidUntil time.Time
}

func (s State) clone() State {
	s.Documents = slices.Clone(s.Documents)
	s.Files = slices.Clone(s.Files)
	s.Former = slices.Clone(s.Former)
	s.Holding.Keys = slices.Clone(s.Holding.Keys)
	return s
}
