package pfx

import (
	"bytes"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // what the files in the country are protected by
	"crypto/sha256"
	"encoding/asn1"
	"fmt"
	"slices"

	"golang.org/x/crypto/cryptobyte"
	tags "golang.org/x/crypto/cryptobyte/asn1"
)

// Encode writes a file in DER: certificates encrypted in one ContentInfo, keys
// shrouded in another, and an integrity code, each with a salt of its own and
// the given count of rounds.
func Encode(c *Contents, password string, encoding Encoding, iterations int) ([]byte, error) {
	if iterations < 1 || iterations > MaxIterations {
		return nil, fmt.Errorf("%d rounds are not between 1 and %d", iterations, MaxIterations)
	}
	certificates, err := c.certificateBags()
	if err != nil {
		return nil, err
	}
	p := encoding.protection(iterations)
	sealed, err := p.seal(certificates, password)
	if err != nil {
		return nil, err
	}
	keys, err := c.keyBags(password, encoding, iterations)
	if err != nil {
		return nil, err
	}
	var safe cryptobyte.Builder
	safe.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(oidEncryptedData)
			b.AddASN1(explicit, func(b *cryptobyte.Builder) {
				b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
					b.AddASN1Int64(0)
					b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
						b.AddASN1ObjectIdentifier(oidData)
						p.add(b)
						b.AddASN1(implicit, func(b *cryptobyte.Builder) { b.AddBytes(sealed) })
					})
				})
			})
		})
		addData(b, keys)
	})
	content, err := safe.Bytes()
	if err != nil {
		return nil, fmt.Errorf("encode the key file: %w", err)
	}
	return encoding.whole(content, password, iterations)
}

// whole is the PFX around the AuthenticatedSafe, with its integrity code.
func (e Encoding) whole(content []byte, password string, iterations int) ([]byte, error) {
	h, oid := sha1.New, oidSHA1
	if e == AES256 {
		h, oid = sha256.New, oidSHA256
	}
	salt := random(20)
	code := integrity(h, content, password, salt, iterations)
	var b cryptobyte.Builder
	b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1Int64(3)
		addData(b, content)
		b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
				addAlgorithm(b, oid)
				b.AddASN1OctetString(code)
			})
			b.AddASN1OctetString(salt)
			b.AddASN1Int64(int64(iterations))
		})
	})
	file, err := b.Bytes()
	if err == nil && len(file) > MaxSize {
		err = fmt.Errorf("%d bytes are more than %d", len(file), MaxSize)
	}
	return file, err
}

func addData(b *cryptobyte.Builder, content []byte) {
	b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(oidData)
		b.AddASN1(explicit, func(b *cryptobyte.Builder) { b.AddASN1OctetString(content) })
	})
}

// protection is a fresh one, with a salt of its own.
func (e Encoding) protection(iterations int) protection {
	if e == AES256 {
		return protection{scheme: oidPBES2, salt: random(16), iterations: iterations, prf: sha256.New, cipher: oidAES256CBC, iv: random(16)}
	}
	return protection{scheme: oidPBE3DES, salt: random(20), iterations: iterations}
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return b
}

func (c *Contents) certificateBags() ([]byte, error) {
	var b cryptobyte.Builder
	b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
		for _, item := range c.Certificates {
			item.add(b, func(b *cryptobyte.Builder) {
				b.AddASN1ObjectIdentifier(oidCertBag)
				b.AddASN1(explicit, func(b *cryptobyte.Builder) {
					b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
						b.AddASN1ObjectIdentifier(oidX509)
						b.AddASN1(explicit, func(b *cryptobyte.Builder) { b.AddASN1OctetString(item.DER) })
					})
				})
			})
		}
	})
	return b.Bytes()
}

func (c *Contents) keyBags(password string, encoding Encoding, iterations int) ([]byte, error) {
	var b cryptobyte.Builder
	var failed error
	b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
		for _, item := range c.Keys {
			p := encoding.protection(iterations)
			sealed, err := p.seal(item.DER, password)
			if err != nil {
				failed = err
				return
			}
			item.add(b, func(b *cryptobyte.Builder) {
				b.AddASN1ObjectIdentifier(oidShroudedKeyBag)
				b.AddASN1(explicit, func(b *cryptobyte.Builder) {
					b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
						p.add(b)
						b.AddASN1OctetString(sealed)
					})
				})
			})
		}
	})
	if failed != nil {
		return nil, failed
	}
	return b.Bytes()
}

// add writes a SafeBag: what it holds, then its attributes.
func (i Item) add(b *cryptobyte.Builder, bag func(*cryptobyte.Builder)) {
	var set [][]byte
	attribute := func(oid asn1.ObjectIdentifier, value func(*cryptobyte.Builder)) {
		var a cryptobyte.Builder
		a.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(oid)
			b.AddASN1(tags.SET, value)
		})
		set = append(set, a.BytesOrPanic()) // only lengths beyond 4 GB fail
	}
	if i.LocalKeyID != nil {
		attribute(oidLocalKeyID, func(b *cryptobyte.Builder) { b.AddASN1OctetString(i.LocalKeyID) })
	}
	if i.FriendlyName != "" {
		name := bmp(i.FriendlyName)
		attribute(oidFriendlyName, func(b *cryptobyte.Builder) {
			b.AddASN1(bmpString, func(b *cryptobyte.Builder) { b.AddBytes(name[:len(name)-2]) })
		})
	}
	slices.SortFunc(set, bytes.Compare) // as DER asks of a SET OF
	b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
		bag(b)
		if len(set) > 0 {
			b.AddASN1(tags.SET, func(b *cryptobyte.Builder) { b.AddBytes(bytes.Join(set, nil)) })
		}
	})
}
