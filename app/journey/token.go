package journey

import (
	"context"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"qoltanba/app/api"
	"qoltanba/keystore"
	"qoltanba/keystore/keypair"
	"qoltanba/keystore/profile"
	"qoltanba/keystore/token"
)

// Keys in a token are made and kept inside; the vault has nothing of them. The
// journal names the token, the keys in it are named after the way, and so both
// are found again: a program that was killed between the making of a key and the
// note of its request takes the key that bears the name. A PIN is tried once, for
// each time that the citizen gives it.

// Tokens are the cryptographic tokens that are plugged in.
type Tokens interface {
	// Tokens lists them.
	Tokens(ctx context.Context) ([]token.Info, error)
	// Login opens the one with a serial number by its PIN. The errors are those of
	// [token.Module.Login].
	Login(ctx context.Context, serial string, pin token.PIN) (TokenSession, error)
}

// TokenSession is a token opened by its PIN, until Close.
type TokenSession interface {
	// Labelled returns the key that bears a label, or [token.ErrNoKey].
	Labelled(ctx context.Context, label string) (crypto.Signer, error)
	// Generate makes a key pair inside.
	Generate(ctx context.Context, a keypair.Algorithm, label string) (crypto.Signer, error)
	// PutCertificate writes a certificate beside its key and reads it back; one
	// that is there already is left as it is.
	PutCertificate(ctx context.Context, cert *x509.Certificate) error
	Close(ctx context.Context) error
}

// TokenRef names a token.
type TokenRef struct {
	Label  string `json:"label"` // for people
	Serial string `json:"serial"`
}

// tokenPlace is what the journal keeps of a way whose keys are in a token.
type tokenPlace struct {
	TokenRef
	// Round counts the keys that were refused: the next ones bear another name.
	Round int `json:"round,omitempty"`
}

// tokenTime is how long a token may take for all that is asked of it at once; the
// making of keys takes long inside.
const tokenTime = 5 * time.Minute

// tokenKeys is the kind of keys that are made in tokens: none at hand knows the
// NCA's GOST.
const tokenKeys = keypair.RSA

// Tokens lists the tokens that could take the keys: plugged in, with a PIN, and
// able to make keys of a kind that is certified. It is empty where none is
// configured or the service does not certify keys in tokens.
func (j *Journey) Tokens(ctx context.Context) (able []TokenRef, err error) {
	if !j.State().TokensServed {
		return nil, nil
	}
	all, err := j.cfg.Tokens.Tokens(ctx)
	if err != nil {
		return nil, tokenProblem(err)
	}
	for _, t := range all {
		if t.Ready && t.Makes(tokenKeys) {
			able = append(able, TokenRef{Label: t.Label, Serial: t.Serial})
		}
	}
	return able, nil
}

// tokensServed says that a token's library was named and the service certifies
// keys in tokens.
func (j *Journey) tokensServed(e api.Enrolment) bool {
	offer := api.KeyOffer{Keys: api.KeyAlgorithm(tokenKeys.Name()), Storage: api.StorageToken}
	return j.cfg.Tokens != nil && slices.Contains(e.Offers, offer)
}

// UseToken opens the token of the form by its PIN. Before the application it makes
// the keys inside and the requests; afterwards it writes the certificates beside
// them and confirms the import. A PIN that is refused is not tried again. Stage:
// token.
func (j *Journey) UseToken(ctx context.Context, pin api.Secret) error {
	return j.act(ctx, "use token", []Stage{StageToken}, func(ctx context.Context) error {
		var issued api.Certificates
		importing := j.State().Enrolment.Step == api.StepImport
		if importing {
			var err error
			if issued, err = ask(ctx, j, api.ReadCertificates); err != nil {
				return err
			}
		}
		var fingerprints []string
		err := j.withToken(ctx, pin, func(ctx context.Context, s TokenSession) (err error) {
			if importing {
				fingerprints, err = j.writeBack(ctx, s, issued)
				return err
			}
			return j.requestsFrom(ctx, s)
		})
		if err != nil || !importing {
			return err
		}
		if err := step(ctx, j, api.ConfirmImport, api.ImportRequest{Fingerprints: fingerprints}, nil); err != nil {
			return err
		}
		return j.finish(ctx)
	})
}

// LoseToken says that the token is lost for good: the application on its keys can
// be given up. Stage: token, once it was sent.
func (j *Journey) LoseToken(ctx context.Context) error {
	return j.act(ctx, "lose token", []Stage{StageToken}, func(context.Context) error {
		if !keysAwaited(j.State().Enrolment) {
			return &StageError{"lose token", StageToken}
		}
		j.note(func(*record) { j.keysLost = true })
		j.change(j.settleStage)
		return nil
	})
}

func (j *Journey) withToken(ctx context.Context, pin api.Secret, use func(context.Context, TokenSession) error) error {
	ctx, cancel := context.WithTimeout(ctx, tokenTime)
	defer cancel()
	place := j.tokenPlace()
	if place == nil || j.cfg.Tokens == nil {
		return tokenProblem(token.ErrNoModule)
	}
	s, err := j.cfg.Tokens.Login(ctx, place.Serial, token.PIN(pin))
	if err != nil {
		return tokenProblem(err)
	}
	return errors.Join(tokenProblem(use(ctx, s)), tokenProblem(s.Close(ctx)))
}

// requestsFrom has the requests in the journal, on the keys of this way.
func (j *Journey) requestsFrom(ctx context.Context, s TokenSession) error {
	e, place := j.State().Enrolment, j.tokenPlace()
	var made [][]byte
	for _, kind := range profile.Kinds(tokenKeys) {
		label := tokenLabel(e.ID, kind, place.Round)
		key, err := s.Labelled(ctx, label)
		if errors.Is(err, token.ErrNoKey) {
			key, err = s.Generate(ctx, tokenKeys, label)
		}
		if err != nil {
			return err
		}
		der, err := keystore.NewTokenRequest(key, ownerOf(e), j.State().Form.Email)
		if err != nil {
			return err
		}
		made = append(made, der)
	}
	j.note(func(r *record) { r.secret.Requests = made })
	return j.open("")
}

// tokenLabel names a key after its way, for people and so that it is found again.
func tokenLabel(enrolment string, kind profile.Kind, round int) string {
	return fmt.Sprintf("qoltanba %s %s %d", enrolment, kind, round+1)
}

// writeBack has the certificates in the token and notes them.
func (j *Journey) writeBack(ctx context.Context, s TokenSession, issued api.Certificates) (fingerprints []string, err error) {
	if len(issued.Certificates) != len(profile.Kinds(tokenKeys)) {
		return nil, fmt.Errorf("%w: %d certificates", keystore.ErrMismatch, len(issued.Certificates))
	}
	label := j.tokenPlace().Label
	var files []KeyFile
	for _, c := range issued.Certificates {
		cert, err := x509.ParseCertificate(c.DER)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", keystore.ErrMismatch, err)
		}
		if err := s.PutCertificate(ctx, cert); err != nil {
			return nil, err
		}
		files = append(files, KeyFile{Token: label, Kind: c.Kind, ValidUntil: cert.NotAfter})
		sum := sha256.Sum256(cert.Raw)
		fingerprints = append(fingerprints, hex.EncodeToString(sum[:]))
	}
	j.note(func(r *record) { r.Files, r.Chain = files, chainToKeep(issued.Chain) })
	return fingerprints, j.save()
}

func (j *Journey) tokenPlace() *tokenPlace {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.record.Token == nil {
		return nil
	}
	place := *j.record.Token
	return &place
}

// tokenProblem is what a token did not do, as a failure of the table; another
// error, and nil, stay as they are.
func tokenProblem(err error) error {
	var length *token.PINLength
	var wrong *token.WrongPIN
	fail := func(code api.Code) *api.Problem { return api.Fail(code, "the token").WithCause(err) }
	switch {
	case errors.Is(err, token.ErrLocked):
		return fail(api.TokenLocked)
	case errors.As(err, &wrong) && wrong.Left == token.TriesLast:
		return fail(api.TokenPINWrong).WithTries(1)
	case errors.Is(err, token.ErrWrongPIN), errors.As(err, &length):
		return fail(api.TokenPINWrong)
	case errors.Is(err, token.ErrNoToken), errors.Is(err, token.ErrGone), errors.Is(err, token.ErrClosed), errors.Is(err, token.ErrNoKey):
		return fail(api.TokenGone)
	}
	for _, unusable := range []error{
		token.ErrNoModule, token.ErrNoSupport, token.ErrInUse, token.ErrNoPIN, token.ErrPINExpired, token.ErrUnsupported, token.ErrFull,
		token.ErrAmbiguous, token.ErrLabelTaken, token.ErrWeak,
	} {
		if errors.Is(err, unusable) {
			return fail(api.TokenUnusable)
		}
	}
	return err
}
