// Package xmldsig makes and verifies XML signatures in the form that portals of
// the country know: enveloped in the document's root, over the whole document,
// with the signer's certificate inside.
//
// [Signer.Sign] puts a signature before the end of the root and leaves the rest
// as it is, but for line ends, which XML makes one anyway. [Verify] judges those
// it finds there, of this form and no other.
//
// # Invariants
//
//   - Documents have no DOCTYPE, so no entities and no defaulted attributes:
//     what is shown is what is signed.
//   - Sizes, nesting and nodes are bounded; the text is parsed by this package's
//     rules once, and the very same tree is digested.
//   - The algorithm follows from the certificate's key.
//
// encoding/xml reads the tokens. Canonicalisation is this package's own, since
// a reader on top of those tokens has to see which white space in attributes was
// written and which was referred to, and what lies beside the root.
//
// # Norms
//
// XML Signature (W3C, 2008; RFC 3275), Canonical XML 1.0 (W3C, 2001), RFC 6931 for
// RSA with SHA-256; the names of GOST are those of the NCA.
package xmldsig

import (
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"qoltanba/keystore/keypair"
)

// Bounds on documents.
const (
	MaxSize  = 64 << 20 // bytes
	maxDepth = 256      // of elements
	maxNodes = 500_000
)

// ErrForm says that a document is beyond the bounds.
var ErrForm = errors.New("the XML document is too large, too deep or has too many parts")

// SyntaxError says where a document is no XML, in the words of Java's parser,
// which callers of portals know. Line and column count from one.
type SyntaxError struct {
	Line, Column int
	Message      string
}

// Error implements error.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Message)
}

const (
	namespace   = "http://www.w3.org/2000/09/xmldsig#"
	c14n        = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
	withRemarks = c14n + "#WithComments"
	enveloped   = namespace + "enveloped-signature"
	declaration = `<?xml version="1.0" encoding="UTF-8" standalone="no"?>`
	nca         = "urn:ietf:params:xml:ns:pkigovkz:xmlsec:algorithms:"
)

// identifiers name signature and hash of an algorithm.
var identifiers = map[keypair.Algorithm]struct{ signature, digest string }{
	keypair.RSA:     {"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "http://www.w3.org/2001/04/xmlenc#sha256"},
	keypair.GOST512: {nca + "gostr34102015-gostr34112015-512", nca + "gostr34112015-512"},
}

// Layout is how the signature's own text is broken.
type Layout uint8

const (
	// Compact has no white space, so that it outlives readers that drop it.
	Compact Layout = iota
	// Broken has CRLF after each element and base64 in lines of 76.
	Broken
)

// Errors of signing.
var (
	ErrUnsupportedKey = errors.New("no XML signature can be made with a key of this algorithm")
	ErrKeyMismatch    = errors.New("the certificate does not belong to the private key")
)

// Signer is who signs.
type Signer struct {
	Key         crypto.Signer
	Certificate *x509.Certificate
}

// Format hides key and owner whatever the verb.
func (Signer) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("[signer]")) }

// LogValue hides key and owner.
func (Signer) LogValue() slog.Value { return slog.StringValue("[signer]") }

// Check tells whether a document can be signed: nil, *SyntaxError or ErrForm.
func Check(document []byte) error {
	_, err := parse(document)
	return err
}

// Sign returns the document, in UTF-8, with a signature in its root. The errors
// are those of [Check], ErrUnsupportedKey, ErrKeyMismatch and those of the key.
func (s Signer) Sign(document []byte, layout Layout) ([]byte, error) {
	public, err := keypair.PublicKeyOf(s.Certificate)
	if err != nil {
		return nil, ErrUnsupportedKey
	}
	if !keypair.Same(public, s.Key.Public()) {
		return nil, ErrKeyMismatch
	}
	algorithm, err := keypair.Of(public)
	if err != nil || identifiers[algorithm].signature == "" {
		return nil, ErrUnsupportedKey
	}
	d, err := parse(document)
	if err != nil {
		return nil, err
	}
	info := signedInfo(algorithm, algorithm.Digest(d.canonical(nil)))
	if layout == Compact {
		info = strings.ReplaceAll(info, "\r\n", "")
	}
	// What is signed depends on the namespaces in whose scope it lies: it is
	// taken from the document as it will be.
	unsigned, err := parse(d.insert(signatureText(info, "", "", layout)))
	if err != nil {
		return nil, err
	}
	element := unsigned.root.last("Signature").first("SignedInfo")
	signature, err := keypair.Sign(rand.Reader, s.Key, canonicalSubtree(element))
	if err != nil {
		return nil, err
	}
	return d.insert(signatureText(info, encode(signature, layout), encode(s.Certificate.Raw, layout), layout)), nil
}

// signedInfo writes SignedInfo, its lines broken.
func signedInfo(algorithm keypair.Algorithm, digest []byte) string {
	names := identifiers[algorithm]
	return strings.Join([]string{
		"<ds:SignedInfo>",
		`<ds:CanonicalizationMethod Algorithm="` + c14n + `"/>`,
		`<ds:SignatureMethod Algorithm="` + names.signature + `"/>`,
		`<ds:Reference URI="">`,
		"<ds:Transforms>",
		`<ds:Transform Algorithm="` + enveloped + `"/>`,
		`<ds:Transform Algorithm="` + withRemarks + `"/>`,
		"</ds:Transforms>",
		`<ds:DigestMethod Algorithm="` + names.digest + `"/>`,
		"<ds:DigestValue>" + base64.StdEncoding.EncodeToString(digest) + "</ds:DigestValue>",
		"</ds:Reference>",
		"</ds:SignedInfo>",
	}, "\r\n")
}

// signatureText writes the whole element.
func signatureText(info, signature, certificate string, layout Layout) string {
	text := strings.Join([]string{
		`<ds:Signature xmlns:ds="` + namespace + `">`,
		info,
		"<ds:SignatureValue>",
		signature,
		"</ds:SignatureValue>",
		"<ds:KeyInfo>",
		"<ds:X509Data>",
		"<ds:X509Certificate>",
		certificate,
		"</ds:X509Certificate>",
		"</ds:X509Data>",
		"</ds:KeyInfo>",
		"</ds:Signature>",
	}, "\r\n")
	if layout == Compact {
		return strings.ReplaceAll(text, "\r\n", "")
	}
	return text
}

// encode writes base64, in lines of 76 where the layout is broken.
func encode(data []byte, layout Layout) string {
	text := base64.StdEncoding.EncodeToString(data)
	if layout == Compact {
		return text
	}
	var lines []string
	for len(text) > 76 {
		lines, text = append(lines, text[:76]), text[76:]
	}
	return strings.Join(append(lines, text), "\r\n")
}
