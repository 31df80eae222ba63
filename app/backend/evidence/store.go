package evidence

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync"
	"time"

	"filippo.io/age"
	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"
)

// Store keeps evidence. It may be shared. Replicas need nothing of each other
// where the bucket knows conditional writes (S3); a file store is for one process.
type Store struct {
	bucket *blob.Bucket
	master Master
	keys   KeyTable
	retain time.Duration
	now    func() time.Time
	// puts holds the paths being written here. fileblob looks whether a name
	// is taken and renames over it in two steps, which would let a second writer in.
	puts sync.Map
}

// NewStore returns a store over a bucket, which stays the caller's to close. A
// new case is to be destroyed after retain (1 day to 30 years). A nil now means
// the system's clock.
func NewStore(bucket *blob.Bucket, master Master, keys KeyTable, retain time.Duration, now func() time.Time) (*Store, error) {
	const day = 24 * time.Hour
	switch {
	case master.aead == nil:
		return nil, errors.New("evidence: a store needs a master key")
	case retain < day || retain > 30*366*day:
		return nil, errors.New("evidence: the retention must be between one day and thirty years")
	case now == nil:
		now = time.Now
	}
	return &Store{bucket: bucket, master: master, keys: keys, retain: retain, now: now}, nil
}

var (
	caseForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$`)
	nameForm = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]*(\.[a-z0-9]+)?(/[a-z0-9][a-z0-9_-]*(\.[a-z0-9]+)?)*$`)
)

// maxName bounds an object's name, in bytes.
const maxName = 128

func path(caseID, name string) (string, error) {
	if !caseForm.MatchString(caseID) || len(name) > maxName || !nameForm.MatchString(name) {
		return "", ErrName
	}
	return prefix(caseID) + name, nil
}

func prefix(caseID string) string { return "cases/" + caseID + "/" }

// Put stores what r yields, at most maxSize bytes, under the case and name, and
// reads it back. Names are lower-case letters, digits, - and _, with an extension
// and folders if need be ("selfie.jpg", "frames/0001.jpg"). The first object of
// a case makes its key. Whatever the error, nothing under that name was changed.
func (s *Store) Put(ctx context.Context, caseID, name string, r io.Reader, maxSize int64) (Ref, error) {
	p, err := path(caseID, name)
	if err != nil {
		return Ref{}, err
	}
	if _, busy := s.puts.LoadOrStore(p, true); busy {
		return Ref{}, ErrBusy
	}
	defer s.puts.Delete(p)
	key, err := s.keyForPut(ctx, caseID)
	if err != nil {
		return Ref{}, err
	}
	object := objectKey{caseKey: key, caseID: caseID, name: name}
	in := newMeasure(r, maxSize)
	sealed, err := age.EncryptReader(in, object)
	if err != nil {
		return Ref{}, fmt.Errorf("evidence: encrypt: %w", err)
	}
	err = upload(ctx, s.bucket, p, sealed)
	taken := gcerrors.Code(err) == gcerrors.FailedPrecondition
	if taken {
		// The store may have stopped reading when it found the name taken.
		_, err = io.Copy(io.Discard, in)
	}
	switch {
	case in.tooLarge:
		return Ref{}, ErrTooLarge
	case err != nil:
		return Ref{}, fmt.Errorf("evidence: write: %w", err)
	}
	stored, err := s.measureStored(ctx, p, object)
	switch {
	case taken && (errors.Is(err, ErrTampered) || err == nil && stored != in.ref()):
		return Ref{}, ErrExists
	case err != nil:
		return Ref{}, fmt.Errorf("evidence: read back: %w", err)
	case stored != in.ref():
		return Ref{}, fmt.Errorf("%w: what was read back differs from what was written", ErrTampered)
	}
	return stored, nil
}

func (s *Store) measureStored(ctx context.Context, p string, object objectKey) (Ref, error) {
	r, err := s.open(ctx, p, object)
	if err != nil {
		return Ref{}, err
	}
	defer func() { _ = r.Close() }()
	m := newMeasure(r, 1<<62)
	if _, err := io.Copy(io.Discard, m); err != nil {
		return Ref{}, err
	}
	return m.ref(), nil
}

// Open returns the content. It is authenticated chunk by chunk (64 KiB) as it
// is read: what came before an [ErrTampered] is genuine but not the whole, so
// nothing may be concluded before io.EOF.
func (s *Store) Open(ctx context.Context, caseID, name string) (io.ReadCloser, error) {
	p, err := path(caseID, name)
	if err != nil {
		return nil, err
	}
	key, err := s.key(ctx, caseID)
	if errors.Is(err, ErrNoKey) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return s.open(ctx, p, objectKey{caseKey: key, caseID: caseID, name: name})
}

func (s *Store) open(ctx context.Context, p string, object objectKey) (io.ReadCloser, error) {
	sealed, err := s.bucket.NewReader(ctx, p, nil)
	if err != nil {
		if gcerrors.Code(err) == gcerrors.NotFound {
			return nil, ErrNotFound
		}
		return nil, fmt.Errorf("evidence: read: %w", err)
	}
	plain, err := decrypt(sealed, object)
	if err != nil {
		_ = sealed.Close()
		return nil, err
	}
	plain.Closer = sealed
	return plain, nil
}

// List returns the names of the case's objects, sorted. A case without
// objects gives none.
func (s *Store) List(ctx context.Context, caseID string) ([]string, error) {
	if !caseForm.MatchString(caseID) {
		return nil, ErrName
	}
	keys, err := s.list(ctx, caseID)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, key := range keys {
		name := strings.TrimPrefix(key, prefix(caseID))
		// A crash may leave a temporary file of the file store, which is no object.
		if nameForm.MatchString(name) {
			names = append(names, name)
		}
	}
	return names, nil
}

// list returns the paths of everything that lies in the case's folder, sorted.
func (s *Store) list(ctx context.Context, caseID string) ([]string, error) {
	var keys []string
	it := s.bucket.List(&blob.ListOptions{Prefix: prefix(caseID)})
	for {
		o, err := it.Next(ctx)
		if errors.Is(err, io.EOF) {
			return keys, nil
		}
		if err != nil {
			return nil, fmt.Errorf("evidence: list: %w", err)
		}
		keys = append(keys, o.Key)
	}
}

// Destroy destroys the key of the case, after which nothing of it can be read
// any more, and then deletes the objects. Where that fails it may be repeated; it may
// also be called for a case that is unknown here, as when a list of destructions
// is replayed after a restore.
func (s *Store) Destroy(ctx context.Context, caseID string) error {
	if !caseForm.MatchString(caseID) {
		return ErrName
	}
	if err := s.keys.DestroyCaseKey(ctx, caseID); err != nil {
		return fmt.Errorf("evidence: destroy the key: %w", err)
	}
	keys, err := s.list(ctx, caseID)
	if err != nil {
		return err
	}
	for _, key := range keys {
		if err := s.bucket.Delete(ctx, key); err != nil && gcerrors.Code(err) != gcerrors.NotFound {
			return fmt.Errorf("evidence: the key is destroyed, an object is left: %w", err)
		}
	}
	return nil
}

func (s *Store) key(ctx context.Context, caseID string) ([]byte, error) {
	stored, err := s.keys.CaseKey(ctx, caseID)
	if err != nil {
		return nil, fmt.Errorf("evidence: key of the case: %w", err)
	}
	return s.master.unwrap(stored.Wrapped, caseID)
}

// keyForPut returns the key of the case, made now if it is the first time. Of
// two who make it at once the table lets one win, and both use that one.
func (s *Store) keyForPut(ctx context.Context, caseID string) ([]byte, error) {
	key, err := s.key(ctx, caseID)
	if !errors.Is(err, ErrNoKey) {
		return key, err
	}
	fresh := make([]byte, keySize)
	_, _ = rand.Read(fresh)
	err = s.keys.AddCaseKey(ctx, caseID, CaseKey{Wrapped: s.master.wrap(fresh, caseID), RetainUntil: s.now().Add(s.retain)})
	if err != nil && !errors.Is(err, ErrKeyExists) {
		return nil, fmt.Errorf("evidence: keep the key of the case: %w", err)
	}
	return s.key(ctx, caseID)
}
