//go:build demo

package service

import (
	"strings"
	"testing"

	"qoltanba/app/api"
	"qoltanba/app/backend/enrolment"
	"qoltanba/app/backend/notify"
)

// newComputer is the same citizen at another computer, as far as the selfie.
func (c *citizen) newComputer() *citizen {
	c.Helper()
	c.a.quiet(c.T) // so that the next message is the code
	n := &citizen{T: c.T, a: c.a, who: c.who, session: api.Session{Key: newKey(c.T)}}
	n.confirm()
	n.accept(api.TextBiometrics, api.ConsentBiometrics)
	n.selfie()
	return n
}

// finish walks from the recording to the end.
func (c *citizen) finish() api.Certificates {
	c.Helper()
	c.toForm()
	return c.obtain()
}

// toForm walks from the recording to the application.
func (c *citizen) toForm() {
	c.Helper()
	c.at(api.StepRecording)
	c.record()
	do(c, api.SetPIN, api.SetPINRequest{PIN: goodPIN})
	c.card()
	c.fields()
	c.decide(enrolment.Verdict{Approve: true})
	c.grant()
	c.accept(api.TextAgreement, api.AcceptAgreement)
}

// applied walks to issued certificates that nobody has imported yet.
func (c *citizen) applied() {
	c.Helper()
	c.confirm()
	c.identify()
	c.decide(enrolment.Verdict{Approve: true})
	c.grant()
	c.accept(api.TextAgreement, api.AcceptAgreement)
	do(c, api.Apply, api.ApplyRequest{Keys: api.KeysRSA2048, Storage: api.StoragePC, Requests: requests(c.T)})
	c.until("certificate", func() bool { c.read(); return c.e.Step == api.StepImport })
}

// ledgered fails the test unless the authority has so many certificates, so
// many of them revoked, and nothing to complain of.
func (c *citizen) ledgered(certificates, revoked int) {
	c.Helper()
	c.a.quiet(c.T)
	report, err := c.a.Enrolments.NCA.Audit(c.Context())
	if err != nil || report.Certificates != certificates || report.Revoked != revoked || len(report.Findings) > 0 || report.Unfinished > 0 {
		c.Errorf("the ledger has %+v: %v", report, err)
	}
}

func (c *citizen) told(notice notify.Notice) bool {
	c.Helper()
	message, err := notify.NoticeMessage(c.who.Language, notice, notify.Details{})
	if err != nil {
		c.Fatal(err)
	}
	for _, m := range c.a.phone.Messages(c.who.Phone) {
		if m.Text == message.Reveal() {
			return true
		}
	}
	return false
}

// On a new computer phone, selfie and the former PIN end the former way: its
// certificates are revoked, its computer is told, and the citizen goes on.
func TestTakeOver(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, on func(*Plan)) {
		a := open(t, on)
		old := a.citizen(t, "aigul")
		old.applied()
		fresh := old.newComputer()
		fresh.at(api.StepTakeOver)
		refused(fresh, api.OutOfOrder, api.StartChallenge, api.ChallengeRequest{})
		if p := refused(fresh, api.PINWrong, api.TakeOver, api.PINRequest{PIN: "000001"}); *p.TriesLeft != 4 {
			t.Errorf("%d tries left", *p.TriesLeft)
		}
		if p := refused(old, api.PINWrong, api.CheckPIN, api.PINRequest{PIN: "000001"}); *p.TriesLeft != 3 {
			t.Errorf("the new computer's try was not counted: %d left", *p.TriesLeft)
		}
		old.read()
		old.at(api.StepImport)
		do(fresh, api.TakeOver, api.PINRequest{PIN: goodPIN})
		refused(old, api.TakenOver, api.ReadEnrolment, api.None{})
		refused(old, api.TakenOver, api.ReadCertificates, api.None{})
		refused(old, api.TakenOver, api.CheckPIN, api.PINRequest{PIN: goodPIN})
		refused(old, api.TakenOver, api.CancelEnrolment, api.None{})
		old.ledgered(2, 2)
		if !strings.Contains(old.trail(), "service revoke") || !old.told(notify.TakenOver) {
			t.Errorf("trail\n%s", old.trail())
		}
		fresh.finish()
		fresh.ledgered(4, 2)

		third := fresh.newComputer() // what is in key files is nobody's to end
		third.at(api.StepRecording)
		fresh.read()
		fresh.at(api.StepDone)
		fresh.ledgered(4, 2)
	})
}

// Before a PIN was set phone and selfie are enough. Who has only typed the IIN
// is no former way.
func TestTakeOverWithoutAPIN(t *testing.T) {
	t.Parallel()
	a := open(t, nil)
	idle, old := a.citizen(t, "sergey"), a.citizen(t, "sergey")
	idle.start()
	idle.code(0)
	old.confirm()
	old.accept(api.TextBiometrics, api.ConsentBiometrics)
	old.selfie()
	old.at(api.StepRecording)
	fresh := old.newComputer()
	fresh.at(api.StepRecording)
	refused(old, api.TakenOver, api.StartChallenge, api.ChallengeRequest{})
	idle.read()
	idle.at(api.StepCode)
	old.until("erasure", func() bool { return strings.Contains(old.trail(), "service erase") })
	refused(old, api.TakenOver, api.ReadEnrolment, api.None{})
	old.until("message", func() bool { return old.told(notify.TakenOver) })
}

// Guesses at the new computer lock the PIN of the former way, and the citizen
// sees until when.
func TestTakeOverLocksThePIN(t *testing.T) {
	t.Parallel()
	a := open(t, nil)
	old := a.citizen(t, "timur")
	old.confirm()
	old.identify()
	fresh := old.newComputer()
	for range 4 {
		refused(fresh, api.PINWrong, api.TakeOver, api.PINRequest{PIN: "000001"})
	}
	p := refused(fresh, api.PINLocked, api.TakeOver, api.PINRequest{PIN: "000001"})
	refused(fresh, api.PINLocked, api.TakeOver, api.PINRequest{PIN: goodPIN})
	refused(old, api.PINLocked, api.CheckPIN, api.PINRequest{PIN: goodPIN})
	fresh.read()
	if fresh.e.Lock == nil || !fresh.e.Lock.Until.Equal(*p.Until) || fresh.e.Step != api.StepTakeOver {
		t.Errorf("the lock is %v, told as %v", fresh.e.Lock, p.Until)
	}
	do(old, api.CancelEnrolment, api.None{}) // at the former computer
	do(fresh, api.TakeOver, api.PINRequest{PIN: "000001"})
	fresh.at(api.StepRecording)
}

// Lost keys: the application is withdrawn by PIN, what was issued is revoked,
// and the way goes on from the consent with the verdict as it was.
func TestWithdrawApplication(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, on func(*Plan)) {
		a := open(t, on)
		c := a.citizen(t, "aigul")
		c.applied()
		number := c.e.Application.Number
		refused(c, api.PINWrong, api.WithdrawApplication, api.PINRequest{PIN: "000001"})
		c.read()
		c.at(api.StepImport)
		do(c, api.WithdrawApplication, api.PINRequest{PIN: goodPIN})
		c.at(api.StepGrant)
		if c.e.Application != nil || c.e.Decision.State != api.DecisionApproved || c.e.Passed == nil {
			t.Errorf("what is left: %v", c.e)
		}
		refused(c, api.NotIssued, api.ReadCertificates, api.None{})
		c.ledgered(2, 2)
		c.grant()
		c.accept(api.TextAgreement, api.AcceptAgreement)
		c.obtain()
		if c.e.Application.Number == number {
			t.Error("the new application is the withdrawn one")
		}
		c.ledgered(4, 2)
		if !strings.Contains(c.trail(), "service revoke") {
			t.Errorf("trail\n%s", c.trail())
		}
	})
}

// Whoever gives up an application leaves no certificate that holds.
func TestCancelRevokes(t *testing.T) {
	t.Parallel()
	a := open(t, nil)
	c := a.citizen(t, "gauhar")
	c.applied()
	do(c, api.CancelEnrolment, api.None{})
	c.ledgered(2, 2)
}
