package companion

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"

	"qoltanba/keystore"
	"qoltanba/keystore/cms"
	"qoltanba/keystore/keypair"
	"qoltanba/keystore/timestamp"
	"qoltanba/keystore/xmldsig"
)

const maxTries = 10 // choices for one proposal

var (
	errTries   = errors.New("too many wrong choices")
	errNoKeys  = errors.New("storage.empty")
	errNoStamp = errors.New("no time-stamp authority is set")
)

// form is what signatures look like.
type form uint8

const (
	formCMS form = iota + 1
	formXML
	formRaw
)

// task is what a caller wants to have signed, and how.
type task struct {
	form              form
	documents         []Document
	attached, stamped bool
	layout            xmldsig.Layout
	stores            []string
	wish              wish
	language          Language
	logo              []byte
}

// allow makes sure that the person lets the caller ask. The error is
// ErrCancelled, or that of the consenter.
func (ss *session) allow(ctx context.Context) error {
	id := ss.caller.ID
	kept, there := ss.Origins.of(id)
	there = there && id != ""
	switch {
	case there && !kept.Allowed:
		return ErrCancelled
	case there:
		return ss.Origins.remember(id, true, ss.Now())
	case ss.allowed && id == "":
		return nil
	case ss.refused || ss.patience.spent(id):
		return ErrCancelled
	}
	return ss.inDialog(ctx, func() error {
		if kept, there := ss.Origins.of(id); there && id != "" && kept.Allowed {
			return nil // allowed in another tab while this one waited
		}
		if ss.allowed {
			return nil
		}
		ss.unlocked.forget(id)
		permission, err := ss.Consenter.Allow(ctx, ss.caller, ss.language)
		if err != nil && !errors.Is(err, ErrCancelled) {
			return err
		}
		ss.Log.Info("caller decided on", "caller", ss.caller.ID, "claimed", ss.caller.Origin, "allowed", permission == Allow || permission == AllowOnce)
		ss.note(Event{Deed: decided[permission]}, err)
		switch permission {
		case Allow:
			if ss.allowed = id == ""; ss.allowed {
				return nil
			}
			return ss.Origins.remember(id, true, ss.Now())
		case AllowOnce:
			ss.allowed = true
			return nil
		case Block:
			if id != "" {
				if err := ss.Origins.remember(id, false, ss.Now()); err != nil {
					return err
				}
			}
		case Refuse:
		}
		ss.refused = true
		ss.patience.no(id)
		return ErrCancelled
	})
}

// inDialog waits until no other dialog stands.
func (ss *session) inDialog(ctx context.Context, show func() error) error {
	select {
	case ss.dialog <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-ss.dialog }()
	if err := ctx.Err(); err != nil {
		return err
	}
	return show()
}

// choose lets the person look at a proposal and choose a key, until one opens
// that is fit, or the answer is no.
func (ss *session) choose(ctx context.Context, purpose Purpose, t task) (Opened, error) {
	var opened Opened
	err := ss.inDialog(ctx, func() error {
		offers, err := ss.offers(ctx, t.stores, t.wish)
		if err != nil {
			return err
		}
		if len(offers) == 0 && !slices.Contains(t.stores, pkcs12) {
			return errNoKeys
		}
		p := Proposal{
			Caller: ss.caller, Purpose: purpose, Documents: t.documents, Keys: offers, Attached: t.attached, Stamped: t.stamped,
			Language: t.language, Logo: t.logo,
		}
		for range maxTries {
			choice, err := ss.Consenter.Decide(ctx, p)
			if err != nil {
				return err
			}
			if opened, p.Problem = ss.open(ctx, t, choice); p.Problem == nil {
				return nil
			}
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		return errTries
	})
	return opened, err
}

// open opens the key that was chosen and looks again whether it is fit.
func (ss *session) open(ctx context.Context, t task, c Choice) (Opened, error) {
	if !slices.Contains(t.stores, c.Store) {
		return Opened{}, ErrUnfit
	}
	l := lock{ss.caller.ID, c.Store, c.ID}
	if c.Password == "" {
		c.Password, _ = ss.unlocked.of(l)
	}
	opened, err := ss.Stores[c.Store].Open(ctx, c.ID, c.Password)
	if err != nil {
		return Opened{}, err
	}
	if reasons := t.wish.against(opened.Certificate, ss.standing(ctx, opened.Certificate), ss.Now()); len(reasons) > 0 {
		opened.Close()
		return Opened{}, ErrUnfit
	}
	if c.Keep && ss.caller.ID != "" {
		ss.unlocked.keep(l, c.Password)
	}
	return opened, nil
}

// sign asks for the caller's permission and for a key, and signs each document.
func (ss *session) sign(ctx context.Context, t task) (signatures [][]byte, cert *x509.Certificate, err error) {
	if t.stamped && ss.Stamps == nil {
		return nil, nil, errNoStamp
	}
	if err := ss.allow(ctx); err != nil {
		return nil, nil, err
	}
	opened, err := ss.choose(ctx, SignDocuments, t)
	if err != nil {
		ss.tell(t, nil, err)
		return nil, nil, err
	}
	defer opened.Close()
	for _, d := range t.documents {
		signature, err := ss.signOne(ctx, t, opened, d)
		if err != nil {
			ss.tell(t, opened.Certificate, err)
			return nil, nil, err
		}
		signatures = append(signatures, signature)
	}
	ss.tell(t, opened.Certificate, nil)
	return signatures, opened.Certificate, nil
}

// tell logs what became of a request, without contents and owner.
func (ss *session) tell(t task, cert *x509.Certificate, err error) {
	size := 0
	for _, d := range t.documents {
		size += len(d.Content)
	}
	outcome := "signed"
	switch {
	case errors.Is(err, ErrCancelled):
		outcome = "cancelled"
	case errors.Is(err, context.Canceled):
		outcome = "the caller went away"
	case err != nil:
		outcome = "failed"
	}
	attributes := []any{"caller", ss.caller.ID, "documents", len(t.documents), "bytes", size, "outcome", outcome}
	if cert != nil {
		attributes = append(attributes, "key", fmt.Sprintf("%x", keyID(cert)))
	}
	ss.Log.Info("signature asked for", attributes...)
	event := Event{Deed: DeedSigned, Documents: len(t.documents), Bytes: size}
	if len(t.documents) == 0 {
		event.Deed = DeedShown
	}
	if cert != nil {
		event.Key = fmt.Sprintf("%x", keyID(cert))
	}
	ss.note(event, err)
}

// decided are the deeds of permissions.
var decided = map[Permission]Deed{Allow: DeedAllowed, AllowOnce: DeedAllowedOnce, Block: DeedBlocked, Refuse: DeedRefused}

// note writes into the citizen's log what became of a request. That it cannot
// be written hinders nothing, and is told to the program's own log.
func (ss *session) note(e Event, err error) {
	e.Caller = ss.caller.ID
	switch {
	case errors.Is(err, ErrCancelled):
		e.Deed = DeedCancelled
	case errors.Is(err, context.Canceled):
		e.Deed = DeedGone
	case err != nil:
		e.Deed = DeedFailed
	}
	if err := ss.Activity.Add(e); err != nil {
		ss.Log.Warn("the log of requests cannot be written", "error", err)
	}
}

func (ss *session) signOne(ctx context.Context, t task, key Opened, d Document) ([]byte, error) {
	switch t.form {
	case formXML:
		return xmldsig.Signer{Key: key.Key, Certificate: key.Certificate}.Sign(d.Content, t.layout)
	case formRaw:
		if d.Kind == Digest {
			return keypair.SignDigest(rand.Reader, key.Key, d.Content)
		}
		return keypair.Sign(rand.Reader, key.Key, d.Content)
	case formCMS:
	}
	signer := cms.Signer{Key: key.Key, Certificate: key.Certificate, Chain: key.Chain, Time: ss.Now()}
	var der []byte
	var err error
	switch {
	case d.Kind == Digest:
		der, err = signer.DetachedDigest(d.Content)
	case d.Kind == Signature:
		der, err = signer.Join(d.Content, nil)
	case t.attached:
		der, err = signer.Attached(d.Content)
	default:
		der, err = signer.Detached(d.Content)
	}
	if err != nil || !t.stamped {
		return der, err
	}
	return ss.stamp(ctx, der)
}

// stamp makes CAdES-T of a signature.
func (ss *session) stamp(ctx context.Context, der []byte) ([]byte, error) {
	if ss.Stamps == nil {
		return nil, errNoStamp
	}
	ctx, cancel := context.WithTimeout(ctx, stampTime)
	defer cancel()
	return cms.Stamp(der, func(algorithm keypair.Algorithm, signature []byte) ([]byte, error) {
		return ss.Stamps.Token(ctx, algorithm, signature)
	})
}

var errBase64 = errors.New("java.lang.IllegalArgumentException: the data is no base64")

// decode reads base64, with or without padding and line ends, or PEM.
func decode(data string) ([]byte, error) {
	if strings.HasPrefix(strings.TrimSpace(data), "-----BEGIN ") {
		if block, _ := pem.Decode([]byte(strings.TrimSpace(data) + "\n")); block != nil {
			return block.Bytes, nil
		}
		return nil, errBase64
	}
	if strings.ContainsAny(data, "\n\r ") {
		data = strings.NewReplacer("\n", "", "\r", "", " ", "").Replace(data)
	}
	data = strings.TrimRight(data, "=")
	content, err := base64.RawStdEncoding.DecodeString(data)
	if err != nil {
		return nil, errBase64
	}
	return content, nil
}

// isCancelled tells whether the person said no, or the caller is no longer there
// to hear of it.
func isCancelled(err error) bool {
	return errors.Is(err, ErrCancelled) || errors.Is(err, context.Canceled)
}

// plain is what a caller hears of a failure: nothing of paths and people.
func plain(err error) string {
	for _, known := range []error{
		errTries, errNoKeys, errNoStamp, errBase64, errFile, keystore.ErrNoKeyFile, cms.ErrDetached, cms.ErrMalformed, cms.ErrTooLarge,
		cms.ErrContent, keypair.ErrDigest, xmldsig.ErrForm, timestamp.ErrUnreachable, timestamp.ErrRefused, timestamp.ErrInvalid,
	} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	var syntax *xmldsig.SyntaxError
	if errors.As(err, &syntax) {
		return saxText(syntax)
	}
	return "general.error"
}

// saxText is what Java's parser says of bad XML.
func saxText(e *xmldsig.SyntaxError) string {
	return fmt.Sprintf("org.xml.sax.SAXParseException; lineNumber: %d; columnNumber: %d; %s", e.Line, e.Column, e.Message)
}
