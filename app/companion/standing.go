package companion

import (
	"bytes"
	"context"
	"crypto/x509"

	"qoltanba/keystore/cms"
	"qoltanba/keystore/keypair"
	"qoltanba/keystore/revocation"
)

// StandingBy makes [Config.Standing] of what asks authorities, such as
// [revocation.Client.Ask]. Only of a certificate that leads to one of the
// authorities is anything asked; all others, and those about whom nobody
// answers, are unknown. Suspended is revoked to who signs.
func StandingBy(ask func(ctx context.Context, cert, issuer *x509.Certificate) (revocation.Answer, error), authorities func() []*x509.Certificate) func(context.Context, *x509.Certificate) Standing {
	return func(ctx context.Context, cert *x509.Certificate) Standing {
		trusted := authorities()
		for _, issuer := range trusted {
			if !bytes.Equal(issuer.RawSubject, cert.RawIssuer) || keypair.CheckIssued(cert, issuer) != nil ||
				cms.CheckPath(issuer, trusted, trusted, cert.NotBefore) != nil {
				continue
			}
			answer, err := ask(ctx, cert, issuer)
			switch {
			case err != nil:
				return StandingUnknown
			case answer.Standing == revocation.Good:
				return StandingGood
			case answer.Standing == revocation.Revoked, answer.Standing == revocation.Suspended:
				return StandingRevoked
			}
		}
		return StandingUnknown
	}
}
