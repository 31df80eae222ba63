package issuance

import (
	"bytes"
	"cmp"
	"crypto/x509"
	_ "embed" // the standard profiles
	"encoding/asn1"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"qoltanba/keystore/profile"
)

// Profile is what all certificates of a kind have in common.
type Profile struct {
	Kind    profile.Kind
	Storage Storage // of the keys
	// KeyStore names the storage in certificates; without it they have no such
	// extension.
	KeyStore asn1.ObjectIdentifier
	// From is when the profile began to hold; the zero time is always.
	From         time.Time
	Years        int // of validity, 1 to 5
	KeyUsage     x509.KeyUsage
	ExtKeyUsages []asn1.ObjectIdentifier // in their order
	Policies     []asn1.ObjectIdentifier // in their order
	// Extensions names every extension that a certificate may have, in their
	// order. Those without content (no e-mail address, no such address of the
	// authority) are left out.
	Extensions []string
}

// Storage is where a citizen's keys live, by its stable code.
type Storage string

// The storages: PKCS#12 files in a folder, and a cryptographic token.
const (
	StoragePC    Storage = "personal-computer"
	StorageToken Storage = "token"
)

// NotAfter returns the end of the validity that begins at notBefore.
func (p Profile) NotAfter(notBefore time.Time) time.Time { return notBefore.AddDate(p.Years, 0, 0) }

// Profiles are the profiles of an authority.
type Profiles []Profile

//go:embed profiles.json
var standard []byte

// Standard returns the profiles of profiles.json: those of individuals whom
// the Digital ID identified, with keys in files, good for a year.
func Standard() Profiles { return embedded(standard) }

//go:embed tokens.json
var tokens []byte

// Tokens returns the profiles of tokens.json: those of keys in tokens, good for
// three years. By which identifiers the NCA names its tokens is not published; a
// file of profiles that knows them adds key_store, and keyStore among the
// extensions.
func Tokens() Profiles { return embedded(tokens) }

func embedded(text []byte) Profiles {
	p, err := ParseProfiles(text)
	if err != nil {
		panic("issuance: the embedded profiles: " + err.Error())
	}
	return p
}

// At returns the profile of a kind in a storage that holds at a time.
func (p Profiles) At(kind profile.Kind, storage Storage, at time.Time) (Profile, error) {
	found := -1
	for i, candidate := range p {
		if candidate.Kind != kind || candidate.Storage != storage || candidate.From.After(at) {
			continue
		}
		if found < 0 || candidate.From.After(p[found].From) {
			found = i
		}
	}
	if found < 0 {
		return Profile{}, fmt.Errorf("no profile for %s certificates in a %s holds at %s: add one to the profiles", kind, storage, at.Format(time.DateOnly))
	}
	return p[found], nil
}

// Serve tells whether there is a profile for the storage at all.
func (p Profiles) Serve(kind profile.Kind, storage Storage) bool {
	return slices.ContainsFunc(p, func(o Profile) bool { return o.Kind == kind && o.Storage == storage })
}

// ParseProfiles reads profiles as profiles.json has them: an array of objects,
// "from" as in "2027-01-31T00:00:00Z" where it is not always, "storage" where it
// is not a personal computer, whose "key_store" is that of PKCS#12 unless given.
// No two of a kind and storage begin at the same time.
func ParseProfiles(text []byte) (Profiles, error) {
	var raw []struct {
		Kind         profile.Kind `json:"kind"`
		From         time.Time    `json:"from"`
		Storage      Storage      `json:"storage"`
		KeyStore     string       `json:"key_store"`
		Years        int          `json:"years"`
		KeyUsage     []string     `json:"key_usage"`
		ExtKeyUsages []string     `json:"extended_key_usage"`
		Policies     []string     `json:"policies"`
		Extensions   []string     `json:"extensions"`
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&raw); err != nil {
		return nil, fmt.Errorf("certificate profiles: %w", err)
	}
	var list Profiles
	for _, r := range raw {
		p := Profile{Kind: r.Kind, Storage: cmp.Or(r.Storage, StoragePC), From: r.From, Years: r.Years, Extensions: r.Extensions}
		var errs [4]error
		p.KeyStore, errs[3] = parseKeyStore(p.Storage, r.KeyStore)
		p.KeyUsage, errs[0] = parseKeyUsage(r.KeyUsage)
		p.ExtKeyUsages, errs[1] = parseOIDs(r.ExtKeyUsages)
		p.Policies, errs[2] = parseOIDs(r.Policies)
		if err := errors.Join(append(errs[:], p.check())...); err != nil {
			return nil, fmt.Errorf("certificate profile %s: %w", r.Kind, err)
		}
		if slices.ContainsFunc(list, func(o Profile) bool { return o.Kind == p.Kind && o.Storage == p.Storage && o.From.Equal(p.From) }) {
			return nil, fmt.Errorf("certificate profile %s: two begin at the same time", r.Kind)
		}
		list = append(list, p)
	}
	return list, nil
}

// parseKeyStore reads the identifier of a storage.
func parseKeyStore(storage Storage, text string) (asn1.ObjectIdentifier, error) {
	switch {
	case storage != StoragePC && storage != StorageToken:
		return nil, fmt.Errorf("storage: %q is not known", storage)
	case text != "":
		list, err := parseOIDs([]string{text})
		if err != nil {
			return nil, fmt.Errorf("key_store: %w", err)
		}
		return list[0], nil
	case storage == StoragePC:
		return profile.OIDKeyStorePKCS12, nil
	}
	return nil, nil
}

func (p Profile) check() error {
	if named := slices.Contains(p.Extensions, keyStore); named != (p.KeyStore != nil) {
		return errors.New("extensions: keyStore and key_store go together")
	}
	if p.Years < 1 || p.Years > 5 {
		return errors.New("years: 1 to 5")
	}
	for i, name := range p.Extensions {
		if _, known := extensions[name]; !known {
			return fmt.Errorf("extensions: %q is not known", name)
		}
		if slices.Contains(p.Extensions[:i], name) {
			return fmt.Errorf("extensions: %q is there twice", name)
		}
	}
	for name, e := range extensions {
		if e.required && !slices.Contains(p.Extensions, name) {
			return fmt.Errorf("extensions: %q is missing", name)
		}
	}
	return nil
}

// keyUsages are the names of RFC 5280, 4.2.1.3, by bit.
var keyUsages = []string{
	"digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment", "keyAgreement",
	"keyCertSign", "cRLSign", "encipherOnly", "decipherOnly",
}

func parseKeyUsage(names []string) (usage x509.KeyUsage, _ error) {
	for _, name := range names {
		bit := slices.Index(keyUsages, name)
		if bit < 0 {
			return 0, fmt.Errorf("key_usage: %q is not known", name)
		}
		usage |= 1 << bit
	}
	if usage == 0 || usage&(x509.KeyUsageCertSign|x509.KeyUsageCRLSign) != 0 {
		return 0, errors.New("key_usage: give those of a person's key")
	}
	return usage, nil
}

func parseOIDs(texts []string) ([]asn1.ObjectIdentifier, error) {
	if len(texts) == 0 {
		return nil, errors.New("extended_key_usage and policies: give at least one of each")
	}
	list := make([]asn1.ObjectIdentifier, len(texts))
	for i, text := range texts {
		oid, err := x509.ParseOID(text)
		if err != nil {
			return nil, fmt.Errorf("%q is no object identifier", text)
		}
		der, err := oid.MarshalBinary()
		if err != nil {
			return nil, err
		}
		raw, err := asn1.Marshal(asn1.RawValue{Tag: asn1.TagOID, Bytes: der})
		if err != nil {
			return nil, err
		}
		if _, err := asn1.Unmarshal(raw, &list[i]); err != nil {
			return nil, fmt.Errorf("%q is no object identifier with arcs below 2³¹", text)
		}
	}
	return list, nil
}
