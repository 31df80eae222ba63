package issuance

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/zmap/zcrypto/x509"
	_ "github.com/zmap/zlint/v3" // which registers its rules
	"github.com/zmap/zlint/v3/lint"
)

// norms are where the rules of [Conform] come from. Those of the web's
// authorities (CA/Browser Forum, Mozilla, Apple) are left out: they are about
// servers, and forbid what identifies a person.
var norms = lint.SourceList{lint.RFC3279, lint.RFC5280, lint.RFC5480, lint.RFC8813, lint.RFC5891, lint.Community}

// left are the rules that are not applied, each with the reason.
var left = []string{
	// Keys that sign in have digitalSignature and keyEncipherment beside
	// clientAuth, since the NCA's have: portals match them as they are.
	"e_key_usage_and_extended_key_usage_inconsistent",
	// Primes too close together are looked for when a key is first seen, and
	// again before it is signed (goodkey.go), in a tenth of the time.
	"e_rsa_fermat_factorization",
}

// conforming are the rules of the norms, chosen once: choosing takes longer than
// judging.
var conforming = sync.OnceValues(func() (lint.Registry, error) {
	return lint.GlobalRegistry().Filter(lint.FilterOptions{IncludeSources: norms, ExcludeNames: left})
})

// unconfigured is how rules are run that need no settings, as none of these does.
var unconfigured = lint.NewEmptyConfig()

// Conform holds a certificate in DER against the norms for all certificates of
// the Internet, as zlint has put them into some hundred and sixty rules, and
// says all that it breaks. It knows nothing of the profile: that is
// [Order.Lint].
func Conform(der []byte) error {
	rules, err := conforming()
	if err != nil {
		return err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return fmt.Errorf("zlint cannot read it: %w", err)
	}
	var broken []string
	for _, rule := range rules.CertificateLints().Lints() { // one by one: all at once also prepares those that were not chosen
		if result := rule.Execute(cert, unconfigured); result.Status > lint.Notice {
			broken = append(broken, strings.TrimSpace("breaks "+rule.Name+" "+result.Details))
		}
	}
	if broken == nil {
		return nil
	}
	slices.Sort(broken)
	return errors.New(strings.Join(broken, "\n"))
}
