package keystore

import (
	"encoding/asn1"
	"math/rand/v2"
	"testing"
)

// Ciphertext sometimes looks like the beginning of DER with an absurd count in
// it. One good key file in a thousand was refused for that.
func TestCiphertextHoldsNoIterations(t *testing.T) {
	t.Parallel()
	random := rand.NewChaCha8([32]byte{1})
	blob := make([]byte, 1224)
	for n := range 200_000 {
		_, _ = random.Read(blob)
		wrapped, err := asn1.Marshal(struct{ Key []byte }{blob})
		if err != nil {
			t.Fatal(err)
		}
		if !modestIterations(wrapped, 0) {
			t.Fatalf("blob %d was taken for parameters", n)
		}
	}
}

func TestAbsurdIterationsAreRefused(t *testing.T) {
	t.Parallel()
	type params struct {
		Salt  []byte
		Count int
	}
	inner, err := asn1.Marshal(params{make([]byte, 8), 2_000_000_000})
	if err != nil {
		t.Fatal(err)
	}
	nested, err := asn1.Marshal(struct{ Content []byte }{inner})
	if err != nil {
		t.Fatal(err)
	}
	for name, der := range map[string][]byte{"plain": inner, "within an octet string": nested} {
		if modestIterations(der, 0) {
			t.Errorf("%s: a count of two thousand millions was taken", name)
		}
	}
}
