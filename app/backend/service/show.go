package service

import (
	"context"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"qoltanba/app/backend/config"
	"qoltanba/app/backend/nca/issuance"
)

// maxCertificate bounds a file with a certificate, in bytes.
const maxCertificate = 1 << 20

// showCertificate prints a certificate beside the profile that it was issued by:
// one in a file, or one of the authority's by its serial number.
func showCertificate(ctx context.Context, args []string, out io.Writer) (err error) {
	if len(args) == 0 || strings.HasPrefix(args[0], "-") {
		return errors.New("say which: authority show FILE, or authority show SERIAL --data DIR")
	}
	what := args[0]
	flags := flag.NewFlagSet("authority show", flag.ContinueOnError)
	where := folders(flags)
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	var cert *x509.Certificate
	c, err := config.Load(where.config)
	if err != nil {
		return err
	}
	if where.data == "" {
		cert, err = certificateIn(what)
	} else {
		cert, err = certificateOf(ctx, c, where.data, what)
	}
	if err != nil {
		return err
	}
	profiles, err := c.Authority.OpenProfiles()
	if err != nil {
		return err
	}
	kind, fields, err := profiles.Beside(cert)
	if err != nil {
		return err
	}
	return issuance.PrintFields(out, kind, fields)
}

// certificateIn reads a certificate in DER or PEM.
func certificateIn(path string) (_ *x509.Certificate, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	content, err := io.ReadAll(io.LimitReader(f, maxCertificate))
	if err != nil {
		return nil, err
	}
	if block, _ := pem.Decode(content); block != nil {
		content = block.Bytes
	}
	cert, err := x509.ParseCertificate(content)
	if err != nil {
		return nil, fmt.Errorf("%s holds no certificate: %w", path, err)
	}
	return cert, nil
}

func certificateOf(ctx context.Context, c config.Config, data, serial string) (_ *x509.Certificate, err error) {
	serial = strings.TrimLeft(strings.ReplaceAll(serial, ":", ""), "0")
	number, err := hex.DecodeString(strings.Repeat("0", len(serial)%2) + serial)
	if err != nil {
		return nil, errors.New("a serial number is hexadecimal")
	}
	book, err := openBook(c, data)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	der, err := book.Certificate(ctx, number)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}
