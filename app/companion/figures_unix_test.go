//go:build unix

package companion

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"qoltanba/keystore/keypair"
)

// unlocked is a store whose key was opened before, so that what is measured is
// the signature and the way to it, not the derivation of a password's key.
type unlocked struct{ person }

func (u unlocked) Keys(context.Context) ([]Key, error) {
	return []Key{{ID: "1", Certificate: u.cert}}, nil
}

func (u unlocked) Open(context.Context, string, Password) (Opened, error) {
	return Opened{Key: u.key, Certificate: u.cert, Close: func() {}}, nil
}

// processor is the time that this process has had of the processor.
func processor(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkSignBesideRaw signs documents of 1 KB over wss, one and a hundred a
// request, in turn with the bare operation of the key, and reports how much of
// the latter's speed is left, by processor time. The page that asks is part of
// the process, and of the time. Run it with GOMAXPROCS=1.
func BenchmarkSignBesideRaw(b *testing.B) {
	content := bytes.Repeat([]byte{'a'}, 1024)
	for name, who := range map[string]person{"rsa": actors().rsa, "gost": actors().gost} {
		for _, many := range []int{1, 100} {
			b.Run(fmt.Sprintf("%s/%d", name, many), func(b *testing.B) {
				script := &script{decide: func(context.Context, Proposal) (Choice, error) { return Choice{Store: pkcs12, ID: "1"}, nil }}
				site := start(b, script, func(c *Config) { c.Stores = map[string]Store{pkcs12: unlocked{who}} })
				page := site.dial(portal)
				request := encoded(b, map[string]any{"module": "kz.gov.pki.knca.basics", "method": "sign", "args": map[string]any{
					"format": "cms", "data": strings.Split(strings.TrimSuffix(strings.Repeat(base64.StdEncoding.EncodeToString(content)+",", many), ","), ","),
					"signingParams": map[string]any{"decode": true}, "signerParams": map[string]any{"chain": []string{}},
				}})
				var over, raw time.Duration
				signed := 0
				for b.Loop() {
					from := processor(b)
					if answer := page.ask(request); !strings.Contains(answer, `"status":true`) {
						b.Fatal(answer)
					}
					mid := processor(b)
					for range many {
						if _, err := keypair.Sign(rand.Reader, who.key, content); err != nil {
							b.Fatal(err)
						}
					}
					over, raw, signed = over+mid-from, raw+processor(b)-mid, signed+many
					script.mu.Lock()
					script.seen = nil
					script.mu.Unlock()
				}
				b.ReportMetric(float64(signed)/over.Seconds(), "signatures/s")
				b.ReportMetric(float64(signed)/raw.Seconds(), "raw/s")
				b.ReportMetric(float64(raw)/float64(over), "of-raw")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}
