//go:build demo

package console_test

import (
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"qoltanba/app/backend/console"
	"qoltanba/app/backend/enrolment"
	"qoltanba/app/support/consoletest"
	"qoltanba/assets/citizens"
)

// TestCertificates follows a certificate that "not me" suspended: an operator
// gives it back to the citizen who asked for it by phone, and revokes it later.
func TestCertificates(t *testing.T) {
	t.Parallel()
	a := consoletest.Open(t)
	a.Employ(t, "dana", console.Moderator)
	a.Employ(t, "serik", console.Registrar)
	who, err := citizens.Find("aigul")
	if err != nil {
		t.Fatal(err)
	}
	obtain(t, a)
	b := desk(t, a.Base.String())
	b.suspend(string(who.Phone))
	b.get("/console/login")
	b.enter("serik")
	const path = "/console/certificates"
	b.want("the page", b.get(path), http.StatusOK, "Это не я")
	b.want("an IIN with a slip", b.post(path, "iin", "900417409105"), http.StatusBadRequest, "В ИИН ошибка")
	b.want("a citizen without any", b.post(path, "iin", "061211600012"), http.StatusOK, "сертификатов нет")
	page := b.post(path, "iin", string(who.IIN))
	b.want("the suspended one", page, http.StatusOK, "приостановлен", "ГОСТ", `value="release"`)
	serial := regexp.MustCompile(`data-serial="([0-9a-fA-F]+)"`).FindStringSubmatch(page.body)[1]
	iin := regexp.MustCompile(`type="hidden" name="iin" value="([^"]+)"`).FindStringSubmatch(page.body)[1]
	do := func(act string, more ...string) answer { // as the form that was shown does
		return b.post(path, append([]string{"iin", iin, "serial", serial, "act", act}, more...)...)
	}
	b.want("without a word that it was asked for", do("release"), http.StatusBadRequest)
	b.want("an act that is none", do("burn", "sure", "yes"), http.StatusBadRequest)
	foreign := b.post(path, "iin", "061211600012", "serial", serial, "act", "release", "sure", "yes")
	b.want("somebody else's", foreign, http.StatusConflict, "не этого гражданина")
	given := do("release", "sure", "yes")
	b.want("given back", given, http.StatusOK, "снова действует", `class="good">действует`)
	if strings.Contains(given.body, `value="release"`) {
		t.Error("what is good can be given back")
	}
	b.want("given back twice", do("release", "sure", "yes"), http.StatusConflict)
	b.want("revoked", do("end", "sure", "yes"), http.StatusOK, "отозван навсегда", "отозван</dd>")
	b.want("revoked twice", do("end", "sure", "yes"), http.StatusConflict)

	moderator := desk(t, a.Base.String())
	moderator.get("/console/login")
	moderator.enter("dana")
	moderator.want("a moderator", moderator.get(path), http.StatusForbidden)
	if strings.Contains(a.Log.String(), string(who.IIN)) {
		t.Error("the log has the IIN")
	}
}

// obtain walks the whole way, an operator approving it.
func obtain(t *testing.T, a *consoletest.Agency) {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- approveOne(t, a) }()
	a.Walk(t, "citizen aigul\n")
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

func approveOne(t *testing.T, a *consoletest.Agency) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		waiting, err := a.Enrolments.Waiting(t.Context())
		if err != nil {
			return err
		}
		for _, w := range waiting {
			if !w.Compared {
				continue
			}
			seen, err := a.Enrolments.Case(t.Context(), "dana", w.ID)
			if err != nil {
				return err
			}
			err = a.Enrolments.Decide(t.Context(), "dana", w.ID, enrolment.Verdict{Version: seen.Version, Approve: true})
			if !errors.Is(err, enrolment.ErrNotWaiting) { // or else it changed meanwhile
				return err
			}
		}
		select {
		case <-tick.C:
		case <-t.Context().Done():
			return t.Context().Err()
		}
	}
}

// suspend follows the link of the announcement to its button.
func (b *browser) suspend(phone string) {
	b.Helper()
	link := regexp.MustCompile(`/not-me/[A-Z0-9]+`)
	deadline := time.NewTimer(2 * time.Minute)
	defer deadline.Stop()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		if found := link.FindString(b.get("/demo/phone.json?to=" + url.QueryEscape(phone)).body); found != "" {
			b.want("not me", b.send(http.MethodPost, found, url.Values{"suspend": {"yes"}}), http.StatusOK)
			return
		}
		select {
		case <-tick.C:
		case <-deadline.C:
			b.Fatal("nobody was told of the certificate")
		}
	}
}
