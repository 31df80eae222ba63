package evidence

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"

	"filippo.io/age"
)

// measure counts and hashes what is read, and stops what is too large.
type measure struct {
	r        io.Reader
	sum      hash.Hash
	size     int64
	most     int64
	tooLarge bool
}

func newMeasure(r io.Reader, most int64) *measure {
	sum := sha256.New()
	return &measure{r: io.TeeReader(r, sum), sum: sum, most: most}
}

func (m *measure) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	if m.size += int64(n); m.size > m.most {
		m.tooLarge = true
		return 0, ErrTooLarge
	}
	return n, err
}

func (m *measure) ref() Ref { return Ref{SHA256: [32]byte(m.sum.Sum(nil)), Size: m.size} }

// faithful remembers an error of the object store, to tell a broken line from a
// changed object.
type faithful struct {
	r   io.Reader
	err error
}

func (f *faithful) Read(p []byte) (int, error) {
	n, err := f.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		f.err = err
	}
	return n, err
}

func (f *faithful) judge(err error) error {
	if f.err != nil {
		return fmt.Errorf("evidence: read: %w", f.err)
	}
	return fmt.Errorf("%w: %w", ErrTampered, err)
}

// content is an object being decrypted.
type content struct {
	plain  io.Reader
	source *faithful
	io.Closer
}

// decrypt reads the header of the age file and returns what follows.
func decrypt(sealed io.Reader, object objectKey) (*content, error) {
	source := &faithful{r: sealed}
	plain, err := age.Decrypt(source, object)
	if err != nil {
		return nil, source.judge(err)
	}
	return &content{plain: plain, source: source}, nil
}

func (c *content) Read(p []byte) (int, error) {
	n, err := c.plain.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = c.source.judge(err)
	}
	return n, err
}
