package keystore

import (
	"errors"
	"strings"
	"unicode"
)

// ErrPasswordRules says that a password for a key file breaks a rule of
// [CheckPassword].
var ErrPasswordRules = errors.New("the password breaks a rule: 6 to 32 Latin letters, digits and signs, with a capital, a small letter and a digit")

// Stable codes of the password rules, in the order in which they are shown.
const (
	PasswordLength = "length" // 6 to 32 characters
	PasswordUpper  = "upper"  // a capital Latin letter
	PasswordLower  = "lower"  // a small Latin letter
	PasswordDigit  = "digit"  // a digit
	PasswordASCII  = "ascii"  // nothing but printable ASCII
)

const (
	minPassword = 6
	maxPassword = 32
)

// PasswordRule is one rule and whether the password keeps it.
type PasswordRule struct {
	Code string
	Kept bool
}

// CheckPassword judges a password for a key file by every rule, always all and
// in the same order, so that they can be shown with ticks while it is typed.
// The rules are the NCA's and that of Java, which refuses a key file whose
// password is not printable ASCII.
func CheckPassword(password string) []PasswordRule {
	within := func(lo, hi rune) bool {
		return strings.ContainsFunc(password, func(r rune) bool { return lo <= r && r <= hi })
	}
	n := len([]rune(password))
	foreign := strings.ContainsFunc(password, func(r rune) bool { return r < ' ' || r > '~' })
	return []PasswordRule{
		{PasswordLength, minPassword <= n && n <= maxPassword},
		{PasswordUpper, within('A', 'Z')},
		{PasswordLower, within('a', 'z')},
		{PasswordDigit, within('0', '9')},
		{PasswordASCII, n > 0 && !foreign},
	}
}

// PasswordKept tells whether every rule is kept.
func PasswordKept(password string) bool {
	for _, rule := range CheckPassword(password) {
		if !rule.Kept {
			return false
		}
	}
	return true
}

// HasCyrillic tells whether the password has a Cyrillic letter, which most
// often means that the keyboard is in the wrong layout.
func HasCyrillic(password string) bool {
	return strings.ContainsFunc(password, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) })
}
