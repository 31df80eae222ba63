package desktop

import (
	"crypto/x509"
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/desktop/screen"
	"qoltanba/app/journey"
	"qoltanba/keystore"
)

// holding lets the service tell of the one certificate that it issued, and end it by PIN.
func (s *service) holding(t *testing.T, der func() []byte) *api.RevocationReason {
	t.Helper()
	gone := new(api.RevocationReason)
	answer(s, api.ListHeld, func(api.None) (api.HeldCertificates, *api.Problem) {
		cert, err := x509.ParseCertificate(der())
		if err != nil {
			return api.HeldCertificates{}, api.Fail(api.Internal, "%v", err)
		}
		c := api.HeldCertificate{
			Serial: hex.EncodeToString(cert.SerialNumber.Bytes()), Kind: api.CertificateGOST, NotAfter: cert.NotAfter, State: api.HeldGood,
			Obtained: api.ObtainedByOperator, Application: "1", RenewFrom: &cert.NotBefore,
		}
		if *gone != "" {
			c.State, c.Reason = api.HeldRevoked, *gone
		}
		return api.HeldCertificates{Certificates: []api.HeldCertificate{c}}, nil
	})
	answer(s, api.RevokeCertificate, func(in api.RevocationRequest) (api.Enrolment, *api.Problem) {
		if in.PIN != "482913" {
			return api.Enrolment{}, api.Fail(api.PINWrong, "pin")
		}
		*gone = in.Reason
		return s.e, nil
	})
	return gone
}

// From the last screen to the keys: a copy, another password, and the end of the certificate.
func TestMyKeysAreTendedInTheWindow(t *testing.T) {
	d, c := atSuccess(t)
	files, err := filepath.Glob(filepath.Join(c.dir, "keys", "GOST512_*.p12"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%d key files: %v", len(files), err)
	}
	kf := keyFile(t, c, 1)
	gone := c.service.holding(t, func() []byte { return kf.Certificate.Raw })

	d.press("success.keys")
	d.untilScreen("mykeys")
	if !d.says(d.frame.Words().T("mykeys.state.good")) {
		t.Error("the list does not say that the key is good")
	}
	d.press("mykeys.open.0")
	d.untilScreen("mykey")
	d.press("mykey.copy")
	d.untilScreen("keycopy")
	stick := t.TempDir()
	d.mine.folder = stick
	d.show(true)
	d.write("keycopy.password", samplePassword)
	d.press("keycopy.main")
	d.until("the copy", func() bool { return d.mine.copied != "" && !d.state.Busy })
	if _, err := os.Stat(filepath.Join(stick, filepath.Base(files[0]))); err != nil {
		t.Error(err)
	}
	d.press("keycopy.main")
	d.untilScreen("mykey")

	d.press("mykey.password")
	d.untilScreen("keypassword")
	d.write("keypassword.former.password", samplePassword)
	d.write("keypassword.first", "Steppe2027")
	d.write("keypassword.second", "Steppe2027")
	d.press("keypassword.main")
	d.until("the key", func() bool { return d.screen() == "mykey" && !d.state.Busy })
	if _, err := keystore.ReadKeyFile(files[0], "Steppe2027"); err != nil {
		t.Error(err)
	}

	d.press("mykey.revoke")
	d.untilScreen("revoke")
	if !d.asleep("revoke.main") {
		t.Error("a certificate is ended without a reason or a proof")
	}
	d.choose("revoke.reason.stolen")
	d.press("revoke.other")
	d.write("revoke.pin", "482913")
	if !d.asleep("revoke.main") {
		t.Error("a certificate is ended without a confirmation")
	}
	d.choose("revoke.sure")
	d.press("revoke.main")
	d.until("the end", func() bool { return d.screen() == "mykey" && !d.state.Busy && *gone != "" })
	if *gone != api.KeyCompromise || !d.says(d.frame.Words().T("mykeys.state.revoked")) || d.frame.Find("mykey.revoke") != nil {
		t.Errorf("ended as %q, or the key is not shown as revoked", *gone)
	}
	d.press("back")
	d.untilScreen("mykeys")
	d.press("back")
	d.untilScreen("success")
}

// A key whose end is near is renewed by itself: its password, and then that of the new key file.
func TestAKeyIsRenewedInTheWindow(t *testing.T) {
	d, c := atSuccess(t)
	former := keyFile(t, c, 1)
	gone := c.service.holding(t, func() []byte { return former.Certificate.Raw })
	d.press("success.keys")
	d.untilScreen("mykeys")
	if !d.says(d.frame.Words().T("mykeys.renewable")) {
		t.Error("the list does not say that the key can be renewed")
	}
	d.press("mykeys.open.0")
	d.untilScreen("mykey")
	d.press("mykey.renew")
	d.untilScreen("renew")
	if !d.asleep("renew.main") {
		t.Error("a key is renewed without its password")
	}
	d.write("renew.password", "Wrong2026")
	d.press("renew.main")
	d.until("the refusal", func() bool { return d.frame.Find("failure.close") != nil && !d.state.Busy })
	if d.screen() != "renew" {
		t.Fatalf("a wrong password leads to %s", d.screen())
	}
	d.write("renew.password", samplePassword)
	d.press("renew.main")
	d.untilScreen("password")
	d.write("password.first", "Steppe2027")
	d.write("password.second", "Steppe2027")
	d.press("password.main")
	d.untilScreen("former")
	keyFile(t, c, 2)

	d.choose("former.revoke")
	if !d.asleep("former.main") {
		t.Error("keys are revoked without a PIN")
	}
	d.write("former.pin", "111111")
	d.press("former.main")
	d.until("the refusal", func() bool { return d.says(d.frame.Words().T("pin.wrong.plain")) && !d.state.Busy })
	d.write("former.pin", "482913")
	d.press("former.main")
	d.untilScreen("success")
	if *gone != api.Superseded {
		t.Errorf("the former key ended as %q", *gone)
	}
}

// keyFile opens the citizen's first key file, of so many.
func keyFile(t *testing.T, c *computer, count int) keystore.KeyFile {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(c.dir, "keys", "GOST512_*.p12"))
	if err != nil || len(files) != count {
		t.Fatalf("%d key files: %v", len(files), err)
	}
	for _, password := range []string{samplePassword, "Steppe2027"} {
		if kf, err := keystore.ReadKeyFile(files[0], password); err == nil {
			return kf
		}
	}
	t.Fatal("no password opens the key file")
	return keystore.KeyFile{}
}

// What stands in the way of a renewal is told.
func TestWhenAKeyIsRenewed(t *testing.T) {
	d, _ := atCode(t)
	yesterday, tomorrow := time.Now().AddDate(0, 0, -1), time.Now().AddDate(0, 0, 1)
	now := journey.HeldKey{File: "/key.p12", HeldCertificate: api.HeldCertificate{Kind: api.CertificateGOST, State: api.HeldGood, RenewFrom: &yesterday}}
	but := func(change func(*journey.HeldKey)) journey.HeldKey { k := now; change(&k); return k }
	d.state.Begun = false
	for want, k := range map[screen.KeyRenewal]journey.HeldKey{
		screen.RenewalNow:       now,
		screen.RenewalLater:     but(func(k *journey.HeldKey) { k.RenewFrom = &tomorrow }),
		screen.RenewalOld:       but(func(k *journey.HeldKey) { k.RenewFrom = nil }),
		screen.RenewalTogether:  but(func(k *journey.HeldKey) { k.Kind, k.RenewFrom = api.CertificateAuth, nil }),
		screen.RenewalElsewhere: but(func(k *journey.HeldKey) { k.File = "" }),
		screen.RenewalDone:      but(func(k *journey.HeldKey) { k.Renewed = true }),
		screen.RenewalNone:      but(func(k *journey.HeldKey) { k.State = api.HeldSuspended }),
	} {
		if got := d.renewal(k); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	d.state.Begun = true
	if got := d.renewal(now); got != screen.RenewalBegun {
		t.Errorf("beside a way: %q", got)
	}
}

// What nobody has confirmed never looks good, and what has ended is not said to last.
func TestKeyStates(t *testing.T) {
	d, _ := atCode(t)
	words := d.frame.Words()
	for want, c := range map[string]struct {
		state api.HeldState
		days  int
	}{
		"good": {api.HeldGood, 40}, "soon": {api.HeldGood, 10}, "expired": {api.HeldGood, -1}, "revoked": {api.HeldRevoked, 40},
		"suspended": {api.HeldSuspended, 40}, "unknown": {"", 40},
	} {
		k := journey.HeldKey{HeldCertificate: api.HeldCertificate{Kind: api.CertificateGOST, State: c.state, NotAfter: time.Now().AddDate(0, 0, c.days)}}
		if got := d.keyModel(words, k); string(got.State) != want {
			t.Errorf("%q with %d days is shown as %s, want %s", c.state, c.days, got.State, want)
		}
	}
	if got := d.keyModel(words, journey.HeldKey{HeldCertificate: api.HeldCertificate{State: "new"}}); got.State == "good" || got.State == "soon" {
		t.Error("a state that is not known here looks good")
	}
}
