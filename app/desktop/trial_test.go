package desktop

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/desktop/wording"
	"qoltanba/app/journey"
	"qoltanba/keystore"
	"qoltanba/keystore/cms"
	"qoltanba/keystore/keypair"
	"qoltanba/keystore/profile"
)

const samplePassword = "Steppe2026"

// issuing lets the service issue certificates, as an authority of one key.
func (s *service) issuing(t *testing.T) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	root := certificate(t, &x509.Certificate{SubjectKeyId: []byte{1}, Subject: pkix.Name{CommonName: "ҮЛГІ ОРТАЛЫҚ"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}, nil, key.Public(), key)
	issued := api.Certificates{Chain: [][]byte{root.Raw}}
	issue := func(in api.ApplyRequest) *api.Problem {
		a, err := keypair.Named(string(in.Keys))
		if err != nil {
			return api.Fail(api.KeysUnserved, "%v", err)
		}
		for i, der := range in.Requests {
			request, err := readRequest(der, in.Storage)
			if err != nil {
				return api.Fail(api.RequestInvalid, "%v", err)
			}
			kind := profile.Kinds(a)[i]
			template := &x509.Certificate{KeyUsage: kind.KeyUsage(), SubjectKeyId: request.KeyID[:], ExtraExtensions: []pkix.Extension{profile.KeyStoreExtension()}}
			template.ExtKeyUsage, template.UnknownExtKeyUsage = kind.ExtKeyUsages()
			if template.RawSubject, err = request.Owner.Raw(); err != nil {
				return api.Fail(api.RequestInvalid, "%v", err)
			}
			issued.Certificates = append(issued.Certificates, api.Certificate{
				Kind: api.CertificateKind(kind.Name()), DER: certificate(t, template, root, request.PublicKey, key).Raw,
			})
		}
		s.e.Step = api.StepImport
		return nil
	}
	step(s, api.Apply, issue)
	answer(s, api.AskSignature, func(api.SignatureRequest) (api.SignatureTask, *api.Problem) {
		return api.SignatureTask{Text: "sign this", ExpiresAt: time.Now().Add(time.Minute)}, nil
	})
	answer(s, api.RenewCertificates, func(in api.RenewalRequest) (api.Started, *api.Problem) {
		if _, err := cms.Parse(in.Signature); err != nil {
			return api.Started{}, api.Fail(api.SignatureWrong, "%v", err)
		}
		s.e = api.Enrolment{ID: rand.Text(), Nonce: rand.Text(), Language: s.e.Language, Passed: s.e.Passed, Renews: in.Serial}
		issued.Certificates = nil
		problem := issue(api.ApplyRequest{Keys: in.Keys, Requests: in.Requests})
		return api.Started{Enrolment: s.e, Token: api.Secret(rand.Text())}, problem
	})
	answer(s, api.ReadCertificates, func(api.None) (api.Certificates, *api.Problem) { return issued, nil })
	step(s, api.ConfirmImport, func(api.ImportRequest) *api.Problem {
		s.e.Step = api.StepDone
		return nil
	})
}

// readRequest reads a request, which names no storage where that is a token.
func readRequest(der []byte, storage api.Storage) (*keystore.Request, error) {
	if storage != api.StorageToken {
		return keystore.ParseRequest(der)
	}
	csr, err := x509.ParseCertificateRequest(der)
	if err != nil {
		return nil, err
	}
	r := &keystore.Request{PublicKey: csr.PublicKey}
	if r.Owner, err = profile.ParseSubject(csr.RawSubject); err != nil {
		return nil, err
	}
	r.KeyID, err = profile.SKIOfInfo(csr.RawSubjectPublicKeyInfo)
	return r, err
}

func certificate(t *testing.T, template, parent *x509.Certificate, public any, by *rsa.PrivateKey) *x509.Certificate {
	t.Helper()
	template.SerialNumber = big.NewInt(time.Now().UnixNano())
	if len(template.SubjectKeyId) == len(profile.KeyID{}) {
		template.SerialNumber = profile.Serial(profile.KeyID(template.SubjectKeyId))
	}
	template.NotBefore, template.NotAfter = time.Now().Add(-time.Minute), time.Now().AddDate(1, 0, 0)
	if parent == nil {
		parent = template
	}
	der, err := keypair.CreateCertificate(rand.Reader, template, parent, public, by)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

// atSuccess takes a window to the last screen, by way of the real journey from the form on.
func atSuccess(t *testing.T) (*desk, *computer) {
	t.Helper()
	d, c := atCode(t)
	c.service.issuing(t)
	c.service.mu.Lock()
	c.service.e.Step = api.StepApplication
	c.service.e.Passed = &api.PassedData{IIN: sampleIIN, Surname: "САПАРОВА", Name: "АЙГУЛ"}
	c.service.mu.Unlock()
	d.do("refresh", d.journey.Refresh)
	d.untilScreen("application")
	form := journey.Form{Storage: api.StoragePC, Folder: filepath.Join(c.dir, "keys")}
	d.do("fill form", func(ctx context.Context) error { return d.journey.FillForm(ctx, form) })
	d.untilScreen("password")
	d.write("password.first", samplePassword)
	d.write("password.second", samplePassword)
	d.press("password.main")
	d.untilScreen("success")
	return d, c
}

// The further choices of the form hold when it is shown again, and are applied for.
func TestAKindOfKeysIsChosenInTheWindow(t *testing.T) {
	d, c := atCode(t)
	c.service.issuing(t)
	c.service.mu.Lock()
	c.service.e.Step = api.StepApplication
	c.service.e.Passed = &api.PassedData{IIN: sampleIIN, Surname: "САПАРОВА", Name: "АЙГУЛ"}
	c.service.mu.Unlock()
	d.do("refresh", d.journey.Refresh)
	d.untilScreen("application")
	if d.frame.Find("application.more") != nil {
		t.Error("choices are offered where there is one kind only")
	}
	c.service.mu.Lock()
	c.service.e.Offers = []api.KeyOffer{{Keys: api.KeysGOST512, Storage: api.StoragePC}, {Keys: api.KeysRSA2048, Storage: api.StoragePC}}
	c.service.mu.Unlock()
	d.do("refresh", d.journey.Refresh)
	d.until("the choices", func() bool { return d.frame.Find("application.more") != nil && !d.state.Busy })
	d.press("application.more")
	d.untilScreen("choices")
	d.choose("choices.keys.rsa2048")
	d.press("choices.main")
	d.untilScreen("application")
	if !d.says(d.frame.Words().T("choices.keys.rsa2048")) {
		t.Error("the form does not tell of the choice")
	}
	d.typed.folder = filepath.Join(c.dir, "keys")
	d.update()
	d.press("application.main")
	d.untilScreen("password")
	if got := d.state.Form.Keys; got != api.KeysRSA2048 {
		t.Errorf("applied for %q", got)
	}
}

func TestASignatureIsTriedAndSaved(t *testing.T) {
	d, c := atSuccess(t)
	d.press("success.try")
	d.untilScreen("trial")
	if !d.says("САПАРОВА АЙГУЛ") || !d.asleep("trial.main") {
		t.Error("the text does not name the citizen, or nothing is asked")
	}

	d.write("trial.password", "Steppe2027")
	d.press("trial.main")
	wrong := d.frame.Words().T("trial.wrong")
	d.until("the refusal", func() bool { return d.says(wrong) && !d.state.Busy })
	if d.written("trial.password") != "Steppe2027" || d.frame.Find("failure.close") != nil {
		t.Error("a wrong password should stay to be corrected, and is no failure of the program")
	}
	d.frame.SetLanguage(wording.Russian)
	if !d.says(d.frame.Words().T("trial.wrong")) || !d.says("Я, САПАРОВА") {
		t.Error("another language forgets what was refused, or keeps the text in the old one")
	}
	d.untilScreen("trial")

	d.write("trial.password", samplePassword)
	d.press("trial.main")
	d.untilScreen("trialresult")
	for _, want := range []string{d.frame.Words().T("trial.verdict.good"), "Я, САПАРОВА АЙГУЛ", "••• 104", "ҮЛГІ ОРТАЛЫҚ"} {
		if !d.says(want) && d.frame.View().Title != want {
			t.Errorf("the result does not say %q: %s", want, strings.Join(d.words(), " | "))
		}
	}
	if d.trial.given != "" {
		t.Error("the password outlives its use")
	}
	d.press("trialresult.main")
	d.until("the file", func() bool { return d.trial.saved != "" && !d.state.Busy })
	der, err := os.ReadFile(d.trial.saved)
	if err != nil || filepath.Dir(d.trial.saved) != filepath.Join(c.dir, "keys") {
		t.Fatalf("saved in %s: %v", d.trial.saved, err)
	}
	sd, err := cms.Parse(der)
	if err != nil || !strings.HasPrefix(string(sd.Content), "Я, САПАРОВА АЙГУЛ") {
		t.Errorf("the signature holds %q: %v", sd.Content, err)
	}
	d.press("trialresult.main")
	d.untilScreen("success")
	if d.trial != (trial{}) {
		t.Error("the trial is not forgotten")
	}
}

func TestTrialIsLeftAndItsKeyFileMissed(t *testing.T) {
	d, c := atSuccess(t)
	d.press("success.try")
	d.untilScreen("trial")
	d.press("back")
	d.untilScreen("success")

	files, err := filepath.Glob(filepath.Join(c.dir, "keys", "GOST512_*.p12"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%d key files that sign: %v", len(files), err)
	}
	if err := os.Rename(files[0], files[0]+".moved"); err != nil {
		t.Fatal(err)
	}
	d.press("success.try")
	d.untilScreen("trial")
	d.write("trial.password", samplePassword)
	d.press("trial.main")
	gone := api.FailureOf(api.KeyFileGone).Sentence.KK
	d.until("the failure", func() bool { return d.says(gone) && !d.state.Busy })
	if err := os.Rename(files[0]+".moved", files[0]); err != nil {
		t.Fatal(err)
	}
	d.press("trial.main")
	d.untilScreen("trialresult")
	if d.says(gone) {
		t.Error("a failure that is over still shows")
	}
}
