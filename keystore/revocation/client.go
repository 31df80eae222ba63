package revocation

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// Client asks, and remembers an answer as long as it counts, but no longer than
// some minutes. It may be used by several goroutines. The zero Client works.
type Client struct {
	HTTP *http.Client     // nil: one that follows no redirection
	Now  func() time.Time // nil: time.Now

	mu    sync.Mutex
	known map[[sha256.Size]byte]remembered
}

type remembered struct {
	answer Answer
	until  time.Time
}

const (
	maxKnown     = 256
	rememberTime = 5 * time.Minute
	maxAddresses = 2 // of each sort that are asked
)

// Ask asks the addresses in the certificate, which has to lead to an authority
// that the caller trusts. The errors are ErrNowhere, ErrUnreachable, ErrInvalid
// and ErrOld; the answer is unknown with each.
func (c *Client) Ask(ctx context.Context, cert, issuer *x509.Certificate) (Answer, error) {
	id := sha256.Sum256(append(bytes.Clone(cert.Raw), issuer.Raw...))
	now := c.now()
	if answer, ok := c.recall(id, now); ok {
		return answer, nil
	}
	failed := ErrNowhere
	for _, ask := range []struct {
		addresses []string
		one       func(context.Context, string, *x509.Certificate, *x509.Certificate) (Answer, error)
	}{{cert.OCSPServer, c.responder}, {cert.CRLDistributionPoints, c.list}} {
		for _, address := range ask.addresses[:min(maxAddresses, len(ask.addresses))] {
			answer, err := ask.one(ctx, address, cert, issuer)
			if err == nil && answer.Standing != Unknown {
				c.remember(id, answer, now)
				return answer, nil
			}
			if failed = err; err == nil {
				failed = ErrUnreachable // who answers does not know it
			}
			if ctx.Err() != nil {
				return Answer{}, fmt.Errorf("%w: %w", ErrUnreachable, ctx.Err())
			}
		}
	}
	return Answer{}, failed
}

func (c *Client) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}

func (c *Client) recall(id [sha256.Size]byte, now time.Time) (Answer, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r, ok := c.known[id]
	return r.answer, ok && now.Before(r.until)
}

func (c *Client) remember(id [sha256.Size]byte, a Answer, now time.Time) {
	until := now.Add(rememberTime)
	if !a.Until.IsZero() && a.Until.Before(until) {
		until = a.Until
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known == nil || len(c.known) >= maxKnown {
		c.known = map[[sha256.Size]byte]remembered{}
	}
	c.known[id] = remembered{a, until}
}

func (c *Client) responder(ctx context.Context, address string, cert, issuer *x509.Certificate) (Answer, error) {
	id, err := nameOf(cert, issuer)
	if err != nil {
		return Answer{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	question, err := id.request()
	if err != nil {
		return Answer{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	der, err := c.fetch(ctx, http.MethodPost, address, question, maxAnswer)
	if err != nil {
		return Answer{}, err
	}
	return ReadAnswer(der, cert, issuer, c.now())
}

func (c *Client) list(ctx context.Context, address string, cert, issuer *x509.Certificate) (Answer, error) {
	der, err := c.fetch(ctx, http.MethodGet, address, nil, maxList)
	if err != nil {
		return Answer{}, err
	}
	return ReadList(der, cert, issuer, c.now())
}

var errScheme = errors.New("its address is not one of HTTP")

// plain follows no redirection: answers are signed and lie where the certificate says.
var plain = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

func (c *Client) fetch(ctx context.Context, method, address string, question []byte, most int64) ([]byte, error) {
	if u, err := url.Parse(address); err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("%w: %w", ErrUnreachable, errScheme)
	}
	r, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(question))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	if question != nil {
		r.Header.Set("Content-Type", "application/ocsp-request")
	}
	client := c.HTTP
	if client == nil {
		client = plain
	}
	response, err := client.Do(r)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	defer response.Body.Close() //nolint:errcheck // only read
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%w: status %d", ErrUnreachable, response.StatusCode)
	}
	der, err := io.ReadAll(io.LimitReader(response.Body, most+1))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	if int64(len(der)) > most {
		return nil, fmt.Errorf("%w: it is too large", ErrInvalid)
	}
	return der, nil
}
