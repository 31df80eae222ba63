// Package publish answers those who rely on the authority's certificates: it
// serves revocation lists, answers about single certificates (OCSP), time
// stamps, the authority's own certificates and the practice statement, over
// plain HTTP.
//
// A [Publisher] keeps what was signed and gives it out again until it is half
// its time old, or until a certificate is revoked: a revocation by this process
// is seen by the next question, one by another process within [pollEvery].
// When the ledger does not answer, nothing old is given out: unknown is never
// good.
//
// [Publisher.Run] signs ahead: it goes over all certificates again and again, so
// that there is a fresh answer about each before it is asked for. What is asked
// for sooner, or in a rarer form, is signed then.
//
// # Norms
//
// RFC 5280, 5 (lists), RFC 6960, appendix A (OCSP over HTTP), RFC 3161, 3.4
// (time stamps over HTTP), RFC 2585 (the media types).
package publish

import (
	"context"
	"sync"
	"time"

	"qoltanba/app/backend/nca"
	"qoltanba/app/backend/nca/ocsp"
	"qoltanba/keystore/keypair"
)

const (
	// pollEvery is how often the ledger is asked for revocations by others.
	pollEvery = time.Second
	// margin covers clocks that differ between processes, and transactions that
	// take their time.
	margin = 10 * time.Minute
	// listAge is how old lists may be, answerAge how old an answer.
	listAge, answerAge = time.Hour, 12 * time.Hour
	// maxKept bounds the certificates whose answers are kept: of so many they
	// take some hundreds of megabytes.
	maxKept = 400_000
)

// Publisher serves what the authority publishes. It is safe for concurrent use.
type Publisher struct {
	authority *nca.Authority
	now       func() time.Time

	mu       sync.RWMutex
	answers  map[string]map[string]answer // by serial number, by the form of the question
	lists    map[keypair.Algorithm]nca.Lists
	revision int       // of the ledger
	here     uint64    // revocations of this process that were heeded
	polled   time.Time // when the ledger was asked
}

type answer struct {
	der   []byte
	until time.Time
}

// New makes a publisher of an authority.
func New(authority *nca.Authority, now func() time.Time) *Publisher {
	return &Publisher{
		authority: authority, now: now, revision: -1,
		answers: make(map[string]map[string]answer), lists: make(map[keypair.Algorithm]nca.Lists),
	}
}

// current tells whether what is kept is as new as the ledger, as far as that is known.
func (p *Publisher) current() bool {
	age := p.now().Sub(p.polled)
	return p.revision >= 0 && p.here == p.authority.RevokedHere() && age >= 0 && age < pollEvery
}

// heed asks the ledger for revocations, if it is time to, and drops what they
// have made untrue.
func (p *Publisher) heed(ctx context.Context) error {
	p.mu.RLock()
	current := p.current()
	p.mu.RUnlock()
	if current {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.current() {
		return nil
	}
	here, now := p.authority.RevokedHere(), p.now() // before the ledger is read
	revision, err := p.authority.Revision(ctx)
	if err != nil {
		return err
	}
	if revision != p.revision {
		revoked, err := p.authority.Revoked(ctx, p.polled.Add(-margin))
		if err != nil {
			return err
		}
		for _, r := range revoked {
			delete(p.answers, string(r.Serial))
		}
		clear(p.lists)
	}
	p.revision, p.here, p.polled = revision, here, now
	return nil
}

// Lists returns the revocation lists of the authority for keys of an algorithm.
func (p *Publisher) Lists(ctx context.Context, algorithm keypair.Algorithm) (nca.Lists, error) {
	if err := p.heed(ctx); err != nil {
		return nca.Lists{}, err
	}
	p.mu.RLock()
	lists, kept := p.lists[algorithm]
	p.mu.RUnlock()
	if kept && p.now().Sub(lists.At) < listAge {
		return lists, nil
	}
	p.mu.Lock() // one list at a time: of many who ask, one has it signed
	defer p.mu.Unlock()
	if lists, kept = p.lists[algorithm]; kept && p.now().Sub(lists.At) < listAge {
		return lists, nil
	}
	lists, err := p.authority.RevocationLists(ctx, algorithm)
	if err == nil {
		p.lists[algorithm] = lists
	}
	return lists, err
}

// Answer returns the OCSP answer to a question in DER. It never fails: an
// answer may be a refusal.
func (p *Publisher) Answer(ctx context.Context, question []byte) []byte {
	id, err := ocsp.ParseRequest(question)
	if err != nil {
		return ocsp.Malformed
	}
	if err := p.heed(ctx); err != nil {
		return ocsp.TryLater
	}
	serial := string(id.Serial.Bytes())
	p.mu.RLock()
	kept, found := p.answers[serial][id.Key()]
	revision := p.revision
	p.mu.RUnlock()
	if found && p.now().Before(kept.until) {
		return kept.der
	}
	if answer := p.authority.RootAnswer(id); answer != nil {
		return answer
	}
	if _, ours := p.authority.Asked(id); !ours {
		return ocsp.Unauthorized
	}
	fresh, known, err := p.sign(ctx, id)
	if err != nil {
		return ocsp.TryLater
	}
	if known {
		p.keep(serial, id, fresh, revision)
	}
	return fresh.der
}

func (p *Publisher) sign(ctx context.Context, id ocsp.CertID) (answer, bool, error) {
	status, der, err := p.authority.Answer(ctx, id)
	return answer{der, p.now().Add(answerAge)}, status != ocsp.Unknown, err
}

// keep keeps an answer, unless something was revoked while it was made.
func (p *Publisher) keep(serial string, id ocsp.CertID, a answer, revision int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.revision != revision || p.here != p.authority.RevokedHere() {
		return
	}
	forms := p.answers[serial]
	if forms == nil { // of which there are ocsp.Forms at most
		if len(p.answers) >= maxKept {
			for other := range p.answers { // any of them
				delete(p.answers, other)
				break
			}
		}
		forms = make(map[string]answer)
		p.answers[serial] = forms
	}
	forms[id.Key()] = a
}
