package api

import "time"

// Step is what an enrolment waits for. The order of the constants is the order
// of the way.
type Step string

// The steps of an enrolment, each with the calls that take it.
const (
	StepCode        Step = "code"         // [CheckCode]: the code sent when the IIN was given
	StepRebind      Step = "rebind"       // [RebindDevice]: the PIN of the citizen's way on this computer, whose key was lost
	StepSignIn      Step = "sign-in"      // [SignIn]: the phone, for Digital ID
	StepSignInCode  Step = "sign-in-code" // [CheckCode]: the code sent for Digital ID
	StepBiometrics  Step = "biometrics"   // [ConsentBiometrics]
	StepSelfie      Step = "selfie"       // [SendSelfie]
	StepTakeOver    Step = "take-over"    // [TakeOver]: the PIN of the citizen's way on another computer
	StepRecording   Step = "recording"    // [StartChallenge], [SendHead], [SendFrames], [FinishRecording], or [AskOperator]
	StepJudging     Step = "judging"      // nothing to do but wait: the recording is being judged
	StepPIN         Step = "pin"          // [SetPIN]
	StepCard        Step = "card"         // [SendCard], all sides
	StepFields      Step = "fields"       // [ConfirmFields]
	StepDecision    Step = "decision"     // nothing to do but wait: an operator decides
	StepGrant       Step = "grant"        // [GrantData]: consent and PIN
	StepAgreement   Step = "agreement"    // [AcceptAgreement]
	StepApplication Step = "application"  // [Apply]
	StepIssue       Step = "issue"        // wait for the certificates; [ReadEnrolment] refreshes
	StepImport      Step = "import"       // [ReadCertificates], [ConfirmImport]
	StepDone        Step = "done"
	StepCancelled   Step = "cancelled"
)

// Steps lists all steps in the order of the way.
func Steps() []Step {
	return []Step{
		StepCode, StepRebind, StepSignIn, StepSignInCode, StepBiometrics, StepSelfie, StepTakeOver, StepRecording, StepJudging, StepPIN,
		StepCard, StepFields, StepDecision, StepGrant, StepAgreement, StepApplication, StepIssue, StepImport, StepDone, StepCancelled,
	}
}

// Language of everything that is shown and sent.
type Language string

// The languages of the product.
const (
	Kazakh  Language = "kk"
	Russian Language = "ru"
	English Language = "en"
)

// Languages lists them in the order in which they are offered.
func Languages() []Language { return []Language{Kazakh, Russian, English} }

// Enrolment is one citizen's way as the backend sees it now. Before the phone
// is confirmed it holds nothing that tells one IIN from another.
type Enrolment struct {
	ID        string    `json:"id" doc:"Opaque name of this enrolment"`
	Step      Step      `json:"step" doc:"What the enrolment waits for"`
	Nonce     string    `json:"nonce" doc:"Single-use value that the call taking the step must carry in its proof"`
	Language  Language  `json:"language" enum:"kk,ru,en"`
	CreatedAt time.Time `json:"created_at"`
	ExpiresAt time.Time `json:"expires_at" doc:"When an unfinished enrolment ends by itself"`

	Phone     string     `json:"phone,omitempty" doc:"Masked phone, once its code was given"`
	Code      *CodeSent  `json:"code,omitempty" doc:"The one-time code that was last sent"`
	Lock      *Lock      `json:"lock,omitempty" doc:"Set while the citizen has to wait"`
	Call      *CallBack  `json:"call,omitempty" doc:"The call-back asked for last"`
	Challenge *Challenge `json:"challenge,omitempty" doc:"The video identification under way"`
	// Identification is the verdict on selfie and recording, or how far it is;
	// absent where an operator will be the first to look.
	Identification *Identification `json:"identification,omitempty"`

	Document DocumentKind `json:"document,omitempty" enum:"identity_card,passport" doc:"Of which document there are pictures"`
	// Reading is how far the machine is with the document; absent where none reads documents.
	Reading     *Reading      `json:"reading,omitempty"`
	CardSides   []Side        `json:"card_sides,omitempty" doc:"Sides of the document received so far"`
	Fields      *CardFields   `json:"fields,omitempty" doc:"Fields as the citizen confirmed them"`
	Decision    *Decision     `json:"decision,omitempty" doc:"What the operator decided"`
	Passed      *PassedData   `json:"passed,omitempty" doc:"What will be passed to the certification authority"`
	GrantUntil  *time.Time    `json:"grant_until,omitempty" doc:"How long the consent to pass the data holds"`
	Email       *EmailAddress `json:"email,omitempty" doc:"The e-mail address that was given, confirmed or not"`
	Application *Application  `json:"application,omitempty"`
	// Offers is what can be applied for, while the application is awaited.
	Offers []KeyOffer `json:"offers,omitempty" doc:"Kinds of keys that certificates are issued on now, with where they live"`
	// Renews is the serial number of the certificate whose key opened the
	// enrolment, which then begins at [StepIssue].
	Renews string `json:"renews,omitempty"`
}

// KeyOffer is a kind of keys that certificates are issued on, and where such keys
// may live.
type KeyOffer struct {
	Keys    KeyAlgorithm `json:"keys" enum:"gost512,rsa2048"`
	Storage Storage      `json:"storage" enum:"personal-computer,token"`
}

// Started is the answer to [StartEnrolment]; the token is told this once.
type Started struct {
	Enrolment Enrolment `json:"enrolment"`
	Token     Secret    `json:"token" doc:"Access token, bound to the key of the device"`
}

// StartRequest opens an enrolment.
type StartRequest struct {
	IIN      IIN      `json:"iin" minLength:"12" maxLength:"12" pattern:"^[0-9]{12}$"`
	Language Language `json:"language" enum:"kk,ru,en"`
}

// CodePurpose says what a one-time code is for; the SMS names it.
type CodePurpose string

// The purposes of one-time codes.
const (
	CodeForEnrolment CodePurpose = "enrolment"
	CodeForSignIn    CodePurpose = "sign-in"
	CodeForCall      CodePurpose = "registration" // told to the operator by voice
	CodeForEmail     CodePurpose = "e-mail"       // sent by e-mail
)

// CodeSent describes the last one-time code, whether or not a phone was found
// to send it to.
type CodeSent struct {
	Purpose   CodePurpose `json:"purpose" enum:"enrolment,sign-in,registration,e-mail"`
	Digits    int         `json:"digits"`
	TriesLeft int         `json:"tries_left"`
	ExpiresAt time.Time   `json:"expires_at"`
	ResendAt  time.Time   `json:"resend_at" doc:"From when on another code may be asked for"`
}

// CodeRequest gives a one-time code.
type CodeRequest struct {
	Code Secret `json:"code" minLength:"4" maxLength:"10" pattern:"^[0-9]+$"`
}

// SignInRequest gives the phone for the sign-in to Digital ID.
type SignInRequest struct {
	Phone Phone `json:"phone" pattern:"^\\+77[0-9]{9}$"`
}

// Lock is a time of waiting, with the code of the failure that caused it.
type Lock struct {
	Until  time.Time `json:"until"`
	Reason Code      `json:"reason"`
}

// CallState is how far a call-back is.
type CallState string

// The states of a call-back.
const (
	CallWaiting    CallState = "waiting"
	CallRegistered CallState = "registered" // the operator registered the phone: start again with the IIN
	CallAnswered   CallState = "answered"   // the operator helped otherwise
	CallRefused    CallState = "refused"
)

// CallReason says why the citizen wants to be called.
type CallReason string

// The reasons for a call-back.
const (
	CallToRegister CallReason = "register-phone"
	CallForHelp    CallReason = "help"
)

// CallBack is a call by an operator, asked for by the citizen.
type CallBack struct {
	State    CallState  `json:"state" enum:"waiting,registered,answered,refused"`
	Reason   CallReason `json:"reason" enum:"register-phone,help"`
	AskedAt  time.Time  `json:"asked_at"`
	Answered *time.Time `json:"answered_at,omitempty"`
}

// CallRequest asks for a call-back.
type CallRequest struct {
	Phone    Phone      `json:"phone" pattern:"^\\+77[0-9]{9}$"`
	Language Language   `json:"language" enum:"kk,ru,en"`
	Reason   CallReason `json:"reason" enum:"register-phone,help"`
}

// ConsentRequest accepts a text by its version and hash, as shown.
type ConsentRequest struct {
	Version string `json:"version" minLength:"1" maxLength:"32"`
	SHA256  string `json:"sha256" pattern:"^[0-9a-f]{64}$"`
}

// RecoveryRequest opens an enrolment that leads back to another one of the same
// citizen and computer, whose device key was lost.
type RecoveryRequest struct {
	Enrolment string   `json:"enrolment" pattern:"^[A-Z2-7]{26}$" doc:"The enrolment whose key was lost"`
	Secret    Secret   `json:"secret" pattern:"^[A-Z2-7]{52}$" doc:"The recovery secret whose hash came with the PIN"`
	Language  Language `json:"language" enum:"kk,ru,en"`
}

// SetPINRequest sets the PIN. Recovery is the hash of a secret that the computer
// keeps for the day on which its key is lost, see [RecoverEnrolment].
type SetPINRequest struct {
	PIN      Secret `json:"pin" minLength:"6" maxLength:"6" pattern:"^[0-9]{6}$"`
	Recovery string `json:"recovery,omitempty" pattern:"^[0-9a-f]{64}$" doc:"SHA-256 of the recovery secret; without one no lost key is replaced"`
}

// RebindRequest gives the PIN of the enrolment whose key was lost, and the hash
// of the next recovery secret: each serves once.
type RebindRequest struct {
	PIN      Secret `json:"pin" minLength:"6" maxLength:"6" pattern:"^[0-9]{6}$"`
	Recovery string `json:"recovery,omitempty" pattern:"^[0-9a-f]{64}$" doc:"SHA-256 of the next recovery secret"`
}

// PINRequest gives the PIN.
type PINRequest struct {
	PIN Secret `json:"pin" minLength:"6" maxLength:"6" pattern:"^[0-9]{6}$"`
}

// TextKind names a text that is shown and accepted.
type TextKind string

// The texts with version and hash.
const (
	TextBiometrics TextKind = "biometrics" // consent to the processing of biometrics
	TextAgreement  TextKind = "agreement"  // the certification authority's user agreement
)

// Text is a text to be accepted. Body is plain text with blank lines between
// paragraphs; a line that begins with "# " is a heading.
type Text struct {
	Kind     TextKind `json:"kind" enum:"biometrics,agreement"`
	Language Language `json:"language" enum:"kk,ru,en"`
	Version  string   `json:"version"`
	SHA256   string   `json:"sha256" doc:"Of the body in UTF-8"`
	Body     string   `json:"body"`
}
