package keystore

import (
	"fmt"
	"strings"
	"testing"
)

func TestCheckPassword(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ password, broken string }{
		{"Qolt1a", ""},
		{"Aa1" + strings.Repeat("x", 29), ""},
		{`Aa1 ~!"\`, ""},
		{"", "length upper lower digit ascii"},
		{"Aa1xx", "length"},
		{"Aa1" + strings.Repeat("x", 30), "length"},
		{"qolt1a", "upper"},
		{"QOLT1A", "lower"},
		{"Qoltan", "digit"},
		{"Құпия1", "upper lower ascii"},
		{"Qolt1а", "ascii"}, // the last letter is Cyrillic
		{"Qolt1a\t", "ascii"},
		{"Qolt1a\xff", "ascii"},
	} {
		var broken []string
		for _, rule := range CheckPassword(c.password) {
			if !rule.Kept {
				broken = append(broken, rule.Code)
			}
		}
		if got := strings.Join(broken, " "); got != c.broken {
			t.Errorf("%q breaks %q, want %q", c.password, got, c.broken)
		}
		if PasswordKept(c.password) != (c.broken == "") {
			t.Errorf("%q: PasswordKept disagrees with the rules", c.password)
		}
	}
}

func TestPasswordRulesComeInOneOrder(t *testing.T) {
	t.Parallel()
	order := func(p string) string {
		var codes []string
		for _, r := range CheckPassword(p) {
			codes = append(codes, r.Code)
		}
		return fmt.Sprint(codes)
	}
	if a, b := order(""), order(goodPassword); a != b || a != "[length upper lower digit ascii]" {
		t.Errorf("%s, %s", a, b)
	}
}

func TestHasCyrillic(t *testing.T) {
	t.Parallel()
	for password, want := range map[string]bool{"Qolt1a": false, "Qolt1а": true, "Ұ": true, "é": false} {
		if HasCyrillic(password) != want {
			t.Errorf("%q: want %v", password, want)
		}
	}
}
