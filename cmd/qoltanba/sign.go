package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"qoltanba/keystore"
	"qoltanba/keystore/cms"
	"qoltanba/keystore/keypair"
	"qoltanba/keystore/timestamp"
	"qoltanba/keystore/xmldsig"
)

func init() { commands["sign"] = signFiles }

const (
	maxWhole    = cms.MaxSize - 1<<20 // bytes of a file that is held whole
	maxPassword = 1 << 10             // bytes
	stampTime   = time.Minute
)

var errExpired = errors.New("the key's certificate is not valid now: sign with another key")

// signing is how files are signed.
type signing struct {
	format             choice[string]
	detached, join     bool
	key, password, out string
	stamps             *timestamp.Client
	signer             cms.Signer
}

// signFiles signs each file with a key file, for scripts and servers. The
// password comes from a file, from standard input or from the terminal, and never
// from the command line, which other users of the computer can read.
func signFiles(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("qoltanba sign", flag.ContinueOnError)
	s := &signing{format: choice[string]{"cms", []string{"cms", "xml", "raw"}, []string{"cms", "xml", "raw"}}}
	flags.Var(&s.format, "format", "cms, xml or raw: what signatures look `like`")
	flags.BoolVar(&s.detached, "detached", false, "of CMS: leave the content out of the signature")
	flags.BoolVar(&s.join, "join", false, "of CMS: the files are signatures, to which another signer is added")
	flags.StringVar(&s.key, "key", "", "key `file` (.p12)")
	flags.StringVar(&s.password, "password-file", "", "`file` with the key's password; without it, it is asked for, or read from standard input")
	flags.StringVar(&s.out, "out", "", "`file` to be made, - for standard output; without it, beside each file")
	tsp := flags.String("tsp", "", "`URL` of a time-stamp authority, of CMS")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *tsp != "" {
		s.stamps = &timestamp.Client{URL: *tsp, HTTP: &http.Client{Timeout: stampTime}}
	}
	if err := s.check(flags.NArg()); err != nil {
		return err
	}
	password, err := s.readPassword()
	if err != nil {
		return err
	}
	key, err := keystore.ReadKeyFile(s.key, password)
	if err != nil {
		return err
	}
	if now := time.Now(); now.After(key.Certificate.NotAfter) || now.Before(key.Certificate.NotBefore) {
		return errExpired
	}
	s.signer = cms.Signer{Key: key.Key, Certificate: key.Certificate}
	for _, path := range flags.Args() {
		if err := s.file(ctx, path, out); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return nil
}

func (s *signing) check(files int) error {
	of := s.format.value
	switch {
	case files == 0:
		return errors.New("name a file: qoltanba sign -key KEY.p12 FILE")
	case s.key == "":
		return errors.New("name a key file: -key KEY.p12")
	case s.out != "" && files > 1:
		return errors.New("-out is for one file")
	case of != "cms" && (s.detached || s.join || s.stamps != nil):
		return errors.New("-detached, -join and -tsp are for CMS")
	case s.detached && s.join:
		return errors.New("a signature that is joined stays as it is: leave -detached out")
	}
	return nil
}

// readPassword reads a line, which a terminal does not show.
func (s *signing) readPassword() (string, error) {
	in := io.Reader(os.Stdin)
	if s.password != "" && s.password != "-" {
		file, err := os.Open(s.password)
		if err != nil {
			return "", err
		}
		defer func() { _ = file.Close() }()
		in = file
	} else {
		_, _ = fmt.Fprint(os.Stderr, "Құпиясөз · Пароль · Password: ")
		restore := hideTyping()
		defer func() {
			restore()
			_, _ = fmt.Fprintln(os.Stderr)
		}()
	}
	line, err := bufio.NewReader(io.LimitReader(in, maxPassword)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	if line = strings.TrimRight(line, "\r\n"); line == "" {
		return "", errors.New("no password was given")
	}
	return line, nil
}

// extensions are what signatures are called after.
func (s *signing) extension() string {
	switch {
	case s.format.value == "xml":
		return ".signed.xml"
	case s.format.value == "raw":
		return ".sig"
	case s.detached:
		return ".p7s"
	case s.join:
		return ".joined.cms"
	}
	return ".cms"
}

func (s *signing) file(ctx context.Context, path string, out io.Writer) error {
	signature, err := s.sign(path)
	if err != nil {
		return err
	}
	if s.stamps != nil {
		signature, err = cms.Stamp(signature, func(algorithm keypair.Algorithm, value []byte) ([]byte, error) {
			ctx, cancel := context.WithTimeout(ctx, stampTime)
			defer cancel()
			return s.stamps.Token(ctx, algorithm, value)
		})
		if err != nil {
			return err
		}
	}
	target := s.out
	switch target {
	case "-":
		_, err := out.Write(signature)
		return err
	case "":
		target = path + s.extension()
	}
	// What is there with another content stays, and is told.
	if err := keystore.WriteFile(target, signature); err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, filepath.Clean(target))
	return err
}

// sign signs one file. A detached signature takes a file of any size.
func (s *signing) sign(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	if s.detached {
		return s.signer.DetachedFrom(bufio.NewReaderSize(file, 1<<20))
	}
	content, err := io.ReadAll(io.LimitReader(file, maxWhole+1))
	if err != nil {
		return nil, err
	}
	if len(content) > maxWhole {
		return nil, errors.New("the file is larger than 63 MiB: sign it with -detached")
	}
	switch {
	case s.format.value == "xml":
		return xmldsig.Signer{Key: s.signer.Key, Certificate: s.signer.Certificate}.Sign(content, xmldsig.Compact)
	case s.format.value == "raw":
		return keypair.Sign(rand.Reader, s.signer.Key, content)
	case s.join:
		return s.signer.Join(content, nil)
	}
	return s.signer.Attached(content)
}
