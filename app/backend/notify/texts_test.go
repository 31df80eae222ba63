package notify

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"qoltanba/app/api"
	"qoltanba/app/backend/otp"
)

// twoParts is the room of two concatenated UCS-2 messages: 67 units each (3GPP
// TS 23.040, 9.2.3.24.1).
const twoParts = 2 * 67

func newCode(t testing.TB) otp.Code {
	t.Helper()
	code, err := otp.ParseCode("407162")
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func TestEveryTextInEveryLanguage(t *testing.T) {
	t.Parallel()
	check := func(name string, m Message, err error) {
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		if n := len(utf16.Encode([]rune(m.Reveal()))); n > twoParts {
			t.Errorf("%s takes %d units, room is %d", name, n, twoParts)
		}
		if !strings.HasPrefix(m.Reveal(), "Qoltanba: ") || m.subject == "" || strings.Contains(m.Reveal(), "{") {
			t.Errorf("%s does not say who writes, has no subject or an open mark", name)
		}
	}
	for _, lang := range api.Languages() {
		for _, purpose := range Purposes() {
			m, err := CodeMessage(lang, purpose, newCode(t))
			check(fmt.Sprintf("code for %s in %s", purpose, lang), m, err)
			if strings.Count(m.Reveal(), "407162") != 1 {
				t.Errorf("code for %s in %s: the code does not stand there once", purpose, lang)
			}
		}
		for _, n := range Notices() {
			m, err := NoticeMessage(lang, n, Details{Link: "https://signature.example.kz/not-me/" + strings.Repeat("A", 26), Date: time.Date(2027, 11, 21, 20, 0, 0, 0, time.UTC)})
			check(fmt.Sprintf("%s in %s", n, lang), m, err)
		}
	}
	if len(codeTexts) != len(Purposes()) || len(noticeTexts) != len(Notices()) {
		t.Error("the table has texts for something that is not listed")
	}
}

// The last moment of a certificate is told as the day that it is in Kazakhstan.
func TestNoticeIsFilled(t *testing.T) {
	t.Parallel()
	details := Details{Link: "https://example.kz/not-me/TOKEN", Date: time.Date(2027, 11, 21, 20, 0, 0, 0, time.UTC)}
	for _, lang := range api.Languages() {
		for n, part := range map[Notice]string{Announced: details.Link, Ending: "22.11.2027"} {
			if m, err := NoticeMessage(lang, n, details); err != nil || strings.Count(m.Reveal(), part) != 1 {
				t.Errorf("%s in %s: %q, %v", n, lang, m.Reveal(), err)
			}
		}
	}
}

func TestTextsDiffer(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	note := func(name, text string) {
		if other, ok := seen[text]; ok {
			t.Errorf("%s and %s are the same text", name, other)
		}
		seen[text] = name
	}
	for purpose, t := range codeTexts {
		for lang, s := range t {
			note(fmt.Sprint(purpose, lang), s)
		}
	}
	for n, t := range noticeTexts {
		for lang, s := range t {
			note(fmt.Sprint(n, lang), s)
		}
	}
}

func TestOnlyTheCallCodeIsTold(t *testing.T) {
	t.Parallel()
	never := map[api.Language]string{api.Kazakh: "ешкімге айтпаңыз", api.Russian: "Никому его не говорите", api.English: "Do not tell it to anyone"}
	for purpose, texts := range codeTexts {
		for lang, s := range texts {
			if strings.Contains(s, never[lang]) == (purpose == api.CodeForCall) {
				t.Errorf("%s in %s: %q", purpose, lang, s)
			}
		}
	}
}

func TestUnknownTextIsRefused(t *testing.T) {
	t.Parallel()
	if _, err := CodeMessage("de", api.CodeForSignIn, newCode(t)); err == nil {
		t.Error("an unknown language was accepted")
	}
	if _, err := CodeMessage(api.Kazakh, "transfer", newCode(t)); err == nil {
		t.Error("an unknown purpose was accepted")
	}
	if _, err := NoticeMessage(api.Kazakh, "birthday", Details{}); err == nil {
		t.Error("an unknown notice was accepted")
	}
}

func TestMessageRedactsItself(t *testing.T) {
	t.Parallel()
	m, err := CodeMessage(api.English, api.CodeForSignIn, newCode(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		if got := fmt.Sprintf(verb, m); got != "[message]" {
			t.Errorf("%s prints %q", verb, got)
		}
	}
}
