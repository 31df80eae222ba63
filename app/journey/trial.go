package journey

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/api/dpop"
	"qoltanba/keystore"
	"qoltanba/keystore/cms"
	"qoltanba/keystore/profile"
)

// Verdict is what verifying a trial signature came to.
type Verdict string

// The verdicts. Unchecked is good as far as can be said without knowing the
// authority, which a journal of an earlier version does not name.
const (
	VerdictGood      Verdict = "good"
	VerdictUnchecked Verdict = "unchecked"
	VerdictExpired   Verdict = "expired" // the certificate is not valid at this time
	VerdictUntrusted Verdict = "untrusted"
	VerdictBroken    Verdict = "broken"
)

// Trial is a signature that was made to try the key, as it was found when it
// was verified. All but the text is told by the signature itself.
type Trial struct {
	Text       string
	CMS        []byte // SignedData in DER, with the text in it
	Owner      profile.Subject
	Issuer     string // the authority's common name
	SignedAt   time.Time
	ValidUntil time.Time // the certificate
	Verdict    Verdict
}

// Format hides text and owner whatever the verb.
func (t Trial) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "[trial %s]", t.Verdict) }

// LogValue hides text and owner.
func (t Trial) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(t)) }

// errKeyFileGone says that there is no key file to be read.
var errKeyFileGone = errors.New("the key file is not where it was written")

const (
	// maxChain and maxChainSize bound what is kept of the authority.
	maxChain     = 4
	maxChainSize = 16 << 10
	// maxTrials is how many names are tried for a file before one is free.
	maxTrials = 20
)

// TrySignature opens the key file for signing with its password, signs the
// text and verifies what came of it. Nothing is written, and nothing leaves the
// computer. Among its problems are [api.PasswordWrong], [api.KeyFileGone] and
// [api.KeyFileDamaged]. Stage: done.
func (j *Journey) TrySignature(ctx context.Context, password api.Secret, text string) (t Trial, err error) {
	err = j.act(ctx, "try signature", []Stage{StageDone}, func(context.Context) error {
		path, err := j.signingFile()
		if err != nil {
			return err
		}
		file, err := keystore.ReadKeyFile(path, string(password))
		if errors.Is(err, keystore.ErrPassword) || errors.Is(err, keystore.ErrNoKeyFile) || errors.Is(err, keystore.ErrMismatch) {
			return err
		}
		if err != nil {
			return fmt.Errorf("%w: %w", errKeyFileGone, err)
		}
		t, err = try(file, j.chain(), text, j.cfg.Now())
		return err
	})
	return t, err
}

// SaveTrial writes text and signature beside the key file, under new names, and
// returns the path of the signature. Saving the same trial again changes
// nothing. Stage: done.
func (j *Journey) SaveTrial(ctx context.Context, t Trial) (path string, err error) {
	err = j.act(ctx, "save trial", []Stage{StageDone}, func(context.Context) error {
		file, err := j.signingFile()
		if err != nil {
			return err
		}
		path, err = t.save(filepath.Dir(file))
		return err
	})
	return path, err
}

// signingFile is the path of the key file that signs.
func (j *Journey) signingFile() (string, error) {
	files := j.State().Files
	at := slices.IndexFunc(files, func(f KeyFile) bool { return f.Kind.Signs() })
	if at < 0 || files[at].Path == "" {
		return "", errKeyFileGone
	}
	return files[at].Path, nil
}

// chain is the authority's certificates as they were kept.
func (j *Journey) chain() (chain []*x509.Certificate) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, der := range j.record.Chain {
		if cert, err := x509.ParseCertificate(der); err == nil {
			chain = append(chain, cert)
		}
	}
	return chain
}

// chainToKeep is a chain that came with the certificates, or nothing of one
// that is out of all proportion.
func chainToKeep(ders [][]byte) [][]byte {
	if len(ders) > maxChain || len(slices.Concat(ders...)) > maxChainSize {
		return nil
	}
	return ders
}

// try signs text and verifies it. The last of the chain is the authority to be
// trusted: it issued these keys.
func try(file keystore.KeyFile, chain []*x509.Certificate, text string, now time.Time) (Trial, error) {
	var authorities []*x509.Certificate
	if last := len(chain) - 1; last >= 0 {
		chain, authorities = chain[:last], chain[last:]
	}
	der, err := cms.Signer{Key: file.Key, Certificate: file.Certificate, Chain: chain, Time: now}.Attached([]byte(text))
	if err != nil {
		return Trial{}, err
	}
	sd, err := cms.Parse(der)
	if err != nil {
		return Trial{}, err
	}
	// Where this computer's clock is behind, as far as the service puts up
	// with, a certificate of this minute is not valid yet.
	at := now
	if early := file.Certificate.NotBefore.Sub(now); early > 0 && early <= dpop.Skew {
		at = file.Certificate.NotBefore
	}
	findings, err := sd.Verify(cms.Verification{Content: []byte(text), Authorities: authorities, At: at})
	if err != nil {
		return Trial{}, err
	}
	found := findings[0]
	t := Trial{Text: text, CMS: der, SignedAt: found.Time, Verdict: verdict(found)}
	if cert := found.Certificate; cert != nil {
		t.Issuer, t.ValidUntil = cert.Issuer.CommonName, cert.NotAfter
		t.Owner, err = profile.ParseSubject(cert.RawSubject)
	}
	return t, err
}

func verdict(f cms.Finding) Verdict {
	var invalid x509.CertificateInvalidError
	switch {
	case !f.Whole || !f.Good:
		return VerdictBroken
	case f.Trust == cms.Trusted:
		return VerdictGood
	case f.Trust == cms.TrustNotJudged:
		return VerdictUnchecked
	case errors.As(f.Reason, &invalid) && invalid.Reason == x509.Expired:
		return VerdictExpired
	default:
		return VerdictUntrusted
	}
}

func (t Trial) save(folder string) (path string, err error) {
	stem := filepath.Join(folder, "qoltanba-"+t.SignedAt.Local().Format("2006-01-02-150405"))
	for n := 1; n <= maxTrials; n++ {
		name := stem
		if n > 1 {
			name = fmt.Sprintf("%s-%d", stem, n)
		}
		path = name + ".cms"
		if err = keystore.WriteFile(path, t.CMS); err == nil {
			err = keystore.WriteFile(name+".txt", []byte(t.Text))
		}
		if err == nil {
			return path, nil
		}
		if !errors.Is(err, keystore.ErrExists) {
			break
		}
	}
	return "", err
}

// Authorities are those that issued the citizen's keys, as they came with them.
func (j *Journey) Authorities() []*x509.Certificate { return j.chain() }
