package journey

import "qoltanba/app/api"

// Stage is where the citizen is: one screen of the way. The order of the
// constants is the order of the way.
type Stage string

// The stages. Those marked "client" are known to this computer only; every
// other follows from the step that the backend waits for.
const (
	StageWelcome        Stage = "welcome"         // client: [Journey.Begin], or [Journey.Resume] where State.Unfinished
	StageResume         Stage = "resume"          // client: the PIN after a pause; [Journey.Resume]
	StageRecover        Stage = "recover"         // client: the way begun here has lost its key; [Journey.Recover], [Journey.StartAgain]
	StageCamera         Stage = "camera"          // client: [Journey.CameraChecked]
	StageIIN            Stage = "iin"             // [Journey.GiveIIN]
	StageCode           Stage = "code"            // [Journey.GiveCode], [Journey.ResendCode], [Journey.OpenCallBack]
	StageCallBack       Stage = "call-back"       // client: [Journey.AskCall]; [Journey.StartAgain] once the phone is registered
	StageRebind         Stage = "rebind"          // [Journey.Rebind]: the PIN of the way whose key was lost
	StageCompanion      Stage = "companion"       // client: [Journey.ProbeCompanion], [Journey.CompanionChecked]
	StageSummary        Stage = "summary"         // client: [Journey.Proceed]
	StageSignIn         Stage = "sign-in"         // [Journey.SignIn]
	StageSignInCode     Stage = "sign-in-code"    // [Journey.GiveCode], [Journey.ResendCode]
	StageBiometrics     Stage = "biometrics"      // [Journey.AcceptBiometrics], [Journey.RefuseBiometrics]
	StageServiceCentre  Stage = "service-centre"  // client: biometrics refused; [Journey.Back]
	StageSelfie         Stage = "selfie"          // [Journey.SendSelfie]
	StageTakeOver       Stage = "take-over"       // [Journey.TakeOver]: a way on another computer ends here
	StageRecordingIntro Stage = "recording-intro" // [Journey.Record], [Journey.AskOperator]
	StageRecording      Stage = "recording"       // client: while [Journey.Record] runs
	StageJudging        Stage = "judging"         // wait: [Journey.Refresh], [Journey.Watch]
	StagePIN            Stage = "pin"             // [Journey.SetPIN]
	StageCardChoice     Stage = "card-choice"     // client: [Journey.ChooseCard]
	StageCardFront      Stage = "card-front"      // [Journey.SendCard]
	StageCardBack       Stage = "card-back"       // [Journey.SendCard]
	StagePassport       Stage = "passport"        // [Journey.SendCard] of the data page
	StageFields         Stage = "fields"          // [Journey.ConfirmFields]
	StageChecking       Stage = "checking"        // wait: [Journey.Refresh], [Journey.Watch]
	StageRejected       Stage = "rejected"        // [Journey.Repeat] where State.CanRepeat
	StageCabinet        Stage = "cabinet"         // client: [Journey.OpenDocuments], [Journey.Proceed]
	StageDocuments      Stage = "documents"       // client: [Journey.Back]
	StageGrant          Stage = "grant"           // [Journey.Grant]
	StageAgreement      Stage = "agreement"       // [Journey.AcceptAgreement]
	StageForm           Stage = "form"            // client: [Journey.FillForm]
	StageEmailCode      Stage = "email-code"      // client: [Journey.GiveEmailCode], [Journey.ResendEmailCode], [Journey.SkipEmail]
	StageToken          Stage = "token"           // client: the token's PIN, before the application and after the issue; [Journey.UseToken], [Journey.LoseToken]
	StageSubmit         Stage = "submit"          // [Journey.Submit]
	StageStatus         Stage = "status"          // wait: [Journey.Refresh], [Journey.Watch]
	StagePassword       Stage = "password"        // [Journey.WriteKeys], [Journey.ChangeFolder]
	StageKeysLost       Stage = "keys-lost"       // client: the keys cannot be opened any more; [Journey.GiveUpKeys]
	StageFormer         Stage = "former"          // client: what becomes of earlier keys; [Journey.KeepFormer], [Journey.RevokeFormer]
	StageDone           Stage = "done"            // the key files are in the folder; [Journey.TrySignature], [Journey.SaveTrial], [Journey.OpenKeys], [Journey.StartAgain]
	StageKeys           Stage = "my-keys"         // client: what the citizen holds; [Journey.CopyKey], [Journey.ChangeKeyPassword], [Journey.RevokeByPIN], [Journey.RevokeByKey], [Journey.CloseKeys]
	StageLocked         Stage = "locked"          // wait until State.WaitUntil; [Journey.OpenCallBack]
	StageEnded          Stage = "ended"           // cancelled or too old; [Journey.StartAgain]
)

// Stages lists all stages in the order of the way.
func Stages() []Stage {
	return []Stage{
		StageWelcome, StageResume, StageRecover, StageCamera, StageIIN, StageCode, StageCallBack, StageRebind, StageCompanion, StageSummary,
		StageSignIn, StageSignInCode, StageBiometrics, StageServiceCentre, StageSelfie, StageTakeOver,
		StageRecordingIntro, StageRecording, StageJudging, StagePIN, StageCardChoice, StageCardFront, StageCardBack, StagePassport, StageFields,
		StageChecking, StageRejected, StageCabinet, StageDocuments, StageGrant, StageAgreement, StageForm, StageEmailCode, StageToken, StageSubmit,
		StageStatus, StagePassword, StageKeysLost, StageFormer, StageDone, StageKeys, StageLocked, StageEnded,
	}
}

// Group is a stretch of the way, for the rail that shows progress.
type Group string

// The groups in the order of the way. Welcome belongs to none.
const (
	GroupNone  Group = ""
	GroupPhone Group = "phone"
	GroupFace  Group = "face"
	GroupCard  Group = "card"
	GroupCheck Group = "check"
	GroupKeys  Group = "keys"
	GroupDone  Group = "done"
)

// Groups lists the groups of the rail.
func Groups() []Group {
	return []Group{GroupPhone, GroupFace, GroupCard, GroupCheck, GroupKeys, GroupDone}
}

var groups = map[Stage]Group{
	StageRecover: GroupPhone, StageRebind: GroupPhone, StageCamera: GroupPhone, StageIIN: GroupPhone, StageCode: GroupPhone, StageCallBack: GroupPhone,
	StageCompanion: GroupPhone, StageSummary: GroupPhone,
	StageSignIn: GroupFace, StageSignInCode: GroupFace, StageBiometrics: GroupFace, StageServiceCentre: GroupFace,
	StageSelfie: GroupFace, StageTakeOver: GroupFace, StageRecordingIntro: GroupFace, StageRecording: GroupFace, StageJudging: GroupFace, StagePIN: GroupFace,
	StageCardChoice: GroupCard, StageCardFront: GroupCard, StageCardBack: GroupCard, StagePassport: GroupCard, StageFields: GroupCard,
	StageChecking: GroupCheck, StageRejected: GroupCheck, StageCabinet: GroupCheck, StageDocuments: GroupCheck,
	StageGrant: GroupKeys, StageAgreement: GroupKeys, StageForm: GroupKeys, StageEmailCode: GroupKeys, StageToken: GroupKeys, StageSubmit: GroupKeys,
	StageStatus: GroupKeys, StagePassword: GroupKeys, StageKeysLost: GroupKeys,
	StageFormer: GroupDone, StageDone: GroupDone, StageKeys: GroupDone,
}

// firstStage is where a step of the backend leads when nothing on this
// computer says otherwise.
var firstStage = map[api.Step]Stage{
	api.StepCode:        StageCode,
	api.StepRebind:      StageRebind,
	api.StepSignIn:      StageSignIn,
	api.StepSignInCode:  StageSignInCode,
	api.StepBiometrics:  StageBiometrics,
	api.StepSelfie:      StageSelfie,
	api.StepTakeOver:    StageTakeOver,
	api.StepRecording:   StageRecordingIntro,
	api.StepJudging:     StageJudging,
	api.StepPIN:         StagePIN,
	api.StepCard:        StageCardChoice,
	api.StepFields:      StageFields,
	api.StepDecision:    StageChecking,
	api.StepGrant:       StageGrant,
	api.StepAgreement:   StageAgreement,
	api.StepApplication: StageForm,
	api.StepIssue:       StageStatus,
	api.StepImport:      StagePassword,
	api.StepDone:        StageDone,
	api.StepCancelled:   StageEnded,
}

// groupOf is the stretch in which a citizen is. A lock and the question for the
// PIN show the stretch of the step they stand before.
func groupOf(stage Stage, step api.Step) Group {
	if stage == StageLocked || stage == StageResume {
		return groups[firstStage[step]]
	}
	return groups[stage]
}
