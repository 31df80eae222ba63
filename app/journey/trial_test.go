package journey

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/api/dpop"
	"qoltanba/keystore"
	"qoltanba/keystore/cms"

	"qoltanba/keystore/keypair"
)

const sampleText = "Мен, АЙГУЛ САПАРОВА, қолтаңбамды сынап көрдім."

func TestTrySignature(t *testing.T) {
	ctx := t.Context()
	c := newCitizen(t)
	p := c.start(c.model)
	if _, err := p.TrySignature(ctx, modelPass, sampleText); !errors.As(err, new(*StageError)) {
		t.Errorf("before there is a key: %v", err)
	}
	if err := c.walk(ctx, p.Journey, StageDone); err != nil {
		t.Fatal(err)
	}
	if _, err := p.TrySignature(ctx, "Wrong2026", sampleText); api.CodeOf(err) != api.PasswordWrong || p.State().Problem.Code != api.PasswordWrong {
		t.Errorf("a wrong password: %v", err)
	}
	c.checkDone(p)
	p.stop()

	again := c.start(c.model) // what the trial needs outlasts the program
	defer again.stop()
	trial, err := again.TrySignature(ctx, modelPass, sampleText)
	if err != nil || again.State().Problem != nil || again.State().Stage != StageDone {
		t.Fatalf("%v at %s", err, again.State().Stage)
	}
	if trial.Verdict != VerdictGood || trial.Issuer != "MODEL" || trial.Owner.IIN != string(modelIIN) || trial.ValidUntil.IsZero() || time.Since(trial.SignedAt) > time.Hour {
		t.Errorf("%s by %q at %v", trial.Verdict, trial.Issuer, trial.SignedAt)
	}
	c.checkDone(again) // and it leaves nothing behind
	c.checkSaved(again, trial)
	checkMissing(t, again)
}

// checkSaved saves the trial, again, and where another file has its name.
func (c *citizen) checkSaved(p *process, trial Trial) {
	c.t.Helper()
	first, err := p.SaveTrial(c.t.Context(), trial)
	if err != nil || filepath.Dir(first) != c.keys() {
		c.t.Fatalf("saved in %q: %v", first, err)
	}
	if same, err := p.SaveTrial(c.t.Context(), trial); err != nil || same != first {
		c.t.Errorf("saved again in %q: %v", same, err)
	}
	sd, err := cms.Parse(c.read(first))
	if err != nil || string(sd.Content) != sampleText {
		c.t.Errorf("the signature holds %q: %v", sd.Content, err)
	}
	if text := c.read(strings.TrimSuffix(first, ".cms") + ".txt"); string(text) != sampleText {
		c.t.Errorf("the text is %q", text)
	}
	other := trial
	other.Text, other.CMS = "басқа", []byte("басқа")
	second, err := p.SaveTrial(c.t.Context(), other)
	if err != nil || second != strings.TrimSuffix(first, ".cms")+"-2.cms" || !bytes.Equal(c.read(first), trial.CMS) {
		c.t.Errorf("beside another it became %q: %v", second, err)
	}
}

func (c *citizen) read(path string) []byte {
	c.t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		c.t.Fatal(err)
	}
	return content
}

// checkMissing takes the key file away and damages it.
func checkMissing(t *testing.T, p *process) {
	t.Helper()
	path, err := p.signingFile()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("бүлінген"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := p.TrySignature(t.Context(), modelPass, sampleText); api.CodeOf(err) != api.KeyFileDamaged {
		t.Errorf("a damaged file: %v", err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if _, err := p.TrySignature(t.Context(), modelPass, sampleText); api.CodeOf(err) != api.KeyFileGone {
		t.Errorf("a file that was taken away: %v", err)
	}
}

func TestVerdicts(t *testing.T) {
	t.Parallel()
	m := newModel(t)
	key, err := keypair.RSA.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	owner := api.Enrolment{Passed: &api.PassedData{IIN: modelIIN, Surname: "САПАРОВА", Name: "АЙГУЛ"}}
	request, err := keystore.NewRequest(key, ownerOf(owner), "")
	if err != nil {
		t.Fatal(err)
	}
	if problem := m.apply(api.ApplyRequest{Keys: api.KeysRSA2048, Requests: [][]byte{request, request}}, nil); problem != nil {
		t.Fatal(problem)
	}
	cert, err := x509.ParseCertificate(m.issued[1].DER)
	if err != nil {
		t.Fatal(err)
	}
	otherKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	file, root, other := keystore.KeyFile{Key: key, Certificate: cert}, modelRoot(), selfSigned(otherKey, "OTHER")
	for name, c := range map[string]struct {
		chain []*x509.Certificate
		now   time.Time
		want  Verdict
	}{
		"good":               {[]*x509.Certificate{root}, cert.NotBefore, VerdictGood},
		"clock a bit behind": {[]*x509.Certificate{root}, cert.NotBefore.Add(-dpop.Skew), VerdictGood},
		"clock far behind":   {[]*x509.Certificate{root}, cert.NotBefore.Add(-dpop.Skew - time.Second), VerdictExpired},
		"last day":           {[]*x509.Certificate{root}, cert.NotAfter, VerdictGood},
		"day after":          {[]*x509.Certificate{root}, cert.NotAfter.Add(time.Second), VerdictExpired},
		"no authority":       {nil, cert.NotBefore, VerdictUnchecked},
		"other authority":    {[]*x509.Certificate{other}, cert.NotBefore, VerdictUntrusted},
	} {
		if got, err := try(file, c.chain, sampleText, c.now); err != nil || got.Verdict != c.want || !got.SignedAt.Equal(c.now.Truncate(time.Second)) {
			t.Errorf("%s: %s, %v, want %s", name, got.Verdict, err, c.want)
		}
	}
	if got := verdict(cms.Finding{Whole: true, Trust: cms.Trusted}); got != VerdictBroken {
		t.Errorf("a signature by another key is %s", got)
	}
}

func TestChainIsBounded(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		chain [][]byte
		kept  int
	}{
		{nil, 0},
		{[][]byte{{1}, {2}}, 2},
		{make([][]byte, maxChain+1), 0},
		{[][]byte{make([]byte, maxChainSize+1)}, 0},
	} {
		if got := len(chainToKeep(c.chain)); got != c.kept {
			t.Errorf("of %d certificates %d are kept", len(c.chain), got)
		}
	}
}

func TestTrialShowsNothing(t *testing.T) {
	t.Parallel()
	trial := Trial{Text: sampleText, Verdict: VerdictGood}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if got := fmt.Sprintf(verb, trial); got != "[trial good]" {
			t.Errorf("%s shows %q", verb, got)
		}
	}
	if got := trial.LogValue().String(); got != "[trial good]" {
		t.Errorf("the log shows %q", got)
	}
}
