package timestamp

import (
	"bytes"
	"encoding/asn1"
	"errors"
	"math/big"
	"strings"
	"testing"
)

type query struct {
	Version int
	Imprint struct {
		Algorithm struct{ OID asn1.ObjectIdentifier }
		Hashed    []byte
	}
	Policy       asn1.ObjectIdentifier `asn1:"optional"`
	Nonce        *big.Int              `asn1:"optional"`
	Certificates bool                  `asn1:"optional"`
	Extensions   []asn1.RawValue       `asn1:"optional,omitempty,tag:0"`
}

func encoded(t testing.TB, edit func(*query)) []byte {
	t.Helper()
	q := query{Version: 1}
	q.Imprint.Algorithm.OID, q.Imprint.Hashed = sizes[0].oid, make([]byte, 32)
	if edit != nil {
		edit(&q)
	}
	der, err := asn1.Marshal(q)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func TestParseRequest(t *testing.T) {
	r, err := ParseRequest(encoded(t, func(q *query) { q.Policy, q.Nonce, q.Certificates = PolicyRSA, big.NewInt(77), true }))
	if err != nil || !r.Policy.Equal(PolicyRSA) || r.Nonce.Int64() != 77 || !r.Certificates || len(r.Imprint) != 32 {
		t.Errorf("%+v, %v", r, err)
	}
	if r, err = ParseRequest(encoded(t, nil)); err != nil || r.Policy != nil || r.Nonce != nil || r.Certificates {
		t.Errorf("%+v, %v", r, err)
	}
	good := encoded(t, nil)
	for want, bad := range map[Failure][][]byte{
		BadRequest: {
			nil, good[:len(good)-1], append(bytes.Clone(good), 0), bytes.Repeat([]byte{0x30}, MaxRequest+1),
			encoded(t, func(q *query) { q.Version = 2 }),
			encoded(t, func(q *query) { q.Nonce = new(big.Int).Lsh(big.NewInt(1), 600) }),
		},
		BadAlgorithm:        {encoded(t, func(q *query) { q.Imprint.Algorithm.OID = asn1.ObjectIdentifier{1, 3, 14, 3, 2, 26} })},
		BadDataFormat:       {encoded(t, func(q *query) { q.Imprint.Hashed = make([]byte, 31) })},
		UnacceptedExtension: {encoded(t, func(q *query) { q.Extensions = []asn1.RawValue{asn1.NullRawValue} })},
	} {
		for i, der := range bad {
			if _, err := ParseRequest(der); !errors.Is(err, want) {
				t.Errorf("%d of %d: %v", i, want, err)
			}
		}
	}
}

func TestRejectNamesTheFailure(t *testing.T) {
	for _, f := range []Failure{BadAlgorithm, BadRequest, BadDataFormat, UnacceptedPolicy, UnacceptedExtension, SystemFailure} {
		var answer struct {
			Status struct {
				Status  int
				Text    []asn1.RawValue
				Failure asn1.BitString
			}
		}
		rest, err := asn1.Unmarshal(Reject(f), &answer)
		if err != nil || len(rest) > 0 || answer.Status.Status != 2 || answer.Status.Failure.At(int(f)) != 1 ||
			!strings.Contains(string(answer.Status.Text[0].Bytes), " ") {
			t.Errorf("%d: %+v, %v", f, answer, err)
		}
	}
}

func FuzzParseRequest(f *testing.F) {
	f.Add(encoded(f, nil))
	f.Add(encoded(f, func(q *query) { q.Policy, q.Nonce, q.Certificates = PolicyGOST, big.NewInt(-1), true }))
	f.Fuzz(func(t *testing.T, der []byte) {
		r, err := ParseRequest(der)
		failure := Failure(0)
		if err != nil && !errors.As(err, &failure) || err == nil && (len(r.Imprint) < 32 || len(r.imprint) > len(der)) {
			t.Errorf("%+v, %v", r, err)
		}
	})
}
