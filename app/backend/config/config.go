// Package config reads the backend's configuration: one JSON file, named by
// --config, in which secrets stand by the name of a file and never themselves;
// example.json beside this file has all of it.
//
// [Load] refuses what it does not know, so that a misspelt rule is not silently
// the default. [Config.Missing] tells everything a production start still
// lacks, in one go.
package config

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"strings"

	"qoltanba/app/backend/enrolment"
	"qoltanba/app/backend/identity"
	"qoltanba/app/backend/nca/issuance"
	"qoltanba/app/backend/notify"
	"qoltanba/app/backend/registry"
	"qoltanba/keystore/keypair"
	"qoltanba/keystore/token"
)

// maxFile bounds the configuration and each file it names.
const maxFile = 1 << 20

// Config is the file. Paths are relative to the working directory.
type Config struct {
	// PublicURL is the address under which clients know the service.
	PublicURL string `json:"public_url"`
	// TLS is the server's certificate; absent behind a proxy that ends TLS and
	// is named in TrustedProxies.
	TLS            *KeyPair `json:"tls"`
	TrustedProxies []string `json:"trusted_proxies"`

	// Store and Keys are sqlite:///… or postgres://… URLs; absent: files in the
	// data folder. Keys holds the case keys and must lie outside the
	// point-in-time backups of Store. A Store on PostgreSQL is one that replicas
	// share: then Keys, Ledger and Evidence must be named too, where all of them
	// reach it.
	Store    string `json:"store"`
	Keys     string `json:"keys"`
	Ledger   string `json:"ledger"`   // of the authority: postgres://…; absent: a file
	Evidence string `json:"evidence"` // file:///… or s3://…; absent: a folder

	Secrets    Secrets   `json:"secrets"`
	SMS        *SMS      `json:"sms"`
	Mail       *Mail     `json:"mail"`
	MobileBase *Register `json:"mobile_base"`
	Register   *Register `json:"register"`
	Authority  Authority `json:"authority"`
	Identity   Identity  `json:"identity"`
	Rules      Rules     `json:"rules"`
}

// KeyPair names PEM files.
type KeyPair struct {
	Certificate string `json:"certificate"`
	Key         string `json:"key"`
}

// Secrets names files of 32 random bytes or more, in hex or as they are. What
// is absent is made at first start in the folder secrets of the data folder.
type Secrets struct {
	Pepper    string `json:"pepper"`    // of codes, PINs and pseudonyms
	Evidence  string `json:"evidence"`  // master key of the case keys
	DigitalID string `json:"digitalid"` // seals Digital ID's key
	Authority string `json:"authority"` // seals the authority's keys
}

// SMS is Kannel's sendsms interface.
type SMS struct {
	URL          string `json:"url"`
	Username     string `json:"username"`
	PasswordFile string `json:"password_file"`
	From         string `json:"from"`
}

// Mail is the mail server.
type Mail struct {
	Host         string `json:"host"`
	Port         int    `json:"port"`
	Security     string `json:"security"` // tls or starttls
	Username     string `json:"username"`
	PasswordFile string `json:"password_file"`
	From         string `json:"from"`
	Roots        string `json:"roots"`
}

// Register is a state register's endpoint.
type Register struct {
	URL        string   `json:"url"`
	Roots      string   `json:"roots"`
	Client     *KeyPair `json:"client"`
	BearerFile string   `json:"bearer_file"`
}

// Authority has what stands in certificates: the addresses, of which Issuer, CRL
// and DeltaCRL are those of the RSA authority, and the profiles. The service
// answers under pki/ itself; addresses that are absent lead there.
type Authority struct {
	OCSP     string `json:"ocsp"`
	CPS      string `json:"cps"`
	Issuer   string `json:"issuer"`
	CRL      string `json:"crl"`
	DeltaCRL string `json:"delta_crl"`
	// GOST has the addresses of the GOST authority.
	GOST struct {
		Issuer   string `json:"issuer"`
		CRL      string `json:"crl"`
		DeltaCRL string `json:"delta_crl"`
	} `json:"gost"`
	// Profiles is a file of certificate profiles; absent: those of profiles.json
	// in package issuance, and Tokens.
	Profiles string `json:"profiles"`
	// Tokens says whether keys in citizens' tokens are certified too, for three
	// years, by tokens.json in package issuance. That a key lies in a token is the
	// word of the citizen's program: no token attests it.
	Tokens bool `json:"tokens"`
	// PKCS11 is the token in which the RSA issuing key is made and kept; absent:
	// it lies sealed in the authority's folder.
	PKCS11 *Token `json:"pkcs11"`
}

// Token is a PKCS #11 token and the key in it. Its PIN stands in a file or in an
// environment variable.
type Token struct {
	Module  string `json:"module"` // path of the vendor's library
	Token   string `json:"token"`  // its label
	Key     string `json:"key"`    // the key's label
	PINFile string `json:"pin_file"`
	PINEnv  string `json:"pin_env"`
}

// Place reads the PIN and says where the token is. A PIN shows itself nowhere.
func (t Token) Place() (token.Place, error) {
	if t.Module == "" || t.Token == "" || t.Key == "" || (t.PINFile == "") == (t.PINEnv == "") {
		return token.Place{}, errors.New("give the module, the labels of token and key, and either pin_file or pin_env")
	}
	pin, err := readSecret(t.PINFile)
	if err != nil {
		return token.Place{}, err
	}
	if t.PINEnv != "" {
		pin = os.Getenv(t.PINEnv)
	}
	if pin == "" {
		return token.Place{}, errors.New("the PIN is empty: write it to pin_file, or set the variable of pin_env")
	}
	return token.Place{Module: t.Module, Label: t.Token, PIN: token.PIN(pin)}, nil
}

// URLs are the addresses in certificates on keys of an algorithm.
func (a Authority) URLs() map[keypair.Algorithm]issuance.URLs {
	return map[keypair.Algorithm]issuance.URLs{
		keypair.RSA:     {OCSP: a.OCSP, CPS: a.CPS, Issuer: a.Issuer, CRL: a.CRL, DeltaCRL: a.DeltaCRL},
		keypair.GOST512: {OCSP: a.OCSP, CPS: a.CPS, Issuer: a.GOST.Issuer, CRL: a.GOST.CRL, DeltaCRL: a.GOST.DeltaCRL},
	}
}

// OpenProfiles reads the profiles; without a file they are the standard ones.
func (a Authority) OpenProfiles() (issuance.Profiles, error) {
	if a.Profiles == "" {
		p := issuance.Standard()
		if a.Tokens {
			p = append(p, issuance.Tokens()...)
		}
		return p, nil
	}
	text, err := readFile(a.Profiles)
	if err != nil {
		return nil, err
	}
	return issuance.ParseProfiles(text)
}

// Identity says what becomes of the machine's word on faces.
type Identity struct {
	// MachinePass is what the agency wants done with a citizen whom the machine
	// passes: "accept", "sample N%" (an operator looks at N of 100), or "operator"
	// (the machine only advises). There is no default.
	//
	// With "accept" no person sees a case in which all of this holds: the
	// recording answers the challenge and shows one living person, the one of the
	// selfie; the selfie surely shows the person of the register's portrait and of
	// the portrait on the photographed card; what the citizen confirmed is what
	// the register has; and the card was read as that, zone and print agreeing.
	// That it is genuine nobody has looked at then. Passports, and whatever
	// differs or is in doubt, go to an operator in any case, and without Tesseract
	// everything does.
	MachinePass string `json:"machine_pass"`
	// Library is the path of ONNX Runtime's shared library; absent: beside the
	// program. Where it is missing, operators look at everything.
	Library string `json:"onnx_runtime"`
}

// Load reads the file; no name is an empty configuration.
func Load(name string) (Config, error) {
	var c Config
	if name == "" {
		return c, nil
	}
	text, err := readFile(name)
	if err != nil {
		return c, err
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return c, fmt.Errorf("%s: %w", name, err)
	}
	if d.More() {
		return c, fmt.Errorf("%s: something follows the configuration", name)
	}
	return c, nil
}

// Missing names what a production start lacks.
func (c Config) Missing() []string {
	var list []string
	lack := func(absent bool, what string) {
		if absent {
			list = append(list, what)
		}
	}
	lack(c.PublicURL == "", "public_url: the https address under which clients know the service")
	lack(c.TLS == nil && len(c.TrustedProxies) == 0, "tls: certificate and key (or trusted_proxies, behind a proxy that ends TLS)")
	lack(c.SMS == nil, "sms: the Kannel gateway")
	lack(c.Mail == nil, "mail: the mail server")
	lack(c.MobileBase == nil, "mobile_base: the base of mobile citizens")
	lack(c.Identity.MachinePass == "", `identity.machine_pass: what is done with a citizen whom the machine passes: "accept", "sample N%" or "operator"`)
	lack(c.Register == nil, "register: the state register of individuals")
	shared := postgres(c.Store)
	lack(shared && !postgres(c.Keys), "keys: a postgres:// address, as the store has one: a file of one replica would hide its cases from the others")
	lack(shared && !postgres(c.Ledger), "ledger: a postgres:// address, as the store has one: each replica would keep an authority's ledger of its own")
	lack(shared && c.Evidence == "", "evidence: an s3:// address or a file:/// one on a disk that all replicas share")
	return list
}

func postgres(address string) bool {
	scheme, _, _ := strings.Cut(address, "://")
	return scheme == "postgres" || scheme == "postgresql"
}

// apart refuses case keys in the database whose backups they must not be in.
func (c Config) apart() error {
	if c.Keys != "" && c.Keys == c.Store {
		return errors.New("the case keys need a database of their own: destroyed keys would come back with the store's backup")
	}
	return nil
}

// Public reads PublicURL, which is https and has no path.
func (c Config) Public() (*url.URL, error) {
	u, err := url.Parse(c.PublicURL)
	if err != nil || u.Scheme != "https" || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.User != nil {
		return nil, errors.New("public_url must be https://host[:port] and nothing more")
	}
	u.Path = ""
	return u, nil
}

// Proxies reads TrustedProxies.
func (c Config) Proxies() ([]*net.IPNet, error) {
	var list []*net.IPNet
	for _, text := range c.TrustedProxies {
		_, n, err := net.ParseCIDR(text)
		if err != nil {
			return nil, fmt.Errorf("trusted_proxies: %q is no network such as 10.0.0.0/8", text)
		}
		list = append(list, n)
	}
	return list, nil
}

// Load reads the pair.
func (k *KeyPair) Load() (*tls.Certificate, error) {
	if k == nil {
		return nil, nil
	}
	pair, err := tls.LoadX509KeyPair(k.Certificate, k.Key)
	if err != nil {
		return nil, fmt.Errorf("tls certificate and key: %w", err)
	}
	return &pair, nil
}

// Gateway makes the SMS gateway.
func (s *SMS) Gateway() (*notify.Kannel, error) {
	password, err := readSecret(s.PasswordFile)
	if err != nil {
		return nil, fmt.Errorf("sms: %w", err)
	}
	return notify.NewKannel(notify.KannelConfig{URL: s.URL, Username: s.Username, Password: password, From: s.From})
}

// Server makes the mail server.
func (m *Mail) Server() (*notify.Mail, error) {
	password, err := readSecret(m.PasswordFile)
	if err != nil {
		return nil, fmt.Errorf("mail: %w", err)
	}
	roots, err := readRoots(m.Roots)
	if err != nil {
		return nil, fmt.Errorf("mail: %w", err)
	}
	return notify.NewMail(notify.MailConfig{
		Host: m.Host, Port: m.Port, Security: notify.Security(m.Security), Roots: roots,
		Username: m.Username, Password: password, From: m.From,
	})
}

// Open makes the register's client.
func (r *Register) Open() (*registry.Client, error) {
	bearer, err := readSecret(r.BearerFile)
	if err != nil {
		return nil, err
	}
	roots, err := readRoots(r.Roots)
	if err != nil {
		return nil, err
	}
	own, err := r.Client.Load()
	if err != nil {
		return nil, err
	}
	return registry.NewClient(registry.Endpoint{URL: r.URL, Roots: roots, Certificate: own, Bearer: bearer})
}

// readSecret reads a one-line file; no name is no secret.
func readSecret(name string) (string, error) {
	if name == "" {
		return "", nil
	}
	text, err := readFile(name)
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(string(text)), nil
}

func readRoots(name string) (*x509.CertPool, error) {
	if name == "" {
		return nil, nil
	}
	text, err := readFile(name)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("%s holds no PEM certificate", name)
	}
	return pool, nil
}

func readFile(name string) (_ []byte, err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(text) > maxFile {
		err = fmt.Errorf("%s is larger than %d bytes", name, maxFile)
	}
	return text, err
}

// Check opens everything that can be opened without a connection and says all
// that is wrong.
func (c Config) Check() error {
	var errs []error
	try := func(name string, err error) {
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
		}
	}
	_, err := c.Public()
	try("public_url", err)
	_, err = c.Proxies()
	try("trusted_proxies", err)
	_, err = c.TLS.Load()
	try("tls", err)
	try("keys", c.apart())
	_, err = identity.ParsePolicy(c.Identity.MachinePass)
	try("identity: machine_pass", err)
	_, err = c.Authority.OpenProfiles()
	try("authority: profiles", err)
	if c.Authority.PKCS11 != nil {
		_, err = c.Authority.PKCS11.Place()
		try("authority: pkcs11", err)
	}
	try("rules", c.Rules.Apply(enrolment.DefaultRules()).Validate())
	try("rules: calls_per_address", c.Rules.PerAddress().Validate())
	if c.SMS != nil {
		_, err = c.SMS.Gateway()
		try("sms", err)
	}
	if c.Mail != nil {
		_, err = c.Mail.Server()
		try("mail", err)
	}
	for name, r := range map[string]*Register{"mobile_base": c.MobileBase, "register": c.Register} {
		if r != nil {
			_, err = r.Open()
			try(name, err)
		}
	}
	return errors.Join(errs...)
}
