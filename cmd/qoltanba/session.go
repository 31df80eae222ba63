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
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/desktop"
	"qoltanba/app/journey"
	"qoltanba/keystore"
	"qoltanba/keystore/keypair"
)

// options are the flags of every front.
type options struct {
	backend    string
	data       string
	language   string
	passphrase string // file
	encoding   choice[keystore.Encoding]
	keys       choice[keypair.Algorithm]
	pkcs11     string        // path of a library
	away       time.Duration // how much later than it is the journey thinks it is; a demonstration's
}

// choice is a flag with a few values, each with a name.
type choice[T comparable] struct {
	value T
	names []string
	of    []T // by the same index
}

func (c *choice[T]) String() string {
	if i := slices.Index(c.of, c.value); i >= 0 {
		return c.names[i]
	}
	return ""
}

// Set implements flag.Value.
func (c *choice[T]) Set(name string) error {
	i := slices.Index(c.names, name)
	if i < 0 {
		return errors.New(strings.Join(c.names, " or "))
	}
	c.value = c.of[i]
	return nil
}

func commonOptions(flags *flag.FlagSet) *options {
	o := options{
		encoding: choice[keystore.Encoding]{keystore.Encoding3DES, []string{"3des", "aes256"}, []keystore.Encoding{keystore.Encoding3DES, keystore.EncodingAES256}},
		keys:     choice[keypair.Algorithm]{journey.DefaultKeys, []string{"gost", "rsa"}, []keypair.Algorithm{keypair.GOST512, keypair.RSA}},
	}
	flags.StringVar(&o.backend, "backend", os.Getenv("QOLTANBA_BACKEND"), "address of the `URL` of the service")
	flags.StringVar(&o.data, "data", "", "`folder` for the program's own files")
	flags.StringVar(&o.language, "language", string(api.Kazakh), "kk, ru or en, where no other was chosen before")
	flags.StringVar(&o.passphrase, "passphrase-file", "", "`file` with the phrase that protects unfinished keys where the system has no keyring")
	flags.StringVar(&o.pkcs11, "pkcs11", os.Getenv("QOLTANBA_PKCS11"), "`library` (PKCS #11) of the vendor of a token that may take the keys")
	flags.Var(&o.encoding, "key-files", "3des, which the certification authority writes and every portal reads, or aes256: how key `files` are encrypted")
	flags.Var(&o.keys, "keys", "`kind` of keys to make: gost, one key for signing in and for signing, or rsa, a pair of keys, one for each")
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

// opener opens the session for the window, which retries; closeSession ends it
// once the window is gone.
func (o *options) opener() (open func(context.Context, string) (*journey.Journey, error), closeSession func() error) {
	var opened *session
	open = func(ctx context.Context, passphrase string) (*journey.Journey, error) {
		s, err := o.open(ctx, passphrase)
		if err != nil {
			return nil, err
		}
		opened = s
		o.keepAuthorities(s.journey)
		return s.journey, nil
	}
	closeSession = func() error {
		if opened == nil {
			return nil
		}
		o.keepAuthorities(opened.journey)
		return opened.Close()
	}
	return open, closeSession
}

// keyringTime is how long the citizen may take to unlock the system's keyring.
const keyringTime = 5 * time.Minute

// open makes the journey, under the passphrase where it is not "". The vault is
// opened first: it keeps a second process away from device key and journal.
// Beside failures of the table the errors are those of the key store on which
// the window asks for a passphrase or tells of another window.
func (o *options) open(ctx context.Context, passphrase string) (*session, error) {
	backend, err := parseBackend(o.backend)
	if err != nil {
		return nil, api.Fail(api.ServiceUnknown, "%v", err)
	}
	data, err := o.folder()
	if err != nil {
		return nil, journey.DataProblem(err)
	}
	source, err := o.source(ctx, data, passphrase)
	if err != nil {
		return nil, err
	}
	vault, err := keystore.OpenVault(vaultIn(data), source)
	if errors.Is(err, keystore.ErrVaultBusy) {
		return nil, err
	}
	if err != nil {
		return nil, journey.DataProblem(err)
	}
	s := &session{backend: backend, vault: vault}
	if s.journey, err = o.journey(ctx, s, data, source); err != nil {
		return nil, errors.Join(err, vault.Close())
	}
	return s, nil
}

func (o *options) journey(ctx context.Context, s *session, data string, source keystore.KeySource) (*journey.Journey, error) {
	ctx, cancel := context.WithTimeout(ctx, keyringTime)
	defer cancel()
	key, _, err := keystore.DeviceKey(ctx, source)
	if err != nil {
		return nil, keyProblem(err, begun(data, s.vault))
	}
	j, err := journey.New(journey.Config{
		Client:  &api.Client{Base: s.backend, Version: version()},
		Patient: true,
		Key:     key, Vault: s.vault, Data: data, Language: api.Language(o.language),
		Encoding: o.encoding.value, Keys: o.keys.value, Tokens: journey.TokensOf(o.pkcs11), Now: func() time.Time { return time.Now().Add(o.away) },
	})
	if err != nil {
		return nil, journey.DataProblem(err)
	}
	return j, nil
}

// folder is where the program's own files lie.
func (o *options) folder() (string, error) {
	if o.data != "" {
		return o.data, nil
	}
	base, err := os.UserConfigDir()
	if runtime.GOOS == "windows" { // what lies in %AppData% may follow the citizen to other computers; keys stay on this one
		base, err = os.UserCacheDir()
	}
	if err != nil {
		return "", fmt.Errorf("find the folder for the program's files (give --data): %w", err)
	}
	return filepath.Join(base, "qoltanba"), nil
}

func vaultIn(data string) string { return filepath.Join(data, "vault") }

// source is the keyring, or what took its place: the phrase that the citizen
// gave, the one in the file that was named, or the one they chose before and
// have yet to give, of which [keystore.ErrPassphrase] tells.
func (o *options) source(ctx context.Context, data, passphrase string) (keystore.KeySource, error) {
	vault := vaultIn(data)
	if passphrase != "" {
		return keystore.PassphraseSource(vault, passphrase), nil
	}
	if o.passphrase != "" {
		text, err := os.ReadFile(o.passphrase)
		if err != nil {
			return nil, journey.DataProblem(fmt.Errorf("read the passphrase: %w", err))
		}
		return keystore.PassphraseSource(vault, strings.TrimRight(string(text), "\r\n")), nil
	}
	// The empty passphrase opens nothing and protects nothing: what it gets for
	// an answer is whether there is one.
	if _, _, err := keystore.DeviceKey(ctx, keystore.PassphraseSource(vault, "")); errors.Is(err, keystore.ErrPassphrase) {
		return nil, err
	}
	return keystore.KeyringSource(desktop.AppID), nil
}

// journalName is the journey's file in the data folder.
const journalName = "journey.json"

// begun says that something in the data folder was made with a device key.
func begun(data string, vault *keystore.Vault) bool {
	ids, err := vault.List()
	if err != nil || len(ids) > 0 {
		return true
	}
	_, err = os.Lstat(filepath.Join(data, journalName))
	return err == nil
}

// keyProblem says why there is no device key. Where a way was begun under a
// keyring that does not answer now, a passphrase would not open it.
func keyProblem(err error, begun bool) error {
	switch {
	case errors.Is(err, keystore.ErrPassphrase), errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, keystore.ErrNoKeyring) && begun:
		return api.Fail(api.KeyringLocked, "on this computer").WithCause(err)
	}
	problem := journey.Problem(err)
	switch {
	case keystore.IsDiskError(err):
		return journey.DataProblem(err)
	case problem.Code == api.Internal:
		return api.Fail(api.KeysDamaged, "the device key").WithCause(err)
	default:
		return problem
	}
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
