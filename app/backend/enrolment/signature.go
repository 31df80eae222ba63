package enrolment

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"qoltanba/app/api"
	"qoltanba/keystore/cms"
)

// A text to be signed is made by the service and remembered by nobody: it
// carries what it is for, until when it serves, a nonce, and a code of
// authentication over all of that. Who gives it back signed shows the key; the
// nonce sees to it that it serves once.

const (
	signatureTime = 15 * time.Minute
	// maxSignature bounds a signature in DER, certificates included.
	maxSignature = 16 << 10
)

// task is what a signature authorises, in one enrolment.
type task struct {
	purpose   api.SignaturePurpose
	enrolment string
	serial    string
	detail    string // the reason of a revocation, the hash of a renewal's requests
	until     time.Time
	nonce     string
}

// sentences say to whoever reads the text what it does.
var sentences = map[api.SignaturePurpose]api.Wording{
	api.SignToRevoke: {
		KK: "Сертификатымды кері қайтарып алуды сұраймын.", RU: "Прошу отозвать мой сертификат.", EN: "I ask to revoke my certificate.",
	},
	api.SignToRenew: {
		KK: "Жаңа кілттеріме сертификат беруді сұраймын.", RU: "Прошу выдать сертификат на мои новые ключи.", EN: "I ask for a certificate for my new keys.",
	},
}

// text is the task as it is signed.
func (s *Service) text(t task) string {
	w := sentences[t.purpose]
	plain := fmt.Sprintf("Qoltanba\n%s\n%s\n%s\npurpose %s\nserial %s\ndetail %s\nenrolment %s\nuntil %s\nnonce %s\n",
		w.KK, w.RU, w.EN, t.purpose, t.serial, t.detail, t.enrolment, t.until.UTC().Format(time.RFC3339), t.nonce)
	return plain + "code " + hex.EncodeToString(s.Pepper.MAC("signature/v1", plain)) + "\n"
}

// AskSignature gives the text whose signature revokes or renews a certificate
// of the citizen.
func (s *Service) AskSignature(ctx context.Context, c Call, in api.SignatureRequest) (api.SignatureTask, error) {
	t := task{purpose: in.Purpose, enrolment: c.Enrolment, serial: in.Serial, nonce: rand.Text()}
	switch in.Purpose {
	case api.SignToRevoke:
		t.detail = string(in.Reason)
	case api.SignToRenew:
		t.detail = in.Requests
	}
	if t.detail == "" {
		return api.SignatureTask{}, api.Fail(api.BadRequest, "reason comes with revoke, requests with renew")
	}
	r, err := s.ready(ctx, c, during(identified...))
	if err != nil {
		return api.SignatureTask{}, err
	}
	h, _, err := s.heldBy(ctx, r, in.Serial)
	if err != nil {
		return api.SignatureTask{}, err
	}
	if in.Purpose == api.SignToRenew {
		if err := s.mayRenew(h); err != nil {
			return api.SignatureTask{}, err
		}
	}
	t.until = s.now().Add(signatureTime).Truncate(time.Second)
	answer := func(*Service, *record) api.SignatureTask {
		return api.SignatureTask{Text: s.text(t), ExpiresAt: t.until}
	}
	return change(ctx, s, c, during(identified...), func(w *work) error {
		return w.audit("ask-signature", string(in.Purpose)+" "+in.Serial)
	}, answer)
}

// signed judges a signature over the text of a task, and returns the task with
// the nonce that the caller uses up. Whose signature it has to be, allowed says.
func (s *Service) signed(t task, signature []byte, allowed []held) (task, error) {
	wrong := func(why string) (task, error) { return t, api.Fail(api.SignatureWrong, "%s", why) }
	if len(signature) > maxSignature {
		return wrong("too large")
	}
	message, err := cms.Parse(signature)
	if err != nil {
		return wrong("no CMS signature")
	}
	if message.Detached {
		return wrong("the text is not in it")
	}
	if t, err = s.readTask(t, string(message.Content)); err != nil {
		return t, err
	}
	found, err := message.Verify(cms.Verification{At: s.now()})
	if err != nil || len(found) != 1 {
		return wrong("it has not one signer")
	}
	if f := found[0]; !f.Whole || !f.Good || f.Reason != nil {
		return wrong("it does not hold")
	}
	for _, h := range allowed {
		if bytes.Equal(found[0].Certificate.Raw, h.Standing.Certificate.Raw) {
			return t, nil
		}
	}
	return wrong("it is not by this certificate's key")
}

// readTask checks that text is that of the task, whenever it was made.
func (s *Service) readTask(t task, text string) (task, error) {
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		switch name {
		case "until":
			t.until, _ = time.Parse(time.RFC3339, value) // a wrong one makes another text
		case "nonce":
			t.nonce = value
		}
	}
	if !hmac.Equal([]byte(text), []byte(s.text(t))) {
		return t, api.Fail(api.SignatureWrong, "another text was signed")
	}
	if !s.now().Before(t.until) {
		return t, api.Fail(api.SignatureExpired, "ask for a new text")
	}
	return t, nil
}
