package checker

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"golang.org/x/crypto/ocsp"

	"qoltanba/keystore/keypair"
)

const (
	// maxList and maxAnswer bound what is taken from a service, in bytes.
	maxList, maxAnswer = 256 << 20, 64 << 10
	// settling is how long the newest revocations are not missed: they may have
	// come after the ledger was read, or the list before.
	settling = time.Minute
	asking   = 30 * time.Second // for one answer
)

// Published is a service that tells the world what the ledger has.
type Published struct {
	// URL is what the service's addresses begin with, such as
	// "https://example.kz/pki/".
	URL    string
	Client *http.Client
	// Every tells of how many certificates one is asked about by OCSP; the
	// revoked are asked about always. 0 is 1.
	Every int
}

// compare asks a service for its lists and answers and holds them against the
// ledger. What cannot be fetched is a finding: who relies on certificates
// cannot fetch it either.
func (c *check) compare(ctx context.Context, p Published) error {
	if !strings.HasSuffix(p.URL, "/") {
		p.URL += "/"
	}
	for _, a := range c.trust {
		for _, delta := range []bool{false, true} {
			name := a.Name + map[bool]string{false: ".crl", true: "_d.crl"}[delta]
			if problem := c.list(ctx, p, a, name, delta); problem != "" {
				c.found(Finding{Kind: name, Problem: problem})
			}
		}
	}
	asked := 0
	for _, i := range c.live {
		asked++
		if i.revoked == nil && asked%max(1, p.Every) != 0 {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if problem := c.answer(ctx, p, i); problem != "" {
			c.found(Finding{i.number, i.kind, problem})
		}
	}
	return nil
}

func (c *check) list(ctx context.Context, p Published, a Authority, name string, delta bool) string {
	der, err := fetch(ctx, p, http.MethodGet, "crl/"+name, nil, maxList)
	if err != nil {
		return err.Error()
	}
	list, err := x509.ParseRevocationList(der)
	if err != nil {
		return "the list does not parse: " + err.Error()
	}
	c.report.Lists++
	if problem := c.listItself(list, der, a); problem != "" {
		return problem
	}
	entries := make(map[string]x509.RevocationListEntry, len(list.RevokedCertificateEntries))
	for _, e := range list.RevokedCertificateEntries {
		serial := string(e.SerialNumber.Bytes())
		entries[serial] = e
		i, issued := c.live[serial]
		switch {
		case !issued:
			return "the list has serial number " + e.SerialNumber.Text(16) + ", which was never issued"
		case i.revoked == nil && e.ReasonCode != removed && e.RevocationTime.Before(c.now.Add(-settling)):
			return "the list has serial number " + e.SerialNumber.Text(16) + ", which the ledger holds for good"
		}
	}
	if delta {
		return ""
	}
	for serial, i := range c.live {
		if i.revoked == nil || i.above.Name != a.Name || i.revoked.After(list.ThisUpdate.Add(-settling)) || i.cert.NotAfter.Before(list.ThisUpdate) {
			continue
		}
		if e, there := entries[serial]; !there || e.ReasonCode != i.reason {
			return "the list lacks serial number " + i.cert.SerialNumber.Text(16) + ", or has it for another reason"
		}
	}
	return ""
}

// removed is the reason by which a certificate is given back, and by which a
// delta list takes an entry out.
const removed = 8

func (c *check) listItself(list *x509.RevocationList, der []byte, a Authority) string {
	key, err := keypair.PublicKeyOf(a.Issuing)
	if err != nil {
		return err.Error()
	}
	signed, err := keypair.ParseSigned(der)
	switch {
	case err != nil || signed.Check(key) != nil:
		return "the signature is not the issuing authority's"
	case !bytes.Equal(list.RawIssuer, a.Issuing.RawSubject):
		return "the issuer is another"
	case list.Number == nil || list.Number.Sign() <= 0:
		return "the list has no number"
	case list.NextUpdate.Before(c.now) || list.ThisUpdate.After(c.now.Add(settling)):
		return "the list's time is not now"
	}
	return ""
}

func (c *check) answer(ctx context.Context, p Published, i *item) string {
	question, err := ocsp.CreateRequest(i.cert, i.above.Issuing, nil)
	if err != nil {
		return err.Error()
	}
	der, err := fetch(ctx, p, http.MethodPost, "ocsp", question, maxAnswer)
	if err != nil {
		return err.Error()
	}
	answer, err := ocsp.ParseResponse(der, nil)
	if err != nil {
		return "OCSP refuses: " + err.Error()
	}
	c.report.Answers++
	key, err := keypair.PublicKeyOf(i.above.Issuing)
	switch {
	case err != nil || !keypair.Verify(key, answer.TBSResponseData, answer.Signature):
		return "the OCSP answer's signature is not the issuing authority's"
	case answer.SerialNumber.Cmp(i.cert.SerialNumber) != 0:
		return "the OCSP answer is about another certificate"
	case answer.NextUpdate.Before(c.now):
		return "the OCSP answer's time is over"
	case i.revoked == nil && answer.Status == ocsp.Revoked && answer.RevokedAt.After(c.now.Add(-settling)):
		return "" // revoked while the ledger was read
	case (answer.Status == ocsp.Good) != (i.revoked == nil) || (answer.Status == ocsp.Revoked) != (i.revoked != nil):
		return "OCSP answers otherwise than the ledger"
	case i.revoked != nil && answer.RevocationReason != i.reason:
		return "OCSP gives another reason than the ledger"
	}
	return ""
}

func fetch(ctx context.Context, p Published, method, path string, body []byte, limit int64) (_ []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, asking)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, p.URL+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/ocsp-request")
	}
	answer, err := p.Client.Do(r)
	if err != nil {
		return nil, fmt.Errorf("the service does not answer: %w", err)
	}
	defer func() { err = errors.Join(err, answer.Body.Close()) }()
	content, err := io.ReadAll(io.LimitReader(answer.Body, limit+1))
	switch {
	case err != nil:
		return nil, err
	case answer.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("%s is answered with status %d", path, answer.StatusCode)
	case int64(len(content)) > limit:
		return nil, fmt.Errorf("%s is longer than %d bytes", path, limit)
	}
	return content, nil
}
