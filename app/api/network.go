package api

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// OfTheLine says that a failure arises between the citizen's computer and the
// backend: it passes when the line does, and the call may be made again. A
// problem of [ClockWrong] is of the line where its status is 0.
func OfTheLine(code Code) bool {
	switch code {
	case Offline, TimedOut, NameUnknown, CaptivePortal, Intercepted, NetworkRefuses, ServerCertificate, ClockWrong:
		return true
	default:
		return false
	}
}

// Passing says that a failure is nobody's mistake and passes without the
// citizen: it is of the line, or the backend serves nobody for a while.
func Passing(code Code) bool {
	return OfTheLine(code) || code == Overloaded || code == ServiceFull
}

// NewHTTPClient gives a client as [Client] wants it: no redirects, bounded
// waits for connection and headers.
func NewHTTPClient() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DialContext = dial
	transport.TLSHandshakeTimeout = 10 * time.Second
	transport.MaxIdleConnsPerHost = 4
	transport.OnProxyConnectResponse = func(_ context.Context, _ *url.URL, _ *http.Request, answer *http.Response) error {
		if answer.StatusCode == http.StatusOK {
			return nil
		}
		return &refusal{answer.StatusCode}
	}
	return &http.Client{Transport: transport, CheckRedirect: noRedirect}
}

func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

var dialer = net.Dialer{Timeout: 8 * time.Second, KeepAlive: 15 * time.Second}

// sendBuffer bounds what the system takes of a body before it is on the line:
// what was taken has as good as arrived, on a line of 1 Mbit/s within a second.
const sendBuffer = 64 << 10

func dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := dialer.DialContext(ctx, network, address)
	if tcp, ok := conn.(*net.TCPConn); ok && err == nil {
		_ = tcp.SetWriteBuffer(sendBuffer) // without it progress is told less evenly
	}
	return conn, err
}

var defaultHTTP = NewHTTPClient()

func (c *Client) carrier() *http.Client {
	if c.HTTP != nil {
		return c.HTTP
	}
	return defaultHTTP
}

// refusal is a proxy's.
type refusal struct{ status int }

func (r *refusal) Error() string { return fmt.Sprintf("the proxy answered with status %d", r.status) }

// networkProblem names what kept a call from being answered. The address stays
// out of it: it may hold an enrolment's name.
func (c *Client) networkProblem(err error) *Problem {
	var asked *url.Error
	if errors.As(err, &asked) {
		err = asked.Err
	}
	var (
		verify  *tls.CertificateVerificationError
		record  tls.RecordHeaderError
		refused *refusal
		name    *net.DNSError
		netErr  net.Error
	)
	switch {
	case errors.As(err, &verify):
		return c.certificateProblem(verify)
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		return Fail(Intercepted, "no TLS where it belongs").WithCause(err)
	case errors.As(err, &refused):
		return Fail(NetworkRefuses, "a proxy stands between").WithCause(err)
	case errors.As(err, &name) && name.IsNotFound:
		return Fail(NameUnknown, "the service's name leads nowhere").WithCause(errors.New(name.Err))
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &netErr) && netErr.Timeout():
		return Fail(TimedOut, "no answer in time").WithCause(err)
	default:
		return Fail(Offline, "no connection to the server").WithCause(err)
	}
}

// certificateProblem names what is wrong with a certificate that was shown in
// place of the service's, and who issued it.
func (c *Client) certificateProblem(err *tls.CertificateVerificationError) *Problem {
	var leaf *x509.Certificate
	if len(err.UnverifiedCertificates) > 0 {
		leaf = err.UnverifiedCertificates[0]
	}
	var invalid x509.CertificateInvalidError
	if leaf != nil && errors.As(err, &invalid) && invalid.Reason == x509.Expired {
		if c.now().Before(leaf.NotBefore) {
			return clockWrong("the certificate is not valid yet").WithCause(err)
		}
		return Fail(ServerCertificate, "the certificate is out of date").WithCause(err)
	}
	p := Fail(Intercepted, "the certificate does not hold").WithCause(err)
	if leaf != nil {
		p.Party = issuerName(leaf)
	}
	return p
}

// clockWrong is a wrong clock that was found out here, not told by the backend.
func clockWrong(detail string) *Problem {
	p := Fail(ClockWrong, "%s", detail)
	p.Status = 0
	return p
}

// maxParty bounds a name that anybody may have written into a certificate.
const maxParty = 60

// issuerName is who issued a certificate, as they call themselves, in one short
// line.
func issuerName(cert *x509.Certificate) string {
	names := append(cert.Issuer.Organization[:len(cert.Issuer.Organization):len(cert.Issuer.Organization)], cert.Issuer.CommonName)
	for _, name := range names {
		name = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(name, ""), unprintable), " ")
		if r := []rune(name); len(r) > maxParty {
			name = string(r[:maxParty])
		}
		if name != "" {
			return name
		}
	}
	return ""
}

func unprintable(r rune) bool { return r == ' ' || !strconv.IsPrint(r) }

// readProblem reads a failure out of an answer, nil where there is none. An
// answer that is not of this contract comes from something in between: a
// gateway in trouble, a filter, or a network's sign-in page.
func readProblem(response *http.Response, content []byte, now time.Time) *Problem {
	kind, status := response.Header.Get("Content-Type"), response.StatusCode
	ours := response.Header.Get(HeaderContract) != ""
	if ours && status/100 == 2 && strings.HasPrefix(kind, "application/json") {
		return nil
	}
	if ours && strings.HasPrefix(kind, ProblemType) {
		var p Problem
		if json.Unmarshal(content, &p) == nil && p.Code != "" {
			p.Status = status
			return p.withRetryAfter(response.Header, now)
		}
	}
	return strangeAnswer(status, kind).withRetryAfter(response.Header, now)
}

// strangeAnswer says who may have answered in place of the service.
func strangeAnswer(status int, kind string) *Problem {
	code := NetworkRefuses
	switch {
	case status == http.StatusNetworkAuthenticationRequired, status/100 == 2, status/100 == 3:
		code = CaptivePortal
	case status == http.StatusTooManyRequests, status/100 == 5:
		code = Overloaded
	}
	p := Fail(code, "answered with status %d and %.40q", status, kind)
	if code != Overloaded {
		p.Status = 0
	}
	return p
}

// longest is the longest time to try again that is believed.
const longest = time.Hour

// withRetryAfter minds the header of that name (RFC 9110, 10.2.3). An answer's
// own Date is what its other times are counted from.
func (p *Problem) withRetryAfter(h http.Header, now time.Time) *Problem {
	after := h.Get("Retry-After")
	if p.Until != nil || after == "" {
		return p
	}
	seconds, err := strconv.Atoi(after)
	wait := time.Duration(seconds) * time.Second
	if err != nil || seconds < 0 || seconds > int(longest/time.Second) {
		at, err := http.ParseTime(after)
		if err != nil {
			return p
		}
		from := now
		if date, err := http.ParseTime(h.Get("Date")); err == nil {
			from = date
		}
		wait = at.Sub(from)
	}
	if wait <= 0 {
		return p
	}
	return p.WithUntil(now.Add(min(wait, longest)))
}
