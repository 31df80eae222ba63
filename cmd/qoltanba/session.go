package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/desktop"
	"qoltanba/app/journey"
	"qoltanba/keystore"
)

// options are the flags of every front.
type options struct {
	backend    string
	data       string
	language   string
	passphrase string // file
}

func commonOptions(flags *flag.FlagSet) *options {
	var o options
	flags.StringVar(&o.backend, "backend", os.Getenv("QOLTANBA_BACKEND"), "address of the `URL` of the service")
	flags.StringVar(&o.data, "data", "", "`folder` for the program's own files")
	flags.StringVar(&o.language, "language", string(api.Kazakh), "kk, ru or en, where no other was chosen before")
	flags.StringVar(&o.passphrase, "passphrase-file", "", "`file` with the phrase that protects unfinished keys where the system has no keyring")
	return &o
}

// session is a journey with what it stands on.
type session struct {
	journey *journey.Journey
	backend *url.URL
	vault   *keystore.Vault
}

// Close lets another process have the vault.
func (s *session) Close() error { return s.vault.Close() }

// keyringTime is how long the citizen may take to unlock the system's keyring.
const keyringTime = 2 * time.Minute

// open makes the journey. The vault is opened first: it keeps a second process
// away from device key and journal.
func (o *options) open(ctx context.Context) (*session, error) {
	backend, err := parseBackend(o.backend)
	if err != nil {
		return nil, err
	}
	if o.data == "" {
		base, err := os.UserConfigDir()
		if err != nil {
			return nil, fmt.Errorf("find the folder for the program's files (give --data): %w", err)
		}
		o.data = filepath.Join(base, "qoltanba")
	}
	source, err := o.source()
	if err != nil {
		return nil, err
	}
	vault, err := keystore.OpenVault(filepath.Join(o.data, "vault"), source)
	if err != nil {
		return nil, err
	}
	s := &session{backend: backend, vault: vault}
	if s.journey, err = o.journey(ctx, s, source); err != nil {
		return nil, errors.Join(err, vault.Close())
	}
	return s, nil
}

func (o *options) journey(ctx context.Context, s *session, source keystore.KeySource) (*journey.Journey, error) {
	ctx, cancel := context.WithTimeout(ctx, keyringTime)
	defer cancel()
	key, _, err := keystore.DeviceKey(ctx, source)
	if err != nil {
		return nil, journey.Problem(err)
	}
	return journey.New(journey.Config{
		Client: &api.Client{Base: s.backend, Version: version()},
		Key:    key, Vault: s.vault, Data: o.data, Language: api.Language(o.language),
	})
}

func (o *options) source() (keystore.KeySource, error) {
	if o.passphrase == "" {
		return keystore.KeyringSource(desktop.AppID), nil
	}
	text, err := os.ReadFile(o.passphrase)
	if err != nil {
		return nil, fmt.Errorf("read the passphrase: %w", err)
	}
	return keystore.PassphraseSource(filepath.Join(o.data, "vault"), strings.TrimRight(string(text), "\r\n")), nil
}

// parseBackend accepts an address under https, and in the demo build one of
// this computer under http.
func parseBackend(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return nil, errors.New("give the address of the service: --backend https://…")
	}
	ip := net.ParseIP(u.Hostname())
	here := u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	switch {
	case demoBuild && !here:
		return nil, errors.New("the demonstration talks to this computer only: --backend http://127.0.0.1:…")
	case u.Scheme == "https", u.Scheme == "http" && demoBuild:
		return u, nil
	default:
		return nil, errors.New("the address of the service begins with https://")
	}
}

// version is the revision the program was built from.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		return info.Main.Version
	}
	return ""
}
