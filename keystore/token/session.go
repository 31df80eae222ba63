package token

import (
	"context"
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"qoltanba/keystore/keypair"
	"qoltanba/keystore/profile"
)

// signTime is how long a signature may take; a token may ask for a touch.
const signTime = 30 * time.Second

// Session is a token opened with its PIN. It is safe for concurrent use.
type Session struct {
	module *Module
	slot   uint
	handle uint

	mu    sync.Mutex
	found map[string]*Key // by key identifier: what was looked for already
}

// Close logs out.
func (s *Session) Close(ctx context.Context) error {
	defer s.module.release(s.slot)
	_, err := do(ctx, s.module, func(d driver) (none struct{}, _ error) { return none, d.logout(s.handle) })
	return err
}

// Key is a key pair inside a token. It is a [crypto.Signer] for digests of
// SHA-256 with the padding of PKCS #1 v1.5.
type Key struct {
	session *Session
	object  object
}

// ID returns the CKA_ID, which for keys of this package is the subject key
// identifier.
func (k *Key) ID() []byte { return k.object.id }

// Label returns the CKA_LABEL.
func (k *Key) Label() string { return k.object.label }

// Public returns the public half, an *[crypto/rsa.PublicKey].
func (k *Key) Public() crypto.PublicKey { return k.object.public }

// Sign has the token sign, within half a minute.
func (k *Key) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), signTime)
	defer cancel()
	return k.SignContext(ctx, digest, opts)
}

// SignContext has the token sign while the context lasts. The errors are ErrGone,
// ErrClosed and that of the context.
func (k *Key) SignContext(ctx context.Context, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	content, err := digestInfo(digest, opts)
	if err != nil {
		return nil, err
	}
	return do(ctx, k.session.module, func(d driver) ([]byte, error) {
		return d.sign(k.session.handle, k.object.handle, content)
	})
}

// Generate makes a key pair inside, of a size in bits where the algorithm has
// several (0: 2048), and tries it. A label is a name for people; one that a key
// has already is ErrLabelTaken. The other errors are ErrUnsupported, ErrFull,
// ErrWeak, ErrGone and that of the context; none of them leaves a key behind,
// but for a library that stops answering.
func (s *Session) Generate(ctx context.Context, a keypair.Algorithm, bits int, label string) (*Key, error) {
	if err := only(a); err != nil {
		return nil, err
	}
	if bits == 0 {
		bits = 2048
	}
	if bits < 2048 || bits > maxBits {
		return nil, fmt.Errorf("keys of %d bits: %w", bits, ErrUnsupported)
	}
	made, err := do(ctx, s.module, func(d driver) (object, error) {
		there, err := d.keys(s.handle)
		if err != nil {
			return object{}, err
		}
		for _, o := range there {
			if o.label == label {
				return object{}, ErrLabelTaken
			}
		}
		return d.generate(s.handle, keyOrder{bits: bits, label: label, id: identifier})
	})
	if err != nil {
		return nil, err
	}
	return &Key{s, made}, nil
}

// identifier is the subject key identifier, by which a key is named.
func identifier(public crypto.PublicKey) ([]byte, error) {
	ski, err := profile.SKI(public)
	return ski[:], err
}

// Keys lists the key pairs that can sign and are of a known algorithm.
func (s *Session) Keys(ctx context.Context) ([]*Key, error) {
	objects, err := do(ctx, s.module, func(d driver) ([]object, error) { return d.keys(s.handle) })
	if err != nil {
		return nil, err
	}
	keys := make([]*Key, len(objects))
	for i, o := range objects {
		keys[i] = &Key{s, o}
	}
	return keys, nil
}

// Key returns that with this public half, or ErrNoKey.
func (s *Session) Key(ctx context.Context, public crypto.PublicKey) (*Key, error) {
	all, err := s.Keys(ctx)
	if err != nil {
		return nil, err
	}
	for _, k := range all {
		if keypair.Same(k.Public(), public) {
			return k, nil
		}
	}
	return nil, ErrNoKey
}

// PutCertificate writes a certificate beside its key and reads it back. One that
// is there already is left as it is. The errors are ErrNoKey, ErrFull, ErrGone
// and that of the context.
func (s *Session) PutCertificate(ctx context.Context, cert *x509.Certificate) error {
	public, err := keypair.PublicKeyOf(cert)
	if err != nil {
		return err
	}
	key, err := s.Key(ctx, public)
	if err != nil {
		return err
	}
	if there, err := s.has(ctx, cert); err != nil || there {
		return err
	}
	_, err = do(ctx, s.module, func(d driver) (none struct{}, _ error) {
		return none, d.putCertificate(s.handle, key.ID(), key.Label(), cert)
	})
	if err != nil {
		return err
	}
	if there, err := s.has(ctx, cert); err != nil || there {
		return err
	}
	return errors.New("the certificate cannot be read back from the token: try again, or use another token")
}

// known is [Session.Key], asked once.
func (s *Session) known(ctx context.Context, public crypto.PublicKey) (*Key, error) {
	name, err := identifier(public)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	key := s.found[string(name)]
	s.mu.Unlock()
	if key != nil {
		return key, nil
	}
	if key, err = s.Key(ctx, public); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.found[string(name)] = key
	return key, nil
}

func (s *Session) has(ctx context.Context, cert *x509.Certificate) (bool, error) {
	all, err := s.Certificates(ctx)
	for _, c := range all {
		if c.Equal(cert) {
			return true, err
		}
	}
	return false, err
}

// Certificates lists those in the token; what is no certificate is passed over.
func (s *Session) Certificates(ctx context.Context) ([]*x509.Certificate, error) {
	return do(ctx, s.module, func(d driver) ([]*x509.Certificate, error) { return d.certificates(s.handle) })
}
