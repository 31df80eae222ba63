package api

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"
)

// Picture is a photograph as the camera or a file gave it, at most [MaxPicture]
// bytes. It is looked at by nobody but the backend and its operators, and
// prints as its size.
type Picture struct {
	Type string // one of those below
	Data []byte
}

// What a picture may be. A selfie is a JPEG or a PNG; a document may be all. What
// is said is only held against what it is.
const (
	TypeJPEG = "image/jpeg"
	TypePNG  = "image/png"
	TypeHEIC = "image/heic"
	TypePDF  = "application/pdf"
	// TypeFilmed is a JPEG with frames around it, as package liveness writes a
	// side that was filmed.
	TypeFilmed = "application/vnd.qoltanba.side"
)

// DocumentTypes lists what a picture of a document may be.
func DocumentTypes() []string { return []string{TypeJPEG, TypePNG, TypeHEIC, TypePDF, TypeFilmed} }

// Bounds of what is taken in one body.
const (
	MaxJSON    = 64 << 10
	MaxPicture = 10 << 20
	MaxFrames  = 2 << 20
)

// DocumentKind is what identifies the citizen.
type DocumentKind string

// The documents that are taken. Where nothing is said it is the identity card.
const (
	IdentityCard DocumentKind = "identity_card"
	Passport     DocumentKind = "passport" // of a citizen of Kazakhstan
)

// DocumentKinds lists them in the order in which they are offered.
func DocumentKinds() []DocumentKind { return []DocumentKind{IdentityCard, Passport} }

// Sides are the pictures that are taken of the document, in their order.
func (k DocumentKind) Sides() []Side {
	if k == Passport {
		return []Side{DataPage}
	}
	return []Side{Front, Back}
}

// number says whether a document of the kind may have the number: nine digits
// on an identity card, the letter N and eight digits on a passport.
func (k DocumentKind) number(s string) bool {
	digits, marked := strings.CutPrefix(s, "N")
	return len(s) == 9 && allDigits(digits) && marked == (k == Passport)
}

// Side of a document, as it is photographed.
type Side string

// The sides of an identity card, and the page of a passport with the picture.
const (
	Front    Side = "front"
	Back     Side = "back"
	DataPage Side = "page"
)

// Document is what the side is a side of.
func (s Side) Document() DocumentKind {
	if s == DataPage {
		return Passport
	}
	return IdentityCard
}

// PromptKind is what the citizen is asked to do: a movement of the head, or to
// hold still in the light of the screen.
type PromptKind string

// What is asked for. Left and right are the citizen's own.
const (
	TurnLeft   PromptKind = "turn-left"
	TurnRight  PromptKind = "turn-right"
	LookUp     PromptKind = "look-up"
	LookDown   PromptKind = "look-down"
	Blink      PromptKind = "blink"
	ComeCloser PromptKind = "come-closer"
	// Light asks to hold still and look at the screen, which shows the prompt's
	// colours one after another. It is the last prompt, or absent where the
	// citizen chose movements only.
	Light PromptKind = "light"
)

// Colour fills the screen for the time of a slot.
type Colour string

// The colours of a light prompt: each once, in random order.
const (
	Red     Colour = "red"
	Yellow  Colour = "yellow"
	Green   Colour = "green"
	Cyan    Colour = "cyan"
	Blue    Colour = "blue"
	Magenta Colour = "magenta"
)

// Colours lists them.
func Colours() []Colour { return []Colour{Red, Yellow, Green, Cyan, Blue, Magenta} }

// Prompt is the one that is due now; the next is not told before.
type Prompt struct {
	Index int        `json:"index" doc:"From 0"`
	Kind  PromptKind `json:"kind" enum:"turn-left,turn-right,look-up,look-down,blink,come-closer,light"`
	Until time.Time  `json:"until" doc:"By the backend's clock"`

	Colours []Colour `json:"colours,omitempty" doc:"Of a light prompt: what the screen shows, in this order, and then white until the prompt is over"`
	Lead    int      `json:"lead_ms,omitempty" doc:"Of a light prompt: how long the screen is white before the first colour, from when it shows the prompt"`
	Slot    int      `json:"slot_ms,omitempty" doc:"Of a light prompt: how long each colour stands; fewer than three changes a second"`
}

// ChallengeRequest begins a video identification.
type ChallengeRequest struct {
	MovementOnly bool `json:"movement_only,omitempty" doc:"For people who must not see flashes: the light prompt is left out"`
}

// Challenge is a video identification: a seed for the recording's hash chain
// and a number of prompts, of which one is shown at a time.
type Challenge struct {
	ID      string  `json:"id"`
	Seed    string  `json:"seed" doc:"Base64url; begins the hash chain of the recording"`
	Prompts int     `json:"prompts" doc:"How many prompts there will be"`
	Prompt  *Prompt `json:"prompt,omitempty" doc:"The prompt due now"`
	// NextHead is how soon the client should send the chain's head again.
	NextHead  int       `json:"next_head_ms"`
	Over      bool      `json:"over" doc:"All prompts were shown; send the remaining frames and finish"`
	FramesBy  time.Time `json:"frames_by" doc:"Until when frames are taken"`
	Received  int       `json:"received" doc:"Frames received so far, without a gap from the first"`
	TriesLeft int       `json:"tries_left"`
}

// HeadRequest tells, live, how far the recording's hash chain has come.
type HeadRequest struct {
	Frames int    `json:"frames" minimum:"0" maximum:"600" doc:"Number of frames hashed so far"`
	Head   string `json:"head" pattern:"^[0-9a-f]{64}$"`
}

// IdentificationState is how far the verdict on selfie and recording is.
type IdentificationState string

// The states of an identification.
const (
	IdentificationJudging  IdentificationState = "judging"  // wait: the recording is being judged
	IdentificationPassed   IdentificationState = "passed"   // a living person, the one of the selfie
	IdentificationAgain    IdentificationState = "again"    // do again what Reason says
	IdentificationOperator IdentificationState = "operator" // an operator will look at it
)

// Identification is the verdict on selfie and recording.
type Identification struct {
	State  IdentificationState `json:"state" enum:"judging,passed,again,operator"`
	Reason Code                `json:"reason,omitempty" doc:"Why it has to be done again: a code of the table of failures"`
	// Movement is the one that Reason is about.
	Movement PromptKind `json:"movement,omitempty" enum:"turn-left,turn-right,look-up,look-down,blink,come-closer" doc:"The movement that the reason is about"`
	Since    time.Time  `json:"since" doc:"When it came into this state"`
	// Expected is a guess from how long recordings took lately.
	Expected  *time.Time `json:"expected,omitempty" doc:"When a verdict is expected"`
	TriesLeft int        `json:"tries_left" doc:"Challenges that may fail before there is a time of waiting"`
}

// AgainReasons are the failures for which a citizen is asked to do selfie or
// recording again: each says what a person can do about it.
func AgainReasons() []Code {
	return []Code{
		FaceMissing, FaceSeveral, FaceFar, FaceDark, FaceGlare, FaceTurned, MovementMissing, MovementOther, MovementHeld,
		MovementFast, LightUnclear, RecordingCut, RecordingJumped, RecordingBroken, SelfieUnclear,
	}
}

// CardFields is what stands on the identity card or the passport, as the citizen
// confirms it. Names are in Cyrillic letters, in capitals or not.
type CardFields struct {
	Surname        string `json:"surname" minLength:"1" maxLength:"100"`
	Name           string `json:"name" minLength:"1" maxLength:"100"`
	Patronymic     string `json:"patronymic,omitempty" maxLength:"100"`
	Sex            Sex    `json:"sex" enum:"male,female"`
	BirthDate      Date   `json:"birth_date" format:"date"`
	BirthPlace     string `json:"birth_place" minLength:"1" maxLength:"100"`
	Nationality    string `json:"nationality" minLength:"1" maxLength:"60"`
	Citizenship    string `json:"citizenship" minLength:"1" maxLength:"60"`
	DocumentNumber string `json:"document_number" pattern:"^[0-9N][0-9]{8}$" doc:"Nine digits, or N and eight digits of a passport"`
	Issuer         string `json:"issuer" minLength:"1" maxLength:"100"`
	IssueDate      Date   `json:"issue_date" format:"date"`
	ExpiryDate     Date   `json:"expiry_date" format:"date"`
}

// FieldKind is how the value of a field is written.
type FieldKind int

// The kinds of fields: words, a [Date], a [Sex].
const (
	FieldText FieldKind = iota
	FieldDate
	FieldSex
)

// Field is one field of a card.
type Field struct {
	Name  string // as in JSON
	Kind  FieldKind
	Value string
}

// List gives the fields in the order in which they are shown.
func (f CardFields) List() []Field {
	return []Field{
		{"surname", FieldText, f.Surname},
		{"name", FieldText, f.Name},
		{"patronymic", FieldText, f.Patronymic},
		{"sex", FieldSex, string(f.Sex)},
		{"birth_date", FieldDate, string(f.BirthDate)},
		{"birth_place", FieldText, f.BirthPlace},
		{"nationality", FieldText, f.Nationality},
		{"citizenship", FieldText, f.Citizenship},
		{"document_number", FieldText, f.DocumentNumber},
		{"issue_date", FieldDate, string(f.IssueDate)},
		{"expiry_date", FieldDate, string(f.ExpiryDate)},
		{"issuer", FieldText, f.Issuer},
	}
}

// FieldsRequest confirms the fields of the document.
type FieldsRequest struct {
	Fields    CardFields `json:"fields"`
	Confirmed bool       `json:"confirmed" doc:"The citizen ticked “I confirm the data is true”"`
}

// Sex as the card has it.
type Sex string

// The two entries of the card.
const (
	Male   Sex = "male"
	Female Sex = "female"
)

// Date is a day as YYYY-MM-DD.
type Date string

// Time is the beginning of the day in UTC, or an error when it is no date.
func (d Date) Time() (time.Time, error) { return time.Parse(time.DateOnly, string(d)) }

// Written is the day as documents of Kazakhstan write it, 02.01.2006; what is
// no date stays as it is.
func (d Date) Written() string {
	day, err := d.Time()
	if err != nil {
		return string(d)
	}
	return day.Format("02.01.2006")
}

// DecisionState is how far an operator's decision is.
type DecisionState string

// The states of a decision.
const (
	DecisionWaiting  DecisionState = "waiting"
	DecisionApproved DecisionState = "approved"
	DecisionRejected DecisionState = "rejected"
)

// RejectReason says what has to be done again; [RejectReason.Repeat] is where.
type RejectReason string

// The reasons an operator may give.
const (
	RejectSelfie    RejectReason = "selfie"    // the face cannot be seen well
	RejectRecording RejectReason = "recording" // the movements cannot be seen
	RejectCard      RejectReason = "card"      // the card or passport cannot be read
	RejectFields    RejectReason = "fields"    // the fields differ from the document
	RejectExpired   RejectReason = "expired"   // the document is not valid any more
	RejectPerson    RejectReason = "person"    // the data differ from the register: service centre
)

// RejectReasons lists them.
func RejectReasons() []RejectReason {
	return []RejectReason{RejectSelfie, RejectRecording, RejectCard, RejectFields, RejectExpired, RejectPerson}
}

// Repeat is the step from which the citizen goes on after a rejection, or
// [StepCancelled] where the way ends.
func (r RejectReason) Repeat() Step {
	switch r {
	case RejectSelfie:
		return StepSelfie
	case RejectRecording:
		return StepRecording
	case RejectCard, RejectExpired:
		return StepCard
	case RejectFields:
		return StepFields
	default:
		return StepCancelled
	}
}

// Decision is what became of the evidence, or who has it.
type Decision struct {
	State  DecisionState `json:"state" enum:"waiting,approved,rejected"`
	Reason RejectReason  `json:"reason,omitempty"`
	Since  time.Time     `json:"since" doc:"When the evidence was complete"`
	At     *time.Time    `json:"at,omitempty" doc:"When it was decided"`
	// Operator is told to the citizen, who waits a moment for a machine and up to a day for a person.
	Operator bool `json:"operator" doc:"An operator looks at the evidence, or has decided; false while a machine compares, and where it decided"`
}

// PassedData is what Digital ID passes to the certification authority once the
// citizen consents.
type PassedData struct {
	IIN        IIN    `json:"iin"`
	Surname    string `json:"surname"`
	Name       string `json:"name"`
	Patronymic string `json:"patronymic,omitempty"`
	Document   string `json:"document" doc:"Number of the document that identified the citizen"`
}

// Hash is the SHA-256, in hex, of the data's JSON as encoding/json writes it:
// the value the citizen's consent is bound to.
func (d PassedData) Hash() string {
	// A struct of strings always encodes.
	text, _ := json.Marshal(d)
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// GrantRequest consents to passing the data, by its hash and with the PIN.
type GrantRequest struct {
	DataSHA256 string `json:"data_sha256" pattern:"^[0-9a-f]{64}$"`
	PIN        Secret `json:"pin" minLength:"6" maxLength:"6" pattern:"^[0-9]{6}$"`
}

// Document is one entry of the cabinet's list.
type Document struct {
	ID        string        `json:"id"`
	Kind      DocumentKind  `json:"kind" enum:"identity_card,passport"`
	State     DecisionState `json:"state" enum:"waiting,approved,rejected"`
	Fields    CardFields    `json:"fields"`
	AddedAt   time.Time     `json:"added_at"`
	DecidedAt *time.Time    `json:"decided_at,omitempty"`
}

// Documents is the cabinet's list.
type Documents struct {
	Documents []Document `json:"documents"`
}
