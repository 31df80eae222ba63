package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"qoltanba/app/backend/enrolment"
)

func write(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestLoad(t *testing.T) {
	t.Parallel()
	c, err := Load(write(t, `{"public_url":"https://example.kz","rules":{"code_lock":"90s","prompts":5,"starts_per_iin":{"max":3,"per":"2h"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	rules := c.Rules.Apply(enrolment.DefaultRules())
	if rules.CodeLock != 90*time.Second || rules.Prompts != 5 || rules.StartsPerIIN.Max != 3 || rules.StartsPerIIN.Per != 2*time.Hour {
		t.Errorf("rules %+v", rules)
	}
	if rules.Grant != enrolment.DefaultRules().Grant {
		t.Error("a rule that was not named changed")
	}
	if u, err := c.Public(); err != nil || u.String() != "https://example.kz" {
		t.Errorf("%v, %v", u, err)
	}
	for name, text := range map[string]string{
		"misspelt":     `{"publicurl":"x"}`,
		"two values":   `{} {}`,
		"bad duration": `{"rules":{"grant":"soon"}}`,
		"number":       `{"rules":{"grant":5}}`,
		"no JSON":      `public_url = x`,
		"huge":         strings.Repeat(" ", maxFile+1),
	} {
		if _, err := Load(write(t, text)); err == nil {
			t.Errorf("%s passes", name)
		}
	}
	if _, err := Load("/no/such/file"); err == nil {
		t.Error("a file that is not there passes")
	}
}

// The example that comes with the service is complete and its rules hold.
func TestExample(t *testing.T) {
	t.Parallel()
	c, err := Load("example.json")
	if err != nil {
		t.Fatal(err)
	}
	if missing := c.Missing(); len(missing) != 0 {
		t.Errorf("the example lacks %v", missing)
	}
	if err := c.Rules.Apply(enrolment.DefaultRules()).Validate(); err != nil {
		t.Error(err)
	}
}

// A production start is told all that is missing at once.
func TestMissing(t *testing.T) {
	t.Parallel()
	list := strings.Join(Config{}.Missing(), "\n")
	for _, what := range []string{"public_url", "tls", "sms", "mail", "mobile_base", "register", "identity.machine_pass"} {
		if !strings.Contains(list, what+":") {
			t.Errorf("%s is not missed", what)
		}
	}
	full := Config{
		PublicURL: "https://example.kz", TLS: &KeyPair{}, SMS: &SMS{}, Mail: &Mail{}, MobileBase: &Register{}, Register: &Register{},
		Identity: Identity{MachinePass: "operator"},
	}
	if list := full.Missing(); len(list) != 0 {
		t.Errorf("missed though there: %v", list)
	}
	if err := full.Check(); err == nil || !strings.Contains(err.Error(), "sms") || !strings.Contains(err.Error(), "register") {
		t.Errorf("empty parts: %v", err)
	}
}

// What is done with a machine's pass has to be said, and rightly.
func TestMachinePassHasNoDefault(t *testing.T) {
	t.Parallel()
	for text, good := range map[string]bool{
		"accept": true, "operator": true, "sample 10%": true, "sample 99%": true,
		"": false, "yes": false, "sample": false, "sample 0%": false, "sample 100%": false, "sample 10": false, "Accept": false,
	} {
		c := Config{Identity: Identity{MachinePass: text}}
		if err := c.Check(); strings.Contains(err.Error(), "machine_pass") == good {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// A store that replicas share wants everything shared, and case keys apart.
func TestShared(t *testing.T) {
	t.Parallel()
	base := Config{PublicURL: "https://example.kz", TLS: &KeyPair{}, SMS: &SMS{}, Mail: &Mail{}, MobileBase: &Register{}, Register: &Register{}, Identity: Identity{MachinePass: "accept"}}
	for name, test := range map[string]struct {
		change func(*Config)
		lacks  []string
	}{
		"files":        {func(c *Config) { c.Store = "sqlite:///srv/store.db" }, nil},
		"store only":   {func(c *Config) { c.Store = "postgres://a/store" }, []string{"keys:", "ledger:", "evidence:"}},
		"keys in file": {func(c *Config) { c.Store, c.Keys = "postgresql://a/store", "sqlite:///srv/keys.db" }, []string{"keys:", "ledger:", "evidence:"}},
		"all": {func(c *Config) {
			c.Store, c.Keys, c.Ledger, c.Evidence = "postgres://a/store", "postgres://a/keys", "postgres://a/ledger", "s3://evidence"
		}, nil},
	} {
		c := base
		test.change(&c)
		missing := c.Missing()
		if len(missing) != len(test.lacks) {
			t.Errorf("%s lacks %v", name, missing)
			continue
		}
		for i, what := range test.lacks {
			if !strings.HasPrefix(missing[i], what) {
				t.Errorf("%s lacks %q, want %s", name, missing[i], what)
			}
		}
	}
	base.Store, base.Keys = "postgres://a/store", "postgres://a/store"
	base.Rules.Prompts = new(int)
	err := base.Check()
	if err == nil || !strings.Contains(err.Error(), "a database of their own") || !strings.Contains(err.Error(), "movements must be") {
		t.Errorf("case keys beside the rest, and no movements: %v", err)
	}
}

func TestPublic(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "http://example.kz", "https://example.kz/path", "https://u:p@example.kz", "https://example.kz?x=1"} {
		if _, err := (Config{PublicURL: bad}).Public(); err == nil {
			t.Errorf("%q passes", bad)
		}
	}
	if _, err := (Config{TrustedProxies: []string{"10.0.0.1"}}).Proxies(); err == nil {
		t.Error("an address passes for a network")
	}
}

func FuzzLoad(f *testing.F) {
	example, err := os.ReadFile("example.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(example))
	f.Add(`{"tls":{"certificate":"a","key":"b"}}`)
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Load(write(t, text))
		if err != nil {
			return
		}
		_ = c.Missing()
		_ = c.Rules.Apply(enrolment.DefaultRules()).Validate()
	})
}
