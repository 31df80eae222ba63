package evidence

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"gocloud.dev/blob"
)

// table is a KeyTable in memory.
type table struct {
	mu   sync.Mutex
	keys map[string]CaseKey
}

func (t *table) CaseKey(_ context.Context, id string) (CaseKey, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	k, ok := t.keys[id]
	switch {
	case !ok:
		return CaseKey{}, ErrNoKey
	case len(k.Wrapped) == 0:
		return CaseKey{}, ErrDestroyed
	}
	return k, nil
}

func (t *table) AddCaseKey(_ context.Context, id string, k CaseKey) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, ok := t.keys[id]; ok {
		return ErrKeyExists
	}
	t.keys[id] = k
	return nil
}

func (t *table) DestroyCaseKey(_ context.Context, id string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.keys[id] = CaseKey{RetainUntil: t.keys[id].RetainUntil}
	return nil
}

var today = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

func newMaster(t testing.TB, b byte) Master {
	t.Helper()
	m, err := NewMaster(bytes.Repeat([]byte{b}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func openStore(t testing.TB, address string) (*Store, *blob.Bucket, *table) {
	t.Helper()
	bucket, err := OpenBucket(context.Background(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = bucket.Close() })
	keys := &table{keys: map[string]CaseKey{}}
	s, err := NewStore(bucket, newMaster(t, 1), keys, 90*24*time.Hour, func() time.Time { return today })
	if err != nil {
		t.Fatal(err)
	}
	return s, bucket, keys
}

// onEach runs the test on the stores that can be had everywhere.
func onEach(t *testing.T, test func(t *testing.T, s *Store, bucket *blob.Bucket, keys *table)) {
	for name, address := range map[string]string{"mem": "mem://", "file": "file://" + filepath.ToSlash(t.TempDir())} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, bucket, keys := openStore(t, address)
			test(t, s, bucket, keys)
		})
	}
}

func put(t testing.TB, s *Store, caseID, name string, content []byte) Ref {
	t.Helper()
	ref, err := s.Put(context.Background(), caseID, name, bytes.NewReader(content), 1<<22)
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

func get(s *Store, caseID, name string) ([]byte, error) {
	r, err := s.Open(context.Background(), caseID, name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	return io.ReadAll(r)
}

func TestPutAndOpen(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *Store, bucket *blob.Bucket, keys *table) {
		for _, size := range []int{0, 1, 64 << 10, 64<<10 + 1, 300_000} {
			content := make([]byte, size)
			_, _ = rand.Read(content)
			name := fmt.Sprintf("frames/%d.jpg", size)
			ref := put(t, s, "case-1", name, content)
			if ref != (Ref{SHA256: sha256.Sum256(content), Size: int64(size)}) {
				t.Errorf("%d bytes: Ref %+v", size, ref)
			}
			if got, err := get(s, "case-1", name); err != nil || !bytes.Equal(got, content) {
				t.Errorf("%d bytes: %v", size, err)
			}
			sealed, err := bucket.ReadAll(t.Context(), "cases/case-1/"+name)
			if err != nil || size > 100 && bytes.Contains(sealed, content[:32]) {
				t.Errorf("%d bytes lie in the clear (%v)", size, err)
			}
		}
		if _, err := get(s, "case-1", "none.jpg"); !errors.Is(err, ErrNotFound) {
			t.Errorf("no such object: %v", err)
		}
		if _, err := get(s, "case-2", "none.jpg"); !errors.Is(err, ErrNotFound) {
			t.Errorf("no such case: %v", err)
		}
		if until := keys.keys["case-1"].RetainUntil; !until.Equal(today.AddDate(0, 0, 90)) {
			t.Errorf("to be kept until %v", until)
		}
	})
}

func TestPutNeverReplaces(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *Store, _ *blob.Bucket, _ *table) {
		first := put(t, s, "case-1", "selfie.jpg", []byte("face"))
		if again := put(t, s, "case-1", "selfie.jpg", []byte("face")); again != first {
			t.Errorf("the same again: %+v", again)
		}
		if _, err := s.Put(t.Context(), "case-1", "selfie.jpg", strings.NewReader("mask"), 100); !errors.Is(err, ErrExists) {
			t.Errorf("other content: %v", err)
		}
		if got, err := get(s, "case-1", "selfie.jpg"); err != nil || string(got) != "face" {
			t.Errorf("what stands there is %q, %v", got, err)
		}
	})
}

func TestConcurrentPutsKeepOne(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *Store, _ *blob.Bucket, _ *table) {
		var wg sync.WaitGroup
		won := make([]bool, 16)
		for i := range won {
			wg.Go(func() {
				_, err := s.Put(t.Context(), "case-1", "selfie.jpg", strings.NewReader(fmt.Sprint("face ", i)), 100)
				won[i] = err == nil
				if err != nil && !errors.Is(err, ErrExists) && !errors.Is(err, ErrBusy) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		winner := slices.Index(won, true)
		if winner < 0 || slices.Contains(won[winner+1:], true) {
			t.Fatalf("winners: %v", won)
		}
		if got, err := get(s, "case-1", "selfie.jpg"); err != nil || string(got) != fmt.Sprint("face ", winner) {
			t.Errorf("what stands there is %q, %v", got, err)
		}
	})
}

func TestFirstPutsAgreeOnTheKey(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *Store, _ *blob.Bucket, _ *table) {
		var wg sync.WaitGroup
		for i := range 16 {
			wg.Go(func() { put(t, s, "case-1", fmt.Sprintf("frames/%d.jpg", i), []byte("frame")) })
		}
		wg.Wait()
		for i := range 16 {
			if _, err := get(s, "case-1", fmt.Sprintf("frames/%d.jpg", i)); err != nil {
				t.Error(err)
			}
		}
	})
}

func TestPutFailsWhole(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *Store, _ *blob.Bucket, _ *table) {
		large := bytes.Repeat([]byte{1}, 200_000)
		if _, err := s.Put(t.Context(), "case-1", "large.jpg", bytes.NewReader(large), 199_999); !errors.Is(err, ErrTooLarge) {
			t.Errorf("too large: %v", err)
		}
		gone := errors.New("the line is gone")
		broken := io.MultiReader(bytes.NewReader(large), iotest.ErrReader(gone))
		if _, err := s.Put(t.Context(), "case-1", "broken.jpg", broken, 1<<22); !errors.Is(err, gone) {
			t.Errorf("broken line: %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := s.Put(ctx, "case-1", "cancelled.jpg", bytes.NewReader(large), 1<<22); err == nil {
			t.Error("a cancelled put succeeded")
		}
		if names, err := s.List(t.Context(), "case-1"); err != nil || len(names) != 0 {
			t.Errorf("left behind: %v, %v", names, err)
		}
		if _, err := s.Put(t.Context(), "case-1", "large.jpg", bytes.NewReader(large), 200_000); err != nil {
			t.Errorf("exactly as large as allowed: %v", err)
		}
	})
}

// TestTampering: what was moved, changed or cut off does not open.
func TestTampering(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *Store, bucket *blob.Bucket, keys *table) {
		content := bytes.Repeat([]byte("evidence"), 20_000)
		put(t, s, "case-1", "selfie.jpg", content)
		put(t, s, "case-1", "front.jpg", []byte("front"))
		put(t, s, "case-2", "selfie.jpg", []byte("another face"))
		sealed, err := bucket.ReadAll(t.Context(), "cases/case-1/selfie.jpg")
		if err != nil {
			t.Fatal(err)
		}
		flipped := bytes.Clone(sealed)
		flipped[len(flipped)-40] ^= 1
		header := bytes.Clone(sealed)
		header[30] ^= 1
		for what, forged := range map[string]struct {
			at   string
			data []byte
		}{
			"moved to another name": {"cases/case-1/front.jpg", sealed},
			"moved to another case": {"cases/case-2/selfie.jpg", sealed},
			"changed at the end":    {"cases/case-1/selfie.jpg", flipped},
			"changed in the header": {"cases/case-1/selfie.jpg", header},
			"cut off":               {"cases/case-1/selfie.jpg", sealed[:70_000]},
			"lengthened":            {"cases/case-1/selfie.jpg", append(bytes.Clone(sealed), 0)},
			"emptied":               {"cases/case-1/selfie.jpg", nil},
		} {
			if err := bucket.WriteAll(t.Context(), forged.at, forged.data, nil); err != nil {
				t.Fatal(err)
			}
			parts := strings.Split(forged.at, "/")
			if _, err := get(s, parts[1], parts[2]); !errors.Is(err, ErrTampered) {
				t.Errorf("%s: %v", what, err)
			}
		}
		keys.keys["case-1"], keys.keys["case-2"] = keys.keys["case-2"], keys.keys["case-1"]
		if _, err := get(s, "case-1", "selfie.jpg"); !errors.Is(err, ErrTampered) {
			t.Errorf("keys of two cases exchanged: %v", err)
		}
	})
}

func TestOtherMasterOpensNothing(t *testing.T) {
	t.Parallel()
	s, _, _ := openStore(t, "mem://")
	put(t, s, "case-1", "selfie.jpg", []byte("face"))
	s.master = newMaster(t, 2)
	if _, err := get(s, "case-1", "selfie.jpg"); !errors.Is(err, ErrTampered) {
		t.Errorf("Open = %v", err)
	}
}

func TestDestroy(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *Store, bucket *blob.Bucket, _ *table) {
		put(t, s, "case-1", "selfie.jpg", []byte("face"))
		put(t, s, "case-2", "selfie.jpg", []byte("another face"))
		backup, err := bucket.ReadAll(t.Context(), "cases/case-1/selfie.jpg")
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // it may be repeated
			if err := s.Destroy(t.Context(), "case-1"); err != nil {
				t.Fatal(err)
			}
		}
		if names, err := s.List(t.Context(), "case-1"); err != nil || len(names) != 0 {
			t.Errorf("left: %v, %v", names, err)
		}
		if err := bucket.WriteAll(t.Context(), "cases/case-1/selfie.jpg", backup, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := get(s, "case-1", "selfie.jpg"); !errors.Is(err, ErrDestroyed) {
			t.Errorf("an object from a backup: %v", err)
		}
		if _, err := s.Put(t.Context(), "case-1", "new.jpg", strings.NewReader("x"), 10); !errors.Is(err, ErrDestroyed) {
			t.Errorf("a destroyed case got a new key: %v", err)
		}
		if _, err := get(s, "case-2", "selfie.jpg"); err != nil {
			t.Errorf("another case: %v", err)
		}
		if err := s.Destroy(t.Context(), "case-3"); err != nil {
			t.Errorf("a case that is unknown here: %v", err)
		}
		if _, err := s.Put(t.Context(), "case-3", "new.jpg", strings.NewReader("x"), 10); !errors.Is(err, ErrDestroyed) {
			t.Errorf("a destruction that was replayed does not hold: %v", err)
		}
	})
}

func TestNames(t *testing.T) {
	t.Parallel()
	s, _, _ := openStore(t, "mem://")
	for _, c := range [][2]string{
		{"", "a.jpg"},
		{"..", "a.jpg"},
		{"a/b", "a.jpg"},
		{strings.Repeat("a", 65), "a.jpg"},
		{"әліби", "a.jpg"},
		{"case-1", ""},
		{"case-1", "../a.jpg"},
		{"case-1", "/a.jpg"},
		{"case-1", "a//b.jpg"},
		{"case-1", "A.jpg"},
		{"case-1", "a.jpg.tmp"},
		{"case-1", "a/"},
		{"case-1", strings.Repeat("a", 129)},
		{"case-1", "a.jpg\n"},
	} {
		if _, err := s.Put(t.Context(), c[0], c[1], strings.NewReader("x"), 10); !errors.Is(err, ErrName) {
			t.Errorf("Put(%q, %q) = %v", c[0], c[1], err)
		}
		if _, err := s.Open(t.Context(), c[0], c[1]); !errors.Is(err, ErrName) {
			t.Errorf("Open(%q, %q) = %v", c[0], c[1], err)
		}
	}
	if _, err := s.List(t.Context(), "../x"); !errors.Is(err, ErrName) {
		t.Error(err)
	}
	if err := s.Destroy(t.Context(), "../x"); !errors.Is(err, ErrName) {
		t.Error(err)
	}
}

func TestFileStoreIsPrivateAndTidy(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "evidence")
	s, _, _ := openStore(t, "file://"+filepath.ToSlash(folder))
	put(t, s, "case-1", "b.jpg", []byte("b"))
	put(t, s, "case-1", "a.jpg", []byte("a"))
	if err := os.WriteFile(filepath.Join(folder, "cases", "case-1", "a.jpg.12.tmp"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if names, err := s.List(t.Context(), "case-1"); err != nil || !slices.Equal(names, []string{"a.jpg", "b.jpg"}) {
		t.Errorf("List = %v, %v", names, err)
	}
	if err := s.Destroy(t.Context(), "case-1"); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(folder, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		switch {
		case err != nil:
			return err
		case !d.IsDir():
			t.Errorf("%s was left", p)
		case info.Mode().Perm()&0o077 != 0:
			t.Errorf("%s is open to others: %v", p, info.Mode())
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestNewStoreRefuses(t *testing.T) {
	t.Parallel()
	if _, err := NewMaster(make([]byte, 31)); err == nil {
		t.Error("a short master key was accepted")
	}
	if _, err := NewStore(nil, Master{}, nil, 24*time.Hour, nil); err == nil {
		t.Error("the zero master key was accepted")
	}
	if _, err := NewStore(nil, newMaster(t, 1), nil, time.Hour, nil); err == nil {
		t.Error("a retention of an hour was accepted")
	}
	if _, err := OpenBucket(t.Context(), "ftp://x"); err == nil {
		t.Error("an unknown kind of store was accepted")
	}
	if got := fmt.Sprintf("%v %+v %#v", newMaster(t, 1), newMaster(t, 1), newMaster(t, 1)); strings.Contains(got, "1 1 1") || strings.Contains(got, "0x") {
		t.Errorf("the master key shows: %s", got)
	}
}

func openBytes(data []byte, object objectKey) ([]byte, error) {
	c, err := decrypt(bytes.NewReader(data), object)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(c)
}

func FuzzOpen(f *testing.F) {
	s, bucket, _ := openStore(f, "mem://")
	put(f, s, "case-1", "selfie.jpg", []byte("face"))
	sealed, err := bucket.ReadAll(context.Background(), "cases/case-1/selfie.jpg")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sealed)
	f.Add(sealed[:len(sealed)-1])
	f.Add(bytes.Replace(sealed, []byte(stanzaType), []byte("X25519"), 1))
	f.Fuzz(func(t *testing.T, data []byte) {
		key, err := s.key(t.Context(), "case-1")
		if err != nil {
			t.Fatal(err)
		}
		got, err := openBytes(data, objectKey{caseKey: key, caseID: "case-1", name: "selfie.jpg"})
		if err == nil && string(got) != "face" {
			t.Fatalf("a forgery opened: %q", got)
		}
		if err != nil && !errors.Is(err, ErrTampered) {
			t.Fatal(err)
		}
	})
}

func BenchmarkPut(b *testing.B) {
	content := make([]byte, 40<<10) // a frame of a recording
	for _, address := range []string{"mem://", "file://" + filepath.ToSlash(b.TempDir())} {
		b.Run(strings.SplitN(address, ":", 2)[0], func(b *testing.B) {
			s, _, _ := openStore(b, address)
			b.SetBytes(int64(len(content)))
			n := 0
			for b.Loop() {
				n++
				put(b, s, "case-1", fmt.Sprintf("frames/%d.jpg", n), content)
			}
		})
	}
}
