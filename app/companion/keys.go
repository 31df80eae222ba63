package companion

import (
	"bytes"
	"context"
	"crypto"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"qoltanba/keystore"
	"qoltanba/keystore/cms"
	"qoltanba/keystore/keypair"
	"qoltanba/keystore/profile"
)

// Store has keys: key files in folders, or a token.
type Store interface {
	// Keys lists what is there, without a password.
	Keys(context.Context) ([]Key, error)
	// Open opens the key by its password. ErrPassword says that it does not fit.
	Open(ctx context.Context, id string, password Password) (Opened, error)
}

// Opened is a key that can sign. Close forgets it.
type Opened struct {
	Key         crypto.Signer
	Certificate *x509.Certificate
	Chain       []*x509.Certificate
	Close       func()
}

// Format hides key and owner whatever the verb.
func (Opened) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("[key]")) }

// Problems with a choice, told in the next proposal.
var (
	ErrPassword = keystore.ErrPassword
	ErrUnfit    = errors.New("the key in it is not fit for what is asked: choose another")
)

// wish is what a caller wants of a key.
type wish struct {
	usages           []asn1.ObjectIdentifier // each of them
	signs, signsIn   bool                    // by the key's kind
	iin, bin, serial string
	judged           bool                // by the path to authorities
	authorities      []*x509.Certificate // with judged: those, or the configured
	expired, revoked bool                // will do
}

// Names of what a key is for.
var (
	oidSigning   = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 4} // e-mail protection, as the NCA uses it
	oidSigningIn = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 2} // client authentication
)

// usages lists all extended key usages of a certificate.
func usages(cert *x509.Certificate) []asn1.ObjectIdentifier {
	all := slices.Clone(cert.UnknownExtKeyUsage)
	for _, u := range cert.ExtKeyUsage {
		switch u {
		case x509.ExtKeyUsageEmailProtection:
			all = append(all, oidSigning)
		case x509.ExtKeyUsageClientAuth:
			all = append(all, oidSigningIn)
		default:
		}
	}
	return all
}

func has(all []asn1.ObjectIdentifier, oid asn1.ObjectIdentifier) bool {
	return slices.ContainsFunc(all, oid.Equal)
}

// against lists what speaks against a certificate.
func (w wish) against(cert *x509.Certificate, standing Standing, now time.Time) []Reason {
	var reasons []Reason
	add := func(reason Reason, when bool) {
		if when {
			reasons = append(reasons, reason)
		}
	}
	public, err := keypair.PublicKeyOf(cert)
	add(OtherStandard, err != nil)
	add(Expired, now.After(cert.NotAfter) && !w.expired)
	add(NotYetValid, now.Before(cert.NotBefore))
	add(Revoked, standing == StandingRevoked && !w.revoked)
	add(OtherUse, !w.serves(cert, public))
	add(OtherPerson, w.iin != "" && attribute(cert, oidSerialNumber) != "IIN"+w.iin)
	add(OtherCompany, w.bin != "" && attribute(cert, oidUnit) != "BIN"+w.bin)
	add(OtherSerial, w.serial != "" && !sameSerial(cert, w.serial))
	if w.judged && len(w.authorities) > 0 {
		at := now
		if w.expired && now.After(cert.NotAfter) {
			at = cert.NotAfter
		}
		add(OtherIssuer, !at.Before(cert.NotBefore) && (w.expired || !now.After(cert.NotAfter)) && cms.CheckPath(cert, w.authorities, w.authorities, at) != nil)
	}
	return reasons
}

// serves tells whether the key is for what is wanted. Since 2024 the NCA issues
// one GOST key for signing and for signing in.
func (w wish) serves(cert *x509.Certificate, public crypto.PublicKey) bool {
	all := usages(cert)
	for _, oid := range w.usages {
		if !has(all, oid) {
			return false
		}
	}
	algorithm, err := keypair.Of(public)
	both := err == nil && algorithm != keypair.RSA
	return (!w.signs || has(all, oidSigning)) && (!w.signsIn || has(all, oidSigningIn) || both)
}

// sameSerial compares with hexadecimal digits, in any case and with or without
// leading zeros.
func sameSerial(cert *x509.Certificate, hexadecimal string) bool {
	return strings.EqualFold(strings.TrimLeft(hexadecimal, "0"), cert.SerialNumber.Text(16))
}

var (
	oidSerialNumber = asn1.ObjectIdentifier{2, 5, 4, 5}
	oidUnit         = asn1.ObjectIdentifier{2, 5, 4, 11}
)

// attribute returns the first value of an attribute of the owner's name.
func attribute(cert *x509.Certificate, oid asn1.ObjectIdentifier) string {
	for _, a := range cert.Subject.Names {
		if a.Type.Equal(oid) {
			if s, ok := a.Value.(string); ok {
				return s
			}
		}
	}
	return ""
}

// offers lists the keys of the stores that are asked for, those that may serve
// first, then by their last use.
func (ss *session) offers(ctx context.Context, stores []string, w wish) ([]Offer, error) {
	var all []Offer
	var failed error
	for _, name := range stores {
		keys, err := ss.Stores[name].Keys(ctx)
		if err != nil {
			failed = err
			continue
		}
		for _, k := range keys {
			k.Store = name
			o := Offer{Key: k}
			_, o.Unlocked = ss.unlocked.of(lock{ss.caller.ID, k.Store, k.ID})
			all = append(all, o)
		}
	}
	ss.standings(ctx, all)
	for i := range all {
		if cert := all[i].Certificate; cert != nil {
			all[i].Against = w.against(cert, all[i].Standing, ss.Now())
		}
	}
	if len(all) == 0 && failed != nil {
		return nil, failed
	}
	slices.SortStableFunc(all, func(a, b Offer) int {
		if fit := min(len(a.Against), 1) - min(len(b.Against), 1); fit != 0 {
			return fit
		}
		return b.LastUsed.Compare(a.LastUsed)
	})
	return all, nil
}

const (
	standingTime = 3 * time.Second // for all keys of a list together
	maxAsked     = 8               // authorities that are asked at once
)

// standings fills in whether the certificates of a list were revoked. Whoever
// does not answer in a moment leaves it unknown: a person waits.
func (ss *session) standings(ctx context.Context, all []Offer) {
	if ss.Standing == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, standingTime)
	defer cancel()
	var asking sync.WaitGroup
	places := make(chan struct{}, maxAsked)
	for i := range all {
		if all[i].Certificate == nil {
			continue
		}
		places <- struct{}{}
		asking.Go(func() {
			defer func() { <-places }()
			all[i].Standing = ss.Standing(ctx, all[i].Certificate)
		})
	}
	asking.Wait()
}

func (ss *session) standing(ctx context.Context, cert *x509.Certificate) Standing {
	if ss.Standing == nil {
		return StandingUnknown
	}
	ctx, cancel := context.WithTimeout(ctx, standingTime)
	defer cancel()
	return ss.Standing(ctx, cert)
}

// keyID is what the file of a key is named after.
func keyID(cert *x509.Certificate) []byte {
	if id, err := profile.SKIOfInfo(cert.RawSubjectPublicKeyInfo); err == nil {
		return bytes.Clone(id[:])
	}
	return nil
}
