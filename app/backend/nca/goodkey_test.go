package nca

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"math/big"
	"strings"
	"testing"

	"qoltanba/app/backend/nca/issuance"
	"qoltanba/keystore"
	"qoltanba/keystore/keypair"
	"qoltanba/keystore/profile"
)

func TestCheckKey(t *testing.T) {
	t.Parallel()
	good, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	if err := checkKey(&good.PublicKey); err != nil {
		t.Errorf("a good key: %v", err)
	}
	n := good.N
	for text, key := range map[string]*rsa.PublicKey{
		"2048 to 4096 bits": {N: new(big.Int).Rsh(n, 8), E: 65537},
		"exponent":          {N: n, E: 3},
		"small factor":      {N: multipleOf(n, 751), E: 65537},
		"ROCA":              {N: rocaModulus(t), E: 65537},
		"too close":         {N: closePrimes(t), E: 65537},
	} {
		if err := checkKey(key); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%s: %v", text, err)
		}
	}
	for text, key := range map[string]*rsa.PublicKey{
		"2048 to 4096 bits": {N: new(big.Int).Lsh(big.NewInt(1), 4096), E: 65537},
		"exponent":          {N: n, E: 65538},
	} {
		if err := checkKey(key); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// multipleOf lowers n to a multiple of p.
func multipleOf(n *big.Int, p int64) *big.Int {
	return new(big.Int).Sub(n, new(big.Int).Mod(n, big.NewInt(p)))
}

// rocaModulus returns a number that is a power of 65537 modulo the product M
// of the primes to 167, as every modulus of the faulty library is, and has no
// small factor.
func rocaModulus(t *testing.T) *big.Int {
	t.Helper()
	m := big.NewInt(1)
	for p := range rocaPrimes {
		m.Mul(m, big.NewInt(p))
	}
	n := new(big.Int).Exp(big.NewInt(65537), big.NewInt(123456789), m)
	k := new(big.Int).Div(new(big.Int).Lsh(big.NewInt(1), 2047), m)
	n.Add(n, k.Mul(k.Add(k, big.NewInt(1)), m))
	for range 100_000 {
		if new(big.Int).GCD(nil, nil, n, smallPrimes).Cmp(big.NewInt(1)) == 0 {
			return n
		}
		n.Add(n, m)
	}
	t.Fatal("no ROCA-like modulus")
	return nil
}

func closePrimes(t *testing.T) *big.Int {
	t.Helper()
	p, err := rand.Prime(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	q := new(big.Int).Add(p, big.NewInt(2))
	for !q.ProbablyPrime(10) {
		q.Add(q, big.NewInt(2))
	}
	return p.Mul(p, q)
}

// Carrying the residues on finds the same squares as computing each.
func TestHasClosePrimesAtAnyDistance(t *testing.T) {
	t.Parallel()
	root := new(big.Int).Lsh(big.NewInt(1), 1023)
	for i := range int64(fermatRounds + 2) {
		a := new(big.Int).Add(root, big.NewInt(i))
		// n = a² − b², whose square root lies above root: the search begins one further
		b := new(big.Int).Sqrt(new(big.Int).Sub(new(big.Int).Mul(a, a), new(big.Int).Mul(root, root)))
		n := new(big.Int).Sub(new(big.Int).Mul(a, a), new(big.Int).Mul(b, b))
		if got := hasClosePrimes(n); got != (i <= fermatRounds) {
			t.Errorf("a %d above the root below: %v", i, got)
		}
	}
}

func FuzzParseRequest(f *testing.F) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		f.Fatal(err)
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(der)
	citizen, err := keypair.GOST512.GenerateKey()
	if err != nil {
		f.Fatal(err)
	}
	der, err = keystore.NewRequest(citizen, profile.Subject{Surname: "A", IIN: "900101300811"}, "")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(der)
	f.Add([]byte{0x30, 0x80})
	f.Fuzz(func(t *testing.T, der []byte) {
		spki, algorithm, err := parseRequest(der, issuance.StoragePC)
		if err != nil {
			return
		}
		key, err := keypair.ParsePublicKey(spki)
		if err != nil {
			t.Fatal(err)
		}
		if algorithm == keypair.RSA {
			request, err := x509.ParseCertificateRequest(der)
			if err != nil || request.CheckSignature() != nil {
				t.Error("a request was accepted that its RSA key did not sign")
			}
			return
		}
		if signed, err := keypair.ParseSigned(der); err != nil || signed.Check(key) != nil {
			t.Error("a request was accepted that its GOST key did not sign")
		}
	})
}

func BenchmarkCheckKey(b *testing.B) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := checkKey(&key.PublicKey); err != nil {
			b.Fatal(err)
		}
	}
}
