//go:build demo

package service

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/hex"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"

	"qoltanba/app/api"
	"qoltanba/app/backend/enrolment"
	"qoltanba/app/backend/nca/publish"
	"qoltanba/keystore/cms"
)

// pair is what a citizen has in key files: authentication, then signing.
type pair struct {
	keys  [2]crypto.Signer
	certs [2]*x509.Certificate
	chain []*x509.Certificate
}

// newPair makes two keys and the requests for them.
func newPair(t *testing.T) (p pair, requests [][]byte) {
	t.Helper()
	for i := range p.keys {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			t.Fatal(err)
		}
		der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{SignatureAlgorithm: x509.SHA256WithRSA}, key)
		if err != nil {
			t.Fatal(err)
		}
		p.keys[i], requests = key, append(requests, der)
	}
	return p, requests
}

func (p *pair) take(t *testing.T, issued api.Certificates) {
	t.Helper()
	for i := range p.certs {
		cert, err := x509.ParseCertificate(issued.Certificates[i].DER)
		if err != nil {
			t.Fatal(err)
		}
		p.certs[i] = cert
	}
	for _, der := range issued.Chain {
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		p.chain = append(p.chain, cert)
	}
}

// sign signs a text with one of the keys.
func (p *pair) sign(t *testing.T, which int, text string) []byte {
	t.Helper()
	signature, err := cms.Signer{Key: p.keys[which], Certificate: p.certs[which]}.Attached([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return signature
}

func (p *pair) serial(which int) string {
	return hex.EncodeToString(p.certs[which].SerialNumber.Bytes())
}

// identified walks to the application.
func (a *agency) identified(t *testing.T, id string) *citizen {
	t.Helper()
	c := a.citizen(t, id)
	c.confirm()
	c.identify()
	c.decide(enrolment.Verdict{Approve: true})
	c.grant()
	c.accept(api.TextAgreement, api.AcceptAgreement)
	return c
}

// holder is a citizen with a pair.
func (a *agency) holder(t *testing.T, id string) (*citizen, pair) {
	t.Helper()
	c := a.identified(t, id)
	p, requests := newPair(t)
	do(c, api.Apply, api.ApplyRequest{Keys: api.KeysRSA2048, Storage: api.StoragePC, Requests: requests})
	p.take(t, c.collect())
	return c, p
}

func (c *citizen) held() map[string]api.HeldCertificate {
	c.Helper()
	list, err := ask(c, api.ListHeld, api.None{})
	if err != nil {
		c.Fatal(err)
	}
	all := map[string]api.HeldCertificate{}
	for _, h := range list.Certificates {
		all[h.Serial] = h
	}
	return all
}

// status asks by OCSP what relying parties see, and looks into the complete and
// the delta list.
func (p *pair) status(c *citizen, which int) (status, reason int, complete, delta bool) {
	c.Helper()
	question, err := ocsp.CreateRequest(p.certs[which], p.chain[0], nil)
	if err != nil {
		c.Fatal(err)
	}
	post, err := http.NewRequestWithContext(c.Context(), http.MethodPost, c.a.base+publish.Path+"ocsp", bytes.NewReader(question))
	if err != nil {
		c.Fatal(err)
	}
	post.Header.Set("Content-Type", "application/ocsp-request")
	_, _, der := c.send(post)
	answer, err := ocsp.ParseResponse(der, nil)
	if err != nil {
		c.Fatal(err)
	}
	in := func(points []string) bool {
		for _, point := range points {
			get, err := http.NewRequestWithContext(c.Context(), http.MethodGet, point, http.NoBody)
			if err != nil {
				c.Fatal(err)
			}
			_, _, der := c.send(get)
			list, err := x509.ParseRevocationList(der)
			if err != nil {
				c.Fatal(err)
			}
			return slices.ContainsFunc(list.RevokedCertificateEntries, func(e x509.RevocationListEntry) bool {
				return e.SerialNumber.Cmp(p.certs[which].SerialNumber) == 0 && e.ReasonCode != 8
			})
		}
		c.Fatal("the certificate names no list")
		return false
	}
	complete = in(p.certs[which].CRLDistributionPoints)
	delta = in([]string{strings.Replace(p.certs[which].CRLDistributionPoints[0], ".crl", "_d.crl", 1)})
	return answer.Status, answer.RevocationReason, complete, delta
}

func signature(c *citizen, in api.SignatureRequest) string {
	c.Helper()
	task, err := ask(c, api.AskSignature, in)
	if err != nil {
		c.Fatal(err)
	}
	return task.Text
}

// A certificate is revoked by PIN, and by its own signature; nobody else's PIN,
// key, text or enrolment will do, and each is seen by relying parties at once.
func TestRevocation(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, on func(*Plan)) {
		a := open(t, on)
		c, own := a.holder(t, "aigul")
		other, others := a.holder(t, "sergey")
		all := c.held()
		if len(all) != 2 || all[own.serial(1)].State != api.HeldGood || all[own.serial(1)].Obtained != api.ObtainedByOperator ||
			!all[own.serial(1)].Here || !all[own.serial(1)].Imported {
			t.Fatalf("held: %+v", all)
		}
		ask := api.SignatureRequest{Purpose: api.SignToRevoke, Serial: own.serial(1), Reason: api.KeyCompromise}
		text := signature(c, ask)
		revoke := api.RevocationRequest{Serial: own.serial(1), Reason: api.KeyCompromise}
		with := func(s []byte) api.RevocationRequest { r := revoke; r.Signature = s; return r }

		refused(c, api.BadRequest, api.RevokeCertificate, revoke)
		refused(other, api.CertificateUnknown, api.RevokeCertificate, api.RevocationRequest{Serial: own.serial(1), Reason: api.NotNeeded, PIN: goodPIN})
		refused(other, api.CertificateUnknown, api.AskSignature, ask)
		refused(c, api.PINWrong, api.RevokeCertificate, api.RevocationRequest{Serial: own.serial(1), Reason: api.NotNeeded, PIN: "111111"})
		for name, s := range map[string][]byte{
			"another citizen's key":         others.sign(t, 1, text),
			"the key for authentication":    own.sign(t, 0, text),
			"another text":                  own.sign(t, 1, text+" "),
			"a text with another reason":    own.sign(t, 1, signature(c, api.SignatureRequest{Purpose: api.SignToRevoke, Serial: own.serial(1), Reason: api.NotNeeded})),
			"a text for another":            own.sign(t, 1, signature(c, api.SignatureRequest{Purpose: api.SignToRevoke, Serial: own.serial(0), Reason: api.KeyCompromise})),
			"a text that lasts longer":      own.sign(t, 1, strings.Replace(text, "until 2026", "until 2027", 1)),
			"no signature":                  []byte("none"),
			"a signature with its end lost": own.sign(t, 1, text)[:900],
		} {
			if p := refused(c, api.SignatureWrong, api.RevokeCertificate, with(s)); p == nil {
				t.Error(name)
			}
		}
		if status, _, complete, delta := own.status(c, 1); status != ocsp.Good || complete || delta {
			t.Fatalf("before: %d, %v, %v", status, complete, delta)
		}
		a.clock.advance(16 * time.Minute)
		refused(c, api.SignatureExpired, api.RevokeCertificate, with(own.sign(t, 1, text)))
		text = signature(c, ask)
		do(c, api.RevokeCertificate, with(own.sign(t, 1, text)))
		if status, reason, complete, delta := own.status(c, 1); status != ocsp.Revoked || reason != ocsp.KeyCompromise || !complete || !delta {
			t.Errorf("after: %d for %d, %v, %v", status, reason, complete, delta)
		}
		refused(c, api.SignatureExpired, api.RevokeCertificate, with(own.sign(t, 1, text)))
		do(c, api.RevokeCertificate, api.RevocationRequest{Serial: own.serial(1), Reason: api.Superseded, PIN: goodPIN})
		if h := c.held()[own.serial(1)]; h.State != api.HeldRevoked || h.Reason != api.KeyCompromise || h.EndedAt == nil {
			t.Errorf("revoked twice: %+v", h)
		}
		do(c, api.RevokeCertificate, api.RevocationRequest{Serial: own.serial(0), Reason: api.NotNeeded, PIN: goodPIN})
		if status, reason, _, _ := own.status(c, 0); status != ocsp.Revoked || reason != ocsp.CessationOfOperation {
			t.Errorf("by PIN: %d for %d", status, reason)
		}
		for which := range others.certs {
			if status, _, _, _ := others.status(other, which); status != ocsp.Good {
				t.Error("another citizen's certificate ended")
			}
		}
	})
}

// The present key renews, from sixty days before the end on; the old certificate
// is revoked only where that was wanted, and only when the new one is at hand.
func TestRenewal(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, on func(*Plan)) {
		a := open(t, on)
		c, old := a.holder(t, "aigul")
		fresh, requests := newPair(t)
		ask := api.SignatureRequest{Purpose: api.SignToRenew, Serial: old.serial(1), Requests: api.RequestsHash(requests)}
		early := refused(c, api.RenewalEarly, api.AskSignature, ask)
		if early.Until == nil {
			t.Fatal("too early, and until when is not told")
		}
		a.clock.advance(early.Until.Sub(a.clock.now()))
		refused(c, api.SignatureWrong, api.AskSignature, api.SignatureRequest{Purpose: api.SignToRenew, Serial: old.serial(0), Requests: ask.Requests})
		text := signature(c, ask)
		renew := api.RenewalRequest{
			Serial: old.serial(1), Keys: api.KeysRSA2048, Storage: api.StoragePC, Requests: requests, RevokeOld: true,
			Signature: old.sign(t, 1, text),
		}
		_, others := newPair(t)
		foreign := renew
		foreign.Requests = others
		refused(c, api.SignatureWrong, api.RenewCertificates, foreign)
		former := *c
		next := &former
		next.renew(renew)
		refused(c, api.SignatureExpired, api.RenewCertificates, renew)
		if next.e.Renews != old.serial(1) {
			t.Errorf("the enrolment renews %q", next.e.Renews)
		}
		next.until("certificate", func() bool { next.read(); return next.e.Step == api.StepImport })
		if status, _, _, _ := old.status(c, 1); status != ocsp.Good {
			t.Error("the old certificate ended before the new one was at hand")
		}
		fresh.take(t, next.collect())
		if !bytes.Equal(fresh.certs[1].RawSubject, old.certs[1].RawSubject) {
			t.Error("the new certificate is another person's")
		}
		next.until("revocation of the old certificate", func() bool { return next.held()[old.serial(1)].State == api.HeldRevoked })
		all := next.held()
		if h := all[fresh.serial(1)]; h.State != api.HeldGood || h.Obtained != api.ObtainedByRenewal || !h.Here {
			t.Errorf("the new one: %+v", h)
		}
		if h := all[old.serial(0)]; h.Reason != api.Superseded || !h.Renewed {
			t.Errorf("the old one: %+v", h)
		}
		// The PIN is that of the first enrolment, and its tries are counted there.
		refused(next, api.PINWrong, api.RevokeCertificate, api.RevocationRequest{Serial: fresh.serial(0), Reason: api.NotNeeded, PIN: "111111"})
		do(next, api.RevokeCertificate, api.RevocationRequest{Serial: fresh.serial(0), Reason: api.NotNeeded, PIN: goodPIN})
		refused(next, api.CertificateEnded, api.AskSignature, api.SignatureRequest{Purpose: api.SignToRenew, Serial: old.serial(1), Requests: ask.Requests})
	})
}

// renew goes on in the enrolment that a renewal opens.
func (c *citizen) renew(in api.RenewalRequest) {
	c.Helper()
	started, err := ask(c, api.RenewCertificates, in)
	if err != nil {
		c.Fatal(err)
	}
	c.e, c.session.Token, c.session.Enrolment = started.Enrolment, started.Token, started.Enrolment.ID
}

// Whoever was identified too long ago goes the full way.
func TestRenewalOfAnOldIdentification(t *testing.T) {
	t.Parallel()
	a := open(t, func(p *Plan) { p.Rules.IdentificationAge = 200 * 24 * time.Hour })
	c, own := a.holder(t, "aigul")
	if h := c.held()[own.serial(1)]; h.RenewFrom != nil {
		t.Errorf("it says that it can be renewed from %v on", h.RenewFrom)
	}
	a.clock.advance(310 * 24 * time.Hour)
	refused(c, api.IdentificationOld, api.AskSignature, api.SignatureRequest{
		Purpose: api.SignToRenew, Serial: own.serial(1), Requests: strings.Repeat("0", 64),
	})
}

// link finds the last announcement's link among the messages to a phone or an
// address.
func (c *citizen) link(to api.Phone) string {
	c.Helper()
	for _, m := range c.a.phone.Messages(to) {
		if at := strings.Index(m.Text, c.a.base+"/not-me/"); at >= 0 {
			return m.Text[at:]
		}
	}
	return ""
}

func (c *citizen) page(method, address, form string) (int, string) {
	c.Helper()
	r, err := http.NewRequestWithContext(c.Context(), method, address, io.NopCloser(strings.NewReader(form)))
	if err != nil {
		c.Fatal(err)
	}
	if form != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	status, _, body := c.send(r)
	return status, string(body)
}

// Every phone and address that was confirmed is told of an issue. The link
// suspends at once, by its button alone; an operator gives back what was
// suspended, and the link is used up by that.
func TestNotMe(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, on func(*Plan)) {
		a := open(t, on)
		c := a.identified(t, "aigul")
		c.confirmEmail("a@example.kz")
		own, requests := newPair(t)
		do(c, api.Apply, api.ApplyRequest{Email: "a@example.kz", Keys: api.KeysRSA2048, Storage: api.StoragePC, Requests: requests})
		own.take(t, c.collect())
		if emails := own.certs[1].EmailAddresses; len(emails) != 1 || emails[0] != "a@example.kz" {
			t.Errorf("the certificate has the addresses %q", emails)
		}
		c.until("announcement", func() bool { return c.link(c.who.Phone) != "" && c.link("a@example.kz") != "" })
		link := c.link(c.who.Phone)
		if link != c.link("a@example.kz") {
			t.Error("phone and address have other links")
		}
		button := url.Values{"suspend": {"yes"}}.Encode()
		for _, lang := range api.Languages() {
			for _, method := range []string{http.MethodGet, http.MethodHead} {
				if status, body := c.page(method, link+"?lang="+string(lang), ""); status != http.StatusOK || method == http.MethodGet && !strings.Contains(body, `lang="`+string(lang)+`"`) {
					t.Errorf("%s in %s: %d", method, lang, status)
				}
			}
		}
		if status, _ := c.page(http.MethodPost, link, "x=y"); status != http.StatusBadRequest {
			t.Errorf("a form without the button: %d", status)
		}
		wrong := link[:len(link)-1] + map[bool]string{true: "A", false: "B"}[link[len(link)-1] == 'B']
		for _, address := range []string{wrong, link + "A", a.base + "/not-me/" + strings.Repeat("A", 26), a.base + "/not-me/%00"} {
			for method, form := range map[string]string{http.MethodGet: "", http.MethodPost: button} {
				if status, _ := c.page(method, address, form); status != http.StatusNotFound {
					t.Errorf("%s of a guessed link: %d", method, status)
				}
			}
		}
		if status, _, _, _ := own.status(c, 1); status != ocsp.Good {
			t.Fatal("looking suspended it")
		}
		for range 2 {
			if status, body := c.page(http.MethodPost, link, button); status != http.StatusOK || strings.Contains(body, "<button") {
				t.Errorf("the button: %d", status)
			}
		}
		for which := range own.certs {
			if status, reason, complete, delta := own.status(c, which); status != ocsp.Revoked || reason != ocsp.CertificateHold || !complete || !delta {
				t.Errorf("suspended: %d for %d, %v, %v", status, reason, complete, delta)
			}
			if h := c.held()[own.serial(which)]; h.State != api.HeldSuspended || h.Reason != api.OnHold {
				t.Errorf("held: %+v", h)
			}
		}
		for which := range own.certs {
			if err := a.Enrolments.ReleaseCertificate(t.Context(), "dana", c.who.IIN, own.serial(which)); err != nil {
				t.Fatal(err)
			}
			if status, _, complete, delta := own.status(c, which); status != ocsp.Good || complete || delta {
				t.Errorf("given back: %d, %v, %v", status, complete, delta)
			}
		}
		if status, _ := c.page(http.MethodPost, link, button); status != http.StatusNotFound {
			t.Errorf("the link after an operator's word: %d", status)
		}
		do(c, api.RevokeCertificate, api.RevocationRequest{Serial: own.serial(1), Reason: api.Superseded, PIN: goodPIN})
		if status, reason, _, _ := own.status(c, 1); status != ocsp.Revoked || reason != ocsp.Superseded {
			t.Errorf("revoked at last: %d for %d", status, reason)
		}
		if text := c.a.log.String() + c.trail(); strings.Contains(text, link[len(link)-26:]) || strings.Contains(text, "a@example.kz") {
			t.Error("the log or the trail holds the token or the address")
		}
	})
}

// confirmEmail gives an address and the code that came to it.
func (c *citizen) confirmEmail(address string) {
	c.Helper()
	had := len(c.a.phone.Messages(api.Phone(address)))
	do(c, api.SendEmailCode, api.EmailRequest{Email: address})
	c.until("letter", func() bool { return len(c.a.phone.Messages(api.Phone(address))) > had })
	do(c, api.ConfirmEmail, api.CodeRequest{Code: api.Secret(sixDigits.FindString(c.a.phone.Messages(api.Phone(address))[0].Text))})
	if c.e.Email == nil || !c.e.Email.Confirmed || c.e.Email.Address != address {
		c.Fatalf("the address after its code: %+v", c.e.Email)
	}
}

// An address whose code was not given enters no certificate; its code can be
// guessed three times.
func TestUnconfirmedEmail(t *testing.T) {
	t.Parallel()
	a := open(t, nil)
	c := a.identified(t, "aigul")
	refused(c, api.OutOfOrder, api.ConfirmEmail, api.CodeRequest{Code: "000000"})
	refused(c, api.EmailInvalid, api.SendEmailCode, api.EmailRequest{Email: "nobody"})
	do(c, api.SendEmailCode, api.EmailRequest{Email: "a@example.kz"})
	refused(c, api.CodeTooSoon, api.SendEmailCode, api.EmailRequest{Email: "b@example.kz"})
	c.until("letter", func() bool { return len(a.phone.Messages("a@example.kz")) == 1 })
	wrong := api.CodeRequest{Code: "000000"}
	if sixDigits.FindString(a.phone.Messages("a@example.kz")[0].Text) == "000000" {
		wrong.Code = "111111"
	}
	for left := 2; left > 0; left-- {
		if p := refused(c, api.CodeWrong, api.ConfirmEmail, wrong); p.TriesLeft == nil || *p.TriesLeft != left {
			t.Errorf("tries left: %v, want %d", p.TriesLeft, left)
		}
	}
	if p := refused(c, api.CodeExhausted, api.ConfirmEmail, wrong); p.Until == nil {
		t.Error("the lock has no end")
	}
	refused(c, api.CodeExhausted, api.SendEmailCode, api.EmailRequest{Email: "b@example.kz"})
	own, requests := newPair(t)
	do(c, api.Apply, api.ApplyRequest{Email: "a@example.kz", Keys: api.KeysRSA2048, Storage: api.StoragePC, Requests: requests})
	own.take(t, c.collect())
	if len(own.certs[1].EmailAddresses) != 0 || c.e.Application.Email != "" {
		t.Error("an unconfirmed address entered the certificate")
	}
}

// Before a certificate ends its owner is told, each time once, whatever happens
// to the clock; of a revoked one nothing is told.
func TestReminders(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, on func(*Plan)) {
		a := open(t, on)
		c := a.identified(t, "aigul")
		c.confirmEmail("a@example.kz")
		own, requests := newPair(t)
		do(c, api.Apply, api.ApplyRequest{Keys: api.KeysRSA2048, Storage: api.StoragePC, Requests: requests})
		own.take(t, c.collect())
		other, others := a.holder(t, "sergey")
		do(other, api.RevokeCertificate, api.RevocationRequest{Serial: others.serial(1), Reason: api.NotNeeded, PIN: goodPIN})
		a.quiet(t)
		mails, texts, silent := len(a.phone.Messages("a@example.kz")), c.messages(), other.messages()
		end, wantMails, wantTexts := own.certs[1].NotAfter, 0, 0
		for _, at := range []struct {
			left         time.Duration // to the end
			mails, texts int
		}{
			{31 * 24 * time.Hour, 0, 0},
			{30 * 24 * time.Hour, 1, 0},
			{15 * 24 * time.Hour, 0, 0},
			{14 * 24 * time.Hour, 1, 0},
			{40 * 24 * time.Hour, 0, 0}, // a clock set back
			{14 * 24 * time.Hour, 0, 0},
			{6 * 24 * time.Hour, 1, 1}, // a clock that jumped over both
			{5 * 24 * time.Hour, 0, 0},
			{-time.Hour, 0, 0},
		} {
			a.clock.advance(end.Add(-at.left).Sub(a.clock.now()))
			for range 2 {
				if err := a.Enrolments.Remind(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			a.quiet(t)
			wantMails, wantTexts = wantMails+at.mails, wantTexts+at.texts
			if m, s := len(a.phone.Messages("a@example.kz"))-mails, c.messages()-texts; m != wantMails || s != wantTexts {
				t.Errorf("%v before the end: %d letters and %d messages, want %d and %d", at.left, m, s, wantMails, wantTexts)
			}
		}
		if n := other.messages() - silent; n != 0 {
			t.Errorf("%d reminders of a revoked certificate", n)
		}
	})
}

// Where the application is awaited it is told which keys are certified; with
// tokens only where the agency serves them.
func TestOffersAreToldWithTheApplication(t *testing.T) {
	t.Parallel()
	for tokens, want := range map[bool][]api.KeyOffer{
		false: {{Keys: api.KeysGOST512, Storage: api.StoragePC}, {Keys: api.KeysRSA2048, Storage: api.StoragePC}},
		true: {
			{Keys: api.KeysGOST512, Storage: api.StoragePC},
			{Keys: api.KeysRSA2048, Storage: api.StoragePC},
			{Keys: api.KeysRSA2048, Storage: api.StorageToken},
		},
	} {
		a := open(t, func(p *Plan) { p.Config.Authority.Tokens = tokens })
		c := a.identified(t, "aigul")
		c.read()
		if c.e.Step != api.StepApplication || !slices.Equal(c.e.Offers, want) {
			t.Errorf("at %s, tokens %v: %v", c.e.Step, tokens, c.e.Offers)
		}
	}
}
