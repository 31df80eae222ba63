package pfx

import (
	"crypto/hmac"
	"encoding/asn1"
	"fmt"
	"hash"
	"unicode/utf16"

	"golang.org/x/crypto/cryptobyte"
	tags "golang.org/x/crypto/cryptobyte/asn1"

	"qoltanba/keystore/ber"
)

var (
	explicit = tags.Tag(0).ContextSpecific().Constructed()
	implicit = tags.Tag(0).ContextSpecific()
)

// Decode opens a file of at most [MaxSize] bytes, in BER or DER. The errors are
// [ErrPassword], [ErrFormat] and [ErrUnsupported].
func Decode(file []byte, password string) (*Contents, error) {
	safe, code, err := parts(file)
	if err != nil {
		return nil, err
	}
	if err := code.check(safe, password); err != nil {
		return nil, err
	}
	contents := new(Contents)
	open := func(key cryptobyte.String) ([]byte, error) { return openKey(key, password) }
	err = eachInfo(safe, func(info cryptobyte.String) error {
		bags, err := bagsOf(info, password)
		if err != nil {
			return err
		}
		return contents.take(bags, open)
	})
	if err != nil {
		return nil, err
	}
	return contents, nil
}

// parts are the AuthenticatedSafe of a file, as it is covered by the integrity
// code, and that code.
func parts(file []byte) ([]byte, integrityCode, error) {
	der, err := ber.Normalise(file, MaxSize)
	if err != nil {
		return nil, integrityCode{}, ErrFormat
	}
	in := cryptobyte.String(der)
	var pfx, authSafe cryptobyte.String
	var version int
	if !in.ReadASN1(&pfx, tags.SEQUENCE) || !pfx.ReadASN1Integer(&version) || version != 3 || !pfx.ReadASN1(&authSafe, tags.SEQUENCE) {
		return nil, integrityCode{}, ErrFormat
	}
	safe, err := dataOf(authSafe)
	if err != nil {
		return nil, integrityCode{}, err
	}
	if pfx.Empty() {
		return nil, integrityCode{}, fmt.Errorf("%w: no integrity code", ErrUnsupported)
	}
	code, err := readIntegrity(&pfx)
	return safe, code, err
}

// eachInfo hands over the ContentInfos of an AuthenticatedSafe.
func eachInfo(safe []byte, do func(info cryptobyte.String) error) error {
	safes, err := sequence(safe)
	if err != nil {
		return err
	}
	for !safes.Empty() {
		var info cryptobyte.String
		if !safes.ReadASN1(&info, tags.SEQUENCE) {
			return ErrFormat
		}
		if err := do(info); err != nil {
			return err
		}
	}
	return nil
}

// sequence normalises bytes that stood in an OCTET STRING and opens their SEQUENCE.
func sequence(raw []byte) (cryptobyte.String, error) {
	der, err := ber.Normalise(raw, MaxSize)
	if err != nil {
		return nil, ErrFormat
	}
	in := cryptobyte.String(der)
	var out cryptobyte.String
	if !in.ReadASN1(&out, tags.SEQUENCE) {
		return nil, ErrFormat
	}
	return out, nil
}

// dataOf is the content of a ContentInfo of plain data.
func dataOf(info cryptobyte.String) ([]byte, error) {
	var kind asn1.ObjectIdentifier
	var content, octets cryptobyte.String
	if !info.ReadASN1ObjectIdentifier(&kind) {
		return nil, ErrFormat
	}
	if !kind.Equal(oidData) {
		return nil, fmt.Errorf("%w: content %v", ErrUnsupported, kind)
	}
	if !info.ReadASN1(&content, explicit) || !content.ReadASN1(&octets, tags.OCTET_STRING) {
		return nil, ErrFormat
	}
	return octets, nil
}

// integrityCode is MacData.
type integrityCode struct {
	hash       func() hash.Hash
	code, salt []byte
	iterations int
}

func readIntegrity(in *cryptobyte.String) (integrityCode, error) {
	var macData, info, algorithm cryptobyte.String
	var oid asn1.ObjectIdentifier
	m := integrityCode{iterations: 1}
	if !in.ReadASN1(&macData, tags.SEQUENCE) || !macData.ReadASN1(&info, tags.SEQUENCE) ||
		!info.ReadASN1(&algorithm, tags.SEQUENCE) || !algorithm.ReadASN1ObjectIdentifier(&oid) ||
		!info.ReadASN1Bytes(&m.code, tags.OCTET_STRING) || !macData.ReadASN1Bytes(&m.salt, tags.OCTET_STRING) || len(m.salt) > 1024 {
		return m, ErrFormat
	}
	if !macData.Empty() && (!macData.ReadASN1Integer(&m.iterations) || m.iterations < 1 || m.iterations > maxIterations) {
		return m, ErrFormat
	}
	for _, h := range hashes {
		if oid.Equal(h.digest) {
			m.hash = h.new
			return m, nil
		}
	}
	return m, fmt.Errorf("%w: integrity by %v", ErrUnsupported, oid)
}

// check proves the password by the code over content.
func (m integrityCode) check(content []byte, password string) error {
	if !hmac.Equal(m.code, integrity(m.hash, content, password, m.salt, m.iterations)) {
		return ErrPassword
	}
	return nil
}

// bagsOf are the SafeContents of one ContentInfo, decrypted where they were encrypted.
func bagsOf(info cryptobyte.String, password string) (cryptobyte.String, error) {
	if !isEncrypted(info) {
		data, err := dataOf(info)
		if err != nil {
			return nil, err
		}
		return sequence(data)
	}
	p, sealed, err := encryptedData(info)
	if err != nil {
		return nil, err
	}
	plain, err := p.open(sealed, password)
	if err != nil {
		return nil, err
	}
	return sequence(plain)
}

func isEncrypted(info cryptobyte.String) bool {
	var kind asn1.ObjectIdentifier
	return info.ReadASN1ObjectIdentifier(&kind) && kind.Equal(oidEncryptedData)
}

// encryptedData reads a ContentInfo that is encrypted.
func encryptedData(info cryptobyte.String) (p protection, sealed []byte, err error) {
	var kind asn1.ObjectIdentifier
	var content, encrypted, inner cryptobyte.String
	var version int
	if !info.ReadASN1ObjectIdentifier(&kind) || !info.ReadASN1(&content, explicit) || !content.ReadASN1(&encrypted, tags.SEQUENCE) ||
		!encrypted.ReadASN1Integer(&version) || !encrypted.ReadASN1(&inner, tags.SEQUENCE) || !inner.ReadASN1ObjectIdentifier(&kind) {
		return p, nil, ErrFormat
	}
	if p, err = readProtection(&inner); err != nil {
		return p, nil, err
	}
	sealed, err = implicitOctets(&inner)
	return p, sealed, err
}

// implicitOctets is an OCTET STRING under [0] IMPLICIT, in one piece or, where it was BER, in several.
func implicitOctets(in *cryptobyte.String) ([]byte, error) {
	var whole, pieces cryptobyte.String
	if in.PeekASN1Tag(implicit) {
		if !in.ReadASN1(&whole, implicit) {
			return nil, ErrFormat
		}
		return whole, nil
	}
	if !in.ReadASN1(&pieces, explicit) {
		return nil, ErrFormat
	}
	var out []byte
	for !pieces.Empty() {
		var piece cryptobyte.String
		if !pieces.ReadASN1(&piece, tags.OCTET_STRING) {
			return nil, ErrFormat
		}
		out = append(out, piece...)
	}
	return out, nil
}

// take reads SafeBags, with open for the keys that are encrypted; kinds of bags
// that hold neither keys nor certificates are passed over.
func (c *Contents) take(bags cryptobyte.String, open func(cryptobyte.String) ([]byte, error)) error {
	for !bags.Empty() {
		var bag, value cryptobyte.String
		var kind asn1.ObjectIdentifier
		if len(c.Keys)+len(c.Certificates) >= maxBags || !bags.ReadASN1(&bag, tags.SEQUENCE) ||
			!bag.ReadASN1ObjectIdentifier(&kind) || !bag.ReadASN1(&value, explicit) {
			return ErrFormat
		}
		item, err := attributes(bag)
		if err != nil {
			return err
		}
		switch {
		case kind.Equal(oidKeyBag):
			item.DER = value
			c.Keys = append(c.Keys, item)
		case kind.Equal(oidShroudedKeyBag):
			if item.DER, err = open(value); err != nil {
				return err
			}
			c.Keys = append(c.Keys, item)
		case kind.Equal(oidCertBag):
			if item.DER, err = certificate(value); err != nil {
				return err
			}
			c.Certificates = append(c.Certificates, item)
		}
	}
	return nil
}

func openKey(in cryptobyte.String, password string) ([]byte, error) {
	p, sealed, err := shroudedKey(in)
	if err != nil {
		return nil, err
	}
	return p.open(sealed, password)
}

// shroudedKey reads an EncryptedPrivateKeyInfo.
func shroudedKey(in cryptobyte.String) (p protection, sealed []byte, err error) {
	var info cryptobyte.String
	if !in.ReadASN1(&info, tags.SEQUENCE) {
		return p, nil, ErrFormat
	}
	if p, err = readProtection(&info); err != nil {
		return p, nil, err
	}
	if !info.ReadASN1Bytes(&sealed, tags.OCTET_STRING) {
		return p, nil, ErrFormat
	}
	return p, sealed, nil
}

func certificate(in cryptobyte.String) ([]byte, error) {
	var bag, content cryptobyte.String
	var kind asn1.ObjectIdentifier
	var der []byte
	if !in.ReadASN1(&bag, tags.SEQUENCE) || !bag.ReadASN1ObjectIdentifier(&kind) {
		return nil, ErrFormat
	}
	if !kind.Equal(oidX509) {
		return nil, fmt.Errorf("%w: certificate %v", ErrUnsupported, kind)
	}
	if !bag.ReadASN1(&content, explicit) || !content.ReadASN1Bytes(&der, tags.OCTET_STRING) {
		return nil, ErrFormat
	}
	return der, nil
}

// attributes reads what is known of a bag's attributes.
func attributes(bag cryptobyte.String) (item Item, err error) {
	if bag.Empty() {
		return item, nil
	}
	var set cryptobyte.String
	if !bag.ReadASN1(&set, tags.SET) {
		return item, ErrFormat
	}
	for !set.Empty() {
		var attribute, values, name cryptobyte.String
		var kind asn1.ObjectIdentifier
		if !set.ReadASN1(&attribute, tags.SEQUENCE) || !attribute.ReadASN1ObjectIdentifier(&kind) || !attribute.ReadASN1(&values, tags.SET) {
			return item, ErrFormat
		}
		switch {
		case kind.Equal(oidLocalKeyID):
			if !values.ReadASN1Bytes(&item.LocalKeyID, tags.OCTET_STRING) {
				return item, ErrFormat
			}
		case kind.Equal(oidFriendlyName):
			if !values.ReadASN1(&name, bmpString) || len(name)%2 != 0 {
				return item, ErrFormat
			}
			item.FriendlyName = fromBMP(name)
		}
	}
	return item, nil
}

const bmpString = tags.Tag(30)

func fromBMP(b []byte) string {
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = uint16(b[2*i])<<8 | uint16(b[2*i+1])
	}
	return string(utf16.Decode(units))
}
