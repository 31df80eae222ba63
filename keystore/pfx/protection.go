package pfx

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/des" //nolint:gosec // what the files in the country are protected by
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha1" //nolint:gosec // as above
	"encoding/asn1"
	"fmt"
	"hash"

	"golang.org/x/crypto/cryptobyte"
	tags "golang.org/x/crypto/cryptobyte/asn1"
)

// protection is an encryption by password, as an AlgorithmIdentifier names it.
type protection struct {
	scheme     asn1.ObjectIdentifier // oidPBE3DES, oidPBERC2 or oidPBES2
	salt       []byte
	iterations int
	// Of PBES2 (RFC 8018) alone:
	prf    func() hash.Hash
	cipher asn1.ObjectIdentifier // of cipherKey
	iv     []byte
}

// cipherKey is the size in bytes of the keys of the ciphers that PBES2 is read with.
var cipherKey = map[string]int{oidAES128CBC.String(): 16, oidAES256CBC.String(): 32, oidDESEDE3CBC.String(): 24}

// block is the cipher in CBC mode: its block, and the first vector.
func (p protection) block(password string) (cipher.Block, []byte, error) {
	switch {
	case p.scheme.Equal(oidPBE3DES):
		block, err := des.NewTripleDESCipher(p.derived(password, forKey, 24)) //nolint:gosec // as above
		return block, p.derived(password, forIV, 8), err
	case p.scheme.Equal(oidPBERC2):
		return newRC2(p.derived(password, forKey, 5)), p.derived(password, forIV, 8), nil
	}
	key, err := pbkdf2.Key(p.prf, password, p.salt, p.iterations, cipherKey[p.cipher.String()])
	if err != nil {
		return nil, nil, fmt.Errorf("derive a key from the password: %w", err)
	}
	var block cipher.Block
	if p.cipher.Equal(oidDESEDE3CBC) {
		block, err = des.NewTripleDESCipher(key) //nolint:gosec // as above
	} else {
		block, err = aes.NewCipher(key)
	}
	if err == nil && len(p.iv) != block.BlockSize() {
		err = ErrFormat
	}
	return block, p.iv, err
}

func (p protection) derived(password string, purpose byte, size int) []byte {
	return derive(sha1.New, bmp(password), p.salt, purpose, p.iterations, size)
}

// open decrypts; padding that does not fit is [ErrFormat], since the password was proved before.
func (p protection) open(sealed []byte, password string) ([]byte, error) {
	block, iv, err := p.block(password)
	if err != nil {
		return nil, err
	}
	size := block.BlockSize()
	if len(sealed) == 0 || len(sealed)%size != 0 {
		return nil, ErrFormat
	}
	plain := make([]byte, len(sealed))
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(plain, sealed)
	pad := int(plain[len(plain)-1])
	if pad < 1 || pad > size || !bytes.Equal(plain[len(plain)-pad:], bytes.Repeat(plain[len(plain)-1:], pad)) {
		return nil, ErrFormat
	}
	return plain[:len(plain)-pad], nil
}

func (p protection) seal(plain []byte, password string) ([]byte, error) {
	block, iv, err := p.block(password)
	if err != nil {
		return nil, err
	}
	pad := block.BlockSize() - len(plain)%block.BlockSize()
	sealed := append(bytes.Clone(plain), bytes.Repeat([]byte{byte(pad)}, pad)...)
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(sealed, sealed)
	return sealed, nil
}

// readProtection reads an AlgorithmIdentifier.
func readProtection(in *cryptobyte.String) (p protection, err error) {
	var algorithm, parameters cryptobyte.String
	if !in.ReadASN1(&algorithm, tags.SEQUENCE) || !algorithm.ReadASN1ObjectIdentifier(&p.scheme) {
		return p, ErrFormat
	}
	switch {
	case p.scheme.Equal(oidPBES2):
		return p, p.readPBES2(&algorithm)
	case !p.scheme.Equal(oidPBE3DES) && !p.scheme.Equal(oidPBERC2):
		return p, fmt.Errorf("%w: encryption %v", ErrUnsupported, p.scheme)
	}
	if !algorithm.ReadASN1(&parameters, tags.SEQUENCE) || !readSalted(&parameters, &p.salt, &p.iterations) {
		return p, ErrFormat
	}
	return p, nil
}

// readPBES2 reads the parameters of RFC 8018, A.4.
func (p *protection) readPBES2(in *cryptobyte.String) error {
	var parameters, derivation, scheme cryptobyte.String
	if !in.ReadASN1(&parameters, tags.SEQUENCE) || !parameters.ReadASN1(&derivation, tags.SEQUENCE) ||
		!parameters.ReadASN1(&scheme, tags.SEQUENCE) || !scheme.ReadASN1ObjectIdentifier(&p.cipher) {
		return ErrFormat
	}
	if cipherKey[p.cipher.String()] == 0 {
		return fmt.Errorf("%w: encryption %v", ErrUnsupported, p.cipher)
	}
	if !scheme.ReadASN1Bytes(&p.iv, tags.OCTET_STRING) {
		return ErrFormat
	}
	return p.readPBKDF2(&derivation)
}

// readPBKDF2 reads the parameters of RFC 8018, A.2.
func (p *protection) readPBKDF2(in *cryptobyte.String) error {
	var oid asn1.ObjectIdentifier
	var parameters, prf cryptobyte.String
	if !in.ReadASN1ObjectIdentifier(&oid) {
		return ErrFormat
	}
	if !oid.Equal(oidPBKDF2) {
		return fmt.Errorf("%w: derivation %v", ErrUnsupported, oid)
	}
	if !in.ReadASN1(&parameters, tags.SEQUENCE) || !readSalted(&parameters, &p.salt, &p.iterations) || !parameters.SkipOptionalASN1(tags.INTEGER) {
		return ErrFormat
	}
	oid = oidHMACSHA1
	if !parameters.Empty() && (!parameters.ReadASN1(&prf, tags.SEQUENCE) || !prf.ReadASN1ObjectIdentifier(&oid)) {
		return ErrFormat
	}
	for _, h := range hashes {
		if oid.Equal(h.hmac) {
			p.prf = h.new
			return nil
		}
	}
	return fmt.Errorf("%w: derivation by %v", ErrUnsupported, oid)
}

// readSalted reads a salt and a count of rounds, within bounds.
func readSalted(in *cryptobyte.String, salt *[]byte, iterations *int) bool {
	return in.ReadASN1Bytes(salt, tags.OCTET_STRING) && len(*salt) <= 1024 &&
		in.ReadASN1Integer(iterations) && *iterations >= 1 && *iterations <= MaxIterations
}

// add writes the AlgorithmIdentifier.
func (p protection) add(b *cryptobyte.Builder) {
	b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(p.scheme)
		b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
			if !p.scheme.Equal(oidPBES2) {
				b.AddASN1OctetString(p.salt)
				b.AddASN1Int64(int64(p.iterations))
				return
			}
			b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1ObjectIdentifier(oidPBKDF2)
				b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
					b.AddASN1OctetString(p.salt)
					b.AddASN1Int64(int64(p.iterations))
					addAlgorithm(b, oidHMACSHA256)
				})
			})
			b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1ObjectIdentifier(p.cipher)
				b.AddASN1OctetString(p.iv)
			})
		})
	})
}

// addAlgorithm writes an AlgorithmIdentifier with NULL for parameters.
func addAlgorithm(b *cryptobyte.Builder, oid asn1.ObjectIdentifier) {
	b.AddASN1(tags.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(oid)
		b.AddASN1NULL()
	})
}

// integrity is the code over the whole (RFC 7292, section 4).
func integrity(h func() hash.Hash, content []byte, password string, salt []byte, iterations int) []byte {
	mac := hmac.New(h, derive(h, bmp(password), salt, forMAC, iterations, h().Size()))
	_, _ = mac.Write(content)
	return mac.Sum(nil)
}
