package publish

import (
	"bytes"
	"context"
	"time"

	"qoltanba/app/backend/nca"
)

const (
	// walkEvery is how often all certificates are gone over, besides after each
	// revocation, and page how many of them at a time.
	walkEvery, page = time.Minute, 200
	// ahead is how long an answer must hold still not to be signed anew.
	ahead = time.Hour
)

// Run keeps answers signed ahead until ctx ends. What fails is tried again with
// the next walk; meanwhile questions have their answers signed one by one.
func (p *Publisher) Run(ctx context.Context) {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	walked, seen := time.Time{}, -1
	for {
		if revision, err := p.seen(ctx); err == nil && (revision != seen || time.Since(walked) >= walkEvery) {
			if err := p.SignAhead(ctx); err == nil {
				walked, seen = time.Now(), revision
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// seen is the revision of the ledger that was heeded.
func (p *Publisher) seen(ctx context.Context) (int, error) {
	if err := p.heed(ctx); err != nil {
		return 0, err
	}
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.revision, nil
}

// SignAhead goes over all certificates that may be asked for, and signs an
// answer about each of which none is kept, or none that holds for long.
func (p *Publisher) SignAhead(ctx context.Context) error {
	if err := p.heed(ctx); err != nil {
		return err
	}
	for after := []byte{}; ; {
		list, err := p.authority.Serials(ctx, after, page)
		if err != nil {
			return err
		}
		for _, s := range list {
			if err := p.signOne(ctx, s); err != nil {
				return err
			}
		}
		if len(list) < page {
			return nil
		}
		after = bytes.Clone(list[len(list)-1].Serial)
	}
}

func (p *Publisher) signOne(ctx context.Context, s nca.IssuedSerial) error {
	id, err := p.authority.Usual(s)
	if err != nil {
		return err
	}
	p.mu.RLock()
	kept, found := p.answers[string(s.Serial)][id.Key()]
	revision, full := p.revision, len(p.answers) >= maxKept
	p.mu.RUnlock()
	if found && p.now().Add(ahead).Before(kept.until) || !found && full {
		return nil
	}
	fresh, known, err := p.sign(ctx, id)
	if err == nil && known {
		p.keep(string(s.Serial), id, fresh, revision)
	}
	return err
}
