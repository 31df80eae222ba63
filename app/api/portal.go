package api

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	lookTime = 4 * time.Second
	// clockSlack is how far a clock may be off another without being wrong.
	clockSlack = 10 * time.Minute
)

// PlainAddress is where a browser meets the sign-in page of the network, if
// there is one: an address of the service without TLS, which anybody between
// may answer.
func (c *Client) PlainAddress() *url.URL {
	if c.Plain != nil {
		return c.Plain
	}
	return &url.URL{Scheme: "http", Host: c.Base.Hostname(), Path: "/"}
}

// explain looks closer at why the service was not reached: a network that wants
// a sign-in lets TLS fail or hang and answers in its own name only where there
// is none, and any answer there tells the time.
func (c *Client) explain(ctx context.Context, p *Problem) *Problem {
	if c.Base.Scheme != "https" || p.Code == CaptivePortal || p.Code == NetworkRefuses {
		return p
	}
	answer := c.look(ctx)
	if answer == nil {
		return p
	}
	if answer.strange(c.Base.Hostname()) {
		return Fail(CaptivePortal, "the plain address is answered with status %d", answer.status).WithCause(p)
	}
	date, err := http.ParseTime(answer.header.Get("Date"))
	if err != nil || p.Code != ClockWrong && p.Code != ServerCertificate {
		return p
	}
	if date.Sub(c.now()).Abs() > clockSlack {
		return clockWrong("the plain address tells another time").WithCause(p)
	}
	return Fail(ServerCertificate, "the certificate is out of date").WithCause(p)
}

// glimpse is an answer at the plain address without its body.
type glimpse struct {
	status int
	header http.Header
	to     *url.URL // where it leads; nil: nowhere
}

// look asks at the plain address; nil is no answer.
func (c *Client) look(ctx context.Context) *glimpse {
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.PlainAddress().String(), http.NoBody)
	if err != nil {
		return nil
	}
	request.Header.Set("Cache-Control", "no-store")
	answer, err := c.carrier().Do(request)
	if err != nil {
		return nil
	}
	defer func() { _ = answer.Body.Close() }() // a page is not read
	g := &glimpse{status: answer.StatusCode, header: answer.Header}
	if to, err := answer.Location(); err == nil {
		g.to = to
	}
	return g
}

// strange says that somebody else answered for the host.
func (g *glimpse) strange(host string) bool {
	switch {
	case g.header.Get(HeaderContract) != "":
		return false
	case g.status == http.StatusNetworkAuthenticationRequired:
		return true
	case g.status/100 == 3:
		return g.to == nil || !strings.EqualFold(g.to.Hostname(), host)
	default:
		return g.status/100 == 2 && strings.HasPrefix(g.header.Get("Content-Type"), "text/html")
	}
}
