package gost

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"math/big"
	mathrand "math/rand/v2"
	"strings"
	"testing"

	"qoltanba/keystore/gost/streebog"
)

// generic512 is paramSetA of 512 bits for the plain arithmetic of verification by definition.
var generic512 = &curve{
	p: bigPrime, a: new(big.Int).Sub(bigPrime, big.NewInt(3)), b: coefficientB.big(), q: bigOrder,
	x: base.x.big(), y: base.y.big(),
}

// The examples of GOST R 34.10-2012, annex A (RFC 7091, section 7, has the first).
func TestExamplesOfTheStandard(t *testing.T) {
	for _, e := range []struct {
		name                        string
		curve                       *curve
		keyX, keyY, digest, d, r, s string
	}{
		{
			"A.1", &curve{
				p: hex("8000000000000000000000000000000000000000000000000000000000000431"), a: big.NewInt(7),
				b: hex("5fbff498aa938ce739b8e022fbafef40563f6e6a3472fc2a514c0ce9dae23b7e"),
				q: hex("8000000000000000000000000000000150fe8a1892976154c59cfc193accf5b3"),
				x: big.NewInt(2), y: hex("8e2a8a0e65147d4bd6316030e16d19c85c97f0a9ca267122b96abbcea7e8fc8"),
			},
			"7f2b49e270db6d90d8595bec458b50c58585ba1d4e9b788f6689dbd8e56fd80b",
			"26f1b489d6701dd185c8413a977b3cbbaf64d1c593d26627dffb101a87ff77da",
			"2dfbc1b372d89a1188c09c52e0eec61fce52032ab1022e8e67ece6672b043ee5",
			"7a929ade789bb9be10ed359dd39a72c11b60961f49397eee1d19ce9891ec3b28",
			"41aa28d2f1ab148280cd9ed56feda41974053554a42767b83ad043fd39dc0493",
			"1456c64ba4642a1653c235a98a60249bcd6d3f746b631df928014f6c5bf9c40",
		},
		{
			"A.2", &curve{
				p: hex("4531acd1fe0023c7550d267b6b2fee80922b14b2ffb90f04d4eb7c09b5d2d15df1d852741af4704a0458047e80e4546d35b8336fac224dd81664bbf528be6373"),
				a: big.NewInt(7),
				b: hex("1cff0806a31116da29d8cfa54e57eb748bc5f377e49400fdd788b649eca1ac4361834013b2ad7322480a89ca58e0cf74bc9e540c2add6897fad0a3084f302adc"),
				q: hex("4531acd1fe0023c7550d267b6b2fee80922b14b2ffb90f04d4eb7c09b5d2d15da82f2d7ecb1dbac719905c5eecc423f1d86e25edbe23c595d644aaf187e6e6df"),
				x: hex("24d19cc64572ee30f396bf6ebbfd7a6c5213b3b3d7057cc825f91093a68cd762fd60611262cd838dc6b60aa7eee804e28bc849977fac33b4b530f1b120248a9a"),
				y: hex("2bb312a43bd2ce6e0d020613c857acddcfbf061e91e5f2c3f32447c259f39b2c83ab156d77f1496bf7eb3351e1ee4e43dc1a18b91b24640b6dbb92cb1add371e"),
			},
			"115dc5bc96760c7b48598d8ab9e740d4c4a85a65be33c1815b5c320c854621dd5a515856d13314af69bc5b924c8b4ddff75c45415c1d9dd9dd33612cd530efe1",
			"37c7c90cd40b0f5621dc3ac1b751cfa0e2634fa0503b3d52639f5d7fb72afd61ea199441d943ffe7f0c70a2759a3cdb84c114e1f9339fdf27f35eca93677beec",
			"3754f3cfacc9e0615c4f4a7c4d8dab531b09b6f9c170c533a71d147035b0c5917184ee536593f4414339976c647c5d5a407adedb1d560c4fc6777d2972075b8c",
			"ba6048aadae241ba40936d47756d7c93091a0e8514669700ee7508e508b102072e8123b2200a0563322dad2827e2714a2636b7bfd18aadfc62967821fa18dd4",
			"2f86fa60a081091a23dd795e1e3c689ee512a3c82ee0dcc2643c78eea8fcacd35492558486b20f1c9ec197c90699850260c93bcbcd9c5c3317e19344e173ae36",
			"1081b394696ffe8e6585e7a9362d26b6325f56778aadbc081c0bfbe933d52ff5823ce288e8c4f362526080df7f70ce406a6eeb1f56919cb92a9853bde73e5b4a",
		},
	} {
		x, y := e.curve.multiply(hex(e.d), e.curve.x, e.curve.y)
		if x.Cmp(hex(e.keyX)) != 0 || y.Cmp(hex(e.keyY)) != 0 {
			t.Errorf("%s: the public key is %x, %x", e.name, x, y)
		}
		r, s := hex(e.r), hex(e.s)
		if !e.curve.verify(x, y, hex(e.digest), r, s) {
			t.Errorf("%s: the signature is refused", e.name)
		}
		if e.curve.verify(x, y, hex(e.digest), r, new(big.Int).Add(s, big.NewInt(1))) {
			t.Errorf("%s: another signature is accepted", e.name)
		}
	}
}

// scalars are those at which digits, carries and the last addition are special.
func scalars() []*big.Int {
	one, top := big.NewInt(1), new(big.Int).Lsh(big.NewInt(1), 511)
	// The last window adds 2^510·{1, 3}; a partial sum is the same point for 3·2^511 − q alone.
	exceptional := new(big.Int).Sub(new(big.Int).Mul(big.NewInt(3), top), bigOrder)
	list := []*big.Int{exceptional, new(big.Int).Sub(bigOrder, exceptional), top}
	for _, near := range []*big.Int{new(big.Int), bigOrder, top, exceptional, new(big.Int).Rsh(bigOrder, 1)} {
		for _, d := range []int64{1, 2, 3, 4, 31, 32, 33, 62, 63, 64, 65} {
			list = append(list, new(big.Int).Add(near, big.NewInt(d)), new(big.Int).Sub(near, big.NewInt(d)))
		}
	}
	random := mathrand.New(mathrand.NewPCG(5, 6))
	for range 10 {
		n := new(big.Int)
		for range 8 {
			n.Lsh(n, 64).Or(n, new(big.Int).SetUint64(random.Uint64()))
		}
		list = append(list, n.Rsh(n, uint(random.IntN(512))))
	}
	var within []*big.Int
	for _, n := range list {
		if n.Cmp(one) >= 0 && n.Cmp(bigOrder) < 0 {
			within = append(within, n)
		}
	}
	return within
}

func TestMultiplesAgreeWithTheDefinition(t *testing.T) {
	key := base.point()
	key.double(&key)
	other := key.affine() // 2G in place of a key
	for i, k := range scalars() {
		x, y := generic512.multiply(k, generic512.x, generic512.y)
		got := baseMult(scalarFrom(bigEndian(k.FillBytes(make([]byte, 64)))))
		if got.x.big().Cmp(x) != 0 || got.y.big().Cmp(y) != 0 {
			t.Fatalf("%x·G is %x, %x", k, got.x.big(), got.y.big())
		}
		if i%4 != 0 {
			continue
		}
		// k·G + (q−k)/2·2G, and k·G + k·2G: sums that meet infinity, equal points, and neither.
		for _, z2 := range []*big.Int{k, new(big.Int).Rsh(new(big.Int).Sub(bigOrder, k), 1)} {
			sum := jointMult(k, z2, &other)
			total := new(big.Int).Lsh(z2, 1)
			total.Add(total, k).Mod(total, bigOrder)
			if total.Sign() == 0 {
				if sum.z.zero() != 1 {
					t.Fatalf("%x: the sum is not infinity", k)
				}
				continue
			}
			x, _ := generic512.multiply(total, generic512.x, generic512.y)
			if at := sum.affine(); at.x.big().Cmp(x) != 0 {
				t.Fatalf("%x·G + %x·2G is at x = %x", k, z2, at.x.big())
			}
		}
	}
}

func newKey(t testing.TB) *PrivateKey {
	t.Helper()
	k, err := GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestSignaturesHoldByDefinition(t *testing.T) {
	k := newKey(t)
	x, y := k.public.coordinates()
	for i := range 20 {
		digest := streebog.Sum512(fmt.Append(nil, i))
		signature, err := k.Sign(rand.Reader, digest[:], nil)
		if err != nil {
			t.Fatal(err)
		}
		if !k.public.Verify(digest[:], signature) {
			t.Fatal("our own signature is refused")
		}
		if !generic512.verify(x, y, fromLittle(digest[:]), fromLittle(signature[:64]), fromLittle(signature[64:])) {
			t.Fatal("our signature does not hold by the definition")
		}
		for at := range signature {
			signature[at] ^= 1 << (i % 8)
			if k.public.Verify(digest[:], signature) {
				t.Fatalf("byte %d of a signature does not matter", at)
			}
			signature[at] ^= 1 << (i % 8)
		}
		digest[i] ^= 1
		if k.public.Verify(digest[:], signature) {
			t.Fatal("a signature holds for another digest")
		}
	}
}

// A digest that is 0 modulo the order counts as 1 (RFC 7091, 6.1, step 2).
func TestDigestOfZero(t *testing.T) {
	k := newKey(t)
	for _, digest := range [][]byte{make([]byte, 64), bigEndian(order.bigEndian())} {
		signature, err := k.Sign(rand.Reader, digest, nil)
		if err != nil || !k.public.Verify(digest, signature) {
			t.Errorf("a digest of zero is not signed: %v", err)
		}
	}
}

func TestWhatIsNoSignatureIsRefused(t *testing.T) {
	k := newKey(t)
	digest := streebog.Sum512([]byte("text"))
	good, err := k.Sign(nil, digest[:], nil)
	if err != nil {
		t.Fatal(err)
	}
	q := bigEndian(order.bigEndian())
	part := func(r, s []byte) []byte { return append(bytes.Clone(r), s...) }
	for name, signature := range map[string][]byte{
		"empty": nil, "short": good[:127], "long": append(bytes.Clone(good), 0),
		"r of 0": part(make([]byte, 64), good[64:]), "s of 0": part(good[:64], make([]byte, 64)),
		"r of q": part(q, good[64:]), "s of q": part(good[:64], q), "both of q": part(q, q),
		"all ones": bytes.Repeat([]byte{0xff}, 128), "the other order": part(good[64:], good[:64]),
	} {
		if k.public.Verify(digest[:], signature) {
			t.Errorf("%s is accepted", name)
		}
	}
	if _, err := k.Sign(nil, digest[:32], nil); err == nil {
		t.Error("a short digest is signed")
	}
	if (&PublicKey{}).Verify(nil, nil) {
		t.Error("no key verifies nothing")
	}
}

func TestNonceIsHedged(t *testing.T) {
	k := newKey(t)
	digest := streebog.Sum512([]byte("text"))
	sign := func(random *bytes.Reader) []byte {
		var s []byte
		var err error
		if random == nil {
			s, err = k.Sign(nil, digest[:], nil)
		} else {
			s, err = k.Sign(random, digest[:], nil)
		}
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	zeros := func() *bytes.Reader { return bytes.NewReader(make([]byte, 64)) }
	if !bytes.Equal(sign(nil), sign(nil)) || !bytes.Equal(sign(zeros()), sign(zeros())) {
		t.Error("the same digest and randomness give two signatures")
	}
	if bytes.Equal(sign(nil)[:64], sign(zeros())[:64]) {
		t.Error("randomness does not come into the nonce")
	}
	if _, err := k.Sign(strings.NewReader("short"), digest[:], nil); err == nil {
		t.Error("randomness that ends is taken for enough")
	}
}

func TestKeysOffTheGroupAreRefused(t *testing.T) {
	good := newKey(t).public.Bytes()
	for at := range good {
		good[at] ^= 0x40
		if _, err := NewPublicKey(good); err == nil {
			t.Fatalf("a point with byte %d changed is read", at)
		}
		good[at] ^= 0x40
	}
	// The base point with 3 + p, which 64 bytes hold, in place of 3.
	y := base.y.bytes()
	for x, want := range map[string]bool{"3": true, "3 + p": false} {
		le := [64]byte{3}
		if x == "3 + p" {
			le = [64]byte(bigEndian(new(big.Int).Add(bigPrime, big.NewInt(3)).FillBytes(make([]byte, 64))))
		}
		if _, err := NewPublicKey(append(le[:], y[:]...)); (err == nil) != want {
			t.Errorf("the base point with x as %s: %v", x, err)
		}
	}
	if _, err := NewPublicKey(make([]byte, 128)); err == nil {
		t.Error("infinity is read")
	}
	// A point of order 2 on the curve of 256 bits: y = 0. Its x is a root of x³ + ax + b.
	small := smallPoint(t)
	if _, err := NewPublicKey(small); err == nil {
		t.Error("a point of a small subgroup is read")
	}
	q := bigEndian(order.bigEndian())
	for name, d := range map[string][]byte{"0": make([]byte, 64), "q": q, "short": q[:63], "2^512 − 1": bytes.Repeat([]byte{0xff}, 64)} {
		if _, err := NewPrivateKey(d); err == nil {
			t.Errorf("a private key of %s is taken", name)
		}
	}
}

// smallPoint is a point of the 256-bit curve whose order divides the cofactor 4: q times any point off the subgroup.
func smallPoint(t *testing.T) []byte {
	t.Helper()
	c := paramSetA256
	for n := int64(1); n < 100; n++ {
		x := big.NewInt(n)
		yy := new(big.Int).Mul(x, x)
		yy.Add(yy, c.a).Mul(yy, x).Add(yy, c.b).Mod(yy, c.p)
		y := new(big.Int).ModSqrt(yy, c.p)
		if y == nil {
			continue
		}
		if sx, sy := c.multiply(c.q, x, y); sx != nil {
			return append(bigEndian(sx.FillBytes(make([]byte, 32))), bigEndian(sy.FillBytes(make([]byte, 32)))...)
		}
	}
	t.Fatal("no point outside the subgroup found")
	return nil
}

func TestKeysComeBackFromTheirEncodings(t *testing.T) {
	k := newKey(t)
	der, err := MarshalPrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	if back, err := ParsePrivateKey(der); err != nil || !back.Equal(k) || !bytes.Equal(back.Bytes(), k.Bytes()) {
		t.Errorf("the private key comes back as another: %v", err)
	}
	der, err = MarshalPublicKey(&k.public)
	if err != nil {
		t.Fatal(err)
	}
	if back, err := ParsePublicKey(der); err != nil || !back.Equal(k.Public()) {
		t.Errorf("the public key comes back as another: %v", err)
	}
	for name, shown := range map[string]string{"v": fmt.Sprintf("%v", k), "+v": fmt.Sprintf("%+v", *k), "x": fmt.Sprintf("%x", k), "#v": fmt.Sprintf("%#v", k)} {
		if shown != "[redacted]" {
			t.Errorf("a private key printed by %%%s shows %s", name, shown)
		}
	}
}

func FuzzParsePublicKey(f *testing.F) {
	k := newKey(f)
	der, err := MarshalPublicKey(&k.public)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(der)
	f.Fuzz(func(t *testing.T, der []byte) {
		k, err := ParsePublicKey(der)
		if err != nil {
			return
		}
		again, err := MarshalPublicKey(k)
		if err != nil {
			t.Fatalf("a key that was read is not written: %v", err)
		}
		if back, err := ParsePublicKey(again); err != nil || !back.Equal(k) {
			t.Errorf("a key that was read comes back as another: %v", err)
		}
	})
}

func FuzzParsePrivateKey(f *testing.F) {
	der, err := MarshalPrivateKey(newKey(f))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(der)
	f.Fuzz(func(t *testing.T, der []byte) {
		k, err := ParsePrivateKey(der)
		if err != nil {
			return
		}
		again, err := MarshalPrivateKey(k)
		if err != nil {
			t.Fatalf("a key that was read is not written: %v", err)
		}
		if back, err := ParsePrivateKey(again); err != nil || !back.Equal(k) {
			t.Errorf("a key that was read comes back as another: %v", err)
		}
	})
}

func FuzzVerify(f *testing.F) {
	k, err := NewPrivateKey(bytes.Repeat([]byte{7}, PrivateKeySize)) // one key for all workers
	if err != nil {
		f.Fatal(err)
	}
	digest := streebog.Sum512([]byte("text"))
	good, err := k.Sign(nil, digest[:], nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(digest[:], good)
	f.Fuzz(func(t *testing.T, d, signature []byte) {
		if k.public.Verify(d, signature) && (!bytes.Equal(d, digest[:]) || !bytes.Equal(signature, good)) {
			t.Error("a signature that was never made is accepted")
		}
	})
}

func BenchmarkSign(b *testing.B) {
	k := newKey(b)
	digest := streebog.Sum512([]byte("text"))
	for b.Loop() {
		if _, err := k.Sign(rand.Reader, digest[:], nil); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerify(b *testing.B) {
	k := newKey(b)
	digest := streebog.Sum512([]byte("text"))
	signature, err := k.Sign(rand.Reader, digest[:], nil)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if !k.public.Verify(digest[:], signature) {
			b.Fatal("refused")
		}
	}
}

func BenchmarkGenerateKey(b *testing.B) {
	for b.Loop() {
		newKey(b)
	}
}
