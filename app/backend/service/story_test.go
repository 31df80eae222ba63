//go:build demo

package service

import (
	"crypto/x509"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/backend/enrolment"
	"qoltanba/app/backend/store"
	"qoltanba/app/backend/store/pgtest"
)

// The whole way of a citizen with whom everything agrees, on both databases.
func TestTheWholeWay(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Plan){
		"SQLite": nil,
		"PostgreSQL": func(p *Plan) {
			p.Config.Store, p.Config.Keys, p.Config.Ledger = pgtest.DSN(t), pgtest.DSN(t), pgtest.DSN(t)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := open(t, change)
			c := a.citizen(t, "aigul")
			c.confirm()
			if c.e.Phone != c.who.Phone.Masked() {
				t.Errorf("the phone is shown as %q", c.e.Phone)
			}
			c.identify()
			seen := c.decide(enrolment.Verdict{Approve: true})
			if len(seen.Differs) != 0 {
				t.Errorf("the register differs in %v", seen.Differs)
			}
			readEvidence(c, seen)
			c.at(api.StepGrant)
			if docs, err := ask(c, api.ReadDocuments, api.None{}); err != nil || len(docs.Documents) != 1 || docs.Documents[0].State != api.DecisionApproved {
				t.Errorf("documents %v: %v", docs, err)
			}
			c.grant()
			c.at(api.StepAgreement)
			c.accept(api.TextAgreement, api.AcceptAgreement)
			c.at(api.StepApplication)
			issued := c.obtain()
			checkCertificates(c, issued)
			checkDiscretion(c)
		})
	}
}

// readEvidence opens all that the operator would look at.
func readEvidence(c *citizen, seen enrolment.Case) {
	c.Helper()
	names := append([]string{seen.Selfie.Name}, seen.Recording.Batches...)
	for _, side := range seen.Document.Sides() {
		names = append(names, seen.Card[side].Name)
	}
	for _, name := range names {
		r, err := c.a.Enrolments.OpenEvidence(c.Context(), seen.ID, name)
		if err != nil {
			c.Fatalf("%q: %v", name, err)
		}
		if content, err := io.ReadAll(r); err != nil || len(content) == 0 {
			c.Errorf("%q: %d bytes, %v", name, len(content), err)
		}
		if err := r.Close(); err != nil {
			c.Error(err)
		}
	}
	if _, err := c.a.Enrolments.OpenEvidence(c.Context(), seen.ID, "recording/x/y"); !errors.Is(err, enrolment.ErrNoEvidence) {
		c.Errorf("evidence that is none: %v", err)
	}
	if len(seen.Recording.Prompts) < 3 || seen.Recording.Frames < 20 {
		c.Errorf("the recording has %d prompts and %d frames", len(seen.Recording.Prompts), seen.Recording.Frames)
	}
}

func checkCertificates(c *citizen, issued api.Certificates) {
	c.Helper()
	roots, middle := x509.NewCertPool(), x509.NewCertPool()
	for i, der := range issued.Chain {
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			c.Fatal(err)
		}
		if i == len(issued.Chain)-1 {
			roots.AddCert(cert)
		} else {
			middle.AddCert(cert)
		}
	}
	for _, got := range issued.Certificates {
		cert, err := x509.ParseCertificate(got.DER)
		if err != nil {
			c.Fatal(err)
		}
		cert.UnhandledCriticalExtensions = nil
		_, err = cert.Verify(x509.VerifyOptions{Roots: roots, Intermediates: middle, CurrentTime: c.a.clock.now().Add(time.Minute), KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
		if err != nil {
			c.Errorf("%s: %v", got.Kind, err)
		}
		if !strings.Contains(cert.Subject.String(), string(c.who.IIN)) {
			c.Errorf("%s is not the citizen's", got.Kind)
		}
	}
}

// trail is the audit trail, an entry a line.
func (c *citizen) trail() string {
	c.Helper()
	var text string
	err := c.a.Store.View(c.Context(), func(tx store.Tx) error {
		entries, err := tx.Trail(c.e.ID)
		for _, e := range entries {
			text += e.Actor + " " + e.Action + " " + e.Detail + "\n"
		}
		return err
	})
	if err != nil {
		c.Fatal(err)
	}
	return text
}

// checkDiscretion looks for the citizen in the log and the audit trail.
func checkDiscretion(c *citizen) {
	c.Helper()
	trail := c.trail()
	if n := strings.Count(trail, "\n"); n < 15 {
		c.Fatalf("the trail has %d entries", n)
	}
	text := c.a.log.String() + trail
	for what, secret := range map[string]string{
		"IIN": string(c.who.IIN), "phone": string(c.who.Phone), "surname": c.who.Card.Surname,
		"token": string(c.session.Token), "PIN": string(goodPIN), "address": "127.0.0.1",
	} {
		if strings.Contains(text, secret) {
			c.Errorf("the log or the trail holds the %s", what)
		}
	}
}

// A code can be guessed three times; then it takes the lock and a new code.
func TestWrongCodes(t *testing.T) {
	t.Parallel()
	a := open(t, nil)
	c := a.citizen(t, "sergey")
	c.start()
	right := c.code(0)
	wrong := api.CodeRequest{Code: "000000"}
	if right == wrong.Code {
		wrong.Code = "111111"
	}
	for left := 2; left > 0; left-- {
		if p := refused(c, api.CodeWrong, api.CheckCode, wrong); p.TriesLeft == nil || *p.TriesLeft != left {
			t.Errorf("tries left: %v, want %d", p.TriesLeft, left)
		}
	}
	p := refused(c, api.CodeExhausted, api.CheckCode, wrong)
	if p.Until == nil {
		t.Fatal("the lock has no end")
	}
	refused(c, api.CodeExhausted, api.CheckCode, api.CodeRequest{Code: right})
	refused(c, api.CodeExhausted, api.SendCode, api.None{})
	c.read()
	if c.e.Lock == nil || !c.e.Lock.Until.Equal(*p.Until) {
		t.Errorf("the lock is %v, told as %v", c.e.Lock, p.Until)
	}
	a.clock.advance(p.Until.Sub(a.clock.now()) + time.Second)
	had := c.messages()
	do(c, api.SendCode, api.None{})
	refused(c, api.CodeTooSoon, api.SendCode, api.None{})
	fresh := c.code(had)
	a.clock.advance(6 * time.Minute)
	refused(c, api.CodeExpired, api.CheckCode, api.CodeRequest{Code: fresh})
	had = c.messages()
	do(c, api.SendCode, api.None{})
	do(c, api.CheckCode, api.CodeRequest{Code: c.code(had)})
	c.at(api.StepSignIn)

	// A phone that is not the confirmed one is answered alike; no code comes.
	had = c.messages()
	do(c, api.SignIn, api.SignInRequest{Phone: "+77010000000"})
	c.at(api.StepSignInCode)
	refused(c, api.CodeWrong, api.CheckCode, wrong)
	a.clock.advance(2 * time.Minute)
	do(c, api.SignIn, api.SignInRequest{Phone: c.who.Phone})
	do(c, api.CheckCode, api.CodeRequest{Code: c.code(had)})
	if n := len(a.phone.Messages("+77010000000")); n != 0 {
		t.Errorf("%d messages went to a stranger", n)
	}
}

// Nothing in the answer tells an unknown IIN from a known one.
func TestUnknownLooksLikeKnown(t *testing.T) {
	t.Parallel()
	a := open(t, nil)
	known, unknown := a.citizen(t, "aigul"), a.citizen(t, "aigul")
	unknown.who.IIN = "061211600012"
	known.start()
	unknown.start()
	known.code(0)
	known.read()
	unknown.read()
	blank := func(e api.Enrolment) api.Enrolment {
		e.ID, e.Nonce = "", ""
		return e
	}
	k, u := blank(known.e), blank(unknown.e)
	if *k.Code != *u.Code {
		t.Errorf("codes are told as %v and %v", *k.Code, *u.Code)
	}
	k.Code, u.Code = nil, nil
	if k.Phone != u.Phone || k.Step != u.Step || k.Lock != u.Lock || !k.ExpiresAt.Equal(u.ExpiresAt) {
		t.Errorf("known %v\nunknown %v", k, u)
	}
	wrong := api.CodeRequest{Code: "000000"}
	pk, pu := refused(known, api.CodeWrong, api.CheckCode, wrong), refused(unknown, api.CodeWrong, api.CheckCode, wrong)
	if *pk.TriesLeft != *pu.TriesLeft || pk.Detail != pu.Detail {
		t.Errorf("a wrong code is answered %v and %v", pk, pu)
	}
}

// A citizen who is not in the mobile base is registered by a call.
func TestRegistrationByCall(t *testing.T) {
	t.Parallel()
	a := open(t, nil)
	c := a.citizen(t, "zhanna")
	c.start()
	c.until("end of the search for a phone", func() bool { return strings.Contains(c.trail(), "no-code") })
	do(c, api.AskCall, api.CallRequest{Phone: c.who.Phone, Language: c.who.Language, Reason: api.CallToRegister})
	do(c, api.AskCall, api.CallRequest{Phone: c.who.Phone, Language: c.who.Language, Reason: api.CallToRegister})
	calls, err := a.Enrolments.CallBacks(t.Context())
	if err != nil || len(calls) != 1 || calls[0].Phone != c.who.Phone {
		t.Fatalf("calls %v: %v", calls, err)
	}
	if err := a.Enrolments.AnswerCallBack(t.Context(), "dana", calls[0].ID, api.CallRegistered); err != nil {
		t.Fatal(err)
	}
	if err := a.Enrolments.AnswerCallBack(t.Context(), "dana", calls[0].ID, api.CallRefused); !errors.Is(err, enrolment.ErrAnswered) {
		t.Errorf("answered twice: %v", err)
	}
	c.read()
	if c.e.Call == nil || c.e.Call.State != api.CallRegistered {
		t.Errorf("the call is %v", c.e.Call)
	}
	c.until("notice", func() bool { return c.messages() == 1 })
	again := a.citizen(t, "zhanna")
	again.confirm()
}

// A rejection leads back to what has to be done again, and on from there.
func TestRejectedAndRepeated(t *testing.T) {
	t.Parallel()
	a := open(t, nil)
	c := a.citizen(t, "dinara")
	c.confirm()
	c.identify()
	stale := enrolment.Verdict{Approve: true, Version: 1}
	if err := a.Enrolments.Decide(t.Context(), "dana", c.e.ID, stale); !errors.Is(err, enrolment.ErrNotWaiting) {
		t.Errorf("a verdict on what was not seen: %v", err)
	}
	seen := c.decide(enrolment.Verdict{Reason: api.RejectSelfie})
	if len(seen.Differs) == 0 {
		t.Error("the operator is not told that the register differs")
	}
	c.at(api.StepDecision)
	do(c, api.RepeatRejected, api.None{})
	c.at(api.StepSelfie)
	do(c, api.SendSelfie, api.Picture{Type: "image/jpeg", Data: photo(t, 500, 500, 9)})
	c.at(api.StepDecision)
	c.decide(enrolment.Verdict{Reason: api.RejectRecording})
	do(c, api.RepeatRejected, api.None{})
	c.at(api.StepRecording)
	c.record()
	c.decide(enrolment.Verdict{Reason: api.RejectCard})
	do(c, api.RepeatRejected, api.None{})
	c.at(api.StepCard)
	c.card()
	c.at(api.StepFields)
	c.fields()
	c.decide(enrolment.Verdict{Approve: true})
	c.at(api.StepGrant)
	if c.e.Passed.Surname != c.who.Register.Surname {
		t.Error("what is passed on is not the register's")
	}
	listed, err := a.Enrolments.Waiting(t.Context())
	if err != nil || len(listed) != 0 {
		t.Errorf("still waiting: %v, %v", listed, err)
	}
}

// A citizen comes with the passport: its page alone is taken, what the register
// does not know is no difference, and its number is what is passed on.
func TestPassport(t *testing.T) {
	t.Parallel()
	a := open(t, nil)
	c := a.citizen(t, "saltanat")
	c.confirm()
	c.accept(api.TextBiometrics, api.ConsentBiometrics)
	c.selfie()
	c.record()
	do(c, api.SetPIN, api.SetPINRequest{PIN: goodPIN})
	page := api.Picture{Type: "image/jpeg", Data: photo(t, 640, 400, 7)}
	if _, err := ask(c, api.SendCard, page, "side", "cover"); api.CodeOf(err) != api.BadRequest {
		t.Errorf("a side that is none: %v", err)
	}
	do(c, api.SendCard, page, "side", string(api.Front)) // and then the citizen takes the passport
	if c.at(api.StepCard); c.e.Document != api.IdentityCard {
		t.Errorf("the front is of %q", c.e.Document)
	}
	c.card()
	c.at(api.StepFields)
	if c.e.Document != api.Passport || len(c.e.CardSides) != 1 {
		t.Errorf("the page is of %q, with %v", c.e.Document, c.e.CardSides)
	}
	refused(c, api.FieldsInvalid, api.ConfirmFields, api.FieldsRequest{Fields: c.who.Register, Confirmed: true})
	old := c.who.Card
	old.IssueDate, old.ExpiryDate = "2010-01-01", "2019-12-31"
	refused(c, api.CardExpired, api.ConfirmFields, api.FieldsRequest{Fields: old, Confirmed: true})
	c.fields()
	c.at(api.StepDecision)
	if docs, err := ask(c, api.ReadDocuments, api.None{}); err != nil || docs.Documents[0].Kind != api.Passport {
		t.Errorf("documents %v: %v", docs, err)
	}
	c.until("answer of the register", func() bool {
		listed, err := a.Enrolments.Waiting(t.Context())
		return err == nil && len(listed) == 1 && listed[0].Compared && listed[0].Document == api.Passport
	})
	c.at(api.StepDecision) // the register agrees, and an operator decides all the same
	seen := c.decide(enrolment.Verdict{Approve: true})
	if len(seen.Differs) != 0 || len(seen.Uncompared) != 4 || seen.Document != api.Passport || len(seen.Card) != 1 {
		t.Errorf("a %s with %d pictures differs in %v, is not compared in %v", seen.Document, len(seen.Card), seen.Differs, seen.Uncompared)
	}
	readEvidence(c, seen)
	c.at(api.StepGrant)
	if c.e.Passed.Document != c.who.Card.DocumentNumber {
		t.Error("what is passed on is not the passport's number")
	}
	c.grant()
	c.accept(api.TextAgreement, api.AcceptAgreement)
	checkCertificates(c, c.obtain())
	checkDiscretion(c)
}

// The consent to pass data runs out; the PIN renews it, and wrong PINs lock.
func TestGrantAndPIN(t *testing.T) {
	t.Parallel()
	a := open(t, nil)
	c := a.citizen(t, "timur")
	c.confirm()
	c.accept(api.TextBiometrics, api.ConsentBiometrics)
	c.selfie()
	c.record()
	birthday := api.Secret(c.who.IIN[:6])
	for _, weak := range []api.Secret{"123456", "777777", birthday} {
		refused(c, api.PINWeak, api.SetPIN, api.SetPINRequest{PIN: weak})
	}
	do(c, api.SetPIN, api.SetPINRequest{PIN: goodPIN})
	c.card()
	c.fields()
	c.decide(enrolment.Verdict{Approve: true})
	refused(c, api.BadRequest, api.GrantData, api.GrantRequest{DataSHA256: strings.Repeat("0", 64), PIN: goodPIN})
	for left := 4; left > 0; left-- {
		if p := refused(c, api.PINWrong, api.CheckPIN, api.PINRequest{PIN: "000001"}); *p.TriesLeft != left {
			t.Errorf("%d tries left, want %d", *p.TriesLeft, left)
		}
	}
	p := refused(c, api.PINLocked, api.GrantData, api.GrantRequest{DataSHA256: c.e.Passed.Hash(), PIN: "000001"})
	refused(c, api.PINLocked, api.CheckPIN, api.PINRequest{PIN: goodPIN})
	a.clock.advance(p.Until.Sub(a.clock.now()) + time.Second)
	do(c, api.CheckPIN, api.PINRequest{PIN: goodPIN})
	c.grant()
	c.accept(api.TextAgreement, api.AcceptAgreement)
	a.clock.advance(31 * time.Minute)
	keys := api.ApplyRequest{Keys: api.KeysRSA2048, Storage: api.StoragePC, Requests: requests(t)}
	refused(c, api.GrantExpired, api.Apply, keys)
	c.read()
	c.at(api.StepGrant)
	c.grant()
	c.at(api.StepApplication)
	refused(c, api.RequestInvalid, api.Apply, api.ApplyRequest{Keys: api.KeysRSA2048, Storage: api.StoragePC, Requests: [][]byte{{1}, {2}}})
	do(c, api.Apply, keys)
	number := c.e.Application.Number
	c.until("certificate", func() bool { c.read(); return c.e.Step == api.StepImport })
	do(c, api.Apply, keys)
	if c.e.Application.Number != number {
		t.Error("the same keys gave another application")
	}
	refused(c, api.ApplicationOther, api.Apply, api.ApplyRequest{Keys: api.KeysRSA2048, Storage: api.StoragePC, Requests: requests(t)})
}
