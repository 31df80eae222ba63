package api

import (
	"net/mail"
	"strings"
	"time"
	"unicode"
)

// Validate checks the IIN.
func (r StartRequest) Validate() error {
	if iin, err := ParseIIN(string(r.IIN)); err != nil || iin != r.IIN {
		return Fail(IINInvalid, "%v", ErrIIN)
	}
	return nil
}

// Validate checks the phone.
func (r SignInRequest) Validate() error { return validatePhone(r.Phone) }

// Validate checks the phone.
func (r CallRequest) Validate() error { return validatePhone(r.Phone) }

func validatePhone(p Phone) error {
	if phone, err := ParsePhone(string(p)); err != nil || phone != p {
		return Fail(PhoneInvalid, "%v", ErrPhone)
	}
	return nil
}

// Validate checks the e-mail address, which may be absent, and the number of
// requests for keys of their kind.
func (r ApplyRequest) Validate() error {
	if n := r.Keys.Requests(); n == 0 || len(r.Requests) != n {
		return Fail(RequestInvalid, "%d certificate requests for keys %q", len(r.Requests), r.Keys)
	}
	return ValidateEmail(r.Email)
}

// ValidateEmail accepts an empty string and an address of ASCII letters with a
// dot in its domain; the failure is [EmailInvalid].
func ValidateEmail(email string) error {
	if email == "" {
		return nil
	}
	parsed, err := mail.ParseAddress(email)
	if err != nil || parsed.Address != email || len(email) > 254 {
		return Fail(EmailInvalid, "not an address")
	}
	_, domain, _ := strings.Cut(email, "@")
	ascii := strings.IndexFunc(email, func(r rune) bool { return r > unicode.MaxASCII || r <= ' ' }) < 0
	if !ascii || !strings.Contains(domain, ".") {
		return Fail(EmailInvalid, "not an address that the register takes")
	}
	return nil
}

// Validate checks that the box was ticked and the fields are such as a document
// of the kind has.
func (r FieldsRequest) Validate(of DocumentKind) error {
	if !r.Confirmed {
		return Fail(FieldsInvalid, "confirmed")
	}
	if wrong := r.Fields.Mistakes(of); len(wrong) > 0 {
		return Fail(FieldsInvalid, "%s", strings.Join(wrong, ","))
	}
	return nil
}

// Mistakes names the fields, as in JSON, that cannot be right on a document of
// the kind. Whether it has expired is not among them: that is told apart.
func (f CardFields) Mistakes(of DocumentKind) []string {
	var wrong []string
	check := func(name string, ok bool) {
		if !ok {
			wrong = append(wrong, name)
		}
	}
	check("surname", nameLike(f.Surname, 100))
	check("name", nameLike(f.Name, 100))
	check("patronymic", f.Patronymic == "" || nameLike(f.Patronymic, 100))
	check("sex", f.Sex == Male || f.Sex == Female)
	check("birth_place", placeLike(f.BirthPlace))
	check("nationality", placeLike(f.Nationality))
	check("citizenship", placeLike(f.Citizenship))
	check("issuer", placeLike(f.Issuer))
	check("document_number", of.number(f.DocumentNumber))
	birth, birthErr := f.BirthDate.Time()
	issue, issueErr := f.IssueDate.Time()
	expiry, expiryErr := f.ExpiryDate.Time()
	check("birth_date", birthErr == nil && birth.Year() > 1900)
	check("issue_date", issueErr == nil && (birthErr != nil || issue.After(birth)))
	check("expiry_date", expiryErr == nil && (issueErr != nil || expiry.After(issue)))
	return wrong
}

// Expired says whether the document's last day is before today.
func (f CardFields) Expired(now time.Time) bool {
	expiry, err := f.ExpiryDate.Time()
	return err == nil && now.After(expiry.AddDate(0, 0, 1))
}

// nameLike accepts Cyrillic letters, with hyphens, apostrophes and blanks
// between them.
func nameLike(s string, most int) bool {
	letters := 0
	for _, r := range s {
		switch {
		case unicode.Is(unicode.Cyrillic, r) && unicode.IsLetter(r):
			letters++
		case letters > 0 && strings.ContainsRune(" -'’", r):
		default:
			return false
		}
	}
	return letters > 0 && len([]rune(s)) <= most && s == strings.TrimSpace(s)
}

// placeLike accepts what nameLike does and digits, dots, commas and brackets.
func placeLike(s string) bool {
	for _, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(" -'’.,()\"«»№/", r) {
			return false
		}
	}
	return strings.TrimSpace(s) == s && s != "" && len([]rune(s)) <= 100
}
