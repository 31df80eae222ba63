package main

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"qoltanba/app/companion"
	"qoltanba/app/companion/peer"
	"qoltanba/app/companion/terminal"
	"qoltanba/keystore"
	"qoltanba/keystore/revocation"
	"qoltanba/keystore/timestamp"
)

func init() { commands["companion"] = serveCompanion }

// folders collects what a flag names again and again.
type folders []string

// String implements flag.Value.
func (f *folders) String() string { return strings.Join(*f, " ") }

// Set implements flag.Value.
func (f *folders) Set(path string) error {
	*f = append(*f, path)
	return nil
}

// serveCompanion is the signing service without a window: portals are answered,
// and the person at the terminal decides.
func serveCompanion(ctx context.Context, args []string, out io.Writer) error {
	if len(args) > 0 {
		if command, ok := companionCommands[args[0]]; ok {
			return command(ctx, args[1:], out)
		}
	}
	flags := flag.NewFlagSet("qoltanba companion", flag.ContinueOnError)
	o := &options{}
	var keys folders
	flags.StringVar(&o.data, "data", "", "folder of the program's files")
	flags.StringVar(&o.language, "language", "kk", "language of the questions: kk, ru or en")
	flags.Var(&keys, "keys", "folder of key files; may be given again and again")
	tray := flags.Bool("tray", false, "show an icon, and ask in a window")
	port := flags.Uint("port", companion.Port, "port that portals ask")
	stamps := flags.String("tsp", "", "address of a time-stamp authority, such as http://tsp.pki.gov.kz/")
	roots := flags.String("authorities", "", "PEM file of the authorities whose certificates portals ask for")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *port > 65535 {
		return errors.New("a port is a number up to 65535")
	}
	config, err := companionConfig(ctx, o, keys, *stamps, *roots)
	if err != nil {
		return err
	}
	config.Port = uint16(*port)
	if *tray {
		return runTray(ctx, o, config)
	}
	config.Consenter = terminal.New(os.Stdin, out, companion.Language(o.language), hideTyping)
	server, err := companion.Listen(ctx, config)
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(out, "https://%s/\n", server.Address())
	return server.Serve(ctx)
}

// companionConfig opens what the service keeps: its authority, the consents and
// the certificates it has seen.
func companionConfig(ctx context.Context, o *options, keys folders, stamps, roots string) (companion.Config, error) {
	data, err := o.folder()
	if err != nil {
		return companion.Config{}, err
	}
	switch o.language {
	case "kk", "ru", "en":
	default:
		return companion.Config{}, errors.New("the language is kk, ru or en")
	}
	if len(keys) == 0 {
		folder, err := keystore.DefaultFolder()
		if err != nil {
			return companion.Config{}, err
		}
		keys = folders{folder}
	}
	dir := filepath.Join(data, "companion")
	believed, err := openAuthority(ctx, dir)
	if err != nil {
		return companion.Config{}, err
	}
	origins, err := companion.OpenOrigins(filepath.Join(dir, originsName))
	if err != nil {
		return companion.Config{}, err
	}
	config := companion.Config{
		Certificate: believed.Certificate, Origins: origins, Peer: peer.Of, Now: time.Now,
		Log:    slog.New(slog.NewTextHandler(os.Stderr, nil)),
		Stores: map[string]companion.Store{"PKCS12": companion.OpenKeyFiles(filepath.Join(dir, "certificates.json"), time.Now, keys...)},
	}
	if config.Authorities, err = readAuthorities(roots); err != nil {
		return companion.Config{}, err
	}
	config.Activity = companion.OpenActivity(filepath.Join(dir, activityName), time.Now)
	config.Standing = companion.StandingBy(new(revocation.Client).Ask, func() []*x509.Certificate {
		kept, _ := readAuthorities(filepath.Join(dir, authoritiesName)) // without them nobody is asked
		return slices.Concat(config.Authorities, kept)
	})
	if stamps != "" {
		config.Stamps = &timestamp.Client{URL: stamps, HTTP: &http.Client{Timeout: time.Minute}}
	}
	return config, nil
}

// Names of files beside the service's consents.
const (
	originsName     = "origins.json"
	activityName    = "activity.jsonl"
	authoritiesName = "authorities.pem" // who issued the citizen's keys, as the window knows
)

// readAuthorities reads certificates in PEM; none where no file is named.
func readAuthorities(path string) ([]*x509.Certificate, error) {
	if path == "" {
		return nil, nil
	}
	rest, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var all []*x509.Certificate
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("a certificate in %s cannot be read: %w", path, err)
		}
		all = append(all, cert)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s has no certificates in PEM", path)
	}
	return all, nil
}
