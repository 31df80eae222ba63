package streebog_test

import (
	"bytes"
	"encoding/hex"
	"hash"
	"math/rand/v2"
	"testing"

	"qoltanba/keystore/gost/streebog"
)

// Examples of RFC 6986, section 10, as bytes in the order of the stream.
const (
	message1 = "303132333435363738393031323334353637383930313233343536373839303132333435363738393031323334353637383930313233343536373839303132"
	message2 = "d1e520e2e5f2f0e82c20d1f2f0e8e1eee6e820e2edf3f6e82c20e2e5fef2fa20f120eceef0ff20f1f2f0e5ebe0ece820ede020f5f0e0e1f0fbff20efebfaeafb20c8e3eef0e5e2fb"
)

func TestExamples(t *testing.T) {
	for name, c := range map[string]struct {
		hash          func() hash.Hash
		message, want string
	}{
		"M1 512":  {streebog.New512, message1, "1b54d01a4af5b9d5cc3d86d68d285462b19abc2475222f35c085122be4ba1ffa00ad30f8767b3a82384c6574f024c311e2a481332b08ef7f41797891c1646f48"},
		"M1 256":  {streebog.New256, message1, "9d151eefd8590b89daa6ba6cb74af9275dd051026bb149a452fd84e5e57b5500"},
		"M2 512":  {streebog.New512, message2, "1e88e62226bfca6f9994f1f2d51569e0daf8475a3b0fe61a5300eee46d961376035fe83549ada2b8620fcd7c496ce5b33f0cb9dddc2b6460143b03dabac9fb28"},
		"M2 256":  {streebog.New256, message2, "9dd2fe4e90409e5da87f53976d7405b0c0cac628fc669a741d50063c557e8f50"},
		"abc 512": {streebog.New512, "616263", "28156e28317da7c98f4fe2bed6b542d0dab85bb224445fcedaf75d46e26d7eb8d5997f3e0915dd6b7f0aab08d9c8beb0d8c64bae2ab8b3c8c6bc53b3bf0db728"},
	} {
		message, err := hex.DecodeString(c.message)
		if err != nil {
			t.Fatal(err)
		}
		h := c.hash()
		_, _ = h.Write(message)
		if got := hex.EncodeToString(h.Sum(nil)); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// The carry between the words of Σ shows in blocks of all ones.
func TestPiecesMakeTheWhole(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, size := range []int{0, 1, 63, 64, 65, 127, 128, 1000} {
		message := bytes.Repeat([]byte{0xff}, size)
		h := streebog.New512()
		for rest := message; len(rest) > 0; {
			n := 1 + random.IntN(len(rest))
			_, _ = h.Write(rest[:n])
			h.Sum(nil) // leaves the state alone
			rest = rest[n:]
		}
		if whole := streebog.Sum512(message); !bytes.Equal(h.Sum(nil), whole[:]) {
			t.Errorf("%d bytes in pieces: another digest than in one", size)
		}
		h.Reset()
		if empty := streebog.Sum512(nil); !bytes.Equal(h.Sum(nil), empty[:]) {
			t.Error("a reset hash is not an empty one")
		}
	}
}

// BenchmarkSum512 is compared with "openssl speed" of the gost engine by "make bench-gost".
func BenchmarkSum512(b *testing.B) {
	data := make([]byte, 1<<20)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		streebog.Sum512(data)
	}
}
