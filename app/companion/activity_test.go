package companion

import (
	"context"
	"crypto/x509"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"qoltanba/keystore/revocation"
)

func TestTheLogIsReadBackAndBounded(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "activity.jsonl")
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	a := OpenActivity(path, func() time.Time { now = now.Add(time.Second); return now })
	must(t, (*Activity)(nil).Add(Event{Deed: DeedSigned}))
	if list, err := a.List(3); err != nil || len(list) != 0 {
		t.Errorf("an empty log: %v, %v", list, err)
	}
	for range maxActivity/1000 + 10 {
		must(t, a.Add(Event{Caller: strings.Repeat("a", 1000), Deed: DeedSigned}))
	}
	must(t, a.Add(Event{Caller: portal, Deed: DeedRefused, Documents: 2}))
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0o600)
	must(t, err)
	_, err = file.WriteString("{\"at\":\"cut o")
	must(t, errors.Join(err, file.Close()))
	list, err := a.List(2)
	if err != nil || len(list) != 2 || list[0].Caller != portal || list[0].Documents != 2 || !list[0].At.Equal(now) || list[1].Deed != DeedSigned {
		t.Errorf("%v, %v", list, err)
	}
	if info, err := os.Stat(path); err != nil || info.Size() > maxActivity || info.Mode().Perm() != 0o600 {
		t.Errorf("%d bytes: %v", info.Size(), err)
	}
	if err := a.Add(Event{Caller: strings.Repeat("a", maxEvent)}); err == nil {
		t.Error("an event of any length is written")
	}
}

func TestRequestsAndDecisionsAreLoggedWithoutContents(t *testing.T) {
	t.Parallel()
	s := &script{}
	log := OpenActivity(filepath.Join(t.TempDir(), "activity.jsonl"), time.Now)
	site := start(t, s, func(c *Config) { c.Activity = log })
	page := site.dial(portal)
	page.ask(`{"module":"kz.gov.pki.knca.basics","method":"sign","args":{"format":"cms","data":"c2VjcmV0","signingParams":{"decode":true},"signerParams":{"chain":[]}}}`)
	page.common("getKeyInfo", "PKCS12")
	list, err := log.List(9)
	must(t, err)
	var deeds []Deed
	for _, e := range list {
		deeds = append(deeds, e.Deed)
	}
	if len(deeds) != 3 || deeds[2] != DeedAllowed || list[1].Documents != 1 || list[1].Bytes != 6 || list[0].Documents != 0 {
		t.Errorf("%+v", list)
	}
}

func TestUnlockedKeysLockThemselves(t *testing.T) {
	t.Parallel()
	now := time.Now()
	u := unlocks{now: func() time.Time { return now }}
	mine, other := lock{portal, "PKCS12", "a"}, lock{"https://other.kz", "PKCS12", "a"}
	u.keep(mine, "Secret1")
	if p, ok := u.of(mine); !ok || p != "Secret1" {
		t.Error("it is locked at once")
	}
	if _, ok := u.of(other); ok {
		t.Error("it is unlocked for another site")
	}
	now = now.Add(UnlockTime)
	if _, ok := u.of(mine); ok {
		t.Error("it is unlocked for ever")
	}
	u.keep(mine, "Secret1")
	u.keep(other, "Secret1")
	u.forget(portal)
	if _, ok := u.of(mine); ok {
		t.Error("it is not forgotten")
	}
	if u.forget(""); len(u.kept) != 0 {
		t.Error("something is kept")
	}
}

func TestStandingIsAskedOfTheIssuerAlone(t *testing.T) {
	t.Parallel()
	c := actors()
	for name, k := range map[string]struct {
		trusted []*x509.Certificate
		answer  revocation.Standing
		err     error
		want    Standing
		asked   int
	}{
		"good":           {[]*x509.Certificate{c.root.cert}, revocation.Good, nil, StandingGood, 1},
		"revoked":        {[]*x509.Certificate{c.root.cert}, revocation.Revoked, nil, StandingRevoked, 1},
		"suspended":      {[]*x509.Certificate{c.root.cert}, revocation.Suspended, nil, StandingRevoked, 1},
		"not known":      {[]*x509.Certificate{c.root.cert}, revocation.Unknown, nil, StandingUnknown, 1},
		"no answer":      {[]*x509.Certificate{c.root.cert}, revocation.Good, revocation.ErrUnreachable, StandingUnknown, 1},
		"another issuer": {[]*x509.Certificate{c.gost.cert}, revocation.Good, nil, StandingUnknown, 0},
		"nobody":         {nil, revocation.Good, nil, StandingUnknown, 0},
	} {
		asked := 0
		standing := StandingBy(func(context.Context, *x509.Certificate, *x509.Certificate) (revocation.Answer, error) {
			asked++
			return revocation.Answer{Standing: k.answer}, k.err
		}, func() []*x509.Certificate { return k.trusted })
		if got := standing(t.Context(), c.gost.cert); got != k.want || asked != k.asked {
			t.Errorf("%s: %d after %d questions", name, got, asked)
		}
	}
}

func TestAnotherProcessTakesAConsentBack(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "origins.json")
	service, err := OpenOrigins(path)
	must(t, err)
	must(t, service.remember(portal, true, time.Now()))
	window, err := OpenOrigins(path)
	must(t, err)
	must(t, service.remember("https://later.kz", true, time.Now()))
	if list := window.List(); len(list) != 2 {
		t.Errorf("the window sees %d", len(list))
	}
	must(t, window.Revoke(portal))
	if _, there := service.of(portal); there {
		t.Error("the service still allows it")
	}
	must(t, os.WriteFile(path, []byte("rubbish"), 0o600))
	if _, there := service.of("https://later.kz"); there {
		t.Error("a damaged list allows")
	}
}
