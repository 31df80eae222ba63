package appraisal

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"time"

	"qoltanba/keystore/ber"
	"qoltanba/keystore/cms"
	"qoltanba/keystore/keypair"
	"qoltanba/keystore/pfx"
	"qoltanba/keystore/timestamp"
	"qoltanba/keystore/xmldsig"
)

const maxCertificates = 32 // of one file

// Of appraises a file. What cannot be read is Plain; the error is ErrTooLarge.
func Of(ctx context.Context, file []byte, o Options) (Appraisal, error) {
	if len(file) > MaxSize {
		return Appraisal{}, ErrTooLarge
	}
	if o.Now.IsZero() {
		o.Now = time.Now()
	}
	j := judge{ctx, o}
	if trimmed := bytes.TrimSpace(bytes.TrimPrefix(file, []byte("\xef\xbb\xbf"))); len(trimmed) > 0 && trimmed[0] == '<' {
		return j.xml(file), nil
	}
	if ders := pemCertificates(file); len(ders) > 0 {
		return j.certificates(ders), nil
	}
	return j.der(binary(file)), nil
}

// judge appraises by the options.
type judge struct {
	ctx context.Context
	Options
}

// pemCertificates are those of a file in PEM.
func pemCertificates(file []byte) (ders [][]byte) {
	for rest := file; len(ders) < maxCertificates; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return ders
		}
		if block.Type == "CERTIFICATE" {
			ders = append(ders, block.Bytes)
		}
	}
	return ders
}

// binary takes off PEM or base64.
func binary(file []byte) []byte {
	if len(file) > 0 && file[0] == 0x30 {
		return file
	}
	if block, _ := pem.Decode(file); block != nil {
		return block.Bytes
	}
	text := bytes.TrimRight(bytes.Join(bytes.Fields(file), nil), "=")
	der := make([]byte, base64.RawStdEncoding.DecodedLen(len(text)))
	if n, err := base64.RawStdEncoding.Decode(der, text); err == nil {
		return der[:n]
	}
	return file
}

func (j judge) der(file []byte) Appraisal {
	if cert, err := x509.ParseCertificate(file); err == nil {
		return j.certificates([][]byte{cert.Raw})
	}
	if sd, der, err := parseCMS(file); err == nil {
		return j.cms(sd, der)
	}
	if _, err := pfx.Inspect(file); err == nil || errors.Is(err, pfx.ErrUnsupported) {
		return j.keyFile(file)
	}
	return Appraisal{Kind: Plain}
}

// parseCMS reads a signature, in BER if need be, as Java programs write it.
func parseCMS(file []byte) (sd *cms.SignedData, der []byte, err error) {
	if sd, err = cms.Parse(file); err == nil {
		return sd, file, nil
	}
	der, berErr := ber.Normalise(file, MaxSize)
	if berErr != nil {
		return nil, nil, err
	}
	sd, err = cms.Parse(der)
	return sd, der, err
}

func (j judge) certificates(ders [][]byte) Appraisal {
	a := Appraisal{Kind: Certificate}
	var all []*x509.Certificate
	for _, der := range ders {
		if cert, err := x509.ParseCertificate(der); err == nil {
			all = append(all, cert)
		}
	}
	for _, cert := range all {
		a.Certificates = append(a.Certificates, *j.cert(cert, all, j.Now))
	}
	if len(all) == 0 {
		a.Kind = Plain
	}
	return a
}

func (j judge) keyFile(file []byte) Appraisal {
	a := Appraisal{Kind: KeyFile, Key: &Key{}}
	outline, err := pfx.Inspect(file)
	if err != nil {
		return a
	}
	items := outline.Certificates
	a.Key.Number = len(outline.Keys)
	if j.Password != "" {
		contents, err := pfx.Decode(file, j.Password)
		switch {
		case errors.Is(err, pfx.ErrPassword):
			a.Key.Wrong = true
		case err != nil:
			a.Key.Whole = No
		default:
			a.Key.Opened, a.Key.Whole, a.Key.Number = true, Yes, len(contents.Keys)
			items = contents.Certificates
			for _, k := range contents.Keys {
				clear(k.DER)
			}
		}
	}
	var all []*x509.Certificate
	for _, item := range items[:min(len(items), maxCertificates)] {
		if cert, err := x509.ParseCertificate(item.DER); err == nil {
			all = append(all, cert)
		}
	}
	for _, cert := range all {
		a.Certificates = append(a.Certificates, *j.cert(cert, all, j.Now))
	}
	return a
}

func (j judge) cms(sd *cms.SignedData, der []byte) Appraisal {
	a := Appraisal{Kind: Signature, Detached: sd.Detached, Missing: sd.Detached && j.Content == nil}
	content := j.Content
	if !sd.Detached {
		a.Content, content = sd.Content, nil // what is in it counts
	}
	if sd.Detached && content == nil {
		content = []byte{} // who signed can be told all the same
	}
	if sd.ContentType.Equal(timestamp.InfoType) {
		a.Kind = TimeStamp
	}
	findings, err := sd.Verify(cms.Verification{Content: content})
	if err != nil {
		return Appraisal{Kind: Plain}
	}
	for _, f := range findings {
		s := Signer{Whole: answer(f.Whole), Good: answer(f.Good), Claims: f.Time, Reason: f.Reason}
		if a.Missing {
			s.Whole = Unknown
			if s.Good == Yes {
				s.Reason = cms.ErrDetached
			}
		}
		if f.Algorithm == 0 { // of a standard that is not served: nothing is known
			s.Whole, s.Good = Unknown, Unknown
		}
		if a.Kind == TimeStamp {
			s.Claims = time.Time{}
			if stamp, err := timestamp.Parse(der, j.Authorities); err == nil {
				s.Claims = stamp.Time
			}
		}
		j.fill(&s, f.Certificate, sd.Certificates, f.TimeStamp, f.Signature)
		a.Signers = append(a.Signers, s)
	}
	return a
}

func (j judge) xml(file []byte) Appraisal {
	findings, err := xmldsig.Verify(file)
	if err != nil {
		return Appraisal{Kind: Plain}
	}
	a := Appraisal{Kind: SignedXML, Content: file}
	for _, f := range findings {
		s := Signer{Whole: answer(f.Whole), Good: answer(f.Good), Reason: f.Reason}
		if f.Algorithm == 0 {
			s.Whole, s.Good = Unknown, Unknown
		}
		j.fill(&s, f.Certificate, nil, nil, nil)
		a.Signers = append(a.Signers, s)
	}
	return a
}

// fill judges certificate and time stamp of a signer.
func (j judge) fill(s *Signer, cert *x509.Certificate, beside []*x509.Certificate, token, signature []byte) {
	if token != nil {
		s.Stamp = j.stamp(token, signature)
	}
	if cert == nil {
		s.Good = Unknown
		return
	}
	at := j.Now
	if s.Proven() {
		at = s.Stamp.Time
	}
	s.Cert = j.cert(cert, beside, at)
}

// stamp judges the time stamp over a signature's value.
func (j judge) stamp(token, signature []byte) *Stamp {
	parsed, err := timestamp.Parse(token, j.Authorities)
	if err != nil {
		return &Stamp{Good: No}
	}
	s := &Stamp{Time: parsed.Time, Authority: named(parsed.Finding.Certificate.Subject), Good: No}
	for _, algorithm := range []keypair.Algorithm{keypair.RSA, keypair.GOST512} {
		if parsed.Hash.Equal(algorithm.DigestOID()) && bytes.Equal(parsed.Digest, algorithm.Digest(signature)) {
			s.Good = Yes
		}
	}
	if len(j.Authorities) > 0 && parsed.Finding.Trust == cms.Trusted {
		s.Trusted = Yes
	}
	return s
}
