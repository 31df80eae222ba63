package api

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// networkProblem names what kept a call from being answered. The address stays
// out of it: it may hold an enrolment's name.
func networkProblem(err error) *Problem {
	var asked *url.Error
	if errors.As(err, &asked) {
		err = asked.Err
	}
	var (
		unknown  x509.UnknownAuthorityError
		hostname x509.HostnameError
		invalid  x509.CertificateInvalidError
		verify   *tls.CertificateVerificationError
		record   tls.RecordHeaderError
		netErr   net.Error
	)
	switch {
	case errors.As(err, &unknown), errors.As(err, &hostname), errors.As(err, &invalid), errors.As(err, &verify), errors.As(err, &record):
		return Fail(Intercepted, "the server's certificate does not hold").WithCause(err)
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &netErr) && netErr.Timeout():
		return Fail(TimedOut, "no answer in time").WithCause(err)
	default:
		return Fail(Offline, "no connection to the server").WithCause(err)
	}
}

// answeredProblem reads a failure. An answer that is not of this contract comes
// from something in between: a gateway in trouble, or a network's sign-in page.
func answeredProblem(response *http.Response, content []byte) *Problem {
	if strings.HasPrefix(response.Header.Get("Content-Type"), ProblemType) {
		var p Problem
		if json.Unmarshal(content, &p) == nil && p.Code != "" {
			p.Status = response.StatusCode
			return &p
		}
	}
	switch response.StatusCode {
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout, http.StatusTooManyRequests:
		return Fail(Overloaded, "answered with status %d", response.StatusCode)
	default:
		return Fail(CaptivePortal, "answered with status %d and %q", response.StatusCode, response.Header.Get("Content-Type"))
	}
}
