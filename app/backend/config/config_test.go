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
	for _, what := range []string{"public_url", "tls", "sms", "mail", "mobile_base", "register"} {
		if !strings.Contains(list, what+":") {
			t.Errorf("%s is not missed", what)
		}
	}
	full := Config{
		PublicURL: "https://example.kz", TLS: &KeyPair{}, SMS: &SMS{}, Mail: &Mail{}, MobileBase: &Register{}, Register: &Register{},
	}
	if list := full.Missing(); len(list) != 0 {
		t.Errorf("missed though there: %v", list)
	}
	if err := full.Check(); err == nil || !strings.Contains(err.Error(), "sms") || !strings.Contains(err.Error(), "register") {
		t.Errorf("empty parts: %v", err)
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
