package enrolment

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/backend/otp"
	"qoltanba/app/backend/pin"
	"qoltanba/app/backend/store"
)

// State is what an enrolment has gathered; store.Enrolment keeps it as JSON.
type State struct {
	IIN      api.IIN
	Language api.Language
	Device   string // thumbprint of the device's key
	Token    []byte // SHA-256 of the access token
	Nonce    string // of the step

	Phone     api.Phone  `json:",omitempty"` // of the mobile base, once looked up
	Confirmed bool       `json:",omitempty"` // its code was given
	SignIn    *signIn    `json:",omitempty"`
	Code      *sentCode  `json:",omitempty"`
	CodeLock  time.Time  `json:",omitzero"`
	Evidence  int64      `json:",omitempty"` // bytes kept so far, of what was sent again too
	Reserved  string     `json:",omitempty"` // the object last counted there
	Call      *callState `json:",omitempty"`

	Biometrics *consent     `json:",omitempty"`
	Selfie     *piece       `json:",omitempty"`
	TakeOver   *takeOver    `json:",omitempty"` // nil: no former way waits for its PIN
	Challenge  *challenge   `json:",omitempty"` // under way
	Recording  *challenge   `json:",omitempty"` // answered and verified
	Unrecorded unrecorded   `json:",omitempty"` // why there is no recording
	Verdict    *verdict     `json:",omitempty"` // on selfie and recording; nil: no machine judges
	Recordings pin.Attempts // the citizen's failed challenges, as seen last
	PIN        string       `json:",omitempty"` // Argon2id, PHC string
	PINTries   pin.Attempts
	Recovery   string             `json:",omitempty"` // hash of the secret by which a lost device key is replaced
	Trying     string             `json:",omitempty"` // the call that spent a try and is not answered
	Card       map[api.Side]piece `json:",omitempty"`
	Reading    *reading           `json:",omitempty"` // nil: no machine reads the document
	Fields     *api.CardFields    `json:",omitempty"`
	Sure       bool               `json:",omitempty"` // the fields are confirmed

	Register  *register     `json:",omitempty"`
	Decision  *api.Decision `json:",omitempty"`
	Decider   string        `json:",omitempty"` // operator's login, or machine
	Match     *matching     `json:",omitempty"` // nil: no machine compares
	Passed    *api.PassedData
	Grant     *grant   `json:",omitempty"`
	Agreement *consent `json:",omitempty"`

	Email       *email       `json:",omitempty"`
	Renewal     *renewal     `json:",omitempty"` // nil: the citizen was identified in this enrolment
	Application *application `json:",omitempty"`
	Withdrawn   int          `json:",omitempty"` // applications before this one
	Cancelled   bool         `json:",omitempty"`
	TakenOver   bool         `json:",omitempty"` // cancelled by another computer
	LedTo       string       `json:",omitempty"` // the enrolment that this one led back to, when it ended
	Erased      bool         `json:",omitempty"` // nothing tells whose it was
}

// signIn is the sign-in to Digital ID under way or done.
type signIn struct {
	Phone api.Phone
	Done  bool
}

// sentCode is the last one-time code. Sending tells a job whether it is still
// the one that was asked for.
type sentCode struct {
	Sending   string
	Challenge otp.Challenge
}

type callState struct {
	ID       string
	CallBack api.CallBack
	Earlier  []string `json:",omitempty"` // of answered calls
}

// unrecorded says why a way goes on without a video identification. An operator
// decides it.
type unrecorded string

const unable unrecorded = "unable" // the citizen cannot do what is asked

// consent is a text that was accepted.
type consent struct {
	Version string
	SHA256  string
	At      time.Time
}

// piece is a picture in the evidence.
type piece struct {
	Name   string
	SHA256 string // of the file as sent
	At     time.Time
	// Of a side of the document alone:
	Frames string `json:",omitempty"` // name of its film in the evidence, a batch of package liveness; "" where it was not filmed
	Source string `json:",omitempty"` // fromCamera or fromFile
}

// grant is the consent to pass the data, bound to device and content.
type grant struct {
	Data   string // hash of the data
	Device string
	Until  time.Time
}

// application is the NCA's application as this side knows it.
type application struct {
	Keys        []string // hex hashes of the public keys, in order
	Application api.Application
	RevokeOld   bool `json:",omitempty"` // the citizen wants earlier certificates revoked once these are imported
}

// Next is the step the enrolment waits for: the first whose result is missing.
func (s *State) Next() api.Step {
	switch {
	case s.Cancelled, s.Erased, s.Renewal != nil && s.Application == nil:
		return api.StepCancelled
	case s.Renewal != nil:
		return s.Application.step()
	case !s.Confirmed:
		return api.StepCode
	case s.TakeOver.recovers():
		return api.StepRebind
	case s.SignIn == nil:
		return api.StepSignIn
	case !s.SignIn.Done:
		return api.StepSignInCode
	case s.Biometrics == nil:
		return api.StepBiometrics
	case s.Selfie == nil:
		return api.StepSelfie
	case s.TakeOver != nil:
		return api.StepTakeOver
	case s.Recording == nil && s.Unrecorded == "":
		return api.StepRecording
	case s.Verdict != nil && s.Verdict.State == api.IdentificationJudging:
		return api.StepJudging
	case s.PIN == "":
		return api.StepPIN
	case len(s.sides()) < len(s.document().Sides()):
		return api.StepCard
	case !s.Sure:
		return api.StepFields
	default:
		return s.nextAfterEvidence()
	}
}

func (s *State) nextAfterEvidence() api.Step {
	switch {
	case s.Decision == nil || s.Decision.State != api.DecisionApproved:
		return api.StepDecision
	case s.Application != nil:
		return s.Application.step()
	case s.Grant == nil:
		return api.StepGrant
	case s.Agreement == nil:
		return api.StepAgreement
	default:
		return api.StepApplication
	}
}

func (a *application) step() api.Step {
	switch a.Application.Status {
	case api.ApplicationAwaiting:
		return api.StepImport
	case api.ApplicationIssued:
		return api.StepDone
	default:
		return api.StepIssue
	}
}

// record is an enrolment with its state read.
type record struct {
	store.Enrolment
	State State
}

func readRecord(e store.Enrolment) (*record, error) {
	r := &record{Enrolment: e}
	if err := json.Unmarshal(e.State, &r.State); err != nil {
		return nil, fmt.Errorf("read the state of enrolment %s: %w", e.ID, err)
	}
	return r, nil
}

// save writes the record with the step its state leads to.
func (r *record) save(tx store.Tx, now time.Time) error {
	if step := r.State.Next(); step != r.Step {
		r.Step, r.Waiting = step, now
	}
	text, err := json.Marshal(r.State)
	if err != nil {
		return fmt.Errorf("write the state of enrolment %s: %w", r.ID, err)
	}
	r.Enrolment.State = text
	r.Version, err = tx.PutEnrolment(r.Enrolment)
	return err
}

// document is the kind that the pictures are of: a passport once its page is there.
func (s *State) document() api.DocumentKind {
	if _, ok := s.Card[api.DataPage]; ok {
		return api.Passport
	}
	return api.IdentityCard
}

// sides lists the document's sides that are there, in their order.
func (s *State) sides() []api.Side {
	var there []api.Side
	for _, side := range s.document().Sides() {
		if _, ok := s.Card[side]; ok {
			there = append(there, side)
		}
	}
	return slices.Clip(there)
}
