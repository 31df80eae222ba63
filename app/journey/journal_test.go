package journey

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"qoltanba/app/api"
)

func newTestSealer(t testing.TB) *sealer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s, err := newSealer(key)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func sampleRecord(n int) record {
	return record{
		Enrolment: fmt.Sprintf("ENROLMENT%d", n), Language: api.Russian, SavedAt: time.Unix(int64(n), 0).UTC(),
		Camera: true, Companion: true, PINSet: true, Refusals: n, Storage: api.StoragePC, Folder: filepath.Join(os.TempDir(), "ЭЦҚ"),
		Files:  []KeyFile{{Path: "/k/RSA256_00.p12", Kind: api.CertificateSign, ValidUntil: time.Unix(9, 0).UTC()}},
		Chain:  [][]byte{{3}, {4}},
		secret: secrets{Token: "a token", Seed: bytes.Repeat([]byte{1}, seedSize), Email: "a@b.kz", Requests: [][]byte{{1}, {2}}},
	}
}

func openTestJournal(t testing.TB, dir string, s *sealer) *journalFile {
	t.Helper()
	f, err := openJournal(dir, s)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestJournalComesBack(t *testing.T) {
	t.Parallel()
	f := openTestJournal(t, t.TempDir(), newTestSealer(t))
	if empty, err := f.load(); err != nil || !reflect.DeepEqual(empty, record{}) {
		t.Fatalf("without a journal: %v, %v", empty.Enrolment, err)
	}
	for n := range 3 {
		want := sampleRecord(n)
		if err := f.save(want); err != nil {
			t.Fatal(err)
		}
		if got, err := f.load(); err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("save %d came back as %+v, %v", n, got, err)
		}
	}
}

// TestJournalIsOldOrNew kills the program at each touch of the disk.
func TestJournalIsOldOrNew(t *testing.T) {
	t.Parallel()
	s := newTestSealer(t)
	for n := 0; ; n++ {
		f := openTestJournal(t, t.TempDir(), s)
		before, after := sampleRecord(1), sampleRecord(2)
		if err := f.save(before); err != nil {
			t.Fatal(err)
		}
		f.disk = &killer{disk: osDisk{}, left: n}
		err := f.save(after)
		got, loadErr := openTestJournal(t, f.dir, s).load()
		if loadErr != nil || !reflect.DeepEqual(got, before) && !reflect.DeepEqual(got, after) {
			t.Fatalf("killed after %d: %+v, %v", n, got, loadErr)
		}
		if err == nil {
			if !reflect.DeepEqual(got, after) {
				t.Fatal("saved without an error, and not there")
			}
			return
		}
	}
}

func TestDamagedJournalIsKept(t *testing.T) {
	t.Parallel()
	s := newTestSealer(t)
	whole, err := encodeRecord(sampleRecord(1), s)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{
		"empty": {}, "cut": whole[:len(whole)/2], "doubled": append(bytes.Clone(whole), whole...), "large": make([]byte, maxJournal+1),
		"other version": bytes.Replace(whole, []byte(`"version":1`), []byte(`"version":2`), 1),
		"changed":       bytes.Replace(whole, []byte("ENROLMENT1"), []byte("ENROLMENT2"), 1),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for n := 1; n <= 2; n++ {
				if err := os.WriteFile(filepath.Join(dir, journalName), content, 0o600); err != nil {
					t.Fatal(err)
				}
				if _, err := openTestJournal(t, dir, s).load(); Problem(err) == nil || Problem(err).Code != api.JournalDamaged {
					t.Fatalf("got %v", err)
				}
				kept, err := os.ReadFile(filepath.Join(dir, fmt.Sprintf(damagedName, n)))
				if err != nil || !bytes.Equal(kept, content) {
					t.Fatalf("not kept as it was: %v", err)
				}
			}
			if _, err := openTestJournal(t, dir, s).load(); err != nil {
				t.Errorf("afterwards: %v", err)
			}
		})
	}
}

func TestEveryChangedByteIsNoticed(t *testing.T) {
	t.Parallel()
	s := newTestSealer(t)
	want := sampleRecord(1)
	whole, err := encodeRecord(want, s)
	if err != nil {
		t.Fatal(err)
	}
	for i := range whole {
		changed := bytes.Clone(whole)
		changed[i] ^= 0x01
		if got, err := decodeRecord(changed, s); err == nil && !reflect.DeepEqual(got, want) {
			t.Fatalf("byte %d of %d changed and was not noticed", i, len(whole))
		} else if err != nil && !errors.Is(err, errJournal) {
			t.Fatalf("byte %d: %v", i, err)
		}
	}
}

func TestJournalOfAnotherDevice(t *testing.T) {
	t.Parallel()
	whole, err := encodeRecord(sampleRecord(1), newTestSealer(t))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := decodeRecord(whole, newTestSealer(t)); !errors.Is(err, errForeign) {
		t.Errorf("got %v", err)
	}
}

func TestIdempotencyKeys(t *testing.T) {
	t.Parallel()
	seed := bytes.Repeat([]byte{1}, seedSize)
	same := idempotencyKey(seed, "set-pin", "nonce", "123456")
	if same != idempotencyKey(seed, "set-pin", "nonce", "123456") {
		t.Error("the same act has two keys")
	}
	for name, other := range map[string]string{
		"body":       idempotencyKey(seed, "set-pin", "nonce", "123457"),
		"nonce":      idempotencyKey(seed, "set-pin", "nonce2", "123456"),
		"seed":       idempotencyKey(bytes.Repeat([]byte{2}, seedSize), "set-pin", "nonce", "123456"),
		"boundaries": idempotencyKey(seed, "set-pin", "nonce1", "23456"),
	} {
		if other == same {
			t.Errorf("another %s has the same key", name)
		}
	}
}

func FuzzDecodeRecord(f *testing.F) {
	s := newTestSealer(f)
	for n := range 2 {
		whole, err := encodeRecord(sampleRecord(n), s)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(whole)
	}
	f.Add([]byte(`{"version":1,"sha256":"","record":{}}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		r, err := decodeRecord(content, s)
		if err != nil {
			if !errors.Is(err, errJournal) && !errors.Is(err, errForeign) {
				t.Errorf("got %v", err)
			}
			return
		}
		again, err := encodeRecord(r, s)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := decodeRecord(again, s); err != nil || !reflect.DeepEqual(back, r) {
			t.Errorf("%+v came back as %+v, %v", r, back, err)
		}
	})
}

func BenchmarkSave(b *testing.B) {
	f := openTestJournal(b, b.TempDir(), newTestSealer(b))
	for b.Loop() {
		if err := f.save(sampleRecord(1)); err != nil {
			b.Fatal(err)
		}
	}
}
