package desktop

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/storage"

	"qoltanba/app/companion"
	"qoltanba/keystore/cms"
)

// A signature that falls onto the window is explained, its file too, and what is neither.
func TestDroppedFilesAreExplained(t *testing.T) {
	d, c := atSuccess(t)
	kf := keyFile(t, c, 1)
	text := []byte("келісім")
	der, err := cms.Signer{Key: kf.Key, Certificate: kf.Certificate, Time: time.Now()}.Detached(text)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	drop := func(name string, content []byte) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		d.dropped(fyne.Position{}, []fyne.URI{storage.NewFileURI(path)})
	}
	words := d.frame.Words()
	drop("a.cms", der)
	d.untilScreen("verify")
	d.until("the signature", func() bool { return d.says(words.T("verify.verdict.open")) && d.says(words.T("verify.missing")) })
	drop("a.txt", text)
	d.until("the file", func() bool { return d.says(words.T("verify.whole.yes")) && !d.says(words.T("verify.missing")) })
	drop("b.txt", text)
	d.until("no signature", func() bool { return d.says(words.T("verify.plain")) })
	d.press("back")
	d.untilScreen("success")
}

// Sites that may ask are listed, and a decision is taken back.
func TestAllowedSitesAreTakenBack(t *testing.T) {
	d, c := atSuccess(t)
	kf := keyFile(t, c, 1)
	c.service.holding(t, func() []byte { return kf.Certificate.Raw })
	path := filepath.Join(t.TempDir(), "origins.json")
	list := `[{"id":"https://egov.kz","allowed":true,"lastUsed":"2026-11-22T00:00:00Z"},{"id":"program:/usr/bin/x","lastUsed":"2026-11-21T00:00:00Z"}]`
	if err := os.WriteFile(path, []byte(list), 0o600); err != nil {
		t.Fatal(err)
	}
	origins, err := companion.OpenOrigins(path)
	if err != nil {
		t.Fatal(err)
	}
	locked, starts := make(chan struct{}, 1), false
	d.cfg.Companion = Companion{
		Origins: origins, Activity: companion.OpenActivity(filepath.Join(t.TempDir(), "log"), time.Now),
		Lock:   func() error { locked <- struct{}{}; return nil },
		Starts: func() bool { return starts }, SetStarts: func(on bool) error { starts = on; return nil },
	}
	d.press("success.keys")
	d.untilScreen("mykeys")
	d.press("mykeys.sites")
	d.untilScreen("allowed")
	d.press("allowed.forget.0")
	if left := origins.List(); len(left) != 1 || left[0].ID != "program:/usr/bin/x" || d.says("https://egov.kz") {
		t.Errorf("%+v is left", left)
	}
	d.choose("allowed.starts")
	d.press("allowed.lock")
	if <-locked; !starts {
		t.Error("it does not start with the computer")
	}
	d.press("allowed.log")
	d.untilScreen("activity")
	if !d.says("https://egov.kz") || !d.says(d.frame.Words().T("activity.revoked")) {
		t.Error("the log does not tell of it")
	}
	d.press("back")
	d.press("back")
	d.untilScreen("mykeys")
}
