package xmldsig

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"strings"

	"qoltanba/keystore/keypair"
)

// Finding is what verification says of one signature.
type Finding struct {
	// Certificate is the one in the signature, nil where there is none that can
	// be read. It may be believed to be the signer's only where Good.
	Certificate *x509.Certificate
	Algorithm   keypair.Algorithm // 0 where it is not known here

	Whole bool // the document is the one that was signed
	Good  bool // it was signed with the certificate's key

	// Reason says why the signature is not whole or not good; nil where it is.
	Reason error
}

// Reasons of a [Finding], to be told apart by errors.Is.
var (
	ErrOtherForm     = errors.New("the signature is of a form that is not known here")
	ErrChanged       = errors.New("the document was changed after it was signed")
	ErrNoCertificate = errors.New("the signer's certificate is not in the signature")
	ErrSignature     = errors.New("the signature was not made with the certificate's key")
)

// ErrNotSigned says that a document has no signature in its root.
var ErrNotSigned = errors.New("nobody has signed: the document has no signature in its root")

// Verify judges each signature in the document's root. The errors are those of
// [Check] and ErrNotSigned. Whose the certificates are is not judged.
func Verify(raw []byte) ([]Finding, error) {
	d, err := parse(raw)
	if err != nil {
		return nil, err
	}
	var findings []Finding
	for _, c := range d.root.children {
		if c.is("Signature") {
			findings = append(findings, d.judge(c))
		}
	}
	if findings == nil {
		return nil, ErrNotSigned
	}
	return findings, nil
}

func (d *document) judge(signature *node) Finding {
	info := signature.first("SignedInfo")
	reference := info.first("Reference")
	f := Finding{Algorithm: algorithmOf(info, reference)}
	der, err := content(signature.first("KeyInfo").first("X509Data").first("X509Certificate"))
	if err == nil {
		f.Certificate, err = x509.ParseCertificate(der)
	}
	if err != nil {
		f.Certificate = nil
	}
	if f.Algorithm == 0 {
		f.Reason = ErrOtherForm
		return f
	}
	digest, err := content(reference.first("DigestValue"))
	f.Whole = err == nil && bytes.Equal(digest, f.Algorithm.Digest(d.canonical(signature)))
	value, err := content(signature.first("SignatureValue"))
	f.Good = err == nil && f.signed(canonicalSubtree(info), value)
	for _, wrong := range []struct {
		is     bool
		reason error
	}{{!f.Whole, ErrChanged}, {f.Certificate == nil, ErrNoCertificate}, {f.Certificate != nil && !f.Good, ErrSignature}} {
		if wrong.is {
			f.Reason = errors.Join(f.Reason, wrong.reason)
		}
	}
	return f
}

func (f *Finding) signed(message, value []byte) bool {
	if f.Certificate == nil {
		return false
	}
	public, err := keypair.PublicKeyOf(f.Certificate)
	if err != nil {
		return false
	}
	algorithm, err := keypair.Of(public)
	return err == nil && algorithm == f.Algorithm && keypair.Verify(public, message, value)
}

// algorithmOf returns the algorithm of a signature of the one form that is
// known: over the whole document, enveloped, one reference.
func algorithmOf(info, reference *node) keypair.Algorithm {
	if info == nil || reference == nil || info.count("Reference") != 1 || reference.value("URI", "-") != "" || len(reference.attributes) != 1 ||
		info.first("CanonicalizationMethod").value("Algorithm", "") != c14n {
		return 0
	}
	var transforms []string
	if list := reference.first("Transforms"); list != nil {
		for _, c := range list.children {
			if c.kind == isElement {
				transforms = append(transforms, c.value("Algorithm", ""))
			}
		}
	}
	if len(transforms) == 0 || len(transforms) > 2 || transforms[0] != enveloped ||
		len(transforms) == 2 && transforms[1] != withRemarks && transforms[1] != c14n {
		return 0
	}
	for algorithm, names := range identifiers {
		if info.first("SignatureMethod").value("Algorithm", "") == names.signature && reference.first("DigestMethod").value("Algorithm", "") == names.digest {
			return algorithm
		}
	}
	return 0
}

// count tells how many children of XML Signature have a name.
func (n *node) count(name string) (many int) {
	for _, c := range n.children {
		if c.is(name) {
			many++
		}
	}
	return many
}

// value returns an attribute without a namespace, also of nil.
func (n *node) value(name, otherwise string) string {
	if n != nil {
		for _, a := range n.attributes {
			if a.space == "" && a.name == name {
				return a.value
			}
		}
	}
	return otherwise
}

var errContent = errors.New("no base64")

// content decodes the base64 in an element, whatever its white space.
func content(n *node) ([]byte, error) {
	if n == nil {
		return nil, errContent
	}
	var text strings.Builder
	for _, c := range n.children {
		if c.kind != isText {
			return nil, errContent
		}
		text.WriteString(c.text)
	}
	return base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text.String()), ""))
}
