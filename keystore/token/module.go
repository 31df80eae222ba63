package token

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"qoltanba/keystore/keypair"
)

// driver is a module's library. One goroutine calls it. Handles are the
// library's own numbers.
type driver interface {
	tokens() ([]Info, error)
	login(slot uint, pin PIN) (session uint, err error)
	logout(session uint) error
	generate(session uint, order keyOrder) (object, error)
	keys(session uint) ([]object, error)
	sign(session, private uint, digestInfo []byte) ([]byte, error)
	certificates(session uint) ([]*x509.Certificate, error)
	putCertificate(session uint, id []byte, label string, cert *x509.Certificate) error
	close() error
}

// keyOrder is what a key pair is to be; the name is given when the public half
// is known.
type keyOrder struct {
	bits  int
	label string
	id    func(crypto.PublicKey) ([]byte, error)
}

// object is a private key inside.
type object struct {
	handle uint
	label  string
	id     []byte
	public *rsa.PublicKey
}

// closeTime is how long closing waits for a library that does not answer.
const closeTime = 5 * time.Second

// Module is a vendor's library in use. It is safe for concurrent use.
type Module struct {
	path  string
	calls chan func(driver)
	ended chan struct{} // closed when the goroutine that calls the library ends

	closing   sync.Once
	closed    chan struct{} // closed by Close
	closeFail error         // of the library, to be read after ended

	mu   sync.Mutex
	open map[uint]bool // slots with a session
}

// inUse has the libraries that are open. A library has one state for the whole
// process, so that a second opening would share the first one's login.
var inUse struct {
	sync.Mutex
	paths map[string]bool
}

// Open opens a library. The errors are ErrNoSupport, ErrNoModule and ErrInUse.
func Open(path string) (*Module, error) { return openWith(path, load) }

func openWith(path string, load func(string) (driver, error)) (*Module, error) {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	inUse.Lock()
	defer inUse.Unlock()
	if inUse.paths[path] {
		return nil, ErrInUse
	}
	d, err := load(path)
	if err != nil {
		return nil, err
	}
	if inUse.paths == nil {
		inUse.paths = make(map[string]bool)
	}
	inUse.paths[path] = true
	m := &Module{
		path: path, calls: make(chan func(driver)), ended: make(chan struct{}), closed: make(chan struct{}), open: make(map[uint]bool),
	}
	go m.run(d)
	return m, nil
}

// run makes the calls until the module is closed.
func (m *Module) run(d driver) {
	defer func() {
		m.closeFail = d.close()
		inUse.Lock()
		delete(inUse.paths, m.path)
		inUse.Unlock()
		close(m.ended)
	}()
	for {
		select {
		case call := <-m.calls:
			call(d)
		case <-m.closed:
			return
		}
	}
}

// Close ends all sessions and lets the library go. One that does not answer is
// left alone after some seconds.
func (m *Module) Close() error {
	m.closing.Do(func() { close(m.closed) })
	patience := time.NewTimer(closeTime)
	defer patience.Stop()
	select {
	case <-m.ended:
		return m.closeFail
	case <-patience.C:
		return fmt.Errorf("close the token's library: %w", ErrGone)
	}
}

// do has a call made and waits for its end or that of the context.
func do[T any](ctx context.Context, m *Module, call func(driver) (T, error)) (T, error) {
	type answer struct {
		value T
		err   error
	}
	var none T
	answers := make(chan answer, 1)
	made := func(d driver) {
		if err := ctx.Err(); err != nil {
			answers <- answer{err: err}
			return
		}
		value, err := call(d)
		answers <- answer{value, err}
	}
	select {
	case m.calls <- made:
	case <-m.closed:
		return none, ErrClosed
	case <-ctx.Done():
		return none, fmt.Errorf("the token does not answer: %w", ctx.Err())
	}
	select {
	case a := <-answers:
		return a.value, a.err
	case <-ctx.Done():
		return none, fmt.Errorf("the token does not answer: %w", ctx.Err())
	}
}

// Tokens lists what is plugged in.
func (m *Module) Tokens(ctx context.Context) ([]Info, error) {
	return do(ctx, m, driver.tokens)
}

// Login opens the token in a slot for reading and writing. There is one session
// on a token at a time. The errors are ErrInUse, *[PINLength], *[WrongPIN],
// ErrLocked, ErrNoPIN, ErrPINExpired, ErrNoToken, ErrGone and that of the context.
func (m *Module) Login(ctx context.Context, slot uint, pin PIN) (*Session, error) {
	if !m.claim(slot) {
		return nil, ErrInUse
	}
	handle, err := do(ctx, m, func(d driver) (uint, error) {
		handle, err := d.login(slot, pin)
		if err == nil && ctx.Err() != nil { // nobody waits for it any more
			err = errors.Join(ctx.Err(), d.logout(handle))
		}
		return handle, err
	})
	if err != nil {
		m.release(slot)
		return nil, err
	}
	return &Session{module: m, slot: slot, handle: handle, found: make(map[string]*Key)}, nil
}

func (m *Module) claim(slot uint) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.open[slot] {
		return false
	}
	m.open[slot] = true
	return true
}

func (m *Module) release(slot uint) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.open, slot)
}

// digestInfo is what an RSA key signs: RFC 8017, 9.2, for SHA-256.
func digestInfo(digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	if opts == nil || opts.HashFunc() != crypto.SHA256 || len(digest) != crypto.SHA256.Size() {
		return nil, errors.New("keys in tokens sign digests of SHA-256")
	}
	if _, pss := opts.(*rsa.PSSOptions); pss {
		return nil, errors.New("keys in tokens sign with PKCS #1 v1.5 padding")
	}
	prefix := []byte{0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20}
	return append(prefix, digest...), nil
}

// only refuses the algorithms that no token is asked for.
func only(a keypair.Algorithm) error {
	if a != keypair.RSA {
		return fmt.Errorf("%s: %w", a, ErrUnsupported)
	}
	return nil
}
