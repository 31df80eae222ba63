//go:build unix

package nca_test

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"net/http"
	"syscall"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"

	"qoltanba/app/backend/nca"
	"qoltanba/app/backend/nca/publish"
	"qoltanba/keystore/keypair"
)

// processorTime is what this process has used of the processor: on a busy
// machine it tells more than the clock.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkIssue issues by the ledger in SQLite with every commit synced, from
// the application to certificates that were read back, and tells which share of
// the processor's time the real signatures are, and which the linting.
func BenchmarkIssue(b *testing.B) {
	for _, algorithm := range []keypair.Algorithm{keypair.GOST512, keypair.RSA} {
		b.Run(algorithm.Name(), func(b *testing.B) {
			a := authority(b, sqlite(b))
			per := map[keypair.Algorithm]int{keypair.GOST512: 1, keypair.RSA: 2}[algorithm]
			numbers := make([]string, b.N)
			for i := range numbers {
				numbers[i] = applied(b, a, algorithm, i) // fresh keys take long, and are not measured
			}
			opened := applied(b, a, algorithm, b.N) // the issuing key is unsealed at its first signature
			if _, err := a.Issue(b.Context(), opened); err != nil {
				b.Fatal(err)
			}
			b.ResetTimer()
			before := processorTime(b)
			for _, number := range numbers {
				if _, err := a.Issue(b.Context(), number); err != nil {
					b.Fatal(err)
				}
			}
			used := float64(processorTime(b)-before) / float64(per*b.N)
			b.StopTimer()
			signature, lint := float64(signatureTime(b, algorithm)), float64(rehearsalTime(b, a, opened))
			b.ReportMetric(used/1e3, "cpu-µs/certificate")
			b.ReportMetric(100*signature/used, "%-signature")
			b.ReportMetric(100*lint/used, "%-lint")
			b.ReportMetric(0, "ns/op")
		})
	}
}

func applied(b *testing.B, a *nca.Authority, algorithm keypair.Algorithm, i int) string {
	b.Helper()
	enrolment := fmt.Sprint("enrolment-", i)
	s := submitGOST(b, enrolment)
	if algorithm == keypair.RSA {
		s = submit(b, enrolment, 2*i, 2*i+1)
	}
	app, err := apply(b.Context(), a, s)
	if err != nil {
		b.Fatal(err)
	}
	return app.Number
}

// rehearsalTime is the processor's time of linting one certificate: the
// signature of the throwaway key, reading the draft, the profile's rules and
// zlint's.
func rehearsalTime(b *testing.B, a *nca.Authority, number string) time.Duration {
	b.Helper()
	rehearse, err := a.Rehearsal(b.Context(), number)
	if err != nil {
		b.Fatal(err)
	}
	const rounds = 200
	before := processorTime(b)
	for range rounds {
		if err := rehearse(); err != nil {
			b.Fatal(err)
		}
	}
	return (processorTime(b) - before) / rounds
}

// signatureTime is the processor's time for one signature by a key of the
// authority's size in these tests, over what a certificate is long.
func signatureTime(b *testing.B, algorithm keypair.Algorithm) time.Duration {
	b.Helper()
	key := must(algorithm.GenerateKey())
	message := make([]byte, 1<<10)
	const rounds = 200
	before := processorTime(b)
	for i := range rounds {
		sum := sha256.Sum256([]byte{byte(i)})
		copy(message, sum[:])
		if _, err := keypair.Sign(rand.Reader, key, message); err != nil {
			b.Fatal(err)
		}
	}
	return (processorTime(b) - before) / rounds
}

// BenchmarkAnswer is an answer that was signed ahead: as the publisher gives it,
// as its handler does, and over a connection that is kept, with the processor's
// time of who asks in it.
func BenchmarkAnswer(b *testing.B) {
	p := newPublished(b)
	_, issued := p.issue(b, "enrolment-1", submit(b, "enrolment-1", 0, 1).requests)
	question := must(ocsp.CreateRequest(must(x509.ParseCertificate(issued[0].DER)), must(x509.ParseCertificate(p.Chain(keypair.RSA)[0])), nil))
	publisher := publish.New(p.Authority, time.Now)
	handler := publisher.Handler()
	if err := publisher.SignAhead(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.Run("signed ahead", func(b *testing.B) {
		perSecond(b, func() { publisher.Answer(b.Context(), question) })
	})
	b.Run("signed ahead, by the handler", func(b *testing.B) {
		perSecond(b, func() {
			if status, _ := recorded(b, handler, question); status != http.StatusOK {
				b.Fatal(status)
			}
		})
	})
	b.Run("signed ahead, over HTTP", func(b *testing.B) { overHTTP(b, p, question) })
}

// overHTTP asks the service at p over one connection.
func overHTTP(b *testing.B, p published, question []byte) {
	b.Helper()
	fetch(b, http.MethodPost, p.url+"ocsp", "application/ocsp-request", question)
	perSecond(b, func() {
		if status, _ := fetch(b, http.MethodPost, p.url+"ocsp", "application/ocsp-request", question); status != http.StatusOK {
			b.Fatal(status)
		}
	})
}

// perSecond runs what is to be measured and reports how often a second of one
// core is enough for it.
func perSecond(b *testing.B, do func()) {
	b.Helper()
	before, n := processorTime(b), 0
	for b.Loop() {
		do()
		n++
	}
	b.ReportMetric(float64(n)/(processorTime(b)-before).Seconds(), "answers/cpu-s")
}
