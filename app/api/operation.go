package api

import (
	"net/http"
	"time"
)

// Access says what a call must prove.
type Access int

// The kinds of access, each asking for more than the one before.
const (
	AccessOpen  Access = iota // nothing: public texts
	AccessKey                 // a proof of possession by the device's key
	AccessToken               // and the enrolment's token, bound to that key
	AccessStep                // and the enrolment's nonce, which the call uses up
)

// Operation is one call of the contract, with the type that goes in and the
// type that comes out. A body of type [Picture] or [Frames] travels as it is,
// [None] has no body, everything else is JSON.
type Operation[In, Out any] struct {
	ID       string
	Method   string
	Path     string // with {name} for each parameter
	Summary  string
	Access   Access
	Deadline time.Duration // for one attempt, from the last piece of the body that went out
	MaxBody  int64
	Failures []Code // beside those that every call may answer
}

// None is the body of a call that has none.
type None struct{}

// Frames is a batch of frames of a recording in the form of package liveness.
type Frames []byte

// CommonFailures may be answered by any call.
func CommonFailures() []Code {
	return []Code{
		BadRequest, TooLarge, Unauthorised, ProofRefused, ClockWrong, NonceUsed, OutOfOrder,
		NotFound, KeyReused, TooMany, Overloaded, ServiceFull, Internal, EnrolmentEnded, TakenOver,
	}
}

const (
	quick  = 15 * time.Second
	upload = 30 * time.Second // of silence: the sending itself takes what the line takes

	one = "/v1/enrolments/{enrolment}"
)

// The calls, in the order of the way.
var (
	ReadText = Operation[None, Text]{
		ID: "read-text", Method: http.MethodGet, Path: "/v1/texts/{kind}/{language}", Access: AccessOpen, Deadline: quick,
		Summary: "Read a text that will have to be accepted",
	}
	StartEnrolment = Operation[StartRequest, Started]{
		ID: "start-enrolment", Method: http.MethodPost, Path: "/v1/enrolments", Access: AccessKey, Deadline: quick, MaxBody: MaxJSON,
		Summary:  "Open an enrolment for an IIN and send a code to its phone, if it has one",
		Failures: []Code{IINInvalid},
	}
	RecoverEnrolment = Operation[RecoveryRequest, Started]{
		ID: "recover-enrolment", Method: http.MethodPost, Path: "/v1/recoveries", Access: AccessKey, Deadline: quick, MaxBody: MaxJSON,
		Summary:  "Open an enrolment that leads back to the one whose device key was lost, and send a code to its phone",
		Failures: []Code{RecoveryRefused},
	}
	RebindDevice = Operation[RebindRequest, Enrolment]{
		ID: "rebind-device", Method: http.MethodPost, Path: one + "/rebind", Access: AccessStep, Deadline: quick, MaxBody: MaxJSON,
		Summary:  "Go on, by its PIN, with the enrolment whose device key was lost: its application is withdrawn, its certificates are revoked",
		Failures: []Code{PINWrong, PINLocked, RecoveryRefused},
	}
	ReadEnrolment = Operation[None, Enrolment]{
		ID: "read-enrolment", Method: http.MethodGet, Path: one, Access: AccessToken, Deadline: quick,
		Summary: "Read how far the enrolment is",
	}
	CancelEnrolment = Operation[None, Enrolment]{
		ID: "cancel-enrolment", Method: http.MethodDelete, Path: one, Access: AccessToken, Deadline: quick,
		Summary: "End an unfinished enrolment",
	}
	SendCode = Operation[None, Enrolment]{
		ID: "send-code", Method: http.MethodPost, Path: one + "/code", Access: AccessToken, Deadline: quick,
		Summary:  "Send the code of the present step again",
		Failures: []Code{CodeTooSoon, CodeExhausted},
	}
	CheckCode = Operation[CodeRequest, Enrolment]{
		ID: "check-code", Method: http.MethodPost, Path: one + "/code/check", Access: AccessStep, Deadline: quick, MaxBody: MaxJSON,
		Summary:  "Give the code of the present step",
		Failures: []Code{CodeWrong, CodeExpired, CodeExhausted},
	}
	AskCall = Operation[CallRequest, Enrolment]{
		ID: "ask-call", Method: http.MethodPost, Path: one + "/call", Access: AccessToken, Deadline: quick, MaxBody: MaxJSON,
		Summary:  "Ask an operator to call back",
		Failures: []Code{PhoneInvalid},
	}
	SignIn = Operation[SignInRequest, Enrolment]{
		ID: "sign-in", Method: http.MethodPost, Path: one + "/sign-in", Access: AccessStep, Deadline: quick, MaxBody: MaxJSON,
		Summary:  "Sign in to Digital ID: a code goes to the phone if it is the confirmed one",
		Failures: []Code{PhoneInvalid, CodeTooSoon, CodeExhausted},
	}
	ConsentBiometrics = Operation[ConsentRequest, Enrolment]{
		ID: "consent-biometrics", Method: http.MethodPost, Path: one + "/biometrics", Access: AccessStep, Deadline: quick, MaxBody: MaxJSON,
		Summary:  "Consent to the processing of biometrics",
		Failures: []Code{TextOutdated},
	}
	SendSelfie = Operation[Picture, Enrolment]{
		ID: "send-selfie", Method: http.MethodPut, Path: one + "/selfie", Access: AccessStep, Deadline: upload, MaxBody: MaxPicture,
		Summary:  "Send the selfie",
		Failures: pictureFailures,
	}
	TakeOver = Operation[PINRequest, Enrolment]{
		ID: "take-over", Method: http.MethodPost, Path: one + "/take-over", Access: AccessStep, Deadline: quick, MaxBody: MaxJSON,
		Summary:  "End the citizen's unfinished enrolment on another computer, by its PIN",
		Failures: []Code{PINWrong, PINLocked},
	}
	StartChallenge = Operation[ChallengeRequest, Enrolment]{
		ID: "start-challenge", Method: http.MethodPost, Path: one + "/challenge", Access: AccessStep, Deadline: quick, MaxBody: MaxJSON,
		Summary:  "Begin the video identification; a running one is given up",
		Failures: []Code{RecordingLocked},
	}
	AskOperator = Operation[None, Enrolment]{
		ID: "ask-operator", Method: http.MethodPost, Path: one + "/challenge/operator", Access: AccessStep, Deadline: quick,
		Summary: "“I cannot do this”: go on without a video identification; an operator decides. It costs no try",
	}
	SendHead = Operation[HeadRequest, Challenge]{
		ID: "send-head", Method: http.MethodPost, Path: one + "/challenge/heads", Access: AccessToken, Deadline: 5 * time.Second, MaxBody: MaxJSON,
		Summary:  "Tell the recording's chain head, live; the answer has the prompt that is due",
		Failures: []Code{ChallengeExpired, RecordingBroken},
	}
	SendFrames = Operation[Frames, Challenge]{
		ID: "send-frames", Method: http.MethodPost, Path: one + "/challenge/frames", Access: AccessToken, Deadline: upload, MaxBody: MaxFrames,
		Summary:  "Send a batch of the recording's frames",
		Failures: []Code{ChallengeExpired, RecordingBroken},
	}
	FinishRecording = Operation[None, Enrolment]{
		ID: "finish-recording", Method: http.MethodPost, Path: one + "/challenge/finish", Access: AccessStep, Deadline: quick,
		Summary:  "Say that all frames were sent",
		Failures: []Code{ChallengeExpired, RecordingBroken, RecordingLocked},
	}
	SetPIN = Operation[SetPINRequest, Enrolment]{
		ID: "set-pin", Method: http.MethodPost, Path: one + "/pin", Access: AccessStep, Deadline: quick, MaxBody: MaxJSON,
		Summary:  "Set the PIN of Digital ID",
		Failures: []Code{PINWeak},
	}
	CheckPIN = Operation[PINRequest, Enrolment]{
		ID: "check-pin", Method: http.MethodPost, Path: one + "/pin/check", Access: AccessToken, Deadline: quick, MaxBody: MaxJSON,
		Summary:  "Give the PIN to resume after a pause",
		Failures: []Code{PINWrong, PINLocked},
	}
	SendCard = Operation[Picture, Enrolment]{
		ID: "send-card", Method: http.MethodPut, Path: one + "/card/{side}", Access: AccessStep, Deadline: upload, MaxBody: MaxPicture,
		Summary:  "Send one side of the identity card, or the data page of the passport; a PDF may hold both sides",
		Failures: append([]Code{PDFLocked, PDFPages, PDFUnserved}, pictureFailures...),
	}
	ReadRecognised = Operation[None, Recognised]{
		ID: "read-recognised", Method: http.MethodGet, Path: one + "/recognised", Access: AccessToken, Deadline: quick,
		Summary: "Read the fields that the machine made out, each with the picture it comes from",
	}
	ConfirmFields = Operation[FieldsRequest, Enrolment]{
		ID: "confirm-fields", Method: http.MethodPost, Path: one + "/fields", Access: AccessStep, Deadline: quick, MaxBody: MaxJSON,
		Summary:  "Confirm the fields of the document and hand everything over for the decision",
		Failures: []Code{FieldsInvalid, CardExpired},
	}
	RepeatRejected = Operation[None, Enrolment]{
		ID: "repeat-rejected", Method: http.MethodPost, Path: one + "/repeat", Access: AccessStep, Deadline: quick,
		Summary: "After a rejection, go back to what has to be done again",
	}
	ReadDocuments = Operation[None, Documents]{
		ID: "read-documents", Method: http.MethodGet, Path: one + "/documents", Access: AccessToken, Deadline: quick,
		Summary: "List the documents of the cabinet",
	}
	GrantData = Operation[GrantRequest, Enrolment]{
		ID: "grant-data", Method: http.MethodPost, Path: one + "/grant", Access: AccessStep, Deadline: quick, MaxBody: MaxJSON,
		Summary:  "Consent, by PIN, to passing the data to the certification authority",
		Failures: []Code{PINWrong, PINLocked},
	}
	AcceptAgreement = Operation[ConsentRequest, Enrolment]{
		ID: "accept-agreement", Method: http.MethodPost, Path: one + "/agreement", Access: AccessStep, Deadline: quick, MaxBody: MaxJSON,
		Summary:  "Accept the certification authority's user agreement",
		Failures: []Code{TextOutdated},
	}
	SendEmailCode = Operation[EmailRequest, Enrolment]{
		ID: "send-email-code", Method: http.MethodPost, Path: one + "/email", Access: AccessToken, Deadline: quick, MaxBody: MaxJSON,
		Summary:  "Give an e-mail address, or the same again: a code goes there, and only a confirmed one enters a certificate",
		Failures: []Code{EmailInvalid, EmailUnserved, CodeTooSoon, CodeExhausted},
	}
	ConfirmEmail = Operation[CodeRequest, Enrolment]{
		ID: "confirm-email", Method: http.MethodPost, Path: one + "/email/check", Access: AccessStep, Deadline: quick, MaxBody: MaxJSON,
		Summary:  "Give the code that came to the e-mail address",
		Failures: []Code{CodeWrong, CodeExpired, CodeExhausted},
	}
	Apply = Operation[ApplyRequest, Enrolment]{
		ID: "apply", Method: http.MethodPost, Path: one + "/application", Access: AccessStep, Deadline: 30 * time.Second, MaxBody: MaxJSON,
		Summary:  "Submit the application; the same keys again give the same application",
		Failures: []Code{GrantExpired, EmailInvalid, RequestInvalid, KeysUnserved, ApplicationOther},
	}
	WithdrawApplication = Operation[PINRequest, Enrolment]{
		ID: "withdraw-application", Method: http.MethodPost, Path: one + "/application/withdraw", Access: AccessStep, Deadline: quick, MaxBody: MaxJSON,
		Summary:  "Give up, by PIN, an application whose keys are lost: its certificates are revoked, the consent follows anew",
		Failures: []Code{PINWrong, PINLocked},
	}
	ReadCertificates = Operation[None, Certificates]{
		ID: "read-certificates", Method: http.MethodGet, Path: one + "/certificates", Access: AccessToken, Deadline: quick,
		Summary:  "Read the issued certificates",
		Failures: []Code{NotIssued},
	}
	ConfirmImport = Operation[ImportRequest, Enrolment]{
		ID: "confirm-import", Method: http.MethodPost, Path: one + "/import", Access: AccessStep, Deadline: quick, MaxBody: MaxJSON,
		Summary:  "Say that the certificates lie in key files",
		Failures: []Code{NotIssued, FingerprintsWrong},
	}
)

// The calls of the cabinet, after a person was identified.
var (
	ListHeld = Operation[None, HeldCertificates]{
		ID: "list-held", Method: http.MethodGet, Path: one + "/held", Access: AccessToken, Deadline: quick,
		Summary: "List the certificates of the citizen, over all enrolments",
	}
	AskSignature = Operation[SignatureRequest, SignatureTask]{
		ID: "ask-signature", Method: http.MethodPost, Path: one + "/held/signature", Access: AccessToken, Deadline: quick, MaxBody: MaxJSON,
		Summary:  "Ask for the text whose signature revokes or renews a certificate",
		Failures: []Code{CertificateUnknown, CertificateEnded, SignatureWrong, RenewalEarly, IdentificationOld},
	}
	RevokeCertificate = Operation[RevocationRequest, Enrolment]{
		ID: "revoke-certificate", Method: http.MethodPost, Path: one + "/held/revoke", Access: AccessToken, Deadline: quick, MaxBody: MaxJSON,
		Summary:  "End a certificate for good, by PIN or by a signature with its key",
		Failures: []Code{PINWrong, PINLocked, CertificateUnknown, SignatureWrong, SignatureExpired},
	}
	RenewCertificates = Operation[RenewalRequest, Started]{
		ID: "renew-certificates", Method: http.MethodPost, Path: one + "/held/renew", Access: AccessToken, Deadline: 30 * time.Second, MaxBody: MaxJSON,
		Summary: "Renew by a signature with the present key: opens an enrolment of the same computer that waits for the certificates",
		Failures: []Code{
			EmailInvalid, RequestInvalid, KeysUnserved, ApplicationOther, CertificateUnknown, CertificateEnded,
			SignatureWrong, SignatureExpired, RenewalEarly, IdentificationOld,
		},
	}
)

var pictureFailures = []Code{PictureTooLarge, PictureTooSmall, PictureWrongType, PictureDamaged}
