package desktop

import (
	"context"
	"errors"
	"testing"

	"go.uber.org/goleak"

	"qoltanba/app/api"
	"qoltanba/app/desktop/screen"
	"qoltanba/app/journey"
	"qoltanba/keystore"
)

func isPassphrase(err error) bool { return errors.Is(err, keystore.ErrPassphrase) }

func TestWindowStandsBeforeTheJourney(t *testing.T) {
	c, gate := newComputer(t), make(chan struct{})
	opened := false
	d := show(t, Config{
		Open: func(ctx context.Context, p string) (*journey.Journey, error) {
			<-gate
			return c.open(ctx, p)
		},
		Opened: func(*Window) { opened = true },
	})
	if d.screen() != "start" {
		t.Fatalf("the window begins with %q", d.screen())
	}
	d.late()
	if !d.says(d.frame.Words().T("start.slow")) {
		t.Error("a keyring that takes its time is not told of")
	}
	d.frame.Help()
	d.callForHelp()
	d.press("language.en")
	if !d.says("is opening") || !d.says(d.frame.Words().T("start.slow")) {
		t.Error("the language does not change before there is a journey")
	}
	close(gate)
	d.untilScreen("welcome")
	if !opened {
		t.Error("nobody was told that the way stands open")
	}
	d.until("the journey to speak English", func() bool { return d.State().Language == api.English })
	if !d.says("Obtain") && d.frame.Words().Language() != "en" {
		t.Error("the language chosen while waiting is forgotten")
	}
}

func TestPassphraseTakesTheKeyringsPlace(t *testing.T) {
	c := newComputer(t)
	d := show(t, Config{Open: c.openByPassphrase})
	d.untilScreen("passphrase")
	d.write("passphrase.first", "ақ боз")
	d.write("passphrase.second", "ақ боз")
	if !d.asleep("passphrase.main") {
		t.Error("a short passphrase is taken")
	}
	d.write("passphrase.first", "ақ боз ат")
	if !d.asleep("passphrase.main") {
		t.Error("a passphrase mistyped once is taken")
	}
	d.write("passphrase.second", "ақ боз ат")
	d.press("language.ru")
	if d.written("passphrase.second") != "ақ боз ат" {
		t.Error("the other language has forgotten what was typed")
	}
	d.press("passphrase.main")
	d.untilScreen("welcome")
}

func TestPassphraseChosenBeforeIsAskedOnce(t *testing.T) {
	c := newComputer(t)
	if _, _, err := keystore.DeviceKey(t.Context(), keystore.PassphraseSource(c.vaultFolder(), "ақ боз ат")); err != nil {
		t.Fatal(err)
	}
	d := show(t, Config{Open: c.openByPassphrase})
	d.untilScreen("unlock")
	wrong := func() string { return d.frame.Words().T("unlock.wrong") }
	if d.says(wrong()) {
		t.Error("a passphrase is called wrong before one was given")
	}
	for _, l := range []string{"language.ru", "language.en"} {
		d.write("unlock.phrase", "кер боз ат")
		d.press("unlock.main")
		d.until("the wrong passphrase to be told of", func() bool { return d.says(wrong()) })
		d.press(l)
		if !d.says(wrong()) || d.written("unlock.phrase") != "кер боз ат" {
			t.Error("the other language has forgotten what was typed, or that it was wrong")
		}
		d.write("unlock.phrase", "кер боз")
		if d.says(wrong()) {
			t.Error("a passphrase is called wrong before it was tried")
		}
	}
	d.write("unlock.phrase", "ақ боз ат")
	d.press("unlock.main")
	d.untilScreen("welcome")
}

func TestSecondWindowWaitsForTheFirst(t *testing.T) {
	c := newComputer(t)
	first, err := keystore.OpenVault(c.vaultFolder(), keystore.PassphraseSource(c.vaultFolder(), "x"))
	if err != nil {
		t.Fatal(err)
	}
	d := show(t, Config{Open: c.open})
	d.untilScreen("already")
	d.press("already.main")
	d.until("the second answer", func() bool { return d.screen() == "already" && d.frame.View().Find("already.main") != nil })
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	d.press("already.main")
	d.untilScreen("welcome")
}

func TestWhatKeepsTheWayFromBeginning(t *testing.T) {
	cases := map[string]struct {
		err  error
		code api.Code
		anew bool
	}{
		"disk":    {api.Fail(api.DataUnusable, "full"), api.DataUnusable, false},
		"address": {api.Fail(api.ServiceUnknown, "none"), api.ServiceUnknown, false},
		"key":     {keystore.ErrDamaged, api.KeysDamaged, false},
		"keyring": {api.Fail(api.KeyringLocked, "begun").WithCause(keystore.ErrNoKeyring), api.KeyringLocked, true},
		"strange": {errors.New("strange"), api.Internal, false},
	}
	for name, want := range cases {
		t.Run(name, func(t *testing.T) {
			c, broken := newComputer(t), true
			d := show(t, Config{Open: func(ctx context.Context, p string) (*journey.Journey, error) {
				if broken {
					return nil, want.err
				}
				return c.open(ctx, p)
			}})
			d.untilScreen("startfailure")
			f := api.FailureOf(want.code)
			if !d.says(f.Sentence.KK) || !d.says(f.Remedy.KK) || !d.says(string(want.code)) {
				t.Errorf("the failure is not told in Kazakh: %q", d.words())
			}
			d.press("language.ru")
			if !d.says(f.Sentence.RU) || !d.says(f.Remedy.RU) || d.says(f.Sentence.KK) {
				t.Errorf("the failure is not told in Russian: %q", d.words())
			}
			if _, anew := d.frame.Find("startfailure.anew").(interface{ Disabled() bool }); anew != want.anew {
				t.Errorf("a new passphrase is offered: %t", anew)
			}
			broken = false
			d.press("startfailure.main")
			d.untilScreen("welcome")
		})
	}
}

func TestClosedStoreGivesWayToAPassphraseOnlyOnWish(t *testing.T) {
	d := show(t, Config{Open: func(context.Context, string) (*journey.Journey, error) {
		return nil, api.Fail(api.KeyringLocked, "begun").WithCause(keystore.ErrNoKeyring)
	}})
	d.untilScreen("startfailure")
	d.press("startfailure.anew")
	if d.screen() != "passphrase" {
		t.Errorf("the wish leads to %s", d.screen())
	}
	d.press("passphrase.keyring")
	d.untilScreen("startfailure")
}

func TestCloseWhileOpening(t *testing.T) {
	before := goleak.IgnoreCurrent()
	d := show(t, Config{Open: func(ctx context.Context, _ string) (*journey.Journey, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}})
	d.askClose()
	if !d.closed {
		t.Error("the window does not close while it opens")
	}
	d.close()
	d.runLine()
	if _, stands := d.shown.(*screen.Starting); !stands {
		t.Error("a closed window shows another screen")
	}
	goleak.VerifyNone(t, before)
}
